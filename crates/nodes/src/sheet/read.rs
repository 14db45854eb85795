//! Spreadsheets to grids: XLSX, XLS and ODS by calamine, HTML tables, and CSV with its texts made
//! into numbers as a spreadsheet program does.

use std::io::Cursor;

use calamine::{Cell, Data, DataRef, Reader, Sheets, XlsxError, open_workbook_auto_from_rs};
use dom_query::{Document, NodeRef};
use jiff::civil::Date;
use reporunner_model::NodeError;
use reporunner_node::Values;
use serde_json::Value;

use super::{Grid, broken, repeats};
use crate::items::{option_flag, option_number, option_text};
use crate::{binary, js, page, unpacked};

/// Most cells of a sheet between its first and its last.
const MOST_CELLS: usize = 10_000_000;
/// Most bytes of text in the cells of a sheet.
const MOST_TEXT: u64 = 512 << 20;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// XLSX, XLS or ODS.
    Workbook,
    Html,
    Csv,
}

impl Format {
    /// By the content: archives and the older binary format are workbooks.
    pub(crate) fn of(content: &[u8]) -> Self {
        if content.starts_with(b"PK") || content.starts_with(b"\xd0\xcf\x11\xe0") {
            return Self::Workbook;
        }
        let start = String::from_utf8_lossy(&content[..content.len().min(1024)]).to_lowercase();
        let start = start.trim_start_matches('\u{feff}').trim_start();
        match start.starts_with('<') && (start.contains("<html") || start.contains("<table")) {
            true => Self::Html,
            false => Self::Csv,
        }
    }
}

/// The cells of a file, of the range that the options ask for.
pub(crate) fn grid(content: &[u8], format: Format, values: &Values<'_>) -> Result<Grid, NodeError> {
    let raw = option_flag(values, "options.rawData").unwrap_or(false);
    let (grid, row, column) = match format {
        Format::Workbook => workbook(content, option_text(values, "options.sheetName"))?,
        Format::Html => (html(content, raw)?, 0, 0),
        Format::Csv => (csv(content, raw)?, 0, 0),
    };
    range(grid, row, column, values)
}

/// A sheet and the place of its first cell. Without a name, or where there is one sheet only and
/// nobody has changed the name of the form, the first.
fn workbook(content: &[u8], name: Option<String>) -> Result<(Grid, usize, usize), NodeError> {
    unpacked::check_zip(content)?;
    if let Some((cells, text)) = repeats::spread(content)
        && (cells > MOST_CELLS as u64 || text > MOST_TEXT)
    {
        return Err(too_large(format!("The sheet is too large: {cells} cells")));
    }
    let mut book: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(content)).map_err(broken)?;
    let names = book.sheet_names();
    let name = match name {
        Some(name) if !names.contains(&name) => {
            return Err(NodeError::new(format!("There is no sheet called {name:?}"))
                .hint(format!("The file has: {}.", names.join(", ")))
                .about(&["options", "sheetName"]));
        }
        Some(name) => name,
        None => match names.first() {
            Some(first) => first.clone(),
            None => return Ok((Vec::new(), 0, 0)),
        },
    };
    // Two cells at opposite corners would make calamine ask for the whole sheet's memory at once.
    match &mut book {
        Sheets::Xlsx(book) => {
            let mut reader = match book.worksheet_cells_reader(&name) {
                // A sheet that is all chart.
                Err(XlsxError::NotAWorksheet(_)) => return Ok((Vec::new(), 0, 0)),
                reader => reader.map_err(broken)?,
            };
            placed(std::iter::from_fn(|| reader.next_cell().map_err(broken).transpose()))
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(&name).map_err(broken)?;
            placed(std::iter::from_fn(|| reader.next_cell().map_err(broken).transpose()))
        }
        _ => {
            let range = book.worksheet_range(&name).map_err(broken)?;
            check_size(range.height(), range.width())?;
            let (row, column) = range.start().unwrap_or_default();
            let grid = range.rows().map(|row| row.iter().map(value).collect()).collect();
            Ok((grid, row as usize, column as usize))
        }
    }
}

