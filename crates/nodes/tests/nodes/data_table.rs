//! Data Table over a real database file.

use reporunner_model::{Effect, OnError};
use serde_json::{Map, Value, json};

use crate::set::block;
use crate::support::{Bench, case};

fn params(more: Value) -> Value {
    let mut params = json!({ "dataTableId": { "__rl": true, "mode": "name", "value": "t" } });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// What one run gives; ids and times that no test can know are left out.
#[track_caller]
fn run(bench: &Bench, more: Value, items: Value) -> Value {
    let params = params(more);
    let output = block(bench.run(case("dataTable", "1", params.clone()).items(items)));
    let output = output.unwrap_or_else(|error| panic!("{params}: {error:?}"));
    let known = |mut json: Map<String, Value>| {
        for name in ["createdAt", "updatedAt", "__rl"] {
            json.shift_remove(name);
        }
        Value::Object(json)
    };
    output.outputs[0].iter().map(|item| known((*item.json).clone())).collect()
}

#[track_caller]
fn fails(bench: &Bench, more: Value, items: Value, message: &str) {
    let error = block(bench.run(case("dataTable", "1", params(more)).items(items))).unwrap_err();
    assert_eq!(error.message, message);
    assert!(error.hint.is_some(), "{message}");
}

fn filter(column: &str, condition: &str, value: Value) -> Value {
    json!({ "conditions": [{ "keyName": column, "condition": condition, "keyValue": value }] })
}

fn auto() -> Value {
    json!({ "mappingMode": "autoMapInputData", "value": null })
}

/// A table with two rows.
fn bench() -> Bench {
    let bench = Bench::new();
    let columns = json!({ "column": [
        { "name": "name", "type": "string" }, { "name": "total", "type": "number" },
        { "name": "open", "type": "boolean" }, { "name": "due", "type": "date" }
    ] });
    let create = json!({ "resource": "table", "operation": "create", "tableName": "t",
        "columns": columns });
    run(&bench, create, json!([{}]));
    let rows = json!([
        { "name": "Ada", "total": "2.5", "open": "true", "due": "2026-01-02T03:00:00+01:00" },
        { "name": "bob", "total": 7, "open": false, "id": 99 }
    ]);
    run(&bench, json!({ "operation": "insert", "columns": auto() }), rows);
    bench
}

fn ada() -> Value {
    json!({ "id": 1, "name": "Ada", "total": 2.5, "open": true, "due": "2026-01-02T02:00:00.000Z" })
}

fn bob() -> Value {
    json!({ "id": 2, "name": "bob", "total": 7, "open": false, "due": null })
}

#[test]
fn rows_keep_their_types() {
    let get = json!({ "operation": "get" });
    assert_eq!(run(&bench(), get, json!([{}])), json!([ada(), bob()]));
    for (columns, message) in [
        (json!({ "total": "x" }), "\"x\" does not fit in total, which holds a number"),
        (json!({ "open": "maybe" }), "\"maybe\" does not fit in open, which holds a boolean"),
        (json!({ "due": "soon" }), "\"soon\" does not fit in due, which holds a date"),
        (json!({ "nme": "x" }), "The data table t has no column nme"),
    ] {
        let columns = json!({ "mappingMode": "defineBelow", "value": columns });
        fails(&bench(), json!({ "operation": "insert", "columns": columns }), json!([{}]), message);
    }
}

#[test]
fn rows_are_found_by_conditions() {
    let bench = bench();
    for (column, condition, value, expect) in [
        ("id", "eq", json!("2"), json!([bob()])),
        ("id", "neq", json!(2), json!([ada()])),
        ("name", "eq", json!("ada"), json!([])),
        ("name", "like", json!("a"), json!([ada()])),
        ("name", "like", json!("A%"), json!([ada()])),
        ("name", "like", json!("%B%"), json!([])),
        ("name", "like", json!("[A]%"), json!([])),
        ("name", "ilike", json!("B"), json!([bob()])),
        ("name", "ilike", json!("b_b"), json!([])),
        ("total", "gt", json!("2.5"), json!([bob()])),
        ("total", "gte", json!(2.5), json!([ada(), bob()])),
        ("total", "lt", json!(10), json!([ada(), bob()])),
        ("total", "lte", json!(2), json!([])),
        ("open", "isTrue", json!(null), json!([ada()])),
        ("open", "isFalse", json!(null), json!([bob()])),
        ("open", "eq", json!("false"), json!([bob()])),
        ("due", "isEmpty", json!(null), json!([bob()])),
        ("due", "isNotEmpty", json!(null), json!([ada()])),
        ("due", "eq", json!(""), json!([bob()])),
        ("due", "lt", json!("2026-01-02T02:00:01Z"), json!([ada()])),
    ] {
        let get =
            json!({ "operation": "get", "filters": filter(column, condition, value.clone()) });
        assert_eq!(run(&bench, get, json!([{}])), expect, "{column} {condition} {value}");
    }
    let two = json!({ "conditions": [
        { "keyName": "name", "keyValue": "Ada" }, { "keyName": "total", "keyValue": 7 }
    ] });
    for (kind, expect) in [("anyCondition", json!([ada(), bob()])), ("allConditions", json!([]))] {
        let get = json!({ "operation": "get", "matchType": kind, "filters": two });
        assert_eq!(run(&bench, get, json!([{}])), expect, "{kind}");
    }
}

#[test]
fn rows_come_in_the_order_and_number_that_is_wanted() {
    let bench = bench();
    let sorted = json!({ "operation": "get", "orderBy": true, "orderByColumn": "total" });
    assert_eq!(run(&bench, sorted.clone(), json!([{}])), json!([bob(), ada()]));
    let mut one = sorted;
    one["orderByDirection"] = json!("ASC");
    one["limit"] = json!(1);
    assert_eq!(run(&bench, one, json!([{}, {}])), json!([ada(), ada()]), "for each item");
}

#[test]
fn rows_are_changed_and_made_where_there_is_none() {
    let bench = bench();
    let set = |value: Value| json!({ "mappingMode": "defineBelow", "value": value });
    let update = json!({ "operation": "update", "filters": filter("name", "eq", json!("bob")),
        "columns": set(json!({ "name": "Bob", "total": "={{ $json.n }}" })) });
    let mut dry = update.clone();
    dry["options"] = json!({ "dryRun": true });
    let shown = run(&bench, dry, json!([{ "n": 8 }]));
    assert_eq!((&shown[0]["total"], &shown[1]["total"]), (&json!(7), &json!(8)));
    assert_eq!(
        (&shown[0]["dryRunState"], &shown[1]["dryRunState"]),
        (&json!("before"), &json!("after"))
    );
    let changed = run(&bench, update.clone(), json!([{ "n": 8 }]));
    assert_eq!(changed[0]["name"], "Bob");
    assert_eq!(run(&bench, update, json!([{ "n": 9 }])), json!([]), "nobody is called bob now");
    let upsert = json!({ "operation": "upsert", "filters": filter("name", "eq", json!("={{ $json.name }}")),
        "columns": auto() });
    let items = json!([{ "name": "Bob", "total": 1 }, { "name": "Cy", "total": 2 }, { "name": "Cy", "total": 3 }]);
    let given = run(&bench, upsert, items);
    let ids: Vec<_> = given.as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [2, 3, 3]);
    let delete = json!({ "operation": "deleteRows", "filters": filter("total", "gt", json!(2)) });
    let gone = run(&bench, delete, json!([{}]));
    assert_eq!(gone.as_array().unwrap().len(), 2);
    let left = run(&bench, json!({ "operation": "get" }), json!([{}]));
    assert_eq!(left[0]["name"], "Bob");
    assert_eq!(left.as_array().unwrap().len(), 1);
}

