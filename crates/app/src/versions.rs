//! Publishing and versions: what triggers run, and what one can go back to.

use reporunner_model::{Workflow, WorkflowId};
use reporunner_protocol::{
    Code, EditOutcome, Event, Failure, ListVersions, NameVersion, PublishWorkflow, RestoreVersion,
    RevertDraft, SetLive, VersionKind, VersionSummary, WorkflowState,
};
use reporunner_store::{Payload, Published, VersionRow};

use crate::failure::of_store;
use crate::problems::trigger_trouble;
use crate::rooms::{Room, Turn};
use crate::{App, Caller, ids};

impl App {
    /// Makes the draft the published version.
    pub(crate) async fn publish_workflow(
        &self,
        caller: &Caller,
        command: PublishWorkflow,
    ) -> Result<WorkflowState, Failure> {
        let mut room = self.room(&command.id).await?;
        self.publish(caller, &mut room).await?;
        if room.live {
            self.open_listeners(&command.id, room.published.as_ref()).await?;
        }
        self.bus.send(Event::WorkflowsChanged);
        Ok(room.state(self.trouble_of(&command.id)))
    }

    async fn publish(&self, caller: &Caller, room: &mut Room) -> Result<(), Failure> {
        let now = self.now();
        let row = self.version_row(caller, room, reporunner_store::VersionKind::Published, "")?;
        let published = Published {
            version: row.id.clone(),
            heads: row.heads.clone(),
            content_hash: row.content_hash.clone(),
            revision: room.revision,
            at: now,
        };
        let content = Payload::of_json(&serde_json::json!(room.workflow())).map_err(of_store)?;
        let (id, stored) = (room.id.clone(), published.clone());
        self.store
            .write(move |tx| {
                tx.add_version(&row, Some(&content))?;
                tx.set_published(&id, Some(&stored))
            })
            .await
            .map_err(of_store)?;
        room.published = Some(published);
        Ok(())
    }

    fn version_row(
        &self,
        caller: &Caller,
        room: &Room,
        kind: reporunner_store::VersionKind,
        title: &str,
    ) -> Result<VersionRow, Failure> {
        let content = serde_json::to_string(room.workflow())
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        Ok(VersionRow {
            id: ids::version(),
            workflow: room.id.clone(),
            kind,
            title: title.to_owned(),
            by: caller.name.clone(),
            at: self.now(),
            heads: room.heads(),
            nodes: room.workflow().nodes.len(),
            content_hash: blake3::hash(content.as_bytes()).to_hex().to_string(),
            content: None,
        })
    }

    /// Takes the draft back to the published version, in one step that can be undone.
    pub(crate) async fn revert_draft(
        &self,
        caller: &Caller,
        command: RevertDraft,
    ) -> Result<EditOutcome, Failure> {
        let content = {
            let room = self.room(&command.id).await?;
            let published = room.published.as_ref().ok_or_else(|| {
                Failure::new(Code::Invalid, "the workflow was never published")
                    .hint("There is nothing to go back to; undo takes single steps back.")
            })?;
            Box::new(room.workflow_at(&published.heads)?)
        };
        let turn = Turn::Become { label: "Revert to the published version".to_owned(), content };
        let outcome = self.turn(caller, &command.id, command.edit, turn).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(outcome)
    }

    /// Switches the triggers of the published version on or off on this machine. A workflow that
    /// was never published is published by that.
    pub(crate) async fn set_live(
        &self,
        caller: &Caller,
        command: SetLive,
    ) -> Result<WorkflowState, Failure> {
        let SetLive { id, live } = command;
        let mut room = self.room(&id).await?;
        if live {
            self.can_start(&room)?;
        }
        if live && room.published.is_none() {
            self.publish(caller, &mut room).await?;
        }
        if !live {
            // First of all: nothing starts any more, even where the disk refuses what follows.
            self.silence(&id);
            room.live = false;
        }
        let stored = id.clone();
        let written = self.store.write(move |tx| {
            if !live {
                tx.remove_triggers(&stored)?;
            }
            tx.set_live(&stored, live)
        });
        written.await.map_err(of_store)?;
        room.live = live;
        if live {
            self.open_listeners(&id, room.published.as_ref()).await?;
        }
        self.bus.send(Event::WorkflowsChanged);
        Ok(room.state(self.trouble_of(&id)))
    }

