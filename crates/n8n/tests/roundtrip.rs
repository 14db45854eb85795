//! A file goes in and comes out the same, and what was changed in between is what changes.

use proptest::prelude::*;
use reporunner_model::{
    Catalog, Edit, ExecutionOrder, NodeDescription, NodeId, NoteId, OnError, Point, PortRule,
    Property, PropertyKind, Workflow, limits, validate,
};
use reporunner_n8n::{
    Fidelity, ImportError, Imported, WarningKind, decode, export, export_nodes, import,
    import_nodes, review,
};
use serde_json::{Value, json};

fn described(
    name: &str,
    group: &str,
    versions: &[&str],
    properties: Vec<Property>,
) -> NodeDescription {
    let mut description = json!({
        "name": name, "label": name, "summary": "", "help": "", "group": group, "aliases": [],
        "appearance": { "icon": "x", "hue": 0 }, "versions": versions, "subtitles": [],
        "inputs": PortRule::one(), "outputs": PortRule::one(), "effect": "pure", "example": {},
    });
    description["properties"] = serde_json::to_value(properties).expect("plain data");
    serde_json::from_value(description).expect("a description")
}

fn catalog() -> Catalog {
    let headers = Property::records(
        "headerParameters",
        "Headers",
        "parameters",
        "Add",
        vec![Property::text("name", "Name"), Property::text("value", "Value")],
    );
    let rule = Property::new("conditions", "Conditions", PropertyKind::Conditions);
    let rule = vec![rule, Property::text("outputKey", "Name")];
    let rules = Property::records("rules", "Rules", "values", "Add", rule);
    let call = vec![
        Property::text("url", "Address"),
        Property::collection("options", "Options", "Add", Vec::new()),
        headers,
    ];
    let fields = Property::new("assignments", "Fields", PropertyKind::Assignments);
    Catalog::new([
        described("manualTrigger", "trigger", &["1"], Vec::new()),
        described("httpRequest", "network", &["4", "4.2"], call),
        described("switch", "flow", &["3.2"], vec![rules]),
        described("set", "data", &["3.4"], vec![fields]),
    ])
}

#[track_caller]
fn imported(file: &Value) -> Imported {
    let mut count = 0;
    let ids = || {
        count += 1;
        format!("fresh{count}")
    };
    import(&file.to_string(), &catalog(), ids, |text| !text.contains("$json. "))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The file comes out again as it went in.
#[track_caller]
fn check(file: &Value) -> Imported {
    let imported = imported(file);
    assert_eq!(by_value(&export(&imported.workflow)), by_value(file));
    imported
}

/// The same JSON with numbers by their value: 1 and 1.0 are one.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(list) => list.iter().map(by_value).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), by_value(value))).collect()
        }
        other => other.clone(),
    }
}

