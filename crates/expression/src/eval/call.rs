//! Calls: of functions, of methods, of what an argument handed over.

use std::rc::Rc;

use super::{Env, Eval, Res, Stop};
use crate::methods;
use crate::syntax::{Argument, Expr, Function, Pattern, Statement};
use crate::value::Val;

/// Something that can be called.
#[derive(Clone)]
pub(crate) enum Callable<'a> {
    /// A function of the expression with what it captured.
    Closure(&'a Function, Env<'a>),
    /// A global by its name: `Number`, `Math`, `DateTime`.
    Global(&'static str),
}

impl<'a> Callable<'a> {
    pub(super) fn closure(function: &'a Function, env: Env<'a>) -> Self {
        Self::Closure(function, env)
    }
}

/// Arguments of a call; what is missing is undefined.
pub(crate) struct Args<'v, 'a>(pub(crate) &'v [Val<'a>]);

impl<'v, 'a> Args<'v, 'a> {
    pub(crate) fn get(&self, index: usize) -> &'v Val<'a> {
        self.0.get(index).unwrap_or(&Val::Undefined)
    }

    /// The argument, where one was given.
    pub(crate) fn given(&self, index: usize) -> Option<&'v Val<'a>> {
        self.0.get(index).filter(|value| !matches!(value, Val::Undefined))
    }

