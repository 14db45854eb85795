//! If, Filter, Switch, Merge.

use reporunner_model::OnError;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn check(node: &'static str, version: &str, params: Value, items: Value, expect: Value) {
    let got = block(Bench::new().json(case(node, version, params.clone()).items(items)));
    assert_eq!(got, expect, "{node} {version} {params}");
}

fn rule(left: &str, kind: &str, operation: &str, right: Value) -> Value {
    json!({
        "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
        "combinator": "and",
        "conditions": [{ "id": "1", "leftValue": left, "rightValue": right,
            "operator": { "type": kind, "operation": operation } }]
    })
}

#[test]
fn items_go_where_their_conditions_send_them() {
    let items = json!([{ "n": 1 }, { "n": 5 }, { "n": 3 }]);
    let large = rule("={{ $json.n }}", "number", "gt", json!(2));
    let params = json!({ "conditions": large });
    check(
        "if",
        "2.2",
        params.clone(),
        items.clone(),
        json!([[{ "n": 5 }, { "n": 3 }], [{ "n": 1 }]]),
    );
    check("filter", "2.2", params, items.clone(), json!([[{ "n": 5 }, { "n": 3 }], [{ "n": 1 }]]));
    let switch = json!({
        "rules": { "values": [
            { "conditions": rule("={{ $json.n }}", "number", "gt", json!(4)) },
            { "conditions": large }
        ] },
        "options": { "fallbackOutput": "extra" }
    });
    check(
        "switch",
        "3.2",
        switch.clone(),
        items.clone(),
        json!([[{ "n": 5 }], [{ "n": 3 }], [{ "n": 1 }]]),
    );
    let mut all = switch;
    all["options"]["allMatchingOutputs"] = json!(true);
    check(
        "switch",
        "3.2",
        all,
        items,
        json!([[{ "n": 5 }], [{ "n": 5 }, { "n": 3 }], [{ "n": 1 }]]),
    );
}

#[test]
fn the_nodes_own_switches_rule_over_the_stored_options() {
    let items = json!([{ "s": "YES" }, { "s": 5 }]);
    let same = |more: Value| {
        let mut params = json!({
            "conditions": rule("={{ $json.s }}", "string", "equals", json!("yes"))
        });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        params
    };
    let text = json!([{ "s": "YES" }]);
    check("filter", "2.2", same(json!({})), text.clone(), json!([[], text]));
    let ignore = json!({ "options": { "ignoreCase": true } });
    check("filter", "2.2", same(ignore), text.clone(), json!([text, []]));
    let error =
        block(Bench::new().run(case("filter", "2.2", same(json!({}))).items(items.clone())));
    assert_eq!(error.unwrap_err().item, Some(1), "a number is no text where types are strict");
    check(
        "filter",
        "2.2",
        same(json!({ "looseTypeValidation": true })),
        items.clone(),
        json!([[], items]),
    );
    let option = json!({ "options": { "looseTypeValidation": true } });
    check("filter", "2", same(option), items.clone(), json!([[], items]));
}

#[test]
fn an_item_that_cannot_be_judged_goes_to_false_or_to_the_error_output() {
    let params = json!({ "conditions": rule("={{ $json.n }}", "number", "gt", json!(2)) });
    let items = json!([{ "n": 3 }, { "n": "no" }]);
    let run = |on_error| {
        let case = case("if", "2.2", params.clone()).items(items.clone()).on_error(on_error);
        block(Bench::new().run(case)).unwrap().outputs
    };
    let regular = run(OnError::ContinueRegularOutput);
    assert_eq!(regular[1][0].json["n"], "no");
    let routed = run(OnError::ContinueErrorOutput);
    assert!(routed[0][1].json.contains_key("error"));
    assert!(routed[1].is_empty());
}

