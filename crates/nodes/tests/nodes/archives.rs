//! Compression, Move Binary Data, and the older nodes that read and write files.

use reporunner_model::Item;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

fn with(case: Case, item: Item) -> Case {
    Case { inputs: vec![vec![item]], ..case }
}

fn run(bench: &Bench, node: &'static str, params: Value, item: Item) -> Item {
    block(bench.run(with(case(node, "1.1", params), item))).unwrap().outputs[0][0].clone()
}

/// The names and contents of an item's files by their keys.
fn files(bench: &Bench, item: &Item) -> Vec<(String, String, String)> {
    let files = item.binary.iter().flat_map(|files| files.iter());
    let one = |(key, file): (&String, &reporunner_model::BinaryRef)| {
        let content = String::from_utf8(bench.content(file).to_vec()).unwrap();
        (key.clone(), file.file_name.clone().unwrap_or_default(), content)
    };
    files.map(one).collect()
}

fn two_files(bench: &Bench) -> Item {
    let mut item = bench.item_with("one", "a.txt");
    let second = bench.item_with("two", "a.txt").binary.unwrap().swap_remove("data").unwrap();
    item.binary.as_mut().unwrap().insert("more".to_owned(), second);
    item
}

#[test]
fn what_is_packed_is_unpacked() {
    for (format, names) in [
        ("zip", ["a.txt", "1_a.txt"]),
        ("tar", ["a.txt", "1_a.txt"]),
        ("targz", ["a.txt", "1_a.txt"]),
    ] {
        let bench = Bench::new();
        let params = json!({ "operation": "compress", "binaryPropertyName": "data, more",
            "outputFormat": format, "binaryPropertyOutput": "pack" });
        let packed = run(&bench, "compression", params, two_files(&bench));
        let keys: Vec<_> = packed.binary.as_ref().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["pack"], "the archive takes the place of the files");
        let params = json!({ "operation": "decompress", "binaryPropertyName": "pack" });
        let got = files(&bench, &run(&bench, "compression", params, packed));
        let expect = [("file_0", names[0], "one"), ("file_1", names[1], "two")];
        let expect = expect.map(|(k, n, c)| (k.to_owned(), n.to_owned(), c.to_owned()));
        assert_eq!(got, expect, "{format}");
    }
}

#[test]
fn gzip_packs_each_file_by_itself() {
    let bench = Bench::new();
    let params = json!({ "operation": "compress", "binaryPropertyName": "data,more",
        "outputFormat": "gzip", "outputPrefix": "p" });
    let case = with(case("compression", "1", params), two_files(&bench));
    let packed = block(bench.run(case)).unwrap().outputs[0][0].clone();
    let params = json!({ "operation": "decompress", "binaryPropertyName": "p0,p1" });
    let got = files(&bench, &run(&bench, "compression", params, packed));
    let contents: Vec<_> = got.iter().map(|(_, name, content)| (&**name, &**content)).collect();
    assert_eq!(contents, [("a.txt", "one"), ("a.txt", "two")]);
}

#[test]
fn what_is_no_archive_is_refused() {
    let bench = Bench::new();
    let refuse = |content: Vec<u8>| {
        let item = bench.item_with(content, "x.zip");
        let params = json!({ "operation": "decompress" });
        block(bench.run(with(case("compression", "1.1", params), item))).unwrap_err()
    };
    assert_eq!(refuse(b"text".to_vec()).parameter, ["binaryPropertyName"]);
    assert_eq!(
        refuse(b"PK\x03\x04junk".to_vec()).message,
        refuse(b"\x1f\x8bjunk".to_vec()).message
    );
}

#[test]
fn files_are_moved_into_data() {
    let bench = Bench::new();
    let content = "\u{feff}{\"id\": 1}";
    for (params, json, keeps) in [
        (json!({}), json!({ "id": 1 }), false),
        (json!({ "options": { "keepSource": true } }), json!({ "id": 1 }), true),
        (
            json!({ "setAllData": false, "destinationKey": "a.b" }),
            json!({ "a": { "b": "{\"id\": 1}" } }),
            false,
        ),
        (
            json!({ "setAllData": false, "options": { "jsonParse": true } }),
            json!({ "data": { "id": 1 } }),
            false,
        ),
        (
            json!({ "setAllData": false, "options": { "encoding": "base64" } }),
            json!({ "data": "77u/eyJpZCI6IDF9" }),
            false,
        ),
        (
            json!({ "setAllData": false, "options": { "keepAsBase64": true } }),
            json!({ "data": "77u/eyJpZCI6IDF9" }),
            false,
        ),
    ] {
        let item = bench.item_with(content, "a.json");
        let got = run(&bench, "moveBinaryData", params.clone(), item);
        assert_eq!(Value::from(got.json), json, "{params}");
        assert_eq!(got.binary.is_some(), keeps, "{params}");
    }
    let none = block(bench.run(case("moveBinaryData", "1", json!({})))).unwrap();
    assert!(none.outputs[0].is_empty(), "an item without the file is left out");
}

#[test]
fn data_is_moved_into_a_file() {
    let bench = Bench::new();
    for (params, content, json) in [
        (json!({}), "{\"t\":\"x\",\"b\":\"aGk=\"}", json!({})),
        (json!({ "convertAllData": false, "sourceKey": "t" }), "\"x\"", json!({ "b": "aGk=" })),
        (
            json!({ "convertAllData": false, "sourceKey": "t",
                "options": { "useRawData": true, "keepSource": true, "fileName": "x.txt" } }),
            "x",
            json!({ "t": "x", "b": "aGk=" }),
        ),
        (
            json!({ "convertAllData": false, "sourceKey": "b",
                "options": { "dataIsBase64": true, "mimeType": "text/plain" } }),
            "hi",
            json!({ "t": "x" }),
        ),
    ] {
        let mut params = params;
        params["mode"] = "jsonToBinary".into();
        let item = Item::from_value(json!({ "t": "x", "b": "aGk=" }));
        let got = run(&bench, "moveBinaryData", params.clone(), item);
        assert_eq!(files(&bench, &got)[0].2, content, "{params}");
        assert_eq!(Value::from(got.json), json, "{params}");
    }
}

#[test]
fn the_older_nodes_read_and_write_files() {
    let bench = Bench::new();
    bench.write("a.csv", "1");
    bench.write("b.csv", "2");
    let item = Item::from_value(json!({ "k": 1 }));
    let read = run(&bench, "readBinaryFile", json!({ "filePath": "a.csv" }), item);
    assert_eq!(files(&bench, &read), [("data".into(), "a.csv".into(), "1".into())]);
    assert_eq!(read.json["k"], 1, "the item stays");
    let params = json!({ "fileSelector": "*.csv", "dataPropertyName": "f" });
    let output = block(bench.run(case("readBinaryFiles", "1", params))).unwrap();
    let names = output.outputs[0].iter().map(|item| files(&bench, item)[0].1.clone());
    assert_eq!(names.collect::<Vec<_>>(), ["a.csv", "b.csv"]);
    for (append, expect) in [(false, "1"), (true, "11")] {
        let params = json!({ "fileName": "out/c.csv", "options": { "append": append } });
        let written = run(&bench, "writeBinaryFile", params, read.clone());
        assert_eq!(written.json["fileName"], "out/c.csv");
        assert_eq!(bench.read("out/c.csv"), expect);
    }
    for (node, field) in [("readBinaryFile", "filePath"), ("writeBinaryFile", "fileName")] {
        let error = block(bench.run(case(node, "1", json!({})))).unwrap_err();
        assert_eq!(error.parameter, [field]);
    }
}
