//! n8n's extensions of arrays.

use indexmap::IndexMap;

use crate::eval::{Args, Eval, Stop};
use crate::methods::{Found, json_text, object, same_data};
use crate::value::Val;

pub(super) fn call<'a>(
    eval: &Eval<'a>,
    array: &Val<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    let quick = match (array, name) {
        (Val::List(list), "first") => Some(list.first().map_or(Val::Undefined, Val::from_json)),
        (Val::List(list), "last") => Some(list.last().map_or(Val::Undefined, Val::from_json)),
        (Val::Array(list), "first") => {
            Some(list.borrow().first().cloned().unwrap_or(Val::Undefined))
        }
        (Val::Array(list), "last") => Some(list.borrow().last().cloned().unwrap_or(Val::Undefined)),
        (_, "toInt" | "toFloat" | "toBoolean" | "toDateTime") => Some(Val::Undefined),
        (_, "toJsonString") => Some(json_text(array)?),
        _ => None,
    };
    if quick.is_some() {
        return Ok(quick);
    }
    if let Some(number) = numeric(array, name)? {
        return Ok(Some(Val::Number(number)));
    }
    let values = || array.elements().unwrap_or_default();
    Ok(Some(match name {
        "randomItem" => {
            let values = values();
            let at = (eval.random() * values.len() as f64) as usize;
            values.get(at).cloned().unwrap_or(Val::Undefined)
        }
        "compact" => Val::array(
            values()
                .into_iter()
                .filter(|value| {
                    !value.is_nullish() && !matches!(value, Val::Text(text) if text.is_empty())
                })
                .map(
                    |value| {
                        if value.is_plain_object() { object::compact(&value, 0) } else { value }
                    },
                )
                .collect(),
        ),
        "chunk" => {
            let size = args.given(0).map_or(0.0, Val::integer);
            if size < 1.0 {
                return Err(Stop::failed("chunk(): expected non-zero numeric arg, e.g. .chunk(5)"));
            }
            Val::array(
                values().chunks(size as usize).map(|part| Val::array(part.to_vec())).collect(),
            )
        }
        "unique" | "removeDuplicates" => unique(eval, values(), args)?,
        "pluck" => pluck(eval, values(), args)?,
        "append" => {
            let mut all = values();
            all.extend(args.0.iter().cloned());
            Val::array(all)
        }
        "union" | "difference" | "intersection" => set_of(eval, name, values(), args)?,
        "merge" | "mergeIntoObject" => merge(values(), args.given(0)),
        "renameKeys" => rename_keys(values(), args),
        "smartJoin" => smart_join(eval, values(), args)?,
        _ => return Ok(None),
    }))
}

fn numeric(array: &Val<'_>, name: &str) -> Result<Option<f64>, Stop> {
    if !matches!(name, "sum" | "average" | "min" | "max") {
        return Ok(None);
    }
    let mut numbers = Vec::new();
    for value in array.elements().unwrap_or_default() {
        match value {
            Val::Number(number) => numbers.push(number),
            _ => return Err(Stop::failed(format!("{name}(): all array elements must be numbers"))),
        }
    }
    let sum: f64 = numbers.iter().sum();
    let nan = numbers.iter().any(|number| number.is_nan());
    Ok(Some(match name {
        "sum" => sum,
        "average" if numbers.is_empty() => 0.0,
        "average" => sum / numbers.len() as f64,
        _ if nan => f64::NAN,
        "min" => numbers.into_iter().fold(f64::INFINITY, f64::min),
        _ => numbers.into_iter().fold(f64::NEG_INFINITY, f64::max),
    }))
}

/// What makes two elements the same: their data, or these fields of it.
fn unique<'a>(eval: &Eval<'a>, values: Vec<Val<'a>>, args: &Args<'_, 'a>) -> Result<Val<'a>, Stop> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    eval.spend(values.len())?;
    for value in values {
        let key = if args.len() == 0 {
            data_key(&value)
        } else {
            let mut parts = Vec::new();
            for at in 0..args.len() {
                let part = if value.is_nullish() {
                    Val::Undefined
                } else {
                    eval.member(&value, &args.text(at))?
                };
                parts.push(data_key(&part));
            }
            parts.join("\u{0}")
        };
        if seen.insert(key) {
            kept.push(value);
        }
    }
    Ok(Val::array(kept))
}

