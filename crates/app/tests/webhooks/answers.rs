//! What the caller gets.

use reporunner_model::RunStatus;
use reporunner_protocol::{ListRuns, RunFilter};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Desk, Got, Step, hook};

/// A Set node that gives these fields and no others.
fn set(fields: &[(&str, Value)]) -> Step {
    let assignments: Vec<Value> = fields
        .iter()
        .enumerate()
        .map(|(at, (name, value))| {
            let kind = match value {
                Value::String(_) => "string",
                Value::Number(_) => "number",
                Value::Array(_) => "array",
                _ => "object",
            };
            json!({ "id": format!("a{at}"), "name": name, "value": value, "type": kind })
        })
        .collect();
    let assignments = json!({ "assignments": assignments });
    ("last", "set", "3.4", json!({ "mode": "manual", "assignments": assignments, "options": {} }))
}

/// The parameters of a webhook at `/x` that takes a POST.
fn at_x(more: Value) -> Value {
    let mut params = json!({ "httpMethod": "POST", "path": "x" });
    let (params_map, more) = (params.as_object_mut().expect("one"), more);
    params_map.extend(more.as_object().expect("an object").clone());
    params
}

async fn ask(steps: Vec<Step>, body: &str) -> Got {
    let desk = Desk::new().await;
    desk.live(steps).await;
    desk.post("/webhook/x", "application/json", body).await
}

#[track_caller]
fn check(got: &Got, status: u16, kind: Option<&str>, body: &str) {
    assert_eq!((got.status, got.text().as_str()), (status, body), "{got:?}");
    assert_eq!(got.header("content-type").first().copied(), kind, "{got:?}");
}

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const PAGE: Option<&str> = Some("text/html; charset=utf-8");

