//! Which rooms are open, who is in them, and that a room is what is on disk.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use reporunner_model::WorkflowId;
use reporunner_protocol::{Code, Failure};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::Room;
use crate::App;
use crate::failure::{no_workflow, of_store};
use crate::lock::lock;

/// Where the room of one workflow is, once somebody has opened it. Whoever opens it holds the
/// others up who want the same one, and nobody else.
#[derive(Default)]
pub(crate) struct Place {
    room: Option<Room>,
    /// Nobody may use it any more: another place took over.
    closed: bool,
}

/// A room, for one caller alone.
pub(crate) type RoomGuard = OwnedMappedMutexGuard<Place, Room>;

/// Places by their workflow.
pub(crate) type Places = HashMap<WorkflowId, Arc<Mutex<Place>>>;

impl App {
    /// The room of a workflow, opened where it was not, for the caller alone.
    pub(crate) async fn room(&self, id: &WorkflowId) -> Result<RoomGuard, Failure> {
        loop {
            let place = Arc::clone(lock(&self.rooms).entry(id.clone()).or_default());
            let mut place = place.lock_owned().await;
            if place.room.as_ref().is_some_and(|room| room.closed) {
                place.room = None;
                place.closed = true;
            }
            if place.closed {
                continue;
            }
            if place.room.is_none() {
                place = self.open_room(id, place).await?;
            }
            let room = OwnedMutexGuard::try_map(place, |place| place.room.as_mut());
            if let Ok(room) = room {
                return Ok(room);
            }
        }
    }

    /// Reads a document into its place, on a thread that may wait for the disk.
    async fn open_room(
        &self,
        id: &WorkflowId,
        mut place: OwnedMutexGuard<Place>,
    ) -> Result<OwnedMutexGuard<Place>, Failure> {
        let (store, wanted) = (self.store.clone(), id.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            let row = store.read(|db| db.workflow(&wanted)).map_err(of_store)?;
            let row = row.filter(|row| row.deleted.is_none()).ok_or_else(no_workflow)?;
            Room::load(&store, row)
        });
        let broke_off = |_| Err(Failure::new(Code::Internal, "opening the workflow was abandoned"));
        match loaded.await.unwrap_or_else(broke_off) {
            Ok(room) => {
                place.room = Some(room);
                Ok(place)
            }
            Err(failure) => {
                // Anybody may ask for a workflow that is not there; no place is kept for it.
                place.closed = true;
                lock(&self.rooms).remove(id);
                Err(failure)
            }
        }
    }

    /// Forgets a room; whoever waits for it reads the document again.
    pub(crate) fn close_room(&self, room: &mut Room) {
        room.closed = true;
        lock(&self.rooms).remove(&room.id);
    }

    /// Changes a room where the commit may be waited for. What panics half way leaves a room that
    /// nobody may go on with: it is read again.
    pub(super) async fn change_room<T: Send + 'static>(
        &self,
        mut room: RoomGuard,
        change: impl FnOnce(&mut Room) -> T + Send + 'static,
    ) -> Result<(RoomGuard, T), Failure> {
        let changed = tokio::task::spawn_blocking(move || {
            let done = catch_unwind(AssertUnwindSafe(|| change(&mut room)));
            (room, done)
        });
        let broke_off = || {
            Failure::new(Code::Internal, "the edit broke off: a fault of Reporunner")
                .hint("The workflow is as it was last saved. Report what you did.")
        };
        let (mut room, done) = changed.await.map_err(|_| broke_off())?;
        match done {
            Ok(done) => Ok((room, done)),
            Err(_) => {
                self.close_room(&mut room);
                Err(broke_off())
            }
        }
    }

    /// Waits until no room is at work on a change.
    pub(crate) async fn settle_rooms(&self) {
        let places: Vec<_> = lock(&self.rooms).values().cloned().collect();
        for place in places {
            drop(place.lock().await);
        }
    }
}

#[cfg(test)]
mod tests {
    use reporunner_protocol::{CreateWorkflow, OpenWorkflow};

    use super::*;
    use crate::{Host, ask};

    #[tokio::test]
    async fn what_panics_half_way_is_read_again_from_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(folder.path(), Host::machine()).await.expect("it opens");
        let id = ask(&*app, CreateWorkflow { name: "Kept".to_owned() }).await.expect("made");
        let room = app.room(&id).await.expect("a room");
        let broken = app
            .change_room(room, |room| {
                // Half a change: the document says what is not on disk.
                room.revision += 100;
                panic!("a fault, for the test");
            })
            .await;
        assert_eq!(broken.err().map(|failure| failure.code), Some(Code::Internal));
        let opened = ask(&*app, OpenWorkflow { id: id.clone() }).await.expect("it opens again");
        assert_eq!((opened.revision, opened.workflow.name.as_str()), (1, "Kept"));
    }

    #[tokio::test]
    async fn whoever_opens_a_workflow_holds_nobody_else_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(folder.path(), Host::machine()).await.expect("it opens");
        let mut ids = Vec::new();
        for name in ["Large", "Small"] {
            ids.push(ask(&*app, CreateWorkflow { name: name.to_owned() }).await.expect("made"));
        }
        // As if the first were being read and took its time.
        let place = Arc::clone(lock(&app.rooms).entry(ids[0].clone()).or_default());
        let held = place.lock().await;
        let opened = ask(&*app, OpenWorkflow { id: ids[1].clone() }).await.expect("it opens");
        assert_eq!(opened.workflow.name, "Small");
        drop(held);
        ask(&*app, OpenWorkflow { id: ids[0].clone() }).await.expect("it opens too");
        let missing = WorkflowId::new("missing");
        let refused = app.room(&missing).await.err().map(|failure| failure.code);
        assert_eq!(refused, Some(Code::NotFound));
        assert!(!lock(&app.rooms).contains_key(&missing), "nothing is kept for it");
    }
}
