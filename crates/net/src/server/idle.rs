//! A request body that fails where it stays silent for too long.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

/// A body with a limit on its silences.
pub(super) struct IdleLimit {
    body: Incoming,
    limit: Duration,
    /// Made at the first silence: most bodies come with their request's head.
    silence: Option<Pin<Box<Sleep>>>,
    /// Whether the body is silent now.
    silent: bool,
}

impl IdleLimit {
    pub(super) fn new(body: Incoming, limit: Duration) -> Self {
        Self { body, limit, silence: None, silent: false }
    }
}

/// What the reader of such a body is told.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdleError {
    #[error("the client stopped sending the body")]
    Silent,
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

impl Body for IdleLimit {
    type Data = Bytes;
    type Error = IdleError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, IdleError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.silent = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(IdleError::from)));
        }
        let (limit, began) = (self.limit, !std::mem::replace(&mut self.silent, true));
        let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if began {
            silence.as_mut().reset(Instant::now() + limit);
        }
        silence.as_mut().poll(cx).map(|()| Some(Err(IdleError::Silent)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
