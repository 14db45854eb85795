//! Who may call, and when callers are sent away.

use reporunner_app::Host;
use reporunner_protocol::{
    DeleteWorkflow, Event, GetSettings, Hello, ListRuns, MachineSettings, RestoreWorkflow,
    RunFilter, SetLive, SetSettings,
};
use serde_json::{Value, json};

use crate::support::{Desk, echo, hook};

async fn with(options: Value) -> Desk {
    let desk = Desk::new().await;
    desk.live(vec![hook(echo(options))]).await;
    desk
}

#[tokio::test]
async fn callers_are_kept_out() {
    for (options, headers, status) in [
        (json!({ "ipWhitelist": "127.0.0.1" }), vec![], 200),
        (json!({ "ipWhitelist": "10.0.0.0/8, 127.0.0.0/8" }), vec![], 200),
        (json!({ "ipWhitelist": "={{ '127.0.0' + '.1' }}" }), vec![], 200),
        (json!({ "ipWhitelist": "" }), vec![], 200),
        (json!({ "ipWhitelist": "10.0.0.1" }), vec![], 403),
        (json!({ "ipWhitelist": "10.0.0.1" }), vec!["X-Forwarded-For: 10.0.0.1"], 403),
        (json!({ "ipWhitelist": "nonsense" }), vec![], 403),
        (json!({ "ignoreBots": true }), vec!["User-Agent: Slackbot 1.0"], 403),
        (json!({ "ignoreBots": true }), vec!["User-Agent: Mozilla/5.0 Firefox/130"], 200),
        (json!({ "ignoreBots": false }), vec!["User-Agent: Slackbot 1.0"], 200),
        (json!({ "allowedOrigins": "https://a.example" }), vec!["Origin: https://a.example"], 200),
        (json!({ "allowedOrigins": "https://a.example" }), vec!["Origin: https://b.example"], 403),
        (json!({ "allowedOrigins": "https://a.example" }), vec!["Origin: null"], 403),
        (json!({ "allowedOrigins": "https://a.example" }), vec![], 200),
    ] {
        let desk = with(options.clone()).await;
        let got = desk.call("POST /webhook/x", &headers, b"{}").await;
        assert_eq!(got.status, status, "{options} {headers:?}");
        let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs.len();
        assert_eq!(runs, usize::from(status == 200), "{options} {headers:?}");
    }
}