fn node(name: &str, node_type: &str, x: f64, more: Value) -> Value {
    let mut node = json!({
        "parameters": {}, "id": format!("id-{name}"), "name": name,
        "type": format!("n8n-nodes-base.{node_type}"), "typeVersion": 1, "position": [x, 100],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        node[key] = value.clone();
    }
    node
}

fn to(name: &str) -> Value {
    json!({ "node": name, "type": "main", "index": 0 })
}

/// A file with one of everything that files in the wild have.
fn rich() -> Value {
    json!({
        "name": "Rich",
        "nodes": [
            node("Start", "manualTrigger", 0.0, json!({ "position": [-12.5, 99.25] })),
            node("Call", "httpRequest", 200.0, json!({
                "typeVersion": 4.2,
                "parameters": {
                    "url": "={{ $json.url }}", "options": {},
                    "headerParameters": { "parameters": [
                        { "name": "a", "value": "={{ $('Start').item.json.x }}" },
                        { "name": "b", "value": 1 },
                    ] },
                },
                "credentials": {
                    "httpHeaderAuth": { "id": "c1", "name": "Header" },
                    "oauth": { "id": null, "name": "Auth" },
                    "legacy": "Old",
                    "odd": {},
                },
                "retryOnFail": true, "maxTries": 4, "waitBetweenTries": 2500,
                "onError": "continueErrorOutput", "webhookId": "w-1", "notesInFlow": true,
                "notes": "why", "alwaysOutputData": false, "executeOnce": true,
            })),
            node("Route", "switch", 400.0, json!({
                "typeVersion": 3.2,
                "parameters": { "rules": { "values": [
                    { "outputKey": "x", "conditions": { "combinator": "and", "options": {},
                        "conditions": [{ "leftValue": 1, "operator": { "type": "number" } }] } },
                    { "id": "own", "conditions": { "conditions": [{ "id": "c" }, { "id": "c" }] } },
                ] } },
            })),
            node("Set", "set", 600.0, json!({ "disabled": true, "typeVersion": 99 })),
            node("Slack", "slack", 800.0, json!({ "parameters": { "z": { "y": [null, 1.5] }, "a": 2 } })),
            node("Old", "set", 900.0, json!({ "continueOnFail": true, "typeVersion": 3.4 })),
            { "parameters": { "content": "## Hi", "height": 300, "width": 412.5, "color": "#ff0" },
              "name": "Sticky Note", "type": "n8n-nodes-base.stickyNote", "position": [0, 0],
              "typeVersion": 1 },
            null,
        ],
        "connections": {
            "Start": { "main": [[to("Call"), to("Route"), to("Call")]] },
            "Call": { "main": [null, [to("Set")], []] },
            "Route": { "main": [[], [to("Slack")]], "ai_tool": [[{ "node": "Slack", "type": "ai_tool", "index": 1 }]] },
            "Nobody": { "main": [[to("Set")]] },
            "Set": { "main": [[to("Nowhere")]] },
        },
        "settings": {
            "executionOrder": "v1", "timezone": "Europe/Rome", "callerPolicy": "none",
            "executionTimeout": -1, "saveDataSuccessExecution": "none", "errorWorkflow": "e1",
        },
        "pinData": { "Call": [{ "json": { "a": 1 } }, { "plain": true }], "Gone": [] },
        "active": true, "versionId": "v", "meta": { "instanceId": "i" }, "staticData": null,
        "tags": [{ "id": "1", "name": "blue" }, "red"], "id": "abc",
    })
}

#[test]
fn an_untouched_file_comes_out_as_it_went_in() {
    check(&rich());
    check(&json!({ "nodes": [], "connections": {} }));
    check(&json!({ "nodes": [], "settings": {}, "pinData": null, "connections": null }));
    check(&json!({ "name": "x", "nodes": [{}, { "type": 3 }, { "id": 7, "name": null }, "text"] }));
    let twice = |id: &str| json!({ "id": id, "name": "Same", "type": "n8n-nodes-base.slack" });
    check(&json!({ "nodes": [twice("a"), twice("a"), twice("")], "connections": [] }));
    check(&json!({ "nodes": [node("A", "set", 0.0, json!({ "parameters": null }))] }));
}

#[test]
fn what_has_no_place_here_goes_out_again() {
    let pinned = json!([{ "json": { "text": "x".repeat(limits::PIN_DOCUMENT_BYTES) } }]);
    let file = json!({
        "nodes": [node("Start", "manualTrigger", 0.0, json!({}))],
        "connections": {}, "pinData": { "Start": pinned },
        // Frames of the editor, and whatever comes next.
        "nodeGroups": [{ "id": "g", "name": "Inbox", "nodeIds": ["id-Start"] }], "later": [1],
    });
    let imported = check(&file);
    assert_eq!(imported.workflow.pins.len(), 1, "a pin is taken over whatever its size");
}

#[test]
fn what_is_modelled_is_read() {
    let Imported { workflow, report, .. } = imported(&rich());
    let call = workflow.node_named("Call").expect("it is there");
    assert_eq!((call.node_type.as_str(), call.v.as_str()), ("httpRequest", "4.2"));
    assert_eq!(call.flags.on_error, OnError::ContinueErrorOutput);
    assert_eq!((call.flags.max_tries, call.flags.execute_once), (Some(4), true));
    let creds: Vec<_> = call.creds.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(creds, [("httpHeaderAuth", "Header"), ("legacy", "Old"), ("oauth", "Auth")]);
    let headers = &call.params["headerParameters"]["parameters"];
    assert!(headers[0]["id"].is_string(), "records have an id here");
    let set = workflow.node_named("Set").expect("it is there");
    assert!(!set.on);
    let route = workflow.node_named("Route").expect("it is there");
    assert_eq!((call.position.y, route.position.y), (100.0, 100.0), "a row stays a row");
    assert!(route.position.x - call.position.x >= limits::NODE_WIDTH, "with room between cards");
    let old = workflow.node_named("Old").expect("it is there");
    assert_eq!(old.flags.on_error, OnError::ContinueRegularOutput);
    let slack = workflow.node_named("Slack").expect("it is there");
    assert_eq!(slack.node_type.as_str(), "n8n-nodes-base.slack", "a foreign type keeps its name");
    assert_eq!(workflow.settings.execution_order, ExecutionOrder::V1);
    assert_eq!(workflow.settings.timezone, "Europe/Rome");
    assert!(!workflow.settings.save_success);
    let note = workflow.notes.values().next().expect("one note");
    assert_eq!((note.text.as_str(), note.size.h), ("## Hi", 300.0));
    assert_eq!(workflow.edges.len(), 5);
    assert_eq!(workflow.pins.len(), 1);
    let wires: Vec<_> = workflow
        .edges_from(&NodeId::new("id-Start"))
        .into_iter()
        .map(|key| key.to.to_string())
        .collect();
    assert_eq!(wires, ["id-Call", "id-Route"], "wires keep their order");
    assert_eq!(report.count(Fidelity::Stub), 1);
    assert_eq!(report.count(Fidelity::Different), 1, "version 99 is not here");
}

#[test]
fn a_report_says_what_was_found_and_what_to_do() {
    let Imported { report, workflow, .. } = imported(&rich());
    let kinds = |kind| report.warnings.iter().filter(|w| w.kind == kind).count();
    assert_eq!(kinds(WarningKind::DanglingWire), 2);
    assert_eq!(kinds(WarningKind::UnknownType), 1);
    assert_eq!(kinds(WarningKind::Incomplete), 1, "null is no node");
    assert_eq!(kinds(WarningKind::Pin), 1);
    assert_eq!((report.expressions, report.expressions_read), (2, 2));
    assert_eq!(report.next.len(), 4, "{:?}", report.next);
    let problems = validate(&workflow, &catalog());
    assert!(!problems.is_empty(), "a broken workflow can be looked at");
}

#[track_caller]
fn warns(file: &Value, expected: &[WarningKind]) {
    let found: Vec<_> = imported(file).report.warnings.iter().map(|w| w.kind).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_oddity_is_told_of() {
    let start = || node("Start", "manualTrigger", 0.0, json!({}));
    let set = |more| node("Set", "set", 300.0, more);
    let file =
        |more: Value| json!({ "nodes": [start(), set(more)], "connections": {}, "name": "x" });
    let good = || json!({ "typeVersion": 3.4 });
    warns(&file(good()), &[]);
    warns(&json!({ "nodes": [start()] }), &[WarningKind::NoConnections]);
    warns(&file(json!({ "typeVersion": 99 })), &[WarningKind::UnknownVersion]);
    warns(
        &file(json!({ "typeVersion": null })),
        &[WarningKind::Incomplete, WarningKind::UnknownVersion],
    );
    warns(&file(json!({ "type": "n8n-nodes-base.foo" })), &[WarningKind::UnknownType]);
    let with = |params: Value| json!({ "typeVersion": 3.4, "parameters": params });
    // A field to set holds whatever it is told to.
    let value =
        |value: Value| with(json!({ "assignments": { "assignments": [{ "value": value }] } }));
    warns(&file(value(json!("={{ $json. }}"))), &[WarningKind::Expression]);
    warns(&file(value(json!(12_345_678_901_234_567_890_u64))), &[WarningKind::LargeNumber]);
    warns(&file(with(json!({ "other": 1 }))), &[WarningKind::UnknownParameter]);
    warns(&file(with(json!({ "other": "", "more": {} }))), &[]);
    let legacy = node("Start", "start", 0.0, json!({}));
    let file = json!({ "nodes": [legacy, set(good())], "connections": {} });
    warns(&file, &[]);
    assert_eq!(imported(&file).report.nodes[0].node_type.as_str(), "manualTrigger");
    warns(&json!({ "nodes": [set(good())], "connections": {} }), &[WarningKind::NoTrigger]);
}

#[track_caller]
fn refused(text: &str) -> ImportError {
    let result = import(text, &catalog(), || "id".to_owned(), |_| true);
    result.expect_err("the text is no workflow")
}

#[test]
fn what_is_no_workflow_is_refused_with_a_reason() {
    assert_eq!(refused(" \n"), ImportError::Empty);
    assert_eq!(
        refused("{\"nodes\": [1,]}"),
        ImportError::NotJson { message: "trailing comma".to_owned(), line: 1, column: 14 }
    );
    assert!(matches!(refused("{\"nodes\": [{\"a\""), ImportError::CutOff { .. }));
    for (file, looks) in [
        (&b"\x89PNG\r\n\x1a\n\0\0"[..], "an image (PNG)"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image (JPEG)"),
        (b"\x1f\x8b\x08\0", "a compressed file (gzip)"),
        (b"PK\x03\x04\x14\0", "a ZIP archive, or a file of an office program"),
        (b"\n<!DOCTYPE html><p>", "a web page"),
        (b"name,age\nAda,36\n", "text, but no JSON"),
    ] {
        let expected = ImportError::Other(looks);
        // As a program reads it, and as a page does that takes every file for text.
        let read = decode(file).map(|text| refused(&text));
        assert!([Ok(expected.clone()), Err(expected.clone())].contains(&read), "{looks}: {read:?}");
        assert_eq!(refused(&String::from_utf8_lossy(file)), expected);
    }
    assert_eq!(refused("{}"), ImportError::NoWorkflow);
    assert_eq!(refused("{\"nodes\": 3}"), ImportError::NoWorkflow);
    for (connections, found) in [("5", "a number"), ("[1]", "a list"), ("\"x\"", "a text")] {
        let error = refused(&format!("{{\"nodes\": [], \"connections\": {connections}}}"));
        assert_eq!(
            error.to_string(),
            format!(
                "\"connections\" of the file is {found}, not an object with the names of nodes"
            )
        );
    }
    let creds = "[{\"id\":\"1\",\"name\":\"x\",\"type\":\"t\",\"data\":\"U2Fs\"}]";
    assert_eq!(refused(creds), ImportError::Credentials);
    assert_eq!(refused("[{\"nodes\":[]},{\"nodes\":[]}]"), ImportError::Several(2));
    assert_eq!(refused(&"[".repeat(20_000)), ImportError::TooDeep);
    let bytes = limits::IMPORT_BYTES + 1;
    assert_eq!(refused(&" ".repeat(bytes)), ImportError::TooLarge { bytes });
    let many = vec!["{}"; limits::NODES + 1].join(",");
    let count = limits::NODES + 1;
    assert_eq!(refused(&format!("{{\"nodes\":[{many}]}}")), ImportError::TooManyNodes { count });
}

#[test]
fn wrapped_files_bare_lists_and_other_encodings_are_read() {
    let inner = json!({ "nodes": [node("Start", "manualTrigger", 0.0, json!({}))] });
    for file in [
        json!({ "workflow": inner }),
        json!({ "data": inner }),
        json!([inner]),
        inner["nodes"].clone(),
    ] {
        assert_eq!(imported(&file).workflow.nodes.len(), 1, "{file}");
    }
    let text = format!("\u{feff}{inner}");
    assert!(import(&text, &catalog(), || "id".to_owned(), |_| true).is_ok());
    for (mark, unit) in [
        (&[0xff, 0xfe][..], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        (&[0xfe, 0xff], u16::to_be_bytes),
        (&[], u16::to_le_bytes),
    ] {
        let mut bytes = mark.to_vec();
        bytes.extend(inner.to_string().encode_utf16().flat_map(unit));
        assert_eq!(decode(&bytes).as_deref(), Ok(&*inner.to_string()));
    }
    assert_eq!(decode(text.as_bytes()).as_deref(), Ok(&*inner.to_string()), "without its mark");
    assert_eq!(decode(&[b'{', 0xff, 0xff]), Err(ImportError::NotText));
    let broken = "{\"name\":\"\\ud83d\\ude00 \\ud800 \\\\ud800\",\"nodes\":[]}";
    let imported = import(broken, &catalog(), || "id".to_owned(), |_| true).expect("it is read");
    assert_eq!(imported.workflow.name, "😀 \u{fffd} \\ud800");
}

#[test]
fn what_changed_is_what_changes() {
    let imported = imported(&rich());
    let mut workflow = imported.workflow;
    let id = |name: &str| NodeId::new(format!("id-{name}"));
    let header = &workflow.nodes[&id("Call")].params["headerParameters"]["parameters"][1];
    let record = format!("#{}", header["id"].as_str().expect("records have an id here"));
    let path = ["headerParameters", "parameters", &record, "value"].map(str::to_owned).to_vec();
    let edits = [
        Edit::SetParam { id: id("Call"), path, value: Some(json!("changed")) },
        Edit::MoveNode { id: id("Call"), to: Point::new(1000.0, 5.0) },
        Edit::RenameNode { id: id("Slack"), name: "Chat".to_owned() },
        Edit::SetCredential {
            id: id("Call"),
            kind: "oauth".to_owned(),
            name: Some("New".to_owned()),
        },
        Edit::SetOn { id: id("Set"), on: true },
        Edit::SetSetting { key: "timezone".to_owned(), value: Some(json!("UTC")) },
        Edit::RemoveNode { id: id("Route") },
        Edit::SetName { name: "Changed".to_owned() },
    ];
    for edit in edits {
        edit.apply(&mut workflow).expect("it fits");
    }
    let note = workflow.notes.values_mut().next().expect("one note");
    note.text = "changed".to_owned();
    let out = export(&workflow);
    let mut expected = rich();
    let scale = 1000.0 / out["nodes"][1]["position"][0].as_f64().expect("a number");
    assert!((1.0..=2.5).contains(&scale), "the place is in n8n's units again");
    expected["nodes"][1]["position"] = out["nodes"][1]["position"].clone();
    // Its record's id goes out no more than the others'.
    expected["nodes"][1]["parameters"]["headerParameters"]["parameters"][1]["value"] =
        json!("changed");
    expected["nodes"][1]["credentials"]["oauth"] = json!({ "name": "New" });
    expected["nodes"][3].as_object_mut().expect("a node").shift_remove("disabled");
    expected["nodes"][4]["name"] = json!("Chat");
    expected["nodes"][6]["parameters"]["content"] = json!("changed");
    expected["nodes"].as_array_mut().expect("a list").remove(2);
    expected["connections"].as_object_mut().expect("a map").shift_remove("Route");
    expected["connections"]["Start"] = json!({ "main": [[to("Call")]] });
    expected["settings"]["timezone"] = json!("UTC");
    expected["name"] = json!("Changed");
    assert_eq!(by_value(&out), by_value(&expected));
}

#[test]
fn cards_do_not_overlap_and_places_come_back() {
    let nodes: Vec<Value> = (0..60)
        .map(|at| {
            let place = json!([f64::from(at % 10) * 110.0, f64::from(at / 20) * 40.0]);
            node(&format!("N{at}"), "set", 0.0, json!({ "position": place }))
        })
        .chain((0..9).map(|at| node(&format!("M{at}"), "set", 0.0, json!({ "position": null }))))
        .collect();
    let file = json!({ "nodes": nodes, "connections": {
        "M1": { "main": [[to("M2")]] }, "M2": { "main": [[to("M1"), to("M3")]] },
    } });
    let workflow = check(&file).workflow;
    let places: Vec<Point> = workflow.nodes.values().map(|node| node.position).collect();
    for (at, a) in places.iter().enumerate() {
        for b in &places[at + 1..] {
            let apart =
                (a.x - b.x).abs() >= limits::NODE_WIDTH || (a.y - b.y).abs() >= limits::NODE_HEIGHT;
            assert!(apart, "{a:?} and {b:?} overlap");
        }
    }
}

#[test]
fn a_tall_card_pushes_what_lies_below_it_down() {
    let route = |name: &str| -> Value { json!([to(name)]) };
    let outputs: Vec<Value> = (0..8).map(|_| route("Below")).collect();
    let file = json!({
        "nodes": [
            node("Tall", "acme", 0.0, json!({ "position": [0, 0] })),
            node("Below", "acme", 0.0, json!({ "position": [30, 110] })),
        ],
        "connections": { "Tall": { "main": outputs } },
    });
    let workflow = check(&file).workflow;
    let at = |name: &str| workflow.node_named(name).expect("it is there").position;
    // Eight ports, 24 apart, on a grid of 20.
    assert!(at("Below").y >= at("Tall").y + 200.0, "{:?}", at("Below"));
}

#[test]
fn a_review_says_what_an_import_of_the_same_would_say() {
    let Imported { workflow, report, .. } = imported(&rich());
    let reads = |text: &str| !text.contains("$json. ");
    let again = review(&workflow, &catalog(), rand, reads).expect("it is a workflow");
    assert_eq!(again, report);
    // A node that was put in place of a stub is judged, and the stub is gone.
    let mut mended = workflow;
    let slack = mended.nodes.get_mut(&NodeId::new("id-Slack")).expect("it is there");
    slack.node_type = reporunner_model::TypeName::new("set");
    slack.v = "3.4".to_owned();
    let again = review(&mended, &catalog(), rand, reads).expect("it is a workflow");
    assert_eq!((again.count(Fidelity::Stub), report.count(Fidelity::Stub)), (0, 1));
    // Where the file's ids are none, the report names the ids that the nodes have.
    let file = json!({ "nodes": [{ "name": "A", "type": "n8n-nodes-base.acme", "id": 7,
        "parameters": { "x": "={{ $json. }}" }, "credentials": { "acmeApi": { "name": "Mine" } } }] });
    let own = imported(&file).workflow;
    let id = own.node_named("A").expect("it is there").id.clone();
    let again = review(&own, &catalog(), rand, reads).expect("it is a workflow");
    assert_eq!(again.nodes[0].id, id);
    assert_eq!((&again.expression_list[0].node, again.expression_list[0].read), (&id, false));
    let found = &again.credentials[0];
    assert_eq!((&found.node, &*found.kind, &*found.name), (&id, "acmeApi", "Mine"));
    assert!(again.warnings.iter().all(|warning| warning.node.as_ref().is_none_or(|of| *of == id)));
}

#[test]
fn a_copy_is_pasted_with_fresh_ids_free_names_and_its_references() {
    let source = imported(&rich()).workflow;
    let ids = |names: &[&str]| -> Vec<NodeId> {
        names.iter().map(|name| NodeId::new(format!("id-{name}"))).collect()
    };
    let notes: Vec<NoteId> = source.notes.keys().cloned().collect();
    let copy = export_nodes(&source, &ids(&["Start", "Call"]), &notes).to_string();
    let mut count = 0;
    let fresh = || {
        count += 1;
        format!("new{count}")
    };
    let pasted = import_nodes(
        &copy,
        &catalog(),
        &source,
        None,
        fresh,
        |_| true,
        |text, renames| {
            renames.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
        },
    );
    let pasted = pasted.expect("a copy is a workflow");
    let part = &pasted.part;
    assert_eq!(
        (part.nodes.len(), part.edges.len(), part.notes.len(), part.pins.len()),
        (2, 1, 1, 1)
    );
    assert!(part.nodes.keys().all(|id| !source.nodes.contains_key(id)), "ids are fresh");
    let call = part.node_named("Call1").expect("its name is free");
    let header = &call.params["headerParameters"]["parameters"][0]["value"];
    assert_eq!(header, "={{ $('Start1').item.json.x }}");
    let before = source.node_named("Call").expect("it is there");
    assert_eq!(call.position, before.position, "it stands where the copy stood");
    assert_eq!((&call.flags, &call.creds), (&before.flags, &before.creds));
    let there = Some(Point::new(5_000.0, 5_000.0));
    let moved = import_nodes(
        &copy,
        &catalog(),
        &Workflow::default(),
        there,
        || "n".to_owned() + &rand(),
        |_| true,
        |text, _| text.to_owned(),
    );
    let moved = moved.expect("a copy is a workflow").part;
    assert!(moved.nodes.values().all(|node| (node.position.x - 5_000.0).abs() < 1_000.0));
    assert!(moved.node_named("Call").is_some(), "a free name stays");
}

fn rand() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

/// Any JSON, with the keys that matter often among it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        "[a-c=#$ ]{0,4}".prop_map(Value::from),
        Just(json!("n8n-nodes-base.set")),
        Just(json!("n8n-nodes-base.stickyNote")),
    ];
    let key = prop_oneof![
        Just("name"),
        Just("id"),
        Just("type"),
        Just("position"),
        Just("parameters"),
        Just("credentials"),
        Just("main"),
        Just("node"),
        Just("index"),
        Just("assignments"),
        Just("notes"),
        Just("a"),
        Just("typeVersion"),
        Just("disabled"),
        Just("onError"),
        Just("content"),
        Just("width"),
        Just("continueOnFail"),
        Just("reporunner"),
        Just("b"),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let object = proptest::collection::vec((key.clone(), inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            object.prop_map(|pairs| {
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

/// Whether a file with this under "connections" is taken.
fn may_be_connections(value: &Value) -> bool {
    value.is_object() || value.is_null() || *value == json!([])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_stands_in_a_file_comes_out_again(
        nodes in proptest::collection::vec(any_json(), 0..5),
        connections in any_json().prop_filter("others are refused", may_be_connections),
        more in proptest::collection::vec(any_json(), 6),
    ) {
        let mut file = json!({ "nodes": nodes, "connections": connections });
        for (key, value) in ["settings", "pinData", "name", "tags", "meta", "active"].iter().zip(more) {
            file[*key] = value;
        }
        let imported = imported(&file);
        prop_assert_eq!(by_value(&export(&imported.workflow)), by_value(&file));
    }

    #[test]
    fn no_text_brings_the_process_down(text in "\\PC{0,60}", json in any_json()) {
        let _ = import(&text, &catalog(), || "id".to_owned(), |_| true);
        let _ = import(&json.to_string(), &catalog(), rand, |_| true);
    }
}
