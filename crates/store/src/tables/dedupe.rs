//! Keys that were seen. The table is part of the first schema; nothing writes to it yet.

pub(crate) const V1: &str = "
CREATE TABLE dedupe (
    scope TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (scope, key));
CREATE INDEX dedupe_by_age ON dedupe (scope, at);";
