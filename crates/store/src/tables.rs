//! One file a table (or two that only make sense together): its text, its rows, its functions.

pub(crate) mod blobs;
pub(crate) mod changes;
pub(crate) mod dedupe;
pub(crate) mod documents;
pub(crate) mod effects;
pub(crate) mod journal;
pub(crate) mod local;
pub(crate) mod memory;
pub(crate) mod meta;
pub(crate) mod node_runs;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod snapshots;
pub(crate) mod sweep;
pub(crate) mod uses;
pub(crate) mod variables;
pub(crate) mod versions;
pub(crate) mod waits;
pub(crate) mod webhooks;
pub(crate) mod workflows;
