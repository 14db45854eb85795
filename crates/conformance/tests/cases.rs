//! Small cases of our own: what holds is told to hold, what does not is told with its reason.
//!
//! None of them needs the worker process.

use reporunner_conformance::{Bench, Kind, run, same, verdict};
use reporunner_sandbox::PoolConfig;
use serde_json::{Value, json};

fn bench() -> Bench {
    let program = std::env::current_exe().expect("a program");
    Bench::new(PoolConfig::new(program, Vec::<String>::new())).expect("a bench")
}

/// A trigger, then two numbers, then both passed on.
fn workflow() -> Value {
    let node = |name: &str, kind: &str, x: i64, parameters: Value| {
        json!({ "id": name, "name": name, "type": kind, "typeVersion": 1, "position": [x, 0],
                "parameters": parameters })
    };
    let to = |name: &str| json!({ "main": [[{ "node": name, "type": "main", "index": 0 }]] });
    let data = json!({ "data": [{ "n": 1 }, { "n": 2 }] });
    json!({
        "name": "Numbers",
        "nodes": [
            node("Begin", "n8n-nodes-base.manualTrigger", 0, json!({})),
            node("Numbers", "n8n-nodes-testing.testData", 200, data),
            node("End", "n8n-nodes-base.noOp", 400, json!({})),
        ],
        "connections": { "Begin": to("Numbers"), "Numbers": to("End") },
        "settings": { "executionOrder": "v1" },
    })
}

/// What of `expect` does not hold for the workflow.
#[track_caller]
fn failing(expect: Value) -> Vec<String> {
    let case = json!({ "workflow": workflow(), "expect": expect });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let checks = runtime.block_on(async { bench().check(&case).await.expect("it runs") });
    assert!(!checks.is_empty(), "something is checked");
    checks.into_iter().filter(|check| !check.holds).map(|check| check.what).collect()
}

#[test]
fn what_a_case_expects_is_held_against_what_its_nodes_gave() {
    let none: [&str; 0] = [];
    let item = |n: i64| json!({ "json": { "n": n } });
    let right = json!([[item(1), item(2)]]);
    assert_eq!(failing(json!({ "nodes": { "End": right } })), none);
    assert_eq!(failing(json!({ "nodes": { "End": [[item(2), item(1)]] } })), ["End"]);
    assert_eq!(failing(json!({ "nodes": { "End": [right, right] } })), ["End"], "runs count");
    assert_eq!(failing(json!({ "nodes": { "Other": right } })), ["Other"]);
    let all = json!([{ "outputs": { "main": [[item(1), item(2)]] } }]);
    assert_eq!(failing(json!({ "nodes_all_outputs": { "Numbers": all } })), none);
    assert_eq!(failing(json!({ "error": "it broke" })), ["error"]);
}

#[test]
fn the_order_is_that_in_which_nodes_began() {
    let none: [&str; 0] = [];
    assert_eq!(failing(json!({ "nodeExecutionOrder": ["Begin", "Numbers", "End"] })), none);
    assert_eq!(failing(json!({ "nodeExecutionOrder": ["Begin", "End", "Numbers"] })), ["order"]);
}

#[tokio::test]
async fn pins_stand_in_only_where_the_case_says_so() {
    let mut workflow = workflow();
    workflow["pinData"] = json!({ "Numbers": [{ "json": { "n": 7 } }] });
    let bench = bench();
    for (mode, numbers) in [("plain", vec![1, 2]), ("pinned", vec![7])] {
        let items: Vec<_> = numbers.iter().map(|n| json!({ "json": { "n": n } })).collect();
        let expect = json!({ "nodes": { "End": [items] } });
        let case = json!({ "mode": mode, "workflow": workflow, "expect": expect });
        let checks = bench.check(&case).await.expect("it runs");
        assert!(checks.len() == 1 && checks[0].holds, "{mode}: {checks:?}");
    }
}

/// A trigger, then a request.
fn asking(url: &str, extra: Value) -> Value {
    let mut parameters = json!({ "url": url, "options": {} });
    for (name, value) in extra.as_object().expect("parameters") {
        parameters[name] = value.clone();
    }
    let mut workflow = workflow();
    workflow["nodes"][1] = json!({
        "id": "Ask", "name": "Ask", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2,
        "position": [200, 0], "parameters": parameters,
    });
    workflow["nodes"].as_array_mut().expect("nodes").truncate(2);
    workflow["connections"] = json!({ "Begin": { "main": [[{ "node": "Ask", "index": 0 }]] } });
    workflow
}

