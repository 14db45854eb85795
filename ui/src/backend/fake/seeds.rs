//! Six workflows and four examples to look at.

use std::collections::BTreeMap;

use reporunner_model::{
    Catalog, Edge, EdgeKey, Node, NodeId, Note, NoteId, Point, RunStatus, Size, TypeName, Workflow,
    WorkflowId,
};
use reporunner_protocol::{Example, RunMark};
use serde_json::{Map, Value, json};

use super::Kept;
use crate::time::now;

/// Makes a node: id, type, name, x, y, parameters.
type Spec<'s> = (&'s str, &'s str, &'s str, f64, f64, Value);

fn workflow(id: &str, name: &str, nodes: &[Spec], edges: &[(&str, usize, &str)]) -> Workflow {
    let mut workflow = Workflow::new(WorkflowId::new(id), name, "Europe/Berlin");
    for (id, kind, name, x, y, params) in nodes {
        let mut node = Node::new(NodeId::new(*id), TypeName::new(*kind), "1", *name);
        node.position = Point::new(*x, *y);
        node.params = match params {
            Value::Object(map) => map.clone(),
            _ => Map::new(),
        };
        workflow.nodes.insert(node.id.clone(), node);
    }
    for (from, port, to) in edges {
        let key = EdgeKey::main(NodeId::new(*from), *port, NodeId::new(*to), 0);
        workflow.edges.insert(key, Edge::default());
    }
    workflow
}

/// One after the other, 280 apart.
fn chain(id: &str, name: &str, steps: &[(&str, &str)]) -> Workflow {
    let ids: Vec<String> = (0..steps.len()).map(|at| format!("n{at}")).collect();
    let nodes: Vec<Spec> = steps
        .iter()
        .enumerate()
        .map(|(at, (kind, label))| {
            (ids[at].as_str(), *kind, *label, 40.0 + 280.0 * at as f64, 160.0, Value::Null)
        })
        .collect();
    let edges: Vec<(&str, usize, &str)> =
        ids.windows(2).map(|pair| (pair[0].as_str(), 0, pair[1].as_str())).collect();
    workflow(id, name, &nodes, &edges)
}

/// The first workflow, with branches, a note and conditions.
pub(super) fn order_intake() -> Workflow {
    let condition = |id: &str, left: &str, operation: &str, kind: &str, right: Value| {
        json!({ "id": id, "leftValue": left, "rightValue": right,
            "operator": { "type": kind, "operation": operation } })
    };
    let conditions = json!({
        "options": { "caseSensitive": false },
        "combinator": "and",
        "conditions": [
            condition("c1", "={{ $json.items.length }}", "gt", "number", json!(0)),
            condition("c2", "={{ $json.customer.email }}", "isNotEmpty", "string", json!("")),
        ],
    });
    let nodes: [Spec; 5] = [
        (
            "hook",
            "webhook",
            "New order",
            40.0,
            160.0,
            json!({ "httpMethod": "POST", "path": "orders" }),
        ),
        ("valid", "if", "Valid order?", 320.0, 160.0, json!({ "conditions": conditions })),
        (
            "store",
            "postgres",
            "Save order",
            660.0,
            100.0,
            json!({ "operation": "insert", "table": "orders" }),
        ),
        ("note", "gmail", "Tell the customer", 660.0, 340.0, json!({ "operation": "reply" })),
        (
            "answer",
            "respondToWebhook",
            "Answer",
            940.0,
            220.0,
            json!({ "code": 200, "respondWith": "JSON" }),
        ),
    ];
    let edges = [
        ("hook", 0, "valid"),
        ("valid", 0, "store"),
        ("valid", 1, "note"),
        ("store", 0, "answer"),
        ("note", 0, "answer"),
    ];
    let mut workflow = workflow("orders", "Order intake", &nodes, &edges);
    let note = Note {
        text:
            "**Orders in**\nThe shop posts here. Keep the answer under 2 s: it retries after that."
                .to_owned(),
        color: 1,
        position: Point::new(40.0, 20.0),
        size: Size { w: 210.0, h: 90.0 },
        orig: None,
    };
    workflow.notes.insert(NoteId::new("n1"), note);
    workflow.tags.insert("orders".to_owned());
    workflow
}

fn bars(heights: &[u64], failed: &[usize]) -> Vec<RunMark> {
    let mark = |(at, height): (usize, &u64)| RunMark {
        status: if failed.contains(&at) { RunStatus::Failed } else { RunStatus::Succeeded },
        ms: height * height * 12,
    };
    heights.iter().enumerate().map(mark).collect()
}

