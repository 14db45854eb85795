//! Every edit on one document: what it says afterwards, and what it refuses.

use reporunner_collab::{Document, Error};
use reporunner_model::{
    AuthorId, Catalog, Edit, Item, NodeFlags, NodeId, Note, NoteId, OnError, Point, TextPath,
    Timestamp, TypeName, Workflow, limits,
};
use serde_json::json;

use crate::fixture::{
    Person, batch, connect, created, move_to, node, object, remove, rename, set, wire, workflow,
};

#[test]
fn a_new_document_says_what_it_was_made_from() {
    let workflow = workflow();
    let document = created(&workflow);
    assert_eq!(document.workflow(), &workflow);
    assert_eq!(document.workflow_at(&document.heads()).expect("its heads"), workflow);
    assert_eq!(document.id().as_str(), "w1");
}

#[test]
fn a_broken_workflow_is_shown_as_it_will_be_after_a_reload() {
    let mut workflow = workflow();
    workflow.edges.insert(wire("a", "nobody"), Default::default());
    workflow.pins.insert(NodeId::new("nobody"), Vec::new());
    workflow.tags.extend(["".to_owned(), "$tag".to_owned()]);
    for node in workflow.nodes.values_mut() {
        node.name = "Same".to_owned();
        node.note = Some(String::new());
        node.params.insert(String::new(), json!({ "": [] }));
        node.creds.insert(String::new(), String::new());
    }
    let document = created(&workflow);
    let read = document.workflow_at(&document.heads()).expect("its heads");
    assert_eq!(document.workflow(), &read);
    assert_eq!((read.edges.len(), read.pins.len()), (2, 0));
}

/// What the document says about `url`-like parameters after one edit, checked by `Person::edit`
/// against the model's own way of applying it.
#[track_caller]
fn check(edits: impl IntoIterator<Item = Edit>) -> Workflow {
    let mut person = Person::new("one", &created(&workflow()));
    let mut expected = workflow();
    let edits: Vec<Edit> = edits.into_iter().collect();
    for edit in &edits {
        edit.apply(&mut expected).expect("the edit fits");
    }
    person.edit(edits);
    assert_eq!(person.document.workflow(), &expected);
    let again = Person::new("two", &person.document);
    assert_eq!(again.document.workflow(), &expected, "it is the same after a reload");
    expected
}

#[test]
fn parameters_change_as_the_model_says() {
    for (path, value) in [
        ("url", json!("http://y")),
        ("url", json!(null)),
        ("url", json!(1.5)),
        ("url", json!(1)),
        ("url", json!(18_446_744_073_709_551_615_u64)),
        ("url", json!(["a", { "b": null }])),
        ("url", json!({ "mode": "list", "value": "x" })),
        ("url.mode", json!("deep")),
        ("code", json!("return 2")),
        ("code", json!(["no text"])),
        ("code", json!(null)),
        ("options", json!({})),
        ("options", json!("={{ $json.options }}")),
        ("options.timeout", json!(5)),
        ("options.body", json!("long")),
        ("options.other.deep", json!(true)),
        ("headers.parameters.#h2.value", json!("22")),
        ("headers.parameters.#h2", json!({ "id": "h2", "value": "only" })),
        ("headers.parameters.#h9", json!({ "name": "new" })),
        ("headers.parameters.#h9.name", json!("new")),
        ("headers.parameters", json!([])),
        ("headers.parameters", json!([{ "name": "without id" }])),
        ("headers.parameters", json!([{ "id": "h3" }, { "id": "h1" }, { "id": "h4" }])),
        ("headers", json!(null)),
        ("rules", json!({ "combinator": "and", "conditions": [{ "id": "c", "leftValue": 1 }] })),
        ("rules.conditions.#c.leftValue", json!("={{ 1 }}")),
        ("fields.assignments.#x.name", json!("n")),
        ("data", json!([1, [2, [3]]])),
        ("data.x", json!(1)),
        ("unknown", json!({ "z": 1, "a": [] })),
        ("unknown.z.y", json!(1)),
        ("$strange", json!("$odd")),
        ("$keys", json!("x")),
        ("$is:url", json!("x")),
        ("", json!({ "url": "only this" })),
    ] {
        check([set("a", path, value)]);
    }
    for path in
        ["url", "code", "options", "headers", "headers.parameters.#h2", "nothing", "options.x", ""]
    {
        check([set("a", path, None)]);
    }
}