#[tokio::test]
async fn only_what_is_wanted_starts_a_run() {
    for (condition, status, runs) in [
        ("={{ $json.body.kind === 'order' }}", 200, 1),
        ("{{ $json.body.kind === 'order' }}", 200, 1),
        ("={{ $json.body.kind === 'other' }}", 200, 0),
        ("={{ $json.body.kind }}", 200, 0),
        ("={{ $json.no.such.thing }}", 200, 0),
        ("={{ $('Nobody').item.json.x }}", 200, 1),
        ("", 200, 1),
    ] {
        let desk = with(json!({ "onlyRunIf": condition })).await;
        let got = desk.post("/webhook/x", "application/json", r#"{"kind":"order"}"#).await;
        assert_eq!(got.status, status, "{condition}");
        let started = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs.len();
        assert_eq!(started, runs, "{condition}");
    }
}

#[tokio::test]
async fn browsers_ask_first() {
    let ask = [
        "Origin: https://a.example",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: content-type, x-own",
    ];
    for (origins, allowed) in [
        (json!({}), Some("https://a.example")),
        (json!({ "allowedOrigins": "*" }), Some("https://a.example")),
        (
            json!({ "allowedOrigins": "https://b.example, https://A.example/" }),
            Some("https://a.example"),
        ),
        (json!({ "allowedOrigins": "https://b.example" }), None),
    ] {
        let desk = with(origins.clone()).await;
        let got = desk.call("OPTIONS /webhook/x", &ask, b"").await;
        assert_eq!(got.status, 204, "{origins}");
        let seen: Vec<&str> = allowed.into_iter().collect();
        assert_eq!(got.header("access-control-allow-origin"), seen, "{origins}");
        let headers = got.header("access-control-allow-headers");
        let methods = got.header("access-control-allow-methods");
        if allowed.is_some() {
            assert_eq!((headers, methods), (vec!["content-type, x-own"], vec!["OPTIONS, POST"]));
        } else {
            assert!(headers.is_empty() && methods.is_empty(), "{origins}");
        }
        let got = desk.call("POST /webhook/x", &ask[..1], b"{}").await;
        assert_eq!(got.header("access-control-allow-origin"), seen, "{origins}");
        assert_eq!(got.header("vary"), ["Origin"], "{origins}");
    }
    let desk = with(json!({})).await;
    assert_eq!(desk.call("OPTIONS /webhook/none", &ask, b"").await.status, 404);
    let got = desk.call("POST /webhook/x", &[], b"{}").await;
    assert!(got.header("access-control-allow-origin").is_empty(), "nobody asked");
}

#[tokio::test]
async fn a_live_workflow_that_comes_back_from_the_trash_can_be_called_again() {
    let desk = Desk::new().await;
    let id = desk.live(vec![hook(echo(json!({})))]).await;
    let called = async || desk.call("POST /webhook/x", &[], b"{}").await.status;
    assert_eq!(called().await, 200);
    desk.ask(DeleteWorkflow { id: id.clone() }).await;
    assert_eq!(called().await, 404, "nothing starts what lies in the trash");
    desk.ask(RestoreWorkflow { id: id.clone() }).await;
    assert_eq!(called().await, 404, "it is off at first");
    let state = desk.ask(SetLive { id, live: true }).await;
    assert_eq!((state.live, state.trouble), (true, None));
    assert_eq!(called().await, 200, "at the address it had");
}

#[tokio::test]
async fn a_port_that_another_program_has_is_told() {
    let desk = Desk::new().await;
    assert_eq!(desk.ask(Hello {}).await.webhook_port_taken, None);
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = other.local_addr().expect("it is bound").port();
    let mut events = desk.answer.events();
    let settings = desk.ask(GetSettings {}).await;
    let at = |webhook_port| MachineSettings { webhook_port, ..settings.clone() };
    desk.ask(SetSettings { settings: at(port) }).await;
    let welcome = desk.ask(Hello {}).await;
    let taken = welcome.webhook_port_taken.clone().expect("the port is another's");
    let base = welcome.webhook_base.clone().expect("it listens all the same");
    assert_eq!(taken.wanted, port);
    assert!(base.ends_with(&format!(":{}", taken.used.expect("a port"))), "{base} {taken:?}");
    assert!(taken.why.contains("another program") && taken.why.contains("Settings"), "{taken:?}");
    let moved = Event::WebhooksMoved { base: Some(base), taken: Some(taken) };
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        told.push(event);
    }
    assert!(told.contains(&moved), "who shows it hears of it: {told:?}");
    drop(other);
    desk.ask(SetSettings { settings: at(0) }).await;
    assert_eq!(desk.ask(Hello {}).await.webhook_port_taken, None, "and of its end");
}

#[tokio::test]
async fn too_many_runs_send_callers_away() {
    let desk = Desk::on(Host { webhook_runs: 3, ..Host::machine() }).await;
    let params = json!({ "httpMethod": "POST", "path": "x" });
    let again = json!({ "errorMessage": "not yet", "retry": true });
    desk.live(vec![hook(params), ("wait", "stopAndError", "1", again)]).await;
    for status in [200, 200, 200, 503, 503] {
        let got = desk.call("POST /webhook/x", &[], b"").await;
        assert_eq!(got.status, status, "{got:?}");
        let later = got.header("retry-after").first().map(|seconds| seconds.parse::<u32>());
        assert_eq!(later.is_some_and(|seconds| seconds.is_ok()), status == 503, "{got:?}");
    }
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert_eq!(runs.len(), 3, "who is sent away starts nothing");
}
