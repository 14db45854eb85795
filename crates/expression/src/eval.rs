//! The native evaluator: walks the tree against one item of a frame.
//!
//! It has no loops of its own and counts its steps, so it always ends soon; what it does not know
//! or what grows too large it hands to the worker. It never calls out of the process.

mod call;
mod construct;
mod globals;
mod members;
mod operators;
mod variables;
mod view;

pub(crate) use call::{Args, Callable};
pub(crate) use globals::{decode_uri, encode_uri, parse_float, parse_int, round};
pub(crate) use operators::compare_text;
pub(crate) use view::View;

use std::cell::Cell;
use std::rc::Rc;

use crate::syntax::{Element, Expr, Key, LogicalOp, Property};
use crate::value::{Text, Val};
use crate::{ErrorKind, ExpressionError, Frame};

/// Why there is no value.
pub(crate) enum Stop {
    /// JavaScript would throw. An expression that throws is undefined.
    Thrown(String),
    /// The workflow's author has to do something about it.
    Error(Box<ExpressionError>),
    /// The worker has to do it, and why.
    Worker(&'static str),
    /// `?.` met nothing; caught where the chain ends.
    Short,
}

pub(crate) type Res<'a> = Result<Val<'a>, Stop>;

impl Stop {
    pub(crate) fn error<'a>(message: impl Into<String>) -> Res<'a> {
        Err(Stop::failed(message))
    }

    pub(crate) fn failed(message: impl Into<String>) -> Stop {
        Stop::Error(Box::new(ExpressionError::failed(message)))
    }

    pub(crate) fn thrown<'a>(message: impl Into<String>) -> Res<'a> {
        Err(Stop::Thrown(message.into()))
    }
}

impl From<ExpressionError> for Stop {
    fn from(error: ExpressionError) -> Self {
        Stop::Error(Box::new(error))
    }
}

/// Steps before an expression is given to the worker, which has a deadline.
const STEPS: u32 = 2_000_000;
/// Nested evaluations before it is given to the worker, which has a stack of its own.
const DEPTH: u32 = 200;
/// Longest string and most elements that are made natively.
pub(crate) const LARGEST: usize = 8 * 1024 * 1024;

/// Names that reach the machinery behind objects. No workflow needs them.
pub(crate) const FORBIDDEN: &[&str] = &[
    "__proto__",
    "prototype",
    "constructor",
    "getPrototypeOf",
    "setPrototypeOf",
    "prepareStackTrace",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "getBuiltinModule",
    "mainModule",
    "caller",
    "callee",
];

/// Says no to a member that must not be reached.
pub(crate) fn allow_member(name: &str) -> Result<(), Stop> {
    if !FORBIDDEN.contains(&name) {
        return Ok(());
    }
    let message = format!("Cannot access \"{name}\" due to security concerns");
    Err(ExpressionError::new(ErrorKind::Forbidden, message)
        .hint("Expressions work on data only; use a Code node for scripts")
        .into())
}

/// The locals of a function, innermost first. Cheap to capture.
#[derive(Clone)]
pub(crate) struct Env<'a>(Option<Rc<Local<'a>>>);

struct Local<'a> {
    name: &'a str,
    value: Val<'a>,
    outer: Env<'a>,
}

impl<'a> Env<'a> {
    pub(crate) fn empty() -> Self {
        Self(None)
    }

    pub(crate) fn with(&self, name: &'a str, value: Val<'a>) -> Self {
        Self(Some(Rc::new(Local { name, value, outer: self.clone() })))
    }

    fn get(&self, name: &str) -> Option<&Val<'a>> {
        let mut at = self;
        while let Some(local) = &at.0 {
            if local.name == name {
                return Some(&local.value);
            }
            at = &local.outer;
        }
        None
    }
}

/// One evaluation against one item.
pub(crate) struct Eval<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) item: usize,
    steps: Cell<u32>,
    depth: Cell<u32>,
    random: Cell<u64>,
}

impl<'a> Eval<'a> {
    pub(crate) fn new(frame: &'a Frame, item: usize) -> Self {
        Self { frame, item, steps: Cell::new(0), depth: Cell::new(0), random: Cell::new(0) }
    }

