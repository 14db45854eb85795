//! Opens a link in the person's browser or mail program, and a folder in the file manager.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why a link was not opened.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Not a kind of link that is opened.
    #[error("only https, http and mailto links are opened, not {0}")]
    Scheme(String),
    /// The system has no program for it.
    #[error("no program opened the link: {0}")]
    Program(#[from] std::io::Error),
}

/// Opens `link` with the system's program for it.
///
/// # Errors
/// Where its scheme is another one, or the system has no opener.
pub fn open_link(link: &str) -> Result<(), LinkError> {
    let url = url::Url::parse(link).map_err(|_| LinkError::Scheme(link.to_owned()))?;
    if !matches!(url.scheme(), "https" | "http" | "mailto") {
        return Err(LinkError::Scheme(url.scheme().to_owned()));
    }
    open(url.as_str().as_ref())
}

/// Opens a folder in the system's file manager.
///
/// # Errors
/// Where the system has no opener.
pub fn open_folder(folder: &Path) -> Result<(), LinkError> {
    open(folder.as_os_str())
}

fn open(what: &OsStr) -> Result<(), LinkError> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut child = Command::new(opener)
        .arg(what)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Somebody has to take note of its end, or the system keeps its entry.
    std::thread::spawn(move || child.wait());
    Ok(())
}
