//! Lists, search, trash.

use reporunner_model::{NodeId, VersionId};
use reporunner_store::{
    Error, Owner, Payload, Published, VersionKind, VersionRow, WebhookKind, WebhookRow,
    WorkflowQuery,
};
use serde_json::json;

use super::*;

fn filled(folder: &Path) -> Store {
    let store = open(folder);
    let rows = [
        ("w1", "Orders to the warehouse", &["shop", "daily"][..], "HTTP Request\nSend mail"),
        ("w2", "Morgenbericht für Übersee", &["daily"], "Bericht über alles"),
        ("w3", "100% \"sure\" - it's (odd)", &[], "note: talk to Zoë_x"),
    ];
    for (number, (id, name, words, search)) in rows.into_iter().enumerate() {
        let mut row = workflow(id, name);
        row.listing.tags = tags(words);
        row.listing.search = vec![search.to_owned()];
        row.edited = Timestamp(number as i64);
        row.live = id == "w2";
        store.write(move |tx| tx.insert_workflow(&row)).wait().unwrap();
    }
    store
}

#[track_caller]
fn check(store: &Store, search: &str, expected: &[&str]) {
    let query = WorkflowQuery { search: search.to_owned(), ..WorkflowQuery::default() };
    let found = store.read(|db| db.workflows(&query)).unwrap();
    let ids: Vec<&str> = found.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, expected, "search {search:?}");
}

#[test]
fn search_finds_any_part_of_any_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    check(&store, "", &["w3", "w2", "w1"]);
    check(&store, "ware", &["w1"]);
    check(&store, "WAREHOUSE", &["w1"]);
    check(&store, "mail request", &["w1"]);
    check(&store, "mail nowhere", &[]);
    check(&store, "ber", &["w2"]);
    check(&store, "übersee", &["w2"]);
    check(&store, "daily", &["w2", "w1"]);
    check(&store, "zoë_x", &["w3"]);
    check(&store, "100%", &["w3"]);
    check(&store, "\"sure\"", &["w3"]);
    check(&store, "(odd)", &["w3"]);
    check(&store, "it's", &["w3"]);
    check(&store, "%", &["w3"]);
    check(&store, "ü", &["w2"]);
    check(&store, "ÜB", &["w2"]);
    check(&store, "ÜBERSEE", &["w2"]);
    check(&store, "to warehouse", &["w1"]);
    check(&store, "AND OR NOT NEAR(", &[]);
    check(&store, "*", &[]);
}

#[test]
fn search_follows_edits_and_removal() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let listing = Listing {
        name: "Invoices".to_owned(),
        revision: 7,
        nodes: 3,
        types: vec!["httpRequest".into()],
        search: vec!["Ledger".to_owned()],
        ..Listing::default()
    };
    let id = WorkflowId::new("w1");
    store.write(move |tx| tx.set_listing(&id, &listing, Timestamp(99))).wait().unwrap();
    check(&store, "warehouse", &[]);
    check(&store, "ledger", &["w1"]);
    store.purge_workflow(&WorkflowId::new("w1")).unwrap();
    check(&store, "ledger", &[]);
}

#[test]
fn filters_narrow_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let check = |query: WorkflowQuery, expected: &[&str]| {
        let found = store.read(|db| db.workflows(&query)).unwrap();
        let ids: Vec<String> = found.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(ids, expected, "{query:?}");
    };
    check(WorkflowQuery { live: Some(true), ..Default::default() }, &["w2"]);
    check(WorkflowQuery { live: Some(false), ..Default::default() }, &["w3", "w1"]);
    check(WorkflowQuery { tags: vec!["daily".into()], ..Default::default() }, &["w2", "w1"]);
    check(
        WorkflowQuery { tags: vec!["daily".into(), "shop".into()], ..Default::default() },
        &["w1"],
    );
    check(WorkflowQuery { deleted: true, ..Default::default() }, &[]);
}

#[test]
fn a_row_comes_back_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut row = workflow("w", "Name");
    row.listing.summary = "Does things".to_owned();
    row.listing.types = vec!["webhook".into(), "code".into()];
    row.listing.trigger = "Runs on POST /orders".to_owned();
    row.listing.nodes = 12;
    row.listing.problems = 2;
    row.listing.revision = 40;
    row.imported = true;
    row.view = Some(json!({ "x": 1.5, "y": -2, "zoom": 0.5 }));
    row.published = Some(Published {
        version: VersionId::new("v1"),
        heads: vec!["ab".to_owned()],
        content_hash: "c".to_owned(),
        revision: 39,
        at: Timestamp(77),
    });
    let stored = row.clone();
    store.write(move |tx| tx.insert_workflow(&stored)).wait().unwrap();
    let id = WorkflowId::new("w");
    assert_eq!(store.read(|db| db.workflow(&id)).unwrap(), Some(row));
    let twice = workflow("w", "Other");
    let refused = store.write(move |tx| tx.insert_workflow(&twice)).wait();
    assert!(matches!(refused, Err(Error::Database(_))), "an id is taken once: {refused:?}");
}

