//! Sizes that must stay workable. Bounds are wide: they catch a whole-document walk, not a slow
//! machine.

use std::time::{Duration, Instant};

use reporunner_model::{Edge, NodeId, Workflow};
use serde_json::json;

use crate::fixture::{Person, created, move_to, node, set, wire};

#[test]
fn one_edit_among_a_thousand_nodes_costs_little() {
    let mut workflow = Workflow::default();
    for index in 0..1_000 {
        let id = format!("n{index:04}");
        workflow.nodes.insert(NodeId::new(&*id), node(&id));
        if index > 0 {
            let from = format!("n{:04}", index - 1);
            workflow.edges.insert(wire(&from, &id), Edge::default());
        }
    }
    let start = Instant::now();
    let document = created(&workflow);
    let create = start.elapsed();
    let person = Person::new("one", &document);
    let mut document = person.document;
    let catalog = crate::fixture::catalog();
    let start = Instant::now();
    for index in 0..200 {
        let id = format!("n{index:04}");
        let edits = [move_to(&id, f64::from(index), 1.0), set(&id, "url", json!(index))];
        let batch = crate::fixture::batch(edits);
        document
            .apply(&batch, &catalog, &person.name, reporunner_model::Timestamp(0))
            .expect("the edit fits");
    }
    let each = start.elapsed() / 200;
    let start = Instant::now();
    let read = document.workflow_at(&document.heads()).expect("its heads");
    let whole = start.elapsed();
    assert_eq!(&read, document.workflow());
    println!("create {create:?}, one edit {each:?}, read the whole {whole:?}");
    assert!(each < whole / 4 + Duration::from_millis(1), "an edit costs {each:?} of {whole:?}");
}
