//! Starts the desktop window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> anyhow::Result<()> {
    reporunner_desktop::run()
}
