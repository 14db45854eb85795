//! The protocol over a WebSocket: text frames with JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{FutureExt, SinkExt, StreamExt, stream};
use reporunner_app::{Answer, converse};
use reporunner_model::limits;
use reporunner_protocol::{FromClient, FromServer};
use tokio::sync::mpsc;

use crate::Shared;

pub(crate) async fn upgrade(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_frame_size(limits::FRAME_BYTES)
        .max_message_size(limits::FRAME_BYTES)
        .on_upgrade(move |socket| serve(socket, shared.answer))
}

async fn serve(socket: WebSocket, answer: Arc<dyn Answer>) {
    let (mut sink, stream) = socket.split();
    let (sender, mut outgoing) = mpsc::channel::<FromServer>(256);
    let write = async {
        while let Some(frame) = outgoing.recv().await {
            let Ok(text) = serde_json::to_string(&frame) else { continue };
            if sink.send(Message::text(text)).await.is_err() {
                break;
            }
        }
    };
    let incoming = stream::unfold(stream, async |mut stream| {
        loop {
            let Message::Text(text) = stream.next().await?.ok()? else { continue };
            match serde_json::from_str::<FromClient>(&text) {
                Ok(frame) => return Some((frame, stream)),
                Err(error) => {
                    tracing::warn!(%error, "a browser sent what is no request");
                    return None;
                }
            }
        }
    });
    // Whichever side ends first, the connection ends with it: the other would wait for ever.
    tokio::select! {
        () = write => {}
        () = converse(answer, incoming, sender) => {}
    }
    // A word at parting, for a browser that still listens; one that reads nothing is not waited for.
    let _ = sink.close().now_or_never();
}
