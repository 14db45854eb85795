//! Form Trigger and Form: what goes on, and what the app is told of a page that is waited for.

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

/// 2023-11-14 22:13:20 UTC, when every test takes place.
const NOW: i64 = 1_700_000_000_000;

#[test]
fn what_was_sent_goes_on() {
    let sent =
        json!([{ "Name": "Ada", "submittedAt": "2026-03-30T09:00:00Z", "formMode": "test" }]);
    let params = json!({ "formTitle": "={{ $json.nothing.here }}" });
    let got = block(Bench::new().json(case("formTrigger", "2.5", params).items(sent.clone())));
    assert_eq!(got, json!([sent]));
    let last = json!({ "operation": "completion", "completionTitle": "Thank you" });
    let got = block(Bench::new().json(case("form", "2.5", last).items(sent.clone())));
    assert_eq!(got, json!([sent]));
}

#[track_caller]
fn check(node: &'static str, version: &str, params: Value, expect: Value, until: Option<i64>) {
    let items = json!([{ "n": 1 }, { "n": 2 }]);
    let case = case(node, version, params.clone()).items(items);
    let wait = block(Bench::new().run(case)).unwrap().wait.unwrap();
    assert_eq!(wait.until.map(|until| until.0 - NOW), until, "{params}");
    assert!(!wait.again);
    let note = &wait.note.to_value()["form"];
    for (name, value) in expect.as_object().unwrap() {
        assert_eq!(&note[name], value, "{name} of {params}");
    }
}

#[test]
fn a_page_waits_with_all_that_it_shows() {
    let options = json!({ "formTitle": "=No {{ $json.n }}" });
    let shown = json!({ "formTitle": "No 1" });
    check(
        "form",
        "2.5",
        json!({ "operation": "page", "options": options }),
        json!({ "suffix": "", "since": NOW, "version": 2.5,
            "form": { "operation": "page", "options": shown } }),
        None,
    );
    let limited = json!({ "limitWaitTime": true, "resumeAmount": 2, "resumeUnit": "minutes" });
    check("form", "2.5", limited, json!({ "suffix": "" }), Some(120_000));
    check(
        "wait",
        "1.1",
        json!({ "resume": "form", "formTitle": "=No {{ $json.n }}", "limitWaitTime": true,
            "options": { "webhookSuffix": " /boss/ " } }),
        json!({ "suffix": "boss", "responseMode": "onReceived",
            "authentication": "none" }),
        Some(3_600_000),
    );
}
