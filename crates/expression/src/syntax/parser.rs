//! Recursive descent over the text of an expression.
//!
//! There is no token list: a slash means different things after a value and before one, so the
//! parser asks for what it expects. Depth is bounded, so that no text can overflow the stack.

mod functions;
mod lexer;

use super::{Argument, BinaryOp, Element, Expr, Key, LogicalOp, Property, UnaryOp, Unsupported};
use lexer::Lexer;

/// Deeper nesting goes to the worker.
const DEPTH: usize = 64;
/// Longer chains of calls and members go to the worker.
const CHAIN: usize = 200;

type Parsed<T> = Result<T, Unsupported>;

/// Parses the text of one segment. A trailing semicolon is fine.
pub(crate) fn parse(source: &str) -> Parsed<Expr> {
    let mut parser = Parser { lexer: Lexer::new(source), depth: 0 };
    let expr = parser.expression()?;
    while parser.lexer.take(";") {}
    if parser.lexer.at_end() { Ok(expr) } else { Err(Unsupported("more than one expression")) }
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    depth: usize,
}

impl Parser<'_> {
    /// One expression without commas.
    fn expression(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsupported("deep nesting"));
        }
        let result = self.conditional();
        self.depth -= 1;
        result
    }

    fn conditional(&mut self) -> Parsed<Expr> {
        if let Some(function) = self.function()? {
            return Ok(function);
        }
        let condition = self.binary(0)?;
        if !self.lexer.take_question() {
            return Ok(condition);
        }
        let then = self.expression()?;
        self.lexer.expect(":")?;
        let otherwise = self.expression()?;
        Ok(Expr::Conditional(condition.into(), then.into(), otherwise.into()))
    }

    /// Operators by precedence climbing; all but `**` bind to the left.
    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        let mut length = 0;
        while let Some((operator, precedence)) = self.lexer.peek_operator() {
            if precedence < least {
                break;
            }
            length += 1;
            if length > 2_000 {
                return Err(Unsupported("very long expression"));
            }
            self.lexer.take_operator();
            let right = match operator {
                Operator::Binary(BinaryOp::Power) => self.nested_binary(precedence)?,
                _ => self.nested_binary(precedence + 1)?,
            };
            left = match operator {
                Operator::Binary(op) => Expr::Binary(op, left.into(), right.into()),
                Operator::Logical(op) => Expr::Logical(op, left.into(), right.into()),
            };
        }
        Ok(left)
    }

    fn nested_binary(&mut self, least: u8) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsupported("deep nesting"));
        }
        let result = self.binary(least);
        self.depth -= 1;
        result
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let op = match self.lexer.peek() {
            Some('!') => UnaryOp::Not,
            Some('~') => UnaryOp::BitNot,
            Some('-') if !self.lexer.ahead("--") => UnaryOp::Minus,
            Some('+') if !self.lexer.ahead("++") => UnaryOp::Plus,
            Some('t') if self.lexer.take_word("typeof") => return self.operand(UnaryOp::TypeOf),
            Some('v') if self.lexer.take_word("void") => return self.operand(UnaryOp::Void),
            Some('-' | '+') => return Err(Unsupported("++ and --")),
            _ => return self.postfix(),
        };
        self.lexer.bump();
        self.operand(op)
    }

    fn operand(&mut self, op: UnaryOp) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsupported("deep nesting"));
        }
        let operand = self.unary()?;
        self.depth -= 1;
        Ok(match (op, operand) {
            (UnaryOp::Minus, Expr::Number(number)) => Expr::Number(-number),
            (op, operand) => Expr::Unary(op, operand.into()),
        })
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        let mut chained = false;
        let mut length = 0;
        loop {
            length += 1;
            if length > CHAIN {
                return Err(Unsupported("very long chain"));
            }
            let optional = self.lexer.take_optional();
            chained |= optional;
            if self.lexer.take("[") {
                let index = self.expression()?;
                self.lexer.expect("]")?;
                expr = Expr::Index { object: expr.into(), index: index.into(), optional };
            } else if self.lexer.peek() == Some('(') {
                let arguments = self.arguments()?;
                expr = Expr::Call { callee: expr.into(), arguments, optional };
            } else if optional || self.lexer.take_dot() {
                let name = self.lexer.name().ok_or(Unsupported("member"))?;
                expr = Expr::Member { object: expr.into(), name: name.into(), optional };
            } else {
                break;
            }
        }
        match self.lexer.peek() {
            Some('`') => Err(Unsupported("tagged template")),
            Some('=') if !self.lexer.ahead("==") => Err(Unsupported("assignment")),
            Some('+') if self.lexer.ahead("++") => Err(Unsupported("++ and --")),
            Some('-') if self.lexer.ahead("--") => Err(Unsupported("++ and --")),
            _ if chained => Ok(Expr::Chain(expr.into())),
            _ => Ok(expr),
        }
    }

    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.lexer.expect("(")?;
        self.elements(")")
    }

    fn elements(&mut self, end: &'static str) -> Parsed<Vec<Element>> {
        let mut elements = Vec::new();
        while !self.lexer.take(end) {
            let spread = self.lexer.take("...");
            elements.push(Element { spread, value: self.expression()? });
            if !self.lexer.take(",") {
                self.lexer.expect(end)?;
                break;
            }
        }
        Ok(elements)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        match self.lexer.peek().ok_or(Unsupported("end of text"))? {
            '(' => {
                self.lexer.bump();
                let inner = self.expression()?;
                self.lexer.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.lexer.bump();
                Ok(Expr::Array(self.elements("]")?))
            }
            '{' => self.object(),
            '"' | '\'' => Ok(Expr::String(self.lexer.string()?.into())),
            '`' => self.template(),
            '/' => {
                let (source, flags) = self.lexer.regex()?;
                Ok(Expr::Regex(super::RegexPattern::new(source, flags)?.into()))
            }
            digit if digit.is_ascii_digit() => Ok(Expr::Number(self.lexer.number()?)),
            '.' => Ok(Expr::Number(self.lexer.number()?)),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Parsed<Expr> {
        let name = self.lexer.name().ok_or(Unsupported("character"))?;
        Ok(match name {
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            "null" => Expr::Null,
            "new" => return self.new_object(),
            "this" | "super" | "await" | "yield" | "async" | "function" | "class" | "delete"
            | "import" | "let" | "var" | "const" | "throw" | "return" | "if" | "for" | "while"
            | "switch" | "case" | "try" | "do" | "in" | "instanceof" | "else" => {
                return Err(Unsupported("keyword"));
            }
            name => Expr::Name(name.into()),
        })
    }

    fn new_object(&mut self) -> Parsed<Expr> {
        let class = self.lexer.name().ok_or(Unsupported("class"))?;
        if self.lexer.peek() == Some('.') {
            return Err(Unsupported("class of an object"));
        }
        let arguments = if self.lexer.peek() == Some('(') { self.arguments()? } else { Vec::new() };
        Ok(Expr::New { class: class.into(), arguments })
    }

    fn object(&mut self) -> Parsed<Expr> {
        self.lexer.expect("{")?;
        let mut properties = Vec::new();
        while !self.lexer.take("}") {
            properties.push(self.property()?);
            if !self.lexer.take(",") {
                self.lexer.expect("}")?;
                break;
            }
        }
        Ok(Expr::Object(properties))
    }

    fn property(&mut self) -> Parsed<Property> {
        if self.lexer.take("...") {
            return Ok(Property::Spread(self.expression()?));
        }
        let bare = !matches!(self.lexer.peek(), Some('"' | '\'' | '[' | '0'..='9'));
        let key = self.key()?;
        if self.lexer.take(":") {
            return Ok(Property::Field(key, self.expression()?));
        }
        match key {
            Key::Fixed(name) if bare && matches!(self.lexer.peek(), Some(',' | '}')) => {
                Ok(Property::Field(Key::Fixed(name.clone()), Expr::Name(name)))
            }
            _ => Err(Unsupported("method or accessor of an object")),
        }
    }

    fn key(&mut self) -> Parsed<Key> {
        Ok(match self.lexer.peek() {
            Some('[') => {
                self.lexer.bump();
                let key = self.expression()?;
                self.lexer.expect("]")?;
                Key::Computed(key)
            }
            Some('"' | '\'') => Key::Fixed(self.lexer.string()?.into()),
            Some(c) if c.is_ascii_digit() => {
                Key::Fixed(crate::value::number_text(self.lexer.number()?).into())
            }
            _ => Key::Fixed(self.lexer.name().ok_or(Unsupported("key"))?.into()),
        })
    }

    fn template(&mut self) -> Parsed<Expr> {
        self.lexer.expect("`")?;
        let (mut texts, mut values) = (Vec::new(), Vec::new());
        loop {
            let (text, ended) = self.lexer.template_text()?;
            texts.push(text.into());
            if ended {
                return Ok(Expr::Template(texts, values));
            }
            values.push(self.expression()?);
            self.lexer.skip_space();
            self.lexer.expect_raw('}')?;
        }
    }
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operator {
    Binary(BinaryOp),
    Logical(LogicalOp),
}
