//! What the form of SQLite asks for.

use reporunner_model::{
    Effect, Language, NodeDescription, NodeGroup, PathKind, Property, PropertyKind,
};
use serde_json::json;

use crate::form::{self, describe, texts};

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Reads and writes a SQLite database file.".to_owned(),
        help: "Name a file; it is made where it is missing. Paths start at the workflow's \
               folder.\n\n- **Query** runs SQL of yours for each item. Put values in as `?1` or \
               `:name`, never into the text: `SELECT * FROM orders WHERE id = :id`.\n- \
               **Insert**, **Update** and **Insert or update** write the item's fields into the \
               columns of the same name, or columns you set.\n- **Back up** copies the whole \
               database to another file, as of one moment, while other programs go on using \
               it.\n- All items are written in one \
               transaction: if one fails, none is written."
            .to_owned(),
        aliases: texts(&["database", "sql", "db", "table", "query", "insert", "select", "rows"]),
        properties: properties(),
        subtitles: texts(&["{operation} {table}", "{operation}"]),
        effect: Effect::Outside,
        example: form::example(json!({
            "path": "orders.db", "operation": "query", "query": "SELECT 1 AS one"
        })),
        ..describe("sqlite", "SQLite", NodeGroup::Database, "database", 200)
    }
}

fn of(property: Property, operations: &[&str]) -> Property {
    property.show_when("operation", operations)
}

fn properties() -> Vec<Property> {
    let tables = &["select", "insert", "upsert", "update", "delete"];
    let mut properties = vec![
        Property::text("path", "Database file")
            .path(PathKind::NewFile)
            .required()
            .placeholder("orders.db"),
        Property::choice(
            "operation",
            "Do",
            &[
                ("query", "Query"),
                ("select", "Select rows"),
                ("insert", "Insert rows"),
                ("upsert", "Insert or update rows"),
                ("update", "Update rows"),
                ("delete", "Delete rows"),
                ("backup", "Back up"),
            ],
        )
        .fixed(),
        of(
            Property::text("target", "Copy to")
                .path(PathKind::NewFile)
                .required()
                .placeholder("backups/orders.db")
                .help("A file that is there is replaced."),
            &["backup"],
        ),
        of(
            Property::new("query", "SQL", PropertyKind::Code { language: Language::Sql })
                .required()
                .placeholder("SELECT * FROM orders WHERE total > ?1"),
            &["query"],
        ),
        of(
            form::json("queryParameters", "Values", "")
                .placeholder("[120, \"open\"]")
                .help("A JSON list for ?1, ?2 … or an object for :name places."),
            &["query"],
        ),
        of(Property::text("table", "Table").required().placeholder("orders"), tables),
    ];
    properties.extend(columns());
    properties.extend(rows());
    properties
}

/// What is written.
fn columns() -> Vec<Property> {
    let writes = &["insert", "upsert", "update"];
    vec![
        of(
            Property::choice(
                "columnsMode",
                "Columns",
                &[("autoMapInputData", "The item's fields"), ("defineBelow", "Set below")],
            ),
            writes,
        ),
        of(
            Property::records(
                "columns",
                "Columns",
                "values",
                "Add column",
                vec![
                    Property::text("column", "Column").required(),
                    Property::text("value", "Value"),
                ],
            )
            .show_when("columnsMode", &["defineBelow"]),
            writes,
        ),
        of(form::fields("keyColumns", "Key columns").required().placeholder("id"), &["upsert"]),
        of(
            Property::toggle("ignoreConflicts", "Leave out rows that exist already", false),
            &["insert"],
        ),
    ]
}

/// Which rows are meant, and in which order they come.
fn rows() -> Vec<Property> {
    let filtered = &["select", "update", "delete"];
    vec![
        of(conditions(), filtered),
        of(
            Property::choice("combine", "Rows must meet", &[("and", "All"), ("or", "Any")]),
            filtered,
        ),
        of(Property::toggle("allRows", "All rows", false), &["update", "delete"])
            .help("Allows an update or a delete without a condition."),
        of(
            Property::records(
                "sort",
                "Order",
                "values",
                "Add column",
                vec![
                    Property::text("column", "Column").required(),
                    Property::choice(
                        "direction",
                        "Order",
                        &[("asc", "Smallest first"), ("desc", "Largest first")],
                    ),
                ],
            ),
            &["select"],
        ),
        of(Property::toggle("returnAll", "All rows", false), &["select"]),
        of(Property::number("limit", "Most rows", 50.0), &["select"]).show_if("returnAll", false),
    ]
}

fn conditions() -> Property {
    Property::records(
        "where",
        "Conditions",
        "values",
        "Add condition",
        vec![
            Property::text("column", "Column").required(),
            Property::choice(
                "condition",
                "Is",
                &[
                    ("equal", "equal to"),
                    ("notEqual", "not equal to"),
                    ("like", "like (% and _)"),
                    ("larger", "larger than"),
                    ("largerEqual", "at least"),
                    ("smaller", "smaller than"),
                    ("smallerEqual", "at most"),
                    ("isNull", "null"),
                    ("isNotNull", "not null"),
                ],
            ),
            Property::text("value", "Value").show_when(
                "condition",
                &["equal", "notEqual", "like", "larger", "largerEqual", "smaller", "smallerEqual"],
            ),
        ],
    )
}
