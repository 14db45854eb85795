//! A workflow that two others call, as files and as an opened example.

use serde_json::{Value, json};

use crate::process::Folder;
use crate::{Opened, check_expected, copied, run_file};

#[test]
fn a_file_calls_the_file_beside_it() {
    let folder = Folder::new();
    let copy = copied("shared-workflow", &folder);
    check_expected("shared-workflow", &run_file(&folder, &copy));
    let list = std::fs::read_to_string(copy.join("postage.csv")).expect("the list");
    assert!(list.contains("A-2,FR,1200,near,2,12.4"), "{list}");
}

#[test]
fn the_opened_workflows_call_each_other() {
    let mut opened = Opened::new("shared-workflow");
    let known = opened.by_name();
    let (postage, request) = (&known["Postage"], &known["Postage by request"]);
    assert_eq!((known.len(), &known["Parcels of the day"]), (3, &opened.id));
    check_expected("shared-workflow", &opened.run(&json!({})));
    let runs = |opened: &mut Opened, workflow: &str| {
        let list = json!({ "command": "ListRuns", "filter": { "workflow": workflow } });
        opened.serve.ask(list)["runs"].as_array().map(Vec::len)
    };
    assert_eq!(runs(&mut opened, postage), Some(1), "it was called, not a file");
    let live = json!({ "command": "SetLive", "id": request, "live": true });
    opened.serve.ask(live);
    let url = format!("{}/postage?country=jp&grams=3100", opened.base());
    let expected = json!({ "country": "JP", "kilos": 4, "postage": 36 });
    assert_eq!(crate::get(&url), (200, expected));
    assert_eq!(runs(&mut opened, postage), Some(2), "both call the same one");
}

#[test]
fn an_example_that_is_opened_twice_calls_its_own() {
    let mut opened = Opened::new("shared-workflow");
    let first = opened.by_name();
    let second = opened.serve.ask(json!({ "command": "AddExample", "name": "shared-workflow" }));
    let ask = json!({ "command": "OpenWorkflow", "id": second });
    let workflow = opened.serve.ask(ask)["workflow"].clone();
    let called = &workflow["nodes"]["postage"]["params"];
    assert_eq!((&called["source"], &called["workflowPath"]), (&json!("database"), &Value::Null));
    let known = opened.by_name();
    assert!(
        known.len() == 6 && !first.contains_key(called["workflowId"].as_str().expect("a name"))
    );
    assert!(known.contains_key(called["workflowId"].as_str().expect("a name")), "{called}");
}
