//! What a Watch Folder node watches, read from its parameters once. Parameter names and their
//! meaning are n8n's (docs.n8n.io, Local File Trigger).

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use reporunner_model::Node;
use reporunner_protocol::{Code, Failure};
use reporunner_runner::Place;
use serde_json::Value;

/// What is watched and what of it counts.
pub(super) struct Rule {
    /// The folder that is looked through.
    pub(super) root: PathBuf,
    /// The one file of it that counts, where it is one.
    pub(super) file: Option<PathBuf>,
    pub(super) events: Vec<String>,
    /// Folders below that are looked into; none means all.
    pub(super) depth: Option<usize>,
    pub(super) follow_links: bool,
    /// Whether files count once they are written to their end.
    pub(super) when_written: bool,
    /// Whether what is there already counts as added.
    pub(super) from_start: bool,
    pub(super) polls: bool,
    ignored: Ignored,
    /// Where links may lead.
    place: Place,
}

enum Ignored {
    Nothing,
    Text(String),
    Pattern(GlobMatcher),
    /// A pattern for names alone.
    Name(GlobMatcher),
}

impl Rule {
    pub(super) fn of(node: &Node, place: Place) -> Result<Self, Failure> {
        let text = |name: &str| node.params.get(name).and_then(Value::as_str).unwrap_or_default();
        let option = |name: &str| node.params.get("options").and_then(|o| o.get(name));
        let on = |name: &str, default| option(name).and_then(Value::as_bool).unwrap_or(default);
        let closed = |error: reporunner_model::NodeError| {
            let failure = Failure::new(Code::Invalid, format!("{}: {}", node.name, error.message));
            match error.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        };
        let path = place.resolve(text("path")).map_err(closed)?;
        let watches_file = text("triggerOn") == "file";
        let root = match path.parent().filter(|_| watches_file) {
            Some(folder) => folder.to_owned(),
            None => path.clone(),
        };
        let events = match node.params.get("events").and_then(Value::as_array) {
            _ if watches_file => vec!["change".to_owned()],
            Some(events) => events.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => Vec::new(),
        };
        let depth = option("depth").and_then(|depth| match depth {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        });
        let ignored = option("ignored").and_then(Value::as_str).unwrap_or_default();
        let contains = option("ignoreMode").and_then(Value::as_str) == Some("contain");
        Ok(Self {
            root,
            file: watches_file.then_some(path),
            events,
            depth: if watches_file { Some(0) } else { usize::try_from(depth.unwrap_or(-1)).ok() },
            follow_links: on("followSymlinks", true),
            when_written: on("awaitWriteFinish", false),
            from_start: !on("ignoreInitial", true),
            polls: on("usePolling", false),
            ignored: Ignored::of(ignored.trim(), contains).map_err(|message| {
                Failure::new(Code::Invalid, format!("{}: {message}", node.name))
                    .hint("Correct the pattern of what is left out.")
            })?,
            place,
        })
    }

    /// Whether what was held back under the other rule is held back under this one as well.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let said = |rule: &Self| (rule.depth, rule.follow_links, rule.when_written);
        self.root == other.root
            && self.file == other.file
            && self.events == other.events
            && said(self) == said(other)
            && self.ignored.is_as(&other.ignored)
    }

    /// Says that the folder is not there.
    pub(super) fn no_folder(&self, node: &Node) -> Failure {
        let message = format!("{}: there is no folder {}", node.name, self.root.display());
        Failure::new(Code::Invalid, message).hint("Make it, or correct the path.")
    }

    /// Whether a path is looked at.
    pub(super) fn looks_at(&self, path: &Path) -> bool {
        let is_it = self.file.as_deref().is_none_or(|file| file == path);
        is_it && !self.ignored.covers(path)
    }

    /// Whether a link may be followed.
    pub(super) fn may_follow(&self, link: &Path) -> bool {
        self.follow_links && self.place.permit(link).is_ok()
    }
}

impl Ignored {
    fn of(text: &str, contains: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::Nothing);
        }
        if contains {
            return Ok(Self::Text(text.to_owned()));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let matcher = glob.map_err(|error| error.to_string())?.compile_matcher();
        Ok(if text.contains('/') { Self::Pattern(matcher) } else { Self::Name(matcher) })
    }

    fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Pattern(one), Self::Pattern(other)) | (Self::Name(one), Self::Name(other)) => {
                one.glob() == other.glob()
            }
            _ => false,
        }
    }

    fn covers(&self, path: &Path) -> bool {
        match self {
            Self::Nothing => false,
            Self::Text(text) => path.to_string_lossy().contains(text),
            Self::Pattern(pattern) => pattern.is_match(path),
            Self::Name(pattern) => path.file_name().is_some_and(|name| pattern.is_match(name)),
        }
    }
}
