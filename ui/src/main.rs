//! Entry of the interface's wasm. Everything is in the library.

fn main() {
    reporunner_ui::start();
}
