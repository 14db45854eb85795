//! Adds up what several test programs say they ran.
//!
//! Reads the last lines of cargo-nextest, `cargo test` and `node --test`; anything else passes by.

/// How many tests came out how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Takes in one line of output.
    pub(crate) fn read(&mut self, line: &str) {
        let line = plain(line);
        // nextest shows what a test that failed wrote, further in: it is counted with the others.
        let of_cargo = line.starts_with("test result:");
        let line = line.trim();
        if let Some(node) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            self.read_node(node);
        } else if of_cargo || (line.starts_with("Summary [") && line.contains(" run:")) {
            self.passed += number_before(line, "passed");
            self.failed +=
                ["failed", "timed out"].map(|word| number_before(line, word)).iter().sum::<u64>();
            self.skipped +=
                ["skipped", "ignored"].map(|word| number_before(line, word)).iter().sum::<u64>();
        }
    }

    fn read_node(&mut self, line: &str) {
        let Some((word, number)) = line.split_once(' ') else { return };
        let Ok(number) = number.trim().parse::<u64>() else { return };
        match word {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" => self.skipped += number,
            _ => {}
        }
    }

    /// One line in the form of nextest's own.
    pub(crate) fn summary(&self, seconds: f32) -> String {
        let run = self.passed + self.failed;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let Self { passed, skipped, .. } = self;
        format!(
            "     Summary [{seconds:>8.3}s] {run} tests run: {passed} passed{failed}, {skipped} skipped"
        )
    }
}

/// The number in front of `word`, or 0.
fn number_before(line: &str, word: &str) -> u64 {
    let Some(at) = line.find(&format!(" {word}")) else { return 0 };
    let digits = line[..at].rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

/// The line without terminal colours.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        out += &rest[..at];
        let after = &rest[at + 2..];
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |end| end + 1);
        rest = &after[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expect: &str) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        assert_eq!(tally.summary(1.5).trim_start(), expect);
    }

    #[test]
    fn nextest() {
        check(
            &["     Summary [   0.003s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped"],
            "Summary [   1.500s] 12 tests run: 11 passed, 1 failed, 3 skipped",
        );
        check(
            &[
                "\u{1b}[32;1m     Summary\u{1b}[0m [   1.0s] \u{1b}[1m4\u{1b}[0m tests run: \u{1b}[1m4\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
            ],
            "Summary [   1.500s] 4 tests run: 4 passed, 0 skipped",
        );
    }

    #[test]
    fn cargo_test_and_node_are_added() {
        check(
            &[
                "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                "# pass 8",
                "# fail 0",
                "# duration_ms 190.5",
            ],
            "Summary [   1.500s] 18 tests run: 17 passed, 1 failed, 1 skipped",
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            &[
                "5 passed the door",
                "# pass me the salt",
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored; finished in 187.77s",
                "",
            ],
            "Summary [   1.500s] 0 tests run: 0 passed, 0 skipped",
        );
    }
}
