//! The answer to a write: wait for it on a thread, or await it in any executor.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::{Error, Result, lock};

/// A write under way. It happens whether or not anybody waits; the answer comes after its commit.
#[must_use = "the write happens anyway, but only its answer says whether it is on disk"]
pub struct Written<T> {
    cell: Arc<Cell<T>>,
}

thread_local! {
    static ON_WRITER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// From now on this thread is the one that gives answers and must not wait for any.
pub(crate) fn forbid_waiting() {
    ON_WRITER.set(true);
}

/// The other end: gives the answer once, or says that the store was closed.
pub(crate) struct Answer<T> {
    cell: Arc<Cell<T>>,
    given: bool,
}

struct Cell<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
}

struct State<T> {
    answer: Option<Result<T>>,
    waker: Option<Waker>,
}

pub(crate) fn answer<T>() -> (Answer<T>, Written<T>) {
    let cell = Arc::new(Cell {
        state: Mutex::new(State { answer: None, waker: None }),
        ready: Condvar::new(),
    });
    (Answer { cell: cell.clone(), given: false }, Written { cell })
}

impl<T> Written<T> {
    /// Blocks until the write is on disk or has failed.
    pub fn wait(self) -> Result<T> {
        let mut state = lock(&self.cell.state);
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            if ON_WRITER.get() {
                // The writer would wait for itself, for ever.
                return Err(Error::Panicked("a write job waits for another".to_owned()));
            }
            state = self.cell.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A write that has failed before it began.
    pub(crate) fn failed(error: Error) -> Self {
        let (mut end, written) = answer();
        end.give(Err(error));
        written
    }
}

impl<T> Future for Written<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.cell.state);
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(ctx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Answer<T> {
    pub(crate) fn give(&mut self, answer: Result<T>) {
        if std::mem::replace(&mut self.given, true) {
            return;
        }
        let mut state = lock(&self.cell.state);
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        self.cell.ready.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.give(Err(Error::Closed));
    }
}
