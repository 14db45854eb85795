//! Spreadsheets in Extract from File, Convert to File and Spreadsheet File; calendar files.

use reporunner_model::Item;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

fn with(case: Case, item: Item) -> Case {
    Case { inputs: vec![vec![item]], ..case }
}

/// The file that a node makes of items.
fn made(bench: &Bench, node: &'static str, params: Value, items: Value) -> Item {
    let output = block(bench.run(case(node, "1", params).items(items))).unwrap();
    output.outputs[0][0].clone()
}

fn read(bench: &Bench, node: &'static str, version: &str, params: Value, item: &Item) -> Value {
    block(bench.json(with(case(node, version, params), item.clone())))[0].clone()
}

fn people() -> Value {
    json!([
        { "name": "Ada", "age": 36, "tags": { "x": true }, "list": ["p", "q"] },
        { "name": "Bob & <co>", "age": -1.5, "note": "1\n2" },
    ])
}

#[test]
fn what_is_written_is_read_again() {
    let expect = json!([
        { "name": "Ada", "age": 36, "tags.x": true, "list.0": "p", "list.1": "q" },
        { "name": "Bob & <co>", "age": -1.5, "note": "1\n2" },
    ]);
    for format in ["xlsx", "ods", "xls"] {
        let bench = Bench::new();
        let params = json!({ "operation": format, "options": { "sheetName": "People" } });
        let file = made(&bench, "convertToFile", params, people());
        let got = read(&bench, "extractFromFile", "1", json!({ "operation": format }), &file);
        assert_eq!(got, expect, "{format}");
        let named = json!({ "operation": "xlsx", "options": { "sheetName": "People",
            "headerRow": false, "range": "A1:B2" } });
        let got = read(&bench, "extractFromFile", "1", named, &file);
        assert_eq!(got, json!([{ "row": ["name", "age"] }, { "row": ["Ada", 36] }]), "{format}");
        let missing = json!({ "operation": "xlsx", "options": { "sheetName": "No" } });
        let error = block(bench.run(with(case("extractFromFile", "1", missing), file)));
        let error = error.unwrap_err();
        assert_eq!(error.parameter, ["options", "sheetName"]);
        assert_eq!(error.hint.as_deref(), Some("The file has: People."), "{format}");
    }
}

#[test]
fn html_and_rtf_tables_are_those_that_sheetjs_writes() {
    let bench = Bench::new();
    let items = json!([{ "a": 1, "b": "x\"" }, { "b": true }]);
    let file = made(&bench, "convertToFile", json!({ "operation": "html" }), items);
    let file_ref = &file.binary.as_ref().unwrap()["data"];
    let page = String::from_utf8(bench.content(file_ref).to_vec()).unwrap();
    assert_eq!(
        page,
        "<html><head><meta charset=\"utf-8\"/><title>SheetJS Table Export</title></head><body>\
         <table><tr><td data-t=\"s\" data-v=\"a\" id=\"sjs-A1\">a</td><td data-t=\"s\" \
         data-v=\"b\" id=\"sjs-B1\">b</td></tr><tr><td data-t=\"n\" data-v=\"1\" id=\"sjs-A2\">1\
         </td><td data-t=\"s\" data-v=\"x&quot;\" id=\"sjs-B2\">x&quot;</td></tr><tr><td \
         id=\"sjs-A3\"></td><td data-t=\"b\" data-v=\"true\" id=\"sjs-B3\">TRUE</td></tr></table>\
         </body></html>"
    );
    let params = json!({ "operation": "rtf", "options": { "headerRow": false } });
    let file = made(&bench, "convertToFile", params, json!([{ "a": "{é}" }]));
    let text = bench.content(&file.binary.as_ref().unwrap()["data"]);
    let expect = "{\\rtf1\\ansi\\trowd\\trautofit1\\cellx1\\pard\\intbl \\{\\u233?\\}\\cell\\pard\
        \\intbl\\row}";
    assert_eq!(text, expect);
}

#[test]
fn the_old_node_tells_formats_by_their_content() {
    let bench = Bench::new();
    let csv = "A,B,A,\n1,TRUE,2024-05-01,x\n\n\"1,234.5\",10%,,\n";
    let typed = json!([
        { "A": 1, "B": true, "A_1": 45413, "__EMPTY": "x" },
        { "A": 1234.5, "B": 0.1 },
    ]);
    let html = "<html><table><tr><th>A</th><th>B</th></tr><tr><td> 1 </td><td>x</td></tr></table>";
    for (content, options, expect) in [
        (csv, json!({}), typed),
        ("a;b\n1;2", json!({ "rawData": true }), json!([{ "a": "1", "b": "2" }])),
        ("a,b\n1,", json!({ "includeEmptyCells": true }), json!([{ "a": 1, "b": "" }])),
        ("a,b\n1,2\n3,4", json!({ "range": 1 }), json!([{ "1": 3, "2": 4 }])),
        (
            "a,b\n1,2",
            json!({ "headerRow": false }),
            json!([{ "row": ["a", "b"] }, { "row": [1, 2] }]),
        ),
        (html, json!({}), json!([{ "A": 1, "B": "x" }])),
    ] {
        let item = bench.item_with(content.to_owned(), "file");
        let got = read(&bench, "spreadsheetFile", "1", json!({ "options": options }), &item);
        assert_eq!(got, expect, "{content}");
    }
    let item = bench.item_with("a\n1\n", "x.csv");
    let params = json!({ "fileFormat": "csv" });
    assert_eq!(read(&bench, "spreadsheetFile", "2", params, &item), json!([{ "a": "1" }]));
    let params = json!({ "options": { "range": "?" } });
    let error = block(bench.run(with(case("spreadsheetFile", "1", params), item))).unwrap_err();
    assert_eq!(error.parameter, ["options", "range"]);
    let broken = bench.item_with("PK\u{3}\u{4}", "x.xlsx");
    let error = block(bench.run(with(case("spreadsheetFile", "1", json!({})), broken)));
    assert_eq!(error.unwrap_err().message, "The file is no spreadsheet that can be read");
}

