//! Variables with members of their own: `$input`, `$('Node')`, `$workflow` and the like.

use reporunner_model::Item;
use serde_json::Value;

use super::{Args, Eval, Res, Stop};
use crate::value::{Text, Val};
use crate::{ErrorKind, ExpressionError, Template};

/// A value whose members are looked up when they are asked for.
#[derive(Clone)]
pub(crate) enum View<'a> {
    Input,
    /// `$('Node')`.
    Node(Text<'a>),
    /// `$node`.
    Nodes,
    /// `$node["Node"]`.
    OldNode(Text<'a>),
    Item(&'a Item),
    PreviousNode,
    Workflow,
    Execution,
    CustomData,
    /// Parameters as written, expressions inside resolved when they are read; how deep in such
    /// expressions this is.
    Parameters(&'a Value, u32),
}

/// Parameters that refer to each other in a circle end here.
const PARAMETER_DEPTH: u32 = 10;

/// `$binary`: what is known of the files, not their bytes.
pub(super) fn binary(item: &Item) -> Val<'_> {
    let files = item.binary.as_deref().into_iter().flatten().map(|(name, file)| {
        let mut known = file.clone();
        known.data = None;
        (name.clone(), Val::from_owned(serde_json::to_value(known).unwrap_or_default()))
    });
    Val::object(files)
}

impl<'a> View<'a> {
    /// Its fields, where it is data with fields.
    pub(crate) fn fields(&self) -> Option<Vec<(String, Val<'a>)>> {
        match self {
            View::Item(item) => {
                let mut fields = vec![("json".to_owned(), Val::Map(&item.json))];
                if item.binary.is_some() {
                    fields.push(("binary".to_owned(), binary(item)));
                }
                if let Some(paired) = &item.paired_item {
                    let paired = serde_json::to_value(paired).unwrap_or_default();
                    fields.push(("pairedItem".to_owned(), Val::from_owned(paired)));
                }
                if let Some(error) = &item.error {
                    fields.push(("error".to_owned(), Val::from_json(error)));
                }
                Some(fields)
            }
            View::Parameters(Value::Object(map), _) => {
                Some(map.iter().map(|(key, value)| (key.clone(), Val::from_json(value))).collect())
            }
            _ => None,
        }
    }

    pub(crate) fn export(&self) -> Value {
        match self {
            View::Item(item) => serde_json::to_value(item).unwrap_or_default(),
            View::Parameters(value, _) => (*value).clone(),
            _ => Value::Object(serde_json::Map::new()),
        }
    }
}

impl<'a> Eval<'a> {
    pub(super) fn view_member(&self, view: &View<'a>, name: &str) -> Res<'a> {
        let frame = self.frame;
        let ambient = &frame.ambient;
        match (view, name) {
            (View::Item(item), "json") => Ok(Val::Map(&item.json)),
            (View::Item(item), "binary") if item.binary.is_some() => Ok(binary(item)),
            (View::Item(item), "error") => {
                Ok(item.error.as_deref().map_or(Val::Undefined, Val::from_json))
            }
            (View::Item(_), "pairedItem") => Ok(view
                .fields()
                .and_then(|fields| fields.into_iter().find(|(key, _)| key == "pairedItem"))
                .map_or(Val::Undefined, |(_, value)| value)),
            (View::Item(_), _) => Ok(Val::Undefined),
            (View::Input, "item") => Ok(Val::View(View::Item(self.current_item()?))),
            (View::Input, "params") => Ok(self.source_record().map_or(Val::Undefined, |record| {
                Val::View(View::Parameters(&record.parameters, 0))
            })),
            (View::Input, "context") => Ok(self
                .source_record()
                .map_or(Val::Undefined, |record| Val::from_json(&record.context))),
            (View::Node(node), _) => self.node_member(node, name),
            (View::Nodes, _) => {
                if frame.data.node(name).is_none() {
                    frame.require_run(name)?;
                }
                Ok(Val::View(View::OldNode(Text::Shared(name.into()))))
            }
            (View::OldNode(node), _) => self.old_node_member(node, name),
            (View::PreviousNode, _) => Ok(match (frame.sources.first(), name) {
                (Some(Some(source)), "name") => Val::Text(Text::Borrowed(&source.node)),
                (Some(Some(source)), "outputIndex") => Val::Number(source.output as f64),
                (Some(Some(source)), "runIndex") => Val::Number(source.run_index as f64),
                _ => Val::Undefined,
            }),
            (View::Workflow, "id") => Ok(Val::Text(Text::Borrowed(&ambient.workflow.id))),
            (View::Workflow, "name") => Ok(Val::Text(Text::Borrowed(&ambient.workflow.name))),
            (View::Workflow, "active") => Ok(Val::Bool(ambient.workflow.active)),
            (View::Execution, "id") => Ok(Val::Text(Text::Borrowed(&ambient.execution.id))),
            (View::Execution, "mode") => Ok(Val::text(ambient.execution.mode.as_str())),
            (View::Execution, "resumeUrl") => {
                Ok(Val::Text(Text::Borrowed(&ambient.execution.resume_url)))
            }
            (View::Execution, "resumeFormUrl") => {
                Ok(Val::Text(Text::Borrowed(&ambient.execution.resume_form_url)))
            }
            (View::Execution, "customData") => Ok(Val::View(View::CustomData)),
            (View::Parameters(value, depth), _) => self.parameter(value, name, *depth),
            _ => Ok(Val::Undefined),
        }
    }

    fn source_record(&self) -> Option<&'a crate::NodeRecord> {
        self.frame.data.node(&self.frame.sources.first()?.as_ref()?.node)
    }

    fn node_member(&self, node: &str, name: &str) -> Res<'a> {
        let frame = self.frame;
        match name {
            "isExecuted" => {
                Ok(Val::Bool(frame.data.node(node).is_some_and(|record| !record.runs.is_empty())))
            }
            "item" | "pairedItem" | "itemMatching" => {
                Ok(Val::View(View::Item(frame.paired(node, self.item)?.item)))
            }
            "params" => {
                let record = frame.data.node(node);
                Ok(record.map_or(Val::Undefined, |record| {
                    Val::View(View::Parameters(&record.parameters, 0))
                }))
            }
            "context" => Ok(frame
                .data
                .node(node)
                .map_or(Val::Undefined, |record| Val::from_json(&record.context))),
            "json" | "binary" | "data" => self.old_node_member(node, name),
            "runIndex" => Ok(Val::Number((frame.require_run(node)?.runs.len() - 1) as f64)),
            _ => Ok(Val::Undefined),
        }
    }

    /// `$node["Node"]`: by the same index, without lineage.
    fn old_node_member(&self, node: &str, name: &str) -> Res<'a> {
        let frame = self.frame;
        match name {
            "json" | "data" | "binary" => {
                let record = frame.require_run(node)?;
                let output = self.default_output(node, record);
                let run = record.runs.len() - 1;
                let items = frame.data.items(node, run, output).unwrap_or_default();
                // Where the other node gave a single item, every item means that one.
                let item = match items {
                    [only] => Some(only),
                    many => many.get(self.item),
                };
                let item = item.ok_or_else(|| {
                    ExpressionError::new(
                        ErrorKind::NodeData,
                        format!("Node '{node}' has no item {}", self.item),
                    )
                    .hint(format!("Use $('{node}').item to follow where the item came from"))
                })?;
                Ok(if name == "binary" { binary(item) } else { Val::Map(&item.json) })
            }
            "parameter" | "params" => self.node_member(node, "params"),
            "context" | "runIndex" => self.node_member(node, name),
            _ => Ok(Val::Undefined),
        }
    }

    fn default_output(&self, node: &str, record: &crate::NodeRecord) -> usize {
        let single = record.runs.last().is_none_or(|run| run.outputs.len() <= 1);
        if single { 0 } else { self.frame.data.output_towards(node, &self.frame.node).unwrap_or(0) }
    }

    fn parameter(&self, value: &'a Value, name: &str, depth: u32) -> Res<'a> {
        let found = match value {
            Value::Object(map) => map.get(name.trim_start_matches('&')),
            Value::Array(list) => match name {
                "length" => return Ok(Val::Number(list.len() as f64)),
                _ => name.parse::<usize>().ok().and_then(|at| list.get(at)),
            },
            _ => None,
        };
        match found {
            None => Ok(Val::Undefined),
            Some(Value::String(text)) if text.starts_with('=') => {
                if depth >= PARAMETER_DEPTH || self.depth.get() + 20 > super::DEPTH {
                    return Stop::error("Parameters refer to each other in a circle");
                }
                let template = Template::parse(text);
                self.depth.set(self.depth.get() + 20);
                let value = template.eval_nested(self);
                self.depth.set(self.depth.get() - 20);
                Ok(value?.map_or(Val::Undefined, Val::from_owned))
            }
            Some(value @ (Value::Object(_) | Value::Array(_))) => {
                Ok(Val::View(View::Parameters(value, depth)))
            }
            Some(value) => Ok(Val::from_json(value)),
        }
    }

    /// Methods of variables. None where the view has no such method.
    pub(super) fn call_view(
        &self,
        view: &View<'a>,
        name: &str,
        args: &Args<'_, 'a>,
    ) -> Result<Option<Val<'a>>, Stop> {
        let frame = self.frame;
        let items = frame.items();
        let wrap = |item: Option<&'a Item>| {
            item.map_or(Val::Undefined, |item| Val::View(View::Item(item)))
        };
        Ok(Some(match (view, name) {
            (View::Input, "first" | "last" | "all") if args.len() > 0 => {
                return Err(Stop::failed(format!("$input.{name}() should have no arguments")));
            }
            (View::Input, "first") => wrap(items.first()),
            (View::Input, "last") => wrap(items.last()),
            (View::Input, "all") => {
                self.spend(items.len())?;
                Val::array(items.iter().map(|item| Val::View(View::Item(item))).collect())
            }
            (View::Node(node), "first" | "last" | "all") => {
                let record = frame.require_run(node)?;
                let output = match args.given(0) {
                    Some(output) => output.integer() as usize,
                    None => self.default_output(node, record),
                };
                let last = record.runs.len() - 1;
                let run = args.given(1).map_or(last, |run| {
                    let run = run.integer();
                    if run < 0.0 { last } else { run as usize }
                });
                let items = frame.data.items(node, run, output).unwrap_or_default();
                match name {
                    "first" => wrap(items.first()),
                    "last" => wrap(items.last()),
                    _ => self.node_items(node, run, output)?,
                }
            }
            (View::Node(node), "pairedItem" | "itemMatching") => {
                let index = match args.given(0) {
                    Some(index) => index.integer() as usize,
                    None if name == "pairedItem" => self.item,
                    None => return Err(Stop::failed("Missing item index for .itemMatching()")),
                };
                wrap(Some(frame.paired(node, index)?.item))
            }
            (View::CustomData, "get") => {
                let data = &frame.ambient.execution.custom_data;
                data.get(&*args.text(0)).map_or(Val::Undefined, Val::from_json)
            }
            (View::CustomData, "getAll") => Val::Map(&frame.ambient.execution.custom_data),
            (View::CustomData, "set" | "setAll") => {
                return Err(ExpressionError::failed("Expressions can't set custom data")
                    .hint("Set it in a Code node")
                    .into());
            }
            (View::Parameters(value, _), _) if value.is_array() => {
                return crate::methods::call(self, &Val::from_json(value), name, args).map(Some);
            }
            _ => return Ok(None),
        }))
    }
}
