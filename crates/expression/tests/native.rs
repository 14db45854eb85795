//! Expressions that are evaluated natively, and their values.

#[path = "support/frames.rs"]
mod frames;

use frames::{frame, native, workflow};
use reporunner_expression::Refusal;
use serde_json::{Value, json};

fn data() -> Value {
    json!({
        "name": "Ada", "n": 3, "price": 1234.5, "empty": "", "nothing": null, "ok": true,
        "list": [3, 1, 2], "people": [{ "name": "Bo", "age": 30 }, { "name": "Cy", "age": 41 }],
        "when": "2024-03-30T18:49:00.000Z", "emoji": "a👍b", "with space": 1,
    })
}

#[track_caller]
fn check(code: &str, expected: Value) {
    let value = native(&format!("={{{{ {code} }}}}"), &frame(data()), 0);
    assert_eq!(value, Ok(expected), "{code}");
}

#[test]
fn paths() {
    check("$json.name", json!("Ada"));
    check("$json['with space']", json!(1));
    check("$json.people[1].age", json!(41));
    check("$json.people.length", json!(2));
    check("$json.missing", json!("undefined"));
    check("$json.missing?.deeper.still", json!("undefined"));
    check("$json.nothing", json!(null));
    check("$input.item.json.name", json!("Ada"));
    check("$input.all().map(item => item.json.n)", json!([3]));
    check("unknownName", json!("undefined"));
}

#[test]
fn operators_follow_javascript() {
    check("1 + '2'", json!("12"));
    check("'3' * '4'", json!(12));
    check("null + 1", json!(1));
    check("[] + {}", json!("[object Object]"));
    check("'b' > 'a' && 10 > '9'", json!(true));
    check("null == undefined && null !== undefined", json!(true));
    check("'1' == 1", json!(true));
    check("-7 % 3", json!(-1));
    check("2 ** 3 ** 2", json!(512));
    check("0.1 + 0.2", json!(0.30000000000000004));
    check("1e21 + ''", json!("1e+21"));
    check("1 / 3 + ''", json!("0.3333333333333333"));
    check("5 & 3 | 8", json!(9));
    check("$json.empty || 'default'", json!("default"));
    check("$json.empty ?? 'default'", json!(""));
    check("typeof $json.missing", json!("undefined"));
    check("$json.ok ? 'yes' : 'no'", json!("yes"));
    check("'name' in $json", json!(true));
    check("!$json.nothing", json!(true));
}

#[test]
fn functions_and_literals() {
    check("$json.list.map((x, i) => x * i)", json!([0, 1, 4]));
    check("[...$json.list].sort()", json!([1, 2, 3]));
    check(
        "$json.people.map(({ name, age = 1 }) => ({ [name]: age }))",
        json!([{ "Bo": 30 }, { "Cy": 41 }]),
    );
    check("$json.people.find(function (p) { return p.age > 35 }).name", json!("Cy"));
    check("$json.list.reduce((a, b) => a + b, 10)", json!(16));
    check(
        "Object.entries({ a: 1, ...{ b: 2 } }).map(([k, v]) => `${k}=${v}`).join('&')",
        json!("a=1&b=2"),
    );
    check("(() => { const x = 2; if (x > 1) { return 'big'; } return 'small'; })()", json!("big"));
    check("Math.max(...$json.list)", json!(3));
    check("JSON.stringify({ a: [1, 'x'], u: undefined })", json!("{\"a\":[1,\"x\"]}"));
    check("JSON.parse('{\"a\": 1.0}').a", json!(1));
    check("Array.from({ length: 3 }, (_, i) => i + 1)", json!([1, 2, 3]));
    check("parseInt('42px') + parseFloat('1.5em')", json!(43.5));
}

#[test]
fn text_counts_utf16_units() {
    check("$json.emoji.length", json!(4));
    check("$json.emoji.slice(3)", json!("b"));
    check("$json.emoji.indexOf('b')", json!(3));
    check("'a-b-c'.replace(/-(.)/g, (_, c) => c.toUpperCase())", json!("aBC"));
    check("'John Smith'.replace(/(\\w+) (\\w+)/, '$2, $1')", json!("Smith, John"));
    check("'a1b22'.match(/\\d+/g)", json!(["1", "22"]));
    check("'a, b;c'.split(/[,;]\\s*/)", json!(["a", "b", "c"]));
    check("'x'.padStart(3, 'ab')", json!("abx"));
    check("(1234.5).toFixed(0) + (1.005).toFixed(2) + (2.5).toFixed(0)", json!("12351.003"));
}

#[test]
fn extension_methods() {
    check("'Nathan says \"hi\"'.quote()", json!("\"Nathan says \\\"hi\\\"\""));
    check("'hello'.hash()", json!("5d41402abc4b2a76b9719d911017c592"));
    check("'me@example.com'.extractDomain()", json!("example.com"));
    check("[1, 2, 3, 4].chunk(3)", json!([[1, 2, 3], [4]]));
    check("[1, 1, 2].unique()", json!([1, 2]));
    check("[{ a: 1 }, { a: 2 }].pluck('a').sum()", json!(3));
    check("({ a: null, b: 1 }).compact()", json!({ "b": 1 }));
    check("({ a: 'x y', b: 2 }).urlEncode()", json!("a=x+y&b=2"));
    check("(1234.5).format('de-DE')", json!("1.234,5"));
    check("$json.missing.isEmpty()", json!(true));
    check("$ifEmpty($json.empty, 'none')", json!("none"));
    check("$if($json.n > 2, 'many', 'few')", json!("many"));
}

