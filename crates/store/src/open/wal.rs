//! Reads the write-ahead log as SQLite would, to tell a log that ends from a log that is damaged.
//!
//! SQLite takes the first frame whose checksum is wrong for the end. After a crash that is right;
//! where a commit comes later, it is not. Format: <https://www.sqlite.org/fileformat2.html#walformat>

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The log of a database.
pub(super) fn path(database: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", database.display()))
}

/// Whether commits stand behind a place that cannot be read.
pub(super) fn is_damaged(database: &Path) -> bool {
    let Ok(file) = File::open(path(database)) else { return false };
    let mut log = BufReader::with_capacity(1 << 20, file);
    let mut header = [0; HEADER];
    if log.read_exact(&mut header).is_err() {
        return false;
    }
    let big_endian = match word(&header, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return rest_is_written(log),
    };
    let mut sum = checksum(&header[..24], (0, 0), big_endian);
    if sum != (word(&header, 24), word(&header, 28)) {
        return rest_is_written(log);
    }
    let page = word(&header, 8) as usize;
    if !page.is_power_of_two() || !(512..=65_536).contains(&page) {
        return true;
    }
    let salts = &header[16..24];
    let mut frame = vec![0; FRAME_HEADER + page];
    let mut readable = true;
    while log.read_exact(&mut frame).is_ok() {
        // Frames of an earlier round of the log carry other salts.
        if &frame[8..16] != salts {
            readable = false;
            continue;
        }
        if readable {
            let next = checksum(&frame[..8], sum, big_endian);
            let next = checksum(&frame[FRAME_HEADER..], next, big_endian);
            if next == (word(&frame, 16), word(&frame, 20)) {
                sum = next;
                continue;
            }
            readable = false;
        }
        // A frame that ends a commit: frames of a transaction that was rolled back never do.
        if word(&frame, 4) != 0 {
            return true;
        }
    }
    false
}

/// Whether a log with an unreadable head holds at least one page.
fn rest_is_written(mut log: impl Read) -> bool {
    let mut some = [0; FRAME_HEADER + 512];
    log.read_exact(&mut some).is_ok()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn checksum(bytes: &[u8], start: (u32, u32), big_endian: bool) -> (u32, u32) {
    let (mut first, mut second) = start;
    for pair in bytes.chunks_exact(8) {
        let read = |at: usize| {
            let four = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
            if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
        };
        first = first.wrapping_add(read(0)).wrapping_add(second);
        second = second.wrapping_add(read(4)).wrapping_add(first);
    }
    (first, second)
}
