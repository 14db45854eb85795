//! The tree of an expression. Built once, evaluated often, shared between threads.

use std::sync::Arc;

use super::RegexPattern;

/// An expression.
#[derive(Debug)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Number(f64),
    String(Box<str>),
    /// Texts around the values; one more text than values.
    Template(Vec<Box<str>>, Vec<Expr>),
    Regex(Arc<RegexPattern>),
    /// A local, a global, or a variable that starts with `$`.
    Name(Box<str>),
    Array(Vec<Element>),
    Object(Vec<Property>),
    Member {
        object: Box<Expr>,
        name: Box<str>,
        optional: bool,
    },
    Index {
        object: Box<Expr>,
        index: Box<Expr>,
        optional: bool,
    },
    Call {
        callee: Box<Expr>,
        arguments: Vec<Argument>,
        optional: bool,
    },
    New {
        class: Box<str>,
        arguments: Vec<Argument>,
    },
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Logical(LogicalOp, Box<Expr>, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    Function(Arc<Function>),
    /// The extent of `?.`: a missing value inside makes the whole undefined.
    Chain(Box<Expr>),
}

/// An element of an array or an argument of a call.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) spread: bool,
    pub(crate) value: Expr,
}

pub(crate) type Argument = Element;

#[derive(Debug)]
pub(crate) enum Property {
    Field(Key, Expr),
    Spread(Expr),
}

#[derive(Debug)]
pub(crate) enum Key {
    Fixed(Box<str>),
    Computed(Expr),
}

/// An arrow function or a function expression.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<Pattern>,
    pub(crate) rest: Option<Pattern>,
    pub(crate) body: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) enum Pattern {
    Name(Box<str>),
    Default(Box<Pattern>, Expr),
    Array(Vec<Option<Pattern>>, Option<Box<Pattern>>),
    Object(Vec<(Key, Pattern)>, Option<Box<str>>),
}

#[derive(Debug)]
pub(crate) enum Statement {
    Declare(Pattern, Option<Expr>),
    If(Expr, Vec<Statement>, Vec<Statement>),
    Return(Option<Expr>),
    Expression(Expr),
    Block(Vec<Statement>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    Not,
    Minus,
    Plus,
    BitNot,
    TypeOf,
    Void,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    StrictEqual,
    StrictNotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftRightZero,
    In,
    InstanceOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogicalOp {
    And,
    Or,
    Nullish,
}
