//! The interface of Reporunner: pages, panels and the view of the canvas, for the window and the
//! browser alike.
//!
//! It knows the protocol and draws what the backend says. It runs nothing, evaluates no
//! expression, stores nothing but sizes of panes, and knows Tauri in `backend/tauri.rs` only.
#![expect(
    unreachable_pub,
    reason = "`#[component]` makes the struct of a component's props public"
)]

pub mod backend;
pub mod browser;
pub mod document;
pub mod route;
pub mod state;
pub mod time;

mod app;
mod bench;
mod canvas;
mod codemirror;
mod data;
mod editor;
mod home;
mod inspector;
mod kit;
mod runs;
mod settings;
mod shell;

/// Puts the interface on the page.
pub fn start() {
    console_error_panic_hook::set_once();
    if bench::is_asked() {
        // Measured alone: no backend, no shell around it.
        leptos::mount::mount_to_body(bench::Bench);
    } else {
        leptos::mount::mount_to_body(app::App);
    }
}
