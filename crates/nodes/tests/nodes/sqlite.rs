//! SQLite over real database files.

use reporunner_model::OnError;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

fn bench() -> Bench {
    let bench = Bench::new();
    run(
        &bench,
        json!({ "operation": "query",
        "query": "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, total REAL, extra TEXT)" }),
        json!([{}]),
    );
    bench
}

fn run(bench: &Bench, mut params: Value, items: Value) -> Value {
    params["path"] = json!("orders.db");
    block(bench.json(case("sqlite", "1", params).items(items)))[0].clone()
}

#[test]
fn rows_go_in_and_come_out() {
    let bench = bench();
    let items = json!([
        { "id": 1, "name": "Ada", "total": 2.5 }, { "id": 2, "name": "Bo", "extra": [1] }
    ]);
    let inserted = run(&bench, json!({ "operation": "insert", "table": "orders" }), items);
    assert_eq!(inserted[1], json!({ "id": 2, "name": "Bo", "total": null, "extra": "[1]" }));
    let select = json!({ "operation": "select", "table": "orders",
        "where": { "values": [{ "column": "name", "condition": "like", "value": "A%" }] } });
    assert_eq!(
        run(&bench, select, json!([{}])),
        json!([{ "id": 1, "name": "Ada", "total": 2.5, "extra": null }])
    );
    let upsert = json!({ "operation": "upsert", "table": "orders", "keyColumns": "id" });
    run(&bench, upsert, json!([{ "id": 2, "name": "Bob" }, { "id": 3, "name": "Cy" }]));
    let update = json!({ "operation": "update", "table": "orders", "columnsMode": "defineBelow",
        "columns": { "values": [{ "column": "total", "value": "={{ $json.total }}" }] },
        "where": { "values": [{ "column": "id", "value": "={{ $json.id }}" }] } });
    run(&bench, update, json!([{ "id": 2, "total": 7 }]));
    let delete = json!({ "operation": "delete", "table": "orders",
        "where": { "values": [{ "column": "id", "condition": "smaller", "value": 2 }] } });
    assert_eq!(run(&bench, delete, json!([{}]))[0]["name"], "Ada");
    let ordered = json!({ "operation": "select", "table": "orders",
        "sort": { "values": [{ "column": "id", "direction": "desc" }] } });
    assert_eq!(
        run(&bench, ordered, json!([{}])),
        json!([
            { "id": 3, "name": "Cy", "total": null, "extra": null },
            { "id": 2, "name": "Bob", "total": 7, "extra": "[1]" }
        ])
    );
}

#[test]
fn a_backup_is_a_database_of_its_own() {
    let bench = bench();
    let insert = json!({ "operation": "insert", "table": "orders" });
    run(&bench, insert.clone(), json!([{ "id": 1, "name": "Ada" }]));
    let backup = json!({ "operation": "backup", "target": "={{ $json.to }}" });
    let copies = run(&bench, backup, json!([{ "to": "a.db" }, { "to": "b.db" }]));
    assert_eq!((&copies[0]["path"], &copies[1]["fileName"]), (&json!("a.db"), &json!("b.db")));
    assert!(copies[0]["bytes"].as_u64() > Some(0), "{copies}");
    run(&bench, insert, json!([{ "id": 2, "name": "Bo" }]));
    let names = |path: &str| {
        let query =
            json!({ "path": path, "operation": "query", "query": "SELECT name FROM orders" });
        block(bench.json(case("sqlite", "1", query).items(json!([{}]))))[0].clone()
    };
    assert_eq!(names("b.db"), json!([{ "name": "Ada" }]), "as it was then");
    assert_eq!(names("orders.db"), json!([{ "name": "Ada" }, { "name": "Bo" }]));
}

#[test]
fn values_never_become_sql() {
    let bench = bench();
    let evil = "x'); DROP TABLE orders; --";
    run(&bench, json!({ "operation": "insert", "table": "orders" }), json!([{ "name": evil }]));
    let query = json!({ "operation": "query", "query": "SELECT name FROM orders WHERE name = :n",
        "queryParameters": "={{ ({ n: $json.n }) }}" });
    assert_eq!(run(&bench, query, json!([{ "n": evil }])), json!([{ "name": evil }]));
    let listed = json!({ "operation": "query", "query": "SELECT ?1 + ?2 AS sum",
        "queryParameters": "[1, 2]" });
    assert_eq!(run(&bench, listed, json!([{}])), json!([{ "sum": 3 }]));
    let table = json!({ "operation": "select", "table": "orders\"; DROP TABLE orders; --",
        "path": "orders.db" });
    let error = block(bench.run(case("sqlite", "1", table))).unwrap_err();
    assert!(error.message.contains("no such table"), "{error}");
}

#[test]
fn all_items_or_none_are_written() {
    let bench = bench();
    let items = json!([{ "id": 1 }, { "id": 2 }, { "id": 1 }]);
    let insert = json!({ "operation": "insert", "table": "orders", "path": "orders.db" });
    let case = case("sqlite", "1", insert).items(items);
    let error = block(bench.run(case.clone())).unwrap_err();
    assert_eq!(error.item, Some(2), "the error names the item, {error}");
    let count = json!({ "operation": "query", "query": "SELECT count(*) AS n FROM orders" });
    assert_eq!(run(&bench, count.clone(), json!([{}])), json!([{ "n": 0 }]));
    let output = block(bench.run(case.on_error(OnError::ContinueRegularOutput))).unwrap();
    let failed: Vec<_> =
        output.outputs[0].iter().map(|item| item.json.contains_key("error")).collect();
    assert_eq!(failed, [false, false, true]);
    assert_eq!(run(&bench, count, json!([{}])), json!([{ "n": 2 }]));
}

#[test]
fn every_row_is_changed_only_on_request() {
    let bench = bench();
    run(&bench, json!({ "operation": "insert", "table": "orders" }), json!([{ "id": 1 }]));
    let params = json!({ "operation": "delete", "table": "orders", "path": "orders.db" });
    let error = block(bench.run(case("sqlite", "1", params.clone()))).unwrap_err();
    assert_eq!(error.message, "Every row would be deleted");
    let mut all = params;
    all["allRows"] = json!(true);
    assert_eq!(run(&bench, all, json!([{}])).as_array().unwrap().len(), 1);
}

#[test]
fn statements_without_rows_say_what_they_changed() {
    let bench = bench();
    let insert = json!({ "operation": "query",
        "query": "INSERT INTO orders (name) VALUES ('a'), ('b')" });
    assert_eq!(run(&bench, insert, json!([{}])), json!([{ "changed": 2, "lastId": 2 }]));
    let none = json!({ "operation": "query", "query": "SELECT * FROM orders WHERE id > 9" });
    assert_eq!(run(&bench, none, json!([{}])), json!([]));
}
