//! The report of a workflow that is here already, as if it came in now.
//!
//! Nothing of an import's report is kept: what a workflow still lacks is read from the workflow.

use std::collections::BTreeMap;

use reporunner_model::{Catalog, NodeId, Workflow};

use crate::{ImportError, Report, export, import};

/// What an import of `workflow` as it is now would report. Nodes are named by the ids that they
/// have in it.
///
/// `ids` and `reads` are as for [`import`].
pub fn review(
    workflow: &Workflow,
    catalog: &Catalog,
    ids: impl FnMut() -> String,
    reads: impl FnMut(&str) -> bool,
) -> Result<Report, ImportError> {
    let imported = import(&export(workflow).to_string(), catalog, ids, reads)?;
    // A node whose id in the file is none, or another's too, gets a fresh one each time.
    let by_name: BTreeMap<&str, &NodeId> =
        workflow.nodes.values().map(|node| (node.name.as_str(), &node.id)).collect();
    let renewed = imported.workflow.nodes.values().filter_map(|node| {
        let own = *by_name.get(node.name.as_str())?;
        (*own != node.id).then(|| (node.id.clone(), own.clone()))
    });
    let renewed: BTreeMap<NodeId, NodeId> = renewed.collect();
    let mut report = imported.report;
    let nodes = report.nodes.iter_mut().map(|node| &mut node.id);
    let expressions = report.expression_list.iter_mut().map(|found| &mut found.node);
    let credentials = report.credentials.iter_mut().map(|found| &mut found.node);
    let warnings = report.warnings.iter_mut().filter_map(|warning| warning.node.as_mut());
    for id in nodes.chain(expressions).chain(credentials).chain(warnings) {
        if let Some(own) = renewed.get(id) {
            id.clone_from(own);
        }
    }
    Ok(report)
}
