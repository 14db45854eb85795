//! The parts of a `multipart/form-data` body as they arrive (RFC 7578). Bytes are pushed in and
//! pieces taken out; it holds one piece at a time and knows neither a socket nor a disk.

use bytes::{Bytes, BytesMut};

use super::pairs;

/// Longest head of a part, bytes.
const HEAD: usize = 16 * 1024;
/// Longest boundary (RFC 2046).
const BOUNDARY: usize = 70;

/// What comes next in the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A part begins.
    Begin(PartHead),
    /// Some of its content.
    Content(Bytes),
    /// It is over.
    End,
}

/// What a part says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PartHead {
    pub(super) name: String,
    /// None for a plain field.
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

/// Why a body cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormError {
    #[error("the form's content type names no boundary")]
    NoBoundary,
    #[error("the form is cut off")]
    CutOff,
    #[error("a part of the form has no head that can be read")]
    Head,
}

/// A body being read.
pub(super) struct Multipart {
    /// What ends a part: a line break, two dashes, the boundary.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Preamble,
    Delimiter,
    Head,
    Content,
    Over,
}

impl Multipart {
    /// Reads a body whose content type is this.
    pub(super) fn new(content_type: &str) -> Result<Self, FormError> {
        let boundary = pairs::parameters(content_type).into_iter().find(|(n, _)| n == "boundary");
        let boundary = boundary
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty() && value.len() <= BOUNDARY)
            .ok_or(FormError::NoBoundary)?;
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first delimiter needs no line before it.
        Ok(Self { delimiter, buffer: BytesMut::from("\r\n"), state: State::Preamble })
    }

    /// Takes in bytes of the body.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.state != State::Over {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next piece of what was pushed; none where more is needed or the form is over.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, FormError> {
        loop {
            match self.state {
                State::Preamble => match self.find_delimiter() {
                    Ok(at) => {
                        let _ = self.buffer.split_to(at + self.delimiter.len());
                        self.state = State::Delimiter;
                    }
                    Err(none_before) => {
                        let _ = self.buffer.split_to(none_before);
                        return Ok(None);
                    }
                },
                State::Delimiter => {
                    if self.buffer.starts_with(b"--") {
                        self.state = State::Over;
                        self.buffer.clear();
                        return Ok(None);
                    }
                    // Blanks may follow the boundary.
                    match find(&self.buffer, b"\r\n") {
                        // The line break stays: the head that it begins may be empty.
                        Some(at) if self.buffer[..at].iter().all(|b| matches!(b, b' ' | b'\t')) => {
                            let _ = self.buffer.split_to(at);
                            self.state = State::Head;
                        }
                        None if self.buffer.len() <= BOUNDARY => return Ok(None),
                        _ => return Err(FormError::Head),
                    }
                }
                State::Head => match find(&self.buffer, b"\r\n\r\n") {
                    Some(at) if at <= HEAD => {
                        let head = self.buffer.split_to(at + 4);
                        self.state = State::Content;
                        return Ok(Some(Piece::Begin(part_head(&head)?)));
                    }
                    None if self.buffer.len() <= HEAD => return Ok(None),
                    _ => return Err(FormError::Head),
                },
                State::Content => {
                    let (end, over) = match self.find_delimiter() {
                        Ok(at) => (at, true),
                        Err(none_before) => (none_before, false),
                    };
                    if end > 0 {
                        return Ok(Some(Piece::Content(self.buffer.split_to(end).freeze())));
                    }
                    if !over {
                        return Ok(None);
                    }
                    let _ = self.buffer.split_to(self.delimiter.len());
                    self.state = State::Delimiter;
                    return Ok(Some(Piece::End));
                }
                State::Over => return Ok(None),
            }
        }
    }

    /// Says whether the form came to its end.
    pub(super) fn finish(self) -> Result<(), FormError> {
        if self.state == State::Over { Ok(()) } else { Err(FormError::CutOff) }
    }

    /// Where the delimiter is, or up to where it is not.
    fn find_delimiter(&self) -> Result<usize, usize> {
        let buffer = &self.buffer[..];
        let mut from = 0;
        while let Some(at) = buffer[from..].iter().position(|byte| *byte == b'\r') {
            let at = from + at;
            let here = &buffer[at..];
            if here.starts_with(&self.delimiter) {
                return Ok(at);
            }
            if self.delimiter.starts_with(here) {
                return Err(at);
            }
            from = at + 1;
        }
        Err(buffer.len())
    }
}

