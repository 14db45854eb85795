//! The comparisons that a condition may ask for, by the type of its left value.
//!
//! Names as in n8n's filter parameter (public format of its workflow files); what each one means is
//! the evaluator's business.

use serde_json::{Value, json};

/// A type of values that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its name in the workflow.
    pub(crate) name: &'static str,
    /// What people call it.
    pub(crate) label: &'static str,
    /// What it can be asked.
    pub(crate) operators: &'static [Operator],
}

/// One comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    /// Its name in the workflow.
    pub(crate) name: &'static str,
    /// What it asks, after the left value.
    pub(crate) label: &'static str,
    /// Whether there is a right value, and of which type.
    pub(crate) right: Right,
}

/// The right value of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// There is none.
    Nothing,
    /// One of the same type.
    Same,
    /// One of this type.
    Of(&'static str),
}

const fn alone(name: &'static str, label: &'static str) -> Operator {
    Operator { name, label, right: Right::Nothing }
}

const fn with(name: &'static str, label: &'static str) -> Operator {
    Operator { name, label, right: Right::Same }
}

const fn of(name: &'static str, label: &'static str, kind: &'static str) -> Operator {
    Operator { name, label, right: Right::Of(kind) }
}

const EXISTS: Operator = alone("exists", "exists");
const NOT_EXISTS: Operator = alone("notExists", "does not exist");
const EMPTY: Operator = alone("empty", "is empty");
const NOT_EMPTY: Operator = alone("notEmpty", "is not empty");
const EQUALS: Operator = with("equals", "is equal to");
const NOT_EQUALS: Operator = with("notEquals", "is not equal to");

/// Every type, in the order of the menu.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "string",
        label: "Text",
        operators: &[
            EXISTS,
            NOT_EXISTS,
            EMPTY,
            NOT_EMPTY,
            EQUALS,
            NOT_EQUALS,
            with("contains", "contains"),
            with("notContains", "does not contain"),
            with("startsWith", "starts with"),
            with("notStartsWith", "does not start with"),
            with("endsWith", "ends with"),
            with("notEndsWith", "does not end with"),
            with("regex", "matches the pattern"),
            with("notRegex", "does not match the pattern"),
        ],
    },
    Kind {
        name: "number",
        label: "Number",
        operators: &[
            EXISTS,
            NOT_EXISTS,
            EMPTY,
            NOT_EMPTY,
            EQUALS,
            NOT_EQUALS,
            with("gt", "is greater than"),
            with("lt", "is less than"),
            with("gte", "is at least"),
            with("lte", "is at most"),
        ],
    },
    Kind {
        name: "dateTime",
        label: "Date and time",
        operators: &[
            EXISTS,
            NOT_EXISTS,
            EMPTY,
            NOT_EMPTY,
            EQUALS,
            NOT_EQUALS,
            with("after", "is after"),
            with("before", "is before"),
            with("afterOrEquals", "is at or after"),
            with("beforeOrEquals", "is at or before"),
        ],
    },
    Kind {
        name: "boolean",
        label: "Yes or no",
        operators: &[
            EXISTS,
            NOT_EXISTS,
            EMPTY,
            NOT_EMPTY,
            alone("true", "is true"),
            alone("false", "is false"),
            EQUALS,
            NOT_EQUALS,
        ],
    },
    Kind {
        name: "array",
        label: "List",
        operators: &[
            EXISTS,
            NOT_EXISTS,
            EMPTY,
            NOT_EMPTY,
            of("contains", "contains", "any"),
            of("notContains", "does not contain", "any"),
            of("lengthEquals", "has this length", "number"),
            of("lengthNotEquals", "has another length than", "number"),
            of("lengthGt", "is longer than", "number"),
            of("lengthLt", "is shorter than", "number"),
            of("lengthGte", "is at least this long", "number"),
            of("lengthLte", "is at most this long", "number"),
        ],
    },
    Kind { name: "object", label: "Object", operators: &[EXISTS, NOT_EXISTS, EMPTY, NOT_EMPTY] },
];

/// The operator named by a condition's `operator`, with its kind. Other names are kept as they are
/// in the workflow and shown by name.
pub(crate) fn find(operator: &Value) -> Option<(&'static Kind, &'static Operator)> {
    let kind = operator.get("type").and_then(Value::as_str)?;
    let name = operator.get("operation").and_then(Value::as_str)?;
    let kind = KINDS.iter().find(|known| known.name == kind)?;
    Some((kind, kind.operators.iter().find(|known| known.name == name)?))
}

/// What a condition's `operator` is for this choice.
pub(crate) fn stored(kind: &Kind, operator: &Operator) -> Value {
    let mut stored = json!({ "type": kind.name, "operation": operator.name });
    match operator.right {
        Right::Nothing => stored["singleValue"] = Value::Bool(true),
        Right::Of(right) => stored["rightType"] = Value::from(right),
        Right::Same => {}
    }
    stored
}

/// The type of the right value, where there is one.
pub(crate) fn right_kind(kind: &'static Kind, operator: &'static Operator) -> Option<&'static str> {
    match operator.right {
        Right::Nothing => None,
        Right::Same => Some(kind.name),
        Right::Of(right) => Some(right),
    }
}

/// A condition as it is added.
pub(crate) fn new_condition(id: &str) -> Value {
    json!({
        "id": id,
        "leftValue": "",
        "rightValue": "",
        "operator": { "type": "string", "operation": "equals" },
    })
}

/// A filter without conditions.
pub(crate) fn new_filter() -> Value {
    json!({
        "options": {
            "caseSensitive": true, "leftValue": "", "typeValidation": "strict", "version": 2,
        },
        "conditions": [],
        "combinator": "and",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_stored_is_found_again() {
        for kind in KINDS {
            for operator in kind.operators {
                let found = find(&stored(kind, operator));
                assert_eq!(found, Some((kind, operator)), "{} {}", kind.name, operator.name);
            }
        }
    }

    #[test]
    fn every_kind_can_be_asked_whether_it_is_there() {
        for kind in KINDS {
            let names: BTreeSet<_> = kind.operators.iter().map(|operator| operator.name).collect();
            assert_eq!(names.len(), kind.operators.len(), "{} repeats a name", kind.name);
            for name in ["exists", "notExists", "empty", "notEmpty"] {
                assert!(names.contains(name), "{} lacks {name}", kind.name);
            }
        }
    }

    #[test]
    fn an_operator_without_a_right_value_says_so() {
        let (kind, operator) = find(&json!({ "type": "boolean", "operation": "true" })).unwrap();
        assert_eq!(stored(kind, operator)["singleValue"], json!(true));
        assert_eq!(right_kind(kind, operator), None);
        let (kind, operator) = find(&json!({ "type": "array", "operation": "lengthGt" })).unwrap();
        assert_eq!(right_kind(kind, operator), Some("number"));
        assert_eq!(find(&json!({ "type": "string", "operation": "sounds" })), None);
    }
}
