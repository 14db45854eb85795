//! What the inspector offers for completion: methods and members of each kind of value.
//!
//! A list for people, checked against the evaluator by a test; the evaluator does not read it.

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// A plain object.
    Object,
    /// A moment.
    DateTime,
    /// A length of time.
    Duration,
}

/// A method or member of a kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodDoc {
    /// Its name.
    pub name: &'static str,
    /// How it is written, with its arguments.
    pub signature: &'static str,
    /// What it gives.
    pub summary: &'static str,
}

const fn doc(name: &'static str, signature: &'static str, summary: &'static str) -> MethodDoc {
    MethodDoc { name, signature, summary }
}

/// Methods and members of a kind of value, in the order of the alphabet where it matters.
pub fn methods_of(kind: ValueKind) -> &'static [MethodDoc] {
    match kind {
        ValueKind::String => STRING,
        ValueKind::Number => NUMBER,
        ValueKind::Boolean => BOOLEAN,
        ValueKind::Array => ARRAY,
        ValueKind::Object => OBJECT,
        ValueKind::DateTime => DATETIME,
        ValueKind::Duration => DURATION,
    }
}

const STRING: &[MethodDoc] = &[
    doc("base64Decode", "base64Decode()", "Plain text of base64"),
    doc("base64Encode", "base64Encode()", "The text as base64"),
    doc("concat", "concat(...texts)", "This text and others behind it"),
    doc("endsWith", "endsWith(text, end?)", "Whether it ends with a text"),
    doc("extractDomain", "extractDomain()", "Domain of a link or mail address"),
    doc("extractEmail", "extractEmail()", "First mail address in it"),
    doc("extractUrl", "extractUrl()", "First link in it"),
    doc("extractUrlPath", "extractUrlPath()", "Path of a link"),
    doc(
        "hash",
        "hash(algorithm = 'md5')",
        "Its digest: md5, sha1, sha224, sha256, sha384, sha512, sha3 or base64",
    ),
    doc("includes", "includes(text, start?)", "Whether it contains a text"),
    doc("indexOf", "indexOf(text, start?)", "Where a text begins in it, or -1"),
    doc("isDomain", "isDomain()", "Whether it is a domain"),
    doc("isEmail", "isEmail()", "Whether it is a mail address"),
    doc("isEmpty", "isEmpty()", "Whether it has no characters"),
    doc("isNotEmpty", "isNotEmpty()", "Whether it has characters"),
    doc("isNumeric", "isNumeric()", "Whether it is a number"),
    doc("isUrl", "isUrl()", "Whether it is a link"),
    doc("lastIndexOf", "lastIndexOf(text)", "Where a text last begins in it, or -1"),
    doc("length", "length", "Number of characters"),
    doc("match", "match(pattern)", "What a pattern matches"),
    doc("padEnd", "padEnd(length, with = ' ')", "Filled up at its end"),
    doc("padStart", "padStart(length, with = ' ')", "Filled up at its start"),
    doc("parseJson", "parseJson()", "The value it describes as JSON"),
    doc("quote", "quote(mark = '\"')", "In quotes, those inside escaped"),
    doc("removeMarkdown", "removeMarkdown()", "Without Markdown"),
    doc("removeTags", "removeTags()", "Without HTML or XML tags"),
    doc("replace", "replace(pattern, with)", "With the first match replaced"),
    doc("replaceAll", "replaceAll(pattern, with)", "With every match replaced"),
    doc("replaceSpecialChars", "replaceSpecialChars()", "Letters without their marks"),
    doc("search", "search(pattern)", "Where a pattern first matches, or -1"),
    doc("slice", "slice(start, end?)", "A part of it"),
    doc("split", "split(separator, limit?)", "Its parts between separators"),
    doc("startsWith", "startsWith(text, start?)", "Whether it starts with a text"),
    doc("substring", "substring(start, end?)", "A part of it"),
    doc("toBoolean", "toBoolean()", "False for 'false', 'no' and '0', else true"),
    doc("toDateTime", "toDateTime(format?)", "The moment it names"),
    doc("toJsonString", "toJsonString()", "As JSON text"),
    doc("toLowerCase", "toLowerCase()", "In small letters"),
    doc("toNumber", "toNumber()", "The number it names"),
    doc("toSentenceCase", "toSentenceCase()", "Capital letters at sentence starts"),
    doc("toSnakeCase", "toSnakeCase()", "Small letters joined by underscores"),
    doc("toTitleCase", "toTitleCase()", "Capital letters at word starts"),
    doc("toUpperCase", "toUpperCase()", "In capital letters"),
    doc("trim", "trim()", "Without spaces around it"),
    doc("trimEnd", "trimEnd()", "Without spaces at its end"),
    doc("trimStart", "trimStart()", "Without spaces at its start"),
    doc("urlDecode", "urlDecode(all?)", "With percent codes resolved"),
    doc("urlEncode", "urlEncode(all?)", "Safe in an address"),
];