#[tokio::test]
async fn requests_are_answered_as_recorded_and_told() {
    let bench = bench();
    let body = json!({ "method": "POST", "sendBody": true, "specifyBody": "json", "jsonBody": "{\"n\":1}" });
    let workflow = asking("https://shop.example/orders?page=2", body);
    let entry = |body: Value, query: Value| {
        json!({ "method": "POST", "base": "https://shop.example", "path": "/orders", "times": 1,
                "requestBody": body, "mods": [["query", query]],
                "reply": ["reply", 201, { "id": 7 }] })
    };
    let answered = json!({ "nodes": { "Ask": [[{ "json": { "id": 7 } }]] } });
    for (body, query, holds) in [
        (json!({ "n": 1 }), json!({ "page": 2 }), true),
        (json!({ "n": 2 }), json!({ "page": 2 }), false),
        (json!({ "n": 1 }), json!({ "page": 3 }), false),
    ] {
        let http = json!([entry(body, query)]);
        let case = json!({ "workflow": workflow, "http": http, "expect": answered });
        let checks = bench.check(&case).await.expect("it runs");
        assert!(checks.len() == 1 && checks[0].holds == holds, "{http}: {checks:?}");
    }
}

#[tokio::test]
async fn requests_that_were_expected_are_looked_for() {
    let bench = bench();
    let workflow = asking("https://shop.example/orders", json!({}));
    for (url, holds) in
        [("https://shop.example/orders", true), ("https://shop.example/others", false)]
    {
        let wanted = json!([{ "method": "GET", "url": url, "body": "" }]);
        let http = json!({ "requests": wanted, "requests_exact": true });
        let case = json!({ "workflow": workflow, "http": http, "expect": {} });
        let checks = bench.check(&case).await.expect("it runs");
        assert!(checks.len() == 1 && checks[0].holds == holds, "{url}: {checks:?}");
    }
}

#[tokio::test]
async fn a_binary_is_shown_with_its_content() {
    let bench = bench();
    let options =
        json!({ "options": { "response": { "response": { "responseFormat": "file" } } } });
    let workflow = asking("https://shop.example/logo.png", options);
    let http = json!([{ "method": "GET", "base": "https://shop.example", "path": "/logo.png",
        "reply": ["reply", 200, { "__base64": "dGVzdA==" }, { "content-type": "image/png" }] }]);
    for (content, holds) in [("dGVzdA==", true), ("b3RoZXI=", false)] {
        let file = json!({ "data": content, "mimeType": "image/png", "fileType": "image",
            "fileExtension": "png", "fileName": "logo.png", "fileSize": "4 B" });
        let item = json!({ "json": {}, "binary": { "data": file } });
        let expect = json!({ "binary": true, "nodes": { "Ask": [[item]] } });
        let case = json!({ "workflow": workflow, "http": http, "expect": expect });
        let checks = bench.check(&case).await.expect("it runs");
        assert!(checks.len() == 1 && checks[0].holds == holds, "{content}: {checks:?}");
    }
}

#[tokio::test]
async fn pinned_items_without_json_have_no_data() {
    let mut workflow = workflow();
    workflow["pinData"] = json!({ "Numbers": [{ "n": 7 }] });
    let run = |item: Value| json!([{ "outputs": { "main": [[item]] } }]);
    let expect = json!({ "nodes_all_outputs": {
        "Numbers": run(json!({ "n": 7 })), "End": run(json!({ "json": {} })) } });
    let case = json!({ "mode": "pinned", "workflow": workflow, "expect": expect });
    let checks = bench().check(&case).await.expect("it runs");
    assert!(checks.len() == 2 && checks.iter().all(|check| check.holds), "{checks:?}");
}

#[tokio::test]
async fn the_expressions_of_a_node_that_takes_one_item_see_all() {
    let mut workflow = workflow();
    let counts = json!({ "fields": { "values": [
        { "name": "all", "type": "numberValue", "numberValue": "={{ $input.all().length }}" },
    ] }, "include": "none", "options": {} });
    let end = &mut workflow["nodes"][2];
    *end = json!({ "id": "End", "name": "End", "type": "n8n-nodes-base.set", "typeVersion": 3,
        "position": [400, 0], "parameters": counts, "executeOnce": true });
    let expect = json!({ "nodes": { "End": [[{ "json": { "all": 2 } }]] } });
    let case = json!({ "workflow": workflow, "expect": expect });
    let checks = bench().check(&case).await.expect("it runs");
    assert!(checks.len() == 1 && checks[0].holds, "{checks:?}");
}

