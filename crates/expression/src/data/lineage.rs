//! Which item of another node an item was made from: `$('Node').item`.
//!
//! Walks `pairedItem` from one recorded run to the one before. All ways must lead to the same
//! item. Facts: n8n docs, "Item linking in the Code node" and "Item linking errors"
//! (docs.n8n.io/data/data-mapping/data-item-linking).

use std::collections::HashSet;

use reporunner_model::Item;

use super::{Frame, RunData, Source};
use crate::{ErrorKind, ExpressionError};

/// An item that another was made from.
#[derive(Debug, Clone, Copy)]
pub struct Paired<'a> {
    /// Which run of the node.
    pub run_index: usize,
    /// Which of its outputs.
    pub output: usize,
    /// Index within that output.
    pub index: usize,
    /// The item.
    pub item: &'a Item,
}

/// More ways than this are not looked at; lineage that wide has no single answer anyway.
const MOST_STEPS: usize = 100_000;

impl Frame {
    /// The item of `node` that item `index` of the first input was made from.
    pub fn paired(&self, node: &str, index: usize) -> Result<Paired<'_>, ExpressionError> {
        self.require_run(node)?;
        let Some(Some(source)) = self.sources.first() else {
            return Err(no_path(node, &self.node));
        };
        if self.items().get(index).is_none() {
            return Err(ExpressionError::new(
                ErrorKind::NodeData,
                format!("Can't get data for expression: the input has no item {index}"),
            ));
        }
        self.data.paired(node, source, index)
    }

    /// The record of a node that must be there and must have run.
    pub(crate) fn require_run(&self, node: &str) -> Result<&super::NodeRecord, ExpressionError> {
        let Some(record) = self.data.node(node) else {
            return Err(ExpressionError::new(
                ErrorKind::NodeData,
                format!("Referenced node doesn't exist: '{node}'"),
            )
            .hint(format!("No node is called '{node}'; check the spelling, or whether it was renamed or deleted")));
        };
        if record.runs.is_empty() {
            return Err(ExpressionError::new(
                ErrorKind::NodeData,
                format!("Node '{node}' hasn't been executed"),
            )
            .hint(format!("Run '{node}' first, or test for it with $('{node}').isExecuted")));
        }
        Ok(record)
    }
}

impl RunData {
    /// The item of `node` that item `index` of `start` was made from.
    pub fn paired(
        &self,
        node: &str,
        start: &Source,
        index: usize,
    ) -> Result<Paired<'_>, ExpressionError> {
        let mut found: Option<Paired<'_>> = None;
        let mut broken: Option<String> = None;
        let mut seen = HashSet::new();
        let mut open = vec![(start, index)];
        while let Some((at, index)) = open.pop() {
            if !seen.insert((&*at.node, at.run_index, at.output, index)) {
                continue;
            }
            if seen.len() > MOST_STEPS {
                return Err(ambiguous(node));
            }
            let Some(item) =
                self.items(&at.node, at.run_index, at.output).and_then(|items| items.get(index))
            else {
                broken = Some(at.node.to_string());
                continue;
            };
            if &*at.node == node {
                let here = Paired { run_index: at.run_index, output: at.output, index, item };
                match found {
                    Some(other) if !std::ptr::eq(other.item, item) => return Err(ambiguous(node)),
                    _ => found = Some(here),
                }
                continue;
            }
            let record = self.node(&at.node);
            let run = |index| record.and_then(|record| record.runs.get(index));
            // A node without input is where every way begins.
            if run(at.run_index).is_none_or(|run| run.sources.iter().all(Option::is_none)) {
                continue;
            }
            let Some(paired) = &item.paired_item else {
                broken = Some(at.node.to_string());
                continue;
            };
            for step in paired.sources() {
                let from = run(step.run.map_or(at.run_index, |run| run as usize));
                if let Some(Some(source)) = from.and_then(|run| run.sources.get(step.input)) {
                    open.push((source, step.item));
                }
            }
        }
        found.ok_or_else(|| match broken {
            Some(at) => ExpressionError::new(
                ErrorKind::NodeData,
                format!("Paired item data for item from node '{at}' is unavailable"),
            )
            .hint(format!(
                "Use $('{node}').first(), .last() or .all()[index] instead of .item, or let '{at}' set pairedItem"
            )),
            None => no_path(node, "this node"),
        })
    }
}

fn ambiguous(node: &str) -> ExpressionError {
    ExpressionError::new(ErrorKind::NodeData, format!("Multiple matches found for '{node}'")).hint(
        format!("Several items of '{node}' match; use .first(), .last() or .all()[index] instead of .item"),
    )
}

fn no_path(node: &str, from: &str) -> ExpressionError {
    ExpressionError::new(
        ErrorKind::NodeData,
        format!("No path back to node '{node}'"),
    )
    .hint(format!("Connect '{node}' so that it leads to {from}, or use .first(), .last() or .all() instead of .item"))
}
