//! What a report of an import lists, as rows. Plain data, tested here.

use std::collections::BTreeMap;

use reporunner_model::{Catalog, NodeId, TypeName};
use reporunner_protocol::{Fidelity, ImportReport, ImportedNode};

use crate::time::count;

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Every node, those that need something first.
    Nodes,
    /// Nodes whose type is not here.
    Missing,
    /// Nodes that do not run quite as they did.
    Different,
    /// Expressions, those that cannot be read first.
    Expressions,
    /// Credentials to choose.
    Credentials,
    /// What was mended.
    Mended,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Nodes,
        Self::Missing,
        Self::Different,
        Self::Expressions,
        Self::Credentials,
        Self::Mended,
    ];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Expressions => "expressions",
            Self::Credentials => "credentials",
            Self::Mended => "mended",
        }
    }

    /// The part of this key; all nodes where there is none.
    pub(super) fn of(key: &str) -> Self {
        Self::ALL.into_iter().find(|part| part.key() == key).unwrap_or(Self::Nodes)
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Nodes => "Nodes",
            Self::Missing => "Not here yet",
            Self::Different => "Different",
            Self::Expressions => "Expressions",
            Self::Credentials => "Credentials",
            Self::Mended => "Mended",
        }
    }
}

/// How a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it was.
    Good,
    /// Worth a look.
    Look,
    /// Not here.
    Missing,
    /// Broken.
    Bad,
    /// Something is to be chosen.
    Choose,
}

impl Tone {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Look | Self::Choose => "look",
            Self::Missing => "missing",
            Self::Bad => "bad",
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The node it leads to.
    pub(super) node: Option<NodeId>,
    /// The type of that node.
    pub(super) node_type: Option<TypeName>,
    /// What it is about.
    pub(super) title: String,
    /// What there is to say of it.
    pub(super) detail: String,
    /// Whether that is code.
    pub(super) code: bool,
    /// How it stands.
    pub(super) tone: Tone,
    /// The same in a word.
    pub(super) state: &'static str,
}

impl Row {
    /// The same; where it says no more than the node's type, by what people call that.
    pub(super) fn called(mut self, catalog: &Catalog) -> Self {
        if let Some(found) = self.node_type.as_ref().and_then(|name| catalog.get(name))
            && self.detail == found.name.as_str()
        {
            self.detail.clone_from(&found.label);
        }
        self
    }

    /// Whether a text, in small letters, occurs in it.
    pub(super) fn has(&self, wanted: &str) -> bool {
        let type_name = self.node_type.as_ref().map_or("", TypeName::as_str);
        [&self.title, &self.detail, type_name, self.state]
            .iter()
            .any(|text| text.to_lowercase().contains(wanted))
    }
}

/// The parts that hold something, with how much. All nodes are always there.
pub(super) fn parts(report: &ImportReport) -> Vec<(Part, usize)> {
    let count = |part| match part {
        Part::Nodes => report.nodes.len(),
        Part::Missing => report.stubs,
        Part::Different => report.different,
        Part::Expressions => report.expressions.len(),
        Part::Credentials => report.credentials.len(),
        Part::Mended => report.mended.len(),
    };
    let all = Part::ALL.into_iter().map(|part| (part, count(part)));
    all.filter(|(part, count)| *part == Part::Nodes || *count > 0).collect()
}

