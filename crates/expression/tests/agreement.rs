//! The native evaluator and the worker give the same values.

#[path = "support/frames.rs"]
mod frames;

use frames::{evaluator, frame, native, value};
use serde_json::json;

/// Expressions of every corner that both must answer alike.
const BOTH: &[&str] = &[
    "$json.a.b[1]",
    "$json.missing?.x",
    "1 + '2'",
    "[1, [2, 3]] + ''",
    "0.1 * 3",
    "1e21",
    "-1e-7 + ''",
    "(25).toString(2)",
    "(0.1).toString(3).length > 10",
    "(255.5).toString(16)",
    "(1.45).toFixed(1)",
    "(1e21).toFixed(2)",
    "'a👍b'.length",
    "'a👍b'.slice(0, 1)",
    "'abc'.substr(-2, 1)",
    "'x'.padEnd(4, 'yz')",
    "'aXbX'.split('X')",
    "'abc'.split('')",
    "'2-3'.replace(/(\\d)-(\\d)/, '$2-$1$$')",
    "'aaa'.replace('a', '$&b')",
    "'a.b'.split(/(\\.)/)",
    "'The Cat'.match(/[A-Z]/g)",
    "'x'.match(/y/)",
    "'abc'.search(/c/)",
    "[3, 1, 10].sort()",
    "[3, 1, 10].sort((a, b) => a - b)",
    "[1, 2, 3].indexOf(4)",
    "[[1, [2]], 3].flat()",
    "[1, 2, 3, 4].slice(-2)",
    "[1, 2, 3].includes(NaN)",
    "[NaN].includes(NaN)",
    "[1, 2, 3].toSpliced(1, 1, 'x')",
    "Object.keys({ b: 1, a: 2, 1: 3 })",
    "Object.fromEntries([['a', 1]])",
    "JSON.stringify({ a: [1, null, undefined], d: 1.50 }, null, 2)",
    "JSON.stringify('é\\n')",
    "Math.round(-0.5)",
    "Math.round(2.5)",
    "Math.max()",
    "Math.min(1, NaN)",
    "parseInt('0x1f')",
    "parseInt('12abc', 10)",
    "parseFloat('.5.5')",
    "Number('')",
    "Number('1e3')",
    "isNaN('x')",
    "[10, 9, 1].map(String).join()",
    "encodeURIComponent('a b&c/ü')",
    "decodeURIComponent('%C3%BC')",
    "'5' - 2",
    "'b' < 'a'",
    "null >= 0",
    "undefined == 0",
    "[] == ''",
    "typeof null",
    "typeof (() => 1)",
    "void 0",
    "5 / 0",
    "-5 % 5",
    "1 << 31",
    "-1 >>> 28",
    "~5",
    "2 ** -1",
    "'a' in { a: 1 }",
    "'hello world'.toTitleCase()",
    "'Hello'.hash('sha256')",
    "'a,b'.quote(\"'\")",
    "'<b>x</b>'.removeTags()",
    "'déjà'.replaceSpecialChars()",
    "'https://a.example.com/x?y=1'.extractDomain()",
    "'x@y.org'.isEmail()",
    "'{\"a\":1}'.parseJson()",
    "'no'.toBoolean()",
    "'12'.toNumber()",
    "[1, 2, 2].unique()",
    "[{ a: 1 }, { a: 1 }].removeDuplicates('a')",
    "[1, 2, 3].chunk(2)",
    "[{ k: 'a', v: 1 }].smartJoin('k', 'v')",
    "[1, 2].union([2, 3])",
    "[1, null, ''].compact()",
    "({ a: 1, b: null }).compact()",
    "({ a: 1 }).hasField('a')",
    "({ a: 'x y' }).urlEncode()",
    "(3).isOdd()",
    "(1.256).round(2)",
    "(1234567.891).format()",
    "(1234.5).toLocaleString('de-DE')",
    "(0.256).toLocaleString('en-US', { style: 'percent' })",
    "true.toNumber()",
    "['b', 'a', 'C'].sort((a, b) => a.localeCompare(b))",
    "$now.toISO()",
    "$today.plus({ days: 1 }).toISO()",
    "$now.minus(3, 'hours').toFormat('HH:mm')",
    "DateTime.fromISO('2024-02-30').isValid",
    "DateTime.fromISO('2024-05-05T10:00:00+02:00').toUTC().toISO()",
    "DateTime.fromFormat('05.06.2024', 'dd.MM.yyyy').weekdayLong",
    "$now.diff(DateTime.fromISO('2024-01-01'), ['months', 'days']).toObject()",
    "DateTime.fromMillis(0).setZone('Asia/Tokyo').hour",
    "'2024-01-01'.toDateTime() < '2024-01-02'.toDateTime()",
    "$now.toLocaleString(DateTime.DATETIME_MED)",
    "Duration.fromMillis(90000).as('minutes')",
    "new Date('2024-03-05T10:20:30Z').toISOString()",
    "new Date(0).getUTCDay()",
    "new Date('2024-03-05').toLocaleDateString('en-US', { month: 'long', day: 'numeric' })",
    "new Date('bad').getTime()",
    "new Date('2024-01-01').plus(1, 'month')",
    "new Date() - new Date(0)",
    "$json.when.toDateTime().extract('month')",
    "$if(1 > 0, 'a', 'b')",
    "$ifEmpty('', 'b')",
    "$max(1, 5, 3)",
    "$workflow.name",
    "$vars.region",
    "$json.a",
    "$input.all().length",
    "$json.list.map(x => x * 2).filter(x => x > 2).reduce((a, b) => a + b, 0)",
    "$json.x.y.z",
    "[...'añ'].length",
];

#[tokio::test]
async fn native_and_worker_agree() {
    let evaluator = evaluator();
    let frame = frame(json!({
        "a": { "b": [1, "two"] }, "list": [1, 2, 3], "when": "2024-03-30T18:49:00.000Z", "x": {},
    }));
    let mut wrong = Vec::new();
    for code in BOTH {
        let here = match native(&format!("={{{{ {code} }}}}"), &frame, 0) {
            Ok(here) => here,
            Err(refusal) => {
                wrong.push(format!("{code}: not native: {refusal:?}"));
                continue;
            }
        };
        // A loop is what the native evaluator never has.
        let there = value(
            &evaluator,
            &format!("={{{{ (() => {{ for (;;) {{ return ({code}); }} }})() }}}}"),
            &frame,
        )
        .await;
        if there.as_ref() != Ok(&here) {
            wrong.push(format!("{code}: native {here}, worker {there:?}"));
        }
    }
    assert!(wrong.is_empty(), "both must agree:\n{}", wrong.join("\n"));
}