#[test]
fn a_parameter_can_change_its_kind_and_back() {
    check([
        set("a", "options.timeout", json!(5)),
        set("a", "options", None),
        set("a", "options.body", json!("fresh")),
        set("a", "options", json!("={{ 1 }}")),
        set("a", "options.timeout", json!(1)),
        set("a", "headers.parameters", json!("={{ 1 }}")),
        set("a", "headers.parameters.#q", json!({ "name": "q" })),
        set("a", "code", json!(7)),
        set("a", "code", json!("text again")),
        set("a", "code", None),
        set("a", "code", json!("and again")),
    ]);
}

#[test]
fn records_move_and_keep_their_places() {
    let order = |from: &str, before: Option<&str>| Edit::MoveRecord {
        id: NodeId::new("a"),
        path: vec!["headers".to_owned(), "parameters".to_owned()],
        record: from.to_owned(),
        before: before.map(str::to_owned),
    };
    check([order("h3", Some("h1"))]);
    check([
        order("h1", None),
        order("h2", Some("h3")),
        set("a", "headers.parameters.#h0", json!({})),
    ]);
}

#[test]
fn the_order_of_keys_survives() {
    let mut workflow = workflow();
    let keys = ["zeta", "url", "alpha", "code", "data"];
    let params = json!({
        "zeta": { "y": 1, "b": 2 }, "url": "", "alpha": 1, "code": "", "data": { "z": 1, "a": 2 }
    });
    let a = NodeId::new("a");
    workflow.nodes.get_mut(&a).expect("a").params = object(params);
    let mut person = Person::new("one", &created(&workflow));
    let order = |person: &Person| -> Vec<String> {
        let read = person.document.workflow_at(&person.document.heads()).expect("its heads");
        read.nodes[&a].params.keys().cloned().collect()
    };
    assert_eq!(order(&person), keys);
    person.edit([set("a", "beta", json!(1))]);
    assert_eq!(order(&person), ["zeta", "url", "alpha", "code", "data", "beta"]);
    let text = person.document.workflow().nodes[&a].params["data"].to_string();
    assert_eq!(text, r#"{"z":1,"a":2}"#);
}

#[test]
fn everything_else_changes_as_the_model_says() {
    let flags = NodeFlags {
        on_error: OnError::ContinueErrorOutput,
        retry_on_fail: true,
        max_tries: Some(4),
        ..NodeFlags::default()
    };
    let id = || NodeId::new("a");
    let items = vec![Item::from_json(object(json!({ "b": 1, "a": [2] })))];
    check([
        Edit::SetName { name: "New name".to_owned() },
        Edit::SetDescription { text: "What it does".to_owned() },
        Edit::SetSetting { key: "timezone".to_owned(), value: Some(json!("UTC")) },
        Edit::SetSetting { key: "saveSuccess".to_owned(), value: None },
        Edit::SetTag { tag: "blue".to_owned(), on: true },
        Edit::SetTag { tag: "$red".to_owned(), on: true },
        Edit::SetTag { tag: "blue".to_owned(), on: false },
        Edit::MoveNode { id: id(), to: Point::new(-1.25, 1e9) },
        rename("a", "Other"),
        Edit::SetOn { id: id(), on: false },
        Edit::SetNodeNote { id: id(), note: Some("remember".to_owned()) },
        Edit::SetFlags { id: id(), flags },
        Edit::SetVersion { id: id(), v: "3.4".to_owned() },
        Edit::SetCredential { id: id(), kind: "api".to_owned(), name: Some("mine".to_owned()) },
        Edit::SetCredential { id: id(), kind: "old".to_owned(), name: None },
        Edit::SetParent { id: id(), parent: Some(NodeId::new("b")) },
        Edit::SetPin { id: id(), items: Some(items) },
        connect("c", "a"),
        Edit::Disconnect { key: wire("a", "b") },
        Edit::AddNote { id: NoteId::new("m"), note: Note { color: 2, ..Note::default() } },
        Edit::SetNote {
            id: NoteId::new("n"),
            text: Some("bye".to_owned()),
            color: Some(5),
            position: Some(Point::new(1.0, 2.0)),
            size: None,
        },
        Edit::RemoveNote { id: NoteId::new("m") },
    ]);
}

#[test]
fn text_is_spliced_in_utf16_units() {
    let splice = |text: TextPath, at, remove, insert: &str| Edit::SpliceText {
        text,
        at,
        remove,
        insert: insert.to_owned(),
    };
    let param = |path: &str| TextPath::Param {
        id: NodeId::new("a"),
        path: path.split('.').map(str::to_owned).collect(),
    };
    let end = check([
        set("a", "code", json!("a😀b")),
        splice(param("code"), 3, 1, "ü"),
        splice(param("url"), 0, 4, "ftp"),
        splice(param("headers.parameters.#h1.value"), 1, 0, "0"),
        set("a", "options.body", json!("x")),
        splice(param("options.body"), 1, 0, "y"),
        splice(TextPath::Description, 0, 0, "about"),
        splice(TextPath::Note { id: NoteId::new("n") }, 0, 1, "J"),
        splice(TextPath::NodeNote { id: NodeId::new("a") }, 0, 0, "note"),
        splice(param("fresh"), 0, 0, "new"),
    ]);
    assert_eq!(end.nodes[&NodeId::new("a")].params["code"], json!("a😀ü"));
}

#[test]
fn a_removed_node_comes_back_with_its_wires_and_pin() {
    let mut person = Person::new("one", &created(&workflow()));
    let items = Some(vec![Item::from_json(object(json!({ "a": 1 })))]);
    person.edit([Edit::SetPin { id: NodeId::new("b"), items }]);
    let before = person.document.workflow().clone();
    person.edit([remove("b")]);
    assert_eq!(person.document.workflow().edges.len(), 0);
    person.edit([Edit::RestoreNode { id: NodeId::new("b") }]);
    assert_eq!(person.document.workflow(), &before);
}

#[test]
fn a_removed_node_that_is_added_anew_is_as_given() {
    let mut person = Person::new("one", &created(&workflow()));
    person.edit([remove("b")]);
    let mut fresh = node("b");
    fresh.params = object(json!({ "url": "new", "options": { "timeout": 1 } }));
    fresh.creds.insert("api".to_owned(), "key".to_owned());
    person.edit([Edit::AddNode { node: Box::new(fresh.clone()) }]);
    let workflow = person.document.workflow();
    assert_eq!(workflow.nodes[&fresh.id], fresh);
    assert!(workflow.edges.is_empty(), "its old wires do not come back");
}

#[test]
fn nodes_of_unknown_types_keep_everything() {
    let mut foreign = node("x");
    foreign.node_type = TypeName::new("n8n-nodes-base.unheardOf");
    foreign.params = object(json!({ "deep": { "list": [{ "id": 1 }, null], "e": {} }, "n": null }));
    foreign.orig = Some("{\"webhookId\":\"w\"}".to_owned());
    check([
        Edit::AddNode { node: Box::new(foreign) },
        set("x", "deep.list.0", json!("changed")),
        set("x", "deep.e.f", json!(1)),
    ]);
}

#[test]
fn equal_names_are_told_apart_in_the_order_of_ids() {
    let mut person = Person::new("one", &created(&workflow()));
    person.edit([rename("c", "Same"), rename("a", "Same"), rename("b", "Same1")]);
    let names = |person: &Person| -> Vec<String> {
        person.document.workflow().nodes.values().map(|node| node.name.clone()).collect()
    };
    assert_eq!(names(&person), ["Same", "Same1", "Same2"]);
    person.edit([rename("a", "Free")]);
    assert_eq!(names(&person), ["Free", "Same1", "Same"], "what was written comes back");
}

#[test]
fn a_batch_applies_whole_or_not_at_all() {
    let mut person = Person::new("one", &created(&workflow()));
    let (before, heads) = (person.document.workflow().clone(), person.document.heads());
    for bad in [remove("nobody"), set("nobody", "x", json!(1)), connect("a", "nobody")] {
        let all = [
            rename("a", "Changed"),
            remove("b"),
            Edit::AddNode { node: Box::new(node("d")) },
            Edit::SetName { name: "Changed".to_owned() },
            Edit::RemoveNote { id: NoteId::new("n") },
            bad,
        ];
        assert!(matches!(person.try_edit(all), Err(Error::Edit(_))));
        assert_eq!(person.document.workflow(), &before);
        assert_eq!(person.document.heads(), heads);
        let read = person.document.workflow_at(&heads).expect("its heads");
        assert_eq!(read, before, "the document itself is as it was");
    }
}

#[test]
fn an_edit_that_changes_nothing_makes_no_change() {
    let mut person = Person::new("one", &created(&workflow()));
    let applied = person.edit([set("a", "url", json!("http://x")), move_to("a", 0.0, 0.5)]);
    assert_eq!(applied.changes, []);
    assert_eq!(applied.before, applied.after);
}

#[test]
fn what_no_document_can_hold_is_refused() {
    let mut person = Person::new("one", &created(&workflow()));
    let deep = (0..limits::JSON_DEPTH).fold(json!(1), |inner, _| json!([inner]));
    assert!(matches!(person.try_edit([set("a", "data", deep)]), Err(Error::TooDeep(_))));
    let nowhere = person.try_edit([move_to("a", f64::NAN, 0.0)]);
    assert!(matches!(nowhere, Err(Error::BadValue(_))));
    let nameless = Edit::AddNode { node: Box::new(node("")) };
    assert!(matches!(person.try_edit([nameless]), Err(Error::BadValue(_))));
    let text = "x".repeat(limits::PIN_DOCUMENT_BYTES);
    let items = Some(vec![Item::from_json(object(json!({ "text": text })))]);
    let pin = Edit::SetPin { id: NodeId::new("a"), items };
    assert!(matches!(person.try_edit([pin]), Err(Error::PinTooLarge { .. })));
}

#[test]
fn a_document_holds_no_more_nodes_than_the_limit() {
    let mut many = Workflow::default();
    for index in 0..limits::NODES {
        let id = NodeId::new(format!("n{index}"));
        let name = id.to_string();
        let node = reporunner_model::Node { id: id.clone(), name, ..Default::default() };
        many.nodes.insert(id, node);
    }
    let author = AuthorId::new("one");
    let catalog = Catalog::default();
    let made = Document::create(&many, &catalog, &author, Timestamp(0));
    let mut document = made.expect("as many as the limit fit").0;
    let one_more = batch([Edit::AddNode { node: Box::new(node("more")) }]);
    let refused = document.apply(&one_more, &catalog, &author, Timestamp(0));
    assert!(matches!(refused, Err(Error::TooManyNodes)));
}

#[test]
fn every_change_says_who_made_it_and_what_it_did() {
    let document = created(&workflow());
    let parted = document.heads();
    let mut one = Person::new("one", &document);
    one.edit([rename("a", "X")]);
    let mut two = Person::new("two", &one.document);
    two.edit([rename("b", "Y")]);
    let since = one.document.heads();
    one.pull(&two.document, &since);
    let log = one.document.log_since(&parted).expect("known heads");
    let authors: Vec<_> =
        log.iter().map(|info| (info.author.clone(), info.label.as_str(), info.time)).collect();
    let expected = |name: &str| (Some(AuthorId::new(name)), "Edit", Timestamp(2_000));
    assert_eq!(authors, [expected("one"), expected("two")]);
    assert_eq!(one.document.count_since(&parted).expect("known heads"), 2);
}
