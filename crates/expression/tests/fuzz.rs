//! Texts that nobody would write: the parser ends on all of them, and where the native evaluator
//! has an answer it is the worker's.

#[path = "support/frames.rs"]
mod frames;

use frames::{evaluator, frame, native, value, workflow};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use reporunner_expression::{Evaluator, references};
use serde_json::{Value, json};

/// Reads a text in every way there is.
fn read(text: &str) {
    let _ = native(text, &frame(json!({ "a": 1 })), 0);
    let _ = references(text);
}

/// Pieces of expressions and of what looks like them.
const PIECES: &[&str] = &[
    "={{",
    "{{",
    "}}",
    "=",
    " ",
    "\n",
    "$json",
    "$input",
    "$('Start')",
    "$",
    "$now",
    "a",
    "_x",
    "'",
    "\"",
    "`",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    ".",
    "?.",
    "...",
    ",",
    ":",
    ";",
    "?",
    "??",
    "=>",
    "+",
    "-",
    "*",
    "**",
    "/",
    "%",
    "!",
    "~",
    "&&",
    "||",
    "==",
    "===",
    "<",
    ">>>",
    "+=",
    "++",
    "/a/g",
    "/[",
    "//",
    "/*",
    "*/",
    "\\",
    "\\u{",
    "\\x4",
    "0x",
    "0b",
    "1e",
    "1n",
    ".5",
    "1_0",
    "new ",
    "typeof ",
    "delete ",
    "in ",
    "of ",
    "function",
    "async ",
    "await ",
    "yield ",
    "class ",
    "return ",
    "let ",
    "var ",
    "this",
    "null",
    "undefined",
    "NaN",
    "\u{feff}",
    "\u{2028}",
    "é",
    "👍",
    "\0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,80}") {
        read(&text);
        read(&format!("={{{{ {text} }}}}"));
    }

    #[test]
    fn any_pieces_are_read_to_their_end(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        let text = pieces.concat();
        read(&text);
        read(&format!("={{{{ {text} }}}}"));
    }
}

/// Depth without end is an error of the expression, not of the process.
#[test]
fn depth_without_end_is_refused() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{a:", "1", "}"),
        ("!", "1", ""),
        ("-", "1", ""),
        ("typeof ", "1", ""),
        ("x=>", "1", ""),
        ("a?", "b", ":c"),
        ("a?b:", "c", ""),
        ("`${", "1", "}`"),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("", "a", ".b"),
        ("", "a", "[0]"),
        ("", "a", "()"),
        ("", "1", "+1"),
        ("", "1", "??1"),
        ("2**", "2", ""),
        ("new ", "A", ""),
        ("...", "a", ""),
        ("async ", "a", ""),
        ("[...", "a", "]"),
        ("(function(){", "", "})"),
        ("/(", "a", ")/"),
        ("{{", "1", "}}"),
    ] {
        for depth in [100, 10_000, 200_000] {
            let text = format!("={{{{ {}{middle}{} }}}}", open.repeat(depth), close.repeat(depth));
            let _ = native(&text, &frame(json!({ "a": 1 })), 0);
            let _ = references(&text);
        }
    }
}

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "===", "!=", "<", ">=", "&&", "||", "??", "&", "|", "^", "<<",
    ">>",
];
const NO_ARGUMENT: &[&str] = &[
    "trim()",
    "toUpperCase()",
    "length",
    "toString()",
    "reverse()",
    "flat()",
    "sort()",
    "join()",
    "at(-1)",
    "isEmpty()",
    "first()",
    "last()",
    "toFixed(1)",
    "split('')",
    "slice(1)",
    "map(x => x)",
    "filter(x => x)",
    "concat([1])",
    "charAt(0)",
    "toNumber()",
    "unique()",
];
const ONE_ARGUMENT: &[&str] = &[
    "includes",
    "indexOf",
    "concat",
    "startsWith",
    "padStart",
    "repeat",
    "slice",
    "split",
    "at",
    "join",
];

/// A value, as text of an expression.
fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("$json.text".to_owned()),
        Just("$json.number".to_owned()),
        Just("$json.list".to_owned()),
        Just("$json.object.deep".to_owned()),
        Just("$json.missing".to_owned()),
        Just("$json.nothing".to_owned()),
        Just("$('Start').item.json.name".to_owned()),
        Just("$input.all().length".to_owned()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("undefined".to_owned()),
        Just("NaN".to_owned()),
        Just("''".to_owned()),
        Just("[]".to_owned()),
        Just("({})".to_owned()),
        (-20_i32..20).prop_map(|n| format!("({n})")),
        (-3_f64..3.0).prop_map(|n| format!("({n:.2})")),
        // Half a character of two, which a split may give, is no JSON: the worker refuses it.
        "[a-cA-C ,0-9é]{0,6}".prop_map(|text| format!("'{text}'")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(OPERATORS), inner.clone())
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (prop::sample::select(&["!", "-", "+", "~", "typeof "][..]), inner.clone())
                .prop_map(|(operator, a)| format!("({operator}{a})")),
            (inner.clone(), prop::sample::select(NO_ARGUMENT))
                .prop_map(|(a, call)| format!("{a}?.{call}")),
            (inner.clone(), prop::sample::select(ONE_ARGUMENT), inner.clone())
                .prop_map(|(a, call, b)| format!("{a}?.{call}({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, ...[{b}]]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({{ a: {a}, b: {b} }})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("`x${{{a}}}y${{{b}}}`")),
            inner.prop_map(|a| format!("JSON.stringify({a})")),
        ]
    })
}

/// Says what both give where they differ; none where the native evaluator does not know.
async fn difference(evaluator: &Evaluator, code: &str) -> Option<Result<(), String>> {
    let mut frame = workflow();
    frame.inputs = vec![frames::items(json!([{ "text": "Ab c", "number": 7, "list": [3, 1, "b"],
        "object": { "deep": { "x": [1] } }, "nothing": null }]))];
    let natively = native(&format!("={{{{ {code} }}}}"), &frame, 0).ok()?;
    // The native evaluator knows no loops.
    let asked = format!("={{{{ (() => {{ for (;;) return {code} }})() }}}}");
    let by_worker = value(evaluator, &asked, &frame).await;
    let same = by_worker.as_ref().is_ok_and(|by_worker| alike(by_worker, &natively));
    let told = || format!("{code}\nnatively {natively}\nworker   {by_worker:?}");
    Some(if same { Ok(()) } else { Err(told()) })
}

fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        _ => a == b,
    }
}

#[test]
fn what_is_known_natively_is_what_the_worker_says() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let evaluator = runtime.block_on(async { evaluator() });
    let known = std::cell::Cell::new(0);
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::with_cases(1500),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let outcome = runner.run(&any_value(), |code| {
        let Some(same) = runtime.block_on(difference(&evaluator, &code)) else { return Ok(()) };
        known.set(known.get() + 1);
        same.map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(known.get() > 500, "only {} were known natively", known.get());
}
