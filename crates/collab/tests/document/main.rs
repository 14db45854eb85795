//! What a workflow document does, seen from outside: what it says after edits, merges, undo,
//! restores and reloads.

mod converge;
mod edits;
mod fixture;
mod merge;
mod speed;
mod storage;
mod undo;
