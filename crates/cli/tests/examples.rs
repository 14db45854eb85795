//! The examples that come with the program, run as their pages say, with what they need around
//! them: files, databases, servers on this machine.

#[path = "examples/api_to_sqlite.rs"]
mod api_to_sqlite;
#[path = "cli/bench_server.rs"]
mod bench_server;
#[path = "examples/file_by_date.rs"]
mod file_by_date;
#[path = "examples/log_alert.rs"]
mod log_alert;
#[path = "cli/process.rs"]
mod process;
#[path = "examples/rss_digest.rs"]
mod rss_digest;
#[path = "examples/shared_workflow.rs"]
mod shared_workflow;
#[path = "examples/sqlite_backup.rs"]
mod sqlite_backup;
#[path = "examples/unreliable_service.rs"]
mod unreliable_service;
#[path = "examples/web_server.rs"]
mod web_server;
#[path = "examples/xlsx_to_api.rs"]
mod xlsx_to_api;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use process::{Folder, Ran, Serve};
use serde_json::{Value, json};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../workflows-examples").join(name)
}

/// Copies an example, so that what it writes does not land in the checkout.
fn copied(name: &str, folder: &Folder) -> PathBuf {
    let target = folder.path().join(name);
    copy_all(&example(name), &target);
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

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("the example").flatten() {
        let target = to.join(file.file_name());
        if file.path().is_dir() {
            copy_all(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), target).expect("a copy");
        }
    }
}

/// Runs the workflow of a copied example by itself.
fn run_file(folder: &Folder, copy: &Path) -> Ran {
    folder.run(&["run", copy.join("workflow.json").to_str().expect("a path"), "--json"])
}

/// An example as it is after a person chose it on the first screen.
struct Opened {
    folder: Folder,
    serve: Serve,
    id: String,
}

impl Opened {
    fn new(name: &str) -> Self {
        let folder = Folder::new();
        let mut serve = folder.serve();
        let id = serve.ask(json!({ "command": "AddExample", "name": name }));
        let id = id.as_str().expect("an id").to_owned();
        Self { folder, serve, id }
    }

    /// Publishes it and switches its triggers on.
    fn live(&mut self) {
        self.serve.ask(json!({ "command": "SetLive", "id": self.id, "live": true }));
    }

    /// Where its webhooks are called.
    fn base(&mut self) -> String {
        let hello = self.serve.ask(json!({ "command": "Hello" }));
        format!("{}/webhook", hello["webhookBase"].as_str().expect("it listens"))
    }

    /// A file of its own folder.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.data().join("files").join(&self.id).join(name)
    }

    /// The ids of all workflows by their names.
    fn by_name(&mut self) -> BTreeMap<String, String> {
        let list = self.serve.ask(json!({ "command": "ListWorkflows", "filter": {} }));
        let list: Vec<Value> = list.as_array().cloned().expect("a list");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        list.iter().map(|row| (text(&row["name"]), text(&row["id"]))).collect()
    }

    fn run(&self, input: &Value) -> Ran {
        let input = self.folder.file("input.json", &json!([input]).to_string());
        let ran = self.folder.run(&["run", &self.id, "--input", &input, "--json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        ran
    }
}

/// Gets an address; gives status and body.
fn get(url: &str) -> (u16, Value) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let answer = reqwest::get(url).await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    })
}

/// The JSON of the items of a node's first output.
fn gave(ran: &Ran, node: &str) -> Value {
    let items = ran.json()["nodes"][node][0]["outputs"][0].as_array().cloned().expect("it ran");
    items.into_iter().map(|item| item["json"].clone()).collect()
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
fn contacts_are_cleaned_and_kept_once() {
    let folder = Folder::new();
    let copy = copied("contacts", &folder);
    let ran = folder.run(&["run", copy.join("workflow.json").to_str().expect("a path"), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    check_expected("contacts", &ran);
    let clean = std::fs::read_to_string(copy.join("contacts-clean.csv")).expect("the list");
    assert_eq!(clean.matches("ada@example.com").count(), 1, "{clean}");
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
fn the_fan_out_asks_its_stand_in() {
    let mut opened = Opened::new("fan-out");
    opened.live();
    check_expected("fan-out", &opened.run(&json!({})));
}

#[test]
fn every_example_says_what_it_is_and_opens_without_a_problem() {
    let folder = Folder::new();
    let mut serve = folder.serve();
    let all = serve.ask(json!({ "command": "ListExamples" }));
    let page = std::fs::read_to_string(example("README.md")).expect("the page about them");
    let mut above = 0;
    for listed in all.as_array().expect("a list") {
        let name = listed["name"].as_str().expect("a name");
        for said in ["title", "summary"] {
            assert!(listed[said].as_str().is_some_and(|text| text.len() > 9), "{listed}");
        }
        let line = format!("[{}]({name})", listed["title"].as_str().expect("a title"));
        let place = page.find(&line).unwrap_or_else(|| panic!("the page does not list {line}"));
        assert!(place > above, "{name} stands where the page has it");
        above = place;
        let id = serve.ask(json!({ "command": "AddExample", "name": name }));
        let opened = serve.ask(json!({ "command": "OpenWorkflow", "id": id }));
        assert_eq!(opened["problems"], json!([]), "{name}");
        let nodes = opened["workflow"]["nodes"].as_object().expect("nodes");
        let there: Vec<_> = nodes.values().map(|node| node["name"].clone()).collect();
        let expected = std::fs::read_to_string(example(name).join("expected.json"));
        let expected: Value = serde_json::from_str(&expected.expect("it is there")).expect("JSON");
        for node in expected["nodes"].as_object().expect("nodes by name").keys() {
            assert!(there.contains(&json!(node)), "{name}: expected.json names {node}");
        }
    }
}
