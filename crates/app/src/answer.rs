//! Whoever answers commands: the app itself, or a client of the process that owns the folder.

use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{Stream, StreamExt};
use reporunner_protocol::{Code, Command, Event, Failure, FromClient, FromServer, Request};
use serde_json::Value;
use tokio::sync::{broadcast, mpsc};

/// Answers commands and reports events. Shells and the web server know only this.
#[async_trait]
pub trait Answer: Send + Sync + 'static {
    /// Answers one command with its reply as JSON.
    ///
    /// # Errors
    /// Why the command could not be carried out.
    async fn answer(&self, request: Request) -> Result<Value, Failure>;

    /// Everything that happens from now on. A receiver that falls behind loads afresh.
    fn events(&self) -> broadcast::Receiver<Event>;

    /// The process that owns the folder, where this is only a client of it.
    fn owner(&self) -> Option<u32> {
        None
    }

    /// Ends in order: takes nothing in any more, lets steps with an effect outside end, leaves the
    /// folder. For a process that is about to end; of no effect at one that owns nothing.
    async fn close(&self) {}
}

/// Asks in terms of one command and its reply.
///
/// # Errors
/// What the answer failed with, or [`Code::Internal`] where the reply is of another type.
pub async fn ask<C: Command>(answer: &dyn Answer, command: C) -> Result<C::Reply, Failure> {
    let reply = answer.answer(command.into()).await?;
    serde_json::from_value(reply).map_err(|error| {
        Failure::new(
            Code::Internal,
            format!("the reply to {} is of another type: {error}", C::NAME),
        )
    })
}

/// Carries on one client's conversation: answers what comes in, passes on what happens.
///
/// Ends when `incoming` ends, when `outgoing` is closed, or when the client fell behind the
/// events; a client connects again and loads afresh. What was asked is done all the same.
pub async fn converse(
    answer: Arc<dyn Answer>,
    incoming: impl Stream<Item = FromClient>,
    outgoing: mpsc::Sender<FromServer>,
) {
    let mut incoming = pin!(incoming);
    let mut events = answer.events();
    loop {
        tokio::select! {
            event = events.recv() => {
                let Ok(event) = event else { break };
                if outgoing.send(FromServer::Event { event }).await.is_err() {
                    break;
                }
            }
            () = outgoing.closed() => break,
            asked = incoming.next() => {
                let Some(FromClient { id, request }) = asked else { break };
                let (answer, outgoing) = (Arc::clone(&answer), outgoing.clone());
                tokio::spawn(async move {
                    let frame = match answer.answer(request).await {
                        Ok(reply) => FromServer::Reply { id, reply },
                        Err(failure) => FromServer::Failure { id, failure },
                    };
                    // The client may have gone meanwhile.
                    let _ = outgoing.send(frame).await;
                });
            }
        }
    }
}
