//! JSON with expressions in it, evaluated piece by piece for one item.
//!
//! Within JSON text an object or list that an expression gives stands as JSON, not as
//! `[object Object]`; so the text cannot be evaluated as one template.

use reporunner_model::NodeError;
use reporunner_node::Context;
use serde_json::{Map, Value};

use crate::js;

/// The JSON value of a late parameter for item `index`.
pub(crate) async fn json(
    context: &Context,
    raw: &Value,
    index: usize,
    parameter: &[&str],
) -> Result<Value, NodeError> {
    let Value::String(text) = raw else { return Ok(raw.clone()) };
    let text = text.strip_prefix('=').unwrap_or(text);
    let pieces = pieces(text);
    if let [Piece::Expression(_)] = pieces.as_slice() {
        let value = evaluate(context, text.trim(), index).await?;
        return parse(&value.unwrap_or_default(), index, parameter);
    }
    let mut filled = String::with_capacity(text.len());
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Expression(code) => match evaluate(context, code, index).await? {
                Some(value @ (Value::Object(_) | Value::Array(_))) => {
                    filled.push_str(&value.to_string());
                }
                Some(value) => filled.push_str(&js::text(&value)),
                // As in n8n within a text; outside of one it would be no JSON.
                None if is_in_text(&filled) => filled.push_str("undefined"),
                None => filled.push_str("null"),
            },
        }
    }
    parse(&Value::String(filled), index, parameter)
}

fn parse(value: &Value, index: usize, parameter: &[&str]) -> Result<Value, NodeError> {
    js::json(value).map_err(|error| {
        NodeError::new("The JSON is malformed")
            .detail(error.to_string())
            .hint(
                "Look at the place named below. A text that an expression gives needs quotes \
                 around it.",
            )
            .at_item(index)
            .about(parameter)
    })
}

/// The value of an expression; none for undefined.
async fn evaluate(context: &Context, code: &str, index: usize) -> Result<Option<Value>, NodeError> {
    let field = js::object("value", Value::String(format!("={code}")));
    let field = Value::Object(field);
    let mut given = context.handles.evaluate.late(&field, index, Map::new()).await?;
    Ok(given.as_object_mut().and_then(|given| given.shift_remove("value")))
}

/// Whether JSON text ends within a string.
fn is_in_text(json: &str) -> bool {
    let mut within = false;
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if within => {
                characters.next();
            }
            '"' => within = !within,
            _ => {}
        }
    }
    within
}

enum Piece<'t> {
    Text(&'t str),
    /// With its braces.
    Expression(&'t str),
}

/// Cuts text at `{{ … }}`. Surrounding space of a lone expression is no piece.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let mut end = start + length + 2;
        // `}}}` closes an object within the expression first.
        while rest[end..].starts_with('}') && open_braces(&rest[start..end]) > 0 {
            end += 1;
        }
        if !rest[..start].trim().is_empty() || !pieces.is_empty() {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Expression(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.trim().is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn open_braces(text: &str) -> isize {
    text.chars().fold(0, |open, c| match c {
        '{' => open + 1,
        '}' => open - 1,
        _ => open,
    })
}
