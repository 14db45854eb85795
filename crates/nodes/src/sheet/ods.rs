//! OpenDocument spreadsheets: the least that LibreOffice and others open
//! (OASIS OpenDocument 1.3, parts 2 and 3).

use std::io::{Cursor, Write};

use quick_xml::escape::escape;
use reporunner_model::NodeError;
use serde_json::Value;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::Table;
use crate::js;

const MIME: &str = "application/vnd.oasis.opendocument.spreadsheet";

pub(super) fn document(table: &Table, name: &str, header: bool) -> Result<Vec<u8>, NodeError> {
    let failed = |error: &dyn std::fmt::Display| {
        NodeError::new("The spreadsheet could not be made").detail(error.to_string())
    };
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let packed = stored.compression_method(CompressionMethod::Deflated);
    // The type comes first and is not packed, so that programs can tell the file by its start.
    for (file, options, content) in [
        ("mimetype", stored, MIME.to_owned()),
        ("META-INF/manifest.xml", packed, manifest()),
        ("content.xml", packed, content(table, name, header)),
    ] {
        writer.start_file(file, options).map_err(|error| failed(&error))?;
        writer.write_all(content.as_bytes()).map_err(|error| failed(&error))?;
    }
    Ok(writer.finish().map_err(|error| failed(&error))?.into_inner())
}

fn manifest() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
         manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" \
         manifest:media-type=\"{MIME}\"/><manifest:file-entry manifest:full-path=\"content.xml\" \
         manifest:media-type=\"text/xml\"/></manifest:manifest>"
    )
}

fn content(table: &Table, name: &str, header: bool) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.3\">\
         <office:body><office:spreadsheet><table:table table:name=\"{}\">",
        escape(name)
    );
    for line in table.lines(header) {
        out.push_str("<table:table-row>");
        for value in &line {
            cell(value, &mut out);
        }
        out.push_str("</table:table-row>");
    }
    out.push_str("</table:table></office:spreadsheet></office:body></office:document-content>");
    out
}

fn cell(value: &Value, out: &mut String) {
    let text = js::cell(value);
    let attributes = match value {
        Value::Null => return out.push_str("<table:table-cell/>"),
        Value::Bool(on) => format!("office:value-type=\"boolean\" office:boolean-value=\"{on}\""),
        Value::Number(_) => format!("office:value-type=\"float\" office:value=\"{text}\""),
        _ => "office:value-type=\"string\"".to_owned(),
    };
    out.push_str(&format!("<table:table-cell {attributes}>"));
    for line in text.split('\n') {
        out.push_str(&format!("<text:p>{}</text:p>", escape(line)));
    }
    out.push_str("</table:table-cell>");
}
