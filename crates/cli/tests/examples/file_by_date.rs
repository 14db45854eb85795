//! Documents filed by date, by hand and as they come in.

use std::path::Path;

use serde_json::json;

use crate::process::Folder;
use crate::{Opened, check_expected, copied, run_file};

#[test]
fn what_lies_there_is_filed_and_nothing_is_written_over() {
    let folder = Folder::new();
    let copy = copied("file-by-date", &folder);
    let ran = run_file(&folder, &copy);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    check_expected("file-by-date", &ran);
    let march = copy.join("archive/2026/03");
    let invoice = march.join("2026-03-14 Invoice Miller.txt");
    let text = std::fs::read_to_string(&invoice).expect("it was filed");
    assert!(text.contains("Invoice 17"), "{text}");
    assert_eq!(count(&copy.join("inbox")), 0, "nothing is left behind");
    std::fs::write(copy.join("inbox/2026-03-14 Invoice Miller.txt"), "another").expect("written");
    assert_eq!(run_file(&folder, &copy).code, 0);
    assert_eq!(std::fs::read_to_string(&invoice).expect("it is there"), text, "the first stays");
    assert_eq!((count(&march), count(&copy.join("inbox"))), (3, 0), "the second lies beside it");
}

#[test]
fn what_comes_in_is_filed_while_it_is_live() {
    let mut opened = Opened::new("file-by-date");
    opened.live();
    let letter = opened.file("inbox/2024-12-24 Letter.txt");
    std::fs::write(&letter, "Dear Ada").expect("written");
    let run = opened.serve.ended_run(&opened.id);
    assert_eq!(run["status"], "succeeded", "{run}");
    let filed = opened.file("archive/2024/12/2024-12-24 Letter.txt");
    assert_eq!(std::fs::read_to_string(filed).expect("it was filed"), "Dear Ada");
    assert!(!letter.exists(), "it was moved");
    let filter = json!({});
    let list = opened.serve.ask(json!({ "command": "ListRuns", "filter": filter }));
    assert_eq!(list["runs"].as_array().map(Vec::len), Some(1), "moving it started nothing");
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}