/// Text that is equal for equal data.
fn data_key(value: &Val<'_>) -> String {
    let mut exported = crate::value::export(value).ok().flatten();
    if let Some(serde_json::Value::Object(map)) = &mut exported {
        map.sort_keys();
    }
    match exported {
        Some(value) => format!("{}{value}", value_type(&value)),
        None => "undefined".to_owned(),
    }
}

fn value_type(value: &serde_json::Value) -> char {
    if value.is_string() { 's' } else { 'v' }
}

fn pluck<'a>(eval: &Eval<'a>, values: Vec<Val<'a>>, args: &Args<'_, 'a>) -> Result<Val<'a>, Stop> {
    if args.len() == 0 {
        return Ok(Val::array(values));
    }
    let mut out = Vec::new();
    for value in values {
        if !value.is_plain_object() {
            continue;
        }
        let mut parts = Vec::new();
        for at in 0..args.len() {
            let part = eval.member(&value, &args.text(at))?;
            if !matches!(part, Val::Undefined) {
                parts.push(part);
            }
        }
        match (args.len(), parts.len()) {
            (_, 0) => {}
            (1, _) => out.extend(parts),
            _ => out.push(Val::array(parts)),
        }
    }
    Ok(Val::array(out))
}

fn set_of<'a>(
    eval: &Eval<'a>,
    name: &str,
    a: Vec<Val<'a>>,
    args: &Args<'_, 'a>,
) -> Result<Val<'a>, Stop> {
    let Some(b) = args.get(0).elements() else {
        return Err(Stop::failed(format!("{name}(): requires one argument that is an array")));
    };
    eval.spend(a.len().saturating_mul(b.len()))?;
    let has = |list: &[Val<'a>], value: &Val<'a>| list.iter().any(|other| same_data(other, value));
    let mut out: Vec<Val<'a>> = Vec::new();
    match name {
        "union" => {
            for value in a.into_iter().chain(b) {
                if !has(&out, &value) {
                    out.push(value);
                }
            }
        }
        "difference" => out.extend(a.into_iter().filter(|value| !has(&b, value))),
        _ => {
            for value in a {
                if has(&b, &value) && !has(&out, &value) {
                    out.push(value);
                }
            }
        }
    }
    Ok(Val::array(out))
}

/// All fields of all objects in one; the first of a name stays.
fn merge<'a>(values: Vec<Val<'a>>, more: Option<&Val<'a>>) -> Val<'a> {
    let more = more.and_then(Val::elements).unwrap_or_default();
    let mut fields = IndexMap::new();
    for at in 0..values.len().max(more.len()) {
        for value in [values.get(at), more.get(at)].into_iter().flatten() {
            if value.is_plain_object() {
                for (key, value) in value.entries() {
                    fields.entry(key).or_insert(value);
                }
            }
        }
    }
    Val::object(fields)
}

fn rename_keys<'a>(values: Vec<Val<'a>>, args: &Args<'_, 'a>) -> Val<'a> {
    let renamed = values.into_iter().map(|value| {
        if !value.is_plain_object() {
            return value;
        }
        let mut fields: IndexMap<String, Val<'a>> = value.entries().into_iter().collect();
        for pair in args.0.chunks(2) {
            if let [from, to] = pair
                && let Some(value) = fields.shift_remove(&*from.to_text())
            {
                fields.insert(to.to_text().to_string(), value);
            }
        }
        Val::object(fields)
    });
    Val::array(renamed.collect())
}

fn smart_join<'a>(
    eval: &Eval<'a>,
    values: Vec<Val<'a>>,
    args: &Args<'_, 'a>,
) -> Result<Val<'a>, Stop> {
    let (Some(key), Some(field)) = (args.given(0), args.given(1)) else {
        return Err(Stop::failed(
            "smartJoin(): expected two string args, e.g. .smartJoin(\"name\", \"value\")",
        ));
    };
    let mut fields = IndexMap::new();
    for value in values.iter().filter(|value| value.is_plain_object()) {
        let key = eval.member(value, &key.to_text())?;
        let content = eval.member(value, &field.to_text())?;
        if !matches!(key, Val::Undefined) && !matches!(content, Val::Undefined) {
            fields.insert(key.to_text().to_string(), content);
        }
    }
    Ok(Val::object(fields))
}
