//! Code that means harm: ways out of the language, loops nobody can interrupt, poisoned prototypes,
//! answers without measure. Each must end, reach nothing, and leave nothing to the next.

#[path = "support/frames.rs"]
mod frames;

use std::io::ErrorKind::WouldBlock;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use frames::{evaluator, frame, value, workflow};
use reporunner_expression::{ErrorKind, Evaluator, Frame, Script, ScriptMode, ScriptOutput};
use serde_json::{Value, json};

const ALL: ScriptMode = ScriptMode::RunOnceForAllItems;

/// A script with some seconds for all it does.
async fn run(evaluator: &Evaluator, code: &str, frame: &Frame) -> Result<ScriptOutput, String> {
    let script = Script { code, mode: ALL, deadline: Some(Duration::from_secs(10)) };
    evaluator.run_script(&script, frame).await.map_err(|error| error.message)
}

/// Expressions that give the constructor of functions, the usual first step out of a sandbox
/// (CVE-2025-68613 and CVE-2026-1470 of n8n began so), `Function` first.
const WAYS: &[&str] = &[
    "Function",
    "(function () {}).constructor",
    "(() => 0).constructor",
    "[].constructor.constructor",
    "''.constructor.constructor",
    "({}).toString.constructor",
    "(class {}).constructor",
    "[].map['constr' + 'uctor']",
    "Symbol.constructor",
    "Reflect.getPrototypeOf(function () {}).constructor",
    "Object.getOwnPropertyDescriptor(Object.getPrototypeOf(() => 0), 'constructor').value",
    "new Proxy(function () {}, {}).constructor",
    "((strings) => strings.constructor.constructor)`x`",
    "(() => { try { null.x } catch (e) { return e.constructor.constructor } })()",
    "({ get f() { return this.constructor.constructor } }).f",
    "({ __proto__: [] }).constructor.constructor",
    "$json.constructor.constructor",
    "$input.all.constructor",
    "$input.constructor.constructor",
    "$('Start').item.constructor.constructor",
    "$now.constructor.constructor",
    "DateTime.now.constructor",
    "$jmespath.constructor",
    "JSON.parse.constructor",
    "Promise.resolve.constructor",
    "((code) => () => (0, eval)('(function () {' + code + '})()'))",
];

/// What such code would do on a host: files, processes, the network, the environment.
fn aims(folder: &str, port: u16) -> Vec<String> {
    let canary = format!("{folder}/canary");
    let secret = format!("{folder}/secret");
    vec![
        "return process.env.CARGO_MANIFEST_DIR".to_owned(),
        "return JSON.stringify(process.env)".to_owned(),
        format!("return require('fs').readFileSync('{secret}', 'utf8')"),
        format!("return process.binding('fs').open('{canary}', 66, 438)"),
        format!(
            "return process.mainModule.require('child_process').execSync('touch {canary}').toString()"
        ),
        format!(
            "return globalThis.process.mainModule.constructor._load('fs').writeFileSync('{canary}', '')"
        ),
        format!("return import('fs').then((fs) => fs.writeFileSync('{canary}', ''))"),
        format!("return import('{secret}')"),
        format!("return std.open('{canary}', 'w').puts('x')"),
        format!("return std.loadFile('{secret}')"),
        format!("return os.exec(['touch', '{canary}'])"),
        format!("return Deno.writeTextFileSync('{canary}', '')"),
        format!("return Bun.write('{canary}', '')"),
        format!("return load('{secret}')"),
        format!("return fetch('http://127.0.0.1:{port}/')"),
        format!(
            "const x = new XMLHttpRequest(); x.open('GET', 'http://127.0.0.1:{port}/'); return x.send()"
        ),
        format!("return new WebSocket('ws://127.0.0.1:{port}/')"),
        format!("return new Worker('http://127.0.0.1:{port}/')"),
        "return host.call('x')".to_owned(),
        "return process.kill(process.ppid)".to_owned(),
    ]
}

