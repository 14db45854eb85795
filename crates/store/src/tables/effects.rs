//! Steps with an effect outside, by a key. The table is part of the first schema; nothing writes to it
//! yet: the journal tells which steps had begun.

pub(crate) const V1: &str = "
CREATE TABLE effects (
    key TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, node TEXT NOT NULL, begun INTEGER NOT NULL,
    done INTEGER, outcome TEXT);
CREATE INDEX effects_of ON effects (run);";