#[test]
fn items_pass_by_whether_their_row_is_there() {
    let bench = bench();
    let by = |operation: &str| json!({ "operation": operation, "filters": filter("name", "eq", json!("={{ $json.who }}")) });
    let items = json!([{ "who": "Ada" }, { "who": "Eve" }]);
    assert_eq!(run(&bench, by("rowExists"), items.clone()), json!([{ "who": "Ada" }]));
    assert_eq!(run(&bench, by("rowNotExists"), items), json!([{ "who": "Eve" }]));
}

#[test]
fn a_condition_must_be_there_where_rows_are_changed() {
    for operation in ["update", "upsert", "deleteRows", "rowExists", "rowNotExists"] {
        fails(
            &bench(),
            json!({ "operation": operation }),
            json!([{}]),
            "No condition says which rows are meant",
        );
    }
}

#[test]
fn the_first_row_makes_the_table() {
    let bench = Bench::new();
    // As n8n writes a table that was chosen from its list.
    let insert = |columns: Value| {
        json!({ "operation": "insert", "columns": columns, "dataTableId": {
            "__rl": true, "mode": "list", "value": "abc", "cachedResultName": "My table" } })
    };
    let columns = json!({ "mappingMode": "defineBelow", "value": { "when": "2026-01-02", "n": 1 },
        "schema": [{ "id": "when", "type": "date" }] });
    let given = run(&bench, insert(columns), json!([{}, {}]));
    assert_eq!(given[1], json!({ "id": 2, "when": "2026-01-02T00:00:00.000Z", "n": 1 }));
    for reference in [
        json!({ "mode": "id", "value": "abc" }),
        json!({ "mode": "name", "value": "My table" }),
        json!("My table"),
    ] {
        let get = json!({ "operation": "get", "dataTableId": reference });
        assert_eq!(run(&bench, get, json!([{}])).as_array().unwrap().len(), 2);
    }
    let missing = json!({ "operation": "get", "dataTableId": { "mode": "name", "value": "none" } });
    fails(&bench, missing, json!([{}]), "There is no data table called none");
    fails(&bench, json!({ "dataTableId": { "value": "" } }), json!([{}]), "No data table is named");
    let evil =
        json!({ "mappingMode": "defineBelow", "value": { "a\"); DROP TABLE tables; --": 1 } });
    let mut evil = insert(evil);
    evil["dataTableId"] = json!({ "mode": "name", "value": "x'; DROP TABLE tables" });
    assert_eq!(run(&bench, evil, json!([{}]))[0]["a\"); DROP TABLE tables; --"], 1);
}