#[test]
fn trash_keeps_for_thirty_days_and_then_purges_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let id = WorkflowId::new("w2");
    let content = Payload::of_json(&json!({ "big": "x".repeat(5_000) })).unwrap();
    let of_write = id.clone();
    store
        .write(move |tx| {
            let id = of_write;
            tx.add_changes("doc-w2", &[change(1, 10)])?;
            tx.set_blob("doc-w2", "undo/ada", b"journal")?;
            let version = VersionRow {
                id: VersionId::new("v"),
                workflow: id.clone(),
                kind: VersionKind::Named,
                title: "First".to_owned(),
                by: "Ada".to_owned(),
                at: Timestamp(5),
                heads: vec!["aa".to_owned()],
                nodes: 3,
                content_hash: "h".to_owned(),
                content: None,
            };
            tx.add_version(&version, Some(&content))?;
            let hook = WebhookRow {
                kind: WebhookKind::Production,
                method: "POST".to_owned(),
                path: "orders".to_owned(),
                workflow: id.clone(),
                node: NodeId::new("n"),
                expires: None,
                data: json!({}),
            };
            assert_eq!(tx.add_webhook(&hook)?, None);
            tx.trash_workflow(&id, Timestamp(0))
        })
        .wait()
        .unwrap();
    let row = store.read(|db| db.workflow(&id)).unwrap().unwrap();
    assert_eq!((row.deleted, row.live), (Some(Timestamp(0)), false));
    assert!(store.read(|db| db.webhooks()).unwrap().is_empty(), "trash does not listen");
    let content = store.read(|db| db.versions(&id)).unwrap()[0].content.clone().unwrap();
    assert_eq!(store.read(|db| db.json(&content)).unwrap()["big"].as_str().unwrap().len(), 5_000);

    let swept = store.sweep(Default::default(), Timestamp(30 * DAY - 1)).unwrap();
    assert_eq!(swept.workflows, 0, "a day too early");
    let swept = store.sweep(Default::default(), Timestamp(30 * DAY)).unwrap();
    assert_eq!(swept.workflows, 1);
    assert_eq!(store.read(|db| db.workflow(&id)).unwrap(), None);
    assert_eq!(store.read(|db| db.load_document("doc-w2")).unwrap(), None);
    assert_eq!(store.read(|db| db.blobs("doc-w2")).unwrap(), []);
    assert!(store.read(|db| db.json(&content)).is_err(), "nobody needs the version's content");
}

#[test]
fn a_workflow_comes_back_from_the_trash_and_stays_off() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let id = WorkflowId::new("w2");
    let both = id.clone();
    store
        .write(move |tx| {
            tx.trash_workflow(&both, Timestamp(0))?;
            tx.restore_workflow(&both)
        })
        .wait()
        .unwrap();
    let row = store.read(|db| db.workflow(&id)).unwrap().unwrap();
    assert_eq!((row.deleted, row.live), (None, false));
}

#[test]
fn what_is_shared_stays_until_its_last_user_goes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let payload = Payload::of_items(&(0..40).map(item).collect::<Vec<_>>()).unwrap();
    let at = payload.reference().clone();
    let owner = |name: &str| Owner::Version(VersionId::new(name));
    let (one, two) = (owner("one"), owner("two"));
    store
        .write(move |tx| {
            assert!(tx.put_payload(&one, &payload)? > 0);
            assert_eq!(tx.put_payload(&two, &payload)?, 0, "stored once");
            tx.release(&one)
        })
        .wait()
        .unwrap();
    assert_eq!(store.read(|db| db.all_items(&at)).unwrap().len(), 40);
    store.write(move |tx| tx.release(&owner("two"))).wait().unwrap();
    assert!(matches!(store.read(|db| db.all_items(&at)), Err(Error::Missing { .. })));
}

#[test]
fn a_workflow_is_found_by_the_id_it_had_where_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let mut row = workflow("w4", "From elsewhere");
    (row.imported, row.foreign_id) = (true, Some("theirs".to_owned()));
    store.write(move |tx| tx.insert_workflow(&row)).wait().unwrap();
    let found = |id: &str| {
        let rows = store.read(|db| db.workflows_from(id)).unwrap();
        rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("theirs"), ["w4"]);
    assert!(found("w4").is_empty() && found("").is_empty(), "no other");
    let unknown = || store.read(|db| db.workflows_from_unknown()).unwrap();
    assert!(unknown().is_empty(), "those of this folder came from nowhere");
    let id = WorkflowId::new("w4");
    let set = |to: Option<&'static str>| {
        let id = id.clone();
        store.write(move |tx| tx.set_foreign_id(&id, to)).wait().unwrap();
    };
    set(None);
    assert_eq!((found("theirs"), unknown()), (vec![], vec![id.clone()]));
    set(Some("another"));
    assert_eq!((found("another"), unknown()), (vec!["w4".to_owned()], vec![]));
    store.write(move |tx| tx.trash_workflow(&id, Timestamp(9))).wait().unwrap();
    assert!(found("another").is_empty(), "not from the trash");
}
