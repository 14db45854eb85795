//! The loop of one run: effects out of the engine, events into it. It is dumb on purpose.

use std::collections::{HashMap, HashSet, VecDeque};

use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use reporunner_engine::{Effect, Event, NodeIndex, Outcome, Run, Task, TaskId, TimerId};
use reporunner_model::{Effect as NodeEffect, Monotonic, NodeError, RunStatus, limits};
use tokio::sync::watch;

use crate::launch::{Left, Reach};
use crate::session::Session;
use crate::task::{Ready, apart, broke_off};
use crate::wake::Wake;

/// How a run ended, as the engine says it.
pub(crate) type End = (RunStatus, Option<NodeError>, Option<NodeIndex>);

type Working = FuturesUnordered<BoxFuture<'static, Option<(TaskId, Step)>>>;
type Timers = FuturesUnordered<BoxFuture<'static, Option<TimerId>>>;

/// What work on a task came to.
enum Step {
    /// Its parameters are known, so that it can be said what it does outside.
    Ready(Box<Ready>),
    Done(Outcome),
}

/// What the run is told.
enum Happened {
    Event(Event),
    Ready(TaskId, Box<Ready>),
    Woken(Wake),
}

/// What is under way.
#[derive(Default)]
pub(crate) struct UnderWay {
    tasks: Working,
    timers: Timers,
    stop_task: HashMap<TaskId, AbortHandle>,
    nodes: HashMap<TaskId, NodeIndex>,
    /// Those that may have an effect outside.
    outside: HashSet<TaskId>,
    stop_timer: HashMap<TimerId, AbortHandle>,
}

impl UnderWay {
    /// Has work done beside the loop.
    fn start(
        &mut self,
        id: TaskId,
        items: usize,
        work: impl Future<Output = Step> + Send + 'static,
    ) {
        let (stop, registration) = AbortHandle::new_pair();
        self.stop_task.insert(id, stop);
        // What is on a thread of its own is stopped there, not only forgotten.
        let work = apart(items, Abortable::new(work, registration));
        self.tasks.push(Box::pin(async move {
            match work.await {
                Some(Ok(step)) => Some((id, step)),
                Some(Err(_)) => None,
                None => Some((id, Step::Done(broke_off()))),
            }
        }));
    }

    /// Whether no step is at work.
    pub(crate) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Stops the tasks that `which` names.
    fn stop(&mut self, which: impl Fn(&TaskId, &HashSet<TaskId>) -> bool) {
        let Self { stop_task, outside, .. } = self;
        stop_task
            .iter()
            .filter(|(task, _)| which(task, outside))
            .for_each(|(_, stop)| stop.abort());
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.stop(|_, _| true);
    }
}

impl Session {
    /// Drives a run from where it stands until it ends, rests, or the process closes.
    pub(crate) async fn drive(
        &mut self,
        mut run: Run,
        events: Vec<Event>,
        mut effects: Vec<Effect>,
        mut reach: Reach,
    ) -> Left {
        let mut under_way = UnderWay::default();
        let mut events = VecDeque::from(events);
        let mut closing = self.shared.closing.subscribe();
        let mut happened = false;
        loop {
            if let Some(ended) = self.carry_out(&run, &mut effects, &mut under_way) {
                drop(under_way);
                return self.finish(run, ended).await;
            }
            self.show_waits(&run, &reach);
            if std::mem::take(&mut happened) {
                // What has happened outside is noted at once, not with the next commit.
                self.journal.flush();
            }
            if *closing.borrow() {
                return self.leave(run, under_way).await;
            }
            if events.is_empty() && self.may_rest(&run, &under_way, &mut reach, &mut events) {
                match self.rest(run, &mut reach).await {
                    Ok(ended) => return Left::Rests(Box::new(ended)),
                    Err(back) => run = *back,
                }
            }
            let event = match events.pop_front() {
                Some(event) => event,
                None => match next(&mut under_way, &mut reach, &mut closing).await {
                    Some(Happened::Event(event)) => event,
                    Some(Happened::Ready(task, ready)) => {
                        self.go_ahead(task, ready, &mut under_way);
                        continue;
                    }
                    Some(Happened::Woken(wake)) => {
                        self.wake(&mut run, wake, &mut effects, &mut under_way);
                        continue;
                    }
                    None => continue,
                },
            };
            happened = self.tell(&mut run, event, &mut effects, &mut under_way);
            self.say_taken();
        }
    }

    /// Tells the engine what happened. Says whether it had an effect outside.
    pub(crate) fn tell(
        &mut self,
        run: &mut Run,
        event: Event,
        effects: &mut Vec<Effect>,
        under_way: &mut UnderWay,
    ) -> bool {
        let now = self.now();
        let task = match &event {
            Event::NodeFinished { task, .. } => Some(*task),
            _ => None,
        };
        let node = task.and_then(|task| under_way.nodes.remove(&task));
        self.note(now, &event, node);
        run.step(now, event, effects);
        task.is_some_and(|task| under_way.outside.remove(&task))
    }

