//! Reads the pieces of an expression from its text: names, numbers, strings, operators.

use super::{Operator, Parsed};
use crate::syntax::{BinaryOp, LogicalOp, Unsupported, skip_string};

pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

/// Longest first, so that `===` is not read as `==`.
const OPERATORS: &[(&str, Operator, u8)] = &[
    (">>>", Operator::Binary(BinaryOp::ShiftRightZero), 9),
    ("===", Operator::Binary(BinaryOp::StrictEqual), 7),
    ("!==", Operator::Binary(BinaryOp::StrictNotEqual), 7),
    ("**", Operator::Binary(BinaryOp::Power), 12),
    ("&&", Operator::Logical(LogicalOp::And), 3),
    ("||", Operator::Logical(LogicalOp::Or), 2),
    ("??", Operator::Logical(LogicalOp::Nullish), 2),
    ("==", Operator::Binary(BinaryOp::Equal), 7),
    ("!=", Operator::Binary(BinaryOp::NotEqual), 7),
    ("<=", Operator::Binary(BinaryOp::LessEqual), 8),
    (">=", Operator::Binary(BinaryOp::GreaterEqual), 8),
    ("<<", Operator::Binary(BinaryOp::ShiftLeft), 9),
    (">>", Operator::Binary(BinaryOp::ShiftRight), 9),
    ("<", Operator::Binary(BinaryOp::Less), 8),
    (">", Operator::Binary(BinaryOp::Greater), 8),
    ("+", Operator::Binary(BinaryOp::Add), 10),
    ("-", Operator::Binary(BinaryOp::Subtract), 10),
    ("*", Operator::Binary(BinaryOp::Multiply), 11),
    ("/", Operator::Binary(BinaryOp::Divide), 11),
    ("%", Operator::Binary(BinaryOp::Remainder), 11),
    ("&", Operator::Binary(BinaryOp::BitAnd), 6),
    ("^", Operator::Binary(BinaryOp::BitXor), 5),
    ("|", Operator::Binary(BinaryOp::BitOr), 4),
];

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Skips white space and comments.
    pub(super) fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            if !(trimmed.starts_with("//") || trimmed.starts_with("/*")) {
                return;
            }
            match skip_string(self.source, self.at, b'(') {
                Some(end) => self.at = end,
                None => return,
            }
        }
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.rest().chars().next()
    }

    /// Takes the character that [`Self::peek`] gave.
    pub(super) fn bump(&mut self) {
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
    }

    pub(super) fn ahead(&mut self, text: &str) -> bool {
        self.skip_space();
        self.rest().starts_with(text)
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.ahead(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn expect(&mut self, text: &'static str) -> Parsed<()> {
        if self.take(text) { Ok(()) } else { Err(Unsupported("punctuation")) }
    }

    pub(super) fn expect_raw(&mut self, c: char) -> Parsed<()> {
        if self.rest().starts_with(c) {
            self.bump();
            return Ok(());
        }
        Err(Unsupported("punctuation"))
    }

    /// `?.` that is not the start of `? .5 :`.
    pub(super) fn take_optional(&mut self) -> bool {
        let digit = |text: &str| text.as_bytes().get(2).is_some_and(u8::is_ascii_digit);
        self.ahead("?.") && !digit(self.rest()) && self.take("?.")
    }

    /// `.` that is not the start of `...`.
    pub(super) fn take_dot(&mut self) -> bool {
        self.ahead(".") && !self.ahead("..") && self.take(".")
    }

    /// `?` that is neither `??` nor `?.`.
    pub(super) fn take_question(&mut self) -> bool {
        self.ahead("?") && !self.ahead("??") && self.take("?")
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let found = self
            .rest()
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| is_name(c)));
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn name(&mut self) -> Option<&'s str> {
        self.skip_space();
        let rest = self.rest();
        let first = rest.chars().next()?;
        if !is_name(first) || first.is_ascii_digit() {
            return None;
        }
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        Some(&rest[..length])
    }

    pub(super) fn peek_operator(&mut self) -> Option<(Operator, u8)> {
        self.skip_space();
        let rest = self.rest();
        if let Some(at) = self.word_operator() {
            return Some((at, 8));
        }
        let (text, operator, precedence) =
            OPERATORS.iter().find(|(text, ..)| rest.starts_with(text))?;
        // `+=`, `&&=` and the like are assignments.
        let after = &rest[text.len()..];
        let comparison = matches!(*text, "==" | "!=" | "<=" | ">=" | "===" | "!==");
        if !comparison && after.starts_with('=') {
            return None;
        }
        Some((*operator, *precedence))
    }

    fn word_operator(&self) -> Option<Operator> {
        let word = |word: &str| {
            self.rest()
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(|c: char| is_name(c)))
        };
        if word("in") {
            return Some(Operator::Binary(BinaryOp::In));
        }
        word("instanceof").then_some(Operator::Binary(BinaryOp::InstanceOf))
    }

    /// Takes the operator that [`Self::peek_operator`] gave.
    pub(super) fn take_operator(&mut self) {
        match self.word_operator() {
            Some(Operator::Binary(BinaryOp::In)) => self.at += "in".len(),
            Some(_) => self.at += "instanceof".len(),
            None => {
                let rest = self.rest();
                let found = OPERATORS.iter().find(|(text, ..)| rest.starts_with(text));
                self.at += found.map_or(0, |(text, ..)| text.len());
            }
        }
    }

    pub(super) fn number(&mut self) -> Parsed<f64> {
        self.skip_space();
        let rest = self.rest();
        let length = rest
            .char_indices()
            .find(|(at, c)| {
                let exponent = matches!(c, '+' | '-')
                    && matches!(rest.as_bytes().get(at.wrapping_sub(1)), Some(b'e' | b'E'))
                    && !rest.starts_with("0x");
                !(c.is_ascii_alphanumeric() || *c == '.' || *c == '_' || exponent)
            })
            .map_or(rest.len(), |(at, _)| at);
        let text = rest[..length].replace('_', "");
        self.at += length;
        let radix = |digits: &str, radix| {
            u64::from_str_radix(digits, radix).map(|n| n as f64).map_err(|_| Unsupported("number"))
        };
        match text.get(..2) {
            Some("0x" | "0X") => radix(&text[2..], 16),
            Some("0b" | "0B") => radix(&text[2..], 2),
            Some("0o" | "0O") => radix(&text[2..], 8),
            Some(two) if two.starts_with('0') && two.as_bytes()[1].is_ascii_digit() => {
                Err(Unsupported("octal number"))
            }
            _ => text.parse().map_err(|_| Unsupported("number")),
        }
    }

    pub(super) fn string(&mut self) -> Parsed<String> {
        self.skip_space();
        let end = skip_string(self.source, self.at, b'(').ok_or(Unsupported("string"))?;
        let text = &self.source[self.at + 1..end - 1];
        self.at = end;
        unescape(text)
    }

    /// Text of a template literal up to its end or up to the next value.
    pub(super) fn template_text(&mut self) -> Parsed<(String, bool)> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut end = 0;
        loop {
            match bytes.get(end).ok_or(Unsupported("template"))? {
                b'\\' => end += 2,
                b'`' => {
                    self.at += end + 1;
                    return Ok((unescape(&rest[..end])?, true));
                }
                b'$' if bytes.get(end + 1) == Some(&b'{') => {
                    self.at += end + 2;
                    return Ok((unescape(&rest[..end])?, false));
                }
                _ => end += 1,
            }
        }
    }

    pub(super) fn regex(&mut self) -> Parsed<(&'s str, &'s str)> {
        let end = skip_string(self.source, self.at, b'(').ok_or(Unsupported("pattern"))?;
        let text = &self.source[self.at + 1..end];
        self.at = end;
        text.rsplit_once('/').ok_or(Unsupported("pattern"))
    }

    /// The text from the next significant character on.
    pub(super) fn rest_from_here(&mut self) -> &'s str {
        self.skip_space();
        self.rest()
    }

    /// Whether the next significant character stands on a new line.
    pub(super) fn line_break_before(&mut self) -> bool {
        self.skip_space();
        let before = &self.source[..self.at];
        before[before.trim_end().len()..].contains('\n')
    }

    /// Where the parser stands, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The meaning of a string's text with its escapes.
