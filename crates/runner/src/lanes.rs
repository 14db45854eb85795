//! How many runs of a workflow go at once: who comes when all places are taken waits for its turn,
//! first come first served.
//!
//! It knows nothing of what the runs do; which runs count is their starter's to say.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use reporunner_model::WorkflowId;
use tokio::sync::oneshot;

use crate::lock::lock;

/// The places of all workflows.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<HashMap<WorkflowId, Lane>>);

#[derive(Default)]
struct Lane {
    limit: usize,
    taken: usize,
    queue: VecDeque<oneshot::Sender<Place>>,
}

/// A place among the runs of a workflow; given back when it is dropped.
pub(crate) struct Place(Option<(Arc<Lanes>, WorkflowId)>);

/// A place now or later.
pub(crate) enum Turn {
    Now(Place),
    Later(oneshot::Receiver<Place>),
}

impl Turn {
    /// A place that nobody counts.
    pub(crate) fn free() -> Self {
        Self::Now(Place(None))
    }
}

impl Lanes {
    /// Asks for a place among `limit`; 0 means any number.
    pub(crate) fn enter(self: &Arc<Self>, workflow: &WorkflowId, limit: usize) -> Turn {
        let mut lanes = lock(&self.0);
        if limit == 0 && !lanes.contains_key(workflow) {
            return Turn::Now(Place(None));
        }
        let lane = lanes.entry(workflow.clone()).or_default();
        lane.limit = if limit == 0 { usize::MAX } else { limit };
        self.admit(workflow, lane);
        if lane.taken < lane.limit && lane.queue.is_empty() {
            lane.taken += 1;
            return Turn::Now(self.place(workflow));
        }
        let (give, wait) = oneshot::channel();
        lane.queue.push_back(give);
        Turn::Later(wait)
    }

    fn place(self: &Arc<Self>, workflow: &WorkflowId) -> Place {
        Place(Some((Arc::clone(self), workflow.clone())))
    }

    fn admit(self: &Arc<Self>, workflow: &WorkflowId, lane: &mut Lane) {
        while lane.taken < lane.limit {
            let Some(give) = lane.queue.pop_front() else { return };
            // Who has left meanwhile gives the place back here and not by its drop, which would
            // come round to this lane again.
            match give.send(self.place(workflow)) {
                Ok(()) => lane.taken += 1,
                Err(mut refused) => refused.0 = None,
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((lanes, workflow)) = self.0.take() else { return };
        let mut all = lock(&lanes.0);
        let Some(lane) = all.get_mut(&workflow) else { return };
        lane.taken = lane.taken.saturating_sub(1);
        lanes.admit(&workflow, lane);
        if lane.taken == 0 && lane.queue.is_empty() {
            all.remove(&workflow);
        }
    }
}
