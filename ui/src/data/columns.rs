//! The columns of a table, from the fields that the items have. Pure.

use std::collections::BTreeMap;

use reporunner_protocol::SchemaField;

use super::cells::type_mark;

/// Most columns of a table.
pub(super) const MOST: usize = 40;
/// How deep objects are spread over columns.
const DEPTH: usize = 3;
/// Narrowest and widest column that is made, pixels.
const WIDTH: (f64, f64) = (72.0, 300.0);
/// Narrowest and widest column that a person can make, pixels.
const CHOSEN: (f64, f64) = (40.0, 1_200.0);
/// Width of the column of files, pixels.
const FILES: f64 = 260.0;
/// Width of a character of data, pixels.
const CHARACTER: f64 = 7.0;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Keys from the item to its values.
    pub(super) path: Vec<String>,
    /// Its name.
    pub(super) title: String,
    /// The mark of its type.
    pub(super) mark: &'static str,
    /// Its width, pixels.
    pub(super) width: f64,
    /// Whether a person chose the width: it keeps it, whatever is left over.
    pub(super) chosen: bool,
}

/// The columns for these fields: objects are spread, lists stay folded. `widths` are those that a
/// person chose, by the column's name.
pub(super) fn columns(fields: &[SchemaField], widths: &BTreeMap<String, f64>) -> Vec<Column> {
    let wanted = |field: &&SchemaField| {
        let within_list = field.path.iter().any(|step| step == "[]");
        let spread = field.types == ["object"]
            && field.path.len() < DEPTH
            && fields.iter().any(|other| {
                other.path.len() == field.path.len() + 1 && other.path.starts_with(&field.path)
            });
        !within_list && field.path.len() <= DEPTH && !spread && !inside_a_mix(field, fields)
    };
    let with_width = |field: &SchemaField| {
        let column = column(field);
        match widths.get(&column.title) {
            Some(width) => Column { width: *width, chosen: true, ..column },
            None => column,
        }
    };
    fields.iter().filter(wanted).take(MOST).map(with_width).collect()
}

/// Whether a field lies in something that is an object in some items only.
fn inside_a_mix(field: &SchemaField, fields: &[SchemaField]) -> bool {
    (1..field.path.len()).any(|length| {
        let above = fields.iter().find(|other| other.path == field.path[..length]);
        above.is_some_and(|above| above.types != ["object"])
    })
}

fn column(field: &SchemaField) -> Column {
    let title = field.path.join(".");
    let mark = type_mark(&field.types);
    let head = (title.chars().count() + mark.chars().count()) as f64 * 6.6 + 12.0;
    let body = field.example.chars().count() as f64 * CHARACTER;
    let width = (head.max(body) + 24.0).clamp(WIDTH.0, WIDTH.1).round();
    Column { path: field.path.clone(), title, mark, width, chosen: false }
}

/// A width that a person wants, within bounds.
pub(super) fn bounded(width: f64) -> f64 {
    width.clamp(CHOSEN.0, CHOSEN.1).round()
}

/// The grid of a table: the number of the item, the columns, the files.
pub(super) fn grid(columns: &[Column], files: bool) -> String {
    let mut grid = "44px".to_owned();
    for Column { width, chosen, .. } in columns {
        // What is left over is shared by width.
        match chosen {
            true => grid.push_str(&format!(" {width}px")),
            false => grid.push_str(&format!(" minmax({width}px, {width}fr)")),
        }
    }
    let all_chosen = !columns.is_empty() && columns.iter().all(|column| column.chosen);
    if all_chosen && !files {
        grid.push_str(" 1fr");
    }
    if files || columns.is_empty() {
        grid.push_str(&format!(" minmax({FILES}px, {FILES}fr)"));
    }
    grid
}

/// Width of the whole table at least, pixels.
pub(super) fn width(columns: &[Column], files: bool) -> f64 {
    let extra = if files || columns.is_empty() { FILES } else { 0.0 };
    44.0 + extra + columns.iter().map(|column| column.width).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str, kind: &str) -> SchemaField {
        SchemaField {
            path: path.split('.').map(str::to_owned).collect(),
            types: kind.split('|').map(str::to_owned).collect(),
            example: String::new(),
            count: 0,
        }
    }

    #[track_caller]
    fn check(fields: &[(&str, &str)], expect: &[&str]) {
        let fields: Vec<SchemaField> =
            fields.iter().map(|(path, kind)| field(path, kind)).collect();
        let found: Vec<String> =
            columns(&fields, &BTreeMap::new()).into_iter().map(|column| column.title).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn objects_are_spread_and_lists_stay_folded() {
        check(
            &[
                ("id", "string"),
                ("who", "object"),
                ("who.mail", "string"),
                ("rows", "list"),
                ("rows.[]", "object"),
                ("rows.[].sku", "string"),
            ],
            &["id", "who.mail", "rows"],
        );
    }

    #[test]
    fn what_is_an_object_in_some_items_only_is_one_column() {
        check(&[("who", "object|string"), ("who.mail", "string")], &["who"]);
        check(&[("empty", "object")], &["empty"]);
    }

    #[test]
    fn deep_objects_fold() {
        check(
            &[("a", "object"), ("a.b", "object"), ("a.b.c", "object"), ("a.b.c.d", "string")],
            &["a.b.c"],
        );
    }

    #[test]
    fn there_is_an_end_to_columns() {
        let fields: Vec<SchemaField> =
            (0..500).map(|n| field(&format!("f{n}"), "string")).collect();
        assert_eq!(columns(&fields, &BTreeMap::new()).len(), MOST);
    }

    #[test]
    fn a_chosen_width_stays() {
        let widths = BTreeMap::from([("b".to_owned(), 400.0)]);
        let found = columns(&[field("a", "string"), field("b", "string")], &widths);
        assert_eq!((found[0].chosen, found[1].chosen, found[1].width), (false, true, 400.0));
        let grid = grid(&found, false);
        assert!(grid.ends_with(" 400px"), "{grid}");
        assert_eq!((bounded(3.0), bounded(99.6)), (40.0, 100.0));
    }
}
