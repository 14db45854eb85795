//! What the rules let pass, each with its reason.
//!
//! An entry that nothing needs any more should go; for differences of direction a rule says so.

/// Dependencies that `direction` would refuse: from, to, why.
pub(crate) const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("cli", "net", "`serve` opens the port, and the one accept loop is `net`'s"),
    ("nodes", "expression", "If, Switch and Filter judge by `expression::conditions`"),
    ("ui", "n8n", "the clipboard takes text only while its event lasts, so it is made in the page"),
];

/// Where real time may be read or waited for: the start of a path, why.
pub(crate) const CLOCKS: &[(&str, &str)] = &[
    ("crates/app/src/host.rs", "the real clock that `model::Clock` stands for"),
    ("crates/cli/", "a program at the edge, with progress to show"),
    ("crates/net/", "deadlines of connections, which are the operating system's"),
    ("crates/sandbox/", "deadlines of child processes, which are the operating system's"),
    ("crates/testkit/", "the fake clock, and waiting for real processes in tests"),
];

/// The modules of `ui` that may set markup from a string: path, why.
pub(crate) const MARKUP: &[(&str, &str)] = &[
    ("ui/src/canvas/cards.rs", "one write for all ports of a card; their labels are escaped"),
    ("ui/src/canvas/icons.rs", "it reads the page's own sprite and sets nothing"),
    ("ui/src/canvas/notes.rs", "a note's few marks; its text is escaped first"),
];