const NUMBER: &[MethodDoc] = &[
    doc("abs", "abs()", "Without its sign"),
    doc("ceil", "ceil()", "Rounded up"),
    doc("floor", "floor()", "Rounded down"),
    doc("format", "format(locale?, options?)", "As people of a language write it"),
    doc("isEmpty", "isEmpty()", "Always false"),
    doc("isEven", "isEven()", "Whether it divides by two"),
    doc("isInteger", "isInteger()", "Whether it is whole"),
    doc("isOdd", "isOdd()", "Whether it is whole and not even"),
    doc("round", "round(digits = 0)", "Rounded"),
    doc("toBoolean", "toBoolean()", "False for 0, else true"),
    doc("toDateTime", "toDateTime(format = 'ms')", "The moment it counts to: ms, s, us or excel"),
    doc("toFixed", "toFixed(digits = 0)", "As text with so many digits"),
    doc("toLocaleString", "toLocaleString(locale?, options?)", "As people of a language write it"),
    doc("toString", "toString(radix = 10)", "As text"),
];

const BOOLEAN: &[MethodDoc] = &[
    doc("isEmpty", "isEmpty()", "Always false"),
    doc("toNumber", "toNumber()", "1 for true, 0 for false"),
    doc("toString", "toString()", "As text"),
];

const ARRAY: &[MethodDoc] = &[
    doc("append", "append(...elements)", "With more elements at its end"),
    doc("average", "average()", "Average of its numbers"),
    doc("chunk", "chunk(length)", "In parts of that length"),
    doc("compact", "compact()", "Without empty elements"),
    doc("concat", "concat(...arrays)", "This array and others behind it"),
    doc("difference", "difference(other)", "What the other has not"),
    doc("every", "every(test)", "Whether all pass a test"),
    doc("filter", "filter(test)", "What passes a test"),
    doc("find", "find(test)", "The first that passes a test"),
    doc("first", "first()", "The first element"),
    doc("flatMap", "flatMap(change)", "The arrays a function gives, in one"),
    doc("includes", "includes(element)", "Whether it holds an element"),
    doc("indexOf", "indexOf(element)", "Where an element is, or -1"),
    doc("intersection", "intersection(other)", "What the other has too"),
    doc("isEmpty", "isEmpty()", "Whether it has no elements"),
    doc("isNotEmpty", "isNotEmpty()", "Whether it has elements"),
    doc("join", "join(separator = ',')", "Its elements as one text"),
    doc("last", "last()", "The last element"),
    doc("length", "length", "Number of elements"),
    doc("map", "map(change)", "What a function makes of each element"),
    doc("max", "max()", "The largest number"),
    doc("merge", "merge(other?)", "Its objects in one"),
    doc("min", "min()", "The smallest number"),
    doc("pluck", "pluck(...fields)", "One field of each object"),
    doc("randomItem", "randomItem()", "Any element"),
    doc("reduce", "reduce(step, start?)", "One value made from all"),
    doc("removeDuplicates", "removeDuplicates(...fields)", "Each element once"),
    doc("renameKeys", "renameKeys(from, to, …)", "With fields renamed in each object"),
    doc("reverse", "reverse()", "From the end to the start"),
    doc("slice", "slice(start, end?)", "A part of it"),
    doc("smartJoin", "smartJoin(keyField, valueField)", "An object from two fields of each object"),
    doc("some", "some(test)", "Whether one passes a test"),
    doc("sort", "sort(compare?)", "In order"),
    doc("sum", "sum()", "Sum of its numbers"),
    doc("toJsonString", "toJsonString()", "As JSON text"),
    doc("toSpliced", "toSpliced(start, count, ...new)", "With elements exchanged"),
    doc("union", "union(other)", "What either has, each once"),
    doc("unique", "unique(...fields)", "Each element once"),
];

