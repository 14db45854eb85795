//! What belongs to a workflow on this machine and is not in its document. The tables are part of
//! the first schema; nothing writes to them yet.

pub(crate) const V1: &str = "
CREATE TABLE local_data (
    workflow TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (workflow, key));
CREATE TABLE pins (
    workflow TEXT NOT NULL, node TEXT NOT NULL, payload TEXT NOT NULL, UNIQUE (workflow, node));";
