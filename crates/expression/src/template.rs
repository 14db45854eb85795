//! A string with `{{ … }}` segments, parsed once and evaluated for many items.
//!
//! A segment that stands alone keeps the type of its value; text around it makes a string. Finding
//! out what a segment means is the evaluator's and the worker's business.

use std::sync::Arc;

use serde_json::Value;

use crate::eval::{Env, Eval, Res, Stop};
use crate::syntax::{Expr, Unsupported, is_whole, matching_end, parse};
use crate::value::{Val, export};
use crate::{ErrorKind, ExpressionError, Frame};

/// A parsed string. Clones share it.
#[derive(Debug, Clone)]
pub struct Template {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Box<str>,
    parts: Vec<Part>,
    expression: bool,
    /// Where it is nothing but a plain path below `$json`, the keys of that path.
    path: Option<Vec<Box<str>>>,
}

#[derive(Debug)]
pub(crate) enum Part {
    Text(Box<str>),
    Segment { source: Box<str>, tree: Result<Expr, Unsupported> },
}

/// What an evaluation gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// The value; none for undefined.
    pub value: Option<Value>,
    /// Why a part of it is undefined, where JavaScript would have thrown.
    pub warning: Option<String>,
}

/// Why the native evaluator has no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// Only the worker can tell; in a few words why.
    NeedsWorker(&'static str),
    /// It failed, and would fail in the worker.
    Failed(ExpressionError),
}

impl Template {
    /// Parses a string. One that does not start with `=` stands for itself.
    pub fn parse(text: &str) -> Self {
        let (expression, parts) = match text.strip_prefix('=') {
            Some(body) => (true, split(body)),
            None => (false, vec![Part::Text(text.into())]),
        };
        let path = match parts.as_slice() {
            [Part::Segment { tree: Ok(tree), .. }] => json_path(tree),
            _ => None,
        };
        Self { inner: Arc::new(Inner { source: text.into(), parts, expression, path }) }
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    /// Whether it starts with `=`.
    pub fn is_expression(&self) -> bool {
        self.inner.expression
    }

    /// Whether it has no segments and so is the same for every item.
    pub fn is_constant(&self) -> bool {
        self.inner.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Whether every segment is in the subset that is evaluated natively. A native segment may
    /// still need the worker for what it finds at run time.
    pub fn is_native(&self) -> bool {
        !self.inner.parts.iter().any(|part| matches!(part, Part::Segment { tree: Err(_), .. }))
    }

    /// Whether every segment reads as JavaScript, as far as can be told without the worker: brackets and quotes match, and nothing is missing at either end.
    pub fn is_whole(&self) -> bool {
        self.inner.parts.iter().all(|part| match part {
            Part::Text(_) | Part::Segment { tree: Ok(_), .. } => true,
            Part::Segment { source, .. } => is_whole(source),
        })
    }

    /// The JavaScript of each segment.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.inner.parts.iter().filter_map(|part| match part {
            Part::Segment { source, .. } => Some(&**source),
            Part::Text(_) => None,
        })
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.inner.parts
    }

    /// Evaluates it natively for item `item` of `frame`.
    pub fn evaluate(&self, frame: &Frame, item: usize) -> Result<Outcome, Refusal> {
        if let Some(value) = self.at_path(frame, item) {
            return Ok(Outcome { value: Some(value), warning: None });
        }
        let mut warning = None;
        let value = self.value(&Eval::new(frame, item), &mut warning).map_err(Refusal::from)?;
        match export(&value) {
            Ok(value) => Ok(Outcome { value, warning }),
            Err(_) => Err(Refusal::Failed(endless())),
        }
    }

    /// The same told with tags for what JSON cannot say.
    pub(crate) fn told(&self, frame: &Frame, item: usize) -> Result<Value, Refusal> {
        let value = self.value(&Eval::new(frame, item), &mut None).map_err(Refusal::from)?;
        Ok(crate::told::tell(&value))
    }

    /// The value of a plain path that leads somewhere: four of five expressions are one.
    fn at_path(&self, frame: &Frame, item: usize) -> Option<Value> {
        let (first, rest) = self.inner.path.as_ref()?.split_first()?;
        let start = frame.item(item)?.json.get(&**first)?;
        let value = rest.iter().try_fold(start, |value, key| value.as_object()?.get(&**key))?;
        export(&Val::from_json(value)).ok().flatten()
    }

    /// The same inside another evaluation.
    pub(crate) fn eval_nested(&self, outer: &Eval<'_>) -> Result<Option<Value>, Stop> {
        let value = self.value(&outer.nested(), &mut None)?;
        export(&value).map_err(|_| endless().into())
    }

    fn value<'a>(&'a self, eval: &Eval<'a>, warning: &mut Option<String>) -> Res<'a> {
        match self.inner.parts.as_slice() {
            [] => Ok(Val::text("")),
            [Part::Text(text)] => Ok(Val::text(&**text)),
            [Part::Segment { tree, .. }] => segment(eval, tree, warning),
            parts => {
                let mut out = String::new();
                for part in parts {
                    match part {
                        Part::Text(text) => out.push_str(text),
                        Part::Segment { tree, .. } => {
                            let value = segment(eval, tree, warning)?;
                            push_text(&value, &mut out);
                        }
                    }
                }
                Ok(Val::text(out))
            }
        }
    }
}

