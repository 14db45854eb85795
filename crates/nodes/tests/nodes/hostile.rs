//! Input that means harm: small files that hold more than a machine, depth without end, entities,
//! numbers and texts that are none. Each ends soon, with items or an error, and costs little.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzEncoder;
use reporunner_model::NodeError;
use reporunner_node::Output;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::set::block;
use crate::support::{Bench, Case, case};

const MIB: u64 = 1 << 20;

/// A zip of these entries, each of so many zeroes.
fn zip_of(entries: impl IntoIterator<Item = (String, u64)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(9));
    for (name, bytes) in entries {
        zip.start_file(name, options).unwrap();
        std::io::copy(&mut std::io::repeat(b'0').take(bytes), &mut zip).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzip(content: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(content, Compression::best()).read_to_end(&mut packed).unwrap();
    packed
}

/// A zip whose one entry claims to be of `claimed` bytes, wherever it says so.
fn lying(bytes: u64, claimed: u32) -> Vec<u8> {
    let mut zip = zip_of([("a".to_owned(), bytes)]);
    let told = (bytes as u32).to_le_bytes();
    while let Some(at) = zip.windows(4).position(|four| four == told) {
        zip[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
    }
    zip
}

/// A workbook of one sheet with this XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An OpenDocument sheet of one cell that stands for so many columns and rows.
fn open_document(columns: u64, rows: u64, text: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Sheet"><table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>{text}</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let parts = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", content.as_str()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(cells: &[&str]) -> Vec<u8> {
    let cell = |at: &&str| {
        let row = at.trim_start_matches(|c: char| c.is_ascii_uppercase());
        format!(r#"<row r="{row}"><c r="{at}"><v>1</v></c></row>"#)
    };
    let rows: String = cells.iter().map(cell).collect();
    workbook(&format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    ))
}

/// Runs a node over a file, within a time that only a loop without end would take.
fn over_file(
    node: &'static str,
    version: &str,
    params: Value,
    file: &[u8],
) -> Result<Output, NodeError> {
    let bench = Bench::new();
    let item = bench.item_with(Bytes::copy_from_slice(file), "file");
    in_time(&bench, Case { inputs: vec![vec![item]], ..case(node, version, params) })
}

fn in_time(bench: &Bench, case: Case) -> Result<Output, NodeError> {
    let (node, started) = (case.node, Instant::now());
    let outcome = block(bench.run(case));
    assert!(started.elapsed() < Duration::from_secs(30), "{node} took {:?}", started.elapsed());
    outcome
}

fn unpack(file: &[u8]) -> Result<Output, NodeError> {
    let params = json!({ "operation": "decompress", "binaryPropertyName": "data" });
    over_file("compression", "1.1", params, file)
}

fn extract(operation: &str, file: &[u8]) -> Result<Output, NodeError> {
    let params = json!({ "operation": operation, "binaryPropertyName": "data" });
    over_file("extractFromFile", "1", params, file)
}

#[test]
fn archives_that_hold_too_much_are_refused() {
    let zeroes = |bytes| std::io::repeat(0).take(bytes);
    let nested = zip_of([("inner".to_owned(), 40 * MIB)]);
    let tar = {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(40 * MIB);
        header.set_cksum();
        tar.append_data(&mut header, "a", zeroes(40 * MIB)).unwrap();
        gzip(Cursor::new(tar.into_inner().unwrap()))
    };
    for (what, file) in [
        ("one large file", zip_of([("a".to_owned(), 40 * MIB)])),
        ("many files", zip_of((0..40).map(|n| (n.to_string(), MIB)))),
        ("more files than anybody has", zip_of((0..10_001).map(|n| (n.to_string(), 0)))),
        ("a small claim", lying(40 * MIB, 10)),
        ("a large claim", lying(40 * MIB, u32::MAX - 1)),
        ("gzip", gzip(zeroes(40 * MIB))),
        ("gzip in two parts", [gzip(zeroes(20 * MIB)), gzip(zeroes(20 * MIB))].concat()),
        ("tar in gzip", tar),
    ] {
        let error = unpack(&file).err().unwrap_or_else(|| panic!("{what} was unpacked"));
        assert!(!error.message.is_empty() && error.hint.is_some(), "{what}: {error:?}");
    }
    // An archive within one is a file like others.
    unpack(&zip_of([("a.zip".to_owned(), nested.len() as u64)])).unwrap();
    // What is small unpacks, however well it was packed.
    unpack(&zip_of([("a".to_owned(), 30 * MIB)])).unwrap();
}

#[test]
fn damaged_archives_are_errors() {
    let (zip, gz) = (zip_of([("a".to_owned(), 1000)]), gzip(Cursor::new(vec![7; 1000])));
    for whole in [&zip, &gz] {
        for cut in (1..whole.len()).step_by(whole.len() / 12) {
            let _ = unpack(&whole[..cut]);
            let mut bent = whole.clone();
            bent[cut] ^= 0x55;
            let _ = unpack(&bent);
        }
        assert!(unpack(&whole[..whole.len() / 2]).is_err());
    }
}

#[test]
fn workbooks_that_hold_too_much_are_refused() {
    for (what, file) in [
        ("opposite corners", sheet(&["A1", "XFD1048576"])),
        ("a far row", sheet(&["A1", "CV1048576"])),
        ("a far column", sheet(&["A1", "XFD1000"])),
        ("beyond the sheet", sheet(&["A1", "ZZZ99999999"])),
        ("no such cell", sheet(&["A1", "11"])),
        ("a sheet of zeroes", zip_of([("xl/worksheets/sheet1.xml".to_owned(), 40 * MIB)])),
        ("no workbook", zip_of([("a".to_owned(), 10)])),
    ] {
        let outcome = extract("xlsx", &file);
        assert!(outcome.is_err(), "{what}: {outcome:?}");
    }
    for (columns, rows, text) in [
        (16_384, 6_000, "x".to_owned()),
        (11, 1_000_000, "x".to_owned()),
        (1_000, 1_000, "x".repeat(1000)),
        (u64::MAX, u64::MAX, "x".to_owned()),
    ] {
        let outcome = extract("ods", &open_document(columns, rows, &text));
        let told = outcome.err().map(|error| error.message).unwrap_or_default();
        assert!(told.starts_with("The sheet is too large"), "{columns} x {rows}: {told}");
    }
    let small = extract("ods", &open_document(3, 4, "x")).unwrap();
    assert_eq!(small.outputs[0].len(), 3, "three rows below the names");
    let _ = extract("xlsx", &workbook(&"<a>".repeat(300_000)));
    let small = extract("xlsx", &sheet(&["C3", "E5"])).unwrap();
    assert_eq!(small.outputs[0].len(), 1, "the row below the names that is not empty");
}

/// Texts by the node that reads them: `true` where only an error will do.
#[test]
fn depth_entities_and_odd_values_end_soon() {
    let deep = |open: &str, close: &str, n: usize| open.repeat(n) + "x" + &close.repeat(n);
    let laughs = {
        let mut entities = "<!ENTITY a0 \"ha\">".to_owned();
        for n in 1..12 {
            let inner = format!("&a{};", n - 1).repeat(10);
            entities += &format!("<!ENTITY a{n} \"{inner}\">");
        }
        format!("<!DOCTYPE x [{entities}]><x>&a11;</x>")
    };
    let quadratic = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\">]><x>{}</x>",
        "a".repeat(50_000),
        "&a;".repeat(50_000)
    );
    let xml = [
        (laughs, true),
        (quadratic, true),
        ("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><x>&f;</x>".to_owned(), true),
        ("<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\">%p;]><x/>".to_owned(), false),
        ("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\"><x/>".to_owned(), false),
        (deep("<a>", "</a>", 200_000), true),
        ("<a>".repeat(200_000), true),
        (format!("<a {}/>", (0..100_000).map(|n| format!("b{n}='' ")).collect::<String>()), false),
        ("<a b='1' b='2'/>".to_owned(), false),
        ("<a>\u{fffe}&#0;&#x110000;&#55555555555;</a>".to_owned(), true),
        ("<!--".repeat(100_000), true),
        ("<![CDATA[".repeat(100_000), true),
        (format!("<{}/>", "a".repeat(1_000_000)), false),
        ("<__proto__><toString>1</toString></__proto__>".to_owned(), false),
    ];
    for (text, fails) in &xml {
        let items = json!([{ "data": text }]);
        let case = case("xml", "1", json!({ "mode": "xmlToJson" })).items(items);
        let outcome = in_time(&Bench::new(), case);
        assert!(outcome.is_err() || !fails, "{:.60} was read", text);
        if let Ok(output) = outcome {
            let told = serde_json::to_string(&output.outputs[0][0].json).unwrap();
            assert!(!told.contains("root:"), "a file was read");
        }
    }
    let json_texts = [
        (deep("[", "]", 1_000_000), true),
        ("[".repeat(1_000_000), true),
        (deep("{\"a\":", "}", 100_000), true),
        ("{\"a\":1,\"a\":2}".to_owned(), false),
        ("{\"a\":NaN}".to_owned(), true),
        ("{\"a\":1e400}".to_owned(), true),
        ("{\"a\":-Infinity}".to_owned(), true),
        (format!("{{\"a\":{}}}", "9".repeat(100_000)), true),
        ("{\"a\":\"\\ud800\"}".to_owned(), true),
        ("{\"a\":\"\\udc00\\ud800\"}".to_owned(), true),
        ("\u{feff}{\"a\":1}".to_owned(), false),
        ("{\"__proto__\":{\"x\":1}}".to_owned(), false),
        ("{\"a\":\"\\u0000\"}".to_owned(), false),
        (String::new(), true),
        ("\"text\"".to_owned(), false),
        ("{\"a\":1}{\"a\":2}".to_owned(), true),
        (format!("{{{}\"a\":1}}", "\"a\":1,".repeat(200_000)), false),
    ];
    for (text, fails) in &json_texts {
        let outcome = extract("fromJson", text.as_bytes());
        assert!(outcome.is_err() || !fails, "{text:.40} was read");
    }
    let texts = [
        deep("<div>", "</div>", 100_000),
        "<div>".repeat(100_000),
        "<table><tr><td>".repeat(30_000),
        "<a href=".repeat(100_000),
        "<!--".repeat(100_000),
        format!("<p {}>", "a=b ".repeat(100_000)),
        "[".repeat(50_000),
        "![".repeat(50_000),
        "> ".repeat(50_000),
        "* ".repeat(20_000),
        "*a ".repeat(50_000),
        "**a _b ".repeat(30_000),
        "`".repeat(50_001),
        "[a](".repeat(30_000),
        "[a][".repeat(30_000),
        "<".repeat(100_000),
        "| a ".repeat(30_000),
        "&".repeat(100_000),
        "&#x10ffff;".repeat(30_000),
        "\u{202e}\0\u{feff}".repeat(10_000),
    ];
    for text in &texts {
        let over = |node, version, params: Value, item: Value| {
            let _ = in_time(&Bench::new(), case(node, version, params).items(json!([item])));
        };
        let item = json!({ "data": text });
        let values = json!([{ "key": "a", "cssSelector": "div > div", "returnValue": "text" }]);
        let extract = json!({ "operation": "extractHtmlContent", "dataPropertyName": "data",
            "extractionValues": { "values": values } });
        over("html", "1.2", extract, item);
        let both = [("markdownToHtml", "markdown"), ("htmlToMarkdown", "html")];
        for (mode, field) in both {
            let params = json!({ "mode": mode, field: text, "options": {} });
            over("markdown", "1", params, json!({}));
        }
    }
    for (operation, file) in [
        ("csv", "\"".repeat(1_000_001)),
        ("csv", ",".repeat(1_000_000)),
        ("csv", "a\n".repeat(300_000)),
        ("csv", format!("{}\n1", "a,".repeat(50_000))),
        ("html", "<table><tr><td colspan=99999999>".repeat(1000)),
        ("ods", "PK\u{3}\u{4}".repeat(1000)),
        ("xls", "\u{d0}\u{cf}\u{11}\u{e0}".repeat(1000)),
        ("fromIcs", "BEGIN:VCALENDAR\n".repeat(50_000)),
        (
            "fromIcs",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20250101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\nEND:VCALENDAR\n"
                .to_owned(),
        ),
        ("fromIcs", format!("BEGIN:VCALENDAR\n{}", " folded\n".repeat(200_000))),
        ("text", "\0".repeat(1_000_000)),
        ("binaryToPropery", "\u{ff}".repeat(100_000)),
    ] {
        let _ = extract(operation, file.as_bytes());
    }
}

/// What all of that costs in memory once it is over.
#[cfg(target_os = "linux")]
#[test]
fn a_bomb_takes_no_more_than_it_may_unpack_to() {
    let bomb = zip_of([("a".to_owned(), 400 * MIB)]);
    let gz = gzip(std::io::repeat(0).take(400 * MIB));
    let _ = unpack(&zip_of([("a".to_owned(), 10)]));
    let before = peak();
    for file in [&bomb, &gz] {
        assert!(unpack(file).is_err());
    }
    assert!(extract("xlsx", &bomb).is_err());
    let grown = (peak() - before) >> 20;
    assert!(grown <= 128, "the peak grew by {grown} MiB");
}

/// The most memory that this process held, bytes (`proc_pid_status(5)`: VmHWM, in kB).
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
