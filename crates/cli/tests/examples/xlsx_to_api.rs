//! Rows of a sheet, sent to a JSON API.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::{Opened, check_expected, gave, web_server};

#[test]
fn rows_are_sent_and_those_refused_are_listed() {
    let mut opened = Opened::new("xlsx-to-api");
    opened.live();
    check_expected("xlsx-to-api", &opened.run(&json!({})));
    let list = std::fs::read_to_string(opened.file("not-sent.csv")).expect("the list");
    assert!(list.contains("LMP-002,Floor lamp,No article or a count below zero"), "{list}");
    assert!(list.contains("chair,Chair without a number,The shop refused it"), "{list}");
}

#[test]
fn another_shop_gets_json() {
    let opened = Opened::new("xlsx-to-api");
    let got = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&got);
    let shop = web_server::start(move |asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        told.lock().expect("nobody panicked").push(body);
        (201, "application/json", "{}".to_owned())
    });
    let ran = opened.run(&json!({ "base": shop }));
    assert_eq!(gave(&ran, "Why not").as_array().map(Vec::len), Some(2), "it refuses nothing");
    let lamp = json!({ "sku": "LMP-001", "name": "Desk lamp", "quantity": 12, "price": 2450 });
    let got = got.lock().expect("nobody panicked");
    assert!(got.contains(&lamp) && got.len() == 5, "{got:?}");
}
