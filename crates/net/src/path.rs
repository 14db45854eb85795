//! The one way to make a path from a name that somebody else chose.

use std::path::{Component, Path, PathBuf};

/// Why a path is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It leads out of its folder.
    #[error("{0:?} leads out of its folder")]
    Outside(String),
    /// It holds what no file name may hold on some system.
    #[error("{0:?} cannot be a file name")]
    BadName(String),
    /// It is in none of the allowed folders.
    #[error("{0:?} is in no folder that workflows may use")]
    NotAllowed(PathBuf),
}

/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 8] = ["con", "prn", "aux", "nul", "com", "lpt", "conin$", "conout$"];

/// `relative` below `root`, whatever it tries. Links on the way that lead out are refused too.
///
/// # Errors
/// Where it would lead out of `root`, or a name in it cannot be one.
pub fn join(root: &Path, relative: &str) -> Result<PathBuf, PathError> {
    let outside = || PathError::Outside(relative.to_owned());
    if relative.contains('\0') {
        return Err(PathError::BadName(relative.replace('\0', "\u{fffd}")));
    }
    // Both slashes part names, on every system, so that a file made here opens there.
    let mut path = root.to_path_buf();
    for (index, name) in relative.split(['/', '\\']).enumerate() {
        match name {
            "" if index == 0 => return Err(outside()),
            "" | "." => {}
            ".." => return Err(outside()),
            _ if name.contains(':') => return Err(PathError::BadName(name.to_owned())),
            _ if is_device(name) => return Err(PathError::BadName(name.to_owned())),
            _ => path.push(name),
        }
    }
    let real_root = real(root).ok_or_else(outside)?;
    match real(&path) {
        Some(real) if real.starts_with(&real_root) => Ok(path),
        _ => Err(outside()),
    }
}

/// `path` with links followed, if it lies in one of `folders`.
///
/// # Errors
/// Where it lies in none of them.
pub fn allowed(path: &Path, folders: &[PathBuf]) -> Result<PathBuf, PathError> {
    let refuse = || PathError::NotAllowed(path.to_owned());
    let path = real(path).ok_or_else(refuse)?;
    let inside = |folder: &PathBuf| real(folder).is_some_and(|folder| path.starts_with(folder));
    if folders.iter().any(inside) { Ok(path) } else { Err(refuse()) }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    DEVICES.iter().any(|device| match stem.strip_prefix(device) {
        Some("") => !matches!(*device, "com" | "lpt"),
        Some(digit) => {
            matches!(*device, "com" | "lpt") && matches!(digit.as_bytes(), [b'1'..=b'9'])
        }
        None => false,
    })
}

/// The path with every link followed, as far as it exists; what does not exist yet follows as it
/// is. None where it cannot be made absolute or steps back out of what does not exist.
fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let mut rest = Vec::new();
    let mut existing = path.as_path();
    loop {
        match existing.canonicalize() {
            Ok(mut found) => {
                for name in rest.iter().rev() {
                    found.push(name);
                }
                return Some(found);
            }
            Err(_) => {
                // A link that leads nowhere could be made to lead anywhere.
                if existing.symlink_metadata().is_ok() {
                    return None;
                }
                match existing.components().next_back()? {
                    Component::Normal(name) => rest.push(name.to_owned()),
                    _ => return None,
                }
                existing = existing.parent()?;
            }
        }
    }
}
