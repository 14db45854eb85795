//! The frames of a connection: questions with numbers, answers with the same, events.

use reporunner_model::limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Code, Event, Failure, Request};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromClient {
    /// Number of the question, made by the client.
    pub id: u64,
    /// The question.
    pub request: Request,
}

impl FromClient {
    /// The frame as JSON.
    ///
    /// # Errors
    /// [`Code::Invalid`] where it is longer than [`limits::FRAME_BYTES`]: the other side would end
    /// the connection, and whoever sends it again after that would do so for ever.
    pub fn encode(&self) -> Result<String, Failure> {
        let text = serde_json::to_string(self).expect("requests are plain data with text keys");
        if text.len() <= limits::FRAME_BYTES {
            return Ok(text);
        }
        if let Request::ImportWorkflow(_) = self.request {
            return Err(Failure::file_too_large("the file"));
        }
        let most = limits::FRAME_BYTES / (1024 * 1024);
        Err(Failure::new(Code::Invalid, format!("what was to be sent is larger than {most} MiB"))
            .hint("Take less at a time: pin or paste fewer items, keep large data in a file."))
    }
}

/// What a server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum FromServer {
    /// The reply to a question.
    Reply {
        /// Number of the question.
        id: u64,
        /// The command's reply as JSON.
        reply: Value,
    },
    /// Why a question could not be answered.
    Failure {
        /// Number of the question.
        id: u64,
        /// Why.
        failure: Failure,
    },
    /// Something happened.
    Event {
        /// What.
        event: Event,
    },
}