/// J1 of the hostile cases: 520 ways out, each as an expression and as a script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_way_out_of_the_language_reaches_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it need not wait");
    let port = listener.local_addr().expect("it is bound").port();
    let secret = "what only the host knows";
    std::fs::write(folder.path().join("secret"), secret).expect("it is written");
    let (evaluator, frame) = (evaluator(), workflow());
    let aims = aims(folder.path().to_str().expect("a path of text"), port);
    let (mut tried, mut ways) = (0, 0);
    for way in WAYS {
        // Code made from text does run; it is what it reaches that counts.
        let probe = format!("return {{ got: ({way})('return 6 * 7')() }}");
        let answer = run(&evaluator, &probe, &frame).await;
        ways += usize::from(answer.is_ok_and(|output| output.items[0].json["got"] == 42));
        for aim in &aims {
            let aim = json!(aim);
            let expression = format!("={{{{ ({way})({aim})() }}}}");
            let told = format!("{:?}", value(&evaluator, &expression, &frame).await);
            let code = format!("return {{ got: String(await ({way})({aim})()) }}");
            let told = told + &format!("{:?}", run(&evaluator, &code, &frame).await);
            for never in [secret, env!("CARGO_MANIFEST_DIR")] {
                assert!(!told.contains(never), "{way} with {aim} gave {told}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 400, "{tried} payloads");
    assert!(ways >= 20, "{ways} ways run code at all");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").collect();
    assert_eq!(left.len(), 1, "nothing was written: {left:?}");
    let called = listener.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(called, Err(WouldBlock), "nobody called");
}

#[tokio::test]
async fn nothing_of_the_host_has_a_name() {
    let code = "
        const found = [];
        for (const name of ['process', 'require', 'fetch', 'Deno', 'Bun', 'std', 'os', 'bjson', 'host', 'shared', 'load', 'XMLHttpRequest', 'WebSocket', 'Worker', 'WebAssembly', 'SharedArrayBuffer']) {
            if (typeof globalThis[name] !== 'undefined' && name !== 'require') found.push(name);
        }
        try { require('fs'); found.push('fs'); } catch {}
        try { await import('fs'); found.push('import'); } catch {}
        return { found };";
    let output = run(&evaluator(), code, &workflow()).await.expect("it runs");
    let found = &output.items[0].json["found"];
    let allowed = json!(["SharedArrayBuffer"]);
    assert!(*found == json!([]) || *found == allowed, "{found}");
}

/// Loops of built-in functions that an interrupt handler does not stop (quickjs-ng issue 1672,
/// bellard/quickjs issue 546), with what they are called on.
const NATIVE: &[&str] = &[
    "reverse",
    "copyWithin",
    "shift",
    "unshift",
    "sort",
    "flat",
    "join",
    "toLocaleString",
    "indexOf",
    "lastIndexOf",
    "includes",
    "fill",
    "toString",
    "toReversed",
    "toSorted",
    "splice",
    "slice",
    "concat",
    "findLast",
    "every",
];
const LIKE_LISTS: &[&str] = &["{ length: 2 ** 53 - 1 }", "sparse()", "new Proxy([], endless)"];

/// Loops and expansions of other kinds.
const ENDLESS: &[&str] = &[
    "for (;;) {}",
    "while (true) { try { throw 1 } catch {} }",
    "do {} while (1)",
    "label: for (;;) { for (;;) { continue label } }",
    "const f = () => f() + f() + f(); try { f() } catch { for (;;) {} }",
    "const f = () => Promise.resolve().then(f); await f()",
    "const f = async () => { for (;;) await null }; await f()",
    "const spin = () => { for (;;) {} }; setTimeout(spin, 0); await new Promise((d) => setTimeout(d, 50))",
    "function* g() { for (;;) yield 1 } for (const x of g()) {}",
    "[...(function* () { for (;;) yield 1 })()]",
    "await (async function* () { for (;;) yield 1 })().next(); for (;;) {}",
    "new Array(3e8) + ''",
    "String.raw({ raw: { length: 2 ** 53 - 1 } })",
    "(7n ** 10000000n).toString()",
    "let n = 3n; for (;;) n *= n",
    "BigInt('9'.repeat(3e6)) ** 9n",
    "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "/(a|aa)+$/.test('a'.repeat(60) + 'b')",
    "/(.*)*x/.test('a'.repeat(60))",
    "/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))",
    "/(?:a?){40}a{40}/.test('a'.repeat(39) + 'b'); for (;;) {}",
    "'a'.repeat(60).match(/(a*)*b/)",
    "'a'.repeat(60).replace(/(a*)*b/g, '')",
    "'a'.repeat(60).split(/(a*)*b/)",
    "JSON.stringify({ toJSON() { for (;;) {} } })",
    "JSON.parse('[1]', () => { for (;;) {} })",
    "({ toString() { for (;;) {} } }) + ''",
    "({ valueOf() { for (;;) {} } }) * 1",
    "({ [Symbol.toPrimitive]() { for (;;) {} } }) + 1",
    "[1, 2].sort(() => { for (;;) {} })",
    "[1].map(() => { for (;;) {} })",
    "new Proxy({}, { get() { for (;;) {} } }).x",
    "new Proxy({}, { ownKeys() { for (;;) {} } }); for (;;) {}",
    "Object.defineProperty({}, 'x', { get() { for (;;) {} } }).x",
    "class A { static { for (;;) {} } }",
    "Array.from({ length: 2 ** 53 - 1 })",
    "Array.from({ [Symbol.iterator]() { return { next: () => ({ done: false }) } } })",
    "new Set((function* () { let i = 0; for (;;) yield i++ })())",
    "Object.fromEntries((function* () { let i = 0; for (;;) yield [i++, 1] })())",
    "'x'.padEnd(2 ** 29).padStart(2 ** 30).length; for (;;) {}",
    "let s = 'ab'; for (;;) s = s.replaceAll('a', 'aab')",
    "const a = []; for (;;) a.push(a.concat(a))",
    "const a = [1]; for (const x of a) a.push(x)",
    "const m = new Map([[0, 0]]); for (const [k] of m) m.set(k + 1, 0)",
    "let d = {}; for (;;) d = { d }",
    "await new Promise(() => { for (;;) {} })",
    "await { then() { for (;;) {} } }",
    "new Date(8.64e15).toLocaleString(); for (;;) {}",
    "parseInt('9'.repeat(1e6)); for (;;) {}",
    "$jmespath([...Array(1e4).keys()], '[*].[*]'); for (;;) {}",
    "$input.all().map(() => { for (;;) {} })",
    "DateTime.now().plus({ years: 1 }); for (;;) {}",
    "Intl.NumberFormat('en-US').format(1e308); for (;;) {}",
    "eval('for (;;) {}')",
    "new Function('for (;;) {}')()",
    "with_nothing: { for (;;) { break with_nothing } } for (;;) {}",
    "let i = 0; do { i++ } while (i > 0)",
    "structuredClone?.({}); for (;;) {}",
    "encodeURIComponent('€'.repeat(5e6)).length; for (;;) {}",
    "atob(btoa('x'.repeat(3e6))).length; for (;;) {}",
];

/// J3: 120 of them under three limits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_is_ended_and_the_next_call_works() {
    let (evaluator, frame) = (evaluator(), workflow());
    let natives = NATIVE.iter().flat_map(|method| {
        LIKE_LISTS.iter().map(move |on| {
            format!(
                "const endless = {{ get: (_, key) => key === 'length' ? 2 ** 53 - 1 : undefined, has: () => true }};
                 const sparse = () => {{ const a = []; a[4294967294] = 1; return a }};
                 const on = {on};
                 Array.prototype.{method}.call(on, 0, 1, 2); for (;;) {{}}"
            )
        })
    });
    let snippets: Vec<String> =
        natives.chain(ENDLESS.iter().map(|code| (*code).to_owned())).collect();
    assert!(snippets.len() >= 120, "{} snippets", snippets.len());
    let mut by_us = 0;
    for limit in [20, 50, 100].map(Duration::from_millis) {
        for code in &snippets {
            let script = Script { code, mode: ALL, deadline: Some(limit) };
            let started = Instant::now();
            let outcome = evaluator.run_script(&script, &frame).await;
            assert!(started.elapsed() < Duration::from_secs(20), "{code} was not stopped");
            // What the language refuses by itself ends with an error too.
            let error = outcome.expect_err(code);
            by_us += usize::from(error.kind == ErrorKind::Limit);
        }
        let next = run(&evaluator, "return { fine: 1 }", &frame).await.expect("it works");
        assert_eq!(next.items[0].json["fine"], 1);
    }
    assert!(by_us > 3 * 90, "{by_us} of {} were ended by a limit", 3 * snippets.len());
}

/// J4: what one item or script does to the prototypes is not there for the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prototypes_are_not_poisoned_for_others() {
    let evaluator = evaluator();
    let keys = ["__proto__", "constructor", "prototype", "__defineGetter__", "toString"];
    let values = [
        json!({ "dirty": 1 }),
        json!({ "prototype": { "dirty": 1 } }),
        json!({ "toJSON": "x", "then": "x" }),
        json!([{ "__proto__": { "dirty": 1 } }]),
    ];
    let merges = [
        "Object.assign({}, $json)",
        "({ ...$json })",
        "JSON.parse(JSON.stringify($json))",
        "Object.fromEntries(Object.entries($json))",
        "(() => { const m = (a, b) => { for (const k in b) { if (b[k] && typeof b[k] === 'object') { a[k] ??= {}; m(a[k], b[k]) } else a[k] = b[k] } return a }; return m({}, $json) })()",
        "$jmespath($json, '@')",
        "Object.defineProperty({}, 'x', { value: $json }).x",
        "(() => { const o = {}; o['__proto__']['dirty'] = 1; return o })()",
        "(() => { Array.prototype.dirty = 1; Object.prototype.dirty = 1; String.prototype.dirty = 1; return 1 })()",
        "(() => { JSON.stringify = () => 'dirty'; Array.prototype.map = () => 'dirty'; globalThis.dirty = 1; return 1 })()",
    ];
    let clean = "={{ [({}).dirty, [].dirty, ''.dirty, typeof dirty, [1].map(x => x + 1)[0], JSON.stringify([...new Set([1])])] }}";
    let mut tried = 0;
    for key in keys {
        for value_of in &values {
            let poisoned = frame(json!({ key: value_of.clone() }));
            for merge in merges {
                // Errors are fine, traces are not.
                let _ = value(&evaluator, &format!("={{{{ {merge} }}}}"), &poisoned).await;
                let _ = run(&evaluator, &format!("return {{ got: {merge} }}"), &poisoned).await;
                tried += 1;
            }
            let after = value(&evaluator, clean, &frame(json!({}))).await.expect("it works");
            let expect = json!([null, null, null, "undefined", 2, "[1]"]);
            assert_eq!(after, expect, "after {key}: {value_of}");
            let code =
                "return { a: ({}).dirty ?? null, b: [1].map((x) => x + 1), c: typeof dirty }";
            let output = run(&evaluator, code, &frame(json!({}))).await.expect("it works");
            let item = Value::from(output.items[0].json.clone());
            assert_eq!(item, json!({ "a": null, "b": [2], "c": "undefined" }), "after {key}");
        }
    }
    assert!(tried >= 200, "{tried} cases");
}

/// Answers without measure, in pieces that are put together.
const MAKES: &[&str] = &[
    "'x'.repeat(1 << 29)",
    "'x'.repeat(2 ** 30 - 1)",
    "new Array(1e7).fill({ a: 'x'.repeat(100) })",
    "new Array(4e7).fill(1)",
    "(() => { const o = {}; o.self = o; return o })()",
    "(() => { const a = []; a.push([a]); return a })()",
    "({ get a() { throw new Error('getter') } })",
    "({ get a() { for (;;); } })",
    "({ toJSON() { for (;;); } })",
    "({ toJSON() { return this } , a: 'x'.repeat(1 << 28) })",
    "(() => { let d = 1; for (let i = 0; i < 1e6; i++) d = [d]; return d })()",
    "(() => { const o = {}; for (let i = 0; i < 5e6; i++) o['k' + i] = i; return o })()",
    "(() => { const all = []; for (;;) all.push('x'.repeat(1e6) + all.length) })()",
    "(() => { let s = 'x'; for (;;) s += s })()",
    "(() => { const f = () => f() + 1; return f() })()",
];

/// J5: 60 of them. The child gives up, not this process.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_without_measure_cost_this_process_little() {
    let (evaluator, frame) = (evaluator(), workflow());
    let places = [
        "return { got: {make} }",
        "return [{ json: { got: {make} } }]",
        "const got = {make}; return [...Array(1000)].map(() => ({ json: { got } }))",
        "console.log({make}); console.log(JSON.stringify({make})); throw new Error(String({make}))",
    ];
    // What a child and a first call take is there before.
    run(&evaluator, "return { fine: 1 }", &frame).await.expect("it works");
    let before = resident();
    let mut most = 0;
    for make in MAKES {
        for place in places {
            let code = place.replace("{make}", make);
            let script =
                Script { code: &code, mode: ALL, deadline: Some(Duration::from_millis(700)) };
            let outcome = evaluator.run_script(&script, &frame).await;
            assert!(outcome.is_err(), "{code} gave items");
            drop(outcome);
            most = most.max(resident());
        }
        let next = run(&evaluator, "return { fine: 1 }", &frame).await;
        assert!(next.is_ok(), "after {make}: {next:?}");
    }
    let grown = most.saturating_sub(before) >> 20;
    assert!(grown <= 64, "this process grew by {grown} MiB");
}

/// Memory that this process holds, bytes (`proc_pid_statm(5)`: the second number, in pages).
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux tells it");
    let pages = text.split(' ').nth(1).expect("a second number");
    pages.parse::<u64>().expect("a number") * 4096
}
