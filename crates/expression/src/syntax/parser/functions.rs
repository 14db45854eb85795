//! Functions: arrows, function expressions, their parameters and small bodies.

use super::{DEPTH, Expr, Parsed, Parser};
use crate::syntax::{Function, Key, Pattern, Statement, Unsupported};

impl Parser<'_> {
    /// A function, or nothing where none starts here.
    pub(super) fn function(&mut self) -> Parsed<Option<Expr>> {
        let mark = self.lexer.mark();
        if self.lexer.take_word("function") {
            self.lexer.name();
            self.lexer.expect("(")?;
            let (parameters, rest) = self.parameters()?;
            let body = self.block()?;
            let function = Function { parameters, rest, body };
            return Ok(Some(self.called(Expr::Function(function.into()))?));
        }
        let head = self.arrow_head();
        match head {
            Some((parameters, rest)) => {
                let body = if self.lexer.peek() == Some('{') {
                    self.block()?
                } else {
                    vec![Statement::Return(Some(self.expression()?))]
                };
                Ok(Some(Expr::Function(Function { parameters, rest, body }.into())))
            }
            None => {
                self.lexer.reset(mark);
                Ok(None)
            }
        }
    }

    /// A function expression that is called on the spot.
    fn called(&mut self, function: Expr) -> Parsed<Expr> {
        if self.lexer.peek() != Some('(') {
            return Ok(function);
        }
        let arguments = self.arguments()?;
        Ok(Expr::Call { callee: function.into(), arguments, optional: false })
    }

    /// `x =>`, `(a, b) =>`. Leaves the parser anywhere when it is none.
    fn arrow_head(&mut self) -> Option<(Vec<Pattern>, Option<Pattern>)> {
        if self.lexer.peek() == Some('(') {
            if !self.arrow_after_bracket() {
                return None;
            }
            self.lexer.bump();
            let head = self.parameters().ok()?;
            return self.lexer.take("=>").then_some(head);
        }
        let name = self.lexer.name()?;
        self.lexer.take("=>").then(|| (vec![Pattern::Name(name.into())], None))
    }

    /// Whether the bracket that opens here is followed by an arrow. Looked up before the inside
    /// is parsed, so that nested brackets are not parsed again and again.
    fn arrow_after_bracket(&mut self) -> bool {
        let rest = self.lexer.rest_from_here();
        crate::syntax::matching_end(rest, 1, ")")
            .is_some_and(|end| rest[end + 1..].trim_start().starts_with("=>"))
    }

    /// Parameters after the opening bracket, and the bracket that closes them.
    fn parameters(&mut self) -> Parsed<(Vec<Pattern>, Option<Pattern>)> {
        let mut parameters = Vec::new();
        while !self.lexer.take(")") {
            if self.lexer.take("...") {
                let rest = self.pattern()?;
                self.lexer.expect(")")?;
                return Ok((parameters, Some(rest)));
            }
            parameters.push(self.pattern_with_default()?);
            if !self.lexer.take(",") {
                self.lexer.expect(")")?;
                break;
            }
        }
        Ok((parameters, None))
    }

    fn pattern_with_default(&mut self) -> Parsed<Pattern> {
        let pattern = self.pattern()?;
        if self.lexer.ahead("=") && !self.lexer.ahead("==") && !self.lexer.ahead("=>") {
            self.lexer.bump();
            return Ok(Pattern::Default(pattern.into(), self.expression()?));
        }
        Ok(pattern)
    }

    fn pattern(&mut self) -> Parsed<Pattern> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsupported("deep nesting"));
        }
        let pattern = match self.lexer.peek() {
            Some('[') => self.array_pattern(),
            Some('{') => self.object_pattern(),
            _ => Ok(Pattern::Name(self.lexer.name().ok_or(Unsupported("parameter"))?.into())),
        };
        self.depth -= 1;
        pattern
    }

    fn array_pattern(&mut self) -> Parsed<Pattern> {
        self.lexer.expect("[")?;
        let mut places = Vec::new();
        while !self.lexer.take("]") {
            if self.lexer.take(",") {
                places.push(None);
                continue;
            }
            if self.lexer.take("...") {
                let rest = self.pattern()?;
                self.lexer.expect("]")?;
                return Ok(Pattern::Array(places, Some(rest.into())));
            }
            places.push(Some(self.pattern_with_default()?));
            if !self.lexer.take(",") {
                self.lexer.expect("]")?;
                break;
            }
        }
        Ok(Pattern::Array(places, None))
    }

    fn object_pattern(&mut self) -> Parsed<Pattern> {
        self.lexer.expect("{")?;
        let mut fields = Vec::new();
        while !self.lexer.take("}") {
            if self.lexer.take("...") {
                let rest = self.lexer.name().ok_or(Unsupported("parameter"))?;
                self.lexer.expect("}")?;
                return Ok(Pattern::Object(fields, Some(rest.into())));
            }
            let key = self.key()?;
            let pattern = if self.lexer.take(":") {
                self.pattern_with_default()?
            } else {
                let Key::Fixed(name) = &key else { return Err(Unsupported("parameter")) };
                let name = Pattern::Name(name.clone());
                if self.lexer.ahead("=") {
                    self.lexer.bump();
                    Pattern::Default(name.into(), self.expression()?)
                } else {
                    name
                }
            };
            fields.push((key, pattern));
            if !self.lexer.take(",") {
                self.lexer.expect("}")?;
                break;
            }
        }
        Ok(Pattern::Object(fields, None))
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.lexer.expect("{")?;
        let mut statements = Vec::new();
        while !self.lexer.take("}") {
            statements.push(self.statement()?);
        }
        Ok(statements)
    }

    fn statement(&mut self) -> Parsed<Statement> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unsupported("deep nesting"));
        }
        let statement = self.any_statement();
        self.depth -= 1;
        statement
    }

    fn any_statement(&mut self) -> Parsed<Statement> {
        if self.lexer.peek() == Some('{') {
            return Ok(Statement::Block(self.block()?));
        }
        if self.lexer.take_word("if") {
            return self.if_statement();
        }
        if self.lexer.take_word("return") {
            let value = match self.lexer.peek() {
                Some(';' | '}') => None,
                _ if self.lexer.line_break_before() => return Err(Unsupported("bare return")),
                _ => Some(self.expression()?),
            };
            self.end_of_statement()?;
            return Ok(Statement::Return(value));
        }
        if self.lexer.take_word("const") || self.lexer.take_word("let") {
            let pattern = self.pattern()?;
            let value = if self.lexer.take("=") { Some(self.expression()?) } else { None };
            self.end_of_statement()?;
            return Ok(Statement::Declare(pattern, value));
        }
        let value = self.expression()?;
        self.end_of_statement()?;
        Ok(Statement::Expression(value))
    }

    fn if_statement(&mut self) -> Parsed<Statement> {
        self.lexer.expect("(")?;
        let condition = self.expression()?;
        self.lexer.expect(")")?;
        let then = vec![self.statement()?];
        let otherwise =
            if self.lexer.take_word("else") { vec![self.statement()?] } else { Vec::new() };
        Ok(Statement::If(condition, then, otherwise))
    }

    /// A semicolon, the end of the block or a line break.
    fn end_of_statement(&mut self) -> Parsed<()> {
        if self.lexer.take(";") || self.lexer.peek() == Some('}') || self.lexer.line_break_before()
        {
            return Ok(());
        }
        Err(Unsupported("end of statement"))
    }
}
