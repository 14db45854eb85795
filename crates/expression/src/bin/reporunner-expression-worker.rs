//! The worker alone, so that tests of this crate can start the real thing. The product starts it
//! as a hidden command of its own binary.

fn main() {
    std::process::exit(reporunner_expression::worker::main_loop());
}
