//! Methods of strings.

use base64::Engine as _;

use super::{Found, hash, links, regexp, text_case};
use crate::datetime::{DateTime, js_date};
use crate::eval::{Args, Eval, LARGEST, Stop, decode_uri, encode_uri, parse_float, parse_int};
use crate::value::{Text, Val, parse_number};

pub(super) fn call<'a>(
    eval: &Eval<'a>,
    text: &Text<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    if let Some(ms) = iso_moment(text)
        && name != "toDateTime"
        && let Some(value) = super::date::extension(eval, ms, name, args)?
    {
        return Ok(Some(value));
    }
    if let Some(value) = extension(eval, text, name, args)? {
        return Ok(Some(value));
    }
    if let Some(value) = regexp::call_string(eval, text, name, args)? {
        return Ok(Some(value));
    }
    native(eval, text, name, args)
}

/// A text that is exactly what `toISOString` gives counts as a date, as in n8n.
fn iso_moment(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if bytes.len() != 24 || bytes[10] != b'T' || bytes[23] != b'Z' {
        return None;
    }
    let ms = js_date::parse(text, &jiff::tz::TimeZone::UTC);
    (js_date::to_iso(ms).as_deref() == Some(text)).then_some(ms)
}

fn extension<'a>(eval: &Eval<'a>, text: &Text<'a>, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let owned = |text: String| Some(Val::text(text));
    let maybe = |found: Option<String>| Some(found.map_or(Val::Undefined, Val::text));
    Ok(match name {
        "hash" => owned(hash::digest(text, args.given(0).map(|name| name.to_text()).as_deref())?),
        "base64Encode" => owned(base64::engine::general_purpose::STANDARD.encode(text.as_bytes())),
        "base64Decode" => owned(decode_base64(text)),
        "removeMarkdown" => owned(text_case::remove_markdown(text)),
        "removeTags" => owned(text_case::remove_tags(text)),
        "toSentenceCase" => owned(text_case::sentence(text)),
        "toSnakeCase" => owned(text_case::snake(text)),
        "toTitleCase" => owned(text_case::title(text)),
        "replaceSpecialChars" => owned(text_case::plain_letters(text)),
        "quote" => {
            let mark = args.text_or(0, "\"");
            let inner = text.replace('\\', "\\\\").replace(&mark, &format!("\\{mark}"));
            owned(format!("{mark}{inner}{mark}"))
        }
        "urlEncode" => owned(encode_uri(text, !args.get(0).truthy())),
        "urlDecode" => match decode_uri(text, !args.get(0).truthy()) {
            Some(text) => owned(text),
            None => return Err(Stop::Thrown("URI malformed".to_owned())),
        },
        "isDomain" => Some(Val::Bool(links::is_domain(text))),
        "isEmail" => Some(Val::Bool(links::is_email(text))),
        "isUrl" => Some(Val::Bool(links::is_url(text))),
        "isNumeric" => Some(Val::Bool(!parse_number(text).is_nan() && !parse_float(text).is_nan())),
        "isBlank" => Some(Val::Bool(text.trim().is_empty())),
        "isNotBlank" => Some(Val::Bool(!text.trim().is_empty())),
        "extractEmail" => maybe(links::email_in(text)),
        "extractDomain" => maybe(links::domain_in(text)),
        "extractUrl" => maybe(links::url_in(text)),
        "extractUrlPath" => maybe(links::path_in(text)),
        "parseJson" => Some(parse_json(text)?),
        "toJsonString" => owned(serde_json::Value::from(&**text).to_string()),
        "toBoolean" => {
            let lower = text.to_lowercase();
            Some(Val::Bool(!matches!(lower.as_str(), "false" | "no" | "0")))
        }
        "toInt" | "toWholeNumber" => {
            let digits = text.replace(['$', '€', '£', '¥'], "");
            Some(Val::Number(parse_int(&digits, args.number(0))))
        }
        "toFloat" | "toDecimalNumber" => {
            if text.contains(',') {
                return Err(Stop::failed("cannot convert to float, use . as decimal separator"));
            }
            Some(Val::Number(parse_float(&text.replace(['$', '€', '£', '¥'], ""))))
        }
        "toNumber" => {
            let number = parse_number(text);
            if number.is_nan() {
                return Err(Stop::failed("cannot convert to number"));
            }
            Some(Val::Number(number))
        }
        "toDate" => {
            let ms = js_date::parse(text, &eval.frame.ambient.system_timezone);
            if ms.is_nan() {
                return Err(Stop::failed("cannot convert to date"));
            }
            Some(Val::date(ms))
        }
        "toDateTime" => Some(Val::date_time(to_date_time(eval, text, args)?)),
        _ => None,
    })
}

