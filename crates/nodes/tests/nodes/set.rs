//! Edit Fields.

use reporunner_model::{OnError, RunMode};
use serde_json::{Value, json};

use crate::support::{Bench, case};

/// Runs version 3.4 with these assignments over one item.
#[track_caller]
fn check(version: &str, params: Value, item: Value, expect: Value) {
    let got = block(Bench::new().json(case("set", version, params).items(json!([item]))));
    assert_eq!(got, json!([[expect]]));
}

pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn set(name: &str, kind: &str, value: Value) -> Value {
    json!({ "id": "1", "name": name, "type": kind, "value": value })
}

fn assign(fields: &[Value]) -> Value {
    json!({ "assignments": { "assignments": fields } })
}

#[test]
fn values_become_the_chosen_type() {
    for (kind, value, expect) in [
        ("string", json!(52472), json!("52472")),
        ("string", json!(true), json!("true")),
        ("string", json!({ "a": [1, 2] }), json!("{\"a\":[1,2]}")),
        ("string", json!(1.5), json!("1.5")),
        ("number", json!("2.75"), json!(2.75)),
        ("number", json!("3"), json!(3)),
        ("number", json!(true), json!(1)),
        ("number", json!(" "), json!(0)),
        ("boolean", json!("TRUE"), json!(true)),
        ("boolean", json!("0"), json!(false)),
        ("boolean", json!(1), json!(true)),
        ("array", json!("[1, 2]"), json!([1, 2])),
        ("array", json!("['a', 'b']"), json!(["a", "b"])),
        ("object", json!("{\"a\": {\"b\": 1}}"), json!({ "a": { "b": 1 } })),
        ("string", json!(null), json!(null)),
    ] {
        check("3.4", assign(&[set("x", kind, value)]), json!({}), json!({ "x": expect }));
    }
}

#[test]
fn a_value_that_does_not_fit_is_an_error_or_is_kept() {
    for (kind, value) in [
        ("number", json!("hello")),
        ("number", json!([1, 2])),
        ("boolean", json!("3")),
        ("array", json!("hello")),
        ("object", json!("[1]")),
    ] {
        let params = assign(&[set("x", kind, value.clone())]);
        let error = block(Bench::new().run(case("set", "3.4", params.clone()))).unwrap_err();
        assert!(error.message.contains("The field x"), "{error}");
        assert_eq!(error.item, Some(0));
        assert_eq!(error.parameter, ["assignments", "assignments", "#1"]);
        let mut lenient = params;
        lenient["options"] = json!({ "ignoreConversionErrors": true });
        check("3.4", lenient, json!({}), json!({ "x": value }));
    }
}

#[test]
fn expressions_are_evaluated_for_each_item() {
    let params = assign(&[set("twice", "number", json!("={{ $json.n * 2 }}"))]);
    let got = block(Bench::new().json(case("set", "3.4", params).items(json!([
        { "n": 1 }, { "n": 2 }
    ]))));
    assert_eq!(got, json!([[{ "twice": 2 }, { "twice": 4 }]]));
}

#[test]
fn an_expression_without_value_gives_null() {
    let params = assign(&[set("x", "string", json!("={{ $json.missing }}"))]);
    check("3.4", params, json!({}), json!({ "x": null }));
    let old = json!({ "fields": { "values": [
        { "name": "a", "stringValue": "={{ $json.missing }}" },
        { "name": "b" }
    ] } });
    check("3.2", old, json!({}), json!({ "a": null, "b": "" }));
}

#[test]
fn dots_lead_into_nested_fields_unless_switched_off() {
    let params = assign(&[set("a.b[1]", "number", json!(1))]);
    check("3.4", params.clone(), json!({}), json!({ "a": { "b": [null, 1] } }));
    let mut off = params;
    off["options"] = json!({ "dotNotation": false });
    check("3.4", off, json!({}), json!({ "a.b[1]": 1 }));
}

#[test]
fn other_fields_are_kept_as_asked() {
    let item = json!({ "name": "Ada", "age": 36, "at": { "city": "London", "zip": 1 } });
    let base = assign(&[set("x", "number", json!(1))]);
    for (more, expect) in [
        (json!({}), json!({ "x": 1 })),
        (
            json!({ "includeOtherFields": true }),
            json!({ "name": "Ada", "age": 36, "at": { "city": "London", "zip": 1 }, "x": 1 }),
        ),
        (
            json!({ "includeOtherFields": true, "include": "selected",
                    "includeFields": "name, at.city" }),
            json!({ "name": "Ada", "at": { "city": "London" }, "x": 1 }),
        ),
        (
            json!({ "includeOtherFields": true, "include": "except",
                    "excludeFields": "age,at.zip" }),
            json!({ "name": "Ada", "at": { "city": "London" }, "x": 1 }),
        ),
    ] {
        let mut params = base.clone();
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        check("3.4", params, item.clone(), expect);
    }
}

