//! Regular expressions: their own methods and the methods of strings that take them.

use regex::Captures;

use super::Found;
use crate::eval::{Args, Eval, LARGEST, Stop};
use crate::syntax::RegexPattern;
use crate::value::{Text, Val};

pub(super) fn call<'a>(regex: &RegexPattern, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let text = args.text(0);
    Ok(Some(match name {
        "test" => Val::Bool(regex.regex.is_match(&text)),
        "exec" if !regex.global() => match regex.regex.captures(&text) {
            Some(found) => groups(&found),
            None => Val::Null,
        },
        "toString" => Val::text(format!("/{}/{}", regex.source, regex.flags)),
        _ => return Ok(None),
    }))
}

/// The match and its groups as an array.
fn groups<'a>(found: &Captures<'_>) -> Val<'a> {
    let group = |group: Option<regex::Match<'_>>| {
        group.map_or(Val::Undefined, |group| Val::text(group.as_str()))
    };
    Val::array(found.iter().map(group).collect())
}

pub(super) fn call_string<'a>(
    eval: &Eval<'a>,
    text: &Text<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    eval.spend(text.len() / 64)?;
    Ok(Some(match (name, args.get(0)) {
        ("match", Val::Regex(regex)) if regex.global() => {
            let all: Vec<_> =
                regex.regex.find_iter(text).map(|found| Val::text(found.as_str())).collect();
            if all.is_empty() { Val::Null } else { Val::array(all) }
        }
        ("match", Val::Regex(regex)) => {
            regex.regex.captures(text).map_or(Val::Null, |found| groups(&found))
        }
        ("match", Val::Text(source)) => {
            let pattern = RegexPattern::new(source, "").map_err(|_| Stop::Worker("pattern"))?;
            pattern.regex.captures(text).map_or(Val::Null, |found| groups(&found))
        }
        ("matchAll", Val::Regex(regex)) if regex.global() => {
            Val::array(regex.regex.captures_iter(text).map(|found| groups(&found)).collect())
        }
        ("match" | "matchAll", _) => return Err(Stop::Worker("pattern")),
        ("search", Val::Regex(regex)) => Val::Number(
            regex.regex.find(text).map_or(-1.0, |found| text.unit_at_byte(found.start()) as f64),
        ),
        ("search", _) => return Err(Stop::Worker("pattern")),
        ("split", Val::Regex(regex)) => split_by(eval, text, regex, args)?,
        ("split", Val::Undefined) => Val::array(vec![Val::Text(text.clone())]),
        ("split", separator) => split(eval, text, &separator.to_text(), args)?,
        ("replace" | "replaceAll", Val::Regex(regex)) => {
            if name == "replaceAll" && !regex.global() {
                return Err(Stop::Thrown(
                    "replaceAll must be called with a global RegExp".to_owned(),
                ));
            }
            let limit = if regex.global() { usize::MAX } else { 1 };
            let found = regex.regex.captures_iter(text).take(limit);
            replace(eval, text, found.map(|found| pieces(&found)).collect(), args, Some(regex))?
        }
        ("replace" | "replaceAll", what) => {
            let what = what.to_text();
            let limit = if name == "replaceAll" { usize::MAX } else { 1 };
            let found = text.match_indices(&*what).take(limit);
            let found =
                found.map(|(at, found)| (at..at + found.len(), vec![Some(found.to_owned())]));
            replace(eval, text, found.collect(), args, None)?
        }
        _ => return Ok(None),
    }))
}

/// Where a match lies, and its groups with the whole first.
type Piece = (std::ops::Range<usize>, Vec<Option<String>>);

fn pieces(found: &Captures<'_>) -> Piece {
    let whole = found.get(0).expect("group 0 is the match");
    let groups = found.iter().map(|group| group.map(|group| group.as_str().to_owned()));
    (whole.range(), groups.collect())
}

