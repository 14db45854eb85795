//! What a run gets of a request.

use reporunner_model::{Item, NodeId};
use reporunner_protocol::{
    GetItems, GetRunResult, ItemsAt, ListRuns, Rerun, RunFilter, Side, StartedRun, WaitRun,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Desk, echo, hook};

/// The fields of the item that a request gives, those named in `expect`.
#[track_caller]
fn check(got: &Value, expect: &Value, what: &str) {
    let of = |value: &Value| {
        let keys = expect.as_object().expect("an object").keys();
        keys.map(|key| (key.clone(), value[key].clone())).collect::<serde_json::Map<_, _>>()
    };
    assert_eq!(Value::Object(of(got)), *expect, "{what}");
}

#[tokio::test]
async fn bodies_are_read_by_their_type() {
    let desk = Desk::new().await;
    desk.live(vec![hook(echo(json!({})))]).await;
    for (kind, body, expect) in [
        ("application/json", r#"{"a":[1,"é"]}"#, json!({ "a": [1, "é"] })),
        ("Application/JSON; charset=UTF-8", r#"{"a":1}"#, json!({ "a": 1 })),
        ("application/json", "\u{feff}{\"a\":1}", json!({ "a": 1 })),
        ("application/json", "[1]", json!([1])),
        ("application/json", "\"text\"", json!("text")),
        ("application/vnd.api+json", r#"{"a":1}"#, json!({ "a": 1 })),
        (
            "application/json",
            r#"{"__proto__":{"x":1},"a":1,"a":2}"#,
            json!({ "__proto__": { "x": 1 }, "a": 2 }),
        ),
        (
            "application/x-www-form-urlencoded",
            "a=1&b=x+y%C3%A9&a=2",
            json!({ "a": ["1", "2"], "b": "x yé" }),
        ),
        ("text/plain", "just text", json!("just text")),
        ("TEXT/plain;charset=utf-8", "é", json!("é")),
        ("application/xml", "<a>1</a>", json!("<a>1</a>")),
        ("text/xml", "<a/>", json!("<a/>")),
        ("application/atom+xml", "<feed/>", json!("<feed/>")),
        ("application/json", "", json!({})),
        ("text/plain", "", json!({})),
    ] {
        let got = desk.post("/webhook/x", kind, body).await;
        assert_eq!(got.status, 200, "{kind} {body}: {}", got.text());
        check(&got.json(), &json!({ "body": expect }), &format!("{kind} {body}"));
    }
    let got = desk.post("/webhook/x", "text/plain; charset=latin1", [0xe9]).await;
    check(&got.json(), &json!({ "body": "é" }), "another charset");
    let utf16: Vec<u8> = "{\"a\":\"é\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let got = desk.post("/webhook/x", "application/json; charset=utf-16le", utf16).await;
    check(&got.json(), &json!({ "body": { "a": "é" } }), "JSON in another charset");
}

#[tokio::test]
async fn heads_are_told_as_they_came() {
    let desk = Desk::new().await;
    let params = json!({ "path": "x/:id/is/:what", "responseMode": "lastNode" });
    desk.live(vec![hook(params)]).await;
    let headers = [
        "X-One: 1",
        "x-one: 2",
        "User-Agent: first",
        "User-Agent: second",
        "Cookie: a=1; reporunner-session=secret",
        "Cookie: b=2",
    ];
    let line = "GET /webhook/x/a%2Fb%20c/is/caf%C3%A9/?q=1&q=2&deep[a][b]=3&list[]=4&e=%26";
    let got = desk.call(line, &headers, b"").await.json();
    let expect = json!({
        "params": { "id": "a/b c", "what": "café" },
        "query": { "q": ["1", "2"], "deep": { "a": { "b": "3" } }, "list": ["4"], "e": "&" },
        "body": {},
        "webhookUrl": format!("http://127.0.0.1:{}/webhook/x/:id/is/:what", desk.port),
        "executionMode": "production",
    });
    check(&got, &expect, "head");
    let expect = json!({ "x-one": "1, 2", "user-agent": "first", "cookie": "a=1; b=2" });
    check(&got["headers"], &expect, "headers");
}

/// What a request left on the item, files by name with their content.
async fn item(desk: &Desk) -> Item {
    let run = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs[0].id.clone();
    let at =
        ItemsAt { run, node: NodeId::new("hook"), run_index: None, side: Side::Output, port: 0 };
    let page = desk.ask(GetItems { at, offset: 0, limit: 1, search: None }).await;
    page.items[0].clone()
}

fn files(item: &Item) -> Value {
    let files = item.binary.iter().flat_map(|files| files.iter());
    let told = files.map(|(name, file)| {
        let told = json!([file.file_name, file.mime_type, file.bytes]);
        (name.clone(), told)
    });
    Value::Object(told.collect())
}

const FORM: &str = "multipart/form-data; boundary=\"b 1\"";

fn form(parts: &[(&str, &str)]) -> String {
    let parts = parts.iter().map(|(head, content)| {
        format!("--b 1\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    });
    format!("{}--b 1--\r\n", parts.collect::<String>())
}

#[tokio::test]
async fn forms_give_fields_and_files() {
    let png = "name=\"pic\"; filename=\"C:\\dir\\a.png\"\r\nContent-Type: image/png";
    let one = "name=\"docs[]\"; filename=\"1.txt\"\r\nContent-Type: text/plain";
    let two = "name=\"docs[]\"; filename=\"2.txt\"\r\nContent-Type: text/plain";
    let none = "name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream";
    for (options, parts, body, expect) in [
        (
            json!({}),
            vec![("name=a", "1"), ("name=\"b\"", "é\r\n"), ("name=a", "2"), (none, "")],
            json!({ "a": ["1", "2"], "b": "é\r\n" }),
            json!({}),
        ),
        (
            json!({}),
            vec![(png, "PNG"), ("name=a", "1")],
            json!({ "a": "1" }),
            json!({ "pic": ["a.png", "image/png", 3] }),
        ),
        (
            json!({}),
            vec![(one, "x"), (two, "")],
            json!({}),
            json!({ "docs0": ["1.txt", "text/plain", 1], "docs1": ["2.txt", "text/plain", 0] }),
        ),
        (
            json!({ "binaryPropertyName": "file" }),
            vec![(png, "PNG"), (one, "x")],
            json!({}),
            json!({ "file0": ["a.png", "image/png", 3], "file1": ["1.txt", "text/plain", 1] }),
        ),
        (json!({}), vec![], json!({}), json!({})),
    ] {
        let desk = Desk::new().await;
        desk.live(vec![hook(echo(options))]).await;
        let got = desk.post("/webhook/x", FORM, form(&parts)).await;
        assert_eq!(got.status, 200, "{}", got.text());
        check(&got.json(), &json!({ "body": body }), "fields");
        assert_eq!(files(&item(&desk).await), expect, "{parts:?}");
    }
}

#[tokio::test]
async fn other_bodies_are_files() {
    let big = "x".repeat(3_000_000);
    for (version, options, kind, body, expect) in [
        ("2", json!({}), "image/png", "PNG", json!({ "data": ["data", "image/png", 3] })),
        ("2", json!({}), "text/csv", "a,b", json!({ "data": ["data", "text/csv", 3] })),
        (
            "2",
            json!({ "binaryPropertyName": "up" }),
            "application/octet-stream",
            big.as_str(),
            json!({ "up": ["data", "application/octet-stream", 3_000_000] }),
        ),
        (
            "1",
            json!({ "binaryData": true, "binaryPropertyName": "up" }),
            "application/json",
            "{}",
            json!({ "up": ["data", "application/json", 2] }),
        ),
        (
            "2",
            json!({ "rawBody": true }),
            "application/json; charset=utf-8",
            "{\"a\": 1}",
            json!({ "data": ["data", "application/json", 8] }),
        ),
        ("2", json!({}), "image/png", "", json!({})),
    ] {
        let desk = Desk::new().await;
        let (id, kind_of, _, params) = hook(echo(options.clone()));
        desk.live(vec![(id, kind_of, version, params)]).await;
        let got = desk.post("/webhook/x", kind, body).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let is_read = options["rawBody"] == true;
        let body = if is_read { json!({ "a": 1 }) } else { json!({}) };
        check(&got.json(), &json!({ "body": body }), kind);
        assert_eq!(files(&item(&desk).await), expect, "{kind} {options}");
    }
}

#[tokio::test]
async fn the_name_of_a_file_is_what_was_said() {
    let desk = Desk::new().await;
    desk.live(vec![hook(echo(json!({})))]).await;
    let headers =
        ["Content-Type: image/gif", "Content-Disposition: attachment; filename=\"a b.gif\""];
    let got = desk.call("POST /webhook/x", &headers, b"GIF").await;
    assert_eq!(got.status, 200);
    assert_eq!(files(&item(&desk).await), json!({ "data": ["a b.gif", "image/gif", 3] }));
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let desk = Desk::new().await;
    desk.live(vec![hook(echo(json!({})))]).await;
    let large = vec![b' '; 17 * 1024 * 1024];
    let deep = "[".repeat(100_000);
    let many = "a&".repeat(1_001);
    let parts = form(&vec![("name=a", ""); 1_001]);
    let cut = form(&[("name=a", "1")]).replace("--b 1--", "");
    for (status, message, headers, body) in [
        (400, "no JSON", vec!["Content-Type: application/json"], b"{\"a\":".as_slice()),
        (400, "no JSON", vec!["Content-Type: application/json"], b"1e400"),
        (400, "no JSON", vec!["Content-Type: application/json"], b"\"\\ud800\""),
        (400, "no JSON", vec!["Content-Type: application/json"], b"\"\xff\""),
        (400, "no JSON", vec!["Content-Type: application/json"], deep.as_bytes()),
        (413, "larger than", vec!["Content-Type: application/json"], &large),
        (413, "larger than", vec!["Content-Type: text/plain"], &large),
        (413, "fields", vec!["Content-Type: application/x-www-form-urlencoded"], many.as_bytes()),
        (
            413,
            "fields",
            vec!["Content-Type: multipart/form-data; boundary=\"b 1\""],
            parts.as_bytes(),
        ),
        (
            400,
            "cut off",
            vec!["Content-Type: multipart/form-data; boundary=\"b 1\""],
            cut.as_bytes(),
        ),
        (400, "boundary", vec!["Content-Type: multipart/form-data"], b"x"),
        (415, "gzip", vec!["Content-Type: application/json", "Content-Encoding: gzip"], b"{}"),
        (415, "charset", vec!["Content-Type: application/json; charset=klingon"], b"{}"),
    ] {
        let got = desk.call("POST /webhook/x", &headers, body).await;
        assert_eq!(got.status, status, "{headers:?}: {}", got.text());
        let said = got.json();
        assert!(said["message"].as_str().is_some_and(|m| m.contains(message)), "{said}");
        assert!(said["hint"].is_string(), "{said}");
    }
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert!(runs.is_empty(), "what was refused started nothing");
}

#[tokio::test]
async fn what_says_it_is_too_large_is_refused_at_once() {
    let desk = Desk::new().await;
    desk.live(vec![hook(echo(json!({})))]).await;
    for kind in ["image/png", "multipart/form-data; boundary=x", "application/json"] {
        let bytes = reporunner_model::limits::UPLOAD_BYTES + 1;
        let head = format!(
            "POST /webhook/x HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n\
             Content-Length: {bytes}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", desk.port)).await.expect("it listens");
        stream.write_all(head.as_bytes()).await.expect("it takes the head");
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.expect("an answer");
        assert_eq!(&status, b"HTTP/1.1 413", "{kind}");
    }
}

#[tokio::test]
async fn each_method_has_its_output() {
    let desk = Desk::new().await;
    let params = json!({ "multipleMethods": true, "httpMethod": ["GET", "POST"], "path": "x",
        "responseMode": "lastNode" });
    let id = desk.draw(vec![hook(params), ("got", "set", "3.4", set("got"))]).await;
    use reporunner_model::{Edge, EdgeKey, Edit, Node, TypeName};
    let mut node = Node::new(NodeId::new("posted"), TypeName::new("set"), "3.4", "posted");
    node.params = set("posted").as_object().expect("an object").clone();
    let key = EdgeKey::main(NodeId::new("hook"), 1, NodeId::new("posted"), 0);
    desk.edit(
        &id,
        vec![Edit::AddNode { node: Box::new(node) }, Edit::Connect { key, edge: Edge::default() }],
    )
    .await;
    desk.ask(reporunner_protocol::SetLive { id, live: true }).await;
    for (method, said) in [("GET", "got"), ("POST", "posted")] {
        let got = desk.call(&format!("{method} /webhook/x"), &[], b"").await;
        assert_eq!(got.json(), json!({ "said": said }), "{method}");
    }
    assert_eq!(desk.call("PUT /webhook/x", &[], b"").await.status, 404);
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    let again = desk.ask(Rerun { run: runs[0].id.clone() }).await;
    let StartedRun::Running { run } = again else { panic!("it has what was sent") };
    desk.ask(WaitRun { run: run.clone() }).await;
    let result = desk.ask(GetRunResult { run }).await;
    assert!(result.nodes.contains_key("posted"), "the same output: {:?}", result.nodes.keys());
}

fn set(text: &str) -> Value {
    json!({ "mode": "manual", "options": {}, "assignments": { "assignments": [
        { "id": "a", "name": "said", "value": text, "type": "string" }
    ] } })
}
