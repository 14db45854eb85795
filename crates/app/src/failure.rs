//! How errors of the rooms below become failures on the wire.

use reporunner_protocol::{Code, Failure};

/// Turns an error into what the wire says of it.
pub(crate) fn of_store(error: reporunner_store::Error) -> Failure {
    use reporunner_store::Error;
    let code = match &error {
        Error::Locked { .. } => Code::Owned,
        Error::ReadOnly { .. } | Error::DiskFull | Error::File { .. } => Code::NotSaved,
        Error::Missing { .. } => Code::NotFound,
        _ => Code::Internal,
    };
    let failure = Failure::new(code, error.to_string());
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

pub(crate) fn of_document(error: reporunner_collab::Error) -> Failure {
    let code = match &error {
        reporunner_collab::Error::Edit(_) => Code::Stale,
        _ => Code::Invalid,
    };
    Failure::new(code, error.to_string()).hint(error.hint())
}

pub(crate) fn of_runner(error: reporunner_runner::Error) -> Failure {
    use reporunner_runner::Error;
    match error {
        Error::Start(error) => Failure::new(Code::Invalid, error.to_string()).hint(error.hint()),
        Error::Store(error) => of_store(error),
        Error::NotLive(_) => Failure::new(Code::NotFound, error.to_string())
            .hint("It has ended already; the list of runs shows how."),
        Error::UnderWay(_) => Failure::new(Code::Invalid, error.to_string()),
        Error::Closing => Failure::new(Code::Disconnected, error.to_string())
            .hint("Start it again; what is under way goes on then."),
        Error::Journal(_) => Failure::new(Code::Internal, error.to_string()),
    }
}

/// Whether it is the disk that stands in the way, which may be better later.
pub(crate) fn of_disk(error: &reporunner_runner::Error) -> bool {
    use reporunner_store::Error;
    let reporunner_runner::Error::Store(error) = error else { return false };
    matches!(error, Error::DiskFull | Error::ReadOnly { .. } | Error::File { .. })
}

pub(crate) fn no_workflow() -> Failure {
    Failure::new(Code::NotFound, "the workflow is not there (any more)")
        .hint("It may lie in the trash; the list of workflows shows that too.")
}

pub(crate) fn no_run() -> Failure {
    Failure::new(Code::NotFound, "the run is not there (any more)")
        .hint("Old runs are removed as the settings say.")
}
