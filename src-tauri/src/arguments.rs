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
#[derive(Debug, PartialEq, Eq)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], expected: Wanted) {
        assert_eq!(read(arguments.iter().map(OsString::from)), expected, "{arguments:?}");
    }

    #[test]
    fn the_folder_is_named_in_either_way() {
        let open = |folder: &str| Wanted::Open(Some(PathBuf::from(folder)));
        check(&[], Wanted::Open(None));
        check(&["--data", "/tmp/a"], open("/tmp/a"));
        check(&["--data=/tmp/a b"], open("/tmp/a b"));
        check(&["--data=/tmp/a", "--data", "/tmp/b"], open("/tmp/b"));
    }

    #[test]
    fn what_is_asked_or_unknown_opens_nothing() {
        let unknown = |why: &str| Wanted::Unknown(why.to_owned());
        check(&["--help"], Wanted::Help);
        check(&["--data", "/tmp/a", "-h"], Wanted::Help);
        check(&["-V"], Wanted::Version);
        check(&["--version"], Wanted::Version);
        check(&["--data"], unknown("--data names no folder"));
        check(&["--database=/tmp/a"], unknown("--database=/tmp/a is not known here"));
        check(&["workflow.json"], unknown("workflow.json is not known here"));
    }
}