    /// An evaluation inside this one, as deep as this one is.
    pub(crate) fn nested<'b>(&self) -> Eval<'b>
    where
        'a: 'b,
    {
        let nested = Eval::new(self.frame, self.item);
        nested.steps.set(self.steps.get());
        nested.depth.set(self.depth.get());
        nested
    }

    /// Counts work that is done outside of the tree, such as the elements of a list.
    pub(crate) fn spend(&self, steps: usize) -> Result<(), Stop> {
        let steps = self.steps.get().saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        self.steps.set(steps);
        if steps > STEPS { Err(Stop::Worker("many steps")) } else { Ok(()) }
    }

    pub(crate) fn eval(&self, expr: &'a Expr, env: &Env<'a>) -> Res<'a> {
        self.spend(1)?;
        match expr {
            Expr::Null => Ok(Val::Null),
            Expr::Bool(truth) => Ok(Val::Bool(*truth)),
            Expr::Number(number) => Ok(Val::Number(*number)),
            Expr::String(text) => Ok(Val::Text(Text::Borrowed(text))),
            Expr::Name(name) => self.name(name, env),
            Expr::Function(function) => Ok(Val::Function(Callable::closure(function, env.clone()))),
            Expr::Regex(pattern) => Ok(Val::Regex(pattern.clone())),
            _ => {
                let depth = self.depth.get() + 1;
                if depth > DEPTH {
                    return Err(Stop::Worker("deep nesting"));
                }
                self.depth.set(depth);
                let result = self.compound(expr, env);
                self.depth.set(depth - 1);
                result
            }
        }
    }

    fn compound(&self, expr: &'a Expr, env: &Env<'a>) -> Res<'a> {
        match expr {
            Expr::Member { object, name, optional } => {
                let value = self.eval(object, env)?;
                if *optional && value.is_nullish() {
                    return Err(Stop::Short);
                }
                self.member(&value, name).map_err(|stop| name_path(stop, object, name))
            }
            Expr::Index { object, index, optional } => {
                let value = self.eval(object, env)?;
                if *optional && value.is_nullish() {
                    return Err(Stop::Short);
                }
                let index = self.eval(index, env)?;
                self.index(&value, &index).map_err(|stop| name_path(stop, object, &index.to_text()))
            }
            Expr::Call { callee, arguments, optional } => {
                self.call(callee, arguments, *optional, env)
            }
            Expr::Chain(inner) => match self.eval(inner, env) {
                Err(Stop::Short) => Ok(Val::Undefined),
                other => other,
            },
            Expr::Unary(op, operand) => self.unary(*op, operand, env),
            Expr::Binary(..) => self.binary_spine(expr, env),
            Expr::Logical(op, left, right) => {
                let left = self.eval(left, env)?;
                let decided = match op {
                    LogicalOp::And => !left.truthy(),
                    LogicalOp::Or => left.truthy(),
                    LogicalOp::Nullish => !left.is_nullish(),
                };
                if decided { Ok(left) } else { self.eval(right, env) }
            }
            Expr::Conditional(condition, then, otherwise) => {
                let branch = if self.eval(condition, env)?.truthy() { then } else { otherwise };
                self.eval(branch, env)
            }
            Expr::Template(texts, values) => self.template(texts, values, env),
            Expr::Array(elements) => Ok(Val::array(self.elements(elements, env)?)),
            Expr::Object(properties) => self.object(properties, env),
            Expr::New { class, arguments } => {
                let arguments = self.elements(arguments, env)?;
                self.construct(class, &Args(&arguments))
            }
            _ => Err(Stop::Worker("expression")),
        }
    }

    /// Operators of the same kind lean to the left as deep as the text is long, so the spine is
    /// walked, not recursed.
    fn binary_spine(&self, expr: &'a Expr, env: &Env<'a>) -> Res<'a> {
        let mut spine = Vec::new();
        let mut at = expr;
        while let Expr::Binary(op, left, right) = at {
            spine.push((*op, right));
            at = left;
        }
        let mut value = self.eval(at, env)?;
        while let Some((op, right)) = spine.pop() {
            let right = self.eval(right, env)?;
            value = self.binary(op, &value, &right)?;
        }
        Ok(value)
    }

    fn template(&self, texts: &'a [Box<str>], values: &'a [Expr], env: &Env<'a>) -> Res<'a> {
        let mut out = texts[0].to_string();
        for (value, text) in values.iter().zip(&texts[1..]) {
            out.push_str(&self.eval(value, env)?.to_text());
            out.push_str(text);
            if out.len() > LARGEST {
                return Err(Stop::Worker("long text"));
            }
        }
        Ok(Val::text(out))
    }

    /// Elements or arguments, spreads laid out.
    pub(crate) fn elements(
        &self,
        elements: &'a [Element],
        env: &Env<'a>,
    ) -> Result<Vec<Val<'a>>, Stop> {
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.eval(&element.value, env)?;
            if !element.spread {
                values.push(value);
                continue;
            }
            let more = self.iterate(&value)?;
            self.spend(more.len())?;
            values.extend(more);
        }
        Ok(values)
    }

    /// What a value gives one after the other.
    pub(crate) fn iterate(&self, value: &Val<'a>) -> Result<Vec<Val<'a>>, Stop> {
        match value {
            Val::List(_) | Val::Array(_) => Ok(value.elements().unwrap_or_default()),
            Val::Text(text) => {
                Ok(text.chars().map(|c| Val::text(c.encode_utf8(&mut [0; 4]) as &str)).collect())
            }
            other => Err(Stop::Thrown(format!("{} is not iterable", &*other.to_text()))),
        }
    }

    fn object(&self, properties: &'a [Property], env: &Env<'a>) -> Res<'a> {
        let mut fields = indexmap::IndexMap::with_capacity(properties.len());
        for property in properties {
            match property {
                Property::Field(key, value) => {
                    let key = self.key(key, env)?;
                    fields.insert(key, self.eval(value, env)?);
                }
                Property::Spread(value) => {
                    let more = self.eval(value, env)?.entries();
                    self.spend(more.len())?;
                    fields.extend(more);
                }
            }
        }
        // JavaScript lists whole-number keys first, in their order.
        let number = |key: &String| {
            let number = key.parse::<u32>().ok()?;
            (number.to_string() == *key).then_some(number)
        };
        if fields.keys().any(|key| number(key).is_some()) {
            fields.sort_by(|a, _, b, _| {
                number(a).map_or(u64::MAX, u64::from).cmp(&number(b).map_or(u64::MAX, u64::from))
            });
        }
        Ok(Val::Object(Rc::new(std::cell::RefCell::new(fields))))
    }

    pub(crate) fn key(&self, key: &'a Key, env: &Env<'a>) -> Result<String, Stop> {
        let key = match key {
            Key::Fixed(name) => name.to_string(),
            Key::Computed(expr) => self.eval(expr, env)?.to_text().to_string(),
        };
        if matches!(key.as_str(), "__proto__" | "constructor" | "prototype") {
            return Err(ExpressionError::new(ErrorKind::Syntax, "invalid syntax")
                .hint(format!("An object in an expression can't have a field \"{key}\""))
                .into());
        }
        Ok(key)
    }
}

