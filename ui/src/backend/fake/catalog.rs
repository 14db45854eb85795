//! A dozen node types, enough to judge every kind of field and port.

use reporunner_model::{
    Appearance, Catalog, Effect, ExtraPort, Language, NodeDescription, NodeGroup, PortRule,
    Property, PropertyKind, TypeName,
};
use serde_json::{Map, Value};

struct Look(&'static str, u16, NodeGroup);

fn describe(
    name: &str,
    label: &str,
    summary: &str,
    look: Look,
    subtitle: &str,
    properties: Vec<Property>,
) -> NodeDescription {
    let trigger = look.2 == NodeGroup::Trigger;
    NodeDescription {
        name: TypeName::new(name),
        label: label.to_owned(),
        summary: summary.to_owned(),
        help: format!("# {label}\n\n{summary}"),
        group: look.2,
        aliases: Vec::new(),
        appearance: Appearance { icon: look.0.to_owned(), hue: look.1 },
        versions: vec!["1".to_owned()],
        inputs: if trigger { PortRule::none() } else { PortRule::one() },
        outputs: PortRule::one(),
        required_inputs: Vec::new(),
        properties,
        subtitles: if subtitle.is_empty() { Vec::new() } else { vec![subtitle.to_owned()] },
        effect: Effect::Pure,
        example: Map::new(),
    }
}

fn text(name: &str, label: &str) -> Property {
    Property::text(name, label)
}

fn code(name: &str, label: &str, language: Language) -> Property {
    Property::new(name, label, PropertyKind::Code { language })
}

/// The types.
pub(super) fn catalog() -> Catalog {
    use NodeGroup::*;
    let mut webhook = describe(
        "webhook",
        "Webhook",
        "Starts when its address is called.",
        Look("webhook", 258, Trigger),
        "{httpMethod} /{path}",
        vec![
            Property::choice("httpMethod", "Method", &[("GET", "GET"), ("POST", "POST")]).fixed(),
            text("path", "Path").required(),
            Property::choice(
                "responseMode",
                "Answer",
                &[
                    ("onReceived", "At once"),
                    ("lastNode", "When the last node is done"),
                    ("responseNode", "By the Answer node"),
                ],
            ),
        ],
    );
    webhook.aliases = vec!["http trigger".to_owned(), "endpoint".to_owned(), "url".to_owned()];
    let mut branch = describe(
        "if",
        "If",
        "Splits items by a condition.",
        Look("git-fork", 205, Flow),
        "",
        vec![
            Property::new("conditions", "Items go to “true” when", PropertyKind::Conditions)
                .required(),
            Property::choice(
                "missing",
                "When a field is missing",
                &[("false", "Send the item to “false”"), ("fail", "Fail")],
            ),
            Property::collection(
                "options",
                "Options",
                "Add an option",
                vec![Property::toggle("ignoreCase", "Ignore case", true)],
            ),
        ],
    );
    branch.outputs = PortRule::named(&["true", "false"]);
    branch.aliases = vec!["condition".to_owned(), "branch".to_owned(), "filter".to_owned()];
    let mut switch = describe(
        "switch",
        "Switch",
        "Sends items to one of several outputs.",
        Look("route", 205, Flow),
        "",
        vec![Property::records(
            "rules",
            "Rules",
            "values",
            "Add a rule",
            vec![text("value", "Value"), text("outputKey", "Output")],
        )],
    );
    switch.outputs = PortRule::Records {
        path: vec!["rules".to_owned(), "values".to_owned()],
        label: "outputKey".to_owned(),
        extra: Some(ExtraPort {
            path: vec!["fallback".to_owned()],
            value: Value::Bool(true),
            label: "else".to_owned(),
            label_path: Vec::new(),
        }),
    };
    let mut merge = describe(
        "merge",
        "Merge",
        "Brings branches together.",
        Look("merge", 205, Flow),
        "{mode}",
        vec![
            Property::choice("mode", "Mode", &[("append", "Append"), ("combine", "Combine")]),
            Property::number("numberInputs", "Inputs", 2.0).fixed(),
        ],
    );
    merge.inputs = PortRule::Count {
        path: vec!["numberInputs".to_owned()],
        default: 2,
        label: "Input ".to_owned(),
    };
    let http = describe(
        "httpRequest",
        "HTTP Request",
        "Calls an address and gives its answer.",
        Look("globe", 150, Network),
        "{method} · {url}",
        vec![
            Property::choice(
                "method",
                "Method",
                &[("GET", "GET"), ("POST", "POST"), ("PUT", "PUT"), ("DELETE", "DELETE")],
            ),
            text("url", "Address").required().placeholder("https://example.org/orders"),
            Property::toggle("sendHeaders", "Send headers", false),
            Property::records(
                "headerParameters",
                "Headers",
                "parameters",
                "Add a header",
                vec![text("name", "Name"), text("value", "Value")],
            )
            .show_if("sendHeaders", true),
            Property::new("jsonBody", "Body", PropertyKind::Json)
                .show_when("method", &["POST", "PUT"]),
        ],
    );
    let set = describe(
        "set",
        "Set fields",
        "Adds, changes and removes fields.",
        Look("pencil", 40, Data),
        "",
        vec![Property::new("assignments", "Fields", PropertyKind::Assignments)],
    );
    let script = describe(
        "code",
        "Code",
        "Runs a script on the items.",
        Look("code", 320, Code),
        "{language}",
        vec![
            Property::choice(
                "language",
                "Language",
                &[("javaScript", "JavaScript"), ("python", "Python")],
            )
            .fixed(),
            code("jsCode", "Script", Language::JavaScript).show_when("language", &["javaScript"]),
            code("pythonCode", "Script", Language::Python).show_when("language", &["python"]),
        ],
    );
    let postgres = describe(
        "postgres",
        "PostgreSQL",
        "Reads and writes rows.",
        Look("brand-postgresql", 215, Database),
        "PostgreSQL · {operation}",
        vec![
            Property::choice(
                "operation",
                "Operation",
                &[("insert", "Insert"), ("select", "Select"), ("executeQuery", "Run a query")],
            ),
            text("table", "Table").required().show_when("operation", &["insert", "select"]),
            code("query", "Query", Language::Sql).show_when("operation", &["executeQuery"]),
        ],
    );
    let schedule = describe(
        "scheduleTrigger",
        "Schedule",
        "Starts at set times.",
        Look("calendar-clock", 258, Trigger),
        "{rule}",
        vec![text("rule", "When").placeholder("every day at 09:00")],
    );
    let simple = [
        describe(
            "manualTrigger",
            "Run by hand",
            "Starts when you press Run.",
            Look("mouse-pointer-click", 258, Trigger),
            "",
            vec![],
        ),
        describe(
            "gmail",
            "Gmail",
            "Sends and reads mail.",
            Look("brand-gmail", 8, Network),
            "Gmail · {operation}",
            vec![
                text("operation", "Operation"),
                text("to", "To"),
                Property::new("message", "Message", PropertyKind::LongText),
            ],
        ),
        describe(
            "googleSheets",
            "Google Sheets",
            "Reads and writes rows of a sheet.",
            Look("brand-googlesheets", 145, Network),
            "{operation}",
            vec![text("operation", "Operation")],
        ),
        describe(
            "github",
            "GitHub",
            "Issues, releases, files.",
            Look("brand-github", 220, Network),
            "{operation}",
            vec![text("operation", "Operation")],
        ),
        describe(
            "stripe",
            "Stripe",
            "Charges, customers, invoices.",
            Look("brand-stripe", 250, Network),
            "{operation}",
            vec![text("operation", "Operation")],
        ),
        describe(
            "respondToWebhook",
            "Answer",
            "Answers the call that started the run.",
            Look("reply", 258, Network),
            "{code} · {respondWith}",
            vec![Property::number("code", "Status", 200.0), text("respondWith", "Answer with")],
        ),
        describe(
            "filter",
            "Filter",
            "Keeps items that meet a condition.",
            Look("filter", 205, Flow),
            "",
            vec![Property::new("conditions", "Keep items when", PropertyKind::Conditions)],
        ),
        describe(
            "summarize",
            "Summarize",
            "Counts, sums and groups items.",
            Look("sigma", 40, Data),
            "",
            vec![Property::new("fields", "Fields to sum", PropertyKind::Fields)],
        ),
        describe(
            "aiPrompt",
            "Prompt",
            "Asks a language model.",
            Look("sparkles", 280, Network),
            "{model}",
            vec![text("model", "Model"), Property::new("prompt", "Prompt", PropertyKind::LongText)],
        ),
        describe(
            "approval",
            "Ask a person",
            "Waits until somebody answers.",
            Look("user-check", 40, Flow),
            "",
            vec![text("question", "Question")],
        ),
        describe(
            "wait",
            "Wait",
            "Goes on after a while.",
            Look("timer", 40, Flow),
            "{amount} {unit}",
            vec![
                Property::number("amount", "How long", 1.0),
                Property::choice(
                    "unit",
                    "Unit",
                    &[("seconds", "Seconds"), ("minutes", "Minutes"), ("hours", "Hours")],
                ),
            ],
        ),
        describe(
            "folderTrigger",
            "Watch a folder",
            "Starts when files appear or change.",
            Look("folder-search", 258, Trigger),
            "{path}",
            vec![text("path", "Folder")],
        ),
        describe(
            "moveFile",
            "Move a file",
            "Moves or renames a file.",
            Look("folder-output", 90, Files),
            "",
            vec![text("to", "To")],
        ),
        describe(
            "backup",
            "Copy a database",
            "Makes a copy of a SQLite database.",
            Look("database-backup", 90, Files),
            "{path}",
            vec![text("path", "Database")],
        ),
        describe(
            "deleteFiles",
            "Delete files",
            "Deletes files that match.",
            Look("trash-2", 90, Files),
            "",
            vec![text("pattern", "Pattern")],
        ),
        describe(
            "noOp",
            "Nothing",
            "Passes items on.",
            Look("arrow-right", 220, Other),
            "",
            vec![],
        ),
        describe(
            "forEach",
            "For each",
            "Runs what is in it for each item.",
            Look("repeat", 205, Flow),
            "{batchSize} at a time",
            vec![Property::number("batchSize", "At a time", 1.0)],
        ),
    ];
    Catalog::new(
        [webhook, branch, switch, merge, http, set, script, postgres, schedule]
            .into_iter()
            .chain(simple),
    )
}
