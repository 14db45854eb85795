//! The nodes that a template or a script mentions by name, and renaming them there.
//!
//! Knows `$('N')`, `$node["N"]`, `$node.N` and `$items("N")`. A name that is computed is not seen;
//! names in prose and in strings are left alone.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::syntax::skip_string;

/// What code mentions, as far as its text tells.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mentions {
    /// Nodes by name.
    pub(crate) nodes: BTreeSet<String>,
    /// Whether a node is named by something that is computed.
    pub(crate) dynamic: bool,
    /// Whether it may look at items of the input other than its own.
    pub(crate) input: bool,
    /// Whether it may follow lineage.
    pub(crate) lineage: bool,
    /// Whether it may follow the lineage of other items.
    pub(crate) other_items: bool,
}

impl Mentions {
    pub(crate) fn add(&mut self, other: Self) {
        self.nodes.extend(other.nodes);
        self.dynamic |= other.dynamic;
        self.input |= other.input;
        self.lineage |= other.lineage;
        self.other_items |= other.other_items;
    }
}

/// Names of the nodes that a template or code mentions, in the order of the alphabet.
pub fn references(text: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for range in code_ranges(text) {
        names.extend(places(&text[range]).into_iter().map(|place| place.name));
    }
    names.into_iter().collect()
}

/// Names of the nodes whose data a template or code may ask for. None where one is computed, so
/// that it may be any.
pub fn nodes_read(text: &str) -> Option<BTreeSet<String>> {
    let mut read = Mentions::default();
    for range in code_ranges(text) {
        read.add(mentions(&text[range]));
    }
    (!read.dynamic).then_some(read.nodes)
}

/// The text with every mention of node `old` changed to `new`; none where there is no mention.
pub fn rename(text: &str, old: &str, new: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut changed) = (0, false);
    for range in code_ranges(text) {
        for place in places(&text[range.clone()]).into_iter().filter(|place| place.name == old) {
            let spot = range.start + place.range.start..range.start + place.range.end;
            out.push_str(&text[at..spot.start]);
            out.push_str(&place.form.write(new));
            at = spot.end;
            changed = true;
        }
    }
    out.push_str(&text[at..]);
    changed.then_some(out)
}

