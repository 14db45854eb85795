//! The answer to the request that started a run.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use reporunner_model::NodeError;
use reporunner_node::{Answer, Respond};
use tokio::sync::oneshot;

use crate::lock::lock;

/// Where a request waits for its answer.
pub type ResponseSlot = oneshot::Receiver<Answer>;

/// Answers one request, once.
#[derive(Clone)]
pub struct Responder {
    sender: Arc<Mutex<Option<oneshot::Sender<Answer>>>>,
}

impl Responder {
    /// A responder and the slot where its request waits.
    pub fn new() -> (Self, ResponseSlot) {
        let (sender, slot) = oneshot::channel();
        (Self { sender: Arc::new(Mutex::new(Some(sender))) }, slot)
    }

    /// Gives the answer, if none was given yet. False where one was.
    pub fn send(&self, answer: Answer) -> bool {
        let sender = lock(&self.sender).take();
        // The client may have gone meanwhile; it is answered all the same.
        sender.is_some_and(|sender| {
            let _ = sender.send(answer);
            true
        })
    }
}

#[async_trait]
impl Respond for Responder {
    async fn answer(&self, answer: Answer) -> Result<(), NodeError> {
        if self.send(answer) {
            return Ok(());
        }
        Err(NodeError::new("the request was answered already")
            .hint("Let only one Respond to Webhook node run for each request."))
    }
}

/// For runs that no request started.
pub(crate) struct NoRequest;

#[async_trait]
impl Respond for NoRequest {
    async fn answer(&self, _: Answer) -> Result<(), NodeError> {
        // A person who tries the workflow out wants to see what follows.
        Ok(())
    }
}
