//! Read/Write Files, Extract from File, Convert to File.

use reporunner_model::Item;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

fn with(case: Case, item: Item) -> Case {
    Case { inputs: vec![vec![item]], ..case }
}

#[test]
fn a_pattern_reads_every_file_that_matches() {
    let bench = Bench::new();
    bench.write("b.csv", "x\n1\n");
    bench.write("a.csv", "x\n2\n");
    bench.write("c.txt", "no");
    let params = json!({ "operation": "read", "fileSelector": "*.csv" });
    let output = block(bench.run(case("readWriteFile", "1", params))).unwrap();
    let names: Vec<_> =
        output.outputs[0].iter().map(|item| item.json["fileName"].clone()).collect();
    assert_eq!(names, ["a.csv", "b.csv"]);
    let item = &output.outputs[0][0];
    assert_eq!(item.json["mimeType"], "text/csv");
    assert_eq!(item.json["fileExtension"], "csv");
    let file = &item.binary.as_ref().unwrap()["data"];
    assert_eq!(bench.content(file), "x\n2\n");
    assert_eq!(file.file_type.as_deref(), Some("text"));
}

#[test]
fn a_written_file_has_the_items_content() {
    let bench = Bench::new();
    for (append, expect) in [(false, "one"), (false, "one"), (true, "oneone")] {
        let params = json!({ "operation": "write", "fileName": "out/a.txt",
            "options": { "append": append } });
        let item = bench.item_with("one", "a.txt");
        let output = block(bench.run(with(case("readWriteFile", "1", params), item))).unwrap();
        assert_eq!(output.outputs[0][0].json["fileName"], "out/a.txt");
        assert!(output.outputs[0][0].binary.is_some(), "the item keeps its file");
        assert_eq!(bench.read("out/a.txt"), expect);
    }
    let params = json!({ "operation": "write", "fileName": "x" });
    let error = block(bench.run(case("readWriteFile", "1", params))).unwrap_err();
    assert_eq!(error.message, "The item has no file called \"data\"");
    assert_eq!(error.parameter, ["dataPropertyName"]);
}

#[test]
fn files_are_listed_moved_and_deleted() {
    let bench = Bench::new();
    bench.write("b.csv", "bb");
    bench.write("a.csv", "a");
    bench.write("c.txt", "no");
    let run = |params: Value, items: Value| {
        block(bench.run(case("readWriteFile", "1.1", params).items(items)))
    };
    let list = || {
        let list = json!({ "operation": "list", "fileSelector": "*.csv" });
        let output = run(list, json!([{}])).unwrap();
        let items = output.outputs[0].iter();
        assert!(items.clone().all(|item| item.binary.is_none()), "nothing is read");
        let facts = items.map(|item| json!([item.json["fileName"], item.json["bytes"]]));
        facts.collect::<Value>()
    };
    assert_eq!(list(), json!([["a.csv", 1], ["b.csv", 2]]));
    let move_to = |to: &str, replace: bool| {
        let params = json!({ "operation": "move", "filePath": "={{ $json.name }}", "fileName": to,
            "options": { "replace": replace } });
        run(params, json!([{ "name": "a.csv" }])).map(|output| output.outputs[0][0].json.clone())
    };
    let error = move_to("b.csv", false).unwrap_err();
    assert_eq!(error.parameter, ["filePath"]);
    assert_eq!(list(), json!([["a.csv", 1], ["b.csv", 2]]), "nothing was lost");
    let moved = move_to("kept/a.csv", false).unwrap();
    assert_eq!(Value::from(moved), json!({ "name": "a.csv", "fileName": "kept/a.csv" }));
    assert_eq!((list(), &*bench.read("kept/a.csv")), (json!([["b.csv", 2]]), "a"));
    let delete = json!({ "operation": "delete", "filePath": "={{ $json.name }}" });
    let deleted = run(delete.clone(), json!([{ "name": "b.csv" }])).unwrap();
    assert_eq!(deleted.outputs[0][0].json["name"], "b.csv");
    assert_eq!(list(), json!([]));
    assert_eq!(run(delete, json!([{ "name": "b.csv" }])).unwrap_err().parameter, ["filePath"]);
}

#[track_caller]
fn extract(content: &[u8], version: &str, params: Value, expect: Value) {
    let bench = Bench::new();
    let item = bench.item_with(content.to_vec(), "file");
    let got = block(bench.json(with(case("extractFromFile", version, params.clone()), item)));
    assert_eq!(got, json!([expect]), "{params}");
}

#[test]
fn csv_becomes_items() {
    let csv = |options: Value| json!({ "operation": "csv", "options": options });
    let plain = "a,b\n1,\"x,y\"\n2,\n";
    for (text, options, expect) in [
        (plain, json!({}), json!([{ "a": "1", "b": "x,y" }, { "a": "2" }])),
        (
            plain,
            json!({ "includeEmptyCells": true }),
            json!([{ "a": "1", "b": "x,y" }, { "a": "2", "b": "" }]),
        ),
        (plain, json!({ "maxRowCount": 1 }), json!([{ "a": "1", "b": "x,y" }])),
        (
            "a;b\n1;2\n",
            json!({ "delimiter": ";", "headerRow": false }),
            json!([{ "row": ["a", "b"] }, { "row": ["1", "2"] }]),
        ),
        ("junk\na\n1\n", json!({ "fromLine": 2 }), json!([{ "a": "1" }])),
        (
            "a,b\n1\n2,3\n",
            json!({ "skipRecordsWithErrors": { "value": { "enabled": true } } }),
            json!([{ "a": "2", "b": "3" }]),
        ),
    ] {
        extract(text.as_bytes(), "1", csv(options), expect);
    }
    extract("\u{feff}a\n1\n".as_bytes(), "1", csv(json!({})), json!([{ "\u{feff}a": "1" }]));
    extract("\u{feff}a\n1\n".as_bytes(), "1.1", csv(json!({})), json!([{ "a": "1" }]));
    extract(b"n\n\xe9\n", "1", csv(json!({ "encoding": "latin1" })), json!([{ "n": "é" }]));
}

