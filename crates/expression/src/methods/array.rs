//! Methods of arrays. What changes an array in place changes an array of the expression, and a
//! copy of an array of the data: the data of items never changes.

mod extensions;

use std::cmp::Ordering;
use std::rc::Rc;

use super::Found;
use crate::eval::{Args, Eval, LARGEST, Stop, compare_text};
use crate::value::{Text, Val, strictly_equal};

pub(super) fn call<'a>(
    eval: &Eval<'a>,
    array: &Val<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    if let Some(value) = extensions::call(eval, array, name, args)? {
        return Ok(Some(value));
    }
    if let Some(value) = with_callback(eval, array, name, args)? {
        return Ok(Some(value));
    }
    if let Some(value) = in_place(eval, array, name, args)? {
        return Ok(Some(value));
    }
    let values = array.elements().unwrap_or_default();
    eval.spend(values.len() / 4)?;
    let length = values.len();
    let equal = |value: &Val<'a>| strictly_equal(value, args.get(0));
    let index = |found: Option<usize>| Val::Number(found.map_or(-1.0, |at| at as f64));
    Ok(Some(match name {
        "join" => {
            let separator = args.given(0).map_or(Text::Borrowed(","), Val::to_text);
            match array.join(&separator, 0) {
                Some(text) if text.len() <= LARGEST => Val::text(text),
                _ => return Err(Stop::Worker("long text")),
            }
        }
        "toString" => Val::Text(array.to_text()),
        "toLocaleString" => return Err(Stop::Worker("toLocaleString of an array")),
        "slice" => {
            let (start, end) = range(args, length);
            Val::array(values.get(start..end).unwrap_or_default().to_vec())
        }
        "concat" => {
            let mut all = values;
            for more in args.0 {
                match more.elements() {
                    Some(more) => all.extend(more),
                    None => all.push(more.clone()),
                }
            }
            eval.spend(all.len())?;
            Val::array(all)
        }
        "includes" => {
            let nan = matches!(args.get(0), Val::Number(number) if number.is_nan());
            Val::Bool(values.iter().any(|value| {
                equal(value) || nan && matches!(value, Val::Number(number) if number.is_nan())
            }))
        }
        "indexOf" => index(values.iter().position(equal)),
        "lastIndexOf" => index(values.iter().rposition(equal)),
        "at" => {
            let at = args.get(0).integer();
            let at = if at < 0.0 { length as f64 + at } else { at };
            if at < 0.0 {
                Val::Undefined
            } else {
                values.get(at as usize).cloned().unwrap_or(Val::Undefined)
            }
        }
        "hasOwnProperty" => Val::Bool(args.text(0).parse::<usize>().is_ok_and(|at| at < length)),
        _ => return copied(eval, values, name, args),
    }))
}

/// Methods that give another array.
fn copied<'a>(eval: &Eval<'a>, values: Vec<Val<'a>>, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let length = values.len();
    Ok(Some(match name {
        "flat" => {
            let depth = args.given(0).map_or(1.0, Val::integer);
            let mut out = Vec::new();
            flatten(eval, values, depth.min(100.0), &mut out)?;
            Val::array(out)
        }
        "keys" => Val::array((0..length).map(|at| Val::Number(at as f64)).collect()),
        "values" => Val::array(values),
        "entries" => Val::array(
            values
                .into_iter()
                .enumerate()
                .map(|(at, value)| Val::array(vec![Val::Number(at as f64), value]))
                .collect(),
        ),
        "toReversed" => Val::array(values.into_iter().rev().collect()),
        "toSorted" => Val::array(sorted(eval, values, args)?),
        "toSpliced" => {
            let mut values = values;
            splice(&mut values, args);
            Val::array(values)
        }
        "with" => {
            let mut values = values;
            let at = args.get(0).integer();
            let at = if at < 0.0 { length as f64 + at } else { at };
            match values.get_mut(at.max(0.0) as usize) {
                Some(place) if at >= 0.0 => *place = args.get(1).clone(),
                _ => return Err(Stop::Thrown("Invalid index".to_owned())),
            }
            Val::array(values)
        }
        _ => return Ok(None),
    }))
}