#[tokio::test]
async fn a_folder_gives_scores_and_results_beside_its_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = folder.path().join("n8n-engine-tests/a");
    std::fs::create_dir_all(&cases).expect("a folder");
    let expect = json!({ "nodeExecutionOrder": ["Begin", "Numbers", "End"] });
    let mut case = json!({ "workflow": workflow(), "expect": expect });
    std::fs::write(cases.join("right.json"), case.to_string()).expect("written");
    case["workflow"]["nodes"][2]["type"] = json!("someone.elses");
    std::fs::write(cases.join("theirs.json"), case.to_string()).expect("written");
    let results = folder.path().join("out");
    let score = run(&bench(), Kind::Order, folder.path(), Some(&results)).await.expect("it runs");
    assert_eq!((score.cases, score.whole_cases(), score.not_ours.len()), (1, 1, 1));
    assert_eq!(score.not_ours[0].1, "someone.elses");
    let result = std::fs::read(results.join("n8n-engine-tests/a/right.json")).expect("a result");
    let result: Value = serde_json::from_slice(&result).expect("JSON");
    assert_eq!(result["order"], json!(["Begin", "Numbers", "End"]));
    assert_eq!(result["runData"]["End"][0]["outputs"]["main"][0][1]["json"], json!({ "n": 2 }));
}

#[tokio::test]
async fn vectors_are_answered_a_line_each() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("expressions")).expect("a folder");
    let operator = json!({ "type": "number", "operation": "gt" });
    let filter = json!({
        "combinator": "and", "options": { "typeValidation": "strict" },
        "conditions": [{ "leftValue": 2, "rightValue": 1, "operator": operator }],
    });
    let vectors = [
        (json!({ "expression": "={{ $json.n + 1 }}", "json": { "n": 1 }, "result": 2 }), true),
        (json!({ "expression": "={{ $json.n + 1 }}", "json": { "n": 1 }, "result": 3 }), false),
        (
            json!({ "expression": "={{ $json.m }}", "json": {}, "result": { "$undefined": true } }),
            true,
        ),
        (json!({ "expression": "={{ $('Nobody').first() }}", "json": {}, "error": "none" }), true),
        (
            json!({ "fn": "evaluate", "args": ["={{ $now.year + NaN }}", []],
                    "result": { "__number": "NaN" } }),
            true,
        ),
        (json!({ "fn": "executeFilter", "args": [filter], "result": true }), true),
        (json!({ "fn": "arrayContainsValue", "args": [["A"], "a", true], "result": true }), true),
        (json!({ "fn": "arrayContainsValue", "args": [["A"], "a", false], "result": true }), false),
        (
            json!({ "fn": "validateFieldType", "args": ["n", "1", "number"],
                    "result": { "valid": true, "newValue": 1 } }),
            true,
        ),
        (json!({ "fn": "somethingElse", "args": [], "result": 1 }), false),
    ];
    let lines: Vec<_> = vectors.iter().map(|(vector, _)| vector.to_string()).collect();
    std::fs::write(folder.path().join("expressions/some.jsonl"), lines.join("\n"))
        .expect("written");
    let results = folder.path().join("out");
    let score = run(&bench(), Kind::Expressions, folder.path(), Some(&results)).await;
    let score = score.expect("it runs");
    for (check, (vector, holds)) in score.checks.iter().zip(&vectors) {
        assert_eq!(check.holds, *holds, "{vector}: {}", check.why);
    }
    let written = std::fs::read_to_string(results.join("expressions/some.jsonl")).expect("results");
    assert_eq!(written.lines().count(), vectors.len());
    assert_eq!(written.lines().next(), Some(r#"{"result":2}"#));
}

#[tokio::test]
async fn a_workflow_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("public")).expect("a folder");
    let text = workflow().to_string();
    std::fs::write(folder.path().join("public/numbers.json"), text).expect("written");
    let score = run(&bench(), Kind::Import, folder.path(), None).await.expect("it runs");
    assert_eq!((score.cases, score.whole_cases()), (1, 1), "{:?}", score.checks);
}

#[test]
fn a_damaged_file_gets_a_verdict() {
    let bench = bench();
    let word = |bytes: &[u8]| verdict(bytes, bench.catalog()).word;
    assert_eq!(word(workflow().to_string().as_bytes()), "import");
    assert_eq!(word(b"{ \"nodes\": ["), "reject");
    assert_eq!(word(b""), "reject");
    let mut odd = workflow();
    odd["connections"]["Nobody"] = odd["connections"]["Begin"].clone();
    assert_eq!(word(odd.to_string().as_bytes()), "import-with-warning");
    for (data, expected) in [("={{ $json.a }}", "import"), ("={{ $json. }}", "import-with-warning")]
    {
        let mut workflow = workflow();
        workflow["nodes"][1]["parameters"]["data"] = json!(data);
        assert_eq!(word(workflow.to_string().as_bytes()), expected, "{data}");
    }
}

#[test]
fn numbers_count_by_value_and_keys_in_any_order() {
    assert!(same(&json!({ "a": 1, "b": [2] }), &json!({ "b": [2.0], "a": 1.0 })));
    assert!(!same(&json!([1, 2]), &json!([2, 1])), "lists keep their order");
    assert!(!same(&json!({ "a": null }), &json!({})), "a key that is there counts");
    assert!(!same(&json!(1), &json!("1")));
}
