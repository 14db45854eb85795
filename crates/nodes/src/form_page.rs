//! Form: one more page of a form in the midst of a workflow, or its last one. A page makes the run
//! wait until it is sent; showing and checking it is the app's business, keeping the run meanwhile
//! the runner's.

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property, PropertyKind};
use reporunner_node::{Context, FormWait, Node, Output, Wait, WaitNote};
use serde_json::json;

use crate::form::{self, describe, texts};
use crate::form_fields::{self, Naming};
use crate::items::Input;
use crate::wait::limit;

pub(crate) struct FormPage;

const NAMED: &[f64] = &[2.4, 2.5];

#[async_trait]
impl Node for FormPage {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Shows one more page of a form, or its last one.".to_owned(),
            help: "Works in workflows that a **Form Trigger** started. The browser that sent the \
                   first page goes on to this one by itself, and the run waits until it is sent; \
                   it waits over a restart too.\n\n\
                   Afterwards the item made of this page goes on. What was typed on earlier pages \
                   is read by their nodes' names, as in `{{ $('Form Trigger').item.json.Name }}`: \
                   a page may be about it, for expressions work in its texts and fields.\n\n\
                   **The last page** makes nothing wait. What it says is shown when the run is \
                   over, of several the one that ran last; without one, what the Form Trigger \
                   says.\n\n\
                   Whoever fills the form in may answer its pages. What somebody else shall \
                   decide, such as an approval, asks a **Wait** for a form, whose address \
                   (`$execution.resumeFormUrl`) they cannot know; who has that may answer the \
                   pages too."
                .to_owned(),
            aliases: texts(&["form", "page", "step", "wizard", "survey", "completion", "ending"]),
            versions: texts(&["1", "2.3", "2.4", "2.5"]),
            properties: properties(),
            subtitles: texts(&["{options.formTitle}", "{completionTitle}"]),
            example: form::example(json!({
                "operation": "page",
                "formFields": { "values": [
                    { "id": "a", "fieldType": "dropdown", "fieldLabel": "Size",
                      "fieldOptions": { "values": [
                          { "id": "s", "option": "Small" }, { "id": "l", "option": "Large" }
                      ] } }
                ] },
                "options": { "formTitle": "One more thing" }
            })),
            ..describe("form", "Form", NodeGroup::Flow, "text-cursor-input", 12)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let values = context.values(0)?;
        if values.text("operation") == "completion" {
            drop(values);
            // The app shows it when the run is over.
            return Ok(Output::one(Input::take(context, 0).into_items()));
        }
        let now = context.run.now;
        let until = limit(context, &values, now)?;
        let note = WaitNote::Form(Box::new(FormWait {
            suffix: String::new(),
            since: now,
            version: context.node.type_version(),
            authentication: String::new(),
            response_mode: String::new(),
            form: values.all().clone().into(),
        }));
        Ok(Output::wait(Wait { until, again: false, note }))
    }
}

fn properties() -> Vec<Property> {
    let page = |property: Property| property.show_when("operation", &["page"]);
    let last = |property: Property| property.show_when("operation", &["completion"]);
    let mut all = vec![
        Property::choice(
            "operation",
            "Page",
            &[("page", "One more page"), ("completion", "The last page")],
        )
        .fixed(),
        page(
            Property::choice(
                "defineForm",
                "Fields",
                &[("fields", "As listed here"), ("json", "As JSON")],
            )
            .fixed(),
        ),
        page(form::json("jsonOutput", "Fields as JSON", JSON)).show_when("defineForm", &["json"]),
        page(form_fields::property(Naming::Versions(NAMED))).show_when("defineForm", &["fields"]),
        last(Property::choice(
            "respondWith",
            "Show",
            &[
                ("text", "A title and a text"),
                ("redirect", "Another page"),
                ("showText", "A text alone"),
                ("returnBinary", "A file to download"),
            ],
        )),
    ];
    let ends = |property: Property, kinds: &[&str]| last(property).show_when("respondWith", kinds);
    all.extend([
        ends(Property::text("redirectUrl", "Address").required(), &["redirect"])
            .placeholder("https://example.com/thanks"),
        ends(Property::text("completionTitle", "Title"), &["text", "returnBinary"])
            .placeholder("Thank you"),
        ends(form::long("completionMessage", "Text"), &["text", "returnBinary"])
            .help("HTML works; scripts, styles and fields are left out."),
        ends(form::long("responseText", "Text"), &["showText"])
            .help("HTML works; scripts, styles and fields are left out."),
        ends(
            Property::text("inputDataFieldName", "File of the item").default_value("data"),
            &["returnBinary"],
        ),
    ]);
    all.extend(limits().into_iter().map(page));
    all.push(page(form::options(vec![
        Property::text("formTitle", "Title").help("Where it is left out, that of the trigger."),
        form::long("formDescription", "Description")
            .help("HTML works; scripts, styles and fields are left out."),
        Property::text("buttonLabel", "Words on the button").default_value("Submit"),
    ])));
    all.push(last(form::options(vec![Property::text("formTitle", "Title of the browser's tab")])));
    all
}

fn limits() -> Vec<Property> {
    let limited = |property: Property| property.show_if("limitWaitTime", true);
    let units = &[("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")];
    vec![
        Property::toggle("limitWaitTime", "Wait no longer than", false),
        limited(Property::choice(
            "limitType",
            "Go on",
            &[("afterTimeInterval", "After a while"), ("atSpecifiedTime", "At a time")],
        )),
        limited(Property::number("resumeAmount", "Time to wait", 1.0))
            .show_when("limitType", &["afterTimeInterval"]),
        limited(Property::choice("resumeUnit", "Unit", units).default_value("hours"))
            .show_when("limitType", &["afterTimeInterval"]),
        limited(Property::new("maxDateAndTime", "Time", PropertyKind::DateTime))
            .show_when("limitType", &["atSpecifiedTime"]),
    ]
}

const JSON: &str =
    "[\n  { \"fieldLabel\": \"Name\", \"fieldType\": \"text\", \"requiredField\": true }\n]";
