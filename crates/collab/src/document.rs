//! A workflow as a document: edits in, edits and change rows out.
//!
//! All that crosses this boundary is plain data and bytes, so that another process can stand
//! behind it. Nothing here stores a change or talks to a peer, and nothing draws a time or an id.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Author, Automerge, ChangeHash, PatchLog, ROOT, ReadDoc};
use reporunner_model::{
    AuthorId, Catalog, Edit, EditBatch, EditId, Timestamp, Workflow, WorkflowId, diff, limits,
};

use crate::birth::{Birth, SCHEMA};
use crate::read::Reader;
use crate::shape::Shapes;
use crate::view::{Touched, View};
use crate::write::{self, Writer};
use crate::{Change, ChangeId, ChangeInfo, Error, Heads};

mod past;
mod reverse;

/// A workflow document in memory.
#[derive(Debug, Clone)]
pub struct Document {
    doc: Automerge,
    view: View,
}

/// What a batch of edits, an undo or a restore did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What changed, for those who hold the workflow as it was: the edits as they came, and what
    /// followed from them.
    pub edits: Vec<Edit>,
    /// The changes to keep and to send; none where nothing changed.
    pub changes: Vec<Change>,
    /// The state before.
    pub before: Heads,
    /// The state after.
    pub after: Heads,
}

/// What came of changes that others made.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// What changed, for those who hold the workflow as it was.
    pub edits: Vec<Edit>,
    /// The state after.
    pub after: Heads,
    /// Changes that could not be taken.
    pub set_aside: Vec<SetAside>,
}

/// A document that was read, and what of it could not be.
#[derive(Debug)]
pub struct Loaded {
    /// The document.
    pub document: Document,
    /// Changes that could not be taken.
    pub set_aside: Vec<SetAside>,
}

/// A change that could not be taken. Keep its bytes: a later version may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Its place among the changes that were given.
    pub index: usize,
    /// Why.
    pub reason: String,
}

impl Document {
    /// A new document that says `workflow`, and the change that made it.
    pub fn create(
        workflow: &Workflow,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<(Self, Change), Error> {
        check(workflow)?;
        let mut doc = Automerge::new();
        set_author(&mut doc, author);
        let birth = Birth { encoding: doc.text_encoding() };
        let root = birth.root(workflow, &mut Shapes::new(catalog));
        let mut tx = doc.transaction();
        tx.init_root_from_hydrate(&root)?;
        tx.commit_with(options("Create", time));
        let heads = doc.get_heads();
        let document = Self { view: View::of(workflow), doc };
        let change = document.change(heads.first()).ok_or(Error::NoWorkflow)?;
        Ok((document, change))
    }

    /// Reads a document from its newest snapshot and the changes since. A change that cannot be
    /// read or applied is set aside and the rest goes on; a snapshot that cannot be read is an
    /// error, since an older one may do.
    pub fn load<'b>(
        snapshot: Option<&[u8]>,
        changes: impl IntoIterator<Item = &'b [u8]>,
    ) -> Result<Loaded, Error> {
        let mut doc = match snapshot {
            Some(bytes) => guard(|| {
                Automerge::load(bytes).map_err(|error| Error::Malformed(error.to_string()))
            })?,
            None => Automerge::new(),
        };
        let changes: Vec<&[u8]> = changes.into_iter().collect();
        let set_aside = take_changes(&mut doc, &changes, &mut PatchLog::inactive());
        let view = guard(|| {
            let reader = Reader::now(&doc);
            check_shape(&reader)?;
            Ok::<_, Error>(View::read(&reader))
        })?;
        Ok(Loaded { document: Self { doc, view }, set_aside })
    }

    /// The workflow's id, the same on every machine.
    pub fn id(&self) -> &WorkflowId {
        &self.view.workflow.id
    }

    /// The workflow as it is now.
    pub fn workflow(&self) -> &Workflow {
        &self.view.workflow
    }

    /// The workflow as it was.
    pub fn workflow_at(&self, heads: &Heads) -> Result<Workflow, Error> {
        self.known(heads)?;
        let reader = Reader { doc: &self.doc, at: Some(&heads.0) };
        Ok(View::read(&reader).workflow)
    }

    /// The state now.
    pub fn heads(&self) -> Heads {
        Heads::new(self.doc.get_heads())
    }

    /// Whether the document has been in this state.
    pub fn has(&self, heads: &Heads) -> bool {
        self.known(heads).is_ok()
    }

