//! The real binary, run as people run it: files in, text and exit codes out.

#[path = "cli/bench_server.rs"]
mod bench_server;
#[path = "cli/process.rs"]
mod process;

use std::path::PathBuf;

use process::{Folder, Ran};
use serde_json::{Value, json};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../workflows-examples").join(name)
}

/// Copies an example, so that what it writes does not land in the checkout.
fn copied(name: &str, folder: &Folder) -> PathBuf {
    let target = folder.path().join(name);
    std::fs::create_dir(&target).expect("a folder");
    for file in std::fs::read_dir(example(name)).expect("the example").flatten() {
        std::fs::copy(file.path(), target.join(file.file_name())).expect("a copy");
    }
    target
}

/// What an example says it gives, held against what it gave.
#[track_caller]
fn check_expected(name: &str, ran: &Ran) {
    let text = std::fs::read_to_string(example(name).join("expected.json")).expect("it is there");
    let expected: Value = serde_json::from_str(&text).expect("it is JSON");
    let result = ran.json();
    assert_eq!(result["status"], expected["status"], "{name}: {}", ran.stderr);
    for (node, runs) in expected["nodes"].as_object().expect("nodes by name") {
        let got = result["nodes"][node].as_array().expect("the node ran");
        let outputs: Vec<Value> = got
            .iter()
            .map(|run| {
                let outputs = run["outputs"].as_array().expect("outputs").iter();
                outputs
                    .map(|items| {
                        items
                            .as_array()
                            .expect("items")
                            .iter()
                            .map(|i| i["json"].clone())
                            .collect::<Value>()
                    })
                    .collect()
            })
            .collect();
        assert_eq!(json!(outputs), *runs, "{name}: what {node} gave");
    }
}