/// The rows of a part.
pub(super) fn rows(report: &ImportReport, part: Part) -> Vec<Row> {
    let nodes: BTreeMap<&NodeId, &ImportedNode> =
        report.nodes.iter().map(|node| (&node.id, node)).collect();
    let about = |id: &NodeId| match nodes.get(id) {
        Some(node) => (node.name.clone(), Some(node.node_type.clone())),
        None => (String::new(), None),
    };
    match part {
        Part::Nodes => {
            let mut all: Vec<&ImportedNode> = report.nodes.iter().collect();
            all.sort_by_key(|node| match node.fidelity {
                Fidelity::Stub => 0,
                Fidelity::Different => 1,
                Fidelity::Native => 2,
            });
            all.into_iter().map(node_row).collect()
        }
        Part::Missing => of_fidelity(report, Fidelity::Stub),
        Part::Different => of_fidelity(report, Fidelity::Different),
        Part::Expressions => {
            let mut all: Vec<_> = report.expressions.iter().collect();
            all.sort_by_key(|expression| expression.read);
            let row = |expression: &reporunner_protocol::ImportedExpression| {
                let (name, node_type) = about(&expression.node);
                Row {
                    node: Some(expression.node.clone()),
                    node_type,
                    title: format!("{name} · {}", expression.parameter.join(".")),
                    detail: expression
                        .text
                        .strip_prefix('=')
                        .unwrap_or(&expression.text)
                        .to_owned(),
                    code: true,
                    tone: if expression.read { Tone::Good } else { Tone::Bad },
                    state: if expression.read { "read" } else { "cannot be read" },
                }
            };
            all.into_iter().map(row).collect()
        }
        Part::Credentials => {
            let row = |credential: &reporunner_protocol::ImportedCredential| {
                let (name, node_type) = about(&credential.node);
                Row {
                    node: Some(credential.node.clone()),
                    node_type,
                    title: name,
                    detail: format!("{} · {} in n8n", credential.kind, credential.name),
                    code: false,
                    tone: Tone::Choose,
                    state: "to choose",
                }
            };
            report.credentials.iter().map(row).collect()
        }
        Part::Mended => {
            let row = |remark: &reporunner_protocol::ImportRemark| {
                let (name, node_type) = remark.node.as_ref().map(about).unwrap_or_default();
                Row {
                    node: remark.node.clone(),
                    node_type,
                    title: if name.is_empty() { "The file".to_owned() } else { name },
                    detail: remark.message.clone(),
                    code: false,
                    tone: Tone::Look,
                    state: "mended",
                }
            };
            report.mended.iter().map(row).collect()
        }
    }
}

fn of_fidelity(report: &ImportReport, fidelity: Fidelity) -> Vec<Row> {
    report.nodes.iter().filter(|node| node.fidelity == fidelity).map(node_row).collect()
}

fn node_row(node: &ImportedNode) -> Row {
    let (tone, state, detail) = match node.fidelity {
        Fidelity::Native => (Tone::Good, "runs here", node.node_type.to_string()),
        Fidelity::Different => (Tone::Look, "differs", node.reason.clone()),
        Fidelity::Stub => {
            (Tone::Missing, "not here yet", format!("{} · kept whole", node.node_type))
        }
    };
    Row {
        node: Some(node.id.clone()),
        node_type: Some(node.node_type.clone()),
        title: node.name.clone(),
        detail,
        code: false,
        tone,
        state,
    }
}

/// All of it in a sentence or three.
pub(super) fn summary(report: &ImportReport) -> String {
    let all = report.nodes.len();
    let mut words = match (all, report.stubs) {
        (0, _) => "There is no node in it.".to_owned(),
        (1, 0) => "Its one node runs here.".to_owned(),
        (_, 0) => format!("All {all} nodes run here."),
        _ => format!("{} of {} run here.", report.native, count(all, "node")),
    };
    let verb = |count: usize, one: &str, many: &str| if count == 1 { one } else { many }.to_owned();
    if report.stubs > 0 {
        let are =
            verb(report.stubs, "is kept as it is and cannot", "are kept as they are and cannot");
        words += &format!(" {} {are} run yet.", report.stubs);
    }
    if report.different > 0 {
        let run = verb(report.different, "does not run", "do not run");
        words += &format!(" {} {run} quite as in n8n.", report.different);
    }
    let expressions = report.expressions.len();
    match (expressions, report.bad_expressions) {
        (0, _) => {}
        (1, 0) => words += " Its expression was read.",
        (2, 0) => words += " Both expressions were read.",
        (_, 0) => words += &format!(" All {expressions} expressions were read."),
        (_, bad) => {
            words += &format!(" {bad} of {} cannot be read.", count(expressions, "expression"));
        }
    }
    words
}

