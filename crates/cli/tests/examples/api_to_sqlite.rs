//! Orders of an API, page after page, into SQLite.

use serde_json::json;

use crate::{Opened, check_expected, gave, web_server};

#[test]
fn orders_of_an_api_are_kept_once() {
    let mut opened = Opened::new("api-to-sqlite");
    opened.live();
    check_expected("api-to-sqlite", &opened.run(&json!({})));
    assert_eq!(gave(&opened.run(&json!({})), "Keep new rows"), json!([]), "they are all there");
    let order =
        |id: u32| json!({ "id": id, "customer": "Ada", "total": 1, "placed": "2026-02-01" });
    let shop = web_server::start(move |asked| {
        let orders = if asked.path.ends_with("page=1") { [order(7), order(8)] } else { panic!() };
        let body = json!({ "page": 1, "pages": 1, "orders": orders });
        (200, "application/json", body.to_string())
    });
    let ran = opened.run(&json!({ "base": shop }));
    assert_eq!(gave(&ran, "Keep new rows"), json!([order(8)]), "the seventh is there already");
}
