//! How values become columns: JSON as text, bodies compressed where that helps, sums to see damage.

use rusqlite::Row;
use rusqlite::types::FromSql;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Bodies shorter than this are not worth compressing, bytes.
const COMPRESS_FROM: usize = 256;
/// Largest body that is unpacked, bytes. Nothing larger is ever written as one body.
const BODY_MAX: usize = 1024 * 1024 * 1024;

const RAW: u8 = 0;
const ZSTD: u8 = 1;

/// Packs bytes for a column: one byte says how.
pub(crate) fn pack(raw: &[u8]) -> Vec<u8> {
    if raw.len() >= COMPRESS_FROM
        && let Ok(packed) = zstd::bulk::compress(raw, 1)
        && packed.len() + 8 < raw.len()
    {
        let mut body = Vec::with_capacity(packed.len() + 9);
        body.push(ZSTD);
        body.extend_from_slice(&(raw.len() as u64).to_le_bytes());
        body.extend_from_slice(&packed);
        return body;
    }
    let mut body = Vec::with_capacity(raw.len() + 1);
    body.push(RAW);
    body.extend_from_slice(raw);
    body
}

/// Unpacks what [`pack`] made. `what` names it where it is damaged.
pub(crate) fn unpack(body: &[u8], what: &str) -> Result<Vec<u8>> {
    match body.split_first() {
        Some((&RAW, raw)) => Ok(raw.to_vec()),
        Some((&ZSTD, rest)) => {
            let (size, packed) =
                rest.split_first_chunk::<8>().ok_or_else(|| Error::damaged(what))?;
            let size = usize::try_from(u64::from_le_bytes(*size)).unwrap_or(usize::MAX);
            if size > BODY_MAX {
                return Err(Error::damaged(what));
            }
            let raw = zstd::bulk::decompress(packed, size).map_err(|_| Error::damaged(what))?;
            if raw.len() == size { Ok(raw) } else { Err(Error::damaged(what)) }
        }
        _ => Err(Error::damaged(what)),
    }
}

/// Sixteen bytes by which damage of a row is seen: of what it belongs to, its name, its content.
pub(crate) fn sum(document: &[u8], name: &[u8], bytes: &[u8]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in [document, name, bytes] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    let mut sum = [0; 16];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    sum
}

/// Makes `row_sum(document, name, bytes)` known to a connection: [`sum`] for statements.
pub(crate) fn teach_sum(db: &rusqlite::Connection) -> Result<()> {
    use rusqlite::functions::FunctionFlags;
    use rusqlite::types::ValueRef;
    db.create_scalar_function("row_sum", 3, FunctionFlags::SQLITE_DETERMINISTIC, |ctx| {
        let bytes = |idx: usize| match ctx.get_raw(idx) {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
            _ => &[],
        };
        Ok(sum(bytes(0), bytes(1), bytes(2)).to_vec())
    })?;
    Ok(())
}

/// Makes `has_word(text, word)` known to a connection: whether a word occurs anywhere in a text,
/// upper and lower case of any script being the same, as in the search index.
pub(crate) fn teach_words(db: &rusqlite::Connection) -> Result<()> {
    use rusqlite::functions::FunctionFlags;
    db.create_scalar_function("has_word", 2, FunctionFlags::SQLITE_DETERMINISTIC, |ctx| {
        let text = ctx.get_raw(0).as_str().unwrap_or_default();
        let word = ctx.get_raw(1).as_str().unwrap_or_default();
        Ok(text.to_lowercase().contains(&word.to_lowercase()))
    })?;
    Ok(())
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// Reads a column.
pub(crate) fn get<T: FromSql>(row: &Row<'_>, column: &str) -> Result<T> {
    Ok(row.get(column)?)
}

/// Reads a column of JSON text.
pub(crate) fn get_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T> {
    from_json(&get::<String>(row, column)?)
}

/// Reads a column of JSON text that may be absent.
pub(crate) fn get_json_opt<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Option<T>> {
    get::<Option<String>>(row, column)?.map(|text| from_json(&text)).transpose()
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::damaged(format!("a row of the database ({error})")))
}

/// Reads a word such as a status, by the way it is written in JSON.
pub(crate) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| Error::damaged(format!("a row of the database (unknown word {word:?})")))
}

/// Reads a non-negative number.
pub(crate) fn get_count(row: &Row<'_>, column: &str) -> Result<u64> {
    Ok(u64::try_from(get::<i64>(row, column)?).unwrap_or(0))
}

/// A number for a column; numbers beyond the signed range do not occur in practice and are capped.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
