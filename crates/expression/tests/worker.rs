//! The worker: what only it can evaluate, and scripts of Code nodes.

#[path = "support/frames.rs"]
mod frames;

use std::time::{Duration, Instant};

use frames::{evaluator, frame, items, value, workflow};
use reporunner_expression::{
    Compiled, ErrorKind, Frame, Script, ScriptMode, ScriptOutput, Template,
};
use serde_json::{Value, json};

#[tokio::test]
async fn expressions_of_the_worker() {
    let evaluator = evaluator();
    let frame = workflow();
    for (code, expected) in [
        ("[...new Set([1, 1, 2])]", json!([1, 2])),
        ("(() => { let n = 0; for (const i of [1, 2]) n += i; return n })()", json!(3)),
        ("text = 'a'\ntext.length", json!("a")),
        ("$jmespath({ a: [{ b: 1 }, { b: 2 }] }, 'a[*].b')", json!([1, 2])),
        ("(() => { for (;;) return $('Start').item.json.name })()", json!("Ada")),
        ("(() => { for (;;) return $('Split').all().map(i => i.json.id) })()", json!([1, 2])),
        ("(() => { for (;;) return $node['Start'].json.name + $json.id })()", json!("Ada1")),
        (
            "(() => { for (;;) return DateTime.fromISO('2024-01-31').plus({ months: 1 }) })()",
            json!("2024-02-29T00:00:00.000-05:00"),
        ),
        ("(() => { for (;;) return missing.deeper })()", json!("undefined")),
        (
            "new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(1234.5)",
            json!("1.234,50\u{a0}€"),
        ),
        ("Intl.NumberFormat('en-US').format('1234567')", json!("1,234,567")),
        ("new Intl.DateTimeFormat('en-US').format(new Date(0))", json!("1/1/1970")),
        (
            "Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(0))",
            json!("00:00"),
        ),
        ("Intl.DateTimeFormat().resolvedOptions().timeZone", json!("UTC")),
    ] {
        let got = value(&evaluator, &format!("={{{{ {code} }}}}"), &frame).await;
        assert_eq!(got, Ok(expected), "{code}");
    }
    let error = value(&evaluator, "={{ 1 + }}", &frame).await.expect_err("it is no expression");
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Syntax, "invalid syntax"));
    let code = "={{ (() => { for (;;) return $('Idle').first() })() }}";
    let error = value(&evaluator, code, &frame).await.expect_err("Idle never ran");
    assert!(error.message.contains("hasn't been executed"), "{error}");
}

#[tokio::test]
async fn a_told_value_keeps_what_json_cannot_say() {
    let (evaluator, frame) = (evaluator(), workflow());
    let day = "DateTime.fromISO('2024-01-31')";
    for (code, expected) in [
        ("1 + 1".to_owned(), json!(2)),
        ("undefined".to_owned(), json!({ "$undefined": true })),
        ("0 / 0".to_owned(), json!({ "$number": "NaN" })),
        ("new Date(0)".to_owned(), json!({ "$Date": "1970-01-01T00:00:00.000Z" })),
        (
            day.to_owned(),
            json!({ "$DateTime": "2024-01-31T00:00:00.000-05:00", "zone": "America/New_York" }),
        ),
        (
            format!("[{day}.diff({day}.minus({{ days: 1 }}), 'days'), {{ a: 1 / 0 }}]"),
            json!([{ "$Duration": "P1D" }, { "a": { "$number": "Infinity" } }]),
        ),
    ] {
        // The same natively and by the worker.
        for code in [code.clone(), format!("(() => {{ for (;;) return {code} }})()")] {
            let template = Template::parse(&format!("={{{{ {code} }}}}"));
            let told = evaluator.told(&template, &frame, 0).await;
            assert_eq!(told.map_err(|error| error.message), Ok(expected.clone()), "{code}");
        }
    }
}

#[tokio::test]
async fn items_that_need_the_worker_are_asked_for_together() {
    let evaluator = evaluator();
    let values: Vec<Value> = (0..300).map(|n| json!({ "n": n })).collect();
    let mut frame = frame(json!({}));
    frame.inputs = vec![items(Value::Array(values))];
    let parameters =
        json!({ "a": "={{ $json.n }}", "b": ["={{ [...new Set([$json.n])][0] }}"], "c": "x" });
    let all: Vec<usize> = (0..300).collect();
    let started = Instant::now();
    let got = evaluator.resolve_items(&Compiled::new(&parameters), &frame, &all).await;
    for (n, value) in got.into_iter().enumerate() {
        assert_eq!(value, Ok(json!({ "a": n, "b": [n], "c": "x" })));
    }
    assert!(started.elapsed() < Duration::from_secs(20), "one call serves all items");
}

