//! A window with nothing in it: what the start of ours is measured against (`cargo xtask bench`).
//!
//! No logic and no page but one empty element.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("src-tauri/blank/tauri.conf.json"))
}
