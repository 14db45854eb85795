//! What a name means: a local, a variable that starts with `$`, or a global.

use super::{Args, Callable, Env, Eval, Res, Stop, View, globals};
use crate::datetime::{DateTime, Unit};
use crate::value::{Text, Val};
use crate::{ErrorKind, ExpressionError};

impl<'a> Eval<'a> {
    pub(super) fn name(&self, name: &'a str, env: &Env<'a>) -> Res<'a> {
        if let Some(value) = env.get(name) {
            return Ok(value.clone());
        }
        if name.starts_with('$') {
            return self.variable(name);
        }
        match name {
            "undefined" => Ok(Val::Undefined),
            "NaN" => Ok(Val::Number(f64::NAN)),
            "Infinity" => Ok(Val::Number(f64::INFINITY)),
            _ => match globals::named(name) {
                Some(global) => Ok(Val::Function(Callable::Global(global))),
                None if globals::is_worker_only(name) => Err(Stop::Worker("a global")),
                // A name that nothing has is undefined, as in n8n.
                None => super::allow_member(name).map(|()| Val::Undefined),
            },
        }
    }

    /// The item the expression is evaluated for.
    pub(crate) fn current_item(&self) -> Result<&'a reporunner_model::Item, Stop> {
        self.frame.item(self.item).ok_or_else(|| {
            let message = if self.frame.items().is_empty() {
                "There is no input data".to_owned()
            } else {
                format!("The input has no item {}", self.item)
            };
            ExpressionError::new(ErrorKind::NodeData, message)
                .hint("Run the nodes before this one first, or connect one that gives items")
                .into()
        })
    }

    fn variable(&self, name: &'a str) -> Res<'a> {
        let frame = self.frame;
        match name {
            "$json" | "$data" => Ok(Val::Map(&self.current_item()?.json)),
            "$binary" => Ok(super::view::binary(self.current_item()?)),
            "$input" => Ok(Val::View(View::Input)),
            "$node" => Ok(Val::View(View::Nodes)),
            "$prevNode" => Ok(Val::View(View::PreviousNode)),
            "$workflow" => Ok(Val::View(View::Workflow)),
            "$execution" => Ok(Val::View(View::Execution)),
            "$parameter" => Ok(match frame.record() {
                Some(record) => Val::View(View::Parameters(&record.parameters, 0)),
                None => Val::object([]),
            }),
            "$vars" => Ok(Val::Map(&frame.ambient.vars)),
            "$env" => Err(ExpressionError::new(ErrorKind::Forbidden, "access to env vars denied")
                .hint("Keep the value in a variable ($vars) or in a credential")
                .into()),
            "$itemIndex" => Ok(Val::Number(self.item as f64)),
            "$runIndex" => Ok(Val::Number(frame.run_index as f64)),
            "$mode" => Ok(Val::text(frame.ambient.execution.mode.mode())),
            "$now" => Ok(Val::date_time(self.now())),
            "$today" => Ok(Val::date_time(self.now().start_of(Unit::Day))),
            "$nodeVersion" => Ok(Val::Number(frame.node_version)),
            "$nodeId" => Ok(Val::Text(Text::Borrowed(&frame.node_id))),
            "$executionId" => Ok(Val::Text(Text::Borrowed(&frame.ambient.execution.id))),
            "$resumeWebhookUrl" => {
                Ok(Val::Text(Text::Borrowed(&frame.ambient.execution.resume_url)))
            }
            "$thisItem" => Ok(Val::View(View::Item(self.current_item()?))),
            "$thisItemIndex" | "$position" => Ok(Val::Number(self.item as f64)),
            "$thisRunIndex" => Ok(Val::Number(frame.run_index as f64)),
            _ => match frame.extra.get(&name[1..]) {
                Some(value) => Ok(Val::from_json(value)),
                None if globals::is_variable_function(name) => {
                    Err(Stop::Worker("a function as a value"))
                }
                None => Ok(Val::Undefined),
            },
        }
    }

    pub(crate) fn now(&self) -> DateTime {
        DateTime::from_ms(self.frame.now.0 as f64, &self.frame.ambient.timezone)
    }

    /// Calls a function by its name alone.
    pub(super) fn call_global(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match name {
            "$" => {
                let node = args.text(0);
                if self.frame.data.node(&node).is_none() {
                    self.frame.require_run(&node)?;
                }
                Ok(Val::View(View::Node(node)))
            }
            "$items" => self.items_of(args),
            "$if" => Ok(if args.get(0).truthy() {
                args.get(1).clone()
            } else {
                match args.get(2) {
                    Val::Undefined => Val::Bool(false),
                    other => other.clone(),
                }
            }),
            "$ifEmpty" => Ok(if crate::methods::is_empty(args.get(0)) {
                args.get(1).clone()
            } else {
                args.get(0).clone()
            }),
            "$not" => Ok(Val::Bool(!args.get(0).truthy())),
            "$min" | "min" => Ok(globals::fold(args, f64::INFINITY, globals::smaller)),
            "$max" | "max" => Ok(globals::fold(args, f64::NEG_INFINITY, globals::larger)),
            "average" | "$average" => {
                let sum: f64 = (0..args.len()).map(|at| args.number(at)).sum();
                Ok(Val::Number(sum / args.len() as f64))
            }
            "numberList" => self.number_list(args.number(0), args.number(1)),
            _ => self.call_function(name, args),
        }
    }

    fn items_of(&self, args: &Args<'_, 'a>) -> Res<'a> {
        let frame = self.frame;
        let Some(name) = args.given(0) else {
            let items = frame.items().iter().map(|item| Val::View(View::Item(item)));
            return Ok(Val::array(items.collect()));
        };
        let name = name.to_text();
        let record = frame.require_run(&name)?;
        let output = args.given(1).map_or(0, |output| output.integer() as usize);
        let run = args.given(2).map_or(record.runs.len() - 1, |run| run.integer() as usize);
        self.node_items(&name, run, output)
    }

    /// Items of one output of one run as values.
    pub(super) fn node_items(&self, name: &str, run: usize, output: usize) -> Res<'a> {
        let items = self.frame.data.items(name, run, output).unwrap_or_default();
        self.spend(items.len())?;
        Ok(Val::array(items.iter().map(|item| Val::View(View::Item(item))).collect()))
    }

    fn number_list(&self, start: f64, end: f64) -> Res<'a> {
        let count = (end - start).abs().trunc();
        if !count.is_finite() || count > 1e6 {
            return Err(Stop::Worker("long list"));
        }
        let step = if end < start { -1.0 } else { 1.0 };
        let list = (0..=count as u32).map(|at| Val::Number(start + f64::from(at) * step));
        Ok(Val::array(list.collect()))
    }
}