#[test]
fn a_broken_csv_line_is_named() {
    let bench = Bench::new();
    let item = bench.item_with("a,b\n1,2\n3\n", "file");
    let error = block(bench.run(with(case("extractFromFile", "1", json!({})), item))).unwrap_err();
    assert_eq!(error.message, "The CSV is malformed in line 3");
    assert_eq!(error.detail.unwrap(), "it has 1 cells, the first line has 2");
}

#[test]
fn content_becomes_a_value() {
    let of = |operation: &str, more: Value| {
        let mut params = json!({ "operation": operation });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        params
    };
    extract(b"{\"a\": [1]}", "1", of("fromJson", json!({})), json!([{ "data": { "a": [1] } }]));
    let spread = json!({ "destinationKey": "" });
    extract(b"{\"a\": 1}", "1", of("fromJson", spread), json!([{ "a": 1 }]));
    extract("\u{feff}hi".as_bytes(), "1", of("text", json!({})), json!([{ "data": "hi" }]));
    let key = json!({ "destinationKey": "x.y" });
    extract(b"hi", "1", of("binaryToPropery", key), json!([{ "x": { "y": "aGk=" } }]));
    let bench = Bench::new();
    let item = bench.item_with("x", "a.pdf");
    let pdf = with(case("extractFromFile", "1", of("pdf", json!({}))), item);
    let error = block(bench.run(pdf)).unwrap_err();
    assert_eq!(error.message, "Files of the kind pdf cannot be read yet");
}

#[track_caller]
fn convert(params: Value, items: Value, name: &str, mime: &str, expect: &str) {
    let bench = Bench::new();
    let case = case("convertToFile", "1.1", params.clone()).items(items);
    let output = block(bench.run(case)).unwrap();
    let file = &output.outputs[0][0].binary.as_ref().unwrap()["data"];
    assert_eq!(String::from_utf8_lossy(&bench.content(file)), expect, "{params}");
    assert_eq!(file.file_name.as_deref(), Some(name), "{params}");
    assert_eq!(file.mime_type, mime, "{params}");
}

#[test]
fn items_become_files() {
    let items = json!([{ "a": 1, "n": { "x": "q\"t" } }, { "a": true, "b": null }]);
    convert(
        json!({ "operation": "csv" }),
        items,
        "File.csv",
        "text/csv",
        "\u{feff}a,n.x,b\n1,\"q\"\"t\",\nTRUE,,",
    );
    convert(
        json!({ "operation": "csv",
            "options": { "headerRow": false, "delimiter": ";", "fileName": "x.csv" } }),
        json!([{ "a": "1;2", "b": 3 }]),
        "x.csv",
        "text/csv",
        "\u{feff}\"1;2\";3",
    );
    convert(
        json!({ "operation": "toJson" }),
        json!([{ "a": 1 }]),
        "file.json",
        "application/json",
        "[{\"a\":1}]",
    );
    convert(
        json!({ "operation": "toJson", "mode": "each", "options": { "format": true } }),
        json!([{ "a": 1 }]),
        "file.json",
        "application/json",
        "{\n  \"a\": 1\n}",
    );
    convert(
        json!({ "operation": "toText", "sourceProperty": "t.u",
            "options": { "addBOM": true, "fileName": "n.txt" } }),
        json!([{ "t": { "u": "hi" } }]),
        "n.txt",
        "text/plain",
        "\u{feff}hi",
    );
    convert(
        json!({ "operation": "toBinary", "sourceProperty": "b" }),
        json!([{ "b": "aGVsbG8" }]),
        "file",
        "text/plain",
        "hello",
    );
    convert(
        json!({ "operation": "toBinary", "sourceProperty": "b" }),
        json!([{ "b": "data:image/svg+xml;base64,PHN2Zy8+" }]),
        "file",
        "image/svg+xml",
        "<svg/>",
    );
}

#[test]
fn a_table_in_html_is_escaped() {
    let bench = Bench::new();
    let params = json!({ "operation": "html" });
    let case = case("convertToFile", "1.1", params).items(json!([{ "a": "<b>" }]));
    let output = block(bench.run(case)).unwrap();
    let file = &output.outputs[0][0].binary.as_ref().unwrap()["data"];
    let page = String::from_utf8(bench.content(file).to_vec()).unwrap();
    assert!(page.contains(">&lt;b&gt;</td>") && !page.contains("<b>"), "{page}");
}

#[test]
fn a_file_made_of_all_items_comes_from_all_items() {
    let case = case("convertToFile", "1.1", json!({})).items(json!([{ "a": 1 }, { "a": 2 }]));
    let output = block(Bench::new().run(case)).unwrap();
    let sources = output.outputs[0][0].paired_item.as_ref().unwrap().sources();
    assert_eq!(sources.iter().map(|s| s.item).collect::<Vec<_>>(), [0, 1]);
}
