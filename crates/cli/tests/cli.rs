//! The real binary, run as people run it: files in, text and exit codes out.

#[path = "cli/process.rs"]
mod process;

use std::path::PathBuf;

use process::Folder;
use serde_json::{Value, json};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../workflows-examples").join(name)
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
fn what_keeps_a_live_workflow_from_starting_is_told() {
    let folder = Folder::new();
    let _serve = folder.serve();
    let file = example("order-webhook").join("workflow.json");
    let import = || {
        let imported = folder.run(&["import", file.to_str().expect("a path"), "--json"]).json();
        imported["id"].as_str().expect("an id").to_owned()
    };
    let (first, second) = (import(), import());
    assert_eq!(folder.run(&["publish", &first]).code, 0);
    let doctor = folder.run(&["doctor"]);
    assert!(doctor.stdout.ends_with("Nothing is wrong.\n"), "{}", doctor.stdout);
    let refused = folder.run(&["publish", &second]);
    assert_eq!(refused.code, 1, "its address is taken: {}", refused.stdout);
    let listed = folder.run(&["list"]).stdout;
    assert!(listed.contains("live, with trouble"), "{listed}");
    assert!(listed.contains("Webhook POST /orders"), "{listed}");
    let doctor = folder.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{}", doctor.stdout);
    let told =
        doctor.stdout.lines().any(|line| line.starts_with("Trouble ") && line.contains("POST"));
    assert!(told, "{}", doctor.stdout);
}

#[test]
fn a_schedule_that_could_never_start_is_not_published() {
    let folder = Folder::new();
    let rule = json!({ "interval": [{ "field": "days", "daysInterval": -5 }] });
    let node = json!({ "name": "Timer", "type": "n8n-nodes-base.scheduleTrigger",
        "typeVersion": 1.2, "position": [0, 0], "parameters": { "rule": rule } });
    let text = json!({ "name": "Never", "nodes": [node], "connections": {} }).to_string();
    folder.run(&["import", &folder.file("never.json", &text)]);
    let refused = folder.run(&["publish", "Never"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("-5 is no number from 1 to 3650"), "{}", refused.stderr);
    let shown = folder.run(&["show", "Never"]).stdout;
    assert!(shown.contains("Problem: Days between: -5 is no number"), "{shown}");
}

#[test]
fn a_file_that_is_run_tells_what_was_mended_in_it() {
    let folder = Folder::new();
    let node = json!({ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
        "position": [0, 0], "parameters": {} });
    let nowhere =
        json!({ "Start": { "main": [[{ "node": "Gone", "type": "main", "index": 0 }]] } });
    let text = json!({ "name": "Loose", "nodes": [node], "connections": nowhere }).to_string();
    let ran = folder.run(&["run", &folder.file("loose.json", &text)]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("Gone"), "it names what the wire led to: {}", ran.stderr);
    assert!(!ran.stdout.contains("Gone"), "beside the answer: {}", ran.stdout);
}

#[test]
fn whoever_reads_no_further_ends_a_command_quietly() {
    let folder = Folder::new();
    for arguments in
        [&["completions", "bash"][..], &["man"], &["list"], &["doctor"], &["--help"], &["run", "x"]]
    {
        let (read, write) = std::io::pipe().expect("a pipe");
        drop(read);
        let mut command = folder.command();
        let ran = command.args(arguments).stdout(write).output().expect("it ran");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert!(ran.status.code().is_some_and(|code| code <= 2), "{arguments:?}: {said}");
    }
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
    let hint = ran.json()["error"]["hint"].as_str().expect("what to do").to_owned();
    assert!(hint.contains("--timeout"), "it was the flag's limit: {hint}");
    let text = folder.run(&["run", &file, "--timeout", "1"]).stdout;
    assert!(text.lines().any(|line| line.starts_with("the run took longer")), "{text}");
}

/// A file with a code node after its start.
fn with_code(folder: &Folder, name: &str, code: &str) -> String {
    let node = |name: &str, kind: &str, version: f64, parameters: Value| {
        json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": version,
            "position": [0, 0], "parameters": parameters })
    };
    let workflow = json!({
        "name": name,
        "nodes": [
            node("Start", "manualTrigger", 1.0, json!({})),
            node("Code", "code", 2.0, json!({ "jsCode": code })),
        ],
        "connections": { "Start": { "main": [[{ "node": "Code", "type": "main", "index": 0 }]] } }
    });
    folder.file("code.json", &workflow.to_string())
}

