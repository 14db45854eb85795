//! Pinned data on this machine: pins too large for a document become files, and what files a
//! workflow's pins need stays for as long as the workflow does.
//!
//! Undo and versions bring old pins back, so a file that was pinned once is not given up before
//! the workflow is removed for good.

use std::collections::BTreeSet;
use std::io::{BufReader, Write};

use reporunner_model::{
    BinaryRef, Edit, Item, PIN_MIME, Workflow, WorkflowId, limits, pin_file, pin_in_file,
};
use reporunner_protocol::{Code, Failure};
use reporunner_store::{BinaryId, Owner, Store, Tx};

use crate::failure::of_store;

/// The files that pins need, held until the workflow is said to need them.
pub(crate) struct PinFiles {
    store: Store,
    needed: BTreeSet<BinaryId>,
    /// Those that were written here.
    written: Vec<BinaryId>,
}

impl PinFiles {
    pub(crate) fn new(store: &Store) -> Self {
        Self { store: store.clone(), needed: BTreeSet::new(), written: Vec::new() }
    }

    /// Makes ready what edits pin.
    pub(crate) fn of_edits(&mut self, edits: &mut [Edit]) -> Result<(), Failure> {
        for edit in edits {
            if let Edit::SetPin { items: Some(items), .. } = edit {
                self.keep(items)?;
            }
        }
        Ok(())
    }

    /// Makes ready what a workflow pins.
    pub(crate) fn of_workflow(&mut self, workflow: &mut Workflow) -> Result<(), Failure> {
        workflow.pins.values_mut().try_for_each(|items| self.keep(items))
    }

    /// Notes that `workflow` needs the files.
    pub(crate) fn note(
        &self,
    ) -> impl Fn(&Tx<'_>, &WorkflowId) -> reporunner_store::Result<()> + use<> {
        let needed = self.needed.clone();
        move |tx, workflow| {
            let owner = Owner::Workflow(workflow.clone());
            needed.iter().try_for_each(|id| tx.use_binary(&owner, id))
        }
    }

    fn keep(&mut self, items: &mut Vec<Item>) -> Result<(), Failure> {
        if let Some(file) = pin_file(items) {
            let within = read(&self.store, file)?;
            self.need(&within);
            self.need(items);
            return Ok(());
        }
        self.need(items);
        let json = serde_json::to_vec(items)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        if json.len() > limits::PIN_DOCUMENT_BYTES {
            let count = items.len();
            *items = pin_in_file(self.write(&json).map_err(of_store)?, count);
        }
        Ok(())
    }

    fn need(&mut self, items: &[Item]) {
        let files = items.iter().filter_map(|item| item.binary.as_ref());
        let ids = files.flat_map(|files| files.values());
        let ids = ids.filter_map(|file| file.id.parse::<BinaryId>().ok());
        self.needed.extend(ids);
    }

    fn write(&mut self, json: &[u8]) -> reporunner_store::Result<BinaryRef> {
        let mut writer = self.store.binary_writer()?;
        writer.write_all(json).map_err(|_| reporunner_store::Error::DiskFull)?;
        let (id, bytes) = writer.finish()?;
        self.written.push(id);
        self.needed.insert(id);
        Ok(BinaryRef {
            id: id.to_string(),
            mime_type: PIN_MIME.to_owned(),
            file_extension: Some("json".to_owned()),
            bytes,
            ..BinaryRef::default()
        })
    }
}

impl Drop for PinFiles {
    fn drop(&mut self) {
        self.written.iter().for_each(|id| self.store.settle_binary(id));
    }
}

/// Puts the items of large pins in the place of their files.
pub(crate) fn with_items(store: &Store, mut workflow: Workflow) -> Result<Workflow, Failure> {
    let Workflow { pins, nodes, .. } = &mut workflow;
    for (id, pin) in pins {
        let Some(file) = pin_file(pin) else { continue };
        *pin = read(store, file).map_err(|failure| {
            let name = nodes.get(id).map_or(id.as_str(), |node| node.name.as_str());
            Failure { message: format!("{name}: {}", failure.message), ..failure }
        })?;
    }
    Ok(workflow)
}

fn read(store: &Store, file: &BinaryRef) -> Result<Vec<Item>, Failure> {
    let lost = |what: String| {
        Failure::new(Code::NotFound, format!("the pinned data cannot be read: {what}"))
            .hint("Take the pin off, or pin what the node gave in a run.")
    };
    let id: BinaryId = file.id.parse().map_err(of_store)?;
    let file = store.open_binary(&id).map_err(|error| lost(error.to_string()))?;
    serde_json::from_reader(BufReader::new(file)).map_err(|error| lost(error.to_string()))
}