    pub(crate) fn text(&self, index: usize) -> crate::value::Text<'a> {
        self.get(index).to_text()
    }

    /// The argument as text, or what stands in for one that was not given.
    pub(crate) fn text_or(&self, index: usize, missing: &str) -> String {
        self.given(index).map_or_else(|| missing.to_owned(), |value| value.to_text().to_string())
    }

    pub(crate) fn number(&self, index: usize) -> f64 {
        self.get(index).number()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What running a body came to.
enum Flow<'a> {
    Next(Env<'a>),
    Return(Val<'a>),
}

impl<'a> Eval<'a> {
    pub(super) fn call(
        &self,
        callee: &'a Expr,
        arguments: &'a [Argument],
        optional: bool,
        env: &Env<'a>,
    ) -> Res<'a> {
        let (object, name, missing_ok) = match callee {
            Expr::Member { object, name, optional } => {
                (object, Val::Text(crate::value::Text::Borrowed(name)), *optional)
            }
            Expr::Index { object, index, optional } => (object, self.eval(index, env)?, *optional),
            Expr::Name(name) if env.get(name).is_none() => {
                let arguments = self.elements(arguments, env)?;
                return self.call_global(name, &Args(&arguments));
            }
            other => {
                let function = self.eval(other, env)?;
                if optional && function.is_nullish() {
                    return Err(Stop::Short);
                }
                let arguments = self.elements(arguments, env)?;
                return self.call_value(&function, &arguments);
            }
        };
        let receiver = self.eval(object, env)?;
        if missing_ok && receiver.is_nullish() {
            return Err(Stop::Short);
        }
        let name = name.to_text();
        if optional
            && self.member(&receiver, &name).is_ok_and(|value| value.is_nullish())
            && !methods::exists(&name)
        {
            return Err(Stop::Short);
        }
        let arguments = self.elements(arguments, env)?;
        self.call_method(&receiver, &name, &Args(&arguments))
            .map_err(|stop| super::name_path(stop, object, &name))
    }

    /// Calls a method: an own function first, then what the type has.
    pub(crate) fn call_method(
        &self,
        receiver: &Val<'a>,
        name: &str,
        args: &Args<'_, 'a>,
    ) -> Res<'a> {
        super::allow_member(name)?;
        if let Val::Object(fields) = receiver {
            let own = fields.borrow().get(name).cloned();
            if let Some(own @ Val::Function(_)) = own {
                return self.call_value(&own, args.0);
            }
        }
        match receiver {
            Val::View(view) => match self.call_view(view, name, args)? {
                Some(value) => Ok(value),
                None => methods::call(self, receiver, name, args),
            },
            Val::Function(Callable::Global(class)) => self.call_static(class, name, args),
            _ => methods::call(self, receiver, name, args),
        }
    }

    /// Calls a value that must be a function.
    pub(crate) fn call_value(&self, function: &Val<'a>, arguments: &[Val<'a>]) -> Res<'a> {
        match function {
            Val::Function(Callable::Closure(function, env)) => {
                let depth = self.depth.get() + 4;
                if depth > super::DEPTH {
                    return Err(Stop::Worker("deep recursion"));
                }
                self.depth.set(depth);
                let result = self.run(function, env, arguments);
                self.depth.set(depth - 4);
                result
            }
            Val::Function(Callable::Global(name)) => self.call_global(name, &Args(arguments)),
            other => Stop::thrown(format!("{} is not a function", &*other.to_text())),
        }
    }

    fn run(&self, function: &'a Function, env: &Env<'a>, arguments: &[Val<'a>]) -> Res<'a> {
        self.spend(1)?;
        let mut env = env.clone();
        for (at, pattern) in function.parameters.iter().enumerate() {
            env = self.bind(pattern, arguments.get(at).cloned().unwrap_or(Val::Undefined), env)?;
        }
        if let Some(rest) = &function.rest {
            let rest_values = arguments.get(function.parameters.len()..).unwrap_or_default();
            env = self.bind(rest, Val::array(rest_values.to_vec()), env)?;
        }
        if let [Statement::Return(Some(value))] = function.body.as_slice() {
            return self.eval(value, &env);
        }
        match self.run_body(&function.body, env)? {
            Flow::Return(value) => Ok(value),
            Flow::Next(_) => Ok(Val::Undefined),
        }
    }

    fn run_body(&self, body: &'a [Statement], mut env: Env<'a>) -> Result<Flow<'a>, Stop> {
        for statement in body {
            match self.run_statement(statement, &env)? {
                Flow::Next(next) => env = next,
                done => return Ok(done),
            }
        }
        Ok(Flow::Next(env))
    }

    fn run_statement(&self, statement: &'a Statement, env: &Env<'a>) -> Result<Flow<'a>, Stop> {
        match statement {
            Statement::Declare(pattern, value) => {
                let value = match value {
                    Some(value) => self.eval(value, env)?,
                    None => Val::Undefined,
                };
                return Ok(Flow::Next(self.bind(pattern, value, env.clone())?));
            }
            Statement::Return(Some(value)) => return Ok(Flow::Return(self.eval(value, env)?)),
            Statement::Return(None) => return Ok(Flow::Return(Val::Undefined)),
            Statement::Expression(value) => {
                self.eval(value, env)?;
            }
            Statement::Block(body) => {
                if let done @ Flow::Return(_) = self.run_body(body, env.clone())? {
                    return Ok(done);
                }
            }
            Statement::If(condition, then, otherwise) => {
                let body = if self.eval(condition, env)?.truthy() { then } else { otherwise };
                if let done @ Flow::Return(_) = self.run_body(body, env.clone())? {
                    return Ok(done);
                }
            }
        }
        Ok(Flow::Next(env.clone()))
    }

    fn bind(&self, pattern: &'a Pattern, value: Val<'a>, env: Env<'a>) -> Result<Env<'a>, Stop> {
        match pattern {
            Pattern::Name(name) => Ok(env.with(name, value)),
            Pattern::Default(pattern, default) => {
                let value = match value {
                    Val::Undefined => self.eval(default, &env)?,
                    value => value,
                };
                self.bind(pattern, value, env)
            }
            Pattern::Array(places, rest) => {
                let values = self.iterate(&value)?;
                let mut env = env;
                for (at, place) in places.iter().enumerate() {
                    if let Some(pattern) = place {
                        let value = values.get(at).cloned().unwrap_or(Val::Undefined);
                        env = self.bind(pattern, value, env)?;
                    }
                }
                match rest {
                    Some(rest) => {
                        let values = values.get(places.len()..).unwrap_or_default();
                        self.bind(rest, Val::array(values.to_vec()), env)
                    }
                    None => Ok(env),
                }
            }
            Pattern::Object(fields, rest) => {
                if value.is_nullish() {
                    return Err(Stop::Thrown("Cannot take undefined or null apart".to_owned()));
                }
                let mut env = env;
                let mut taken = Vec::new();
                for (key, pattern) in fields {
                    let key = self.key(key, &env)?;
                    let part = self.member(&value, &key)?;
                    env = self.bind(pattern, part, env)?;
                    taken.push(key);
                }
                match rest {
                    Some(rest) => {
                        let left =
                            value.entries().into_iter().filter(|(key, _)| !taken.contains(key));
                        Ok(env.with(rest, Val::object(left)))
                    }
                    None => Ok(env),
                }
            }
        }
    }

    /// The function an argument must be.
    pub(crate) fn callback(&self, args: &Args<'_, 'a>, index: usize) -> Result<Rc<Val<'a>>, Stop> {
        match args.get(index) {
            function @ Val::Function(_) => Ok(Rc::new(function.clone())),
            other => Err(Stop::Thrown(format!("{} is not a function", &*other.to_text()))),
        }
    }
}
