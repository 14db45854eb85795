//! The JavaScript that is evaluated natively: its tree, its parser, its regular expressions.
//!
//! The parser covers expressions and small function bodies. Whatever it does not know is
//! [`Unsupported`], never an error: the worker has the last word on what is valid.

mod ast;
mod parser;
mod regex;
mod scan;

pub(crate) use ast::{
    Argument, BinaryOp, Element, Expr, Function, Key, LogicalOp, Pattern, Property, Statement,
    UnaryOp,
};
pub(crate) use parser::parse;
pub(crate) use regex::Pattern as RegexPattern;
pub(crate) use scan::{is_whole, matching_end, skip_string};

/// Something that the native evaluator leaves to the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsupported(pub(crate) &'static str);