#[test]
fn version_1_compares_values_by_type() {
    for (kind, first, operation, second, holds) in [
        ("boolean", json!(true), "equal", json!(true), true),
        ("number", json!(1), "smaller", json!(2), true),
        ("number", json!(2), "largerEqual", json!(2), true),
        ("number", json!("5"), "equal", json!(5), false),
        ("string", json!("abc"), "contains", json!("b"), true),
        ("string", json!("abc"), "notEndsWith", json!("c"), false),
        ("string", json!("abc"), "regex", json!("/^A/i"), true),
        ("string", json!("abc"), "regex", json!("^b"), false),
        ("string", json!(""), "isEmpty", json!(null), true),
        ("dateTime", json!("2024-02-01"), "after", json!("2024-01-31T23:59:59Z"), true),
        ("dateTime", json!("Tue, 01 Nov 2016 13:23:12 +0630"), "before", json!(0), false),
    ] {
        let params = json!({ "conditions": { kind: [
            { "value1": first, "operation": operation, "value2": second }
        ] } });
        let expect = if holds { json!([[{}], []]) } else { json!([[], [{}]]) };
        check("if", "1", params, json!([{}]), expect);
    }
    let two = |combine: &str| {
        json!({ "combineOperation": combine, "conditions": {
            "number": [{ "value1": 1, "operation": "equal", "value2": 1 }],
            "string": [{ "value1": "a", "value2": "b" }]
        } })
    };
    check("if", "1", two("all"), json!([{}]), json!([[], [{}]]));
    check("if", "1", two("any"), json!([{}]), json!([[{}], []]));
}

#[test]
fn switch_by_number_and_older_rules() {
    let items = json!([{ "n": 1 }, { "n": 0 }]);
    let number = json!({ "mode": "expression", "numberOutputs": 2, "output": "={{ $json.n }}" });
    check("switch", "3.2", number.clone(), items.clone(), json!([[{ "n": 0 }], [{ "n": 1 }]]));
    let error = block(Bench::new().run(case("switch", "3.2", number).items(json!([{ "n": 2 }]))));
    let error = error.unwrap_err();
    assert_eq!(error.message, "There is no output 2");
    assert_eq!(error.hint.unwrap(), "Outputs are numbered from 0 to 1.");
    let v2 = json!({ "value1": "={{ $json.n }}", "rules": { "rules": [
        { "operation": "equal", "value2": 1 }
    ] }, "fallbackOutput": 0 });
    check("switch", "2", v2, items.clone(), json!([[{ "n": 1 }, { "n": 0 }]]));
    let v1 = json!({ "value1": "={{ $json.n }}", "fallbackOutput": 3, "rules": { "rules": [
        { "operation": "equal", "value2": 1, "output": 2 }
    ] } });
    check("switch", "1", v1, items, json!([[], [], [{ "n": 1 }], [{ "n": 0 }]]));
}

#[track_caller]
fn merge(version: &str, params: Value, expect: Value) {
    let left = json!([{ "id": 1, "a": "x" }, { "id": 2, "a": "y" }, { "id": 1, "a": "z" }]);
    let right = json!([{ "id": 1, "a": "r", "b": true }, { "id": 3, "b": false }]);
    let case = case("merge", version, params.clone()).inputs([left, right]);
    assert_eq!(block(Bench::new().json(case)), json!([expect]), "merge {version} {params}");
}

#[test]
fn merge_joins_as_databases_do() {
    let by = |more: Value| {
        let mut params = json!({
            "mode": "combine", "combineBy": "combineByFields", "fieldsToMatchString": "id"
        });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        params
    };
    let pair = json!([{ "id": 1, "a": "r", "b": true }, { "id": 1, "a": "r", "b": true }]);
    merge("3", by(json!({})), pair.clone());
    merge(
        "3",
        by(json!({ "outputDataFrom": "input1" })),
        json!([{ "id": 1, "a": "x" }, { "id": 1, "a": "z" }]),
    );
    merge("3", by(json!({ "outputDataFrom": "input2" })), json!([pair[0]]));
    merge(
        "3",
        by(json!({ "joinMode": "keepNonMatches", "outputDataFrom": "input2" })),
        json!([{ "id": 3, "b": false }]),
    );
    merge(
        "3",
        by(json!({ "joinMode": "keepEverything" })),
        json!([pair[0], pair[1], { "id": 2, "a": "y" }, { "id": 3, "b": false }]),
    );
    merge(
        "3",
        by(json!({ "joinMode": "enrichInput1" })),
        json!([pair[0], pair[1], { "id": 2, "a": "y" }]),
    );
    merge(
        "3",
        by(json!({ "joinMode": "enrichInput2", "options": { "multipleMatches": "first" } })),
        json!([{ "id": 1, "a": "x", "b": true }, { "id": 3, "b": false }]),
    );
    let clash = |how: &str| json!({ "clashHandling": { "values": { "resolveClash": how } } });
    merge(
        "3",
        by(json!({ "options": clash("preferInput1") })),
        json!([{ "id": 1, "a": "x", "b": true }, { "id": 1, "a": "z", "b": true }]),
    );
    merge(
        "3",
        by(json!({ "joinMode": "enrichInput2", "options": clash("addSuffix") })),
        json!([
            { "id_1": 1, "a_1": "x", "id_2": 1, "a_2": "r", "b_2": true },
            { "id_1": 1, "a_1": "z", "id_2": 1, "a_2": "r", "b_2": true },
            { "id_2": 3, "b_2": false }
        ]),
    );
    let old = json!({ "mode": "combine", "mergeByFields": { "values": [
        { "field1": "id", "field2": "id" }
    ] } });
    merge("2.1", old, pair);
}

