//! Makes WebKitGTK draw fast where there is no graphics card.
//!
//! Without a render node, its DMA-BUF renderer falls back to slow copies or stays blank
//! (tauri-apps/tauri issues 9304 and 5761). The variable that switches it off is read when the
//! process starts, so the process starts itself again with it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts this program again with the variable, where it is needed and the person set nothing.
pub(crate) fn prepare() -> std::io::Result<()> {
    if std::env::var_os(VARIABLE).is_some() || has_render_node() {
        return Ok(());
    }
    let this = std::env::current_exe()?;
    let error = Command::new(this).args(std::env::args_os().skip(1)).env(VARIABLE, "1").exec();
    Err(error)
}

fn has_render_node() -> bool {
    let entries = Path::new("/dev/dri").read_dir();
    entries.is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}