#[test]
fn the_sales_report_gives_what_it_says() {
    let folder = Folder::new();
    let copy = copied("sales-report", &folder);
    let ran = folder.run(&["run", copy.join("workflow.json").to_str().expect("a path"), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    check_expected("sales-report", &ran);
    let report = std::fs::read_to_string(copy.join("report.csv")).expect("the report");
    assert!(report.contains("North,3,10,917.5"), "the file has the sums: {report}");
}

#[test]
fn publish_switches_a_workflow_on_and_off() {
    let folder = Folder::new();
    let file = example("order-webhook").join("workflow.json");
    let imported = folder.run(&["import", file.to_str().expect("a path"), "--json"]).json();
    let id = imported["id"].as_str().expect("an id");
    let live = |expected: bool| {
        let listed = folder.run(&["list", "--json"]).json();
        assert_eq!(listed[0]["state"]["live"], json!(expected), "{listed}");
    };
    live(false);
    let on = folder.run(&["publish", id, "--json"]);
    assert_eq!(on.code, 0, "{}", on.stderr);
    assert_eq!(on.json()["state"]["published"], json!(true), "its triggers run a version");
    live(true);
    assert_eq!(folder.run(&["publish", id, "--off"]).code, 0, "off is no failure");
    live(false);
    assert_eq!(folder.run(&["publish", "nothing of that name"]).code, 2, "bad use is told apart");
}

#[test]
fn the_order_intake_stores_an_order() {
    let folder = Folder::new();
    let copy = copied("order-webhook", &folder);
    let workflow = copy.join("workflow.json");
    let input = copy.join("order.json");
    let arguments = [
        "run",
        workflow.to_str().expect("a path"),
        "--input",
        input.to_str().expect("a path"),
        "--json",
    ];
    let ran = folder.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    check_expected("order-webhook", &ran);
    let again = folder.run(&arguments);
    let saved = &again.json()["nodes"]["Save order"][0]["outputs"][0][0]["json"]["id"];
    assert_eq!(*saved, json!(2), "the first order is still in the database");
}

#[test]
fn the_fan_out_asks_a_real_server_and_tries_again() {
    let folder = Folder::new();
    let copy = copied("fan-out", &folder);
    let server = bench_server::start();
    let input = folder.path().join("base.json");
    std::fs::write(&input, json!([{ "base": server.base() }]).to_string()).expect("written");
    let workflow = copy.join("workflow.json");
    let ran = folder.run(&[
        "run",
        workflow.to_str().expect("a path"),
        "--input",
        input.to_str().expect("a path"),
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    check_expected("fan-out", &ran);
    assert!(server.asked() > 20, "pages that failed once were asked for again");
}

#[test]
fn a_run_says_how_it_ended() {
    let folder = Folder::new();
    let stop = json!({
        "nodes": [
            {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {}},
            {"name": "Stop", "type": "n8n-nodes-base.stopAndError", "typeVersion": 1, "position": [200, 0], "parameters": {"errorMessage": "the shop is closed"}}
        ],
        "connections": {"Start": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]}}
    });
    let file = folder.file("stop.json", &stop.to_string());
    let ran = folder.run(&["run", &file, "--json"]);
    assert_eq!(ran.code, 1, "a failed run is exit code 1");
    let result = ran.json();
    assert_eq!(result["status"], "failed");
    assert_eq!(result["error"]["nodeName"], "Stop");
    assert_eq!(result["error"]["message"], "the shop is closed");
}

#[test]
fn a_script_without_an_end_is_killed_in_time() {
    let folder = Folder::new();
    let endless = json!({
        "nodes": [
            {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {}},
            {"name": "Code", "type": "n8n-nodes-base.code", "typeVersion": 2, "position": [200, 0], "parameters": {"jsCode": "while (true) {}"}}
        ],
        "connections": {"Start": {"main": [[{"node": "Code", "type": "main", "index": 0}]]}}
    });
    let file = folder.file("endless.json", &endless.to_string());
    let ran = folder.run(&["run", &file, "--timeout", "1", "--json"]);
    assert_eq!(ran.code, 1, "a run that timed out is exit code 1: {}", ran.stderr);
    assert_ne!(ran.json()["status"], "succeeded");
}

#[test]
fn bad_use_and_bad_input_are_told_apart_from_failed_runs() {
    let folder = Folder::new();
    let broken = folder.file("broken.json", "{\"nodes\": [");
    let other = folder.file("other.json", "{\"a\": 1}");
    let empty = folder.file("empty.json", "{\"nodes\": [], \"connections\": {}}");
    let items = folder.file("items.json", "42");
    let deep = folder.file("deep.json", &"[".repeat(100_000));
    for arguments in [
        vec!["run", &broken],
        vec!["run", &other],
        vec!["run", &empty],
        vec!["run", &deep],
        vec!["run", "nothing-of-that-name"],
        vec!["run", &empty, "--input", &items],
        vec!["run", &empty, "--input", "/no/such/file"],
        vec!["import", &broken],
        vec!["export", "nothing-of-that-name"],
        vec!["run"],
        vec!["no-such-command"],
    ] {
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?} gave {}: {}{}", ran.code, ran.stdout, ran.stderr);
        assert!(!ran.stderr.trim().is_empty(), "{arguments:?} says what is wrong");
        assert!(!ran.stderr.contains("panicked"), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn workflows_come_in_and_go_out_and_are_found() {
    let folder = Folder::new();
    let file = example("sales-report").join("workflow.json");
    let imported = folder.run(&["import", file.to_str().expect("a path"), "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    let name = imported.json()["name"].as_str().expect("a name").to_owned();
    let list = folder.run(&["list", "--json"]).json();
    assert_eq!(list[0]["name"], name.as_str());
    assert_eq!(list[0]["state"]["live"], false, "what is imported arrives off");
    let shown = folder.run(&["show", &name, "--json"]).json();
    assert_eq!(shown["workflow"]["nodes"].as_object().map(|nodes| nodes.len()), Some(9));
    for format in [&["export", name.as_str()][..], &["export", &name, "--n8n"]] {
        let text = folder.run(format).stdout;
        let again = folder.file("again.json", &text);
        let imported = folder.run(&["import", &again, "--json"]);
        assert_eq!(imported.code, 0, "{format:?} comes back in: {}", imported.stderr);
    }
    let run = folder.run(&["run", &name, "--json"]);
    assert_eq!(run.code, 0, "no sales.csv is no failure of the reading pattern: {}", run.stderr);
    let unrecorded = folder.run(&["run", &name, "--memory", "--json"]);
    assert_eq!(unrecorded.json()["status"], "succeeded", "{}", unrecorded.stderr);
    let executions = folder.run(&["executions", "--json"]).json();
    assert_eq!(executions.as_array().map(Vec::len), Some(1), "only the first run is recorded");
    let id = executions[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(folder.run(&["executions", &id, "--json"]).json()["summary"]["status"], "succeeded");
    assert_eq!(folder.run(&["executions", "--delete", "--json"]).json()["deleted"], 1);
    assert_eq!(folder.run(&["executions", "--json"]).json(), json!([]));
}

#[test]
fn a_second_command_goes_through_the_owner() {
    let folder = Folder::new();
    let serve = folder.serve();
    let file = example("sales-report").join("workflow.json");
    let imported = folder.run(&["import", file.to_str().expect("a path"), "--json"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert_eq!(folder.run(&["list", "--json"]).json().as_array().map(Vec::len), Some(1));
    drop(serve);
    assert_eq!(folder.run(&["list", "--json"]).json().as_array().map(Vec::len), Some(1));
}

#[test]
fn a_live_webhook_answers_and_survives_a_restart() {
    let folder = Folder::new();
    let file = example("order-webhook").join("workflow.json");
    let mut serve = folder.serve();
    folder.run(&["import", file.to_str().expect("a path")]);
    let list = folder.run(&["list", "--json"]).json();
    let id = list[0]["id"].as_str().expect("an id").to_owned();
    let base = serve.ask(json!({"command": "Hello"}))["webhookBase"]
        .as_str()
        .expect("it listens")
        .to_owned();
    let order = json!({"customer": "ada@example.org", "items": [{"quantity": 2, "price": 4.5}]});
    let (status, _) = process::post(&format!("{base}/webhook/orders"), &order);
    assert_eq!(status, 404, "a workflow that is off does not listen");
    serve.ask(json!({"command": "SetLive", "id": id, "live": true}));
    let (status, body) = process::post(&format!("{base}/webhook/orders"), &order);
    assert_eq!((status, &body["order"], &body["total"]), (201, &json!(1), &json!(9)));
    let (status, body) = process::post(&format!("{base}/webhook/orders"), &json!({}));
    assert_eq!(status, 422, "{body}");
    drop(serve);
    let mut serve = folder.serve();
    let base = serve.ask(json!({"command": "Hello"}))["webhookBase"]
        .as_str()
        .expect("it listens")
        .to_owned();
    let (status, body) = process::post(&format!("{base}/webhook/orders"), &order);
    assert_eq!((status, &body["order"]), (201, &json!(2)), "live after a restart, data kept");
}

#[test]
fn completions_and_the_manual_are_there() {
    let folder = Folder::new();
    assert!(folder.run(&["completions", "bash"]).stdout.contains("reporunner"));
    assert!(folder.run(&["man"]).stdout.contains(".TH"));
    assert_eq!(folder.run(&["--version"]).code, 0);
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.json()["troubles"], json!([]), "a fresh folder has no troubles");
}