#[test]
fn merge_puts_items_side_by_side_or_after_each_other() {
    merge(
        "3",
        json!({}),
        json!([
            { "id": 1, "a": "x" }, { "id": 2, "a": "y" }, { "id": 1, "a": "z" },
            { "id": 1, "a": "r", "b": true }, { "id": 3, "b": false }
        ]),
    );
    let position = json!({ "mode": "combine", "combineBy": "combineByPosition" });
    merge(
        "3",
        position.clone(),
        json!([{ "id": 1, "a": "r", "b": true }, { "id": 3, "a": "y", "b": false }]),
    );
    let mut unpaired = position;
    unpaired["options"] = json!({ "includeUnpaired": true });
    merge(
        "3",
        unpaired,
        json!([
            { "id": 1, "a": "r", "b": true }, { "id": 3, "a": "y", "b": false },
            { "id": 1, "a": "z" }
        ]),
    );
    let all = json!({ "mode": "combine", "combineBy": "combineAll" });
    let got = block(Bench::new().json(
        case("merge", "3", all).inputs([json!([{ "a": 1 }, { "a": 2 }]), json!([{ "b": 3 }])]),
    ));
    assert_eq!(got, json!([[{ "a": 1, "b": 3 }, { "a": 2, "b": 3 }]]));
    merge(
        "3",
        json!({ "mode": "chooseBranch", "useDataOfInput": 2 }),
        json!([{ "id": 1, "a": "r", "b": true }, { "id": 3, "b": false }]),
    );
    merge("2", json!({ "mode": "chooseBranch", "output": "empty" }), json!([{}]));
}

#[test]
fn merge_goes_deep_into_nested_fields() {
    let left = json!([{ "o": { "a": 1, "l": [1, 2] }, "e": "x" }]);
    let right = json!([{ "o": { "b": 2, "l": [9] }, "e": "" }]);
    let run = |values: Value| {
        let params = json!({ "mode": "combine", "combineBy": "combineByPosition",
            "options": { "clashHandling": { "values": values } } });
        let case = case("merge", "3", params).inputs([left.clone(), right.clone()]);
        block(Bench::new().json(case))[0][0].clone()
    };
    assert_eq!(run(json!({})), json!({ "o": { "a": 1, "l": [9, 2], "b": 2 }, "e": "" }));
    assert_eq!(
        run(json!({ "mergeMode": "shallowMerge", "overrideEmpty": true })),
        json!({ "o": { "b": 2, "l": [9] }, "e": "x" })
    );
}

#[test]
fn loose_matching_takes_text_for_numbers() {
    let run = |fuzzy: bool| {
        let params = json!({ "mode": "combine", "fieldsToMatchString": "id",
            "options": { "fuzzyCompare": fuzzy } });
        let case = case("merge", "3", params)
            .inputs([json!([{ "id": 1 }, { "id": { "k": 1 } }]), json!([{ "id": "1" }])]);
        block(Bench::new().json(case))[0].as_array().unwrap().len()
    };
    assert_eq!((run(false), run(true)), (0, 1));
    let pairs = |left: Value, right: Value| {
        let params = json!({ "mode": "combine", "fieldsToMatchString": "v",
            "options": { "fuzzyCompare": true } });
        let case = case("merge", "3", params);
        let case = case.inputs([json!([{ "v": left }]), json!([{ "v": right }])]);
        block(Bench::new().json(case))[0].as_array().unwrap().len() == 1
    };
    for (left, right, same) in [
        (json!(true), json!("TRUE"), true),
        (json!(true), json!(1), true),
        (json!("1"), json!("true"), false),
        (json!([1, 2]), json!("[1,2]"), true),
        (json!({ "a": 1 }), json!("{\"a\": 1}"), true),
        (json!(null), json!([]), true),
        (json!(null), json!(0), false),
        (json!("25"), json!(25), true),
        (json!("25.0"), json!(25), false),
        (json!("a"), json!("A"), false),
    ] {
        assert_eq!(pairs(left.clone(), right.clone()), same, "{left} and {right}");
    }
}

