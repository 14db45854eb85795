//! What the form of Data Table asks for.

use reporunner_model::{Effect, NodeDescription, NodeGroup, Property};
use serde_json::json;

use crate::form::{self, describe, texts};

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Keeps rows from run to run, for all workflows of this machine.".to_owned(),
        help: "Tables that Reporunner looks after: no file to name, no SQL. Each row has an `id`, \
               `createdAt` and `updatedAt` by itself.\n\n- **Insert** makes a table that is not \
               there, with the columns of the first row. *Table*, *Create* makes one with columns \
               and types of your choice, and adds columns to one that is there.\n- **Get**, \
               **Update**, **Insert or update** and **Delete** find rows by conditions. A text \
               with `%` in it stands for anything at that place.\n- **If a row exists** passes \
               the items that have a row, **If none exists** the others.\n- All rows of one step \
               are written, or none.\n\nA workflow file that is run by itself starts with no \
               tables and leaves none."
            .to_owned(),
        aliases: texts(&["rows", "store", "database", "remember", "keep", "sheet", "records"]),
        versions: texts(&["1", "1.1"]),
        properties: properties(),
        subtitles: texts(&["{operation} {dataTableId}", "{operation}"]),
        effect: Effect::Outside,
        example: form::example(json!({
            "operation": "insert",
            "dataTableId": { "__rl": true, "mode": "name", "value": "Contacts" },
            "columns": { "mappingMode": "autoMapInputData", "value": null }
        })),
        ..describe("dataTable", "Data Table", NodeGroup::Database, "table", 262)
    }
}

const FILTERED: &[&str] = &["get", "update", "upsert", "deleteRows", "rowExists", "rowNotExists"];

fn properties() -> Vec<Property> {
    let mut all = vec![
        Property::choice("resource", "Work on", &[("row", "Rows"), ("table", "Tables")]).fixed(),
        row(Property::choice(
            "operation",
            "Do",
            &[
                ("insert", "Insert"),
                ("get", "Get"),
                ("update", "Update"),
                ("upsert", "Insert or update"),
                ("deleteRows", "Delete"),
                ("rowExists", "If a row exists"),
                ("rowNotExists", "If none exists"),
            ],
        ))
        .fixed(),
        table(Property::choice(
            "operation",
            "Do",
            &[
                ("list", "List"),
                ("create", "Create"),
                ("update", "Name anew"),
                ("clear", "Remove all rows"),
                ("delete", "Remove the table"),
            ],
        ))
        .fixed(),
        row(reference()),
        table(reference()).show_when("operation", &["update", "clear", "delete"]),
    ];
    all.extend(filters());
    all.extend(values());
    all.extend(get());
    all.extend(options());
    all.extend(tables());
    all
}

fn row(property: Property) -> Property {
    property.show_when("resource", &["row"])
}

fn table(property: Property) -> Property {
    property.show_when("resource", &["table"])
}

/// n8n's form of a choice that may be made from a list, by name or by id.
fn reference() -> Property {
    let by = &[("name", "Name"), ("list", "Chosen in n8n"), ("id", "Id")];
    form::group(
        "dataTableId",
        "Data table",
        vec![
            Property::choice("mode", "By", by).fixed(),
            Property::text("value", "Table").required().placeholder("Contacts"),
        ],
    )
    .default_value(json!({ "__rl": true, "mode": "name", "value": "" }))
}

fn filters() -> Vec<Property> {
    let on = |property: Property| row(property).show_when("operation", FILTERED);
    let plain = &["", "eq", "neq", "like", "ilike", "gt", "gte", "lt", "lte"];
    let condition = vec![
        Property::text("keyName", "Column").default_value("id").required(),
        Property::choice(
            "condition",
            "Is",
            &[
                ("eq", "Equal"),
                ("neq", "Not equal"),
                ("like", "Like"),
                ("ilike", "Like, capitals or not"),
                ("gt", "Greater"),
                ("gte", "Greater or equal"),
                ("lt", "Less"),
                ("lte", "Less or equal"),
                ("isEmpty", "Empty"),
                ("isNotEmpty", "Not empty"),
                ("isTrue", "True"),
                ("isFalse", "False"),
            ],
        ),
        Property::text("keyValue", "Value").show_when("condition", plain),
    ];
    vec![
        on(Property::choice(
            "matchType",
            "Rows must meet",
            &[("anyCondition", "Any condition"), ("allConditions", "All conditions")],
        )),
        on(Property::records("filters", "Conditions", "conditions", "Add condition", condition)),
    ]
}

fn values() -> Vec<Property> {
    let columns = form::group(
        "columns",
        "Values",
        vec![
            Property::choice(
                "mappingMode",
                "Taken from",
                &[("defineBelow", "Below"), ("autoMapInputData", "The item's fields")],
            )
            .fixed(),
            form::json("value", "Columns", "")
                .placeholder("={{ { name: $json.name, total: $json.total } }}")
                .show_when("columns.mappingMode", &["defineBelow"]),
        ],
    )
    .default_value(json!({ "mappingMode": "defineBelow", "value": null }));
    vec![row(columns).show_when("operation", &["insert", "update", "upsert"])]
}

fn get() -> Vec<Property> {
    let on = |property: Property| row(property).show_when("operation", &["get"]);
    vec![
        on(Property::toggle("returnAll", "All rows", false)),
        on(Property::number("limit", "At most, for each item", 50.0)).show_if("returnAll", false),
        on(Property::toggle("orderBy", "Sort", false)),
        on(Property::text("orderByColumn", "By column").default_value("createdAt"))
            .show_if("orderBy", true),
        on(Property::choice(
            "orderByDirection",
            "Order",
            &[("DESC", "Last first"), ("ASC", "First first")],
        ))
        .show_if("orderBy", true),
    ]
}

fn options() -> Vec<Property> {
    let dry = Property::toggle("dryRun", "Only show what would change", false);
    vec![
        row(form::options(vec![
            Property::toggle("optimizeBulk", "Do not give the rows", false)
                .help("Gives how many there are instead."),
        ]))
        .show_when("operation", &["insert"]),
        row(form::options(vec![dry])).show_when("operation", &["update", "upsert", "deleteRows"]),
    ]
}

fn tables() -> Vec<Property> {
    let on =
        |property: Property, operation: &str| table(property).show_when("operation", &[operation]);
    let kinds =
        &[("string", "Text"), ("number", "Number"), ("boolean", "Yes or no"), ("date", "Date")];
    let column =
        vec![Property::text("name", "Name").required(), Property::choice("type", "Type", kinds)];
    vec![
        on(Property::text("tableName", "Name"), "create").required().placeholder("Contacts"),
        on(Property::records("columns", "Columns", "column", "Add column", column), "create"),
        on(
            form::options(vec![
                Property::toggle("createIfNotExists", "Take the one that is there", true)
                    .help("It gets the columns that it does not have yet."),
            ]),
            "create",
        ),
        on(Property::text("newName", "New name"), "update").required(),
        on(Property::toggle("returnAll", "All tables", true), "list"),
        on(Property::number("limit", "At most", 50.0), "list").show_if("returnAll", false),
        on(
            form::options(vec![
                Property::text("filterName", "Name has"),
                Property::choice(
                    "sortField",
                    "Sort by",
                    &[("name", "Name"), ("createdAt", "Made"), ("updatedAt", "Changed")],
                ),
                Property::choice(
                    "sortDirection",
                    "Order",
                    &[("asc", "First first"), ("desc", "Last first")],
                ),
            ]),
            "list",
        ),
    ]
}