#[test]
fn json_mode_takes_expressions_anywhere() {
    let item = json!({ "who": "Ada", "tags": ["a"], "n": 3 });
    for (text, expect) in [
        (json!("{ \"a\": 1 }"), json!({ "a": 1 })),
        (json!("={ \"a\": \"{{ $json.who }}\" }"), json!({ "a": "Ada" })),
        (
            json!("={ \"a\": {{ $json.tags }}, \"n\": {{ $json.n }} }"),
            json!({ "a": ["a"], "n": 3 }),
        ),
        (json!("={{ $json }}"), item.clone()),
        (json!("={{ { \"a\": { \"b\": $json.n } } }}"), json!({ "a": { "b": 3 } })),
        (json!({ "a": 1 }), json!({ "a": 1 })),
        (
            json!("={ \"q\\\"\": \"{{ $json.x }} {{ $json.x }}\", \"b\": {{ $json.x }} }"),
            json!({ "q\"": "undefined undefined", "b": null }),
        ),
    ] {
        check("3.4", json!({ "mode": "raw", "jsonOutput": text }), item.clone(), expect);
    }
}

#[test]
fn malformed_json_says_where() {
    let params = json!({ "mode": "raw", "jsonOutput": "{ \"a\": 1, }" });
    let error = block(Bench::new().run(case("set", "3.4", params))).unwrap_err();
    assert_eq!(error.message, "The JSON is malformed");
    assert_eq!(error.parameter, ["jsonOutput"]);
    assert!(error.detail.unwrap().contains("line 1"), "the detail names the place");
}

#[test]
fn older_versions_have_their_own_shapes() {
    let v3 = json!({ "fields": { "values": [
        { "name": "n", "type": "numberValue", "numberValue": "5" },
        { "name": "b", "type": "booleanValue" }
    ] } });
    check("3.2", v3, json!({ "x": 1 }), json!({ "x": 1, "n": 5, "b": true }));
    let legacy = json!({ "values": {
        "string": [{ "name": "s", "value": "t" }],
        "number": [{ "name": "n", "value": "5" }],
        "boolean": [{ "name": "b" }]
    } });
    check(
        "1",
        legacy.clone(),
        json!({ "x": 1 }),
        json!({ "x": 1, "b": false, "n": "5", "s": "t" }),
    );
    let mut only = legacy;
    only["keepOnlySet"] = json!(true);
    check("2", only, json!({ "x": 1 }), json!({ "b": false, "n": 5, "s": "t" }));
}

#[test]
fn files_are_kept_or_dropped_by_version() {
    let bench = Bench::new();
    for (version, options, kept) in [
        ("3.4", json!({}), true),
        ("3.4", json!({ "stripBinary": true }), false),
        ("3.3", json!({}), false),
        ("3.3", json!({ "includeBinary": true }), true),
    ] {
        let params = json!({ "includeOtherFields": true, "options": options });
        let mut case = case("set", version, params);
        case.inputs = vec![vec![bench.item_with("x", "a.txt")]];
        let output = block(bench.run(case)).unwrap();
        assert_eq!(output.outputs[0][0].binary.is_some(), kept, "{version} {options}");
    }
}

#[test]
fn a_failed_item_is_an_item_where_the_node_goes_on() {
    let params = assign(&[set("x", "number", json!("={{ $json.n }}"))]);
    let case = case("set", "3.4", params)
        .items(json!([{ "n": 1 }, { "n": "no" }, { "n": 3 }]))
        .on_error(OnError::ContinueErrorOutput);
    let output = block(Bench::new().run(case)).unwrap();
    let items = &output.outputs[0];
    assert_eq!(items.len(), 3);
    assert!(items[1].json["error"].as_str().unwrap().contains("The field x"));
    assert_eq!(items[1].paired_item.as_ref().unwrap().sources()[0].item, 1);
    assert_eq!(items[2].json["x"], 3);
}

#[test]
fn items_are_repeated_only_in_runs_by_hand() {
    let mut params = assign(&[set("x", "number", json!(1))]);
    params["duplicateItem"] = json!(true);
    params["duplicateCount"] = json!(2);
    for (mode, count) in [(RunMode::Manual, 3), (RunMode::Production, 1)] {
        let mut case = case("set", "3.4", params.clone());
        case.mode = mode;
        assert_eq!(block(Bench::new().run(case)).unwrap().outputs[0].len(), count);
    }
}