/// The cells as a grid from the first row and column that have any, and where that is.
fn placed<'a>(
    cells: impl Iterator<Item = Result<Cell<DataRef<'a>>, NodeError>>,
) -> Result<(Grid, usize, usize), NodeError> {
    let (mut found, mut text) = (Vec::new(), 0);
    let (mut from, mut to) = ((usize::MAX, usize::MAX), (0, 0));
    for cell in cells {
        let cell = cell?;
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        from = (from.0.min(row), from.1.min(column));
        to = (to.0.max(row), to.1.max(column));
        // A text that is written once may stand in every cell.
        text += match cell.get_value() {
            DataRef::SharedString(text) => text.len() as u64,
            DataRef::String(text) => text.len() as u64,
            _ => 0,
        };
        if found.len() == MOST_CELLS || text > MOST_TEXT {
            return Err(too_large("The sheet is too large".to_owned()));
        }
        found.push((row, column, value(&Data::from(cell.get_value().clone()))));
    }
    if found.is_empty() {
        return Ok((Vec::new(), 0, 0));
    }
    let (rows, columns) = (to.0 - from.0 + 1, to.1 - from.1 + 1);
    check_size(rows, columns)?;
    let mut grid = vec![vec![Value::Null; columns]; rows];
    for (row, column, value) in found {
        grid[row - from.0][column - from.1] = value;
    }
    Ok((grid, from.0, from.1))
}

/// A cell. Dates are numbers of days, as spreadsheets keep them.
fn value(cell: &Data) -> Value {
    match cell {
        Data::Empty => Value::Null,
        Data::Int(number) => Value::from(*number),
        Data::Float(number) => js::number(*number),
        Data::String(text) => Value::String(text.clone()),
        Data::Bool(on) => Value::Bool(*on),
        Data::DateTime(date) => js::number(date.as_f64()),
        Data::DateTimeIso(text) => {
            serial(text).map_or_else(|| Value::String(text.clone()), js::number)
        }
        Data::DurationIso(text) => Value::String(text.clone()),
        Data::Error(error) => Value::String(error.to_string()),
    }
}

/// Days since the end of 1899 of an ISO date with or without a time.
fn serial(text: &str) -> Option<f64> {
    let at = text.parse::<jiff::civil::DateTime>().ok();
    let at = at.or_else(|| text.parse::<Date>().ok().map(Into::into))?;
    let since = at.duration_since(jiff::civil::date(1899, 12, 30).into());
    Some((since.as_secs_f64() / 86_400.0 * 1e9).round() / 1e9)
}

fn html(content: &[u8], raw: bool) -> Result<Grid, NodeError> {
    let text = binary::decode(content, "utf8");
    page::check(&text)?;
    let document = Document::from(text);
    let cell = |node: &NodeRef<'_>| {
        let kept = node.attr("data-v").map(|value| value.to_string());
        let text = kept.unwrap_or_else(|| one_line(&node.text()));
        let is_text = node.attr("data-t").as_deref() == Some("s");
        if is_text { Value::String(text) } else { typed(&text, raw) }
    };
    let tables = document.select("table");
    let Some(table) = tables.nodes().first() else { return Ok(Vec::new()) };
    let rows =
        table.descendants().into_iter().filter(|node| node.node_name().as_deref() == Some("tr"));
    let row = |row: NodeRef<'_>| {
        let mut cells = Vec::new();
        for node in row.element_children() {
            cells.push(cell(&node));
            let span = node.attr("colspan").and_then(|span| span.parse::<usize>().ok());
            let more = span.unwrap_or(1).clamp(1, 1000) - 1;
            cells.extend(std::iter::repeat_n(Value::Null, more));
        }
        cells
    };
    square(rows.map(row).collect())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn csv(content: &[u8], raw: bool) -> Result<Grid, NodeError> {
    let text = binary::decode(content, "utf8");
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &char| first.matches(*delimiter).count();
    let delimiter = [',', ';', '\t', '|'].into_iter().rev().max_by_key(count).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    let mut grid = Vec::new();
    for record in reader.records() {
        grid.push(record.map_err(broken)?.iter().map(|cell| typed(cell, raw)).collect());
    }
    square(grid)
}

/// All rows as long as the longest.
fn square(mut grid: Grid) -> Result<Grid, NodeError> {
    let width = grid.iter().map(Vec::len).max().unwrap_or(0);
    check_size(grid.len(), width)?;
    grid.iter_mut().for_each(|row| row.resize(width, Value::Null));
    Ok(grid)
}

/// A few cells far from each other make a sheet that no memory holds.
fn check_size(rows: usize, columns: usize) -> Result<(), NodeError> {
    if rows.saturating_mul(columns) <= MOST_CELLS {
        return Ok(());
    }
    Err(too_large(format!("The sheet is too large: {rows} rows of {columns} columns")))
}

