//! How a workflow stands, in one mark and a few words.

use reporunner_model::RunStatus;
use reporunner_protocol::WorkflowSummary;

/// How a workflow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It cannot start, or its newest run failed.
    Failing,
    /// A run of it waits.
    Waiting,
    /// A run of it is under way.
    Running,
    /// It is on, and its newest run was fine.
    Fine,
    /// It is off.
    Off,
}

impl Standing {
    /// Value and words of the filter.
    pub(super) const FILTERS: [(&str, &str); 6] = [
        ("any", "Any state"),
        ("failing", "Needs you"),
        ("waiting", "Waiting"),
        ("running", "Running"),
        ("fine", "Fine"),
        ("off", "Off"),
    ];

    /// How `summary` stands.
    pub(super) fn of(summary: &WorkflowSummary) -> Self {
        let newest = summary.last_runs.last().map(|run| run.status);
        match newest {
            Some(RunStatus::Running | RunStatus::Queued) => Self::Running,
            _ if summary.state.trouble.is_some() => Self::Failing,
            Some(RunStatus::Failed | RunStatus::Unknown) if summary.state.live => Self::Failing,
            Some(RunStatus::Waiting) => Self::Waiting,
            _ if !summary.state.live => Self::Off,
            _ => Self::Fine,
        }
    }

    /// Its value in the filter.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Fine => "fine",
            Self::Off => "off",
        }
    }

    /// Whether somebody should look at it.
    pub(super) fn needs_someone(self) -> bool {
        self == Self::Failing
    }

    /// Its icon.
    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Failing => "circle-alert",
            Self::Waiting => "circle-pause",
            Self::Running => "loader-circle",
            Self::Fine => "circle-check",
            Self::Off => "circle",
        }
    }

    /// It in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Failing => "Needs you",
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Fine => "Fine",
            Self::Off => "Off",
        }
    }
}

/// What keeps it from starting, where anything does: the line has no room for all of it.
pub(super) fn trouble(summary: &WorkflowSummary) -> Option<String> {
    summary.state.trouble.as_deref().map(crate::state::sentence)
}

/// The line under the trigger: what the newest runs say.
pub(super) fn runs_in_words(summary: &WorkflowSummary) -> String {
    if let Some(trouble) = trouble(summary) {
        return trouble;
    }
    let count =
        |wanted: RunStatus| summary.last_runs.iter().filter(|run| run.status == wanted).count();
    let (failed, waiting) = (count(RunStatus::Failed), count(RunStatus::Waiting));
    match summary.last_runs.last() {
        None => String::new(),
        Some(_) if waiting > 0 => format!("{waiting} waiting"),
        Some(_) if failed > 0 => format!("{failed} of {} failed", summary.last_runs.len()),
        Some(last) => format!("last run {}", crate::time::length(last.ms * 1000)),
    }
}
