//! Files of items: finding them, naming them, their text in and out of charsets.

use encoding_rs::Encoding;
use reporunner_model::{BinaryRef, Item, NodeError};

/// The file of an item with this name. Where the name is empty or `data` and the item has exactly
/// one file, that one is meant.
pub(crate) fn of<'i>(item: &'i Item, name: &str) -> Result<&'i BinaryRef, NodeError> {
    let files = item.binary.as_ref();
    if let Some(file) = files.and_then(|files| files.get(name)) {
        return Ok(file);
    }
    let there = files.map(|files| files.keys().cloned().collect::<Vec<_>>().join(", "));
    Err(NodeError::new(format!("The item has no file called {name:?}")).hint(match there {
        Some(names) if !names.is_empty() => format!("It has: {names}."),
        _ => "It has no files at all. Check the node before.".to_owned(),
    }))
}

/// The same file under another name and type, with what follows from them.
pub(crate) fn named(mut file: BinaryRef, name: Option<&str>, mime: Option<&str>) -> BinaryRef {
    if let Some(mime) = mime {
        mime.clone_into(&mut file.mime_type);
    }
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        file.file_name = Some(name.to_owned());
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_owned());
        file.file_extension = extension.filter(|extension| !extension.is_empty());
    }
    if file.mime_type.is_empty() {
        file.mime_type = file
            .file_name
            .as_deref()
            .and_then(|name| mime_guess::from_path(name).first_raw())
            .unwrap_or("application/octet-stream")
            .to_owned();
    } else if mime == Some("application/octet-stream") || mime.is_none() {
        let guess = file.file_name.as_deref().and_then(|n| mime_guess::from_path(n).first_raw());
        if let Some(guess) = guess {
            guess.clone_into(&mut file.mime_type);
        }
    }
    if file.file_extension.is_none() && mime.is_some() {
        file.file_extension = mime_guess::get_mime_extensions_str(&file.mime_type)
            .and_then(|extensions| usual(&file.mime_type, extensions))
            .map(str::to_owned);
    }
    file.file_type = file_type(&file.mime_type).map(str::to_owned);
    file
}

/// The extension people use for a type; the list is in alphabetical order.
fn usual<'e>(mime: &str, extensions: &'e [&'e str]) -> Option<&'e str> {
    let usual = match mime {
        "text/plain" => "txt",
        "image/jpeg" => "jpg",
        "text/html" => "html",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        _ => return extensions.first().copied(),
    };
    Some(usual)
}

/// The type of content that has no name to tell by: well-known first bytes, else text or not.
pub(crate) fn sniff(bytes: &[u8]) -> &'static str {
    const MAGIC: [(&[u8], &str); 8] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
    ];
    if let Some((_, mime)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return mime;
    }
    let text = std::str::from_utf8(bytes).is_ok();
    if text { "text/plain" } else { "application/octet-stream" }
}

/// Rough kind of a file, as items show it.
fn file_type(mime: &str) -> Option<&'static str> {
    match mime {
        "application/json" => return Some("json"),
        "text/html" => return Some("html"),
        "application/pdf" => return Some("pdf"),
        _ => {}
    }
    ["image", "audio", "video", "text"]
        .into_iter()
        .find(|kind| mime.split('/').next() == Some(kind))
}

/// The file name in a `Content-Disposition` header (RFC 6266).
pub(crate) fn disposition_name(header: &str) -> Option<String> {
    let parameter = |name: &str| {
        header.split(';').skip(1).find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let (_, name) = value.split_once("''")?;
        Some(percent_decode(name))
    });
    // A name may not lead into folders.
    let name = extended.or_else(|| parameter("filename"))?;
    name.rsplit(['/', '\\']).next().map(str::to_owned).filter(|name| !name.is_empty())
}

/// The last part of a URL's path, where it looks like a file's name.
pub(crate) fn url_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.split_once("://").map(|(_, rest)| rest)?;
    let (_, name) = path
        .split_once('/')?
        .1
        .rsplit_once('/')
        .map_or_else(|| path.split_once('/').map(|(_, name)| ("", name)), Some)?;
    let name = percent_decode(name);
    name.contains('.').then_some(name)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = text.get(index + 1..index + 3);
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if bytes[index] == b'%' => {
                decoded.push(byte);
                index += 3;
            }
            _ => {
                decoded.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Text in a charset. A byte order mark stays. An unknown charset is read as UTF-8.
pub(crate) fn decode(bytes: &[u8], label: &str) -> String {
    let encoding = encoding(label).unwrap_or(encoding_rs::UTF_8);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Bytes of a text in a charset.
pub(crate) fn encode(text: &str, label: &str) -> Result<Vec<u8>, NodeError> {
    let squeezed = squeeze(label);
    if matches!(squeezed.as_str(), "utf16" | "utf16le" | "ucs2") {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if squeezed == "utf16be" {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let encoding = encoding(label).ok_or_else(|| {
        NodeError::new(format!("The encoding {label} is not known"))
            .hint("Choose another encoding; utf8 fits nearly always.")
            .about(&["options", "encoding"])
    })?;
    Ok(encoding.encode(text).0.into_owned())
}

fn squeeze(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// The encoding of a label as the web writes it (`iso-8859-1`) or without its dashes
/// (`iso88591`), as n8n's lists do.
fn encoding(label: &str) -> Option<&'static Encoding> {
    if let Some(encoding) = Encoding::for_label(label.trim().as_bytes()) {
        return Some(encoding);
    }
    let squeezed = squeeze(label);
    let dashed = match squeezed.as_str() {
        "utf8" | "cesu8" => "utf-8".to_owned(),
        "utf16" | "utf16le" | "ucs2" => "utf-16le".to_owned(),
        "utf16be" => "utf-16be".to_owned(),
        "binary" => "latin1".to_owned(),
        "macroman" => "macintosh".to_owned(),
        other => match other.strip_prefix("iso8859") {
            Some(part) => format!("iso-8859-{part}"),
            None => match other.strip_prefix("windows").or_else(|| other.strip_prefix("cp")) {
                Some(page) => format!("windows-{page}"),
                None => match other.strip_prefix("koi8") {
                    Some(letter) => format!("koi8-{letter}"),
                    None => return None,
                },
            },
        },
    };
    Encoding::for_label(dashed.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_headers_and_urls() {
        for (header, expect) in [
            ("attachment; filename=\"testing.jpg\"", Some("testing.jpg")),
            ("attachment; filename*=UTF-8''na%C3%AFve.txt; filename=\"x.txt\"", Some("naïve.txt")),
            ("attachment; filename=../../etc/passwd", Some("passwd")),
            ("inline", None),
        ] {
            assert_eq!(disposition_name(header).as_deref(), expect, "{header}");
        }
        for (url, expect) in [
            ("https://h/a/b/image.png?x=1", Some("image.png")),
            ("https://h/file.txt", Some("file.txt")),
            ("https://h/a/b", None),
            ("https://h", None),
        ] {
            assert_eq!(url_name(url).as_deref(), expect, "{url}");
        }
    }

    #[test]
    fn labels_are_known_with_and_without_dashes() {
        for (label, bytes, expect) in [
            ("latin1", &[0xe9][..], "é"),
            ("iso88591", &[0xe9], "é"),
            ("windows1251", &[0xcf], "П"),
            ("utf16le", &[0x41, 0x00], "A"),
            ("koi8r", &[0xf0], "П"),
        ] {
            assert_eq!(decode(bytes, label), expect, "{label}");
            assert_eq!(encode(expect, label).unwrap(), bytes, "{label}");
        }
    }
}
