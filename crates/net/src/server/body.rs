//! A request's body on its way in: as large as its reader allows, never held whole unless asked.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http_body::Body as _;

/// Bytes of an unread body that are taken in after its answer.
const LINGER_BYTES: usize = 64 * 1024 * 1024;
/// Time for that.
const LINGER: Duration = Duration::from_secs(5);

/// The body of a request, read in pieces.
pub struct RequestBody {
    body: Option<BodyDataStream>,
    announced: Option<u64>,
    /// Whether the client waits for a word before it sends the body.
    waits: bool,
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is larger than its reader allows.
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
    /// The client fell silent or went away.
    #[error("the body did not arrive: {0}")]
    Broken(String),
}

impl RequestBody {
    pub(super) fn new(body: Body, waits: bool) -> Self {
        let announced = body.size_hint().exact();
        let body = (!body.is_end_stream()).then(|| body.into_data_stream());
        Self { body, announced, waits }
    }

    /// How many bytes it says it has.
    pub fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// Where the client fell silent or went away.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, BodyError> {
        let Some(body) = &mut self.body else { return Ok(None) };
        match body.next().await {
            Some(Ok(piece)) => Ok(Some(piece)),
            Some(Err(error)) => {
                self.body = None;
                Err(BodyError::Broken(error.to_string()))
            }
            None => {
                self.body = None;
                Ok(None)
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// Where it is larger than `most` bytes or did not arrive.
    pub async fn whole(&mut self, most: usize) -> Result<Bytes, BodyError> {
        let too_large = BodyError::TooLarge(most as u64);
        if self.announced.is_some_and(|announced| announced > most as u64) {
            return Err(too_large);
        }
        let Some(first) = self.piece().await? else { return Ok(Bytes::new()) };
        let Some(mut next) = self.piece().await? else {
            // Most bodies come in one piece and are not copied.
            return if first.len() > most { Err(too_large) } else { Ok(first) };
        };
        let mut all = BytesMut::with_capacity(self.announced.unwrap_or(0) as usize);
        all.extend_from_slice(&first);
        loop {
            if all.len() + next.len() > most {
                return Err(too_large);
            }
            all.extend_from_slice(&next);
            match self.piece().await? {
                Some(piece) => next = piece,
                None => return Ok(all.freeze()),
            }
        }
    }
}

impl Drop for RequestBody {
    /// A client reads its answer only when it has sent its body, and a connection that closes with
    /// bytes unread takes the answer with it: what is left is taken in for a while.
    fn drop(&mut self) {
        let Some(mut body) = self.body.take().filter(|_| !self.waits) else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(LINGER, async move {
            let mut left = LINGER_BYTES;
            while let Some(Ok(piece)) = body.next().await {
                match left.checked_sub(piece.len()) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }));
    }
}
