//! The window's command line: `--data DIR` or `--data=DIR`, as on that of `reporunner`.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// The folder that was named, the last one where several were.
pub(crate) fn folder(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.into_iter();
    let mut folder = None;
    while let Some(argument) = arguments.next() {
        if argument == "--data" {
            folder = arguments.next().or(folder);
        } else if let Some(named) = argument.as_bytes().strip_prefix(b"--data=") {
            folder = Some(OsString::from_vec(named.to_vec()));
        }
    }
    folder.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], expected: Option<&str>) {
        let found = folder(arguments.iter().map(OsString::from));
        assert_eq!(found, expected.map(PathBuf::from), "{arguments:?}");
    }

    #[test]
    fn the_folder_is_named_in_either_way() {
        check(&[], None);
        check(&["--data", "/tmp/a"], Some("/tmp/a"));
        check(&["--data=/tmp/a b"], Some("/tmp/a b"));
        check(&["--other", "--data=/tmp/a", "--data", "/tmp/b"], Some("/tmp/b"));
        check(&["--data"], None);
        check(&["--database=/tmp/a"], None);
    }
}
