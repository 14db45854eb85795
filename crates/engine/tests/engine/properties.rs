//! What holds for every workflow: it ends, replays, can be cancelled, and joins get no more than
//! they should.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use reporunner_engine::{Effect, Event, Options, Run};
use reporunner_model::{ExecutionOrder, RunStatus};

use crate::graph::Graph;
use crate::sim::Sim;

const NAMES: [&str; 10] = ["t", "a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Random workflows as text. Each node has wires from nodes before it; a few have one back to a
/// node before them, and then give items twice only.
fn graphs() -> impl Strategy<Value = String> {
    let node = (
        proptest::collection::vec((0usize..9, 0usize..2, 0usize..3), 1..4),
        0usize..12,
        proptest::collection::vec(0usize..3, 2),
        1usize..5,
        proptest::option::weighted(0.15, (0usize..9, 0usize..2)),
    );
    let order = prop_oneof![Just("v0"), Just("v1"), Just("concurrent")];
    (order, proptest::collection::vec(node, 1..9)).prop_map(|(order, nodes)| {
        let mut text = format!("order {order}\n");
        for (index, (wires, _, _, _, _)) in nodes.iter().enumerate() {
            for (from, output, input) in wires {
                let (from, to) = (NAMES[from % (index + 1)], NAMES[index + 1]);
                // Half of the nodes are joins.
                let input = if index % 2 == 0 { 0 } else { *input };
                text += &format!("{from}:{output} -> {input}:{to}\n");
            }
        }
        for (index, (_, kind, gives, takes, back)) in nodes.iter().enumerate() {
            let name = NAMES[index + 1];
            text += &format!("{name} takes {takes}\n");
            if let Some((to, input)) = back {
                let to = NAMES[to % (index + 1) + 1];
                text += &format!("{name} -> {input}:{to}\n{name} gives 1 1 then 1 0 then 0 0\n");
                continue;
            }
            text += &match kind {
                0 => format!("{name} fails\n"),
                1 => format!("{name} fails 1\n{name} retries 2 10\n"),
                2 => format!("{name} fails\n{name} continues\n"),
                3 => format!("{name} fails 1\n{name} diverts\n"),
                4 => format!("{name} off\n"),
                5 => format!("{name} pinned 1\n"),
                6 => format!("{name} gives 0 0\n{name} always\n"),
                7 => format!("{name} limit 2\n"),
                8 => format!("{name} waits 5\n"),
                _ => format!("{name} gives {} {}\n", gives[0], gives[1]),
            };
        }
        text
    })
}

fn options() -> Options {
    Options { use_pins: true, ..Options::default() }
}

/// Every list of items that was sent along a wire makes its way into exactly one run of the node
/// it was sent to, at the input that it was sent to. The legacy order makes up further runs, and
/// a run that ended early leaves lists behind: there, no list is used twice.
fn check_arrivals(sim: &Sim, text: &str) {
    let legacy = sim.plan.order() == ExecutionOrder::V0;
    // In a loop, n8n leaves nodes that wait for each other alone.
    let may_lose = sim.plan.order() == ExecutionOrder::V1 && text.contains("then");
    let complete = sim.run.status() == RunStatus::Succeeded && !legacy && !may_lose;
    for (to, planned) in sim.plan.nodes() {
        let mut sent = BTreeSet::new();
        for key in sim.edges().filter(|key| key.to == planned.node.id) {
            let from = sim.plan.index_of(&key.from).expect("a wire has two ends");
            for (run_index, result) in sim.run.results(from).iter().enumerate() {
                if result.outputs.get(key.from_port).is_some_and(|items| !items.is_empty()) {
                    sent.insert((key.to_port, from, key.from_port, run_index));
                }
            }
        }
        let mut used = BTreeSet::new();
        for result in sim.run.results(to) {
            for (input, source) in result.sources.iter().enumerate() {
                let Some(source) = source else { continue };
                let list = (input, source.node, source.output, source.run_index);
                let name = &planned.node.name;
                assert!(used.insert(list), "{name} got {list:?} twice:\n{text}\n{}", sim.trace);
                assert!(legacy || sent.contains(&list), "{name} got {list:?}, which nobody sent");
            }
        }
        assert!(!complete || used == sent, "lists were lost:\n{text}\n{}", sim.trace);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_run_ends_and_replays(text in graphs()) {
        let sim = Sim::new(&Graph::parse(&text), options()).finish();
        prop_assert!(sim.run.status().is_final());
        let ends = sim.effects.iter().filter(|e| matches!(e, Effect::Finished { .. })).count();
        prop_assert_eq!(ends, 1, "a run ends once");
        check_arrivals(&sim, &text);

        let mut again = Run::new(Arc::clone(&sim.plan), options()).expect("it started before");
        let mut effects = Vec::new();
        for (now, event) in &sim.log {
            again.step(*now, event.clone(), &mut effects);
        }
        prop_assert_eq!(&effects, &sim.effects, "same events, same effects");
        for (index, _) in sim.plan.nodes() {
            prop_assert_eq!(again.results(index), sim.run.results(index));
        }
    }

    #[test]
    fn a_run_can_be_cancelled_at_any_step(text in graphs(), after in 0usize..30) {
        let mut sim = Sim::new(&Graph::parse(&text), options());
        for _ in 0..after {
            sim.advance();
        }
        let was_over = sim.run.status().is_final();
        sim.happen(Event::Cancel { reason: "stop".to_owned() });
        prop_assert!(sim.run.status().is_final(), "cancel is the end, at once");
        prop_assert!(was_over || sim.run.status() == RunStatus::Cancelled);
        let effects = sim.effects.len();
        let sim = sim.finish();
        prop_assert_eq!(sim.effects.len(), effects, "nothing follows the end");
    }

    #[test]
    fn a_run_cut_off_anywhere_can_be_taken_up(text in graphs(), after in 0usize..20) {
        let mut sim = Sim::new(&Graph::parse(&text), options());
        for _ in 0..after {
            sim.advance();
        }
        let again = Run::replay(Arc::clone(&sim.plan), options(), sim.log.iter().cloned())
            .expect("it started before");
        let Some((now, _)) = sim.log.last() else { return Ok(()) };
        prop_assert_eq!(again.status(), sim.run.status());
        let outstanding = again.outstanding(*now);
        if !again.status().is_final() {
            prop_assert!(!outstanding.is_empty(), "a run that is not over has something to do");
        }
        for effect in outstanding {
            if let Effect::RunNode(task) = effect {
                prop_assert!(sim.tasks.contains(&task), "a task taken up is the one handed out");
            }
        }
    }
}