/// Any text that is a date in one of the forms people and systems write.
fn to_date_time<'a>(eval: &Eval<'a>, text: &str, args: &Args<'_, 'a>) -> Result<DateTime, Stop> {
    let zone = &eval.frame.ambient.timezone;
    if let Some(format) = args.given(0) {
        let format = format.to_text();
        let made = match super::number::moment_of(parse_number(text), &format, zone) {
            Some(made) => made,
            None => {
                let (now, locale) = (eval.now(), crate::datetime::Locale::default());
                crate::datetime::from_format(text, &format, zone, locale, false, &now)
            }
        };
        return Ok(made);
    }
    crate::field_type::moment_in(text, zone, &eval.frame.ambient.system_timezone)
        .ok_or_else(|| Stop::failed("cannot convert to Luxon DateTime"))
}

fn decode_base64(text: &str) -> String {
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=')
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(clean).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn parse_json<'a>(text: &str) -> Result<Val<'a>, Stop> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(Val::from_owned(value)),
        Err(_) if text.trim_start().starts_with(['{', '[']) && text.contains('\'') => {
            Err(Stop::failed("Parsing failed. Check you're using double quotes"))
        }
        Err(_) => Err(Stop::failed("Parsing failed")),
    }
}

/// A position argument: negative ones count from the end, all are kept within the length.
fn position(args: &Args<'_, '_>, index: usize, missing: usize, length: usize) -> usize {
    let Some(value) = args.given(index) else { return missing };
    let value = value.integer();
    let from_end = if value < 0.0 { length as f64 + value } else { value };
    from_end.clamp(0.0, length as f64) as usize
}

fn native<'a>(eval: &Eval<'a>, text: &Text<'a>, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let find = |from_end: bool| -> f64 {
        let what = args.text(0);
        let from = args.given(1).map_or(0, |from| from.integer().max(0.0) as usize);
        let found = if from_end {
            text.rfind(&*what)
        } else {
            let start = text.byte_at_unit(from);
            text[start..].find(&*what).map(|at| start + at)
        };
        found.map_or(-1.0, |byte| text.unit_at_byte(byte) as f64)
    };
    let value = match name {
        "toString" | "valueOf" | "toLocaleString" => Val::Text(text.clone()),
        "toLowerCase" | "toLocaleLowerCase" => Val::text(text.to_lowercase()),
        "toUpperCase" | "toLocaleUpperCase" => Val::text(text.to_uppercase()),
        "trim" => trimmed(text, true, true),
        "trimStart" | "trimLeft" => trimmed(text, true, false),
        "trimEnd" | "trimRight" => trimmed(text, false, true),
        "includes" if matches!(args.get(0), Val::Regex(_)) => {
            return Err(Stop::Thrown("includes takes no regular expression".to_owned()));
        }
        "includes" => {
            let start =
                text.byte_at_unit(args.given(1).map_or(0, |at| at.integer().max(0.0) as usize));
            Val::Bool(text[start..].contains(&*args.text(0)))
        }
        "startsWith" => {
            let start =
                text.byte_at_unit(args.given(1).map_or(0, |at| at.integer().max(0.0) as usize));
            Val::Bool(text[start..].starts_with(&*args.text(0)))
        }
        "endsWith" => {
            let end = args
                .given(1)
                .map_or(text.len(), |at| text.byte_at_unit(at.integer().max(0.0) as usize));
            Val::Bool(text[..end].ends_with(&*args.text(0)))
        }
        "indexOf" => Val::Number(find(false)),
        "lastIndexOf" if args.len() < 2 => Val::Number(find(true)),
        "concat" => {
            let mut out = text.to_string();
            (0..args.len()).for_each(|at| out.push_str(&args.text(at)));
            Val::text(out)
        }
        "repeat" => {
            let count = args.get(0).integer();
            if count < 0.0 || count.is_infinite() {
                return Err(Stop::Thrown("Invalid count value".to_owned()));
            }
            if count * text.len() as f64 > LARGEST as f64 {
                return Err(Stop::Worker("long text"));
            }
            eval.spend(count as usize / 16)?;
            Val::text(text.repeat(count as usize))
        }
        "padStart" | "padEnd" => pad(text, name == "padStart", args)?,
        "localeCompare" => {
            if args.len() > 2 {
                return Err(Stop::Worker("options of localeCompare"));
            }
            Val::Number(f64::from(text_case::collate(text, &args.text(0)) as i8))
        }
        _ => match part(text, name, args) {
            Some(part) => part,
            None => return Ok(None),
        },
    };
    eval.spend(text.len() / 256)?;
    Ok(Some(value))
}