/// What code may ask for.
pub(crate) fn mentions(code: &str) -> Mentions {
    let found = places(code);
    let count = |what: &str| code.matches(what).count();
    // Every way to a node that is not a plain name counts as computed.
    let nodes = count("$node") - count("$nodeId") - count("$nodeVersion");
    let ways = count("$(") + nodes + count("$items(") + count("$item(");
    let whole = count("$items()");
    let dynamic = ways > found.len() + whole;
    Mentions {
        input: code.contains("$input") || code.contains("$item") || has_word(code, "items"),
        lineage: code.contains(".item")
            || code.contains("pairedItem")
            || code.contains("itemMatching")
            || code.contains("[\"item\"]")
            || code.contains("['item']")
            || dynamic,
        other_items: code.contains("pairedItem") || code.contains("itemMatching") || dynamic,
        nodes: found.into_iter().map(|place| place.name).collect(),
        dynamic,
    }
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let part = |c: Option<char>| {
            c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
        };
        !part(before) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The parts of a text that are code: of a template its segments, of a script all of it.
fn code_ranges(text: &str) -> Vec<Range<usize>> {
    if !text.starts_with('=') {
        let whole = 0..text.len();
        return Vec::from([whole]);
    }
    let mut ranges = Vec::new();
    let mut at = 1;
    while let Some(start) = text[at..].find("{{").map(|found| at + found + 2) {
        let end = crate::syntax::matching_end(text, start, "}}")
            .or_else(|| text[start..].find("}}").map(|found| start + found));
        let Some(end) = end else { break };
        ranges.push(start..end);
        at = end + 2;
    }
    ranges
}

/// One mention.
struct Place {
    name: String,
    range: Range<usize>,
    form: Form,
}

/// How a name is written.
enum Form {
    /// Within quotes of this kind.
    Quoted(char),
    /// As a member, with its dot.
    Member,
}

impl Form {
    fn write(&self, name: &str) -> String {
        let quoted = |quote: char| {
            let mut out = String::from(quote);
            for c in name.chars() {
                match c {
                    '\n' => out.push_str("\\n"),
                    '`' | '\'' | '"' | '\\' if c == quote || c == '\\' => out.extend(['\\', c]),
                    '$' if quote == '`' => out.push_str("\\$"),
                    c => out.push(c),
                }
            }
            out.push(quote);
            out
        };
        match self {
            Form::Quoted(quote) => quoted(*quote),
            Form::Member if is_identifier(name) => format!(".{name}"),
            Form::Member => format!("[{}]", quoted('"')),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_numeric())
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

/// Mentions in code, skipping strings and comments.
fn places(code: &str) -> Vec<Place> {
    let bytes = code.as_bytes();
    let (mut found, mut at, mut before) = (Vec::new(), 0, b'(');
    while at < bytes.len() {
        if bytes[at] == b'`' {
            // Code lies in template literals too; their text is looked at as if it were code.
            at += 1;
            before = b'(';
            continue;
        }
        if let Some(end) = skip_string(code, at, before) {
            if !matches!(bytes.get(at..at + 2), Some(b"//" | b"/*")) {
                before = b'"';
            }
            at = end;
            continue;
        }
        let word_before = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$' | b'.');
        if bytes[at] == b'$'
            && !(word_before && at > 0 && bytes[at - 1] == before)
            && let Some(place) = place_at(code, at)
        {
            at = place.range.end;
            before = b'"';
            found.push(place);
            continue;
        }
        if !bytes[at].is_ascii_whitespace() {
            before = bytes[at];
        }
        at += 1;
    }
    found
}

fn place_at(code: &str, at: usize) -> Option<Place> {
    let skip_space = |from: usize| from + (code[from..].len() - code[from..].trim_start().len());
    let rest = &code[at..];
    if let Some(after) = rest.strip_prefix("$node") {
        let start = code.len() - after.len();
        let open = skip_space(start);
        if code[open..].starts_with('[') {
            return quoted(code, skip_space(open + 1), ']');
        }
        let member = code[open..].strip_prefix('.')?;
        let length = member
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')))
            .unwrap_or(member.len());
        let name = &member[..length];
        return (!name.is_empty()).then(|| Place {
            name: name.to_owned(),
            range: open..open + 1 + length,
            form: Form::Member,
        });
    }
    let after = ["$items", "$item", "$"].into_iter().find_map(|head| {
        let rest = rest.strip_prefix(head)?;
        rest.trim_start().starts_with('(').then(|| code.len() - rest.len())
    })?;
    quoted(code, skip_space(skip_space(after) + 1), ')')
}

/// A quoted name that is all there is before `end` or a comma.
fn quoted(code: &str, at: usize, end: char) -> Option<Place> {
    let quote = code[at..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let stop = skip_string(code, at, b'(')?;
    let raw = &code[at + 1..stop - 1];
    if quote == '`' && raw.contains("${") {
        return None;
    }
    let follows = code[stop..].trim_start();
    if !follows.starts_with(end) && !follows.starts_with(',') {
        return None;
    }
    let crate::syntax::Expr::String(name) = crate::syntax::parse(&requote(raw, quote)).ok()? else {
        return None;
    };
    Some(Place { name: name.to_string(), range: at..stop, form: Form::Quoted(quote) })
}

/// The same text as a plain string.
fn requote(raw: &str, quote: char) -> String {
    match quote {
        '`' => format!("\"{}\"", raw.replace('"', "\\\"").replace('\n', "\\n")),
        quote => format!("{quote}{raw}{quote}"),
    }
}

/// Refuses code that names one of the forbidden members outside of text. The worker is a boundary
/// without this; it is here so that an expression says the same wherever it is evaluated.
pub(crate) fn allow(code: &str) -> Result<(), crate::ExpressionError> {
    let bytes = code.as_bytes();
    let (mut at, mut before) = (0, b'(');
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    while at < bytes.len() {
        let mut word = None;
        if bytes[at] != b'`'
            && let Some(end) = skip_string(code, at, before)
        {
            // As a key in brackets it is a name as well.
            if matches!(bytes[at], b'"' | b'\'') && before == b'[' {
                word = code.get(at + 1..end - 1);
            }
            before = b'"';
            at = end;
        } else if part(bytes[at]) {
            let end = at + bytes[at..].iter().take_while(|byte| part(**byte)).count();
            word = code.get(at..end);
            before = bytes[end - 1];
            at = end;
        } else {
            if !bytes[at].is_ascii_whitespace() {
                before = bytes[at];
            }
            at += 1;
        }
        if let Some(name) = word.filter(|word| crate::eval::FORBIDDEN.contains(word)) {
            let message = format!("Cannot access \"{name}\" due to security concerns");
            return Err(crate::ExpressionError::new(crate::ErrorKind::Forbidden, message)
                .hint("Expressions work on data only; use a Code node for scripts"));
        }
    }
    Ok(())
}
