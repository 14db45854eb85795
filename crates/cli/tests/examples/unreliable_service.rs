//! A service that fails, asked again, and the workflow that is told when nothing helps.

use serde_json::json;

use crate::{Opened, check_expected, process};

#[test]
fn what_fails_twice_is_asked_a_third_time_and_what_fails_for_good_is_told() {
    let mut opened = Opened::new("unreliable-service");
    opened.live();
    check_expected("unreliable-service", &opened.run(&json!({})));
    let told = opened.by_name()["Tell of failures"].clone();
    // Whoever calls does not choose which service is asked.
    let unknown = json!({ "currency": "XYZ", "base": "http://127.0.0.1:1" });
    let url = format!("{}/rates/refresh", opened.base());
    let (status, _) = process::post(&url, &unknown);
    assert_eq!(status, 200, "it is taken at once");
    let run = opened.serve.ended_run(&told);
    assert_eq!(run["status"], "succeeded", "{run}");
    let log = opened.folder.data().join("files").join(&told).join("failures.log");
    let log = std::fs::read_to_string(log).expect("a line was written");
    let says = "Rates of an unreliable service: The service gave no rates for XYZ (at Refuse them)";
    assert!(log.contains(says) && log.lines().count() == 1, "{log}");
}