/// The six workflows.
pub(super) fn seeds(_catalog: &Catalog) -> BTreeMap<WorkflowId, Kept> {
    let minute = 60_000;
    let hour = 60 * minute;
    let kept = |workflow: Workflow, summary: &str, trigger: &str, live: bool, age: i64| Kept {
        summary: summary.to_owned(),
        trigger: trigger.to_owned(),
        live,
        published: live.then(|| workflow.clone()),
        unpublished: if live { 3 } else { 1 },
        edited: now().plus_ms(-age),
        ..Kept::new(workflow)
    };
    let steady = [14, 14, 13, 15, 14, 14, 16, 15, 14, 14, 15, 14];
    let mut orders = kept(
        order_intake(),
        "Webhook · validates and stores orders",
        "Webhook POST /orders",
        true,
        2 * minute,
    );
    orders.last_runs = bars(&[9, 12, 10, 14, 11, 13, 15, 12, 16, 14, 13, 17], &[]);
    let sales = chain(
        "sales",
        "Weekly sales report",
        &[
            ("scheduleTrigger", "Monday morning"),
            ("googleSheets", "Read sales"),
            ("summarize", "Sum by shop"),
            ("gmail", "Send report"),
        ],
    );
    let mut sales =
        kept(sales, "Google Sheets → chart → Gmail", "Mon 07:00 · in 14 h", true, 6 * 24 * hour);
    sales.last_runs = bars(&steady, &[]);
    let invoices = chain(
        "invoices",
        "Invoice reminders",
        &[
            ("scheduleTrigger", "Every day"),
            ("stripe", "Open invoices"),
            ("filter", "Overdue"),
            ("gmail", "Remind"),
        ],
    );
    let mut invoices =
        kept(invoices, "Stripe → filter → Gmail", "Daily 09:00 · in 16 h", true, 8 * hour);
    invoices.last_runs = bars(&[12, 13, 12, 11, 13, 12, 13, 6, 12, 5, 12, 5], &[7, 9, 11]);
    invoices.workflow.tags.insert("money".to_owned());
    let notes = chain(
        "notes",
        "Release notes",
        &[
            ("github", "New release"),
            ("aiPrompt", "Write notes"),
            ("approval", "Review"),
            ("noOp", "Done"),
        ],
    );
    let mut notes =
        kept(notes, "GitHub → OpenAI → review", "Waiting for approval", true, 40 * minute);
    notes.last_runs = bars(&[8, 12, 9, 13, 8, 9, 12, 10], &[]);
    if let Some(last) = notes.last_runs.last_mut() {
        last.status = RunStatus::Waiting;
    }
    let tidy = chain(
        "tidy",
        "Tidy Downloads",
        &[("folderTrigger", "New file"), ("if", "Picture?"), ("moveFile", "Move")],
    );
    let tidy = kept(tidy, "Watch folder → by date", "Off", false, 26 * hour);
    let backup = chain(
        "zbackup",
        "Nightly backup",
        &[("scheduleTrigger", "At night"), ("backup", "Copy"), ("deleteFiles", "Keep 14")],
    );
    let mut backup =
        kept(backup, "SQLite copy, keeps the last 14", "Daily 02:00 · in 9 h", true, 15 * hour);
    backup.last_runs = bars(&steady, &[]);
    let mut all = BTreeMap::new();
    for (order, kept) in [orders, sales, invoices, notes, tidy, backup].into_iter().enumerate() {
        let mut kept = kept;
        // The list is in order of ids here.
        kept.workflow.id = WorkflowId::new(format!("{order}-{}", kept.workflow.id));
        all.insert(kept.workflow.id.clone(), kept);
    }
    all
}

/// The examples.
pub(super) fn examples() -> Vec<Example> {
    let example = |name: &str, title: &str, summary: &str, types: &[&str]| Example {
        name: name.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
        types: types.iter().map(|name| TypeName::new(*name)).collect(),
    };
    vec![
        example(
            "first-steps",
            "First steps",
            "Makes three items, changes them and sends them two ways.",
            &["manualTrigger", "set", "if", "noOp"],
        ),
        example(
            "order-intake",
            "Order intake",
            "Takes orders by webhook, checks them and answers.",
            &["webhook", "if", "respondToWebhook"],
        ),
        example(
            "csv-report",
            "Report from a file",
            "Reads a CSV file, sums it and writes a report.",
            &["manualTrigger", "summarize", "moveFile"],
        ),
        example(
            "watch-a-page",
            "Watch a page",
            "Looks at a page each hour and tells when it changed.",
            &["scheduleTrigger", "httpRequest", "if"],
        ),
    ]
}
