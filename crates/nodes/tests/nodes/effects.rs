//! What nodes say of themselves before they run: whether it can be done again after a crash.

use reporunner_model::Effect;
use serde_json::{Value, json};

use crate::support::{Bench, case};

#[track_caller]
fn check(node: &'static str, version: &str, params: Value, expected: Effect) {
    let said = Bench::new().effect(case(node, version, params.clone()));
    assert_eq!(said, expected, "{node} {version} {params}");
}

#[test]
fn requests_by_methods_that_only_read_can_be_repeated() {
    for (method, effect) in [
        ("GET", Effect::Idempotent),
        ("head", Effect::Idempotent),
        ("OPTIONS", Effect::Idempotent),
        ("={{ 'GET' }}", Effect::Idempotent),
        ("={{ 'PO' + 'ST' }}", Effect::Outside),
        ("POST", Effect::Outside),
        ("PUT", Effect::Outside),
        ("DELETE", Effect::Outside),
        ("PURGE", Effect::Outside),
    ] {
        check("httpRequest", "4.2", json!({ "method": method }), effect);
        check("httpRequest", "2", json!({ "requestMethod": method }), effect);
    }
    check("httpRequest", "4.2", json!({}), Effect::Idempotent);
    let mixed = case("httpRequest", "4.2", json!({ "method": "={{ $json.method }}" }))
        .items(json!([{ "method": "GET" }, { "method": "POST" }]));
    assert_eq!(Bench::new().effect(mixed), Effect::Outside, "one of them changes something");
}

#[test]
fn statements_that_only_read_can_be_repeated() {
    for (sql, effect) in [
        ("SELECT 1", Effect::Idempotent),
        ("  select * from t", Effect::Idempotent),
        ("=SELECT * FROM t WHERE a = {{ $json.a }}", Effect::Idempotent),
        ("WITH a AS (SELECT 1) SELECT * FROM a", Effect::Idempotent),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", Effect::Outside),
        ("INSERT INTO t VALUES (1) RETURNING *", Effect::Outside),
        ("PRAGMA user_version = 3", Effect::Outside),
        ("={{ $json.sql }}", Effect::Outside),
        ("", Effect::Outside),
    ] {
        check("sqlite", "1", json!({ "operation": "query", "query": sql }), effect);
    }
    check("sqlite", "1", json!({ "operation": "select" }), Effect::Idempotent);
    check("sqlite", "1", json!({ "operation": "delete" }), Effect::Outside);
    check("sqlite", "1", json!({ "operation": "backup" }), Effect::Outside);
}

#[test]
fn reading_files_can_be_repeated_and_writing_cannot() {
    check("readWriteFile", "1", json!({ "operation": "read" }), Effect::Idempotent);
    check("readWriteFile", "1", json!({}), Effect::Idempotent);
    check("readWriteFile", "1", json!({ "operation": "list" }), Effect::Idempotent);
    for operation in ["write", "move", "delete"] {
        check("readWriteFile", "1", json!({ "operation": operation }), Effect::Outside);
    }
    check("code", "2", json!({}), Effect::Pure);
}
