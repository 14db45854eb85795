//! Steps that compute for long: others go on meanwhile, and Stop ends them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reporunner_model::{Edit, EditBatch, EditId, Node, NodeId, OnError, RunStatus};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::support::{Desk, START, soon};

/// Something that looks as if Crypto had encrypted it, with a key of its own.
fn encrypted(number: u8) -> Value {
    let (version, salt, rest) = ([1], [number; 16], [0; 40]);
    json!({ "text": STANDARD.encode([&version[..], &salt, &rest].concat()) })
}

#[tokio::test]
async fn decrypting_holds_no_other_request_up_and_can_be_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let mut settings = desk.ask(GetSettings {}).await;
    settings.variables.insert("cryptoPassphrase".to_owned(), "correct horse".to_owned());
    desk.ask(SetSettings { settings }).await;
    let begin = [("begin", "manualTrigger", json!({}))];
    let id = desk.workflow("Decrypts", &begin, &[], json!({})).await;
    let mut node = Node::new(NodeId::new("crypto"), "crypto".into(), "2", "crypto");
    let params = json!({ "action": "decrypt", "value": "={{ $json.text }}" });
    node.params = params.as_object().cloned().expect("an object");
    // All of them are tried.
    node.flags.on_error = OnError::ContinueRegularOutput;
    let batch = EditBatch {
        id: EditId::new("decrypt"),
        label: "Add".to_owned(),
        edits: vec![Edit::AddNode { node: Box::new(node) }],
        author: None,
    };
    desk.ask(EditWorkflow { id: id.clone(), batch }).await;
    desk.edit(&id, &[], &[("begin", "crypto")], json!({})).await;
    let items: Vec<Value> = (0..200).map(encrypted).collect();
    let run = desk.start(&id, json!(items)).await;
    for _ in 0..20 {
        desk.ask(Hello {}).await;
    }
    soon(desk.ask(StopRun { run: run.clone() })).await;
    desk.stands(&run, RunStatus::Cancelled).await;
    desk.close().await;
}
