//! A small catalog, a small workflow, and two people who edit it.

use reporunner_collab::{Applied, Change, Document, Error, Heads, History, Undone};
use reporunner_model::{
    AuthorId, Catalog, Edge, EdgeKey, Edit, EditBatch, EditId, Language, Node, NodeDescription,
    NodeId, Note, NoteId, Point, PortRule, Property, PropertyKind, Size, Timestamp, TypeName,
    Workflow, WorkflowId,
};
use serde_json::{Map, Value, json};

/// A catalog with one type that has a property of every kind that matters to the document.
pub(crate) fn catalog() -> Catalog {
    let code = PropertyKind::Code { language: Language::JavaScript };
    let timeout = Property::number("timeout", "Timeout", 0.0);
    let inner = Property::new("body", "Body", PropertyKind::LongText);
    let properties = vec![
        Property::text("url", "URL"),
        Property::number("size", "Size", 0.0),
        Property::new("code", "Code", code),
        Property::collection("options", "Options", "Add", vec![timeout, inner]),
        Property::records(
            "headers",
            "Headers",
            "parameters",
            "Add",
            vec![Property::text("name", "Name"), Property::text("value", "Value")],
        ),
        Property::new("rules", "Rules", PropertyKind::Conditions),
        Property::new("fields", "Fields", PropertyKind::Assignments),
        Property::new("data", "Data", PropertyKind::Json),
    ];
    // As JSON, so that a field that the description gains with a default is no matter here.
    let mut description = json!({
        "name": "step", "label": "Step", "summary": "", "help": "", "group": "data",
        "aliases": [], "appearance": { "icon": "circle", "hue": 0 }, "versions": ["1"],
        "inputs": PortRule::one(), "outputs": PortRule::one(), "subtitles": [],
        "effect": "pure", "example": {},
    });
    description["properties"] = serde_json::to_value(properties).expect("plain data");
    let description: NodeDescription = serde_json::from_value(description).expect("a description");
    Catalog::new([description])
}

/// Three nodes in a row, `a`, `b`, `c`, and a note `n`.
pub(crate) fn workflow() -> Workflow {
    let mut workflow = Workflow::new(WorkflowId::new("w1"), "Flow", "Europe/Berlin");
    for (index, id) in ["a", "b", "c"].into_iter().enumerate() {
        let mut node = node(id);
        node.position = Point::new(index as f64 * 300.0, 0.5);
        workflow.nodes.insert(node.id.clone(), node);
    }
    for (from, to) in [("a", "b"), ("b", "c")] {
        workflow.edges.insert(wire(from, to), Edge { order: "V".to_owned() });
    }
    let note = Note {
        text: "hello".to_owned(),
        color: 3,
        size: Size { w: 200.0, h: 80.0 },
        ..Note::default()
    };
    workflow.notes.insert(NoteId::new("n"), note);
    workflow
}

pub(crate) fn node(id: &str) -> Node {
    let name = format!("Node {id}");
    let mut node = Node::new(NodeId::new(id), TypeName::new("step"), "1", name);
    node.params = object(json!({
        "url": "http://x",
        "code": "return 1",
        "headers": { "parameters": [
            { "id": "h1", "name": "A", "value": "1" },
            { "id": "h2", "name": "B", "value": "2" },
            { "id": "h3", "name": "C", "value": "3" },
        ] },
    }));
    node
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("the test gives an object")
}

pub(crate) fn wire(from: &str, to: &str) -> EdgeKey {
    EdgeKey::main(NodeId::new(from), 0, NodeId::new(to), 0)
}

pub(crate) fn set(id: &str, path: &str, value: impl Into<Option<Value>>) -> Edit {
    let path = path.split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect();
    Edit::SetParam { id: NodeId::new(id), path, value: value.into() }
}

pub(crate) fn rename(id: &str, name: &str) -> Edit {
    Edit::RenameNode { id: NodeId::new(id), name: name.to_owned() }
}

pub(crate) fn remove(id: &str) -> Edit {
    Edit::RemoveNode { id: NodeId::new(id) }
}

pub(crate) fn move_to(id: &str, x: f64, y: f64) -> Edit {
    Edit::MoveNode { id: NodeId::new(id), to: Point::new(x, y) }
}

pub(crate) fn connect(from: &str, to: &str) -> Edit {
    Edit::Connect { key: wire(from, to), edge: Edge::default() }
}

pub(crate) fn batch(edits: impl IntoIterator<Item = Edit>) -> EditBatch {
    EditBatch {
        id: EditId::new("e"),
        label: "Edit".to_owned(),
        edits: edits.into_iter().collect(),
        author: None,
    }
}

