//! Globals: `Math`, `JSON`, `Object`, `Array`, `Number`, `String`, `DateTime` and functions.

mod dates;

use super::{Args, Eval, LARGEST, Res, Stop};
use crate::value::{Val, export, parse_number, stringify, to_int32};

/// Globals that the evaluator has.
const NAMES: &[&str] = &[
    "Math",
    "JSON",
    "Object",
    "Array",
    "Number",
    "String",
    "Boolean",
    "Date",
    "DateTime",
    "Duration",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
];

/// Globals that only the worker has.
const WORKER_NAMES: &[&str] = &[
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
    "RegExp",
    "Symbol",
    "BigInt",
    "Intl",
    "Interval",
    "Settings",
    "Info",
    "Atomics",
    "ArrayBuffer",
    "DataView",
    "SharedArrayBuffer",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "escape",
    "unescape",
    "URL",
    "URLSearchParams",
    "btoa",
    "atob",
    "process",
    "extend",
    "extendOptional",
    "zip",
];

pub(super) fn named(name: &str) -> Option<&'static str> {
    NAMES.iter().copied().find(|known| *known == name)
}

pub(super) fn is_worker_only(name: &str) -> bool {
    WORKER_NAMES.contains(&name)
}

/// Variables that are functions.
pub(super) fn is_variable_function(name: &str) -> bool {
    matches!(
        name,
        "$" | "$items"
            | "$item"
            | "$if"
            | "$ifEmpty"
            | "$not"
            | "$min"
            | "$max"
            | "$average"
            | "$jmespath"
            | "$jmesPath"
    )
}

pub(super) fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }
}

pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

pub(super) fn fold<'a>(args: &Args<'_, 'a>, start: f64, f: fn(f64, f64) -> f64) -> Val<'a> {
    Val::Number((0..args.len()).map(|at| args.number(at)).fold(start, f))
}

impl<'a> Eval<'a> {
    /// A function that is called by its name and is no variable.
    pub(super) fn call_function(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        Ok(match name {
            "Number" if args.len() == 0 => Val::Number(0.0),
            "Number" => Val::Number(args.number(0)),
            "String" if args.len() == 0 => Val::text(""),
            "String" => Val::Text(args.text(0)),
            "Boolean" => Val::Bool(args.get(0).truthy()),
            "parseInt" => Val::Number(parse_int(&args.text(0), args.number(1))),
            "parseFloat" => Val::Number(parse_float(&args.text(0))),
            "isNaN" => Val::Bool(args.number(0).is_nan()),
            "isFinite" => Val::Bool(args.number(0).is_finite()),
            "Array" => return self.new_array(args),
            "Object" => match args.get(0) {
                value if value.is_nullish() => Val::object([]),
                value if value.is_plain_object() || value.is_array() => value.clone(),
                _ => return Err(Stop::Worker("boxed value")),
            },
            "Date" => Val::text(crate::datetime::js_date::to_string(self.frame.now.0 as f64)),
            "encodeURIComponent" => Val::text(encode_uri(&args.text(0), true)),
            "encodeURI" => Val::text(encode_uri(&args.text(0), false)),
            "decodeURIComponent" => match decode_uri(&args.text(0), true) {
                Some(text) => Val::text(text),
                None => return Stop::thrown("URI malformed"),
            },
            "decodeURI" => match decode_uri(&args.text(0), false) {
                Some(text) => Val::text(text),
                None => return Stop::thrown("URI malformed"),
            },
            _ if name.starts_with('$') || is_worker_only(name) => {
                return Err(Stop::Worker("a function"));
            }
            _ => return Stop::thrown(format!("{name} is not a function")),
        })
    }