/// The keys of `$json.a.b`, where the tree is nothing else.
fn json_path(tree: &Expr) -> Option<Vec<Box<str>>> {
    match tree {
        Expr::Name(name) if &**name == "$json" => Some(Vec::new()),
        Expr::Member { object, name, .. } => {
            let mut path = json_path(object)?;
            path.push(name.clone());
            Some(path)
        }
        Expr::Index { object, index, .. } => {
            let Expr::String(name) = index.as_ref() else { return None };
            let mut path = json_path(object)?;
            path.push(name.clone());
            Some(path)
        }
        Expr::Chain(inner) => json_path(inner),
        _ => None,
    }
}

/// Within text, what counts as false shows as nothing, except 0 and false themselves.
fn push_text(value: &Val<'_>, out: &mut String) {
    let shown = value.truthy()
        || matches!(value, Val::Bool(false))
        || matches!(value, Val::Number(number) if *number == 0.0);
    if shown {
        out.push_str(&value.to_text());
    }
}

/// The value of one segment. What throws is undefined.
fn segment<'a>(
    eval: &Eval<'a>,
    tree: &'a Result<Expr, Unsupported>,
    warning: &mut Option<String>,
) -> Res<'a> {
    let tree = tree.as_ref().map_err(|Unsupported(why)| Stop::Worker(why))?;
    match eval.eval(tree, &Env::empty()) {
        Err(Stop::Thrown(message)) => {
            warning.get_or_insert(message);
            Ok(Val::Undefined)
        }
        other => other,
    }
}

fn endless() -> ExpressionError {
    ExpressionError::new(ErrorKind::Failed, "The value contains itself")
        .hint("Return a value without circular references")
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Worker(why) => Refusal::NeedsWorker(why),
            Stop::Error(error) => Refusal::Failed(*error),
            Stop::Thrown(message) => Refusal::Failed(ExpressionError::failed(message)),
            Stop::Short => Refusal::NeedsWorker("optional chain"),
        }
    }
}

/// Splits the text behind `=` into texts and segments.
fn split(body: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut rest, mut text) = (body, String::new());
    while let Some(start) = rest.find("{{") {
        let inner = start + 2;
        // As in n8n, what nothing closes is code to its end.
        let end = segment_end(rest, inner).unwrap_or(rest.len());
        // A doubled backslash stands for one.
        text.push_str(&rest[..start].replace("\\\\", "\\"));
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text).into()));
        }
        let source = &rest[inner..end];
        parts.push(Part::Segment { source: source.into(), tree: parse(source) });
        rest = rest.get(end + 2..).unwrap_or_default();
    }
    text.push_str(&rest.replace("\\\\", "\\"));
    if !text.is_empty() {
        parts.push(Part::Text(text.into()));
    }
    parts
}

/// Where the braces stand that close a segment: outside of strings, brackets and comments, or
/// where that finds nothing, the first ones there are.
fn segment_end(text: &str, inner: usize) -> Option<usize> {
    matching_end(text, inner, "}}").or_else(|| text[inner..].find("}}").map(|at| inner + at))
}
