//! Which node types the picker lists, and in which order.

use reporunner_canvas::{PickerRequest, Purpose};
use reporunner_model::{Catalog, NodeDescription, NodeGroup, TypeName};

use crate::browser;

/// Types that are remembered as used.
const RECENT: usize = 5;

/// A part of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) choices: Vec<Choice>,
}

/// A type that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) name: TypeName,
    pub(super) label: String,
    pub(super) summary: String,
    /// Which part of the label was searched for, bytes.
    hit: Option<(usize, usize)>,
}

impl Choice {
    /// The label before, in and after what was searched for.
    pub(super) fn label_parts(&self) -> (String, String, String) {
        let (from, to) = self.hit.unwrap_or((self.label.len(), self.label.len()));
        (
            self.label[..from].to_owned(),
            self.label[from..to].to_owned(),
            self.label[to..].to_owned(),
        )
    }
}

/// What the picker lists for `request` and what was typed. `heading` is what the best part is
/// called where something must fit.
pub(super) fn sections(
    catalog: &Catalog,
    request: &PickerRequest,
    typed: &str,
    heading: &str,
) -> Vec<Section> {
    let typed = typed.trim().to_lowercase();
    let fits = |description: &&NodeDescription| request.fits(description);
    let must_fit = !matches!(request.purpose, Purpose::Add(None));
    if typed.is_empty() {
        return by_group(catalog.types.values().filter(fits).collect());
    }
    let mut found: Vec<(u32, Choice)> = catalog
        .types
        .values()
        .filter(fits)
        .filter_map(|description| {
            let (rank, hit) = rank(description, &typed)?;
            Some((rank, choice(description, hit)))
        })
        .collect();
    let recent = recent();
    let place = |name: &TypeName| recent.iter().position(|at| at == name).unwrap_or(RECENT);
    found.sort_by(|(a_rank, a), (b_rank, b)| {
        let key = |rank: &u32, choice: &Choice| {
            (*rank, place(&choice.name), standing(&choice.name), choice.label.clone())
        };
        key(a_rank, a).cmp(&key(b_rank, b))
    });
    let choices: Vec<Choice> = found.into_iter().map(|(_, choice)| choice).collect();
    let heading = if must_fit { heading.to_owned() } else { "Nodes".to_owned() };
    if choices.is_empty() { Vec::new() } else { vec![Section { heading, choices }] }
}

/// How well a type matches, best first, and where in its label. Letters in order count last.
fn rank(description: &NodeDescription, typed: &str) -> Option<(u32, Option<(usize, usize)>)> {
    let label = description.label.to_lowercase();
    // Places in the lower-case label are places in the label only where both are as long.
    let hit = |from: usize| {
        let to = from + typed.len();
        let same = label.len() == description.label.len();
        (same && description.label.is_char_boundary(from) && description.label.is_char_boundary(to))
            .then_some((from, to))
    };
    if let Some(from) = label.find(typed) {
        let starts_word = from == 0 || !label[..from].ends_with(char::is_alphanumeric);
        let rank = if from == 0 {
            0
        } else if starts_word {
            1
        } else {
            3
        };
        return Some((rank, hit(from)));
    }
    let name = description.name.as_str().to_lowercase();
    let aliases = description.aliases.iter().map(|alias| alias.to_lowercase());
    if aliases.chain([name]).any(|word| word.contains(typed)) {
        return Some((2, None));
    }
    if description.summary.to_lowercase().contains(typed) {
        return Some((4, None));
    }
    let mut letters = label.chars();
    let in_order = typed.chars().all(|wanted| letters.any(|letter| letter == wanted));
    in_order.then_some((5, None))
}

fn choice(description: &NodeDescription, hit: Option<(usize, usize)>) -> Choice {
    Choice {
        name: description.name.clone(),
        label: description.label.clone(),
        summary: description.summary.clone(),
        hit,
    }
}

fn by_group(types: Vec<&NodeDescription>) -> Vec<Section> {
    let recent: Vec<Choice> = recent()
        .iter()
        .filter_map(|name| types.iter().find(|description| description.name == *name))
        .map(|description| choice(description, None))
        .collect();
    let mut sections = Vec::new();
    if !recent.is_empty() {
        sections.push(Section { heading: "Used lately".to_owned(), choices: recent });
    }
    for (group, heading) in GROUPS {
        let mut choices: Vec<Choice> = types
            .iter()
            .filter(|description| description.group == group)
            .map(|description| choice(description, None))
            .collect();
        choices.sort_by_key(|choice| (standing(&choice.name), choice.label.clone()));
        if !choices.is_empty() {
            sections.push(Section { heading: heading.to_owned(), choices });
        }
    }
    sections
}

/// What most workflows start with, in this order.
const FIRST: [&str; 4] = ["manualTrigger", "scheduleTrigger", "webhook", "formTrigger"];

/// Types that are here for older files of n8n only: a newer one does the same.
const OLDER: [&str; 11] = [
    "cron",
    "interval",
    "function",
    "functionItem",
    "itemLists",
    "readBinaryFile",
    "readBinaryFiles",
    "writeBinaryFile",
    "moveBinaryData",
    "spreadsheetFile",
    "htmlExtract",
];

/// Where in its part a type stands: those that most begin with first, the older ones last.
fn standing(name: &TypeName) -> usize {
    let first = FIRST.iter().position(|first| *first == name.as_str());
    let older = OLDER.contains(&name.as_str());
    first.unwrap_or_else(|| FIRST.len() + usize::from(older))
}

const GROUPS: [(NodeGroup, &str); 8] = [
    (NodeGroup::Trigger, "Starts a run"),
    (NodeGroup::Flow, "Flow"),
    (NodeGroup::Data, "Data"),
    (NodeGroup::Network, "Network and services"),
    (NodeGroup::Files, "Files"),
    (NodeGroup::Database, "Databases"),
    (NodeGroup::Code, "Code"),
    (NodeGroup::Other, "More"),
];

fn recent() -> Vec<TypeName> {
    let kept = browser::kept("recent-types").unwrap_or_default();
    kept.split('\n').filter(|name| !name.is_empty()).map(TypeName::from).collect()
}

/// Keeps a type as used lately.
pub(super) fn remember(name: &TypeName) {
    let mut all = recent();
    all.retain(|at| at != name);
    all.insert(0, name.clone());
    all.truncate(RECENT);
    let lines: Vec<&str> = all.iter().map(TypeName::as_str).collect();
    browser::keep("recent-types", &lines.join("\n"));
}
