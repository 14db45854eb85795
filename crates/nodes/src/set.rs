//! Edit Fields: sets fields of items, by hand or from JSON, and chooses what else is kept.

mod assignments;
mod form;

use async_trait::async_trait;
use reporunner_model::{Item, NodeDescription, NodeError, RunMode};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value};

use crate::field_path::FieldPath;
use crate::items::{Input, Settings, fail_or_go_on, option_flag};
use crate::{js, template};

use assignments::Assigned;

pub(crate) struct Set;

#[async_trait]
impl Node for Set {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let count = input.items().len();
        let mut settings = Settings::new(context);
        let mut out = Vec::with_capacity(count);
        for index in 0..count {
            match one(context, &mut settings, &mut input, index).await {
                Ok((item, copies)) => {
                    out.extend(std::iter::repeat_n(item.clone(), copies));
                    out.push(item);
                }
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

/// The item made of item `index`, and how many further copies of it are wanted.
async fn one(
    context: &Context,
    settings: &mut Settings<Plan>,
    input: &mut Input,
    index: usize,
) -> Result<(Item, usize), NodeError> {
    let written = &context.node.params;
    let plan = settings.at(context, index, |values| Plan::read(values, written))?;
    let late;
    let fields = match &plan.fields {
        Fields::Set(fields) => fields.as_slice(),
        Fields::Json(raw) => {
            let value = template::json(context, raw, index, &["jsonOutput"]).await?;
            let Value::Object(map) = value else {
                return Err(NodeError::new("The JSON is no object")
                    .hint("Write one object: { \"field\": \"value\" }.")
                    .at_item(index)
                    .about(&["jsonOutput"]));
            };
            let assigned = map
                .into_iter()
                .map(|(name, value)| Assigned { path: FieldPath::new(&name, plan.dots), value });
            late = assigned.collect::<Vec<_>>();
            late.as_slice()
        }
    };
    let mut item = plan.keep.apply(input.item(index), plan.dots);
    if !plan.binary {
        item.binary = None;
    }
    for field in fields {
        field.path.set(&mut item.json, field.value.clone());
    }
    item.error = None;
    let copies = if context.run.mode == RunMode::Manual { plan.copies } else { 0 };
    Ok((item.paired(index, 0), copies))
}

/// What one set of parameters asks for.
struct Plan {
    fields: Fields,
    keep: Keep,
    dots: bool,
    binary: bool,
    copies: usize,
}

enum Fields {
    Set(Vec<Assigned>),
    /// JSON whose expressions are evaluated for each item.
    Json(Value),
}

/// Which fields of the incoming item are kept.
enum Keep {
    All,
    None,
    Only(Vec<String>),
    Except(Vec<String>),
}

impl Plan {
    fn read(values: &Values<'_>, written: &Map<String, Value>) -> Result<Self, NodeError> {
        let version = values.version();
        let dots = option_flag(values, "options.dotNotation").unwrap_or(true);
        if version < 3.0 {
            let only_set = values.flag("keepOnlySet");
            return Ok(Self {
                fields: Fields::Set(assignments::legacy(values, written, dots)),
                keep: if only_set { Keep::None } else { Keep::All },
                dots,
                binary: !only_set,
                copies: 0,
            });
        }
        let keep = Keep::read(values);
        let fields = if values.text("mode") == "raw" {
            Fields::Json(values.value("jsonOutput"))
        } else {
            Fields::Set(assignments::read(values, written, dots)?)
        };
        let binary = if version >= 3.4 {
            !option_flag(values, "options.stripBinary").unwrap_or(false)
                && !matches!(keep, Keep::None)
        } else {
            option_flag(values, "options.includeBinary").unwrap_or(false)
        };
        let copies = values.flag("duplicateItem").then(|| values.number("duplicateCount"));
        let copies = copies.flatten().map_or(0, |count| count.clamp(0.0, 10_000.0) as usize);
        Ok(Self { fields, keep, dots, binary, copies })
    }
}

impl Keep {
    fn read(values: &Values<'_>) -> Self {
        if values.version() >= 3.3 && !values.flag("includeOtherFields") {
            return Self::None;
        }
        match values.text("include").as_str() {
            "none" => Self::None,
            "selected" => Self::Only(values.names("includeFields")),
            "except" => Self::Except(values.names("excludeFields")),
            _ => Self::All,
        }
    }

    fn apply(&self, mut item: Item, dots: bool) -> Item {
        match self {
            Self::All => {}
            Self::None => item.json.clear(),
            Self::Only(names) => {
                let from = std::mem::take(&mut item.json);
                item.json = only(&from, names, dots).into();
            }
            Self::Except(names) => {
                for name in names {
                    FieldPath::new(name, dots).unset(&mut item.json);
                }
            }
        }
        item
    }
}

fn only(from: &Map<String, Value>, names: &[String], dots: bool) -> Map<String, Value> {
    let mut kept = Map::new();
    for name in names {
        let path = FieldPath::new(name, dots);
        if let Some(value) = path.get(from) {
            path.set(&mut kept, value.clone());
        }
    }
    kept
}

/// Text for messages: cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = js::cell(value);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
