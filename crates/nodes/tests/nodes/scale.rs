//! Many items: the work grows with their number and no faster.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

/// A linear node takes a second or two here, unoptimised, and longer on a busy machine; one that
/// looks at every pair of items would take hours.
const LIMIT: Duration = Duration::from_secs(120);
const ITEMS: usize = 100_000;

fn items() -> Value {
    (0..ITEMS).map(|i| json!({ "id": i, "name": format!("n{i}"), "even": i % 2 == 0 })).collect()
}

fn runs(case: Case) -> usize {
    let began = Instant::now();
    let output = block(Bench::new().run(case)).unwrap();
    assert!(began.elapsed() < LIMIT, "it took {:?}", began.elapsed());
    output.outputs.iter().map(Vec::len).sum()
}

#[test]
fn a_hundred_thousand_items_pass_every_data_node() {
    let assigned = json!({ "includeOtherFields": true, "assignments": { "assignments": [
        { "id": "1", "name": "x", "type": "number", "value": 1 }
    ] } });
    let whole = json!({ "aggregate": "aggregateAllItemData" });
    let sorted = json!({ "sortFieldsUi": { "sortField": [
        { "fieldName": "name", "order": "descending" }
    ] } });
    assert_eq!(runs(case("set", "3.4", assigned).items(items())), ITEMS);
    assert_eq!(runs(case("aggregate", "1", whole).items(items())), 1);
    assert_eq!(runs(case("sort", "1", sorted).items(items())), ITEMS);
    let half = json!({ "maxItems": ITEMS / 2 });
    assert_eq!(runs(case("limit", "1", half).items(items())), ITEMS / 2);
    let split = json!({ "fieldToSplitOut": "list" });
    let list = json!([{ "list": items() }]);
    assert_eq!(runs(case("splitOut", "1", split).items(list)), ITEMS);
}

#[test]
fn a_hundred_thousand_items_find_their_partners() {
    let params = json!({ "mode": "combine", "fieldsToMatchString": "id" });
    assert_eq!(runs(case("merge", "3", params).inputs([items(), items()])), ITEMS);
    let params = json!({ "mode": "combineBySql",
        "query": "SELECT * FROM input1 JOIN input2 USING (id)" });
    assert_eq!(runs(case("merge", "3.2", params).inputs([items(), items()])), ITEMS);
    let params = json!({ "mergeByFields": { "values": [{ "field1": "id", "field2": "id" }] } });
    let compared = case("compareDatasets", "2.3", params).inputs([items(), items()]);
    assert_eq!(runs(compared), ITEMS);
}

#[test]
fn a_hundred_thousand_items_are_judged() {
    let params = json!({ "conditions": {
        "options": { "caseSensitive": true, "typeValidation": "strict", "version": 2 },
        "combinator": "and",
        "conditions": [{ "id": "1", "leftValue": "={{ $json.even }}", "rightValue": "",
            "operator": { "type": "boolean", "operation": "true", "singleValue": true } }]
    } });
    // Kept and dropped ones together.
    assert_eq!(runs(case("filter", "2.2", params).items(items())), ITEMS);
}
