//! The options, which the node evaluates itself: the expressions of its pagination need each
//! answer, so they cannot be evaluated before it runs. And records whose expression gave nothing,
//! which are not sent.

use std::borrow::Cow;

use reporunner_model::NodeError;
use reporunner_node::{Context, Values};
use serde_json::{Map, Value};

/// What stands in a pagination until a page is asked for.
const PER_PAGE: [&str; 3] = ["nextURL", "parameters", "completeExpression"];

/// The parameters for item `index`, with the options evaluated.
pub(super) async fn fill(context: &Context, index: usize) -> Result<Values<'_>, NodeError> {
    let mut map = context.params.at(index).map_err(|error| error.at_item(index))?;
    if let Some(options) = map.get("options").filter(|options| has_expression(options)) {
        let mut now = options.clone();
        let later = take_per_page(&mut now);
        let mut options = context.handles.evaluate.late(&now, index, Map::new()).await?;
        if let (Some(later), Some(pagination)) = (later, pagination(&mut options)) {
            pagination.extend(later);
        }
        map.to_mut().insert("options".to_owned(), options);
    }
    drop_undefined(&context.node.params, &mut map);
    Ok(Values::new(map, &context.description, context.node.type_version()))
}

/// The lists of names and values, of all versions.
const RECORDS: [[&str; 2]; 6] = [
    ["queryParameters", "parameters"],
    ["headerParameters", "parameters"],
    ["bodyParameters", "parameters"],
    ["queryParametersUi", "parameter"],
    ["headerParametersUi", "parameter"],
    ["bodyParametersUi", "parameter"],
];

/// Takes out the records whose value is an expression that gave undefined: as in JavaScript's own
/// clients they are not sent, while a value that was left empty is.
fn drop_undefined(written: &Map<String, Value>, map: &mut Cow<'_, Map<String, Value>>) {
    let list = |map: &Map<String, Value>, [outer, inner]: [&str; 2]| {
        map.get(outer)?.get(inner)?.as_array().map(Vec::len)
    };
    for path in RECORDS {
        if list(written, path).is_none() || list(written, path) != list(map, path) {
            continue;
        }
        let is_gone = |index: usize, map: &Map<String, Value>| {
            let [outer, inner] = path;
            written[outer][inner][index].get("value").is_some()
                && map[outer][inner][index].get("value").is_none()
        };
        let count = list(map, path).unwrap_or_default();
        let gone: Vec<_> = (0..count).map(|index| is_gone(index, map)).collect();
        if gone.contains(&true) {
            let [outer, inner] = path;
            let mut gone = gone.into_iter();
            if let Some(Value::Array(list)) =
                map.to_mut().get_mut(outer).and_then(|outer| outer.get_mut(inner))
            {
                list.retain(|_| !gone.next().unwrap_or_default());
            }
        }
    }
}

fn pagination(options: &mut Value) -> Option<&mut Map<String, Value>> {
    options.get_mut("pagination")?.get_mut("pagination")?.as_object_mut()
}

fn take_per_page(options: &mut Value) -> Option<Map<String, Value>> {
    let pagination = pagination(options)?;
    let taken = PER_PAGE.iter().filter_map(|key| pagination.shift_remove_entry(*key));
    Some(taken.collect())
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with('='),
        Value::Array(list) => list.iter().any(has_expression),
        Value::Object(map) => map.values().any(has_expression),
        _ => false,
    }
}
