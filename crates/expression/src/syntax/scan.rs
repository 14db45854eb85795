//! Finds where strings, templates, regular expressions and comments end, without a full parse.
//!
//! Used to find the end of a `{{ … }}` segment and the mentions of nodes. Works on broken code.

/// Deepest nesting of template literals; what lies deeper ends nowhere, and the stack holds.
const TEMPLATES: usize = 64;

/// End of the string, template literal, comment or regular expression that starts at `at`, or
/// none where nothing of that kind starts there. `before` is the last significant byte before it.
pub(crate) fn skip_string(source: &str, at: usize, before: u8) -> Option<usize> {
    skip(source, at, before, 0)
}

/// As [`skip_string`], within so many template literals.
fn skip(source: &str, at: usize, before: u8, within: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    match bytes.get(at)? {
        quote @ (b'"' | b'\'') => skip_quoted(bytes, at, *quote),
        b'`' => skip_template(source, at, within),
        b'/' => match bytes.get(at + 1)? {
            b'/' => Some(find(bytes, at, b"\n").unwrap_or(bytes.len())),
            b'*' => find(bytes, at + 2, b"*/").map(|end| end + 2),
            _ if regex_may_follow(source, at, before) => skip_regex(bytes, at),
            _ => None,
        },
        _ => None,
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|part| part == what).map(|at| from + at)
}

/// Strings end at a line break, so that an apostrophe in prose does not swallow the rest.
fn skip_quoted(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'\\' => end += 2,
            b'\n' => return None,
            byte if *byte == quote => return Some(end + 1),
            _ => end += 1,
        }
    }
}

fn skip_template(source: &str, at: usize, within: usize) -> Option<usize> {
    if within > TEMPLATES {
        return None;
    }
    let bytes = source.as_bytes();
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'\\' => end += 2,
            b'`' => return Some(end + 1),
            b'$' if bytes.get(end + 1) == Some(&b'{') => {
                end = end_within(source, end + 2, "}", within + 1)? + 1;
            }
            _ => end += 1,
        }
    }
}

fn skip_regex(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut end, mut class) = (at + 1, false);
    loop {
        match bytes.get(end)? {
            b'\\' => end += 2,
            b'\n' => return None,
            b'[' => {
                class = true;
                end += 1;
            }
            b']' => {
                class = false;
                end += 1;
            }
            b'/' if !class => {
                let flags = bytes[end + 1..].iter().take_while(|b| b.is_ascii_alphabetic());
                return Some(end + 1 + flags.count());
            }
            _ => end += 1,
        }
    }
}

/// After a value a slash divides; after an operator or a word like `return` it starts a pattern.
fn regex_may_follow(source: &str, at: usize, before: u8) -> bool {
    match before {
        b')' | b']' | b'}' | b'"' | b'\'' | b'`' => false,
        byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80 => {
            let text = source[..at].trim_end();
            ["return", "typeof", "case", "in", "of", "void"].iter().any(|word| {
                text.strip_suffix(word).is_some_and(|rest| {
                    !rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
                })
            })
        }
        _ => true,
    }
}

/// Where `end` (`}` or `}}`) stands that closes what began before `from`, skipping whatever lies
/// in brackets, strings, templates, comments and regular expressions.
pub(crate) fn matching_end(source: &str, from: usize, end: &str) -> Option<usize> {
    end_within(source, from, end, 0)
}

fn end_within(source: &str, from: usize, end: &str, within: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let (mut at, mut depth, mut before) = (from, 0_usize, b'(');
    while at < bytes.len() {
        if depth == 0 && bytes[at..].starts_with(end.as_bytes()) {
            return Some(at);
        }
        if let Some(after) = skip(source, at, before, within) {
            let comment = bytes[at] == b'/' && matches!(bytes[at + 1], b'/' | b'*');
            if !comment {
                before = b'"';
            }
            at = after;
            continue;
        }
        match bytes[at] {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if !bytes[at].is_ascii_whitespace() {
            before = bytes[at];
        }
        at += 1;
    }
    None
}

/// Whether brackets and quotes match and no operator waits for its other side: what is written is
/// not cut off. Says nothing of the order of the words between.
pub(crate) fn is_whole(source: &str) -> bool {
    let bytes = source.as_bytes();
    let (mut at, mut before) = (0, b'(');
    let mut open = Vec::new();
    while at < bytes.len() {
        let byte = bytes[at];
        if let Some(after) = skip_string(source, at, before) {
            if !(byte == b'/' && matches!(bytes[at + 1], b'/' | b'*')) {
                before = b'"';
            }
            at = after;
            continue;
        }
        let fits = match byte {
            b'"' | b'\'' | b'`' => false,
            b'(' | b'[' | b'{' => {
                open.push(byte);
                true
            }
            b')' => open.pop() == Some(b'('),
            b']' => open.pop() == Some(b'['),
            b'}' => open.pop() == Some(b'{'),
            // Such a byte needs something on its left.
            b'.' | b',' | b'*' | b'%' | b'&' | b'|' | b'^' | b'?' | b'=' | b'>' | b'<'
                if before == b'(' =>
            {
                // `...rest` and `.5` may begin what is in brackets.
                byte == b'.' && bytes.get(at + 1).is_some_and(|b| *b == b'.' || b.is_ascii_digit())
            }
            _ => true,
        };
        if !fits {
            return false;
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    let text = source.trim_end();
    let counts = text.ends_with("++") || text.ends_with("--");
    let waits = matches!(
        before,
        b'.' | b','
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'&'
            | b'|'
            | b'^'
            | b'?'
            | b':'
            | b'='
            | b'<'
            | b'>'
            | b'!'
            | b'~'
    );
    open.is_empty() && (counts || !waits)
}
