//! The window's command line: `--data DIR` as on that of `reporunner`, `--help` and `--version`.
//! It opens nothing and prints nothing.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// What `--help` says.
pub(crate) const HELP: &str = "\
Opens the window of Reporunner: visual workflow automation on your own machine.

Usage: reporunner-desktop [--data <DIR>]

Options:
      --data <DIR>  Folder that holds workflows, runs and settings; else that of
                    REPORUNNER_DATA, else your own
  -h, --help        Print help
  -V, --version     Print version

Without a window: `reporunner --help`.";

/// What the window was started for.
pub(crate) enum Wanted {
    /// To open this folder, or the person's own.
    Open(Option<PathBuf>),
    /// To say what it takes.
    Help,
    /// To say which it is.
    Version,
    /// Something that it does not know: what is wrong.
    Unknown(String),
}

/// Reads the command line without the program's name. Where several folders are named, the last
/// one is meant.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Wanted {
    let mut arguments = arguments.into_iter();
    let mut folder = None;
    while let Some(argument) = arguments.next() {
        if let Some(named) = argument.as_bytes().strip_prefix(b"--data=") {
            folder = Some(OsString::from_vec(named.to_vec()));
            continue;
        }
        match argument.to_str() {
            Some("--data") => match arguments.next() {
                Some(named) => folder = Some(named),
                None => return Wanted::Unknown("--data names no folder".to_owned()),
            },
            Some("--help" | "-h") => return Wanted::Help,
            Some("--version" | "-V") => return Wanted::Version,
            _ => return Wanted::Unknown(format!("{} is not known here", argument.display())),
        }
    }
    Wanted::Open(folder.map(PathBuf::from))
}