const OBJECT: &[MethodDoc] = &[
    doc("compact", "compact()", "Without empty fields"),
    doc("hasField", "hasField(name)", "Whether it has a field"),
    doc("isEmpty", "isEmpty()", "Whether it has no fields"),
    doc("isNotEmpty", "isNotEmpty()", "Whether it has fields"),
    doc("keepFieldsContaining", "keepFieldsContaining(text)", "Fields whose text contains a text"),
    doc("keys", "keys()", "Names of its fields"),
    doc("merge", "merge(other)", "With the fields of another that it has not"),
    doc("removeField", "removeField(name)", "Without a field"),
    doc(
        "removeFieldsContaining",
        "removeFieldsContaining(text)",
        "Without fields whose text contains a text",
    ),
    doc("toJsonString", "toJsonString()", "As JSON text"),
    doc("urlEncode", "urlEncode()", "As the query of an address"),
    doc("values", "values()", "Values of its fields"),
];

const DATETIME: &[MethodDoc] = &[
    doc("diff", "diff(other, unit)", "Duration since another moment"),
    doc("diffTo", "diffTo(other, unit = 'days')", "How long since another moment"),
    doc("diffToNow", "diffToNow(unit = 'days')", "How long since now"),
    doc("endOf", "endOf(unit)", "The last moment of its unit"),
    doc("equals", "equals(other)", "Whether it is the same moment in the same zone"),
    doc("extract", "extract(unit = 'week')", "One part of it"),
    doc("format", "format(pattern)", "As text by a pattern"),
    doc("hasSame", "hasSame(other, unit)", "Whether both lie in the same unit"),
    doc("isBetween", "isBetween(from, to)", "Whether it lies between two moments"),
    doc("minus", "minus(amount, unit)", "Earlier by so much"),
    doc("plus", "plus(amount, unit)", "Later by so much"),
    doc("set", "set(values)", "With parts set"),
    doc("setLocale", "setLocale(locale)", "In another language"),
    doc("setZone", "setZone(zone)", "The same moment in another zone"),
    doc("startOf", "startOf(unit)", "The first moment of its unit"),
    doc("toFormat", "toFormat(pattern)", "As text by a pattern"),
    doc("toISO", "toISO()", "As ISO 8601 text"),
    doc("toISODate", "toISODate()", "Its date as ISO 8601 text"),
    doc("toJSDate", "toJSDate()", "As a Date"),
    doc("toLocaleString", "toLocaleString(options?)", "As people of its language write it"),
    doc("toMillis", "toMillis()", "Milliseconds since 1970"),
    doc("toRelative", "toRelative()", "How far from now, in words"),
    doc("toSeconds", "toSeconds()", "Seconds since 1970"),
    doc("toUTC", "toUTC()", "The same moment in UTC"),
    doc("year", "year", "Year"),
    doc("month", "month", "Month, from 1"),
    doc("day", "day", "Day of the month"),
    doc("hour", "hour", "Hour"),
    doc("minute", "minute", "Minute"),
    doc("second", "second", "Second"),
    doc("weekday", "weekday", "Day of the week, 1 is Monday"),
    doc("weekNumber", "weekNumber", "Number of the week"),
    doc("quarter", "quarter", "Quarter, from 1"),
    doc("monthLong", "monthLong", "Name of the month"),
    doc("weekdayLong", "weekdayLong", "Name of the day"),
    doc("zoneName", "zoneName", "Name of the zone"),
    doc("isValid", "isValid", "Whether it is a moment at all"),
];

const DURATION: &[MethodDoc] = &[
    doc("as", "as(unit)", "Its whole length in one unit"),
    doc("shiftTo", "shiftTo(...units)", "The same in other units"),
    doc("toHuman", "toHuman()", "In words"),
    doc("toISO", "toISO()", "As ISO 8601 text"),
    doc("toObject", "toObject()", "Its units as an object"),
];