#[test]
fn all_items_are_written_or_none() {
    let bench = bench();
    let insert = json!({ "operation": "insert", "columns": auto() });
    let items = json!([{ "total": 1 }, { "total": "x" }, { "total": 3 }]);
    let alone = case("dataTable", "1", params(insert)).items(items);
    let error = block(bench.run(alone.clone())).unwrap_err();
    assert_eq!(error.item, Some(1));
    let count =
        || run(&bench, json!({ "operation": "get" }), json!([{}])).as_array().unwrap().len();
    assert_eq!(count(), 2);
    let output = block(bench.run(alone.on_error(OnError::ContinueRegularOutput))).unwrap();
    let failed: Vec<_> = output.outputs[0].iter().map(|i| i.json.contains_key("error")).collect();
    assert_eq!(failed, [false, true, false]);
    assert_eq!(count(), 4);
    let quick =
        json!({ "operation": "insert", "columns": auto(), "options": { "optimizeBulk": true } });
    let given = run(&bench, quick, json!([{ "name": "x" }]));
    assert_eq!(given, json!([{ "success": true, "insertedRows": 1 }]));
}

#[test]
fn tables_are_made_listed_and_removed() {
    let bench = bench();
    let table = |operation: &str, more: Value| {
        let mut params = json!({ "resource": "table", "operation": operation });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let more = json!({ "tableName": "t", "columns": { "column": [{ "name": "note" }] } });
    let made = run(&bench, table("create", more), json!([{}]));
    assert_eq!(made[0]["columns"].as_array().unwrap().len(), 5, "the column that was missing came");
    let strict = json!({ "tableName": "t", "options": { "createIfNotExists": false } });
    fails(&bench, table("create", strict), json!([{}]), "There is a data table called t already");
    let own = json!({ "tableName": "u", "columns": { "column": [{ "name": "ID" }] } });
    fails(&bench, table("create", own), json!([{}]), "\"ID\" cannot be the name of a column");
    run(&bench, table("create", json!({ "tableName": "other" })), json!([{}]));
    let names = |more: Value| {
        let list = run(&bench, table("list", more), json!([{}]));
        list.as_array().unwrap().iter().map(|t| t["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({})), ["other", "t"]);
    assert_eq!(names(json!({ "options": { "sortDirection": "desc" } })), ["t", "other"]);
    assert_eq!(names(json!({ "options": { "filterName": "OTH" } })), ["other"]);
    run(&bench, table("update", json!({ "newName": "renamed" })), json!([{}]));
    let of = |name: &str| json!({ "dataTableId": { "mode": "name", "value": name } });
    assert_eq!(run(&bench, table("clear", of("renamed")), json!([{}]))[0]["deletedCount"], 2);
    run(&bench, table("delete", of("renamed")), json!([{}]));
    assert_eq!(names(json!({})), ["other"]);
}

#[test]
fn only_reading_can_be_repeated_after_a_crash() {
    for (params, effect) in [
        (json!({ "operation": "get" }), Effect::Idempotent),
        (json!({ "operation": "rowExists" }), Effect::Idempotent),
        (json!({ "resource": "table" }), Effect::Idempotent),
        (json!({}), Effect::Outside),
        (json!({ "resource": "table", "operation": "delete" }), Effect::Outside),
    ] {
        let said = Bench::new().effect(case("dataTable", "1", params.clone()));
        assert_eq!(said, effect, "{params}");
    }
}

/// Does something in several runs at the same time; each gets its number.
fn at_once(runs: usize, act: impl Fn(usize) + Sync) {
    let together = std::sync::Barrier::new(runs);
    std::thread::scope(|threads| {
        for number in 0..runs {
            let (act, together) = (&act, &together);
            threads.spawn(move || {
                together.wait();
                act(number);
            });
        }
    });
}

#[test]
fn first_rows_and_new_columns_of_several_runs_at_once_are_all_there() {
    const RUNS: usize = 4;
    for _ in 0..8 {
        let bench = Bench::new();
        at_once(RUNS, |number| {
            // Names of columns differ by more than their capitals.
            let name = if number % 2 == 0 { "name" } else { "Name" };
            let row = json!([{ name: number.to_string() }]);
            run(&bench, json!({ "operation": "insert", "columns": auto() }), row);
        });
        at_once(RUNS, |number| {
            let columns = json!({ "column": [
                { "name": format!("own{number}"), "type": "number" },
                { "name": "later", "type": "string" }
            ] });
            let create = json!({ "resource": "table", "operation": "create", "tableName": "t",
                "columns": columns });
            run(&bench, create, json!([{}]));
        });
        let rows = run(&bench, json!({ "operation": "get", "returnAll": true }), json!([{}]));
        let rows = rows.as_array().expect("rows");
        assert_eq!(rows.len(), RUNS, "{rows:?}");
        for row in rows {
            let row = row.as_object().expect("an object");
            let mut named = row.iter().filter(|(key, _)| key.eq_ignore_ascii_case("name"));
            assert!(named.next().is_some_and(|(_, value)| value.is_string()), "{row:?}");
            assert!((0..RUNS).all(|number| row.contains_key(&format!("own{number}"))), "{row:?}");
        }
    }
}