/// Says which path was missing instead of only which member could not be read.
fn name_path(stop: Stop, object: &Expr, member: &str) -> Stop {
    match (stop, path_of(object)) {
        (Stop::Thrown(message), Some(path)) if message.starts_with("Cannot read") => {
            let what = if message.contains("of null") { "null" } else { "undefined" };
            Stop::Thrown(format!("{path} is {what}, so \"{member}\" can't be read from it"))
        }
        (stop, _) => stop,
    }
}

/// A plain path as it was written.
fn path_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.to_string()),
        Expr::Member { object, name, .. } => Some(format!("{}.{name}", path_of(object)?)),
        Expr::Index { object, index, .. } => {
            let index = match index.as_ref() {
                Expr::String(text) => serde_json::Value::from(&**text).to_string(),
                Expr::Number(number) => crate::value::number_text(*number),
                _ => return None,
            };
            Some(format!("{}[{index}]", path_of(object)?))
        }
        Expr::Call { callee, arguments, .. } => match arguments.as_slice() {
            [] => Some(format!("{}()", path_of(callee)?)),
            [Element { value: Expr::String(text), spread: false }] => {
                Some(format!("{}('{text}')", path_of(callee)?))
            }
            _ => None,
        },
        Expr::Chain(inner) => path_of(inner),
        _ => None,
    }
}
