//! Conditions of If, Switch and Filter: operators, validation of types, versions.

use reporunner_expression::conditions::{Filter, Place};
use serde_json::{Value, json};

fn met(
    left: Value,
    right: Value,
    kind: &str,
    operation: &str,
    options: Value,
) -> Result<bool, String> {
    let filter = json!({
        "conditions": [{ "leftValue": left, "rightValue": right, "operator": { "type": kind, "operation": operation } }],
        "combinator": "and",
        "options": options,
    });
    let filter = Filter::from_value(&filter).map_err(|error| error.message)?;
    filter.is_met(&Place::default()).map_err(|error| error.message)
}

#[test]
fn operators() {
    let options = json!({ "caseSensitive": false, "typeValidation": "strict", "version": 3 });
    let check = |left: Value, kind: &str, operation: &str, right: Value, expected: bool| {
        let got = met(left.clone(), right.clone(), kind, operation, options.clone());
        assert_eq!(got, Ok(expected), "{left} {operation} {right}");
    };
    check(json!("Foo"), "string", "equals", json!("foo"), true);
    check(json!("foobar"), "string", "notContains", json!("BAR"), false);
    check(json!("FOO"), "string", "regex", json!("/^f/"), true);
    check(json!(""), "string", "exists", json!(null), true);
    check(json!(null), "string", "empty", json!(null), true);
    check(json!(2), "number", "gte", json!(2), true);
    check(json!(null), "number", "notEmpty", json!(null), false);
    check(json!(true), "boolean", "false", json!(null), false);
    check(json!("2024-01-01"), "dateTime", "before", json!("2024-01-01T00:00:01Z"), true);
    check(
        json!("2024-01-01T01:00:00+01:00"),
        "dateTime",
        "equals",
        json!("2024-01-01T00:00:00Z"),
        true,
    );
    check(json!({}), "object", "empty", json!(null), true);
    check(json!([1]), "array", "bogus", json!([1]), false);
}

#[test]
fn arrays_compare_their_length_with_a_number() {
    let operator = json!({ "type": "array", "operation": "lengthGt", "rightType": "number" });
    let filter =
        json!({ "conditions": [{ "leftValue": [1, 2], "rightValue": 1, "operator": operator }] });
    let filter = Filter::from_value(&filter).expect("it is complete");
    assert_eq!(filter.is_met(&Place::default()), Ok(true));
}

#[test]
fn types_are_checked_or_converted() {
    let strict = json!({ "typeValidation": "strict", "version": 2 });
    let loose = |version: u32| json!({ "typeValidation": "loose", "version": version });
    let error =
        met(json!("200"), json!(200), "number", "equals", strict).expect_err("text is no number");
    assert_eq!(
        error,
        "Wrong type: '200' is a string but was expecting a number [condition 0, item 0]"
    );
    assert_eq!(met(json!("200"), json!(200), "number", "equals", loose(2)), Ok(true));
    let error =
        met(json!("x"), json!(200), "number", "equals", loose(2)).expect_err("x is no number");
    assert_eq!(
        error,
        "Conversion error: the string 'x' can't be converted to a number [condition 0, item 0]"
    );
    assert_eq!(met(json!("false"), json!(false), "boolean", "equals", loose(1)), Ok(false));
    assert_eq!(met(json!("false"), json!(false), "boolean", "equals", loose(2)), Ok(true));
}

#[test]
fn conditions_combine() {
    let condition = |truth: bool| json!({ "leftValue": truth, "operator": { "type": "boolean", "operation": "true" } });
    let check = |combinator: &str, truths: &[bool], expected: bool| {
        let conditions: Vec<Value> = truths.iter().map(|truth| condition(*truth)).collect();
        let filter =
            Filter::from_value(&json!({ "combinator": combinator, "conditions": conditions }));
        assert_eq!(
            filter.and_then(|filter| filter.is_met(&Place::default())),
            Ok(expected),
            "{combinator} {truths:?}"
        );
    };
    check("and", &[true, true], true);
    check("and", &[true, false], false);
    check("or", &[false, true], true);
    check("or", &[false, false], false);
    check("and", &[], true);
    check("or", &[], true);
}