#[track_caller]
fn query(sql: &str, options: Value, expect: Value) {
    let people = json!([
        { "id": 1, "name": "Ann", "live": true, "at": { "city": "Bonn", "tags": ["a", "b"] } },
        { "id": 2, "name": "Bo", "live": false, "at": { "city": "Kiel" } }
    ]);
    let orders = json!([{ "who": 1, "sum": 9.5 }, { "who": 1, "sum": 3 }]);
    let params = json!({ "mode": "combineBySql", "query": sql, "options": options });
    let case = case("merge", "3.2", params).inputs([people, orders]);
    assert_eq!(block(Bench::new().json(case)), json!([expect]), "{sql}");
}

#[test]
fn merge_answers_queries_over_its_inputs() {
    query(
        "SELECT name, SUM(sum) AS total FROM input1 JOIN input2 ON input1.id = input2.who GROUP BY name",
        json!({}),
        json!([{ "name": "Ann", "total": 12.5 }]),
    );
    // Flags, lists and objects come back as they were; what is missing is missing.
    query(
        "SELECT p.*, o.sum, o.note FROM input1 AS p LEFT JOIN input2 o ON p.id = o.who AND o.sum > 5",
        json!({}),
        json!([
            { "id": 1, "name": "Ann", "live": true, "at": { "city": "Bonn", "tags": ["a", "b"] }, "sum": 9.5 },
            { "id": 2, "name": "Bo", "live": false, "at": { "city": "Kiel" } }
        ]),
    );
    query(
        "SELECT at->city AS city, at->'tags' AS tags, 'a->b' AS text FROM input1 WHERE id = 1",
        json!({}),
        json!([{ "city": "Bonn", "tags": ["a", "b"], "text": "a->b" }]),
    );
    query(
        "SELECT name FROM input1 WHERE id = ? AND name <> ?",
        json!({ "queryParameters": "2, x" }),
        json!([{ "name": "Bo" }]),
    );
    query("SELECT 1 FROM input1 WHERE 0", json!({}), json!([]));
    let told = json!({ "emptyQueryResult": "success" });
    query("SELECT 1 FROM input1 WHERE 0", told, json!([{ "success": true }]));
}

#[test]
fn a_query_that_fails_says_why() {
    let params = json!({ "mode": "combineBySql", "query": "SELEC 1" });
    let error = block(Bench::new().run(case("merge", "3", params))).unwrap_err();
    assert!(error.message.contains("syntax error"), "{error:?}");
    assert_eq!(error.parameter, ["query"]);
    assert!(error.hint.unwrap().contains("input1"));
}

#[test]
fn merge_of_version_1() {
    let keyed = |mode: &str| json!({ "mode": mode, "propertyName1": "id", "propertyName2": "id" });
    merge(
        "1",
        json!({ "mode": "mergeByIndex" }),
        json!([
            { "id": 1, "a": "r", "b": true }, { "id": 3, "a": "y", "b": false }, { "id": 1, "a": "z" }
        ]),
    );
    merge("1", keyed("keepKeyMatches"), json!([{ "id": 1, "a": "x" }, { "id": 1, "a": "z" }]));
    merge("1", keyed("removeKeyMatches"), json!([{ "id": 2, "a": "y" }]));
    let mut missing = keyed("mergeByKey");
    missing["overwrite"] = json!("undefined");
    merge(
        "1",
        missing,
        json!([
            { "id": 1, "a": "x", "b": true }, { "id": 2, "a": "y" }, { "id": 1, "a": "z", "b": true }
        ]),
    );
    merge(
        "1",
        json!({ "mode": "passThrough", "output": "input2" }),
        json!([
            { "id": 1, "a": "r", "b": true }, { "id": 3, "b": false }
        ]),
    );
    merge("1", json!({ "mode": "wait" }), json!([{}]));
}