fn find(buffer: &[u8], sought: &[u8]) -> Option<usize> {
    buffer.windows(sought.len()).position(|window| window == sought)
}

fn part_head(head: &[u8]) -> Result<PartHead, FormError> {
    let head = String::from_utf8_lossy(head);
    let mut part = PartHead::default();
    let mut named = false;
    for (name, value) in head.split("\r\n").filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-type") && !value.is_empty() {
            part.content_type = Some(value.to_owned());
        }
        if name.eq_ignore_ascii_case("content-disposition") {
            let parameters = pairs::parameters(value);
            let field = parameters.iter().find(|(key, _)| key == "name");
            named = field.is_some();
            part.name = field.map_or_else(String::new, |(_, name)| name.replace("%22", "\""));
            part.file_name = pairs::file_name(&parameters);
        }
    }
    if named { Ok(part) } else { Err(FormError::Head) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, file name, content.
    type Part<'a> = (&'a str, Option<&'a str>, &'a str);

    const TYPE: &str = "multipart/form-data; boundary=XX";

    /// The parts of a body that comes in pieces of `size` bytes: name, file name, content.
    fn read(body: &[u8], size: usize) -> Result<Vec<(String, Option<String>, String)>, FormError> {
        let mut form = Multipart::new(TYPE)?;
        let mut parts: Vec<(String, Option<String>, String)> = Vec::new();
        for piece in body.chunks(size) {
            form.push(piece);
            while let Some(piece) = form.next()? {
                match piece {
                    Piece::Begin(head) => parts.push((head.name, head.file_name, String::new())),
                    Piece::Content(bytes) => {
                        let last = parts.last_mut().expect("content follows a beginning");
                        last.2.push_str(&String::from_utf8_lossy(&bytes));
                    }
                    Piece::End => {}
                }
            }
        }
        form.finish()?;
        Ok(parts)
    }

    #[track_caller]
    fn check(body: &str, expect: Result<&[Part<'_>], FormError>) {
        let expect = expect.map(|parts| {
            let owned = |(name, file, content): &Part<'_>| {
                ((*name).to_owned(), file.map(str::to_owned), (*content).to_owned())
            };
            parts.iter().map(owned).collect::<Vec<_>>()
        });
        let sizes = [1, 2, 3, 7, 64, 4096];
        for size in sizes.into_iter().filter(|size| body.len() / size < 1_000) {
            assert_eq!(read(body.as_bytes(), size), expect, "in pieces of {size}: {body:?}");
        }
    }

    #[test]
    fn parts_are_the_same_however_they_arrive() {
        let a = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
        let f = "content-disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n\
                 Content-Type: image/png\r\n\r\n";
        check(&format!("--XX\r\n{a}one\r\n--XX--\r\n"), Ok(&[("a", None, "one")]));
        check(&format!("--XX\r\n{a}\r\n--XX--"), Ok(&[("a", None, "")]));
        check(
            &format!("preamble\r\n--XX  \r\n{a}1\r\n--XX\r\n{f}2\r\n--XX--\r\nepilogue"),
            Ok(&[("a", None, "1"), ("f", Some("x.bin"), "2")]),
        );
        check(
            &format!("--XX\r\n{a}\r\r\n--X\r\n--XY\r\n--\r\n--XX--"),
            Ok(&[("a", None, "\r\r\n--X\r\n--XY\r\n--")]),
        );
        check("--XX--", Ok(&[]));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let a = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
        check("", Err(FormError::CutOff));
        check("nothing here", Err(FormError::CutOff));
        check(&format!("--XX\r\n{a}one"), Err(FormError::CutOff));
        check("--XX\r\nX-Other: 1\r\n\r\none\r\n--XX--", Err(FormError::Head));
        check("--XX\r\n\r\none\r\n--XX--", Err(FormError::Head));
        check(&format!("--XX\r\nX: {}", "y".repeat(2 * HEAD)), Err(FormError::Head));
        check(&format!("--XX{}", " ".repeat(200)), Err(FormError::Head));
        for kind in ["multipart/form-data", "multipart/form-data; boundary=\"\""] {
            assert_eq!(Multipart::new(kind).err(), Some(FormError::NoBoundary), "{kind}");
        }
        assert!(Multipart::new("multipart/form-data; charset=x; Boundary=\"a b\"").is_ok());
    }
}
