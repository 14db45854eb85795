//! Items as one HTML table.

use indexmap::IndexSet;
use quick_xml::escape::escape;
use reporunner_model::Item;
use reporunner_node::Values;
use serde_json::Value;

use crate::items::{option_flag, option_text};
use crate::js;

/// How the table looks.
#[derive(Default)]
pub(super) struct Look {
    capitals: bool,
    plain: bool,
    caption: Option<String>,
    table: String,
    header: String,
    row: String,
    cell: String,
}

impl Look {
    pub(super) fn read(values: &Values<'_>) -> Self {
        let flag = |name: &str| option_flag(values, &format!("options.{name}")).unwrap_or(false);
        let attributes = |name: &str| {
            let text = option_text(values, &format!("options.{name}"));
            text.map_or_else(String::new, |text| format!(" {}", text.trim()))
        };
        Self {
            capitals: flag("capitalize"),
            plain: flag("customStyling"),
            caption: option_text(values, "options.caption"),
            table: attributes("tableAttributes"),
            header: attributes("headerAttributes"),
            row: attributes("rowAttributes"),
            cell: attributes("cellAttributes"),
        }
    }
}

/// One table with a column for each field. E-mail programs know no style sheets, so the style
/// is on the elements.
pub(super) fn table(items: &[Item], look: &Look) -> String {
    let columns: IndexSet<&String> = items.iter().flat_map(|item| item.json.keys()).collect();
    let style = |style: &str| match look.plain {
        true => String::new(),
        false => format!(" style=\"{style}\""),
    };
    let (head, cell) = (
        style("padding:6px 12px;text-align:left;border-bottom:2px solid #ccc"),
        style("padding:6px 12px;border-bottom:1px solid #eee"),
    );
    let mut out = format!(
        "<table{}{}>",
        style("border-collapse:collapse;font-family:sans-serif"),
        look.table
    );
    if let Some(caption) = &look.caption {
        out.push_str(&format!("<caption>{}</caption>", escape(caption.as_str())));
    }
    out.push_str(&format!("<thead><tr{}>", look.header));
    for column in &columns {
        let name = if look.capitals { capitals(column) } else { (*column).clone() };
        out.push_str(&format!("<th{head}>{}</th>", escape(name)));
    }
    out.push_str("</tr></thead><tbody>");
    for item in items {
        out.push_str(&format!("<tr{}>", look.row));
        for column in &columns {
            let value = shown(item.json.get(*column));
            out.push_str(&format!("<td{cell}{}>{value}</td>", look.cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::Bool(on)) => {
            let checked = if *on { " checked=\"checked\"" } else { "" };
            format!("<input type=\"checkbox\"{checked}/>")
        }
        Some(value) => escape(js::cell(value)).into_owned(),
    }
}

/// `first_name` as `First Name`.
fn capitals(name: &str) -> String {
    let words = name.split(['_', ' ']).filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect::<String>()
        })
    });
    words.collect::<Vec<_>>().join(" ")
}
