//! What a machine must have to build and test Reporunner, with the reason for each.
//!
//! A table; who installs it and who reports it is elsewhere.

use std::path::Path;

use crate::{sh, wasm};

/// One thing that must be there.
pub(crate) struct Need {
    /// The thing, in words.
    pub(crate) what: &'static str,
    /// What does not work without it.
    pub(crate) why: &'static str,
    /// How to see that it is there: all of them must hold.
    pub(crate) probes: &'static [Probe],
    /// The Debian packages that bring it.
    pub(crate) packages: &'static [&'static str],
    /// The rustup component that brings it.
    pub(crate) rustup: Option<&'static str>,
}

/// A way to see that something is there.
pub(crate) enum Probe {
    /// A program on the search path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A file or folder.
    File(&'static str),
    /// A program that answers `--version` with at least this major number.
    Version(&'static str, u32),
    /// A cargo subcommand.
    Cargo(&'static str),
    /// Fonts for more than Latin.
    Fonts,
    /// A toolchain for wasm, whichever.
    Wasm,
}

impl Need {
    /// Whether it is there.
    pub(crate) fn is_met(&self) -> bool {
        self.probes.iter().all(Probe::holds)
    }
}

impl Probe {
    fn holds(&self) -> bool {
        match self {
            Self::Program(name) => sh::which(name).is_some(),
            Self::Library(name) => sh::probe("pkg-config", &["--exists", name]).is_some(),
            Self::File(path) => Path::new(path).exists(),
            Self::Version(name, least) => {
                sh::probe(name, &["--version"]).and_then(|line| major(&line)) >= Some(*least)
            }
            Self::Cargo(name) => sh::probe("cargo", &[name, "--version"]).is_some(),
            Self::Fonts => sh::probe("fc-match", &["Noto Sans:lang=el", "family"])
                .is_some_and(|family| family.contains("Noto")),
            Self::Wasm => wasm::Toolchain::find().is_ok(),
        }
    }
}

/// The first number in a version line such as `v20.20.2`.
fn major(line: &str) -> Option<u32> {
    let digits = line.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Everything: to build and to test.
pub(crate) fn all() -> Vec<Need> {
    let mut needs = build();
    needs.extend(test());
    needs
}

/// What building the window and the interface needs.
pub(crate) fn build() -> Vec<Need> {
    use Probe::{Library, Program, Version, Wasm};
    let need = |what, why, probes, packages| Need { what, why, probes, packages, rustup: None };
    vec![
        need(
            "a C compiler",
            "native code in dependencies (SQLite, QuickJS)",
            &[Program("cc"), Program("make")],
            &["build-essential"],
        ),
        need("pkg-config", "finding system libraries", &[Program("pkg-config")], &["pkg-config"]),
        need(
            "WebKitGTK 4.1",
            "the desktop window",
            &[Library("webkit2gtk-4.1")],
            &["libwebkit2gtk-4.1-dev"],
        ),
        need(
            "the app indicator library",
            "the tray icon",
            &[Library("ayatana-appindicator3-0.1")],
            &["libayatana-appindicator3-dev"],
        ),
        need(
            "a wasm toolchain",
            "the interface",
            &[Wasm],
            &["rustc-web", "cargo-web", "rust-web-src", "lld-22"],
        ),
        // Debian 12's own Node is 18, and the bundler asks for no more.
        need("Node 18 or newer", "bundling the code editor", &[Version("node", 18)], &["nodejs"]),
        need("npm", "the interface's npm packages", &[Program("npm")], &["npm"]),
    ]
}

/// What the tests need beyond building.
fn test() -> Vec<Need> {
    use Probe::{Cargo, File, Fonts, Program};
    let need = |what, why, probes, packages| Need { what, why, probes, packages, rustup: None };
    let rust = |what, probes, component| Need {
        what,
        why: "the first stages of the tests",
        probes,
        packages: &[],
        rustup: Some(component),
    };
    vec![
        rust("rustfmt", &[Cargo("fmt")], "rustfmt"),
        rust("clippy", &[Cargo("clippy")], "clippy"),
        need("Xvfb", "windows without a screen", &[Program("Xvfb")], &["xvfb", "x11-utils"]),
        need(
            "a session bus",
            "single instance and keyring tests",
            &[Program("dbus-run-session"), Program("dbus-launch")],
            &["dbus", "dbus-x11"],
        ),
        need(
            "the accessibility bus",
            "WebKit's driver, which waits for it",
            &[File("/usr/libexec/at-spi-bus-launcher")],
            &["at-spi2-core"],
        ),
        need(
            "WebKit's driver",
            "journeys in the real window",
            &[Program("WebKitWebDriver")],
            &["webkit2gtk-driver"],
        ),
        need(
            "Chromium and its driver",
            "journeys in a browser",
            &[Program("chromium"), Program("chromedriver")],
            &["chromium", "chromium-driver"],
        ),
        need(
            "gnome-keyring",
            "tests of the system keyring",
            &[Program("gnome-keyring-daemon")],
            &["gnome-keyring"],
        ),
        need(
            "screenshot and input tools",
            "journeys that look at the window",
            &[Program("import"), Program("xdotool")],
            &["imagemagick", "xdotool"],
        ),
        need("Noto fonts", "text in screenshots", &[Fonts], &["fonts-noto-core", "fontconfig"]),
        need("Python 3", "tests of the Python code node", &[Program("python3")], &["python3"]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_line_gives_its_major_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("Python 3.11.2"), Some(3));
        assert_eq!(major("none"), None);
    }

    #[test]
    fn a_version_that_is_too_old_is_not_enough() {
        assert!(!Probe::Version("rustc", 999).holds());
        assert!(Probe::Version("rustc", 1).holds());
    }

    #[test]
    fn everything_says_what_it_is_for() {
        for need in all() {
            assert!(
                !need.why.is_empty() && !need.probes.is_empty(),
                "{} is half filled in",
                need.what
            );
            assert!(
                !need.packages.is_empty() || need.rustup.is_some(),
                "{}: from where?",
                need.what
            );
        }
    }
}
