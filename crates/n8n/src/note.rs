//! Sticky notes: nodes in n8n, notes here.

use reporunner_model::{Note, Point, Size};
use serde_json::{Map, Value, json};

use crate::kept::Kept;
use crate::node::Beside;

/// n8n's type of a note.
pub(crate) const STICKY_NOTE: &str = "n8n-nodes-base.stickyNote";
/// Name of a note where the file's is not kept.
pub(crate) const NAME: &str = "Sticky Note";
/// n8n's size of a note that does not say (docs.n8n.io, Sticky Notes).
const SIZE: Size = Size { w: 240.0, h: 160.0 };

/// Reads a note. Its place is `position`; its width grows by `scale`, as places do.
pub(crate) fn read(file: &Map<String, Value>, position: Point, scale: f64) -> Note {
    let params = file.get("parameters").and_then(Value::as_object);
    let get = |key: &str| params.and_then(|params| params.get(key));
    let number = |key: &str| get(key).and_then(Value::as_f64).filter(|n| n.is_finite() && *n > 0.0);
    let color = get("color").and_then(Value::as_u64).and_then(|color| u8::try_from(color).ok());
    let text = get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
    let size = Size {
        w: number("width").unwrap_or(SIZE.w) * scale,
        h: number("height").unwrap_or(SIZE.h),
    };
    Note { text, color: color.unwrap_or(1), position, size, orig: None }
}

/// Writes a note our way; `position` is the place in n8n's units.
pub(crate) fn write(id: &str, note: &Note, position: Value, scale: f64) -> Map<String, Value> {
    let value = json!({
        "parameters": {
            "content": note.text,
            "height": crate::node::number(note.size.h),
            "width": crate::node::number(note.size.w / scale),
            "color": note.color,
        },
        "id": id,
        "name": NAME,
        "type": STICKY_NOTE,
        "typeVersion": 1,
        "position": position,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What to keep of the file's note beside ours.
pub(crate) fn beside(file: &Map<String, Value>, ours: &Map<String, Value>) -> Beside {
    let (mut file, mut ours) = (file.clone(), ours.clone());
    let own = |map: &mut Map<String, Value>| match map.get("parameters") {
        Some(Value::Object(params)) => Some(params.clone()),
        _ => None,
    };
    let mut beside = Beside::default();
    if let (Some(theirs), Some(params)) = (own(&mut file), own(&mut ours)) {
        beside.params = Kept::learn(&theirs, &params);
        file.shift_remove("parameters");
        ours.shift_remove("parameters");
    }
    beside.node = Kept::learn(&file, &ours);
    beside
}