#[test]
fn the_old_node_writes_one_file_of_all_items() {
    let bench = Bench::new();
    let params = json!({ "operation": "toFile", "fileFormat": "csv" });
    let file = made(&bench, "spreadsheetFile", params, json!([{ "a": 1 }, { "a": true }]));
    let binary = &file.binary.as_ref().unwrap()["data"];
    assert_eq!(bench.content(binary), "\u{feff}a\n1\nTRUE");
    assert_eq!(binary.file_name.as_deref(), Some("spreadsheet.csv"));
    assert_eq!(binary.mime_type, "text/csv");
    let params = json!({ "operation": "toFile", "fileFormat": "xlsx",
        "options": { "sheetName": "a/b" } });
    let error = block(bench.run(case("spreadsheetFile", "2", params)));
    assert_eq!(error.unwrap_err().parameter, ["options", "sheetName"]);
}

#[test]
fn an_event_is_written_and_read() {
    let bench = Bench::new();
    let params = json!({ "title": "Review, part 1", "start": "2025-03-30T10:00:00+02:00",
        "end": "2025-03-30T09:00:00Z", "additionalFields": { "location": "Room; 5", "uid": "u1",
            "description": "first\nsecond",
            "attendeesUi": { "attendeeValues": [
                { "name": "Ada", "email": "a@x.y", "rsvp": true }, { "email": "b@x.y" }] },
            "recurrenceRule": "FREQ=WEEKLY" } });
    let file = made(&bench, "iCal", params, json!([{}]));
    let binary = &file.binary.as_ref().unwrap()["data"];
    assert_eq!(binary.mime_type, "text/calendar");
    let text = String::from_utf8(bench.content(binary).to_vec()).unwrap();
    assert!(text.contains("DTSTART:20250330T080000Z\r\n"), "{text}");
    assert!(text.contains("SUMMARY:Review\\, part 1\r\n"), "{text}");
    let got = read(&bench, "extractFromFile", "1", json!({ "operation": "fromIcs" }), &file);
    let event = &got[0]["data"]["events"][0];
    assert_eq!(event["summary"], "Review, part 1");
    assert_eq!(event["description"], "first\nsecond");
    assert_eq!(event["location"], "Room; 5");
    assert_eq!(event["start"], json!({ "date": "2025-03-30T08:00:00.000Z", "type": "DATE-TIME" }));
    let ada = json!({ "name": "Ada", "email": "a@x.y", "rsvp": "TRUE" });
    assert_eq!(event["attendees"], json!([ada, { "email": "b@x.y", "rsvp": "FALSE" }]));
    assert_eq!(event["recurrenceRule"], "FREQ=WEEKLY");
    assert_eq!(event["organizer"], Value::Null, "nobody was named");
}

#[test]
fn an_all_day_event_ends_on_the_day_after() {
    let bench = Bench::new();
    let params = json!({ "operation": "iCal", "title": "T", "start": "2025-03-30",
        "end": "2025-03-30", "allDay": true });
    let file = made(&bench, "convertToFile", params, json!([{}]));
    let binary = &file.binary.as_ref().unwrap()["data"];
    let text = String::from_utf8(bench.content(binary).to_vec()).unwrap();
    assert!(text.contains("DTSTART;VALUE=DATE:20250330\r\n"), "{text}");
    assert!(text.contains("DTEND;VALUE=DATE:20250331\r\n"), "{text}");
    for (field, params) in [
        ("end", json!({ "start": "2025-03-30", "end": "2025-03-29" })),
        ("start", json!({ "start": "soon", "end": "2025-03-29" })),
    ] {
        let error = block(bench.run(case("iCal", "1", params))).unwrap_err();
        assert_eq!(error.parameter, [field]);
    }
    let item = bench.item_with("nothing", "x.ics");
    let params = json!({ "operation": "fromIcs" });
    let error = block(bench.run(with(case("extractFromFile", "1", params), item)));
    assert_eq!(error.unwrap_err().parameter, ["operation"]);
}
