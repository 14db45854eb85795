//! The start: where a run begins, and its first step.

use std::sync::Arc;

use reporunner_model::{Item, Items, NodeId, RunStatus, StartFrom};

use super::partial::{self, Part};
use super::{Ready, Run};
use crate::{Effect, NodeIndex, Options, Plan, StartError};

/// The type whose trigger a run by hand starts at when nobody says otherwise.
const MANUAL_TRIGGER: &str = "manualTrigger";

/// Where a run begins.
#[derive(Debug)]
pub(super) enum Start {
    /// At a node, with these items.
    Node { node: NodeIndex, input: Option<Items> },
    /// At the edge of what a former run recorded.
    Part(Box<Part>),
}

/// Finds out where a run begins.
pub(super) fn resolve(plan: &Plan, options: Options) -> Result<Start, StartError> {
    match &options.start {
        StartFrom::Trigger { node } => {
            let node = node.as_ref().or(options.trigger.as_ref());
            let node = trigger(plan, node, |_| true)?;
            Ok(Start::Node { node, input: options.input })
        }
        StartFrom::Default => {
            let node = trigger(plan, options.trigger.as_ref(), |_| true)?;
            Ok(Start::Node { node, input: options.input })
        }
        StartFrom::UpTo { node } => {
            let target = existing(plan, node)?;
            partial::up_to(plan, target, options).map(|part| Start::Part(Box::new(part)))
        }
        StartFrom::Only { node } => {
            let target = existing(plan, node)?;
            partial::only(plan, target, options).map(|part| Start::Part(Box::new(part)))
        }
    }
}

fn existing(plan: &Plan, id: &NodeId) -> Result<NodeIndex, StartError> {
    plan.index_of(id).ok_or_else(|| StartError::NoSuchNode(id.clone()))
}

/// The named node, else the manual trigger, else the only trigger, among those that count.
pub(super) fn trigger(
    plan: &Plan,
    named: Option<&NodeId>,
    counts: impl Fn(NodeIndex) -> bool,
) -> Result<NodeIndex, StartError> {
    if let Some(id) = named {
        let index = existing(plan, id)?;
        let node = &plan.node(index).node;
        return if node.on { Ok(index) } else { Err(StartError::NodeOff(node.name.clone())) };
    }
    let on = |index: &NodeIndex| plan.node(*index).node.on && counts(*index);
    let all = || plan.nodes().map(|(index, _)| index).filter(on);
    let mut triggers: Vec<NodeIndex> = all().filter(|index| plan.node(*index).trigger).collect();
    let manual = |index: &NodeIndex| plan.node(*index).node.node_type.as_str() == MANUAL_TRIGGER;
    if triggers.iter().any(manual) {
        triggers.retain(manual);
    }
    if triggers.is_empty() {
        // A trigger that this version does not have, so that the run says so.
        triggers = all().filter(|index| looks_like_trigger(plan, *index)).collect();
    }
    match triggers.as_slice() {
        [] => Err(StartError::NoTrigger),
        [one] => Ok(*one),
        several => {
            let names = several.iter().map(|index| plan.node(*index).node.name.clone());
            Err(StartError::SeveralTriggers { names: names.collect() })
        }
    }
}

fn looks_like_trigger(plan: &Plan, index: NodeIndex) -> bool {
    let planned = plan.node(index);
    !planned.known && planned.ins.is_empty() && planned.node.node_type.as_str().ends_with("Trigger")
}

impl Run {
    pub(super) fn begin_run(&mut self, effects: &mut Vec<Effect>) {
        if self.status != RunStatus::Queued {
            return;
        }
        self.status = RunStatus::Running;
        self.start_limit(effects);
        match &self.start {
            Start::Node { node, input } => {
                let items = input.clone().unwrap_or_else(one_empty_item);
                let ready = Ready { node: *node, inputs: vec![Some(items)], sources: vec![None] };
                self.push(ready);
            }
            Start::Part(_) => self.begin_part(effects),
        }
    }

    /// Whether a run may go to this node.
    pub(super) fn covers(&self, node: NodeIndex) -> bool {
        match &self.start {
            Start::Node { .. } => true,
            Start::Part(part) => part.scope.contains(node),
        }
    }

    /// Whether the run goes no further than this node.
    pub(super) fn ends_at(&self, node: NodeIndex) -> bool {
        matches!(&self.start, Start::Part(part) if part.target == node)
    }

    /// Whether the run begins at this node with items that were given to it.
    pub(super) fn was_given_to(&self, node: NodeIndex) -> bool {
        match &self.start {
            Start::Node { node: start, input } => *start == node && input.is_some(),
            Start::Part(part) => part.given == Some(node),
        }
    }
}

/// What the first node gets where nothing is given.
pub(super) fn one_empty_item() -> Items {
    Arc::new(vec![Item::default()])
}
