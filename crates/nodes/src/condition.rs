//! Conditions: what If, Filter and Switch ask of an item.
//!
//! What a condition means is `reporunner_expression::conditions`; here is only which options hold.

mod filter;
mod legacy;

pub(crate) use filter::{Toggles, passes, place};
pub(crate) use legacy::{all_or_any, compare, default_operation, unset};

use reporunner_expression::conditions::Place;
use reporunner_model::{NodeError, Property, PropertyKind};
use reporunner_node::Values;
use serde_json::json;

use crate::form;

/// The conditions of If and Filter: filters since version 2, lists for each type before.
pub(crate) fn holds(
    values: &Values<'_>,
    place: &Place,
    combine: &str,
    any: &str,
) -> Result<bool, NodeError> {
    if values.version() < 2.0 {
        return all_or_any(values, values.text(combine) == any);
    }
    match values.get("conditions") {
        Some(filter) => passes(filter, &Toggles::read(values, 2.1), place)
            .map_err(|error| about(error, &["conditions"])),
        None => Ok(true),
    }
}

/// The error with where to look, unless it says so itself.
pub(crate) fn about(error: NodeError, parameter: &[&str]) -> NodeError {
    if error.parameter.is_empty() { error.about(parameter) } else { error }
}

/// The form of [`holds`]. `combine` is the parameter of version 1, with its values and labels.
pub(crate) fn properties(combine: (&str, &[(&str, &str)])) -> Vec<Property> {
    const FILTERS: &[f64] = &[2.0, 2.1, 2.2, 2.3];
    vec![
        Property::new("conditions", "Conditions", PropertyKind::Conditions).versions(FILTERS),
        Property::new("conditions", "Conditions", PropertyKind::Json)
            .default_value(json!({}))
            .help("Lists of { value1, operation, value2 } under boolean, dateTime, number, string.")
            .versions(&[1.0]),
        Property::choice(combine.0, "Must hold", combine.1).versions(&[1.0]),
        Property::toggle("looseTypeValidation", "Convert types where needed", false)
            .versions(&[2.1, 2.2, 2.3]),
        form::options(vec![
            Property::toggle("ignoreCase", "Capitals do not matter", true),
            Property::toggle("looseTypeValidation", "Convert types where needed", true)
                .versions(&[2.0]),
        ])
        .versions(FILTERS),
    ]
}
