//! Nodes that run JavaScript, with a real worker process: this program itself, started as one.

use reporunner_expression::{Evaluator, WorkerConfig};
use reporunner_model::OnError;
use serde_json::{Value, json};

#[expect(dead_code, reason = "the other tests of this crate use the rest")]
#[path = "nodes/support.rs"]
mod support;

use support::{Bench, case};

fn main() {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        std::process::exit(reporunner_expression::worker::main_loop());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        code_runs_once_or_for_each_item().await;
        code_that_fails_says_why().await;
        code_goes_on_with_an_item_for_each_failure().await;
        sort_asks_a_script().await;
        old_code_nodes_run_as_they_did().await;
    });
}

fn bench() -> Bench {
    let program = std::env::current_exe().unwrap();
    let mut bench = Bench::new();
    bench.worker = Some(Evaluator::new(WorkerConfig::new(program, ["worker"])));
    bench
}

fn items() -> Value {
    json!([{ "n": 3 }, { "n": 1 }, { "n": 2 }])
}

async fn code_runs_once_or_for_each_item() {
    let once = json!({ "jsCode":
        "console.log('seen'); return [{ json: { sum: items.reduce((a, i) => a + i.json.n, 0) } }];"
    });
    let output = bench().run(case("code", "2", once).items(items())).await.unwrap();
    assert_eq!(Value::from(output.outputs[0][0].json.clone()), json!({ "sum": 6 }));
    assert_eq!(output.hints, ["seen"], "what a script prints is shown with the run");
    let each = json!({ "mode": "runOnceForEachItem", "jsCode": "return { twice: $json.n * 2 };" });
    assert_eq!(
        bench().json(case("code", "2", each).items(items())).await,
        json!([[{ "twice": 6 }, { "twice": 2 }, { "twice": 4 }]])
    );
}

async fn code_that_fails_says_why() {
    for (params, message) in [
        (json!({ "jsCode": "throw new Error('no luck')" }), "no luck"),
        (json!({ "language": "pythonNative", "pythonCode": "x" }), "Python cannot be run yet"),
        (json!({ "jsCode": "" }), "JavaScript is empty"),
    ] {
        let error = bench().run(case("code", "2", params)).await.unwrap_err();
        assert!(error.message.contains(message), "{error:?}");
        assert!(!error.parameter.is_empty(), "the error says which parameter to look at");
    }
}

async fn code_goes_on_with_an_item_for_each_failure() {
    let each = "runOnceForEachItem";
    for (mode, code, expected) in [
        (
            each,
            "const item = $json; // its own name\nif (item.n === 1) throw new Error('no luck'); \
             return item",
            json!([{ "n": 3 }, { "error": "no luck" }, { "n": 2 }]),
        ),
        ("", "throw 'a word'", json!([{ "error": "a word" }])),
        (each, "return (", json!([1, 2, 3])),
        (each, "return 7", json!([1, 2, 3])),
    ] {
        let params = json!({ "mode": mode, "jsCode": code });
        let case = case("code", "2", params).items(items());
        let got = bench().json(case.on_error(OnError::ContinueRegularOutput)).await;
        let items = got[0].as_array().expect("items");
        if expected[0].is_object() {
            assert_eq!(got[0], expected, "{code}");
        } else {
            let all_tell = items.iter().all(|item| item["error"].is_string());
            assert!(items.len() == 3 && all_tell, "an error for each item: {got}");
        }
    }
}

async fn sort_asks_a_script() {
    let params = json!({ "type": "code", "code": "return b.json.n - a.json.n;" });
    assert_eq!(
        bench().json(case("sort", "1", params).items(items())).await,
        json!([[{ "n": 3 }, { "n": 2 }, { "n": 1 }]])
    );
    let params = json!({ "type": "code", "code": "a.json.n" });
    let error = bench().run(case("sort", "1", params).items(items())).await.unwrap_err();
    assert_eq!(error.message, "The comparison returns nothing");
}

async fn old_code_nodes_run_as_they_did() {
    let code = json!({ "functionCode":
        "items[0].json.n += 10;\nreturn items.map((i) => ({ json: { m: i.json.n } }));"
    });
    assert_eq!(
        bench().json(case("function", "1", code).items(items())).await,
        json!([[{ "m": 13 }, { "m": 1 }, { "m": 2 }]])
    );
    let code = json!({ "functionCode": "item.twice = item.n * 2; // done\nreturn item; // end" });
    assert_eq!(
        bench().json(case("functionItem", "1", code).items(items())).await,
        json!([[{ "n": 3, "twice": 6 }, { "n": 1, "twice": 2 }, { "n": 2, "twice": 4 }]])
    );
    let code = json!({ "functionCode": "\nthrow new Error('no luck')" });
    let error = bench().run(case("function", "1", code).items(items())).await.unwrap_err();
    assert!(error.message.contains("no luck"), "{error:?}");
    assert_eq!(error.parameter, ["functionCode"]);
}