fn replace<'a>(
    eval: &Eval<'a>,
    text: &Text<'a>,
    found: Vec<Piece>,
    args: &Args<'_, 'a>,
    regex: Option<&RegexPattern>,
) -> Result<Val<'a>, Stop> {
    if found.is_empty() {
        return Ok(Val::Text(text.clone()));
    }
    eval.spend(found.len())?;
    let with = args.get(1);
    let fixed = if matches!(with, Val::Function(_)) { None } else { Some(with.to_text()) };
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, groups) in found {
        out.push_str(&text[at..range.start]);
        match &fixed {
            Some(template) => expand(template, text, &range, &groups, regex, &mut out),
            None => {
                let mut arguments: Vec<Val<'a>> = groups
                    .iter()
                    .map(|group| group.as_deref().map_or(Val::Undefined, Val::text))
                    .collect();
                arguments.push(Val::Number(text.unit_at_byte(range.start) as f64));
                arguments.push(Val::Text(text.clone()));
                out.push_str(&eval.call_value(with, &arguments)?.to_text());
            }
        }
        if out.len() > LARGEST {
            return Err(Stop::Worker("long text"));
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(Val::text(out))
}

/// `$1`, `$&`, `` $` ``, `$'`, `$$`, `$<name>` (ECMA-262, GetSubstitution).
fn expand(
    template: &str,
    text: &str,
    range: &std::ops::Range<usize>,
    groups: &[Option<String>],
    regex: Option<&RegexPattern>,
    out: &mut String,
) {
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let group = (1..=digits).rev().find_map(|count| {
            let number: usize = rest[..count].parse().ok()?;
            (number > 0 && number < groups.len()).then_some((number, count))
        });
        let used = match (rest.as_bytes().first(), group) {
            (_, Some((number, count))) => {
                out.push_str(groups[number].as_deref().unwrap_or_default());
                count
            }
            (Some(b'$'), _) => {
                out.push('$');
                1
            }
            (Some(b'&'), _) => {
                out.push_str(&text[range.clone()]);
                1
            }
            (Some(b'`'), _) => {
                out.push_str(&text[..range.start]);
                1
            }
            (Some(b'\''), _) => {
                out.push_str(&text[range.end..]);
                1
            }
            (Some(b'<'), _) => match named_group(rest, groups, regex) {
                Some((value, count)) => {
                    out.push_str(value);
                    count
                }
                None => {
                    out.push('$');
                    0
                }
            },
            _ => {
                out.push('$');
                0
            }
        };
        rest = &rest[used..];
    }
    out.push_str(rest);
}

fn named_group<'g>(
    rest: &str,
    groups: &'g [Option<String>],
    regex: Option<&RegexPattern>,
) -> Option<(&'g str, usize)> {
    let regex = regex?;
    let end = rest.find('>')?;
    regex.regex.capture_names().flatten().next()?;
    let at = regex.regex.capture_names().position(|name| name == Some(&rest[1..end]));
    let value = at.and_then(|at| groups.get(at)?.as_deref()).unwrap_or_default();
    Some((value, end + 1))
}

fn limit(args: &Args<'_, '_>) -> usize {
    args.given(1).map_or(usize::MAX, |limit| limit.integer().max(0.0) as usize)
}

fn split<'a>(
    eval: &Eval<'a>,
    text: &Text<'a>,
    separator: &str,
    args: &Args<'_, 'a>,
) -> Result<Val<'a>, Stop> {
    let limit = limit(args);
    let parts: Vec<Val<'a>> = match (text, separator) {
        (_, "") => text
            .chars()
            .take(limit)
            .map(|c| Val::text(c.encode_utf8(&mut [0; 4]) as &str))
            .collect(),
        (Text::Borrowed(text), separator) => {
            text.split(separator).take(limit).map(|part| Val::Text(Text::Borrowed(part))).collect()
        }
        (text, separator) => text.split(separator).take(limit).map(Val::text).collect(),
    };
    eval.spend(parts.len())?;
    Ok(Val::array(parts))
}

/// Groups of the separator become parts, as JavaScript has it.
fn split_by<'a>(
    eval: &Eval<'a>,
    text: &Text<'a>,
    regex: &RegexPattern,
    args: &Args<'_, 'a>,
) -> Result<Val<'a>, Stop> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for found in regex.regex.captures_iter(text) {
        let whole = found.get(0).expect("group 0 is the match");
        // An empty match splits between characters only.
        if whole.is_empty() && (whole.start() == 0 || whole.start() == text.len()) {
            continue;
        }
        parts.push(Val::text(&text[start..whole.start()]));
        parts.extend(
            found
                .iter()
                .skip(1)
                .map(|group| group.map_or(Val::Undefined, |group| Val::text(group.as_str()))),
        );
        start = whole.end();
    }
    if !(text.is_empty() && regex.regex.is_match("")) {
        parts.push(Val::text(&text[start..]));
    }
    eval.spend(parts.len())?;
    parts.truncate(limit(args));
    Ok(Val::array(parts))
}
