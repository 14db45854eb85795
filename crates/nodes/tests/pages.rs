//! The pages of docs/nodes are made from the descriptions, and say what these say now.
//!
//! With `REPORUNNER_WRITE_PAGES` set they are written anew (`cargo xtask docs`); without it this
//! only compares. It judges no words.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use reporunner_model::{
    Choice, Effect, NodeDescription, NodeGroup, PathKind, Port, PortRule, Property, PropertyKind,
    Show,
};
use serde_json::Value;

/// Set where the pages are to be written.
const WRITE: &str = "REPORUNNER_WRITE_PAGES";
/// Deepest level of fields within fields that a page spells out.
const DEEPEST: usize = 3;
/// Most values of a choice that a page lists.
const MOST_VALUES: usize = 40;

#[test]
fn every_node_has_a_page_that_says_what_it_is_now() {
    let wanted = pages();
    let folder = folder();
    if std::env::var_os(WRITE).is_some() {
        return write(&folder, &wanted);
    }
    let there = read(&folder);
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(&wanted), "a page for each node: run `cargo xtask docs`");
    for (name, text) in &wanted {
        assert_eq!(&there[name], text, "docs/nodes/{name} is old: run `cargo xtask docs`");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/nodes")
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("docs/nodes is there");
    let files = entries.map(|entry| entry.expect("a file").path());
    let page = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        Some((name, std::fs::read_to_string(&path).ok()?))
    };
    files.filter_map(page).collect()
}

fn write(folder: &Path, pages: &BTreeMap<String, String>) {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for gone in read(folder).keys().filter(|name| !pages.contains_key(*name)) {
        std::fs::remove_file(folder.join(gone)).expect("an old page can go");
    }
    for (name, text) in pages {
        std::fs::write(folder.join(name), text).expect("a page can be written");
    }
}

/// Every page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let catalog = reporunner_nodes::catalog();
    let mut pages: BTreeMap<String, String> = catalog
        .types
        .values()
        .map(|description| (file_name(description), page(description)))
        .collect();
    pages.insert("README.md".to_owned(), index(catalog.types.values()));
    pages
}

fn file_name(description: &NodeDescription) -> String {
    format!("{}.md", description.name)
}

/// All nodes by group.
fn index<'n>(all: impl Iterator<Item = &'n NodeDescription>) -> String {
    let mut groups: BTreeMap<NodeGroup, Vec<&NodeDescription>> = BTreeMap::new();
    for description in all {
        groups.entry(description.group).or_default().push(description);
    }
    let mut text = "# Nodes\n\nMade from the nodes' descriptions by `cargo xtask docs`; do not \
                    edit. [What comes over from n8n](../n8n.md) is a page of its own.\n"
        .to_owned();
    for (group, mut nodes) in groups {
        nodes.sort_by_key(|description| description.label.to_lowercase());
        let _ = write!(text, "\n## {}\n\n| Node | What it does |\n|---|---|\n", group_words(group));
        for node in nodes {
            let summary = in_cell(&node.summary);
            let _ = writeln!(text, "| [{}]({}) | {summary} |", node.label, file_name(node));
        }
    }
    text
}

fn in_cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn group_words(group: NodeGroup) -> &'static str {
    match group {
        NodeGroup::Trigger => "Triggers",
        NodeGroup::Flow => "Where items go",
        NodeGroup::Data => "Items and their data",
        NodeGroup::Files => "Files",
        NodeGroup::Network => "Network",
        NodeGroup::Database => "Databases",
        NodeGroup::Code => "Scripts",
        NodeGroup::Other => "Others",
    }
}

fn page(of: &NodeDescription) -> String {
    let mut text = format!("# {}\n\n{}\n", of.label, of.summary);
    let versions = if of.versions.len() > 1 { "versions" } else { "version" };
    let _ = write!(
        text,
        "\nType `{}`, in n8n's files `n8n-nodes-base.{}`; {versions} {}.\n",
        of.name,
        of.name,
        of.versions.join(", ")
    );
    if !of.help.trim().is_empty() {
        let _ = write!(text, "\n{}\n", of.help.trim());
    }
    let _ = write!(text, "\n## Inputs and outputs\n\n");
    let _ = writeln!(text, "- Inputs: {}.", ports(&of.inputs));
    let _ = writeln!(text, "- Outputs: {}.", ports(&of.outputs));
    let _ = writeln!(text, "- {}", effect(of.effect));
    if !of.properties.is_empty() {
        text.push_str("\n## Parameters\n\n");
        of.properties.iter().for_each(|property| parameter(&mut text, property, 0));
    }
    if !of.example.is_empty() {
        let json = serde_json::to_string_pretty(&of.example).expect("plain data");
        let _ = write!(text, "\n## Example\n\n```json\n{json}\n```\n");
    }
    text
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "It changes nothing outside: after a crash it may run again.",
        Effect::Idempotent => {
            "What it does outside may be done twice: after a crash it runs again."
        }
        Effect::Outside => {
            "It may change something outside each time it runs: after a crash it is not run again \
             unasked."
        }
    }
}

