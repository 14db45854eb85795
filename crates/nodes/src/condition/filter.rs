//! Filters as they are since version 2, with the node's own switches over the stored options.

use jiff::tz::TimeZone;
use reporunner_expression::conditions::{Filter, FilterError, Place, TypeValidation};
use reporunner_model::NodeError;
use reporunner_node::{Context, Values};
use serde::Deserialize;
use serde_json::Value;

use crate::items::option_flag;

/// What the node's form says about its filters; none where it was left alone.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Toggles {
    ignore_case: Option<bool>,
    loose: Option<bool>,
}

impl Toggles {
    /// Reads them. Since version `since` of the type, the switch for types is not an option.
    pub(crate) fn read(values: &Values<'_>, since: f64) -> Self {
        let loose = match values.version() < since {
            true => "options.looseTypeValidation",
            false => "looseTypeValidation",
        };
        Self {
            ignore_case: option_flag(values, "options.ignoreCase"),
            loose: option_flag(values, loose),
        }
    }
}

/// Where conditions are decided: the workflow's time zone, and an item to be set.
pub(crate) fn place(context: &Context) -> Place {
    let timezone = TimeZone::get(&context.run.timezone).unwrap_or(TimeZone::UTC);
    Place { item: 0, timezone }
}

/// Whether a filter is met.
pub(crate) fn passes(filter: &Value, toggles: &Toggles, place: &Place) -> Result<bool, NodeError> {
    // Read by reference: this runs once for each item.
    let mut filter = Filter::deserialize(filter).map_err(|error| {
        NodeError::new("The conditions are not complete")
            .detail(error.to_string())
            .hint("Choose a comparison for each condition.")
    })?;
    if let Some(ignore_case) = toggles.ignore_case {
        filter.options.case_sensitive = !ignore_case;
    }
    if let Some(loose) = toggles.loose {
        let validation = if loose { TypeValidation::Loose } else { TypeValidation::Strict };
        filter.options.type_validation = validation;
    }
    filter.is_met(place).map_err(explain)
}

fn explain(error: FilterError) -> NodeError {
    NodeError { hint: error.hint, ..NodeError::new(error.message) }
}
