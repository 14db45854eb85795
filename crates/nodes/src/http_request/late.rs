//! The options, which the node evaluates itself: the expressions of its pagination need each
//! answer, so they cannot be evaluated before it runs.

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
    Ok(Values::new(map, &context.description, context.node.type_version()))
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