#[tokio::test]
async fn at_once() {
    let started = r#"{"message":"Workflow was started"}"#;
    for (version, params, status, kind, body) in [
        ("2", json!({}), 200, JSON, started),
        ("1", json!({ "responseCode": 202 }), 202, JSON, started),
        ("2", code(json!({ "responseCode": 201 })), 201, JSON, started),
        (
            "2.1",
            code(json!({ "responseCode": "customCode", "customCode": 418 })),
            418,
            JSON,
            started,
        ),
        ("2", code(json!({ "responseCode": 204 })), 204, JSON, ""),
        ("2", code(json!({ "customCode": 99 })), 200, JSON, started),
        ("2", json!({ "options": { "noResponseBody": true } }), 200, None, ""),
        ("2", json!({ "options": { "responseData": "<b>ok</b>" } }), 200, PAGE, "<b>ok</b>"),
        (
            "2",
            json!({ "options": { "responseData": "={{ $json.body.challenge }}" } }),
            200,
            PAGE,
            "c1",
        ),
        (
            "2",
            json!({ "options": { "responseData": "={{ { got: $json.body.challenge } }}" } }),
            200,
            JSON,
            r#"{"got":"c1"}"#,
        ),
    ] {
        let (id, kind_of, _, params) = hook(at_x(params));
        let got = ask(vec![(id, kind_of, version, params)], r#"{"challenge":"c1"}"#).await;
        check(&got, status, kind, body);
    }
}

fn code(values: Value) -> Value {
    json!({ "options": { "responseCode": { "values": values } } })
}

fn last_node(more: Value) -> Step {
    let mut params = at_x(json!({ "responseMode": "lastNode" }));
    params.as_object_mut().expect("one").extend(more.as_object().expect("one").clone());
    hook(params)
}

#[tokio::test]
async fn from_the_last_node() {
    let items = json!([{ "a": 1 }, { "a": 2 }]);
    let list = ("list", "splitOut", "1", json!({ "fieldToSplitOut": "body.items" }));
    let drop = ("list", "limit", "1", json!({ "maxItems": 0 }));
    let fail = ("last", "stopAndError", "1", json!({ "errorMessage": "secret reason" }));
    let deep = set(&[("deep", json!({ "list": ["<p>"] })), ("n", json!(5))]);
    let field = |name: &str| json!({ "options": { "responsePropertyName": name } });
    for (steps, status, kind, body) in [
        (vec![last_node(json!({})), list.clone()], 200, JSON, r#"{"a":1}"#),
        (
            vec![last_node(json!({ "responseData": "allEntries" })), list.clone()],
            200,
            JSON,
            r#"[{"a":1},{"a":2}]"#,
        ),
        (vec![last_node(json!({ "responseData": "noData" })), list.clone()], 200, None, ""),
        (vec![last_node(field("n")), deep.clone()], 200, JSON, "5"),
        (vec![last_node(field("deep.list[0]")), deep.clone()], 200, PAGE, "<p>"),
        (vec![last_node(field("missing")), deep.clone()], 200, None, ""),
        (
            vec![
                last_node(json!({ "options": {
                    "responsePropertyName": "deep.list[0]", "responseContentType": "text/csv" } })),
                deep.clone(),
            ],
            200,
            Some("text/csv"),
            "<p>",
        ),
        (
            vec![last_node(code(json!({ "responseCode": 201 }))), deep.clone()],
            201,
            JSON,
            r#"{"deep":{"list":["<p>"]},"n":5}"#,
        ),
        (
            vec![last_node(json!({})), fail.clone()],
            500,
            JSON,
            r#"{"code":500,"message":"Error in workflow"}"#,
        ),
    ] {
        let got = ask(steps.clone(), &json!({ "items": items }).to_string()).await;
        assert_eq!(got.status, status, "{steps:?} {got:?}");
        check(&got, status, kind, body);
    }
    let got = ask(vec![last_node(json!({})), drop], "{}").await;
    assert!(got.status == 500 && got.text().contains("no item"), "{got:?}");
}

#[tokio::test]
async fn a_file_of_the_last_node() {
    let params = json!({ "responseData": "firstEntryBinary" });
    let desk = Desk::new().await;
    desk.live(vec![last_node(params)]).await;
    let big: Vec<u8> = (0..1_000_000_u32).map(|n| n as u8).collect();
    for body in [b"PNG".to_vec(), big] {
        let got = desk.post("/webhook/x", "image/png", &body).await;
        assert_eq!(got.status, 200, "{}", got.head);
        assert_eq!(got.header("content-type"), ["image/png"]);
        assert_eq!(got.header("content-length"), [body.len().to_string()]);
        assert!(got.body == body, "the bytes are the same");
    }
    let got = desk.post("/webhook/x", "application/json", "{}").await;
    assert!(got.status == 500 && got.text().contains("no file called data"), "{got:?}");
}

fn respond(params: Value) -> Step {
    ("answer", "respondToWebhook", "1.1", params)
}

fn asks_node(more: Value) -> Step {
    hook(at_x(json!({ "responseMode": "responseNode", "options": more })))
}

#[tokio::test]
async fn from_a_respond_node() {
    let entries = |list: Value| json!({ "responseHeaders": { "entries": list } });
    for (params, status, kind, body) in [
        (json!({}), 200, JSON, r#"{"n":1}"#),
        (json!({ "respondWith": "allIncomingItems" }), 200, JSON, r#"[{"n":1}]"#),
        (
            json!({ "respondWith": "json", "responseBody": "={{ { a: $json.n } }}" }),
            200,
            JSON,
            r#"{"a":1}"#,
        ),
        (json!({ "respondWith": "text", "responseBody": "hi" }), 200, PAGE, "hi"),
        (
            json!({ "respondWith": "text", "responseBody": "a,b",
                "options": entries(json!([{ "name": "Content-Type", "value": "text/csv" }])) }),
            200,
            Some("text/csv"),
            "a,b",
        ),
        (json!({ "respondWith": "noData", "options": { "responseCode": 202 } }), 202, None, ""),
        (
            json!({ "respondWith": "json", "responseBody": "{", "options": {} }),
            500,
            JSON,
            r#"{"code":500,"message":"Error in workflow"}"#,
        ),
        (
            json!({ "respondWith": "jwt", "payload": "{}" }),
            500,
            JSON,
            r#"{"code":500,"message":"Error in workflow"}"#,
        ),
    ] {
        let steps = vec![asks_node(json!({})), set(&[("n", json!(1))]), respond(params.clone())];
        let got = ask(steps, "{}").await;
        assert_eq!(got.status, status, "{params}");
        check(&got, status, kind, body);
    }
    let to = json!({ "respondWith": "redirect", "redirectURL": "https://example.com/a" });
    let got = ask(vec![asks_node(json!({})), respond(to)], "{}").await;
    assert_eq!((got.status, got.header("location")), (307, vec!["https://example.com/a"]));
    let desk = Desk::new().await;
    desk.live(vec![asks_node(json!({})), respond(json!({ "respondWith": "binary" }))]).await;
    let got = desk.post("/webhook/x", "image/png", "PNG").await;
    check(&got, 200, Some("image/png"), "PNG");
}

#[tokio::test]
async fn without_a_respond_node_nobody_waits() {
    let never = ("gone", "limit", "1", json!({ "maxItems": 0 }));
    let got = ask(vec![asks_node(json!({})), never, respond(json!({}))], "{}").await;
    check(&got, 200, JSON, r#"{"message":"The workflow ran and gave no answer"}"#);
    let desk = Desk::new().await;
    desk.live(vec![asks_node(json!({})), set(&[("n", json!(1))])]).await;
    let got = desk.post("/webhook/x", "application/json", "{}").await;
    assert!(got.status == 500 && got.text().contains("no Respond to Webhook node"), "{got:?}");
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert!(runs.is_empty(), "what nobody can answer is not started");
}

#[tokio::test]
async fn headers_are_set() {
    let entries = json!([
        { "name": "X-Of", "value": "={{ $json.body.a }}" },
        { "name": "Content-Type", "value": "text/x-own" },
        { "name": "Content-Length", "value": "1" },
        { "name": "X-Split", "value": "a\r\nX-Evil: 1" },
        { "name": "no header", "value": "x" },
        { "name": "Set-Cookie", "value": "a=1" },
        { "name": "Set-Cookie", "value": "b=2" },
    ]);
    let options = json!({ "responseHeaders": { "entries": entries } });
    let got = ask(vec![last_node(json!({ "options": options }))], r#"{"a":"é"}"#).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("x-of"), ["é"]);
    assert_eq!(got.header("content-type"), ["text/x-own"]);
    assert_eq!(got.header("content-length"), [got.body.len().to_string()]);
    assert_eq!(got.header("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(got.header("x-evil"), Vec::<&str>::new(), "no header is split");
    let own = json!({ "responseHeaders": { "entries": [{ "name": "X-Of", "value": "hook" }] } });
    let node = json!({ "respondWith": "noData", "options": {
        "responseHeaders": { "entries": [{ "name": "x-of", "value": "node" }] } } });
    let got = ask(vec![asks_node(own), respond(node)], "{}").await;
    assert_eq!(got.header("x-of"), ["node"], "the later one counts");
}

#[tokio::test]
async fn pages_are_shut_in() {
    for (kind, is_page) in [
        ("text/html", true),
        ("image/svg+xml", true),
        ("text/plain", false),
        ("application/json", false),
        ("image/png", false),
    ] {
        let entries = json!([{ "name": "Content-Type", "value": kind }]);
        let options = json!({ "responseHeaders": { "entries": entries } });
        let got = ask(vec![last_node(json!({ "options": options }))], "{}").await;
        let policies = got.header("content-security-policy");
        let shut_in = policies.iter().any(|p| p.starts_with("sandbox"));
        assert_eq!(shut_in, is_page, "{kind}");
        assert!(!policies.iter().any(|p| p.contains("allow-same-origin")), "{kind}");
    }
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_stop_the_run() {
    let desk = Desk::new().await;
    let flaky = json!({ "errorMessage": "x", "retry": true });
    desk.live(vec![last_node(json!({})), ("fail", "stopAndError", "1", flaky)]).await;
    let mut caller = TcpStream::connect(("127.0.0.1", desk.port)).await.expect("it listens");
    let request = b"POST /webhook/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    caller.write_all(request).await.expect("it takes the request");
    let running = async || {
        let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
        runs.first().map(|run| run.status)
    };
    while running().await.is_none() {
        tokio::task::yield_now().await;
    }
    drop(caller);
    let got = desk.call("POST /webhook/other", &[], b"").await;
    assert_eq!(got.status, 404, "the server goes on");
    assert_eq!(running().await, Some(RunStatus::Running), "the run waits for its next try");
}
