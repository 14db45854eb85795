//! Fresh identifiers from the system's randomness.

use reporunner_model::{AuthorId, RunId, Timestamp, VersionId, WorkflowId};

/// The base58 alphabet: no 0, O, I or l, which look alike.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Characters in an identifier: 70 bits.
const LENGTH: usize = 12;

fn random(bytes: &mut [u8]) {
    // A system without randomness cannot make keys either: nothing of ours would work there.
    getrandom::fill(bytes).expect("the system has randomness");
}

/// A text of base58 characters.
pub(crate) fn text() -> String {
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let mut bytes = [0; LENGTH];
        random(&mut bytes);
        // Only values below the largest multiple of 58 keep the characters equally likely.
        let fair = bytes.iter().filter(|byte| **byte < 232);
        text.extend(fair.map(|byte| char::from(ALPHABET[usize::from(byte % 58)])));
    }
    text.truncate(LENGTH);
    text
}

pub(crate) fn workflow() -> WorkflowId {
    WorkflowId::new(text())
}

pub(crate) fn version() -> VersionId {
    VersionId::new(text())
}

/// A run's id sorts by its time: hexadecimal milliseconds, then randomness.
pub(crate) fn run(now: Timestamp) -> RunId {
    RunId::new(format!("{:011x}{}", now.0.max(0), text()))
}

/// The time that a run's id holds.
pub(crate) fn time_of(run: &RunId) -> Option<Timestamp> {
    i64::from_str_radix(run.as_str().get(..11)?, 16).ok().map(Timestamp)
}

/// A secret that nobody can guess.
pub(crate) fn key() -> [u8; 32] {
    let mut bytes = [0; 32];
    random(&mut bytes);
    bytes
}

/// A key for a new person.
pub(crate) fn author() -> AuthorId {
    let mut bytes = [0; 16];
    random(&mut bytes);
    AuthorId::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