    /// Refuses to switch on what could not start: the published version, else the draft, which is
    /// published by that.
    fn can_start(&self, room: &Room) -> Result<(), Failure> {
        let published = room.published.as_ref();
        let content =
            published.map(|at| self.version_content(&room.id, &at.version)).transpose()?;
        let workflow = content.as_ref().map_or_else(|| room.workflow(), |(_, content)| content);
        let Some(trouble) = trigger_trouble(workflow, self.catalog()) else { return Ok(()) };
        let failure = Failure::new(Code::Invalid, format!("it cannot be switched on. {trouble}"));
        Err(failure.hint(match published {
            Some(_) => "Mend the trigger, publish, and switch it on then.",
            None => "Mend the trigger and switch it on then.",
        }))
    }

    /// The versions of a workflow, newest first.
    pub(crate) async fn list_versions(
        &self,
        _: &Caller,
        command: ListVersions,
    ) -> Result<Vec<VersionSummary>, Failure> {
        let id = command.id.clone();
        let rows = self.read(move |app| app.store.read(|db| db.versions(&id)).map_err(of_store));
        let rows = rows.await?;
        let room = self.room(&command.id).await?;
        let current = room.published.as_ref().map(|p| p.version.clone());
        Ok(rows
            .into_iter()
            .map(|row| VersionSummary {
                current: current.as_ref() == Some(&row.id),
                id: row.id,
                kind: match row.kind {
                    reporunner_store::VersionKind::Named => VersionKind::Named,
                    reporunner_store::VersionKind::Published => VersionKind::Published,
                    _ => VersionKind::Auto,
                },
                title: row.title,
                by: row.by,
                at: row.at,
                nodes: row.nodes,
            })
            .collect())
    }

    /// Names the workflow as it is now.
    pub(crate) async fn name_version(
        &self,
        caller: &Caller,
        command: NameVersion,
    ) -> Result<reporunner_model::VersionId, Failure> {
        let title = command.title.trim();
        if title.is_empty() {
            return Err(Failure::new(Code::Invalid, "a version needs a name"));
        }
        let room = self.room(&command.id).await?;
        let row = self.version_row(caller, &room, reporunner_store::VersionKind::Named, title)?;
        let content = Payload::of_json(&serde_json::json!(room.workflow())).map_err(of_store)?;
        let id = row.id.clone();
        self.store.write(move |tx| tx.add_version(&row, Some(&content))).await.map_err(of_store)?;
        Ok(id)
    }

    /// Makes the workflow what it was in a version, in one step that can be undone.
    pub(crate) async fn restore_version(
        &self,
        caller: &Caller,
        command: RestoreVersion,
    ) -> Result<EditOutcome, Failure> {
        let (id, version) = (command.id.clone(), command.version);
        let (title, content) = self.read(move |app| app.version_content(&id, &version)).await?;
        let label = format!("Restore {title}");
        let turn = Turn::Become { label, content: Box::new(content) };
        let outcome = self.turn(caller, &command.id, command.edit, turn).await?;
        self.bus.send(Event::WorkflowsChanged);
        Ok(outcome)
    }

    /// A version's name and the workflow as it was.
    pub(crate) fn version_content(
        &self,
        workflow: &WorkflowId,
        version: &reporunner_model::VersionId,
    ) -> Result<(String, Workflow), Failure> {
        let missing = || Failure::new(Code::NotFound, "the version is not there (any more)");
        let row = self.store.read(|db| db.version(version)).map_err(of_store)?;
        let row = row.filter(|row| row.workflow == *workflow).ok_or_else(missing)?;
        let content = row.content.ok_or_else(missing)?;
        let json = self.store.read(|db| db.json(&content)).map_err(of_store)?;
        let content = serde_json::from_value(json)
            .map_err(|_| Failure::new(Code::Internal, "the version cannot be read"))?;
        let title =
            if row.title.is_empty() { "the published version".to_owned() } else { row.title };
        Ok((title, content))
    }
}
