//! Which node a request means.

use reporunner_app::ask;
use reporunner_model::{Edit, NodeId, StartFrom};
use reporunner_protocol::*;
use serde_json::json;

use crate::support::{Desk, hook};

fn at(method: &str, path: &str) -> serde_json::Value {
    json!({ "httpMethod": method, "path": path, "responseMode": "lastNode" })
}

#[tokio::test]
async fn paths_find_their_node() {
    let desk = Desk::new().await;
    for path in ["users/:id", "users/me", "users/:id/posts/:post", "/Slash/", "caf%C3%A9", "a b"] {
        desk.live(vec![hook(at("GET", path))]).await;
    }
    for (path, found, params) in [
        ("/webhook/users/7", "users/:id", json!({ "id": "7" })),
        ("/webhook/users/7/", "users/:id", json!({ "id": "7" })),
        ("/webhook/users/me", "users/me", json!({})),
        ("/webhook/users/%6De", "users/me", json!({})),
        ("/webhook/users/me%2Ftoo", "users/:id", json!({ "id": "me/too" })),
        ("/webhook/users/1/posts/2", "users/:id/posts/:post", json!({ "id": "1", "post": "2" })),
        ("/webhook/Slash", "Slash", json!({})),
        ("/webhook/Slash/?a=1", "Slash", json!({})),
        ("/webhook/caf%c3%a9", "caf%C3%A9", json!({})),
        ("/webhook/a%20b", "a b", json!({})),
    ] {
        let got = desk.call(&format!("GET {path}"), &[], b"").await;
        assert_eq!(got.status, 200, "{path}");
        let url = format!("http://127.0.0.1:{}/webhook/{found}", desk.port);
        assert_eq!(got.json()["webhookUrl"], json!(url), "{path}");
        assert_eq!(got.json()["params"], params, "{path}");
    }
    for path in [
        "/",
        "/webhook",
        "/webhook/",
        "/webhook/users",
        "/webhook/users/",
        "/webhook/slash",
        "/webhook/users/1/posts",
        "/webhook/users//posts/2",
        "/webhook-test/users/me",
        "/other/x",
        "/webhook/../webhook/Slash",
        "/webhook/users/1/posts/2/3",
        "/webhook/Slash%2F",
    ] {
        let got = desk.call(&format!("GET {path}"), &[], b"").await;
        assert_eq!(got.status, 404, "{path}");
        assert_eq!(got.json()["message"], json!("No workflow listens at this address."), "{path}");
        assert!(got.json()["hint"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn methods_are_told_apart() {
    let desk = Desk::new().await;
    desk.live(vec![hook(at("GET", "x"))]).await;
    desk.live(vec![hook(at("PUT", "x"))]).await;
    desk.live(vec![hook(at("HEAD", "y"))]).await;
    for (line, status) in [
        ("GET /webhook/x", 200),
        ("PUT /webhook/x", 200),
        ("POST /webhook/x", 404),
        ("HEAD /webhook/x", 404),
        ("BREW /webhook/x", 404),
        ("HEAD /webhook/y", 200),
        ("GET /webhook/y", 404),
    ] {
        let got = desk.call(line, &[], b"").await;
        assert_eq!(got.status, status, "{line}");
        assert!(!line.starts_with("HEAD") || got.body.is_empty(), "{line}");
    }
    let got = desk.call("POST /webhook/x", &[], b"").await;
    assert_eq!(got.json()["message"], json!("This address does not take POST."));
    assert_eq!(got.json()["hint"], json!("It takes GET, PUT."));
    assert_eq!(got.header("allow"), ["OPTIONS, GET, PUT"]);
}

#[tokio::test]
async fn two_nodes_cannot_have_one_address() {
    let desk = Desk::new().await;
    desk.live(vec![hook(at("POST", "a/:one"))]).await;
    for (path, trouble) in [
        ("a/:one", Some("another workflow listens at POST /a/:one already")),
        ("a/:other", Some("another webhook listens at POST /a/:other already")),
        ("a/fixed", None),
    ] {
        let id = desk.draw(vec![hook(at("POST", path))]).await;
        let state = desk.ask(SetLive { id, live: true }).await;
        assert_eq!(state.trouble.as_deref(), trouble, "{path}");
    }
    let several =
        json!({ "multipleMethods": true, "httpMethod": ["GET", "POST"], "path": "a/:one" });
    let id = desk.draw(vec![hook(several)]).await;
    assert!(desk.ask(SetLive { id, live: true }).await.trouble.is_some());
    assert_eq!(desk.call("GET /webhook/a/1", &[], b"").await.status, 200, "the rest is open");
    let listed = desk.ask(ListWorkflows { filter: WorkflowFilter::default() }).await;
    let triggers: Vec<&str> = listed.iter().map(|listed| listed.trigger.as_str()).collect();
    assert!(triggers.contains(&"Webhook GET, POST /a/:one"), "{triggers:?}");
}

#[tokio::test]
async fn what_cannot_be_served_is_not_opened() {
    let desk = Desk::new().await;
    for (params, why) in [
        (json!({ "path": "x", "authentication": "basicAuth" }), "checks who calls"),
        (json!({ "path": "x", "authentication": "headerAuth" }), "checks who calls"),
        (json!({ "path": "x", "authentication": "jwtAuth" }), "checks who calls"),
        (json!({ "path": "x", "authentication": "={{ 'none' }}" }), "checks who calls"),
        (json!({ "path": "x", "responseMode": "streaming" }), "as a stream"),
        (
            json!({ "path": "x", "options": { "ipWhitelist": "={{ $json.nothing.at.all }}" } }),
            "an option that gives nothing",
        ),
    ] {
        let id = desk.draw(vec![hook(params.clone())]).await;
        let state = desk.ask(SetLive { id: id.clone(), live: true }).await;
        assert!(state.trouble.as_ref().is_some_and(|t| t.contains(why)), "{params} {state:?}");
        assert_eq!(desk.call("GET /webhook/x", &[], b"").await.status, 404, "{params}");
        let start = StartRun {
            workflow: id,
            start: StartFrom::Default,
            input: None,
            options: RunOptions::default(),
        };
        let failure = ask(&*desk.answer, start).await.expect_err("a test does not open it either");
        assert!(failure.message.contains(why), "{failure:?}");
        assert_eq!(desk.call("GET /webhook-test/x", &[], b"").await.status, 404, "{params}");
    }
}

#[tokio::test]
async fn a_test_address_takes_one_call() {
    let desk = Desk::new().await;
    let fail = ("fail", "stopAndError", "1", json!({ "errorMessage": "the reason" }));
    let id = desk.draw(vec![hook(at("GET", "t/:id")), fail]).await;
    let start = StartRun {
        workflow: id.clone(),
        start: StartFrom::Default,
        input: None,
        options: RunOptions::default(),
    };
    assert_eq!(desk.call("GET /webhook-test/t/1", &[], b"").await.status, 404);
    let StartedRun::Listening { address, .. } = desk.ask(start.clone()).await else {
        panic!("it waits for a call")
    };
    assert_eq!(address, format!("http://127.0.0.1:{}/webhook-test/t/:id", desk.port));
    assert_eq!(desk.call("POST /webhook-test/t/1", &[], b"").await.status, 404, "not this method");
    let got = desk.call("GET /webhook-test/t/1", &[], b"").await;
    assert_eq!(got.json()["error"], json!("the reason"), "whoever tries it is told why");
    assert_eq!(desk.call("GET /webhook-test/t/1", &[], b"").await.status, 404, "once");
    desk.ask(start).await;
    desk.ask(StopListening { workflow: id }).await;
    assert_eq!(desk.call("GET /webhook-test/t/1", &[], b"").await.status, 404, "stopped");
}

#[tokio::test]
async fn an_imported_id_leads_to_placeholders() {
    let desk = Desk::new().await;
    let id = desk.draw(vec![hook(at("GET", "u/:id"))]).await;
    let text = desk.ask(ExportWorkflow { id, format: ExportFormat::Reporunner }).await;
    let mut file: serde_json::Value = serde_json::from_str(&text.text).expect("JSON");
    let node = &mut file["workflow"]["nodes"]["hook"];
    node["orig"] = json!(json!({ "node": { "keep": { "webhookId": "w-1" } } }).to_string());
    let imported = desk.ask(ImportWorkflow { text: file.to_string(), name: None }).await;
    desk.ask(SetLive { id: imported.id.clone(), live: true }).await;
    for path in ["/webhook/u/7", "/webhook/w-1/u/7"] {
        let got = desk.call(&format!("GET {path}"), &[], b"").await;
        assert_eq!(got.json()["params"], json!({ "id": "7" }), "{path}");
    }
    let edit = Edit::RemoveNode { id: NodeId::new("hook") };
    desk.edit(&imported.id, vec![edit]).await;
    desk.ask(PublishWorkflow { id: imported.id }).await;
    assert_eq!(desk.call("GET /webhook/u/7", &[], b"").await.status, 404, "gone when published");
}
