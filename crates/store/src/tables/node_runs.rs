//! The node runs of runs, and where the data of each input and output is.

use reporunner_model::{NodeId, NodeRun, RunId};
use rusqlite::Row;

use crate::codec::{count, get_json, to_json};
use crate::{Db, PayloadRef, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE node_runs (
    run INTEGER NOT NULL, sequence INTEGER NOT NULL, node TEXT NOT NULL,
    run_index INTEGER NOT NULL, record TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL,
    PRIMARY KEY (run, sequence)) WITHOUT ROWID;
CREATE INDEX node_runs_of_node ON node_runs (run, node, run_index);";

/// A node run and where its data is.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRunRow {
    /// The record.
    pub record: NodeRun,
    /// What each input held; none where it was not kept.
    pub inputs: Vec<Option<PayloadRef>>,
    /// What each output holds; none where it was not kept.
    pub outputs: Vec<Option<PayloadRef>>,
}

fn read(row: &Row<'_>) -> Result<NodeRunRow> {
    Ok(NodeRunRow {
        record: get_json(row, "record")?,
        inputs: get_json(row, "inputs")?,
        outputs: get_json(row, "outputs")?,
    })
}

impl Db<'_> {
    /// The node runs of a run in the order in which they began.
    pub fn node_runs(&self, run: &RunId) -> Result<Vec<NodeRunRow>> {
        self.all(
            "SELECT record, inputs, outputs FROM node_runs
             WHERE run = (SELECT num FROM runs WHERE id = ?) ORDER BY sequence",
            [run.as_str()],
            read,
        )
    }

    /// The node runs of a run without their data: what a list of them needs.
    pub fn node_run_records(&self, run: &RunId) -> Result<Vec<NodeRun>> {
        self.all(
            "SELECT record FROM node_runs
             WHERE run = (SELECT num FROM runs WHERE id = ?) ORDER BY sequence",
            [run.as_str()],
            |row| get_json(row, "record"),
        )
    }

    /// One run of a node, or its newest.
    pub fn node_run(
        &self,
        run: &RunId,
        node: &NodeId,
        run_index: Option<usize>,
    ) -> Result<Option<NodeRunRow>> {
        self.one(
            "SELECT record, inputs, outputs FROM node_runs
             WHERE run = (SELECT num FROM runs WHERE id = ?1) AND node = ?2
                AND (?3 IS NULL OR run_index = ?3) ORDER BY run_index DESC LIMIT 1",
            (run.as_str(), node.as_str(), run_index.map(|index| index as i64)),
            read,
        )
    }
}

impl Tx<'_> {
    /// Stores a node run, in place of the one with the same sequence. The payloads themselves are
    /// stored by [`Tx::put_payload`].
    pub fn put_node_run(&self, run: &RunId, row: &NodeRunRow) -> Result<()> {
        self.exec(
            "INSERT INTO node_runs (run, sequence, node, run_index, record, inputs, outputs)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (run, sequence) DO UPDATE SET node = excluded.node,
                run_index = excluded.run_index, record = excluded.record,
                inputs = excluded.inputs, outputs = excluded.outputs",
            (
                self.run_num(run)?,
                count(row.record.sequence as u64),
                row.record.node.as_str(),
                count(row.record.run_index as u64),
                to_json(&row.record)?,
                to_json(&row.inputs)?,
                to_json(&row.outputs)?,
            ),
        )?;
        Ok(())
    }
}
