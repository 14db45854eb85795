//! A child for the tests of the pool: does what its request says. Not shipped.

use reporunner_sandbox::child::{self, Limits};

#[cfg(target_os = "linux")]
mod probes;

fn main() {
    let limits = Limits { memory_bytes: 256 * 1024 * 1024, ..Limits::default() };
    #[cfg(target_os = "linux")]
    probes::prepare();
    child::harden(limits).expect("the test machine lets a process give up its rights");
    child::serve(limits, answer).expect("the parent reads and writes whole messages");
}

fn answer(request: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&request).into_owned();
    let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
    match word {
        "loop" => loop {
            std::hint::black_box(0);
        },
        "abort" => std::process::abort(),
        "exit" => std::process::exit(3),
        "long" => vec![b'x'; rest.parse().expect("a length")],
        "memory" => {
            let bytes: usize = rest.parse().expect("a length");
            let mut held = Vec::<u8>::new();
            format!("{:?}", held.try_reserve_exact(bytes).is_ok()).into_bytes()
        }
        #[cfg(target_os = "linux")]
        "probe" => probes::try_all().into_bytes(),
        _ => request,
    }
}