async fn run(code: &str, mode: ScriptMode, frame: &Frame) -> Result<ScriptOutput, String> {
    let script = Script { code, mode, deadline: Some(Duration::from_secs(20)) };
    evaluator().run_script(&script, frame).await.map_err(|error| error.message)
}

#[tokio::test]
async fn a_script_finds_what_the_last_run_left_and_leaves_it_to_the_next() {
    let all = ScriptMode::RunOnceForAllItems;
    let code = "
        const kept = $getWorkflowStaticData('global');
        kept.count = (kept.count ?? 0) + 1;
        getWorkflowStaticData('node').seen = ['a'];
        return { count: kept.count, hidden: typeof $staticData };";
    let mut frame = workflow();
    let before = json!({ "global": { "count": 6 }, "node": {} });
    frame.extra.insert(reporunner_expression::STATIC_DATA.to_owned(), before);
    let output = run(code, all, &frame).await.expect("the script is fine");
    let item = Value::from(output.items[0].json.clone());
    assert_eq!(item, json!({ "count": 7, "hidden": "undefined" }));
    let after = json!({ "global": { "count": 7 }, "node": { "seen": ["a"] } });
    assert_eq!(output.static_data, Some(after));
    let wrong = run("$getWorkflowStaticData('all')", all, &frame).await;
    assert!(wrong.expect_err("there is no such kind").contains("'all'"));
    let output = run("return {}", all, &workflow()).await.expect("the script is fine");
    assert_eq!(output.static_data, None, "it was given none");
}

#[tokio::test]
async fn scripts_over_all_items() {
    let frame = workflow();
    let all = ScriptMode::RunOnceForAllItems;
    let code = "
        console.log('count', $input.all().length, { a: 1 });
        await new Promise((done) => setTimeout(done, 5));
        $execution.customData.set('key', 7);
        return items.map((item) => ({ json: { id: item.json.id * 10, who: $('Start').first().json.name } }));";
    let output = run(code, all, &frame).await.expect("the script is fine");
    assert_eq!(output.console, ["count 2 {\"a\":1}"]);
    assert_eq!(output.custom_data.get("key"), Some(&json!("7")));
    let ids: Vec<&Value> = output.items.iter().map(|item| &item.json["id"]).collect();
    assert_eq!(ids, [&json!(10), &json!(20)]);
    assert_eq!(output.items[0].json["who"], "Ada");

    let output =
        run("return { plain: $now.year }", all, &frame).await.expect("one object is one item");
    assert_eq!(output.items[0].json["plain"], 2025);
    // Names of one item mean the first, and a name that the code is given may be declared again.
    let code = "const items = $input.all(); return { first: $json.id, count: items.length };";
    let output = run(code, all, &frame).await.expect("the script is fine");
    assert_eq!(Value::from(output.items[0].json.clone()), json!({ "first": 1, "count": 2 }));
    for (code, message) in [
        ("return 5", "Code doesn't return items properly"),
        ("return [{ json: 1 }]", "'json' property isn't an object"),
        ("return [{ json: {}, wrong: 1 }]", "Unknown top-level item key: wrong"),
        ("throw new Error('my own')", "my own"),
        ("return (", "'"),
        ("await new Promise(() => {})", "never happens"),
    ] {
        let error = run(code, all, &frame).await.expect_err(code);
        assert!(error.contains(message) || message == "'", "{code}: {error}");
    }
}

#[tokio::test]
async fn scripts_for_each_item() {
    let each = ScriptMode::RunOnceForEachItem;
    let code = "if ($json.id === 1) return null;\nreturn { double: $json.id * 2, at: $itemIndex };";
    let output = run(code, each, &workflow()).await.expect("the script is fine");
    assert_eq!(output.items.len(), 1, "null leaves an item out");
    assert_eq!(Value::from(output.items[0].json.clone()), json!({ "double": 4, "at": 1 }));
    assert_eq!(output.items[0].paired_item.as_ref().map(|p| p.sources()[0].item), Some(1));
    let error = run("return [1]", each, &workflow()).await.expect_err("a list is not one item");
    assert!(error.contains("single object"), "{error}");
}

#[tokio::test]
async fn an_error_names_its_line() {
    let script = Script {
        code: "const a = 1;\nconst b = 2;\nnothing.here();\nreturn [];",
        mode: ScriptMode::RunOnceForAllItems,
        deadline: None,
    };
    let error = evaluator().run_script(&script, &workflow()).await.expect_err("line 3 fails");
    assert_eq!(error.line, Some(3), "{error:?}");
}