fn unescape(text: &str) -> Parsed<String> {
    if !text.contains(['\\', '\r']) {
        return Ok(text.to_owned());
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let push = |units: &mut Vec<u16>, c: char| {
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(&mut units, c);
            continue;
        }
        match chars.next().ok_or(Unsupported("escape"))? {
            'n' => units.push(0x0a),
            'r' => units.push(0x0d),
            't' => units.push(0x09),
            'b' => units.push(0x08),
            'f' => units.push(0x0c),
            'v' => units.push(0x0b),
            '0' if !chars.peek().is_some_and(char::is_ascii_digit) => units.push(0),
            '\n' => {}
            '\r' => {
                chars.next_if_eq(&'\n');
            }
            'x' => units.push(hex(&mut chars, 2)?),
            'u' if chars.next_if_eq(&'{').is_some() => {
                let mut code = 0_u32;
                while let Some(digit) = chars.next().ok_or(Unsupported("escape"))?.to_digit(16) {
                    code = code.saturating_mul(16).saturating_add(digit);
                }
                push(&mut units, char::from_u32(code).ok_or(Unsupported("escape"))?);
            }
            'u' => units.push(hex(&mut chars, 4)?),
            '1'..='9' => return Err(Unsupported("octal escape")),
            other => push(&mut units, other),
        }
    }
    String::from_utf16(&units).map_err(|_| Unsupported("half a character"))
}

fn hex(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: usize) -> Parsed<u16> {
    let mut code = 0;
    for _ in 0..digits {
        let digit = chars.next().and_then(|c| c.to_digit(16)).ok_or(Unsupported("escape"))?;
        code = code * 16 + digit;
    }
    u16::try_from(code).map_err(|_| Unsupported("escape"))
}