#[test]
fn a_command_of_a_file_runs_only_where_the_person_says_so() {
    let folder = Folder::new();
    let nodes = json!([
        { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
          "position": [0, 0], "parameters": {} },
        { "name": "Sum", "type": "n8n-nodes-base.executeCommand", "typeVersion": 1,
          "position": [300, 0], "parameters": { "command": "echo $((6 * 7))" } }
    ]);
    let connections =
        json!({ "Start": { "main": [[{ "node": "Sum", "type": "main", "index": 0 }]] } });
    let file = folder.path().join("sum.json");
    let text = json!({ "name": "Sum", "nodes": nodes, "connections": connections }).to_string();
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("a path");
    let refused = folder.run(&["run", file]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stdout.contains("--allow-commands"), "{}", refused.stdout);
    let ran = folder.run(&["run", file, "--allow-commands", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["nodes"]["Sum"][0]["outputs"][0][0]["json"]["stdout"], "42");
    let stored = folder.run(&["run", "Sum", "--allow-commands"]);
    assert_eq!(stored.code, 2, "a stored workflow is allowed it in the settings");
    assert!(stored.stderr.contains("Settings"), "{}", stored.stderr);
}

#[test]
fn a_script_that_fails_says_where_and_the_run_is_told_in_order() {
    let folder = Folder::new();
    let file = with_code(&folder, "Boom", "const a = 1;\n  throw new Error('boom')");
    let text = folder.run(&["run", &file]).stdout;
    assert!(text.contains("Line 2: throw new Error('boom')"), "{text}");
    assert!(text.contains("Code: no output in"), "{text}");
    let at = |node: &str| text.lines().position(|line| line.starts_with(node));
    assert!(at("Start: 1 item in") < at("Code: "), "as they ran: {text}");
    folder.run(&["import", &file]);
    assert_eq!(folder.run(&["run", "Boom"]).code, 1);
    let listed = folder.run(&["executions"]).stdout;
    let year = year_of(&listed);
    assert!((2020..3000).contains(&year), "a date, not a number: {listed}");
    let id = folder.run(&["executions", "--json"]).json()[0]["id"].clone();
    let shown = folder.run(&["executions", id.as_str().expect("an id")]).stdout;
    for name in ["\nStart ", "\nCode "] {
        assert!(shown.contains(name), "nodes by their names: {shown}");
    }
}

/// The year in the column of times.
fn year_of(listed: &str) -> i32 {
    let row = listed.lines().nth(1).expect("a row");
    let day = row.split_whitespace().find(|word| word.matches('-').count() == 2);
    day.and_then(|day| day.split('-').next()?.parse().ok()).unwrap_or_default()
}

#[test]
fn a_list_tells_what_a_workflow_does_along_its_first_branch() {
    let folder = Folder::new();
    let node = |name: &str, kind: &str, x: i32| {
        json!({ "name": name, "type": format!("n8n-nodes-base.{kind}"), "typeVersion": 1,
            "position": [x, 0], "parameters": {} })
    };
    let to = |name: &str| json!([{ "node": name, "type": "main", "index": 0 }]);
    let workflow = json!({
        "name": "Orders",
        "nodes": [
            node("Refuse", "stopAndError", 50), node("Sort", "sort", 300),
            node("Start", "manualTrigger", 0), node("Valid", "if", 100), node("Cut", "limit", 400),
        ],
        "connections": {
            "Start": { "main": [to("Valid")] },
            "Valid": { "main": [to("Cut"), to("Refuse")] },
            "Cut": { "main": [to("Sort")] },
        }
    });
    let file = folder.file("orders.json", &workflow.to_string());
    assert_eq!(folder.run(&["import", &file]).code, 0);
    let listed = folder.run(&["list", "--json"]).json();
    assert_eq!(listed[0]["summary"], "If → Limit → Sort → Stop and Error");
}

#[test]
fn a_slip_in_the_path_of_the_folder_makes_none() {
    let folder = Folder::new();
    let commands = [
        &["list"][..],
        &["show", "x"],
        &["export", "x"],
        &["publish", "x"],
        &["executions"],
        &["doctor"],
        &["run", "a stored one"],
    ];
    for there in [false, true] {
        if there {
            // A folder of something else is none of ours.
            std::fs::create_dir(folder.data()).expect("a folder");
        }
        for arguments in commands {
            let ran = folder.run(arguments);
            assert_eq!(ran.code, 2, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("there is no data folder at"), "{}", ran.stderr);
            assert!(ran.stderr.contains("--data or REPORUNNER_DATA"), "{}", ran.stderr);
            assert_eq!(folder.data().exists(), there, "{arguments:?}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.data()).expect("a folder").count(), 0);
}

#[test]
fn a_line_of_use_does_not_ask_for_the_folder_that_the_environment_names() {
    for arguments in [&["run"][..], &["show"], &["import"]] {
        let ran = Folder::new().run(arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("Usage: reporunner "), "{}", ran.stderr);
        assert!(!ran.stderr.contains("--data"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_with_a_byte_order_mark_is_read_and_one_of_another_kind_is_called_what_it_is() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(example("sales-report").join("workflow.json"));
    let start = json!({ "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
        "position": [0, 0], "parameters": {} });
    let foreign = json!({ "name": "Marked", "nodes": [start], "connections": {} }).to_string();
    for (name, text) in [("ours", text.expect("an example")), ("n8n", foreign)] {
        let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
        let wide = [0xff, 0xfe].into_iter().chain(wide).collect::<Vec<u8>>();
        for bytes in [format!("\u{feff}{text}").into_bytes(), wide] {
            let path = folder.path().join(format!("{name}.json"));
            std::fs::write(&path, bytes).expect("written");
            let path = path.to_str().expect("text");
            for arguments in [["import", path], ["run", path]] {
                let ran = folder.run(&arguments);
                assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
            }
        }
    }
    let large = " ".repeat(17 * 1024 * 1024);
    for (bytes, said) in [
        (&b"\x89PNG\r\n\x1a\n\0"[..], "it looks like an image (PNG)"),
        (b"PK\x03\x04\xff", "it looks like a ZIP archive"),
        (b"<!doctype html><title>n8n</title>", "it looks like a web page"),
        (b"a;b\n1;2\n", "it looks like text, but no JSON"),
        (b"{\"nodes\": [{\"name\": ", "it ends in the middle, at line 1"),
        (b"{\"nodes\": oops}", "the file is damaged: at line 1, column 11"),
        (large.as_bytes(), "is larger than 16 MiB"),
    ] {
        let path = folder.path().join("other.json");
        std::fs::write(&path, bytes).expect("written");
        let path = path.to_str().expect("text");
        for arguments in [["import", path], ["run", path]] {
            let ran = folder.run(&arguments);
            assert_eq!(ran.code, 2, "{said}: {}", ran.stdout);
            assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
            assert_eq!(ran.stderr.lines().count(), 2, "what and what to do: {}", ran.stderr);
        }
    }
}

#[test]
fn what_is_not_there_is_called_what_it_is() {
    let folder = Folder::new();
    let small = json!({ "nodes": [], "connections": {} }).to_string();
    folder.run(&["import", &folder.file("small.json", &small)]);
    let bad = folder.file("bad.json", "{\"nodes\": [], \"connections\": 5}");
    let here = folder.path().to_str().expect("a path").to_owned();
    for (arguments, said) in [
        (vec!["show", "nope"], "no workflow has the name or id nope"),
        (vec!["run", &here], "is a folder"),
        (vec!["run", "nope.json"], "there is no file nope.json"),
        (vec!["executions", "--status", "bogus"], "queued, running, waiting, succeeded"),
        (vec!["import", &bad], "\"connections\" of the file is a number"),
        (vec!["man", "bogus"], "There are run, serve"),
    ] {
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
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
fn what_a_script_keeps_is_there_in_the_next_live_run() {
    let folder = Folder::new();
    let code = "const kept = $getWorkflowStaticData('node');\n\
                kept.count = (kept.count ?? 0) + 1;\nreturn { count: kept.count };";
    let nodes = json!([
        { "name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "position": [0, 0],
          "parameters": { "httpMethod": "POST", "path": "count", "responseMode": "lastNode" } },
        { "name": "Code", "type": "n8n-nodes-base.code", "typeVersion": 2, "position": [300, 0],
          "parameters": { "jsCode": code } }
    ]);
    let wire = json!({ "Hook": { "main": [[{ "node": "Code", "type": "main", "index": 0 }]] } });
    let text = json!({ "name": "Count", "nodes": nodes, "connections": wire }).to_string();
    let file = folder.file("count.json", &text);
    for expected in [[1, 2], [3, 4]] {
        let mut serve = folder.serve();
        if expected[0] == 1 {
            let imported = folder.run(&["import", &file, "--json"]).json();
            serve.ask(json!({"command": "SetLive", "id": imported["id"], "live": true}));
        }
        let base = serve.ask(json!({"command": "Hello"}))["webhookBase"]
            .as_str()
            .expect("it listens")
            .to_owned();
        for count in expected {
            let (status, body) = process::post(&format!("{base}/webhook/count"), &json!({}));
            assert_eq!((status, &body["count"]), (200, &json!(count)), "{body}");
        }
    }
}

#[test]
fn completions_and_the_manual_are_there() {
    let folder = Folder::new();
    assert!(folder.run(&["completions", "bash"]).stdout.contains("reporunner"));
    let main = folder.run(&["man"]).stdout;
    let pages = folder.path().join("pages");
    folder.run(&["man", "--into", pages.to_str().expect("a path")]);
    let named = main.lines().filter_map(|line| line.strip_suffix("(1)"));
    let named: Vec<_> = named.map(|name| name.replace('\\', "")).collect();
    assert!(named.len() > 8, "{main}");
    for name in named {
        let page = std::fs::read_to_string(pages.join(format!("{name}.1"))).expect("a page");
        let command = name.strip_prefix("reporunner-").expect("a name");
        assert_eq!(folder.run(&["man", command]).stdout, page, "{name}");
        assert!(page.contains(&format!(".TH {name} ")), "{name}");
    }
    assert_eq!(folder.run(&["--version"]).code, 0);
    let small = json!({ "nodes": [], "connections": {} }).to_string();
    folder.run(&["import", &folder.file("small.json", &small)]);
    let doctor = folder.run(&["doctor", "--json"]);
    assert_eq!(doctor.json()["troubles"], json!([]), "a fresh folder has no troubles");
}
