//! What is sent to the worker and what it answers.
//!
//! A request is a head that Rust reads and a body of data that only scripts read, each JSON behind
//! each other, so that the data is parsed once. Only what the source mentions is sent.

mod body;

pub(crate) use body::body;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ExpressionError, Frame, ScriptMode, Template, template::Part};

/// What the worker's Rust side needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) timezone: String,
    pub(crate) system_timezone: String,
    pub(crate) now: i64,
    pub(crate) random: Option<f64>,
    pub(crate) work: Work,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Work {
    /// Evaluate templates; each job is a template and an item. Values come tagged where that is
    /// asked for.
    Evaluate { templates: Vec<Vec<Piece>>, jobs: Vec<(usize, usize)>, tagged: bool },
    /// Run the code of a Code node.
    Script { code: String, mode: ScriptMode },
}

/// A part of a template.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Piece {
    Text(String),
    Code(String),
}

/// One value of the answer: `v` for a value, nothing for undefined, `e` for an error.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answer {
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) v: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) e: Option<ExpressionError>,
}

/// Tells a null that is there from a field that is not.
mod present {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(value: &Option<Value>, s: S) -> Result<S::Ok, S::Error> {
        value.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Value>, D::Error> {
        Value::deserialize(d).map(Some)
    }
}

/// What the worker answers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Response {
    /// A value for each job, or for a script the one value that holds its items.
    pub(crate) answers: Vec<Answer>,
    /// What a script printed.
    pub(crate) console: Vec<String>,
    /// What a script noted about the run.
    pub(crate) custom_data: serde_json::Map<String, Value>,
    /// What a script leaves for the next run of the workflow, where it was given that of the last.
    pub(crate) static_data: Option<Value>,
}

impl Head {
    pub(crate) fn new(frame: &Frame, work: Work) -> Self {
        let name = |zone: &jiff::tz::TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
        Self {
            timezone: name(&frame.ambient.timezone),
            system_timezone: name(&frame.ambient.system_timezone),
            now: frame.now.0,
            random: frame.ambient.random,
            work,
        }
    }
}

/// The pieces of a template.
pub(crate) fn pieces(template: &Template) -> Vec<Piece> {
    let piece = |part: &Part| match part {
        Part::Text(text) => Piece::Text(text.to_string()),
        Part::Segment { source, .. } => Piece::Code(source.to_string()),
    };
    template.parts().iter().map(piece).collect()
}

/// Head and body as one message.
pub(crate) fn pack(head: &Head, body: &Value) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    serde_json::to_writer(&mut bytes, head).expect("a head has only text keys");
    let length = bytes.len() as u64 - 8;
    bytes[..8].copy_from_slice(&length.to_le_bytes());
    serde_json::to_writer(&mut bytes, body).expect("a body has only text keys");
    bytes
}

/// The two again: the head, and the body as text.
pub(crate) fn unpack(message: &[u8]) -> Option<(Head, &str)> {
    let (length, rest) = message.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let head = serde_json::from_slice(rest.get(..length)?).ok()?;
    Some((head, std::str::from_utf8(rest.get(length..)?).ok()?))
}
