//! What Run Workflow asks for.

use reporunner_model::Property;
use serde_json::json;

use crate::form;

pub(super) fn properties() -> Vec<Property> {
    vec![
        Property::choice(
            "source",
            "Workflow from",
            &[
                ("database", "My workflows"),
                ("localFile", "A file"),
                ("parameter", "Its text"),
                ("url", "An address"),
            ],
        )
        .fixed(),
        Property::text("workflowId", "Workflow")
            .workflow()
            .required()
            .placeholder("Name or id")
            .show_when("source", &["database"]),
        Property::text("workflowPath", "File")
            .required()
            .placeholder("flows/tidy.json")
            .help("Its folder must be allowed, as for any file.")
            .show_when("source", &["localFile"]),
        form::json("workflowJson", "Text of the workflow", "")
            .required()
            .show_when("source", &["parameter"]),
        Property::text("workflowUrl", "Address")
            .required()
            .placeholder("https://example.com/workflow.json")
            .show_when("source", &["url"]),
        form::group(
            "workflowInputs",
            "Inputs",
            vec![
                form::json("value", "Fields to set", "")
                    .help("An object; its fields are set in each item that is handed over."),
            ],
        )
        .default_value(json!({ "mappingMode": "defineBelow", "value": null }))
        .show_when("source", &["database"])
        .versions(&[1.2, 1.3, 1.4]),
        Property::choice(
            "mode",
            "Run for",
            &[("once", "All items together"), ("each", "Each item by itself")],
        )
        .fixed(),
        form::options(vec![Property::toggle("waitForSubWorkflow", "Wait for its end", true)]),
    ]
}
