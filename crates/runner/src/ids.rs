//! Ids of runs that follow from what the runs are started for: the same each time, so that a run is
//! started once, however a crash falls.

use reporunner_model::RunId;

/// Characters of a run's id that say when it began.
const TIME: usize = 11;

/// The id of the run that is started for `what`. `time` begins as a run's id does: with hexadecimal
/// milliseconds.
pub fn run_for(time: &str, what: &str) -> RunId {
    let hash = blake3::hash(what.as_bytes()).to_hex();
    let time = time.get(..TIME).unwrap_or(time);
    RunId::new(format!("{time}{}", &hash[..16]))
}
