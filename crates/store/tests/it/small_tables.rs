//! Settings, webhooks, schedules, blobs.

use reporunner_model::NodeId;
use reporunner_store::{ScheduleRow, WebhookKind, WebhookRow};
use serde_json::json;

use super::*;

#[test]
fn settings_and_variables() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .write(|tx| {
            tx.set_meta("author", &"key")?;
            tx.set_meta("author", &"other")?;
            tx.set_variable("old", "1")?;
            tx.replace_variables(&[("new".to_owned(), "2".to_owned())].into())
        })
        .wait()
        .unwrap();
    assert_eq!(store.read(|db| db.meta::<String>("author")).unwrap().as_deref(), Some("other"));
    assert_eq!(store.read(|db| db.meta::<String>("none")).unwrap(), None);
    let names: Vec<String> = store.read(|db| db.variables()).unwrap().into_keys().collect();
    assert_eq!(names, ["new"]);
}

#[test]
fn an_address_belongs_to_one_node() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let hook = |workflow: &str, method: &str, path: &str, expires: Option<i64>| WebhookRow {
        kind: WebhookKind::Test,
        method: method.to_owned(),
        path: path.to_owned(),
        workflow: WorkflowId::new(workflow),
        node: NodeId::new("n"),
        expires: expires.map(Timestamp),
        data: json!({ "respond": "last" }),
    };
    let add = |row: WebhookRow| store.write(move |tx| tx.add_webhook(&row)).wait().unwrap();
    assert_eq!(add(hook("w1", "POST", "orders", None)), None);
    assert_eq!(add(hook("w1", "POST", "orders", Some(50))), None, "its owner may change it");
    assert_eq!(add(hook("w2", "POST", "orders", None)).unwrap().workflow, WorkflowId::new("w1"));
    assert_eq!(add(hook("w2", "*", "orders", None)), None);
    let held = || -> Vec<(String, String)> {
        let rows = store.read(|db| db.webhooks()).unwrap().into_iter();
        rows.map(|row| (row.method, row.workflow.to_string())).collect()
    };
    let pair = |method: &str, workflow: &str| (method.to_owned(), workflow.to_owned());
    assert_eq!(held(), [pair("*", "w2"), pair("POST", "w1")]);
    assert_eq!(store.write(|tx| tx.expire_webhooks(Timestamp(49))).wait().unwrap(), 0);
    assert_eq!(store.write(|tx| tx.expire_webhooks(Timestamp(50))).wait().unwrap(), 1);
    assert_eq!(held(), [pair("*", "w2")]);
    let removed =
        store.write(|tx| tx.remove_webhooks(&WorkflowId::new("w2"), WebhookKind::Test)).wait();
    assert_eq!(removed.unwrap(), 1);
    assert!(store.read(|db| db.webhooks()).unwrap().is_empty());
}

#[test]
fn schedules_in_the_order_of_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = |node: &str, next: Option<i64>| ScheduleRow {
        workflow: WorkflowId::new("w"),
        node: NodeId::new(node),
        next_fire: next.map(Timestamp),
        policy: "run-once".to_owned(),
        last_slot: None,
        data: json!({ "cron": "0 * * * *" }),
    };
    for row in
        [row("never", None), row("late", Some(90)), row("soon", Some(10)), row("late", Some(80))]
    {
        store.write(move |tx| tx.put_schedule(&row)).wait().unwrap();
    }
    let names = |rows: Vec<ScheduleRow>| -> Vec<String> {
        rows.into_iter().map(|row| row.node.to_string()).collect()
    };
    assert_eq!(names(store.read(|db| db.schedules()).unwrap()), ["soon", "late", "never"]);
    assert_eq!(store.write(|tx| tx.remove_schedules(&WorkflowId::new("w"))).wait().unwrap(), 3);
}

#[test]
fn blobs_by_scope() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .write(|tx| {
            tx.set_blob("doc", "undo/b", &[7; 1_000])?;
            tx.set_blob("doc", "undo/a", b"")?;
            tx.set_blob("other", "undo/a", b"x")?;
            tx.remove_blob("other", "undo/a")
        })
        .wait()
        .unwrap();
    let blobs = store.read(|db| db.blobs("doc")).unwrap();
    assert_eq!(blobs, [("undo/a".to_owned(), vec![]), ("undo/b".to_owned(), vec![7; 1_000])]);
    assert_eq!(store.read(|db| db.blobs("other")).unwrap(), []);
}
