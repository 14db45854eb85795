//! Runs of a part: up to a node, or one node alone, on what a former run recorded.
//!
//! The rules are n8n's partial execution (`partial-execution-utils`): the earliest nodes without
//! usable data are run, and whatever follows them within the part.

use reporunner_model::{Items, NodeRunState};

use super::start::{one_empty_item, trigger};
use super::{Ready, Run};
use crate::bits::Bits;
use crate::plan::Wire;
use crate::results::NodeResult;
use crate::run::start::Start;
use crate::{Effect, NodeIndex, Options, Plan, RecordedRun, Source, StartError};

/// The part of a workflow that a run covers.
#[derive(Debug)]
pub(super) struct Part {
    /// The node at which it ends.
    pub(super) target: NodeIndex,
    /// Nodes that run.
    pub(super) scope: Bits,
    /// The node that was given the run's input.
    pub(super) given: Option<NodeIndex>,
    /// The first run, where it is at a node that nothing is delivered to.
    first: Option<Ready>,
    /// Nodes whose recorded runs stand in for them.
    clean: Vec<(NodeIndex, Vec<NodeResult>)>,
}

/// The part that leads to `target`, and `target`.
pub(super) fn up_to(plan: &Plan, target: NodeIndex, options: Options) -> Result<Part, StartError> {
    let name = || plan.node(target).node.name.clone();
    if !plan.node(target).node.on {
        return Err(StartError::NodeOff(name()));
    }
    let mut part = plan.ancestors(target);
    part.insert(target);
    let start = match trigger(plan, options.trigger.as_ref(), |index| part.contains(index)) {
        Ok(start) if part.contains(start) => start,
        Ok(_) | Err(StartError::NoTrigger) => return Err(StartError::NotConnected(name())),
        Err(StartError::SeveralTriggers { .. }) => {
            topmost_trigger(plan, &part).ok_or_else(|| StartError::NotConnected(name()))?
        }
        Err(error) => return Err(error),
    };
    let part = Walk { plan, options: &options, part, target }.divide(start);
    Ok(part.given_input(start, options.input))
}

fn topmost_trigger(plan: &Plan, part: &Bits) -> Option<NodeIndex> {
    let triggers = plan
        .nodes()
        .filter(|(index, planned)| planned.trigger && planned.node.on && part.contains(*index));
    let place = |index: NodeIndex| plan.node(index).node.position;
    triggers.map(|(index, _)| index).min_by(|a, b| {
        let (a, b) = (place(*a), place(*b));
        a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x))
    })
}

/// `target` alone.
pub(super) fn only(plan: &Plan, target: NodeIndex, options: Options) -> Result<Part, StartError> {
    let mut scope = Bits::new(plan.len());
    scope.insert(target);
    let walk = Walk { plan, options: &options, part: scope.clone(), target };
    let ready = |inputs, sources| Ready { node: target, inputs, sources };
    let first = if let Some(input) = &options.input {
        ready(vec![Some(input.clone())], vec![None])
    } else if plan.node(target).ins.is_empty() {
        ready(vec![Some(one_empty_item())], vec![None])
    } else {
        walk.recorded_input()
            .ok_or_else(|| StartError::NothingRecorded(plan.node(target).node.name.clone()))?
    };
    // Expressions may look at any node, so all of the former run comes along.
    let others = plan.nodes().map(|(index, _)| index).filter(|index| *index != target);
    let clean = others.filter_map(|index| Some((index, walk.usable(index)?))).collect();
    Ok(Part { target, scope, given: None, first: Some(first), clean })
}

/// Finds out which nodes of a part must run.
struct Walk<'w> {
    plan: &'w Plan,
    options: &'w Options,
    part: Bits,
    target: NodeIndex,
}

