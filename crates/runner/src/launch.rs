//! Gives a run a task of its own, once it is its turn, and a place among those under way.

use std::sync::{Arc, Mutex};

use reporunner_engine::{Effect, Event, Run};
use reporunner_model::{RunId, RunMode};
use tokio::sync::{mpsc, oneshot, watch};

use crate::drive::UnderWay;
use crate::handles::Responder;
use crate::lanes::{Place, Turn};
use crate::lock::lock;
use crate::runner::{Ended, Error, LiveRun, RunHandle, RunRequest, Runner, Shared, Stored};
use crate::session::Session;
use crate::wake::{RunWait, Wake, waits_of};

/// Ended runs that are remembered.
const RECENT: usize = 16;

/// A run as it is launched: what it has been told, and what the engine asked for before.
pub(crate) type Begun = (Run, Vec<Event>, Vec<Effect>);

/// What goes with a run to its task.
pub(crate) struct Launched {
    pub(crate) turn: Turn,
    pub(crate) stored: Option<Stored>,
    /// What has come for it.
    pub(crate) wake: Option<Wake>,
}

/// How a run can be reached.
pub(crate) struct Reach {
    pub(crate) cancel: watch::Receiver<Option<String>>,
    pub(crate) wake: mpsc::UnboundedReceiver<Wake>,
    pub(crate) waits: Arc<Mutex<Vec<RunWait>>>,
}

/// How a run was left.
pub(crate) enum Left {
    /// It has ended.
    Ended(Box<Ended>),
    /// It rests: whoever wants it goes by its row.
    Rests(Box<Ended>),
    /// The process closes; the next start takes it up.
    Closing,
}

impl Turn {
    pub(crate) fn is_now(&self) -> bool {
        matches!(self, Self::Now(_))
    }
}

impl Runner {
    /// A place for the run among those of its workflow. Only what starts by itself queues.
    pub(crate) fn turn(&self, request: &RunRequest) -> Turn {
        let workflow = &request.prepared.workflow;
        let counts = request.mode == RunMode::Production;
        let limit = if counts { workflow.settings.max_runs } else { return Turn::free() };
        self.shared.lanes.enter(&workflow.id, limit as usize)
    }

    pub(crate) fn launch(
        &self,
        request: &RunRequest,
        session: Session,
        launched: Launched,
        begun: Begun,
    ) -> Result<RunHandle, Error> {
        let Launched { turn, stored, wake } = launched;
        let (cancel, cancelled) = watch::channel(None);
        let (end, ended) = watch::channel(None);
        let (wakes, woken) = mpsc::unbounded_channel();
        let waits = Arc::new(Mutex::new(waits_of(&begun.0)));
        let id = request.id.clone();
        if let Some(wake) = wake {
            // The other end is here.
            let _ = wakes.send(wake);
        }
        {
            let mut live = lock(&self.shared.live);
            if *self.shared.closing.borrow() {
                // What was stored of it is taken up by the next start.
                return Err(Error::Closing);
            }
            if live.contains_key(&id) {
                return Err(Error::UnderWay(id));
            }
            let run = LiveRun {
                prepared: Arc::clone(&request.prepared),
                version: request.version.clone(),
                cancel,
                ended: ended.clone(),
                wake: wakes,
                waits: Arc::clone(&waits),
            };
            live.insert(id.clone(), run);
        }
        let reach = Reach { cancel: cancelled, wake: woken, waits };
        let shared = Arc::clone(&self.shared);
        let parent = request.parent.as_ref().map(|parent| parent.run.clone());
        let run = id.clone();
        tokio::spawn(async move {
            let left = queue_and_drive(session, turn, reach, begun).await;
            leave(&shared, &run, left, &end);
            shared.house().left(&run, parent.as_ref());
        });
        Ok(RunHandle { id, ended, stored })
    }
}

async fn queue_and_drive(mut session: Session, turn: Turn, mut reach: Reach, begun: Begun) -> Left {
    let (mut run, mut events, mut effects) = begun;
    // Held until the run has ended or rests.
    let mut place = None;
    match turn {
        Turn::Now(now) => place = Some(now),
        Turn::Later(turn) => {
            match wait_for_turn(&mut session, turn, &mut reach, (&mut run, &mut effects)).await {
                Came::Turn(now) => {
                    place = now;
                    session.begin_now();
                }
                Came::Cancel(reason) => events = vec![Event::Cancel { reason }],
                // The loop sees to it.
                Came::End => {}
            }
        }
    }
    let left = session.drive(run, events, effects, reach).await;
    drop(place);
    left
}

enum Came {
    Turn(Option<Place>),
    Cancel(String),
    /// The run is over by what has come, or the process closes.
    End,
}

/// Waits for the run's turn. What comes for it meanwhile is taken in and stored, so that nobody
/// who brings something waits for the runs before; what follows from it is done in its turn.
async fn wait_for_turn(
    session: &mut Session,
    mut turn: oneshot::Receiver<Place>,
    reach: &mut Reach,
    (run, effects): (&mut Run, &mut Vec<Effect>),
) -> Came {
    let mut closing = session.shared.closing.subscribe();
    loop {
        session.show_waits(run, reach);
        let Reach { cancel, wake, .. } = &mut *reach;
        let wake = tokio::select! {
            // The sender is dropped only with the whole lane, where nobody limits any more.
            place = &mut turn => return Came::Turn(place.ok()),
            Ok(reason) = cancel.wait_for(Option::is_some) => {
                return Came::Cancel(reason.clone().unwrap_or_default());
            }
            _ = closing.wait_for(|closing| *closing) => return Came::End,
            Some(wake) = wake.recv() => wake,
        };
        session.wake(run, wake, effects, &mut UnderWay::default());
        if effects.iter().any(|effect| matches!(effect, Effect::Finished { .. })) {
            return Came::End;
        }
    }
}

fn leave(shared: &Shared, run: &RunId, left: Left, end: &watch::Sender<Option<Ended>>) {
    let ended = match left {
        Left::Closing => {
            lock(&shared.live).remove(run);
            return;
        }
        // It has left its place already, and may be back in it.
        Left::Rests(ended) => *ended,
        Left::Ended(ended) => {
            if !ended.kept {
                let mut recent = lock(&shared.recent);
                recent.truncate(RECENT - 1);
                recent.push_front((run.clone(), (*ended).clone()));
            }
            lock(&shared.live).remove(run);
            *ended
        }
    };
    end.send_replace(Some(ended));
}

/// Answers the request that a run is woken by, in place of the one that started it.
pub(crate) fn answers(responder: Option<Responder>) -> Option<Arc<dyn reporunner_node::Respond>> {
    responder.map(|responder| Arc::new(responder) as _)
}
