//! What a terminal gets to see.

use std::io::Write;

use reporunner_protocol::Failure;
use serde::Serialize;

/// Prints a line.
pub(crate) fn line(text: impl std::fmt::Display) {
    // Whoever closed the pipe has read enough.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a text that is there whole.
pub(crate) fn bytes(text: &[u8]) {
    // Whoever closed the pipe has read enough.
    let _ = std::io::stdout().write_all(text).and_then(|()| std::io::stdout().flush());
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    // As it goes: the text of a large result need not fit into memory beside it.
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match serde_json::to_writer_pretty(&mut out, value) {
        // Whoever closed the pipe has read enough.
        Err(error) if error.is_io() => return Ok(()),
        written => written?,
    }
    let _ = writeln!(out);
    let _ = out.flush();
    Ok(())
}

/// Prints what a person should know beside the answer, on standard error.
pub(crate) fn notice(text: &str) {
    error_line(format_args!("reporunner: {text}"));
}

/// Prints why a command failed and what to do, on standard error.
pub(crate) fn error(error: &anyhow::Error) {
    error_line(format_args!("reporunner: {error:#}"));
    if let Some(hint) = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.as_ref()) {
        error_line(format_args!("  {hint}"));
    }
}

fn error_line(text: std::fmt::Arguments<'_>) {
    // There may be nobody left to read it, which is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints rows as columns, each as wide as its widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    print(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| print(row));
}

/// A time as this machine's clock shows it, with its distance from UTC.
pub(crate) fn time(at: reporunner_model::Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0);
    let local = moment.map(|moment| moment.to_zoned(jiff::tz::TimeZone::system()));
    // One that no calendar has is shown as it is.
    local.map_or_else(
        |_| at.0.to_string(),
        |local| local.strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
    )
}