impl Walk<'_> {
    fn divide(&self, start: NodeIndex) -> Part {
        let (visited, mut earliest) = self.follow_data(start);
        if !earliest.iter().any(|node| *node == self.target || self.leads_to_target(*node)) {
            // The data ends before the target: at a loop that did not come to its end, or at a
            // branch that got nothing.
            earliest = visited.iter().copied().filter(|n| self.is_in_loop(*n)).collect();
        }
        if earliest.is_empty() || self.options.input.is_some() {
            earliest = vec![start];
        }
        let mut scope = Bits::new(self.plan.len());
        let mut todo = earliest;
        while let Some(node) = todo.pop() {
            if self.part.contains(node) && scope.insert(node) && node != self.target {
                todo.extend(self.plan.node(node).outs.iter().map(|wire| wire.to));
            }
        }
        let clean = visited.into_iter().filter(|node| !scope.contains(*node));
        let clean = clean.filter_map(|node| Some((node, self.usable(node)?))).collect();
        let first = scope.contains(start).then(|| Ready {
            node: start,
            inputs: vec![Some(one_empty_item())],
            sources: vec![None],
        });
        Part { target: self.target, scope, given: None, first, clean }
    }

    /// Follows recorded items from the start: the nodes whose data can be used, and the first
    /// ones that have none.
    fn follow_data(&self, start: NodeIndex) -> (Vec<NodeIndex>, Vec<NodeIndex>) {
        let (mut visited, mut earliest) = (Vec::new(), Vec::new());
        let mut seen = Bits::new(self.plan.len());
        let mut todo = vec![start];
        while let Some(node) = todo.pop() {
            if !self.part.contains(node) || !seen.insert(node) {
                continue;
            }
            let runs = if node == self.target { None } else { self.usable(node) };
            let Some(runs) = runs else {
                earliest.push(node);
                continue;
            };
            visited.push(node);
            let carries = |wire: &&Wire| {
                runs.iter().any(|run| run.outputs.get(wire.output).is_some_and(|i| !i.is_empty()))
            };
            todo.extend(self.plan.node(node).outs.iter().filter(carries).map(|wire| wire.to));
        }
        (visited, earliest)
    }

    fn leads_to_target(&self, node: NodeIndex) -> bool {
        self.plan.descendants(node).contains(self.target)
    }

    fn is_in_loop(&self, node: NodeIndex) -> bool {
        self.plan.descendants(node).contains(node)
    }

    /// The runs that stand in for running a node: its pin, else what was recorded.
    fn usable(&self, node: NodeIndex) -> Option<Vec<NodeResult>> {
        let planned = self.plan.node(node);
        if self.options.use_pins
            && planned.node.on
            && let Some(pin) = &planned.pin
        {
            return Some(vec![result(NodeRunState::Pinned, vec![pin.clone()])]);
        }
        let runs = self.options.recorded.usable(&planned.node.id)?;
        Some(runs.iter().map(|run| self.recall(run)).collect())
    }

    fn recall(&self, recorded: &RecordedRun) -> NodeResult {
        let run = &recorded.run;
        let source = |source: &reporunner_model::SourceRef| {
            let node = self.plan.index_of(&source.node)?;
            Some(Source { node, output: source.output, run_index: source.run_index })
        };
        NodeResult {
            sequence: run.sequence,
            attempt: run.attempt,
            started: run.started,
            micros: run.micros,
            sources: run.sources.iter().map(|s| s.as_ref().and_then(source)).collect(),
            input_counts: run.input_counts.clone(),
            error: run.error.clone().map(Box::new),
            hints: run.hints.clone(),
            ..result(run.state, recorded.outputs.clone())
        }
    }

    /// The input of the target's last recorded run, else what the nodes before it gave last.
    fn recorded_input(&self) -> Option<Ready> {
        let planned = self.plan.node(self.target);
        let items_of = |source: &Source| -> Option<Items> {
            let runs = self.usable(source.node)?;
            let run = runs.get(source.run_index).or_else(|| runs.last())?;
            run.outputs.get(source.output).cloned()
        };
        let recorded = self.options.recorded.nodes.get(&planned.node.id);
        if let Some(last) = recorded.and_then(|runs| runs.last()) {
            let sources = self.recall(last).sources;
            let inputs: Vec<Option<Items>> =
                sources.iter().map(|source| source.as_ref().and_then(items_of)).collect();
            if inputs.iter().flatten().any(|items| !items.is_empty()) {
                return Some(Ready { node: self.target, inputs, sources });
            }
        }
        let mut inputs = vec![None; planned.wired_inputs];
        let mut sources = vec![None; planned.wired_inputs];
        for wire in &planned.ins {
            let runs = self.usable(wire.from).map_or(0, |runs| runs.len());
            let run_index = runs.saturating_sub(1);
            let source = Source { node: wire.from, output: wire.output, run_index };
            let items = items_of(&source).filter(|items| !items.is_empty());
            if inputs[wire.input].is_none() && items.is_some() {
                inputs[wire.input] = items;
                sources[wire.input] = Some(source);
            }
        }
        let any = inputs.iter().any(Option::is_some);
        any.then_some(Ready { node: self.target, inputs, sources })
    }
}

impl Part {
    fn given_input(mut self, start: NodeIndex, input: Option<Items>) -> Self {
        if let (Some(first), Some(input)) = (&mut self.first, input) {
            first.inputs = vec![Some(input)];
            self.given = Some(start);
        }
        self
    }
}

impl Run {
    /// Puts the recorded runs in place, reports them like runs of this run, and sends their items
    /// to the nodes that run.
    pub(super) fn begin_part(&mut self, effects: &mut Vec<Effect>) {
        let Start::Part(part) = &mut self.start else { return };
        let first = part.first.take();
        let clean = std::mem::take(&mut part.clean);
        let alone = first.as_ref().is_some_and(|first| first.node == part.target);
        let mut nodes = Vec::with_capacity(clean.len());
        for (node, runs) in clean {
            // What runs now comes after all of it.
            let after = runs.iter().map(|run| run.sequence + 1).max();
            self.sequence = self.sequence.max(after.unwrap_or_default());
            nodes.push((node, runs.len()));
            effects.extend(runs.iter().enumerate().map(|(run_index, run)| Effect::NodeChanged {
                node,
                run_index,
                state: run.state,
            }));
            self.results[node.get()] = runs;
        }
        if let Some(first) = first {
            self.push(first);
        }
        if alone {
            return;
        }
        for (node, runs) in nodes {
            for run_index in 0..runs {
                self.send_on(node, run_index);
            }
        }
    }
}

fn result(state: NodeRunState, outputs: Vec<Items>) -> NodeResult {
    NodeResult {
        sequence: 0,
        state,
        attempt: 1,
        started: reporunner_model::Timestamp::default(),
        micros: 0,
        sources: Vec::new(),
        input_counts: Vec::new(),
        outputs,
        error: None,
        hints: Vec::new(),
        began: reporunner_model::Monotonic::default(),
    }
}
