//! A person at the editor whose process is killed: knows what was answered, and what was asked
//! besides and may have happened.

use std::collections::BTreeMap;

use reporunner_model::{
    Edge, Edit, EditBatch, EditId, Node, NodeId, Note, NoteId, Point, TextPath, TypeName, Workflow,
    WorkflowId,
};
use reporunner_protocol::{
    CreateWorkflow, EditOutcome, EditWorkflow, ListWorkflows, OpenWorkflow, OpenedWorkflow,
    RedoEdit, Request, UndoEdit, WorkflowFilter, WorkflowSummary,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::process::Serve;
use crate::random::Random;

/// Nodes beyond this are removed rather than added.
const NODES: usize = 30;
/// Edits that are sent before the first answer is read, where there are many.
const AT_ONCE: usize = 50;

/// Asks with the types of the protocol.
#[track_caller]
pub(crate) fn ask<R: DeserializeOwned>(serve: &mut Serve, command: impl Into<Request>) -> R {
    let reply = serve.ask(json!(command.into()));
    serde_json::from_value(reply).expect("the reply is of its type")
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
enum Asked {
    Edit(Edit),
    /// After it the workflow is this.
    Undo(Workflow),
    /// After it the workflow is this.
    Redo(Workflow),
}

pub(crate) struct Editor {
    id: WorkflowId,
    /// What the answers so far amount to.
    known: Workflow,
    revision: u64,
    /// What an undo would make of it, where that is certain.
    undoable: Option<Workflow>,
    /// What a redo would make of it, where that is certain.
    redoable: Option<Workflow>,
    /// What was asked when the process was killed, and was not answered.
    open: Vec<(Value, Asked)>,
    /// Edits of the last step that were answered.
    done: Vec<Value>,
    /// What the workflow was before that, and all that was asked.
    last: Option<(Workflow, Vec<Asked>)>,
    made: u64,
    pub(crate) answered: usize,
}

impl Editor {
    pub(crate) fn new(serve: &mut Serve) -> Self {
        let id: WorkflowId = ask(serve, CreateWorkflow { name: "Edited".to_owned() });
        let opened: OpenedWorkflow = ask(serve, OpenWorkflow { id: id.clone() });
        Self {
            id,
            known: opened.workflow,
            revision: opened.revision,
            undoable: None,
            redoable: None,
            open: Vec::new(),
            done: Vec::new(),
            last: None,
            made: 0,
            answered: 0,
        }
    }

    pub(crate) fn known(&self) -> &Workflow {
        &self.known
    }

    /// Edits for a while, then kills the process with something under way.
    pub(crate) fn edit_until_killed(&mut self, serve: &mut Serve, random: &mut Random) {
        for _ in 0..random.below(4) {
            let step = self.step(random);
            let before = self.known.clone();
            let count = step.len();
            self.ask(serve, step.clone(), count, None);
            self.remember(before, &step);
        }
        let step = self.step(random);
        let answers = random.below(step.len() + 1);
        self.last = Some((self.known.clone(), step.clone()));
        self.ask(serve, step, answers, Some(random));
    }

    /// Makes so many edits, many at once, and waits for every answer.
    pub(crate) fn edit_much(&mut self, serve: &mut Serve, count: usize) {
        for _ in 0..count / AT_ONCE {
            let step = (0..AT_ONCE).map(|place| Asked::Edit(self.write(place))).collect();
            self.ask(serve, step, AT_ONCE, None);
        }
        (self.undoable, self.redoable) = (None, None);
    }

    /// Sends all of `step` at once, waits for some of the answers, kills where `kill` is given,
    /// and takes what answers there are.
    #[track_caller]
    fn ask(
        &mut self,
        serve: &mut Serve,
        step: Vec<Asked>,
        answers: usize,
        kill: Option<&mut Random>,
    ) {
        let mut asked: BTreeMap<u64, (Value, Asked)> = BTreeMap::new();
        for one in step {
            let request = self.request(&one);
            let id = serve.send(request.clone()).expect("it takes questions");
            asked.insert(id, (request, one));
        }
        let mut outcomes: Vec<EditOutcome> = Vec::new();
        let mut done = Vec::new();
        let mut take = |asked: &mut BTreeMap<u64, (Value, Asked)>,
                        (id, outcome): (u64, Result<Value, Value>)| {
            let (request, _) = asked.remove(&id).expect("it was asked once");
            done.push(request);
            let outcome = outcome.expect("the edit fits");
            outcomes.push(serde_json::from_value(outcome).expect("an outcome"));
        };
        for _ in 0..answers {
            take(&mut asked, serve.receive().expect("an answer"));
        }
        if let Some(random) = kill {
            random.dawdle();
            serve.kill();
            while let Some(answer) = serve.receive() {
                take(&mut asked, answer);
            }
        }
        outcomes.sort_by_key(|outcome| outcome.change.revision);
        self.answered += outcomes.len();
        for EditOutcome { change, .. } in outcomes {
            self.revision += 1;
            for edit in &change.edits {
                edit.apply(&mut self.known).expect("what was made fits what is known");
            }
        }
        (self.open, self.done) = (asked.into_values().collect(), done);
    }

    /// Holds what the folder has against what was answered.
    #[track_caller]
    pub(crate) fn check(&mut self, serve: &mut Serve, case: usize) {
        let opened: OpenedWorkflow = ask(serve, OpenWorkflow { id: self.id.clone() });
        let more = opened.revision.checked_sub(self.revision);
        let more = more.unwrap_or_else(|| panic!("case {case}: answered edits are gone"));
        let mut found = 0;
        let open = std::mem::take(&mut self.open);
        let unanswered = open.len() as u64;
        // An answer may have been lost on its way, too.
        let mut again: Vec<_> = self.done.drain(..).map(|request| (request, true)).collect();
        for (request, asked) in open {
            match asked {
                Asked::Edit(edit) => {
                    let there = is_there(&edit, &opened.workflow);
                    if there {
                        edit.apply(&mut self.known).expect("it fits");
                        found += 1;
                    }
                    again.push((request, there));
                }
                Asked::Undo(then) | Asked::Redo(then) => {
                    if more == 1 {
                        self.known = then;
                        found += 1;
                    }
                    again.push((request, more == 1));
                }
            }
        }
        assert_eq!(found, more, "case {case}: number of edits made without an answer");
        assert_eq!(self.known, opened.workflow, "case {case}: the workflow after the kill");
        self.revision = opened.revision;
        if let Some((before, step)) = self.last.take() {
            match unanswered - found {
                // All of it happened: undo and redo go on from there.
                0 => self.remember(before, &step),
                // The one thing that was asked did not happen.
                1 if step.len() == 1 => {}
                _ => (self.undoable, self.redoable) = (None, None),
            }
        }
        self.ask_again(serve, again, case);
        let filter = WorkflowFilter::default();
        let list: Vec<WorkflowSummary> = ask(serve, ListWorkflows { filter });
        assert_eq!(list[0].name, self.known.name, "case {case}: the list and the document");
        assert_eq!(list[0].nodes, self.known.nodes.len(), "case {case}: the list's count");
    }

    /// Sends edits again, as a client does that had no answer: what was made is not made twice.
    #[track_caller]
    fn ask_again(&mut self, serve: &mut Serve, asked: Vec<(Value, bool)>, case: usize) {
        for (request, there) in asked {
            let outcome = serve.ask(request);
            let outcome: EditOutcome = serde_json::from_value(outcome).expect("an outcome");
            let EditOutcome { change, repeated } = outcome;
            assert_eq!(repeated, there, "case {case}: whether it was there already");
            let next = self.revision + u64::from(!there);
            assert_eq!(change.revision, next, "case {case}: an edit that is sent again");
            for edit in &change.edits {
                edit.apply(&mut self.known).expect("what was made fits what is known");
            }
            self.revision = next;
            if !there {
                (self.undoable, self.redoable) = (None, None);
            }
        }
    }

    /// What undo and redo will do, after a step that was answered.
    #[track_caller]
    fn remember(&mut self, before: Workflow, step: &[Asked]) {
        (self.undoable, self.redoable) = match step {
            [Asked::Undo(then)] => {
                assert_eq!(self.known, *then, "undo gives what was there before");
                (None, Some(before))
            }
            [Asked::Redo(then)] => {
                assert_eq!(self.known, *then, "redo gives what was undone");
                (Some(before), None)
            }
            [Asked::Edit(_)] => (Some(before), None),
            _ => (None, None),
        };
    }

    fn request(&mut self, asked: &Asked) -> Value {
        let id = self.id.clone();
        self.made += 1;
        let fresh = EditId::new(format!("e{}", self.made));
        json!(match asked {
            Asked::Undo(_) => Request::from(UndoEdit { id, edit: fresh }),
            Asked::Redo(_) => Request::from(RedoEdit { id, edit: fresh }),
            Asked::Edit(edit) => {
                let batch = EditBatch {
                    id: fresh,
                    label: "Edit".to_owned(),
                    edits: vec![edit.clone()],
                    author: None,
                };
                Request::from(EditWorkflow { id, batch })
            }
        })
    }

    /// What to ask next: undo, redo, or edits that each concern something else.
    fn step(&mut self, random: &mut Random) -> Vec<Asked> {
        match (random.below(4), &self.undoable, &self.redoable) {
            (0, Some(then), _) => return vec![Asked::Undo(then.clone())],
            (0 | 1, None, Some(then)) => return vec![Asked::Redo(then.clone())],
            _ => {}
        }
        let mut free: Vec<NodeId> = self.known.nodes.keys().cloned().collect();
        let count = if random.below(3) == 0 { 1 } else { 2 + random.below(5) };
        let mut edits = Vec::new();
        let mut whole = true;
        for _ in 0..count {
            self.made += 1;
            let taken = |free: &mut Vec<NodeId>, random: &mut Random| {
                (!free.is_empty()).then(|| free.swap_remove(random.below(free.len())))
            };
            let kind = random.below(10);
            let edit = match (kind, taken(&mut free, random)) {
                (0..=2, _) | (_, None) if self.known.nodes.len() < NODES => self.new_node(),
                (0, Some(id)) => Edit::RemoveNode { id },
                (1 | 3, Some(id)) => Edit::MoveNode { id, to: self.place() },
                (2 | 4, Some(id)) => Edit::RenameNode { id, name: format!("Step {}", self.made) },
                (5, Some(id)) => set(id, &["url"], json!(format!("https://e.org/{}", self.made))),
                (6, Some(id)) => set(id, &["options", "timeout"], json!(self.made)),
                (7, Some(id)) => Edit::SetNodeNote { id, note: Some(format!("See {}", self.made)) },
                (8, Some(from)) => match taken(&mut free, random) {
                    Some(to) => self.wire(from, to),
                    None => Edit::RemoveNode { id: from },
                },
                _ if std::mem::take(&mut whole) => self.of_the_whole(random),
                _ => self.new_note(),
            };
            edits.push(Asked::Edit(edit));
        }
        edits
    }

    fn place(&self) -> Point {
        Point::new(self.made as f64, -0.5 * self.made as f64)
    }

    fn new_node(&self) -> Edit {
        let id = NodeId::new(format!("n{}", self.made));
        let name = format!("Node {}", self.made);
        let mut node = Node::new(id, TypeName::new("httpRequest"), "4.2", name);
        node.position = self.place();
        node.params.insert("method".to_owned(), json!("POST"));
        Edit::AddNode { node: Box::new(node) }
    }

    fn new_note(&self) -> Edit {
        let text = format!("Note {}", self.made);
        let note = Note { text, color: 1, position: self.place(), ..Note::default() };
        Edit::AddNote { id: NoteId::new(format!("m{}", self.made)), note }
    }

    /// Writes into one of the notes that are there for that.
    fn write(&mut self, place: usize) -> Edit {
        self.made += 1;
        let (id, text) = (NoteId::new(format!("w{place}")), format!("Line {}", self.made));
        if self.known.notes.contains_key(&id) {
            return Edit::SetNote { id, text: Some(text), color: None, position: None, size: None };
        }
        Edit::AddNote { id, note: Note { text, color: 2, ..Note::default() } }
    }

    fn wire(&self, from: NodeId, to: NodeId) -> Edit {
        let key = reporunner_model::EdgeKey::main(from, 0, to, 0);
        if self.known.edges.contains_key(&key) {
            return Edit::Disconnect { key };
        }
        Edit::Connect { key, edge: Edge { order: format!("a{}", self.made) } }
    }

    fn of_the_whole(&self, random: &mut Random) -> Edit {
        match (random.below(4), self.known.notes.keys().next()) {
            (3, _) => Edit::SpliceText {
                text: TextPath::Description,
                at: 0,
                remove: 0,
                insert: format!("[{}]", self.made),
            },
            (0, _) => Edit::SetName { name: format!("Edited {}", self.made) },
            (1, Some(id)) if (10..AT_ONCE).contains(&self.known.notes.len()) => {
                Edit::RemoveNote { id: id.clone() }
            }
            (1, Some(id)) => Edit::SetNote {
                id: id.clone(),
                text: Some(format!("Said {}", self.made)),
                color: None,
                position: None,
                size: None,
            },
            _ => {
                let tag = format!("tag{}", self.made % 5);
                let on = !self.known.tags.contains(&tag);
                Edit::SetTag { tag, on }
            }
        }
    }
}

/// Whether an edit was made.
fn is_there(edit: &Edit, workflow: &Workflow) -> bool {
    if let Edit::SpliceText { insert, .. } = edit {
        return workflow.description.contains(insert);
    }
    // Any other edit that was made changes nothing when it is made again.
    let mut twice = workflow.clone();
    edit.apply(&mut twice).is_err() || twice == *workflow
}

fn set(id: NodeId, path: &[&str], value: Value) -> Edit {
    let path = path.iter().map(|step| (*step).to_owned()).collect();
    Edit::SetParam { id, path, value: Some(value) }
}
