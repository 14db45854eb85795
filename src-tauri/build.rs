//! Generates what Tauri's macros read: the configuration, the capabilities and the one command.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = tauri_build::AppManifest::new().commands(&["rpc", "save_file", "choose_path"]);
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(commands);
    tauri_build::try_build(attributes)?;
    Ok(())
}
