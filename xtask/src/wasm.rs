//! Finds a toolchain that can compile for `wasm32-unknown-unknown`.
//!
//! With rustup's target installed that is the ordinary cargo. Where it is not (no network to
//! static.rust-lang.org, say), Debian's packages do: `rustc-web`, `cargo-web`, `rust-web-src` for the
//! standard library's source, and an lld to link with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::sh;

/// The triple that the interface and the pure crates are compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_STD: &str = "/usr/lib/rustlib/src/rust/library";

/// A way to compile for wasm.
pub(crate) enum Toolchain {
    /// rustup's, with the target installed.
    Installed,
    /// Debian's, which compiles the standard library along.
    Debian {
        /// What links, because Debian's toolchain brings no linker for this target.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// The one to use on this machine, or why there is none.
    pub(crate) fn find() -> Result<Self> {
        if installed() {
            return Ok(Self::Installed);
        }
        if !has_debian_toolchain() {
            bail!(
                "no toolchain for {TARGET}: run `rustup target add {TARGET}`, or on Debian \
                 `apt-get install rustc-web cargo-web rust-web-src lld-22`"
            );
        }
        match linker() {
            Some(linker) => Ok(Self::Debian { linker }),
            None => bail!("no linker for {TARGET}: run `apt-get install lld-22`"),
        }
    }

    /// What this is, for a progress line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Installed => "the installed target",
            Self::Debian { .. } => "Debian's toolchain, standard library included",
        }
    }

    /// `cargo SUBCOMMAND` for wasm, in a target folder of its own so that it never waits for a
    /// native build.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut cargo = match self {
            Self::Installed => sh::cargo(),
            Self::Debian { linker } => {
                let mut cargo = sh::command(DEBIAN_CARGO);
                cargo
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                cargo
            }
        };
        cargo.args([subcommand, "--target", TARGET]).env("CARGO_TARGET_DIR", target_dir()?);
        // Views of one type instead of one for each place: a tenth less code (Leptos, "Optimizing
        // WASM Binary Size").
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg erase_components");
        if let Self::Debian { .. } = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        Ok(cargo)
    }
}

/// Where wasm builds go.
pub(crate) fn target_dir() -> Result<PathBuf> {
    Ok(sh::target_dir()?.join("wasm"))
}

/// Whether Debian's compiler, cargo and library source are all there.
pub(crate) fn has_debian_toolchain() -> bool {
    [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_STD].iter().all(|path| Path::new(path).exists())
}

/// Whether the compiler in use has the target's standard library.
pub(crate) fn installed() -> bool {
    let folder = sh::probe("rustc", &["--print", "target-libdir", "--target", TARGET]);
    folder.is_some_and(|folder| Path::new(&folder).is_dir())
}

/// An lld: Debian's by version, any on the path, or the one inside a rustup toolchain.
fn linker() -> Option<PathBuf> {
    let on_path = ["lld-22", "wasm-ld-22", "lld", "wasm-ld", "rust-lld"].iter();
    on_path.filter_map(|name| sh::which(name)).next().or_else(|| {
        let sysroot = PathBuf::from(sh::probe("rustc", &["--print", "sysroot"])?);
        let host = sh::probe("rustc", &["--print", "host-tuple"])?;
        let linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        linker.is_file().then_some(linker)
    })
}
