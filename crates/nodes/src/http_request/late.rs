//! The options, which the node evaluates itself: the expressions of its pagination need each
//! answer, so they cannot be evaluated before it runs.

use std::borrow::Cow;

use reporunner_model::NodeError;
use reporunner_node::{Context, Values};
use serde_json::{Map, Value};

/// What stands in a pagination until a page is asked for.
const PER_PAGE: [&str; 3] = ["nextURL", "parameters", "completeExpression"];

/// The parameters of one item with its options evaluated.
pub(super) struct Filled<'c> {
    map: Cow<'c, Map<String, Value>>,
}

impl Filled<'_> {
    pub(super) fn values<'f>(&'f self, context: &'f Context) -> Values<'f> {
        Values::new(&self.map, &context.description, context.node.type_version())
    }
}

/// The parameters for item `index`.
pub(super) async fn fill(context: &Context, index: usize) -> Result<Filled<'_>, NodeError> {
    let map = context.params.at(index).map_err(|error| error.at_item(index))?;
    let Some(options) = map.get("options").filter(|options| has_expression(options)) else {
        return Ok(Filled { map: Cow::Borrowed(map) });
    };
    let mut now = options.clone();
    let later = take_per_page(&mut now);
    let mut options = context.handles.evaluate.late(&now, index, Map::new()).await?;
    if let (Some(later), Some(pagination)) = (later, pagination(&mut options)) {
        pagination.extend(later);
    }
    let mut map = map.clone();
    map.insert("options".to_owned(), options);
    Ok(Filled { map: Cow::Owned(map) })
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