/// `start` and `end` of `slice` and the like.
fn range(args: &Args<'_, '_>, length: usize) -> (usize, usize) {
    let at = |index: usize, missing: usize| {
        args.given(index).map_or(missing, |value| {
            let value = value.integer();
            let value = if value < 0.0 { length as f64 + value } else { value };
            value.clamp(0.0, length as f64) as usize
        })
    };
    (at(0, 0), at(1, length))
}

fn flatten<'a>(
    eval: &Eval<'a>,
    values: Vec<Val<'a>>,
    depth: f64,
    out: &mut Vec<Val<'a>>,
) -> Result<(), Stop> {
    eval.spend(values.len())?;
    for value in values {
        match value.elements() {
            Some(inner) if depth >= 1.0 => flatten(eval, inner, depth - 1.0, out)?,
            _ => out.push(value),
        }
    }
    Ok(())
}

/// Methods that call a function for each element.
fn with_callback<'a>(
    eval: &Eval<'a>,
    array: &Val<'a>,
    name: &str,
    args: &Args<'_, 'a>,
) -> Found<'a> {
    let known = matches!(
        name,
        "map"
            | "filter"
            | "find"
            | "findIndex"
            | "findLast"
            | "findLastIndex"
            | "some"
            | "every"
            | "forEach"
            | "flatMap"
            | "reduce"
            | "reduceRight"
    );
    if !known {
        return Ok(None);
    }
    let values = array.elements().unwrap_or_default();
    eval.spend(values.len())?;
    let function = eval.callback(args, 0)?;
    let call = |at: usize, value: &Val<'a>| {
        eval.call_value(&function, &[value.clone(), Val::Number(at as f64), array.clone()])
    };
    if matches!(name, "reduce" | "reduceRight") {
        return reduce(eval, array, values, name == "reduceRight", &function, args).map(Some);
    }
    let last = matches!(name, "findLast" | "findLastIndex");
    let order: Box<dyn Iterator<Item = usize>> =
        if last { Box::new((0..values.len()).rev()) } else { Box::new(0..values.len()) };
    let mut out = Vec::new();
    for at in order {
        let value = &values[at];
        let result = call(at, value)?;
        match name {
            "map" => out.push(result),
            "flatMap" => match result.elements() {
                Some(inner) => out.extend(inner),
                None => out.push(result),
            },
            "filter" if result.truthy() => out.push(value.clone()),
            "find" | "findLast" if result.truthy() => return Ok(Some(value.clone())),
            "findIndex" | "findLastIndex" if result.truthy() => {
                return Ok(Some(Val::Number(at as f64)));
            }
            "some" if result.truthy() => return Ok(Some(Val::Bool(true))),
            "every" if !result.truthy() => return Ok(Some(Val::Bool(false))),
            _ => {}
        }
    }
    Ok(Some(match name {
        "map" | "flatMap" | "filter" => Val::array(out),
        "findIndex" | "findLastIndex" => Val::Number(-1.0),
        "some" => Val::Bool(false),
        "every" => Val::Bool(true),
        _ => Val::Undefined,
    }))
}

fn reduce<'a>(
    eval: &Eval<'a>,
    array: &Val<'a>,
    values: Vec<Val<'a>>,
    from_right: bool,
    function: &Rc<Val<'a>>,
    args: &Args<'_, 'a>,
) -> Result<Val<'a>, Stop> {
    let mut values: Vec<_> = values.into_iter().enumerate().collect();
    if from_right {
        values.reverse();
    }
    let mut values = values.into_iter();
    let mut sum = match (args.len() > 1, values.len()) {
        (true, _) => args.get(1).clone(),
        (false, 0) => {
            return Err(Stop::Thrown("Reduce of empty array with no initial value".to_owned()));
        }
        (false, _) => values.next().map_or(Val::Undefined, |(_, value)| value),
    };
    for (at, value) in values {
        sum = eval.call_value(function, &[sum, value, Val::Number(at as f64), array.clone()])?;
    }
    Ok(sum)
}

