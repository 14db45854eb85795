//! Words of the inspector that stand in more than one place or are long.

pub(super) const TO_FIXED: &str = "Use a fixed value";
pub(super) const TO_EXPRESSION: &str = "Use an expression: values of the data in {{ }}";
pub(super) const DRAG_HINT: &str =
    "Drag a field from the input below onto any parameter to use its value.";
pub(super) const NO_FIELDS: &str = "Run the nodes before this one to see their fields here";
pub(super) const NOTHING: &str =
    "Press a node on the canvas, or Tab to the canvas and use the arrow keys.";

/// What an error says; the author of a message may have left it empty.
pub(crate) fn said(message: &str) -> String {
    match message.trim() {
        "" => "It failed without a message".to_owned(),
        message => message.to_owned(),
    }
}

/// A message as a sentence.
pub(super) fn sentence(message: &str) -> String {
    if message.ends_with(['.', '!', '?', ':', '…']) {
        message.to_owned()
    } else {
        format!("{message}.")
    }
}
