//! What a file that holds no workflow looks like, by how it begins. It reads no further: this is
//! for a sentence to the person who took the wrong file.

/// How kinds of files begin, and what they are. A reader of text has put U+FFFD for each byte that
/// is none, so those that have such bytes stand here twice.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x89PNG", "an image (PNG)"),
    ("\u{fffd}PNG".as_bytes(), "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    ("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\0\u{10}JFIF".as_bytes(), "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, or a file of an office program"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    ("\u{1f}\u{fffd}".as_bytes(), "a compressed file (gzip)"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\x7fELF", "a program"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<svg", "an image (SVG)"),
    (b"<?xml", "XML"),
];

/// What the file looks like; none where it may be JSON.
pub(crate) fn looks_like(file: &[u8]) -> Option<&'static str> {
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file).trim_ascii_start();
    let begins =
        |with: &[u8]| file.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    if let Some((_, looks)) = BEGINNINGS.iter().find(|(with, _)| begins(with)) {
        return Some(looks);
    }
    match file.first() {
        None | Some(b'{' | b'[') => None,
        Some(_) if file.contains(&0) => Some("data for a program, not text"),
        Some(_) => Some("text, but no JSON"),
    }
}