/// Methods that change the array.
fn in_place<'a>(eval: &Eval<'a>, array: &Val<'a>, name: &str, args: &Args<'_, 'a>) -> Found<'a> {
    let known = matches!(
        name,
        "push" | "pop" | "shift" | "unshift" | "splice" | "reverse" | "sort" | "fill"
    );
    if !known {
        return Ok(None);
    }
    let mut values = array.elements().unwrap_or_default();
    eval.spend(values.len() / 4)?;
    let mut gives_array = false;
    let mut result = match name {
        "push" => {
            values.extend(args.0.iter().cloned());
            Val::Number(values.len() as f64)
        }
        "unshift" => {
            values.splice(0..0, args.0.iter().cloned());
            Val::Number(values.len() as f64)
        }
        "pop" => values.pop().unwrap_or(Val::Undefined),
        "shift" if values.is_empty() => Val::Undefined,
        "shift" => values.remove(0),
        "splice" => Val::array(splice(&mut values, args)),
        "fill" => {
            let (start, end) = range(&Args(args.0.get(1..).unwrap_or_default()), values.len());
            values.iter_mut().take(end).skip(start).for_each(|place| *place = args.get(0).clone());
            gives_array = true;
            Val::Undefined
        }
        "sort" => {
            values = sorted(eval, values, args)?;
            gives_array = true;
            Val::Undefined
        }
        _ => {
            values.reverse();
            gives_array = true;
            Val::Undefined
        }
    };
    match array {
        Val::Array(list) => {
            *list.borrow_mut() = values;
            if gives_array {
                result = array.clone();
            }
        }
        _ if gives_array => result = Val::array(values),
        _ => {}
    }
    Ok(Some(result))
}

fn splice<'a>(values: &mut Vec<Val<'a>>, args: &Args<'_, 'a>) -> Vec<Val<'a>> {
    let (start, _) = range(&Args(args.0.get(..1).unwrap_or_default()), values.len());
    let rest = values.len() - start;
    let count = match args.len() {
        0 => 0,
        1 => rest,
        _ => args.get(1).integer().clamp(0.0, rest as f64) as usize,
    };
    let new = args.0.get(2..).unwrap_or_default().to_vec();
    values.splice(start..start + count, new).collect()
}

/// A merge sort of our own, because a comparison may fail and may contradict itself.
fn sorted<'a>(
    eval: &Eval<'a>,
    values: Vec<Val<'a>>,
    args: &Args<'_, 'a>,
) -> Result<Vec<Val<'a>>, Stop> {
    let (missing, mut values): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|value| matches!(value, Val::Undefined));
    match args.given(0) {
        None => {
            let mut keyed: Vec<_> =
                values.into_iter().map(|value| (value.to_text(), value)).collect();
            keyed.sort_by(|(a, _), (b, _)| compare_text(a, b));
            values = keyed.into_iter().map(|(_, value)| value).collect();
        }
        Some(_) => {
            let function = eval.callback(args, 0)?;
            let less = |a: &Val<'a>, b: &Val<'a>| {
                let order = eval.call_value(&function, &[a.clone(), b.clone()])?.number();
                Ok(order.partial_cmp(&0.0).unwrap_or(Ordering::Equal))
            };
            values = merge_sort(values, &less)?;
        }
    }
    values.extend(missing);
    Ok(values)
}

fn merge_sort<'a>(
    mut values: Vec<Val<'a>>,
    compare: &impl Fn(&Val<'a>, &Val<'a>) -> Result<Ordering, Stop>,
) -> Result<Vec<Val<'a>>, Stop> {
    if values.len() < 2 {
        return Ok(values);
    }
    let right = values.split_off(values.len() / 2);
    let left = merge_sort(values, compare)?;
    let right = merge_sort(right, compare)?;
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if compare(a, b)?.is_gt() { right.next() } else { left.next() };
        out.extend(next);
    }
    out.extend(left);
    out.extend(right);
    Ok(out)
}