pub(crate) fn created(workflow: &Workflow) -> Document {
    let made = Document::create(workflow, &catalog(), &AuthorId::new("maker"), Timestamp(1_000));
    made.expect("the workflow fits into a document").0
}

/// One person with a copy of the document and an undo of their own.
pub(crate) struct Person {
    pub(crate) name: AuthorId,
    pub(crate) document: Document,
    pub(crate) history: History,
    catalog: Catalog,
}

impl Person {
    pub(crate) fn new(name: &str, document: &Document) -> Self {
        let loaded = Document::load(Some(&document.save()), []).expect("the document loads");
        assert_eq!(loaded.set_aside, [], "nothing of a saved document is set aside");
        Self {
            name: AuthorId::new(name),
            document: loaded.document,
            history: History::default(),
            catalog: catalog(),
        }
    }

    pub(crate) fn try_edit(
        &mut self,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Result<Applied, Error> {
        let batch = batch(edits);
        let shown = self.document.workflow().clone();
        let applied = self.document.apply(&batch, &self.catalog, &self.name, Timestamp(2_000))?;
        self.history.record(&self.name, &batch.label, &applied);
        self.check_report(shown, &applied.edits);
        Ok(applied)
    }

    #[track_caller]
    pub(crate) fn edit(&mut self, edits: impl IntoIterator<Item = Edit>) -> Applied {
        self.try_edit(edits).expect("the edits fit")
    }

    #[track_caller]
    pub(crate) fn undo(&mut self) -> Option<Undone> {
        let shown = self.document.workflow().clone();
        let undone =
            self.history.undo(&mut self.document, &self.catalog, &self.name, Timestamp(3_000));
        let undone = undone.expect("an undo never fails");
        if let Some(undone) = &undone {
            self.check_report(shown, &undone.applied.edits);
        }
        undone
    }

    #[track_caller]
    pub(crate) fn redo(&mut self) -> Option<Undone> {
        let shown = self.document.workflow().clone();
        let redone =
            self.history.redo(&mut self.document, &self.catalog, &self.name, Timestamp(4_000));
        let redone = redone.expect("a redo never fails");
        if let Some(redone) = &redone {
            self.check_report(shown, &redone.applied.edits);
        }
        redone
    }

    /// Takes what the other has and this one lacks.
    #[track_caller]
    pub(crate) fn pull(&mut self, other: &Document, since: &Heads) {
        let changes = other.changes_since(since).expect("both know where they parted");
        self.take(&changes);
    }

    #[track_caller]
    pub(crate) fn take(&mut self, changes: &[Change]) {
        let shown = self.document.workflow().clone();
        let rows: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        let merged = self.document.merge_changes(&rows).expect("good changes merge");
        assert_eq!(merged.set_aside, [], "good changes are not set aside");
        self.check_report(shown, &merged.edits);
    }

    /// Whoever holds the workflow as it was and applies the report holds it as it is; and what is
    /// shown is what the document says when it is read anew.
    #[track_caller]
    fn check_report(&self, mut shown: Workflow, edits: &[Edit]) {
        for edit in edits {
            edit.apply(&mut shown).unwrap_or_else(|error| panic!("{error}: {edit:?}"));
        }
        assert_eq!(&shown, self.document.workflow(), "the report tells all: {edits:#?}");
        let read = self.document.workflow_at(&self.document.heads()).expect("its own heads");
        assert_eq!(&read, self.document.workflow(), "what is shown is what is written");
    }
}

/// Two people edit copies of the same document apart and then exchange their changes, each in
/// their own order; both must show the same, which is returned.
#[track_caller]
pub(crate) fn apart(
    start: &Workflow,
    ours: impl IntoIterator<Item = Edit>,
    theirs: impl IntoIterator<Item = Edit>,
) -> Workflow {
    let document = created(start);
    let parted = document.heads();
    let (mut one, mut two) = (Person::new("one", &document), Person::new("two", &document));
    one.edit(ours);
    two.edit(theirs);
    meet(&mut one, &mut two, &parted);
    one.document.workflow().clone()
}

/// Both take what the other has since they parted.
#[track_caller]
pub(crate) fn meet(one: &mut Person, two: &mut Person, parted: &Heads) {
    let before = one.document.clone();
    one.pull(&two.document, parted);
    two.pull(&before, parted);
    assert_eq!(one.document.heads(), two.document.heads(), "both have the same changes");
    assert_eq!(one.document.workflow(), two.document.workflow(), "same changes, same workflow");
}