    /// Leaves the run to the next start of the process, once the steps under way that have an
    /// effect outside have ended or their time is up. One without a journal is cancelled.
    async fn leave(&mut self, mut run: Run, mut under_way: UnderWay) -> Left {
        let mut effects = Vec::new();
        if !self.journal.is_on() {
            let event = Event::Cancel { reason: "Reporunner was closed".to_owned() };
            self.tell(&mut run, event, &mut effects, &mut under_way);
            return match self.carry_out(&run, &mut effects, &mut under_way) {
                Some(ended) => self.finish(run, ended).await,
                None => Left::Closing,
            };
        }
        under_way.stop(|task, outside| !outside.contains(task));
        let clock = std::sync::Arc::clone(&self.shared.clock);
        let until = clock.monotonic().0 + limits::CLOSE_MS * 1000;
        let mut time_is_up = clock.sleep_until(Monotonic(until));
        while !under_way.outside.is_empty() {
            let done = tokio::select! {
                done = under_way.tasks.next() => done,
                () = &mut time_is_up => break,
            };
            let Some(Some((task, Step::Done(outcome)))) = done else {
                if done.is_none() {
                    break;
                }
                continue;
            };
            let event = Event::NodeFinished { task, outcome };
            self.tell(&mut run, event, &mut effects, &mut under_way);
            if let Some(Effect::Finished { status, error, node }) =
                self.replayed(&run, &mut effects)
            {
                return self.finish(run, (status, error, node)).await;
            }
        }
        self.leave_to_next_start().await
    }

    pub(crate) async fn leave_to_next_start(&mut self) -> Left {
        if let Some(written) = self.journal.commit()
            && let Err(error) = written.await
        {
            tracing::error!(%error, "what a run did last could not be journalled");
        }
        Left::Closing
    }

    /// Does what the engine asks for. Says how the run ended, once it has.
    fn carry_out(
        &mut self,
        run: &Run,
        effects: &mut Vec<Effect>,
        under_way: &mut UnderWay,
    ) -> Option<End> {
        let mut ended = None;
        for effect in effects.drain(..) {
            match effect {
                Effect::RunNode(task) => self.start_task(task, under_way),
                Effect::StartTimer { timer, after_ms } => {
                    let now = self.shared.clock.monotonic().0;
                    let until = now.saturating_add(after_ms.saturating_mul(1000));
                    let sleep = self.shared.clock.sleep_until(Monotonic(until));
                    let (stop, registration) = AbortHandle::new_pair();
                    under_way.stop_timer.insert(timer, stop);
                    let timed = Abortable::new(sleep, registration);
                    under_way
                        .timers
                        .push(Box::pin(async move { timed.await.ok().map(|()| timer) }));
                }
                Effect::CancelTimer { timer } => {
                    under_way.stop_timer.remove(&timer).iter().for_each(AbortHandle::abort);
                }
                Effect::CancelTask { task } => {
                    under_way.stop_task.remove(&task).iter().for_each(AbortHandle::abort);
                    under_way.nodes.remove(&task);
                    under_way.outside.remove(&task);
                }
                Effect::NodeChanged { node, run_index, state } => {
                    self.node_changed(run, node, run_index, state);
                }
                Effect::Finished { status, error, node } => ended = Some((status, error, node)),
            }
        }
        self.journal.flush_if_large();
        ended
    }

    fn start_task(&mut self, task: Task, under_way: &mut UnderWay) {
        let id = task.task;
        let kind = self.prepared.step(task.node).kind.as_ref();
        let computes = kind.is_some_and(|(node, _)| node.computes());
        let items = if computes { usize::MAX } else { count(&task) };
        // What it does outside may hang on its parameters, so they come first then.
        let asks_first = task.effect == NodeEffect::Outside;
        under_way.nodes.insert(id, task.node);
        let state = self.state_of(task.node);
        let ready = self.ready(task, state);
        under_way.start(id, items, async move {
            match ready.await {
                Ok(ready) if asks_first => Step::Ready(Box::new(ready)),
                Ok(ready) => Step::Done(ready.perform().await),
                Err(outcome) => Step::Done(outcome),
            }
        });
    }

    /// Has a task do its work whose parameters are known now.
    fn go_ahead(&mut self, task: TaskId, ready: Box<Ready>, under_way: &mut UnderWay) {
        let mut committed = None;
        if ready.effect() == NodeEffect::Outside {
            // Before anything leaves the process, all that led to it is on disk, and that it is
            // about to happen, unless that does not matter.
            if ready.finds_what_it_did() {
                committed = self.journal.commit();
            } else {
                under_way.outside.insert(task);
                committed = self.note_began(task);
            }
        }
        under_way.start(task, ready.items(), async move {
            if let Some(committed) = committed
                && let Err(error) = committed.await
            {
                let error = crate::handles::from_store(&error);
                return Step::Done(Outcome::Failed { error });
            }
            Step::Done(ready.perform().await)
        });
    }
}

/// Waits for what happens next; none where what happened concerns nobody any more, or there is
/// something else to look at.
async fn next(
    under_way: &mut UnderWay,
    reach: &mut Reach,
    closing: &mut watch::Receiver<bool>,
) -> Option<Happened> {
    let Reach { cancel, wake, .. } = reach;
    tokio::select! {
        done = under_way.tasks.next(), if !under_way.tasks.is_empty() => {
            let (task, step) = done??;
            // One that was stopped meanwhile may have been done already.
            under_way.stop_task.remove(&task)?;
            Some(match step {
                Step::Ready(ready) => Happened::Ready(task, ready),
                Step::Done(outcome) => Happened::Event(Event::NodeFinished { task, outcome }),
            })
        }
        fired = under_way.timers.next(), if !under_way.timers.is_empty() => {
            let timer = fired??;
            under_way.stop_timer.remove(&timer);
            Some(Happened::Event(Event::TimerFired { timer }))
        }
        changed = cancel.changed() => {
            let cancel = match changed {
                Ok(()) => cancel.borrow_and_update().clone()?,
                // The runner is gone, so the process is about to end.
                Err(_) => "Reporunner is closing".to_owned(),
            };
            Some(Happened::Event(Event::Cancel { reason: cancel }))
        }
        Some(wake) = wake.recv() => Some(Happened::Woken(wake)),
        Ok(()) = closing.changed() => None,
    }
}

fn count(task: &Task) -> usize {
    task.inputs.iter().map(|items| items.len()).sum()
}