/// All of it as text, to be sent to somebody.
pub(super) fn as_text(report: &ImportReport) -> String {
    let mut lines = vec![summary(report)];
    lines.extend(report.next.iter().map(|step| format!("- {step}")));
    for (part, _) in parts(report).into_iter().filter(|(part, _)| *part != Part::Nodes) {
        lines.push(String::new());
        lines.push(format!("{}:", part.words()));
        let line = |row: Row| format!("- {}: {} ({})", row.title, row.detail, row.state);
        lines.extend(rows(report, part).into_iter().map(line));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use reporunner_protocol::{ImportRemark, ImportedCredential, ImportedExpression};

    use super::*;

    fn node(name: &str, fidelity: Fidelity) -> ImportedNode {
        ImportedNode {
            id: NodeId::new(format!("id-{name}")),
            name: name.to_owned(),
            node_type: TypeName::new(format!("type.{name}")),
            fidelity,
            reason: if fidelity == Fidelity::Native { String::new() } else { "why".to_owned() },
        }
    }

    fn report() -> ImportReport {
        let expression = |read| ImportedExpression {
            node: NodeId::new("id-A"),
            parameter: vec!["x".to_owned(), "y".to_owned()],
            text: format!("={{{{ {read} }}}}"),
            read,
        };
        ImportReport {
            native: 2,
            different: 1,
            stubs: 1,
            bad_expressions: 1,
            nodes: vec![
                node("A", Fidelity::Native),
                node("B", Fidelity::Different),
                node("C", Fidelity::Stub),
            ],
            expressions: vec![expression(true), expression(false)],
            credentials: vec![ImportedCredential {
                node: NodeId::new("id-C"),
                kind: "slackApi".to_owned(),
                name: "Team".to_owned(),
            }],
            mended: vec![ImportRemark { node: None, message: "A wire ends nowhere.".to_owned() }],
            next: vec!["Replace C.".to_owned()],
            ..ImportReport::default()
        }
    }

    #[track_caller]
    fn lists(part: Part, expected: &[(&str, &str)]) {
        let found = rows(&report(), part);
        let found: Vec<_> = found.iter().map(|row| (row.title.as_str(), row.state)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_needs_something_comes_first() {
        lists(Part::Nodes, &[("C", "not here yet"), ("B", "differs"), ("A", "runs here")]);
        lists(Part::Missing, &[("C", "not here yet")]);
        lists(Part::Different, &[("B", "differs")]);
        lists(Part::Expressions, &[("A · x.y", "cannot be read"), ("A · x.y", "read")]);
        lists(Part::Credentials, &[("C", "to choose")]);
        lists(Part::Mended, &[("The file", "mended")]);
    }

    #[test]
    fn the_summary_counts_in_words() {
        assert_eq!(
            summary(&report()),
            "2 of 3 nodes run here. 1 is kept as it is and cannot run yet. 1 does not run quite as \
             in n8n. 1 of 2 expressions cannot be read."
        );
        let clean = ImportReport {
            native: 1,
            nodes: vec![node("A", Fidelity::Native)],
            ..ImportReport::default()
        };
        assert_eq!(summary(&clean), "Its one node runs here.");
        assert_eq!(parts(&clean), [(Part::Nodes, 1)]);
    }

    #[test]
    fn rows_are_found_by_what_they_say() {
        let all = rows(&report(), Part::Nodes);
        let found = |wanted: &str| all.iter().filter(|row| row.has(wanted)).count();
        assert_eq!((found(""), found("type.c"), found("runs"), found("zzz")), (3, 1, 1, 0));
        let text = as_text(&report());
        assert!(text.contains("- Replace C.") && text.contains("A wire ends nowhere."), "{text}");
    }
}