/// A part of a text by where it stands.
fn part<'a>(text: &Text<'a>, name: &str, args: &Args<'_, 'a>) -> Option<Val<'a>> {
    Some(match name {
        "slice" => {
            let length = text.length();
            let start = position(args, 0, 0, length);
            Val::Text(text.slice(start, position(args, 1, length, length)))
        }
        "substring" => {
            let length = text.length();
            let at = |index, missing| {
                args.given(index)
                    .map_or(missing, |value| value.integer().clamp(0.0, length as f64) as usize)
            };
            let (a, b) = (at(0, 0), at(1, length));
            Val::Text(text.slice(a.min(b), a.max(b)))
        }
        "substr" => {
            let length = text.length();
            let start = position(args, 0, 0, length);
            let count = args.given(1).map_or(f64::MAX, |count| count.integer().max(0.0));
            Val::Text(text.slice(start, (start as f64 + count).min(length as f64) as usize))
        }
        "charAt" | "at" => {
            let length = text.length() as f64;
            let at = args.get(0).integer();
            let at = if name == "at" && at < 0.0 { length + at } else { at };
            if at < 0.0 || at >= length {
                if name == "at" { Val::Undefined } else { Val::text("") }
            } else {
                Val::Text(text.slice(at as usize, at as usize + 1))
            }
        }
        "charCodeAt" => {
            let at = args.get(0).integer();
            let unit = if at < 0.0 { None } else { text.unit(at as usize) };
            Val::Number(unit.map_or(f64::NAN, f64::from))
        }
        "codePointAt" => {
            let at = text.byte_at_unit(args.get(0).integer().max(0.0) as usize);
            text[at..]
                .chars()
                .next()
                .map_or(Val::Undefined, |c| Val::Number(f64::from(u32::from(c))))
        }
        _ => return None,
    })
}

fn trimmed<'a>(text: &Text<'a>, start: bool, end: bool) -> Val<'a> {
    let space = |c: char| c.is_whitespace() || c == '\u{feff}';
    let cut = |text: &str| -> std::ops::Range<usize> {
        let from = if start { text.len() - text.trim_start_matches(space).len() } else { 0 };
        let rest = &text[from..];
        let length = if end { rest.trim_end_matches(space).len() } else { rest.len() };
        from..from + length
    };
    Val::Text(match text {
        Text::Borrowed(text) => Text::Borrowed(&text[cut(text)]),
        Text::Shared(text) => Text::Shared(text[cut(text)].into()),
    })
}

fn pad<'a>(text: &Text<'a>, start: bool, args: &Args<'_, 'a>) -> Result<Val<'a>, Stop> {
    let (wanted, length) = (args.get(0).integer(), text.length());
    let filler = args.given(1).map_or(Text::Borrowed(" "), Val::to_text);
    if wanted <= length as f64 || filler.is_empty() {
        return Ok(Val::Text(text.clone()));
    }
    if wanted > LARGEST as f64 {
        return Err(Stop::Worker("long text"));
    }
    let missing = wanted as usize - length;
    let many = filler.repeat(missing / filler.length() + 1);
    let many = Text::Shared(many.into()).slice(0, missing);
    Ok(Val::text(if start { [&*many, &**text].concat() } else { [&**text, &*many].concat() }))
}