fn ports(rule: &PortRule) -> String {
    match rule {
        PortRule::Fixed { ports } if ports.is_empty() => "none".to_owned(),
        PortRule::Fixed { ports } => named(ports),
        PortRule::Records { path, extra, .. } => {
            let more = extra.as_ref().map_or(String::new(), |extra| {
                format!(
                    ", and **{}** where `{}` is {}",
                    extra.label,
                    extra.path.join("."),
                    code(&extra.value)
                )
            });
            format!("one for each entry of `{}`{more}", path.join("."))
        }
        PortRule::Count { path, default, .. } => {
            format!("as many as `{}` says ({default} where it says nothing)", path.join("."))
        }
        PortRule::Choice { path, cases, default } => {
            let case = |(value, rule): &(String, PortRule)| {
                format!("{} where `{}` is `{value}`", ports(rule), path.join("."))
            };
            let mut all: Vec<String> = cases.iter().map(case).collect();
            all.push(format!("else {}", ports(default)));
            all.join("; ")
        }
    }
}

fn named(ports: &[Port]) -> String {
    let names: Vec<String> =
        ports
            .iter()
            .map(|port| {
                if port.label.is_empty() { "one".to_owned() } else { format!("**{}**", port.label) }
            })
            .collect();
    names.join(", ")
}

/// A value as it stands in a file.
fn code(value: &Value) -> String {
    format!("`{value}`")
}

/// One parameter, and below it the fields that it has.
fn parameter(text: &mut String, property: &Property, level: usize) {
    let indent = "  ".repeat(level);
    if matches!(property.kind, PropertyKind::Notice) {
        let _ = writeln!(text, "{indent}- *{}*{}", property.label, shown(&property.show));
        return;
    }
    let mut words = vec![kind(&property.kind, property.path)];
    words.extend(default(property));
    if property.required {
        words.push("needed".to_owned());
    }
    if !property.expression {
        words.push("no expression".to_owned());
    }
    let _ = write!(
        text,
        "{indent}- **{}** `{}`: {}{}.",
        property.label,
        property.name,
        words.join("; "),
        shown(&property.show)
    );
    if !property.help.is_empty() {
        let _ = write!(text, " {}", property.help.replace('\n', " "));
    }
    text.push('\n');
    let fields = match &property.kind {
        PropertyKind::Collection { fields, .. }
        | PropertyKind::Group { fields }
        | PropertyKind::Records { fields, .. } => fields.as_slice(),
        _ => &[],
    };
    if level < DEEPEST {
        fields.iter().for_each(|field| parameter(text, field, level + 1));
    }
}

fn kind(kind: &PropertyKind, path: Option<PathKind>) -> String {
    let text = match kind {
        PropertyKind::Text { secret: true, .. } => "secret text",
        PropertyKind::Text { .. } => match path {
            Some(PathKind::File) => "path of a file, or a pattern",
            Some(PathKind::NewFile) => "path of a file, which may be made",
            Some(PathKind::Folder) => "path of a folder",
            None => "text",
        },
        PropertyKind::LongText => "long text",
        PropertyKind::Code { .. } => "code",
        PropertyKind::Number { min, max } => return number(*min, *max),
        PropertyKind::Toggle => "yes or no",
        PropertyKind::Choice { options } => return choice("one of", options),
        PropertyKind::MultiChoice { options } => return choice("any of", options),
        PropertyKind::Json => "JSON",
        PropertyKind::DateTime => "date and time",
        PropertyKind::Collection { .. } => "options, added when wanted",
        PropertyKind::Group { .. } => "a group of fields",
        PropertyKind::Records { key, .. } => return format!("a list, under `{key}`"),
        PropertyKind::Conditions => "conditions",
        PropertyKind::Assignments => "fields to set",
        PropertyKind::Fields => "names of fields, separated by commas",
        PropertyKind::Notice => "",
    };
    text.to_owned()
}

fn number(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("number from {min} to {max}"),
        (Some(min), None) => format!("number from {min}"),
        (None, Some(max)) => format!("number up to {max}"),
        (None, None) => "number".to_owned(),
    }
}

fn choice(words: &str, options: &[Choice]) -> String {
    let one = |option: &Choice| format!("{} {}", option.label, code(&option.value));
    let listed: Vec<String> = options.iter().take(MOST_VALUES).map(one).collect();
    let more = options.len().saturating_sub(MOST_VALUES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{words} {}{rest}", listed.join(", "))
}

/// What counts where nothing is set, if that says anything.
fn default(property: &Property) -> Option<String> {
    let value = &property.default;
    let silent = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(_) => true,
        Value::Bool(_) | Value::Number(_) => false,
    };
    (!silent).then(|| format!("{} where nothing is set", code(value)))
}

/// When a parameter is there.
fn shown(show: &[Show]) -> String {
    let one = |rule: &Show| {
        let values: Vec<String> = rule.values.iter().map(code).collect();
        let not = if rule.not { "not " } else { "" };
        match rule.path.join(".").as_str() {
            "@version" => format!("the version is {not}{}", values.join(" or ")),
            path => format!("`{path}` is {not}{}", values.join(" or ")),
        }
    };
    match show {
        [] => String::new(),
        rules => format!("; where {}", rules.iter().map(one).collect::<Vec<_>>().join(" and ")),
    }
}
