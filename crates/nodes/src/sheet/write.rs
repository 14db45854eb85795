//! Tables to files: CSV, HTML, RTF, XLSX, XLS and ODS.

use quick_xml::escape::escape;
use reporunner_model::{Item, NodeError};
use reporunner_node::Values;
use serde_json::Value;

use super::{Table, cell_text, delimited, ods, sheet_name, xls};
use crate::items::option_flag;
use crate::js;

/// A file that was made.
pub(crate) struct Made {
    pub(crate) content: Vec<u8>,
    pub(crate) mime: &'static str,
}

/// Makes a file of the items in one of the formats by its extension.
pub(crate) fn make(format: &str, items: &[Item], values: &Values<'_>) -> Result<Made, NodeError> {
    let table = Table::of(items);
    let header = option_flag(values, "options.headerRow").unwrap_or(true);
    let (content, mime) = match format {
        "csv" => (csv(&table, delimited::delimiter(values)?, header), "text/csv"),
        "html" => (html(&table, header).into_bytes(), "text/html"),
        "rtf" => (rtf(&table, header).into_bytes(), "application/rtf"),
        "xlsx" => (
            xlsx(&table, &sheet_name(values), header)?,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "xls" => (xls::document(&table, &sheet_name(values), header)?, "application/vnd.ms-excel"),
        "ods" => (
            ods::document(&table, &sheet_name(values), header)?,
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        other => {
            return Err(NodeError::new(format!("Files of the kind {other} cannot be made"))
                .hint("Choose XLSX: every spreadsheet program reads it.")
                .about(&["fileFormat"]));
        }
    };
    Ok(Made { content, mime })
}

/// CSV with a byte order mark, without which spreadsheets take it for the machine's charset.
fn csv(table: &Table, delimiter: u8, header: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::from("\u{feff}"));
    let memory = "writing to memory cannot fail and all rows are as long as the header";
    for line in table.lines(header) {
        writer.write_record(line.iter().map(cell_text)).expect(memory);
    }
    writer.flush().expect(memory);
    let mut bytes = writer.into_inner().expect("it was flushed");
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    bytes
}

/// A page with a table whose cells keep their types in attributes, as SheetJS writes and reads
/// them (docs.sheetjs.com, "HTML"); programs that read such files look for them.
fn html(table: &Table, header: bool) -> String {
    let mut page = String::from(
        "<html><head><meta charset=\"utf-8\"/><title>SheetJS Table Export</title></head>\
         <body><table>",
    );
    for (row, line) in table.lines(header).enumerate() {
        page.push_str("<tr>");
        for (column, value) in line.iter().enumerate() {
            let id = format!("sjs-{}{}", column_name(column), row + 1);
            let kind = match value {
                Value::Null => {
                    page.push_str(&format!("<td id=\"{id}\"></td>"));
                    continue;
                }
                Value::Bool(_) => "b",
                Value::Number(_) => "n",
                _ => "s",
            };
            let (kept, shown) = (escape(js::cell(value)), escape(cell_text(value)));
            page.push_str(&format!(
                "<td data-t=\"{kind}\" data-v=\"{kept}\" id=\"{id}\">{}</td>",
                shown.replace('\n', "<br/>")
            ));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table></body></html>");
    page
}

/// A rich text with a table and nothing else.
fn rtf(table: &Table, header: bool) -> String {
    let mut out = String::from("{\\rtf1\\ansi");
    for line in table.lines(header) {
        out.push_str("\\trowd\\trautofit1");
        for column in 1..=line.len() {
            out.push_str(&format!("\\cellx{column}"));
        }
        out.push_str("\\pard\\intbl");
        for value in &line {
            out.push(' ');
            rtf_text(&cell_text(value), &mut out);
            out.push_str("\\cell");
        }
        out.push_str("\\pard\\intbl\\row");
    }
    out.push('}');
    out
}

fn rtf_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\line "),
            c if c.is_ascii() => out.push(c),
            // A signed number for each unit of UTF-16, and a sign for programs that know none.
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{}?", unit.cast_signed()));
                }
            }
        }
    }
}

fn xlsx(table: &Table, name: &str, header: bool) -> Result<Vec<u8>, NodeError> {
    let failed = |error: rust_xlsxwriter::XlsxError| {
        NodeError::new("The spreadsheet could not be made")
            .detail(error.to_string())
            .hint("Names of sheets have at most 31 characters and none of []:*?/\\.")
    };
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(name).map_err(|e| failed(e).about(&["options", "sheetName"]))?;
    for (row, line) in table.lines(header).enumerate() {
        for (column, value) in line.iter().enumerate() {
            let (row, column) =
                (u32::try_from(row).unwrap_or(u32::MAX), u16::try_from(column).unwrap_or(u16::MAX));
            match value {
                Value::Null => continue,
                Value::Bool(on) => sheet.write_boolean(row, column, *on),
                Value::Number(number) => {
                    sheet.write_number(row, column, number.as_f64().unwrap_or_default())
                }
                value => sheet.write_string(row, column, js::cell(value)),
            }
            .map_err(failed)?;
        }
    }
    book.save_to_buffer().map_err(failed)
}

/// `A` for the first column, `AA` after `Z`.
fn column_name(column: usize) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        name.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}