    /// Applies edits as one change. Where one does not fit, none is applied.
    pub fn apply(
        &mut self,
        batch: &EditBatch,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Applied, Error> {
        set_author(&mut self.doc, author);
        let before = self.heads();
        let mut tx = self.doc.transaction();
        let mut writer = Writer {
            tx: &mut tx,
            view: &mut self.view,
            shapes: Shapes::new(catalog),
            reported: Vec::new(),
        };
        let done = batch.edits.iter().try_for_each(|edit| writer.edit(edit));
        let mut edits = writer.reported;
        if let Err(error) = done {
            tx.rollback();
            let touched = Touched::by_edits(&batch.edits);
            self.view.refresh(&Reader::now(&self.doc), &touched);
            return Err(error);
        }
        let (hash, _) = tx.commit_with(options(&batch.label, time));
        for id in self.view.settle_names() {
            let name = self.view.workflow.nodes[&id].name.clone();
            edits.push(Edit::RenameNode { id, name });
        }
        let changes = self.change(hash.as_ref()).into_iter().collect();
        Ok(Applied { edits, changes, before, after: self.heads() })
    }

    /// Takes changes that others made.
    pub fn merge_changes(&mut self, changes: &[&[u8]]) -> Result<Merged, Error> {
        // On a copy: a panic on the way would leave the document half changed.
        let mut doc = self.doc.clone();
        let mut log = PatchLog::active();
        let set_aside = take_changes(&mut doc, changes, &mut log);
        let (view, edits) = guard(|| {
            let mut view = self.view.clone();
            let touched = Touched::by_patches(&doc.make_patches(&mut log));
            let edits = view.refresh(&Reader::now(&doc), &touched);
            Ok::<_, Error>((view, edits))
        })?;
        // By it this machine finds files, runs and rights: nobody else's change may turn it.
        if view.workflow.id != self.view.workflow.id {
            return Err(Error::Malformed("they give the workflow another id".to_owned()));
        }
        self.doc = doc;
        self.view = view;
        Ok(Merged { edits, after: self.heads(), set_aside })
    }

    /// The changes that are not part of the state `since`, oldest first.
    pub fn changes_since(&self, since: &Heads) -> Result<Vec<Change>, Error> {
        self.known(since)?;
        let changes = self.doc.get_changes(&since.0).into_iter();
        Ok(changes.map(|mut change| row(&mut change)).collect())
    }

    /// Who did what since the state `since`, oldest first.
    pub fn log_since(&self, since: &Heads) -> Result<Vec<ChangeInfo>, Error> {
        self.known(since)?;
        let mut authors = std::collections::HashMap::new();
        let mut infos = Vec::new();
        for meta in self.doc.get_changes_meta(&since.0) {
            let actor = meta.actor.clone().into_owned();
            let author = authors.entry(actor).or_insert_with_key(|actor| {
                let author = self.doc.get_author_for_actor(actor)?;
                Some(AuthorId::new(String::from_utf8_lossy(author.as_bytes())))
            });
            infos.push(ChangeInfo {
                id: ChangeId(meta.hash),
                author: author.clone(),
                time: Timestamp(meta.timestamp.saturating_mul(1_000)),
                label: meta.message.as_deref().unwrap_or_default().to_owned(),
            });
        }
        Ok(infos)
    }

    /// How many changes were made since the state `since`: what is not published yet.
    pub fn count_since(&self, since: &Heads) -> Result<usize, Error> {
        self.known(since)?;
        Ok(self.doc.get_changes_meta(&since.0).len())
    }

    /// The edits that lead from one state to another.
    pub fn diff(&self, from: &Heads, to: &Heads) -> Result<Vec<Edit>, Error> {
        Ok(diff(&self.workflow_at(from)?, &self.workflow_at(to)?))
    }

    /// Makes the workflow say what `content` says (its id aside), as one change that can be undone.
    pub fn restore(
        &mut self,
        content: &Workflow,
        label: &str,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Applied, Error> {
        let edits = diff(&self.view.workflow, content);
        let batch =
            EditBatch { id: EditId::default(), label: label.to_owned(), edits, author: None };
        self.apply(&batch, catalog, author, time)
    }

    /// Goes back to what the workflow said at `heads`, as one change that can be undone.
    pub fn revert_to(
        &mut self,
        heads: &Heads,
        label: &str,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Applied, Error> {
        let content = self.workflow_at(heads)?;
        self.restore(&content, label, catalog, author, time)
    }

    /// The whole document with its history.
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// Whether `bytes` load as a document in the state `heads` that says `content`. Takes about
    /// as long as loading: call it where nobody waits.
    pub fn verify(bytes: &[u8], heads: &Heads, content: &Workflow) -> bool {
        Self::load(Some(bytes), []).is_ok_and(|loaded| {
            loaded.document.heads() == *heads && loaded.document.workflow() == content
        })
    }

    fn known(&self, heads: &Heads) -> Result<(), Error> {
        let known = |hash| self.doc.get_change_meta_by_hash(hash).is_some();
        if heads.0.iter().all(known) { Ok(()) } else { Err(Error::UnknownHeads) }
    }

    fn change(&self, hash: Option<&ChangeHash>) -> Option<Change> {
        self.doc.get_change_by_hash(hash?).map(|mut change| row(&mut change))
    }
}

fn row(change: &mut automerge::Change) -> Change {
    let (id, seq) = (ChangeId(change.hash()), change.seq());
    Change { id, seq, bytes: change.bytes().into_owned() }
}

fn set_author(doc: &mut Automerge, author: &AuthorId) {
    doc.set_author(Some(Author::from(author.as_str().as_bytes().to_vec())));
}

fn options(label: &str, time: Timestamp) -> CommitOptions {
    CommitOptions::default().with_message(label).with_time(time.0.div_euclid(1_000))
}

/// Whether a workflow can stand in a document.
fn check(workflow: &Workflow) -> Result<(), Error> {
    if workflow.nodes.len() > limits::NODES {
        return Err(Error::TooManyNodes);
    }
    for node in workflow.nodes.values() {
        write::check_id(node.id.as_str())?;
        write::check_point(node.position)?;
        if node.params.values().any(crate::value::too_deep) {
            return Err(Error::TooDeep(node.id.clone()));
        }
    }
    for (id, note) in &workflow.notes {
        write::check_id(id.as_str())?;
        write::check_point(note.position)?;
    }
    workflow.pins.iter().try_for_each(|(id, items)| write::check_pin(id, items))
}

fn check_shape<R: ReadDoc>(reader: &Reader<'_, R>) -> Result<(), Error> {
    let schema = reader.get(&ROOT, "schema").and_then(|(value, _)| value.as_i64());
    match schema {
        Some(schema) if schema > SCHEMA => Err(Error::LaterSchema(schema)),
        Some(_) if reader.root("nodes").is_some() => Ok(()),
        _ => Err(Error::NoWorkflow),
    }
}

/// Applies what can be applied: all at once, and one by one where that fails.
fn take_changes(doc: &mut Automerge, rows: &[&[u8]], log: &mut PatchLog) -> Vec<SetAside> {
    let mut set_aside = Vec::new();
    let mut changes = Vec::new();
    for (index, bytes) in rows.iter().enumerate() {
        match guard(|| read_change(bytes)) {
            Ok(change) => changes.push((index, change)),
            Err(error) => set_aside.push(SetAside { index, reason: error.to_string() }),
        }
    }
    let attempt = |doc: &Automerge, log: &PatchLog, changes: Vec<automerge::Change>| {
        let (mut trial, mut trial_log) = (doc.clone(), log.clone());
        guard(|| trial.apply_changes_log_patches(changes, &mut trial_log))?;
        Ok::<_, Error>((trial, trial_log))
    };
    let all = changes.iter().map(|(_, change)| change.clone()).collect();
    match attempt(doc, log, all) {
        Ok((trial, trial_log)) => (*doc, *log) = (trial, trial_log),
        Err(_) => {
            for (index, change) in &changes {
                match attempt(doc, log, vec![change.clone()]) {
                    Ok((trial, trial_log)) => (*doc, *log) = (trial, trial_log),
                    Err(error) => {
                        set_aside.push(SetAside { index: *index, reason: error.to_string() });
                    }
                }
            }
        }
    }
    for (index, change) in &changes {
        let waits = doc.get_change_meta_by_hash(&change.hash()).is_none();
        if waits && set_aside.iter().all(|aside| aside.index != *index) {
            let reason = "it follows a change that is not here".to_owned();
            set_aside.push(SetAside { index: *index, reason });
        }
    }
    set_aside.sort_by_key(|aside| aside.index);
    set_aside
}

/// Reads a change and checks its checksum, which Automerge does for documents only.
fn read_change(bytes: &[u8]) -> Result<automerge::Change, Error> {
    let change = automerge::Change::try_from(bytes).map_err(|e| Error::Malformed(e.to_string()))?;
    if bytes.get(4..8) == Some(&change.hash().as_ref()[..4]) {
        Ok(change)
    } else {
        Err(Error::Malformed("the checksum is wrong".to_owned()))
    }
}

/// Runs what reads foreign bytes. Automerge panics on some that are malformed.
fn guard<T, E: Into<Error>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(Error::Malformed("reading them failed".to_owned())),
    }
}
