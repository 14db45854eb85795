//! Form Trigger: a page with fields at an address of its own; each time it is sent, a run starts.
//! When the node runs, it gives on the item made of what was sent; the page, the checks and the
//! listening are the app's business.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, PortRule, Property};
use reporunner_node::{Context, Node, Output};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::form_fields::{self, Naming};
use crate::items::Input;

pub(crate) struct FormTrigger;

const FIRST: &[f64] = &[1.0];
const PATH_BESIDE: &[f64] = &[1.0, 2.0, 2.1];
const PATH_WITHIN: &[f64] = &[2.2, 2.3, 2.4, 2.5, 2.6];
const NAMED: &[f64] = &[2.4, 2.5, 2.6];
const SECOND: &[f64] = &[2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6];
const AFTER_SECOND: &[f64] = &[2.1, 2.2, 2.3, 2.4, 2.5, 2.6];

#[async_trait]
impl Node for FormTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when somebody fills in a form.".to_owned(),
            help: "The panel shows the form's two addresses. The test address works while the \
                   editor listens and takes one answer; the live one works while the workflow is \
                   live on this machine. Open it in a browser.\n\n\
                   The item has a field for each of the form's, by its label or its name, with \
                   `submittedAt` and `formMode`. Numbers are numbers, several choices are a list, \
                   files are files of the item. What is missing or of the wrong kind is said at \
                   its field before anything runs.\n\n\
                   **More pages**: put **Form** nodes into the workflow. The browser goes from \
                   page to page by itself, and a *last page* says how it ended.\n\n\
                   - `?Label=value` after the address fills a field in beforehand.\n\
                   - **Who may fill it in**: the name and the password come from this machine's \
                   variables, `formUser` and `formPassword`, unless the node names others.\n\
                   - Answered *when the workflow finishes*, the browser waits for it."
                .to_owned(),
            aliases: texts(&["form", "survey", "questionnaire", "submit", "input", "page", "web"]),
            versions: texts(&["1", "2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]),
            inputs: PortRule::none(),
            properties: properties(),
            subtitles: texts(&["{formTitle}"]),
            example: form::example(json!({
                "formTitle": "Contact us",
                "formDescription": "We answer within a day.",
                "formFields": { "values": [
                    { "id": "a", "fieldType": "text", "fieldLabel": "Name",
                      "requiredField": true },
                    { "id": "b", "fieldType": "email", "fieldLabel": "E-mail",
                      "requiredField": true },
                    { "id": "c", "fieldType": "textarea", "fieldLabel": "Message" }
                ] }
            })),
            ..describe("formTrigger", "Form Trigger", NodeGroup::Trigger, "text-cursor-input", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::one(Input::take(context, 0).into_items()))
    }
}

/// The app reads them when the form is asked for or sent; the node needs none.
fn properties() -> Vec<Property> {
    let answers = [
        ("onReceived", "At once"),
        ("lastNode", "When the workflow finishes"),
        ("responseNode", "From a Respond to Webhook node"),
    ];
    vec![
        Property::text("path", "Path")
            .fixed()
            .placeholder("contact")
            .versions(PATH_BESIDE)
            .help("The end of the form's address."),
        Property::text("formTitle", "Title").placeholder("Contact us").late(),
        form::long("formDescription", "Description")
            .placeholder("We answer within a day.")
            .help("Shown under the title. HTML works; scripts, styles and fields are left out.")
            .late(),
        form_fields::property(Naming::Versions(NAMED)).late(),
        Property::choice("responseMode", "Answer", &answers).fixed().versions(PATH_BESIDE),
        Property::choice("responseMode", "Answer", &answers[..2]).fixed().versions(PATH_WITHIN),
        Property::choice(
            "authentication",
            "Who may fill it in",
            &[("none", "Anyone"), ("basicAuth", "Who has the name and password")],
        )
        .fixed(),
        access().show_when("authentication", &["basicAuth"]).late(),
        form::options(options()).late(),
    ]
}

fn access() -> Property {
    Property::collection(
        "access",
        "Name and password",
        "Add",
        vec![
            Property::text("user", "Name").placeholder("={{ $vars.formUser }}"),
            Property::text("password", "Password")
                .placeholder("={{ $vars.formPassword }}")
                .help("From a variable of this machine; never the password itself."),
        ],
    )
    .help("Where it is left out, the variables formUser and formPassword do.")
}

fn options() -> Vec<Property> {
    vec![
        Property::text("path", "Path")
            .fixed()
            .placeholder("contact")
            .versions(PATH_WITHIN)
            .help("The end of the form's address."),
        Property::text("buttonLabel", "Words on the button").default_value("Submit"),
        Property::text("formSubmittedText", "Once it is sent")
            .default_value(form_fields::SENT)
            .versions(FIRST),
        form_fields::ending().versions(SECOND),
        Property::toggle("appendAttribution", "Name Reporunner at the foot", true),
        Property::text("ipWhitelist", "Allowed addresses").placeholder("203.0.113.7, 10.0.0.0/8"),
        Property::toggle("ignoreBots", "Ignore link previews and robots", false),
        Property::toggle("useWorkflowTimezone", "Time in the workflow's zone", false)
            .versions(&[2.0]),
        Property::toggle("useWorkflowTimezone", "Time in the workflow's zone", true)
            .versions(AFTER_SECOND),
        Property::toggle("showHeaders", "Headers of the request in the item", false),
    ]
}