    pub(super) fn new_array(&self, args: &Args<'_, 'a>) -> Res<'a> {
        match args.0 {
            [Val::Number(length)] => {
                if *length < 0.0 || length.fract() != 0.0 || *length > 4_294_967_295.0 {
                    return Stop::thrown("Invalid array length");
                }
                if *length > 100_000.0 {
                    return Err(Stop::Worker("long array"));
                }
                self.spend(*length as usize)?;
                Ok(Val::array(vec![Val::Undefined; *length as usize]))
            }
            values => Ok(Val::array(values.to_vec())),
        }
    }

    pub(crate) fn static_member(&self, class: &str, name: &str) -> Res<'a> {
        let number = |value: f64| Ok(Val::Number(value));
        match (class, name) {
            ("Math", "PI") => number(std::f64::consts::PI),
            ("Math", "E") => number(std::f64::consts::E),
            ("Math", "LN2") => number(std::f64::consts::LN_2),
            ("Math", "LN10") => number(std::f64::consts::LN_10),
            ("Math", "LOG2E") => number(std::f64::consts::LOG2_E),
            ("Math", "LOG10E") => number(std::f64::consts::LOG10_E),
            ("Math", "SQRT2") => number(std::f64::consts::SQRT_2),
            ("Number", "MAX_SAFE_INTEGER") => number(9_007_199_254_740_991.0),
            ("Number", "MIN_SAFE_INTEGER") => number(-9_007_199_254_740_991.0),
            ("Number", "MAX_VALUE") => number(f64::MAX),
            ("Number", "MIN_VALUE") => number(5e-324),
            ("Number", "EPSILON") => number(f64::EPSILON),
            ("Number", "POSITIVE_INFINITY") => number(f64::INFINITY),
            ("Number", "NEGATIVE_INFINITY") => number(f64::NEG_INFINITY),
            ("Number", "NaN") => number(f64::NAN),
            ("DateTime", name) if name.chars().next().is_some_and(char::is_uppercase) => {
                match dates::preset_options(name) {
                    Some(options) => Ok(options),
                    None => Ok(Val::Undefined),
                }
            }
            _ => Err(Stop::Worker("member of a global")),
        }
    }

    pub(crate) fn call_static(&self, class: &str, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match class {
            "Math" => self.math(name, args),
            "JSON" => self.json(name, args),
            "Object" => self.object_static(name, args),
            "Array" => self.array_static(name, args),
            "Number" => match (name, args.get(0)) {
                ("isInteger" | "isSafeInteger", Val::Number(number)) => {
                    let limit =
                        if name == "isInteger" { f64::MAX } else { 9_007_199_254_740_991.0 };
                    Ok(Val::Bool(number.fract() == 0.0 && number.abs() <= limit))
                }
                ("isFinite", Val::Number(number)) => Ok(Val::Bool(number.is_finite())),
                ("isNaN", Val::Number(number)) => Ok(Val::Bool(number.is_nan())),
                ("isInteger" | "isSafeInteger" | "isFinite" | "isNaN", _) => Ok(Val::Bool(false)),
                ("parseInt" | "parseFloat", _) => self.call_function(name, args),
                _ => Err(Stop::Worker("static method")),
            },
            "String" if name == "fromCharCode" => {
                let units: Vec<u16> =
                    (0..args.len()).map(|at| to_int32(args.number(at)) as u16).collect();
                match String::from_utf16(&units) {
                    Ok(text) => Ok(Val::text(text)),
                    Err(_) => Err(Stop::Worker("half a character")),
                }
            }
            "String" if name == "fromCodePoint" => {
                let codes = (0..args.len()).map(|at| char::from_u32(args.number(at) as u32));
                match codes.collect::<Option<String>>() {
                    Some(text) => Ok(Val::text(text)),
                    None => Err(Stop::Worker("half a character")),
                }
            }
            "Date" => self.date_static(name, args),
            "DateTime" => self.date_time_static(name, args),
            "Duration" => self.duration_static(name, args),
            _ => Err(Stop::Worker("static method")),
        }
    }

    fn math(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        let x = args.number(0);
        Ok(Val::Number(match name {
            "abs" => x.abs(),
            "ceil" => x.ceil(),
            "floor" => x.floor(),
            "trunc" => x.trunc(),
            "round" => round(x),
            "sign" if x == 0.0 || x.is_nan() => x,
            "sign" => x.signum(),
            "sqrt" => x.sqrt(),
            "cbrt" => x.cbrt(),
            "exp" => x.exp(),
            "log" => x.ln(),
            "log2" => x.log2(),
            "log10" => x.log10(),
            "log1p" => x.ln_1p(),
            "sin" => x.sin(),
            "cos" => x.cos(),
            "tan" => x.tan(),
            "asin" => x.asin(),
            "acos" => x.acos(),
            "atan" => x.atan(),
            "atan2" => x.atan2(args.number(1)),
            "sinh" => x.sinh(),
            "cosh" => x.cosh(),
            "tanh" => x.tanh(),
            "pow" => super::operators::power(x, args.number(1)),
            "hypot" => (0..args.len()).map(|at| args.number(at).powi(2)).sum::<f64>().sqrt(),
            "min" => return Ok(fold(args, f64::INFINITY, smaller)),
            "max" => return Ok(fold(args, f64::NEG_INFINITY, larger)),
            "random" => self.random(),
            _ => return Err(Stop::Worker("static method")),
        }))
    }

    /// Between 0 and 1, or the fixed number of the run.
    pub(crate) fn random(&self) -> f64 {
        use std::hash::{BuildHasher, RandomState};
        if let Some(fixed) = self.frame.ambient.random {
            return fixed;
        }
        let turn = self.random.get().wrapping_add(1);
        self.random.set(turn);
        (RandomState::new().hash_one(turn) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn json(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match name {
            "parse" if args.len() == 1 => match serde_json::from_str(&args.text(0)) {
                Ok(value) => Ok(Val::from_owned(value)),
                Err(error) => Stop::thrown(format!("Text is no JSON: {error}")),
            },
            "stringify" => {
                if !args.get(1).is_nullish() || matches!(args.get(0), Val::Duration(_)) {
                    return Err(Stop::Worker("replacer"));
                }
                let indent = match args.get(2) {
                    Val::Number(count) => " ".repeat(count.clamp(0.0, 10.0) as usize),
                    Val::Text(text) => text.chars().take(10).collect(),
                    _ => String::new(),
                };
                let value = export(args.get(0)).map_err(|_| {
                    Stop::Thrown("Converting circular structure to JSON".to_owned())
                })?;
                let Some(value) = value else { return Ok(Val::Undefined) };
                let text = stringify(&value, &indent);
                self.spend(text.len() / 64)?;
                if text.len() > LARGEST {
                    Err(Stop::Worker("long text"))
                } else {
                    Ok(Val::text(text))
                }
            }
            _ => Err(Stop::Worker("static method")),
        }
    }

    fn object_static(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        let first = args.get(0);
        if first.is_nullish() && name != "fromEntries" {
            return Stop::thrown("Cannot convert undefined or null to object");
        }
        let pair = |(key, value): (String, Val<'a>)| Val::array(vec![Val::text(key), value]);
        Ok(match name {
            "keys" => {
                Val::array(first.entries().into_iter().map(|(key, _)| Val::text(key)).collect())
            }
            "values" => Val::array(first.entries().into_iter().map(|(_, value)| value).collect()),
            "entries" => Val::array(first.entries().into_iter().map(pair).collect()),
            "fromEntries" => {
                let mut fields = indexmap::IndexMap::new();
                for entry in self.iterate(first)? {
                    let key = self.index(&entry, &Val::Number(0.0))?.to_text().to_string();
                    fields.insert(key, self.index(&entry, &Val::Number(1.0))?);
                }
                Val::object(fields)
            }
            "assign" => {
                let mut fields: indexmap::IndexMap<_, _> = first.entries().into_iter().collect();
                for at in 1..args.len() {
                    fields.extend(args.get(at).entries());
                }
                match first {
                    Val::Object(target) => {
                        *target.borrow_mut() = fields;
                        first.clone()
                    }
                    _ => Val::object(fields),
                }
            }
            "freeze" | "seal" => first.clone(),
            "defineProperty" | "defineProperties" => Val::Undefined,
            _ => return Err(Stop::Worker("static method")),
        })
    }

    fn array_static(&self, name: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match name {
            "isArray" => {
                let parameters = matches!(args.get(0), Val::View(super::View::Parameters(value, _)) if value.is_array());
                Ok(Val::Bool(args.get(0).is_array() || parameters))
            }
            "of" => Ok(Val::array(args.0.to_vec())),
            "from" => {
                let source = args.get(0);
                let values = match source {
                    Val::Map(_) | Val::Object(_) => {
                        let length = self.member(source, "length")?.integer().max(0.0);
                        if length > 100_000.0 {
                            return Err(Stop::Worker("long array"));
                        }
                        let at = |at: u32| self.member(source, &at.to_string());
                        (0..length as u32).map(at).collect::<Result<Vec<_>, _>>()?
                    }
                    Val::Number(_) | Val::Bool(_) => Vec::new(),
                    other => self.iterate(other)?,
                };
                self.spend(values.len())?;
                let Some(function) = args.given(1) else { return Ok(Val::array(values)) };
                let mapped = values
                    .into_iter()
                    .enumerate()
                    .map(|(at, value)| self.call_value(function, &[value, Val::Number(at as f64)]));
                Ok(Val::array(mapped.collect::<Result<_, _>>()?))
            }
            _ => Err(Stop::Worker("static method")),
        }
    }
}

/// `Math.round`: halves go up.
pub(crate) fn round(x: f64) -> f64 {
    if x.fract() == -0.5 { x.ceil() } else { x.round() }
}

pub(crate) fn parse_int(text: &str, radix: f64) -> f64 {
    let text = text.trim_start();
    let (negative, text) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let mut radix = to_int32(radix) as u32;
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = match hex {
        Some(rest) if radix == 0 || radix == 16 => {
            radix = 16;
            rest
        }
        _ => text,
    };
    let radix = if radix == 0 { 10 } else { radix };
    if !(2..=36).contains(&radix) {
        return f64::NAN;
    }
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let digits = &digits[..end];
    if digits.is_empty() {
        return f64::NAN;
    }
    let value = if radix == 10 {
        parse_number(digits)
    } else {
        digits
            .chars()
            .filter_map(|c| c.to_digit(radix))
            .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
    };
    if negative { -value } else { value }
}

pub(crate) fn parse_float(text: &str) -> f64 {
    let text = text.trim_start();
    for word in ["Infinity", "+Infinity", "-Infinity"] {
        if text.starts_with(word) {
            return parse_number(word);
        }
    }
    let (mut end, mut point, mut exponent, mut digit) = (0, false, false, false);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' => digit = true,
            b'+' | b'-' if end == 0 => {}
            b'.' if !point && !exponent => point = true,
            b'e' | b'E' if digit && !exponent => {
                let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
                if !bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                exponent = true;
                end += sign;
            }
            _ => break,
        }
        end += 1;
    }
    if digit { text[..end].parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// `encodeURIComponent`, or `encodeURI`, which leaves what has a meaning in addresses.
pub(crate) fn encode_uri(text: &str, component: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let kept = byte.is_ascii_alphanumeric()
            || b"-_.!~*'()".contains(&byte)
            || (!component && b";/?:@&=+$,#".contains(&byte));
        if kept {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The reverse; none where it is malformed.
pub(crate) fn decode_uri(text: &str, component: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        if bytes[at] != b'%' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let byte = u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?;
        if !component && b";/?:@&=+$,#".contains(&byte) {
            out.extend_from_slice(&bytes[at..at + 3]);
        } else {
            out.push(byte);
        }
        at += 3;
    }
    String::from_utf8(out).ok()
}
