//! What wakes a run that waits: a call for one of its nodes, or the end of runs that it called.

use std::sync::Arc;

use reporunner_engine::{Event, Outcome, Run};
use reporunner_model::{Item, Items, NodeId};
use reporunner_node::WaitNote;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::handles::Responder;

/// What has come for a run that waits.
#[derive(Clone)]
pub enum WakeBy {
    /// A call for one of its nodes, which gives these items then.
    Call {
        /// The wait that it is for, and no later one of the same node.
        wait: RunWait,
        /// The item made of the call.
        item: Box<Item>,
        /// Answers the call.
        responder: Option<Responder>,
    },
    /// A run that it called is over: what waits for such runs looks again.
    ChildOver,
    /// It shall end.
    Cancel {
        /// Why.
        reason: String,
    },
}

/// A node of a run that waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunWait {
    /// The node.
    pub node: NodeId,
    /// For what.
    pub note: WaitNote,
}

/// What the nodes of a run at rest wait for, as its row has it.
#[derive(Serialize)]
pub(crate) struct Resting {
    pub(crate) nodes: Vec<RunWait>,
}

impl Resting {
    /// As a row has it, each node by itself: one that an other build wrote costs no other its wait.
    pub(crate) fn of_value(row: &Value) -> Self {
        let nodes = row.get("nodes").and_then(Value::as_array);
        let of = |wait: &Value| {
            let note = wait.get("note").map(WaitNote::of_value).unwrap_or_default();
            Some(RunWait { node: NodeId::new(wait.get("node")?.as_str()?), note })
        };
        Self { nodes: nodes.into_iter().flatten().filter_map(of).collect() }
    }
}

/// Something on its way to a run.
pub(crate) struct Wake {
    pub(crate) by: WakeBy,
    /// Told once what came is on disk. Dropped where it concerns nobody.
    pub(crate) taken: oneshot::Sender<()>,
}

/// The nodes of a run that wait.
pub(crate) fn waits_of(run: &Run) -> Vec<RunWait> {
    let of = |wait: reporunner_engine::Wait<'_>| RunWait {
        node: run.plan().node(wait.node).node.id.clone(),
        note: WaitNote::of_value(wait.note),
    };
    run.waits().map(of).collect()
}

/// What the engine is told.
pub(crate) fn events_of(run: &Run, by: &WakeBy) -> Vec<Event> {
    let mut waits = run.waits();
    match by {
        WakeBy::Call { wait: meant, item, .. } => {
            let found = waits.find(|wait| {
                run.plan().node(wait.node).node.id == meant.node
                    && WaitNote::of_value(wait.note).is_same(&meant.note)
            });
            let outputs: Vec<Items> = vec![Arc::new(vec![(**item).clone()])];
            let outcome = Outcome::Outputs { outputs, hints: Vec::new() };
            found.map(|wait| Event::NodeFinished { task: wait.task, outcome }).into_iter().collect()
        }
        WakeBy::ChildOver => {
            let again = waits.filter(|wait| wait.again);
            again.map(|wait| Event::Woken { task: wait.task }).collect()
        }
        WakeBy::Cancel { reason } => vec![Event::Cancel { reason: reason.clone() }],
    }
}
