//! Takes one change back as a new change: what it set goes back to what was there before, where
//! that is still what the change set. What somebody else changed since stays theirs.
//!
//! Text goes back by character: the reverse is written as of the state right after the change, so
//! it merges with what others typed since.

use automerge::transaction::Transactable;
use automerge::{ObjId, ObjType, PatchAction, PatchLog, ReadDoc};
use reporunner_model::{AuthorId, Catalog, Edit, EditBatch, EditId, Timestamp};

use super::past::Past;
use super::{Applied, Document, options, set_author};
use crate::read::Reader;
use crate::view::Touched;
use crate::{Change, Error, Heads};

impl Document {
    /// Takes back what happened between two states, as far as it is still there.
    pub(crate) fn reverse(
        &mut self,
        step: (&Heads, &Heads),
        label: &str,
        catalog: &Catalog,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Applied, Error> {
        let (before, after) = step;
        self.known(before)?;
        self.known(after)?;
        let start = self.heads();
        let patches = self.doc.diff(&after.0, &before.0);
        let touched = Touched::by_patches(&patches);
        // Before any text goes back: what is compared with is what people see now.
        let wanted = Past::new(self, before, after).edits(&touched);
        let mut edits = Vec::new();
        let mut changes = Vec::new();
        if let Some((typed, change)) = self.reverse_text(step, label, author, time)? {
            edits.extend(typed);
            changes.push(change);
        }
        let batch = EditBatch {
            id: EditId::default(),
            label: label.to_owned(),
            edits: wanted,
            author: None,
        };
        let applied = self.apply(&batch, catalog, author, time)?;
        edits.extend(applied.edits);
        changes.extend(applied.changes);
        Ok(Applied { edits, changes, before: start, after: applied.after })
    }

    /// Takes back what was typed into texts that merge by character.
    fn reverse_text(
        &mut self,
        (before, after): (&Heads, &Heads),
        label: &str,
        author: &AuthorId,
        time: Timestamp,
    ) -> Result<Option<(Vec<Edit>, Change)>, Error> {
        let texts = self.typed_in(before, after);
        if texts.is_empty() {
            return Ok(None);
        }
        set_author(&mut self.doc, author);
        let now = self.doc.get_heads();
        let past = Reader { doc: &self.doc, at: Some(&before.0) };
        let old: Vec<String> = texts.iter().map(|text| past.text(text)).collect();
        let mut tx = self
            .doc
            .transaction_at(PatchLog::inactive(), &after.0)
            .map_err(|error| Error::Malformed(error.to_string()))?;
        for (text, old) in texts.iter().zip(&old) {
            if let Err(error) = tx.update_text(text, old) {
                tx.rollback();
                return Err(error.into());
            }
        }
        let (hash, _) = tx.commit_with(options(label, time));
        let Some(change) = self.change(hash.as_ref()) else { return Ok(None) };
        let patches = self.doc.diff(&now, &self.doc.get_heads());
        let touched = Touched::by_patches(&patches);
        let edits = self.view.refresh(&Reader::now(&self.doc), &touched);
        Ok(Some((edits, change)))
    }

    /// The texts that exist in both states and differ.
    fn typed_in(&self, before: &Heads, after: &Heads) -> Vec<ObjId> {
        let mut texts: Vec<ObjId> = Vec::new();
        let mut made: Vec<ObjId> = Vec::new();
        for patch in self.doc.diff(&after.0, &before.0) {
            match &patch.action {
                PatchAction::PutMap { value: (automerge::Value::Object(_), id), .. } => {
                    made.push(id.clone());
                }
                PatchAction::SpliceText { .. } | PatchAction::DeleteSeq { .. }
                    if !texts.contains(&patch.obj) && !made.contains(&patch.obj) =>
                {
                    texts.push(patch.obj.clone());
                }
                _ => {}
            }
        }
        texts.retain(|text| matches!(self.doc.object_type(text), Ok(ObjType::Text)));
        texts
    }
}
