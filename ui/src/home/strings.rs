//! Words of the list of workflows.

/// The words.
pub(super) mod text {
    use reporunner_protocol::WorkflowSummary;

    use crate::home::standing::Standing;
    use crate::time::count;

    pub(in crate::home) const TITLE: &str = "Workflows";
    pub(in crate::home) const IMPORT: &str = "Import";
    pub(in crate::home) const NEW: &str = "New workflow";
    pub(in crate::home) const SEARCH: &str = "Search names, nodes, notes…";
    pub(in crate::home) const NO_MATCH: &str = "No workflow matches";
    pub(in crate::home) const NO_MATCH_HINT: &str =
        "Search for another word, or take a filter away.";
    pub(in crate::home) const UNTITLED: &str = "New workflow";
    pub(in crate::home) const WELCOME: &str = "What shall run by itself?";
    pub(in crate::home) const WELCOME_TEXT: &str =
        "Pick an example: it opens ready to run, on your own machine. Or start from nothing.";
    pub(in crate::home) const TRASH: &str = "Trash";
    pub(in crate::home) const TRASH_EMPTY: &str = "The trash is empty";
    pub(in crate::home) const TRASH_HINT: &str =
        "Deleted workflows stay here for 30 days and can be put back.";
    pub(in crate::home) const FOR_GOOD: &str =
        "This cannot be undone. Versions go too; runs stay until their own time is over.";

    /// `6 workflows · 1 needs you`.
    pub(in crate::home) fn summary(all: &[WorkflowSummary]) -> String {
        let words = count(all.len(), "workflow");
        match all.iter().filter(|summary| Standing::of(summary).needs_someone()).count() {
            0 => words,
            1 => format!("{words} · 1 needs you"),
            more => format!("{words} · {more} need you"),
        }
    }
}