fn too_large(message: String) -> NodeError {
    NodeError::new(message).hint(
        "Often one forgotten cell far away makes it so: delete the rows or columns without data.",
    )
}

/// A text as a spreadsheet program takes what is typed: numbers, dates, TRUE and FALSE.
fn typed(text: &str, raw: bool) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    if raw {
        return Value::String(text.to_owned());
    }
    match text {
        "TRUE" => return Value::Bool(true),
        "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let number = number(text).or_else(|| date(text));
    number.map_or_else(|| Value::String(text.to_owned()), js::number)
}

/// `1`, `-1.5e3`, `1,234.5`, `$5`, `10%`, `(3)`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |text: &str| {
        let signs = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
        let fits = text.chars().all(signs) && text.contains(|c: char| c.is_ascii_digit());
        text.parse::<f64>().ok().filter(|number| fits && number.is_finite())
    };
    if let Some(number) = plain(text) {
        return Some(number);
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return number(inner).map(|number| -number);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return number(percent).map(|number| number / 100.0);
    }
    let groups = text.replace('$', "");
    let (whole, rest) = groups.split_once('.').unwrap_or((&groups, ""));
    let mut parts = whole.trim_start_matches('-').split(',');
    let first = parts.next().is_some_and(|part| (1..=3).contains(&part.len()));
    let grouped = first && parts.all(|part| part.len() == 3) && !rest.contains(',');
    let money = groups.len() < text.len() && !groups.contains(',');
    (grouped || money).then(|| plain(&groups.replace(',', ""))).flatten()
}

/// `2024-05-01`, `5/1/2024` or `5/1/24` as days since the end of 1899.
fn date(text: &str) -> Option<f64> {
    let parts =
        |separator| text.split(separator).map(str::parse::<i16>).collect::<Result<Vec<_>, _>>();
    let (year, month, day) = match (parts('-').ok().as_deref(), parts('/').ok().as_deref()) {
        (Some([year, month, day]), _) if text.len() >= 8 => (*year, *month, *day),
        (_, Some([month, day, year])) => {
            let century = if *year < 50 {
                2000
            } else if *year < 100 {
                1900
            } else {
                0
            };
            (*year + century, *month, *day)
        }
        _ => return None,
    };
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    serial(&date.to_string())
}

/// The part of a grid that the option `range` names; the grid begins at `row` and `column` of
/// its sheet.
fn range(grid: Grid, row: usize, column: usize, values: &Values<'_>) -> Result<Grid, NodeError> {
    let Some(text) = option_text(values, "options.range") else { return Ok(grid) };
    let Some(area) = Area::read(&text, option_number(values, "options.range")) else {
        return Err(NodeError::new(format!("{text:?} is no range of cells"))
            .hint("Write it as A1:D20, or as the number of rows to skip.")
            .about(&["options", "range"]));
    };
    let (first_row, first_column) = (area.first.0.max(row), area.first.1.max(column));
    let skip = |row: Vec<Value>| {
        let count = (area.last.1 + 1).saturating_sub(first_column);
        row.into_iter().skip(first_column - column).take(count).collect()
    };
    let count = (area.last.0 + 1).saturating_sub(first_row);
    Ok(grid.into_iter().skip(first_row - row).take(count).map(skip).collect())
}

/// Rows and columns from the first to the last, counted from 0.
struct Area {
    first: (usize, usize),
    last: (usize, usize),
}

impl Area {
    fn read(text: &str, number: Option<f64>) -> Option<Self> {
        const END: usize = 1 << 21;
        if let Some(skip) = number {
            return Some(Self { first: (skip.max(0.0) as usize, 0), last: (END, END) });
        }
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first, last) = (place(first)?, place(last)?);
        let first = (first.0.unwrap_or(0), first.1.unwrap_or(0));
        Some(Self { first, last: (last.0.unwrap_or(END), last.1.unwrap_or(END)) })
    }
}

/// `B3` as row 2 and column 1; either may be missing.
fn place(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let text = text.trim().replace('$', "").to_ascii_uppercase();
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (name, row) = text.split_at(letters);
    if name.len() > 3 || (name.is_empty() && row.is_empty()) {
        return None;
    }
    let column = name.bytes().fold(0, |column, byte| column * 26 + usize::from(byte - b'A' + 1));
    let row = match row {
        "" => None,
        row => Some(row.parse::<usize>().ok()?.checked_sub(1)?),
    };
    Some((row, column.checked_sub(1)))
}
