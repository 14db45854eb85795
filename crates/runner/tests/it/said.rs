//! What steps remember, note and were given before, as later steps and expressions see it.

use reporunner_model::RunStatus;
use serde_json::{Map, Value, json};

use crate::support::{Bench, Doing, Hand, item, soon, workflow};

/// Runs steps after each other, the last of which is `last`, and gives the first item of its last
/// run.
async fn run(doing: Doing, steps: &[(&str, &str, Value)], wires: &[(&str, &str)]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::doing(folder.path(), &Hand::new(), Some(doing));
    let workflow = workflow(steps, wires);
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_eq!(ended.status, RunStatus::Succeeded, "{:?}", ended.error);
    let last = ended.run.last_node().expect("a node ran");
    let results = ended.run.results(last);
    let given = results.iter().rev().find_map(|result| result.outputs.first()?.first());
    given.map(|item| Value::from(item.json.clone())).unwrap_or_default()
}

fn shown() -> Doing {
    Box::new(|context| {
        Box::pin(async move {
            if context.node.name == "note" {
                let notes = [("who", "Ann"), ("what", "tea"), ("more", "no room")];
                let notes = notes.map(|(name, text)| (name.to_owned(), Value::from(text)));
                let left_out = context.handles.notes.add(Map::from_iter(notes), 2);
                assert_eq!(left_out, ["more"]);
            }
            let see = context.values(0)?.value("see");
            Ok(vec![item(json!({ "see": see }))])
        })
    })
}

#[tokio::test]
async fn expressions_see_what_a_step_remembers() {
    let see = json!({ "see": "={{ $node['count'].context.count }}" });
    let steps = [("begin", "start", json!({})), ("count", "count", json!({})), ("do", "do", see)];
    let got = run(shown(), &steps, &[("begin", "count"), ("count", "do")]).await;
    assert_eq!(got, json!({ "see": 1 }));
}

#[tokio::test]
async fn expressions_see_what_a_step_noted() {
    let see = json!({ "see": "={{ $execution.customData.get('who') }}" });
    let steps = [("begin", "start", json!({})), ("note", "do", json!({})), ("do", "do", see)];
    let got = run(shown(), &steps, &[("begin", "note"), ("note", "do")]).await;
    assert_eq!(got, json!({ "see": "Ann" }));
}

#[tokio::test]
async fn a_step_finds_what_it_was_given_before() {
    let doing: Doing = Box::new(|context| {
        Box::pin(async move {
            let before = context.handles.earlier.input(0, 0);
            Ok(match context.run.run_index {
                0 => {
                    assert!(before.is_none(), "there is no earlier run yet");
                    vec![item(json!({ "round": 0 }))]
                }
                1 => vec![item(json!({ "given": before.map(|items| items.len()) }))],
                _ => Vec::new(),
            })
        })
    });
    let steps = [("begin", "start", json!({})), ("do", "do", json!({}))];
    let got = run(doing, &steps, &[("begin", "do"), ("do", "do")]).await;
    assert_eq!(got, json!({ "given": 1 }));
}