#[test]
fn variables() {
    let check = |code: &str, expected: Value| {
        let value = native(&format!("={{{{ {code} }}}}"), &workflow(), 1);
        assert_eq!(value, Ok(expected), "{code}");
    };
    check("$json.id", json!(2));
    check("$itemIndex", json!(1));
    check("$('Start').item.json.name", json!("Ada"));
    check("$('Split').item.json.id", json!(2));
    check("$('Split').first().json.id", json!(1));
    check("$('Split').all().length", json!(2));
    check("$('Start').isExecuted + ',' + $('Idle').isExecuted", json!("true,false"));
    check("$node['Split'].json.id + $node.Start.json.name", json!("2Ada"));
    check("$items('Split', 0, 0)[0].json.id", json!(1));
    check("$prevNode.name", json!("Split"));
    check("$workflow.name + $execution.mode + $mode", json!("Orderstestmanual"));
    check("$vars.region", json!("eu"));
    check("$input.last().json.id", json!(2));
}

#[test]
fn errors_say_what_to_do() {
    let check = |code: &str, message: &str, hint: &str| match native(
        &format!("={{{{ {code} }}}}"),
        &workflow(),
        0,
    ) {
        Err(Refusal::Failed(error)) => {
            assert!(error.message.contains(message), "{code}: {}", error.message);
            let said = error.hint.unwrap_or_default();
            assert!(said.contains(hint), "{code}: {said}");
        }
        other => panic!("{code} gave {other:?}"),
    };
    check("$('Idle').item.json.x", "hasn't been executed", "isExecuted");
    check("$('Strat').first()", "doesn't exist", "spelling");
    check("$env.HOME", "denied", "$vars");
    check("$json.constructor", "security", "Code node");
    check("$json.missing.first()", "undefined", "?");
}

#[test]
fn a_missing_path_is_undefined_and_named() {
    let template = reporunner_expression::Template::parse("={{ $json.user.address.city }}");
    let outcome = template.evaluate(&frame(json!({ "user": {} })), 0).expect("it is native");
    assert_eq!(outcome.value, None);
    let warning = outcome.warning.expect("it says why");
    assert!(warning.contains("$json.user.address is undefined"), "{warning}");
}

#[test]
fn text_around_segments_makes_text() {
    let check = |template: &str, expected: Value| {
        assert_eq!(native(template, &frame(data()), 0), Ok(expected), "{template}");
    };
    check("plain {{ 1 }}", json!("plain {{ 1 }}"));
    check("=Hello {{ $json.name }}!", json!("Hello Ada!"));
    check("={{ $json.n }} ", json!("3 "));
    check("=[{{ $json.missing }}|{{ $json.nothing }}|{{ 0 }}|{{ false }}]", json!("[||0|false]"));
    check("={{ '}}' + `{{${$json.n}}}` }}", json!("}}{{3}}"));
    check("={{ { a: { b: 1 }} }}", json!({ "a": { "b": 1 } }));
    check("=no end {{ $json.n", json!("no end 3"));
    check("={{ [1, 2] }},{{ ({ a: 1 }) }}", json!("1,2,[object Object]"));
}

#[test]
fn what_is_not_known_goes_to_the_worker() {
    for code in [
        "(() => { for (const x of [1]) { return x } })()",
        "new Set([1])",
        "x = 5",
        "'aa'.match(/(a)\\1/)",
        "$jmespath($json, 'a')",
    ] {
        let refusal = native(&format!("={{{{ {code} }}}}"), &frame(data()), 0);
        assert!(matches!(refusal, Err(Refusal::NeedsWorker(_))), "{code} gave {refusal:?}");
    }
}

#[test]
fn nothing_overflows_the_stack_or_runs_on() {
    let deep = |open: &str, close: &str| {
        format!("={{{{ {}1{} }}}}", open.repeat(5_000), close.repeat(5_000))
    };
    let long = format!("={{{{ {}1 }}}}", "1 + ".repeat(1_500));
    assert_eq!(native(&long, &frame(data()), 0), Ok(json!(1501)));
    for template in [
        deep("(", ")"),
        deep("[", "]"),
        deep("!", ""),
        "={{ (f => f(f))(f => f(f)) }}".to_owned(),
        "={{ 'x'.repeat(1e9) }}".to_owned(),
        "={{ Array(1e5).fill(0).map(a => Array(1e5).fill(0).map(b => 1)) }}".to_owned(),
    ] {
        let refusal = native(&template, &frame(data()), 0);
        assert!(
            matches!(refusal, Err(Refusal::NeedsWorker(_))),
            "{} gave {refusal:?}",
            &template[..40]
        );
    }
}
