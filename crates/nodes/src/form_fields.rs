//! What the fields of a form ask for, the same for every node that shows one. Parameter names are
//! n8n's (docs.n8n.io, n8n Form Trigger); how a field looks and what it accepts is the app's.

use reporunner_model::Property;

use crate::form;

/// How fields are named in the item, which n8n changed over time.
#[derive(Clone, Copy)]
pub(crate) enum Naming {
    /// By their labels.
    Labels,
    /// By their labels, or by a name of their own in versions from 2.4.
    Versions(&'static [f64]),
}

/// Fields that a person fills in.
const ASKED: &[&str] = &[
    "text", "textarea", "number", "email", "password", "date", "dropdown", "checkbox", "radio",
    "file",
];
const TYPED: &[&str] = &["text", "textarea", "number", "email", "password"];

/// The list of a form's fields.
pub(crate) fn property(naming: Naming) -> Property {
    Property::records("formFields", "Fields", "values", "Add field", fields(naming))
}

fn fields(naming: Naming) -> Vec<Property> {
    let of = |property: Property, kinds: &[&str]| property.show_when("fieldType", kinds);
    let named = |kinds: &[&str]| of(Property::text("fieldName", "Name in the item"), kinds);
    let mut all = vec![
        kinds(),
        of(Property::text("fieldLabel", "Label").required(), ASKED)
            .placeholder("What is your name?"),
        options(),
        of(Property::toggle("multiselect", "Several may be chosen", false), &["dropdown"]),
        of(Property::toggle("multipleFiles", "Several files", true), &["file"]),
        of(Property::text("acceptFileTypes", "Accepted types"), &["file"])
            .placeholder(".pdf, .png, image/*"),
        of(form::long("html", "HTML"), &["html"]).help(
            "Text, lists, tables, links and pictures. Scripts, styles and fields are left out.",
        ),
        of(Property::text("fieldValue", "Value"), &["hiddenField"])
            .help("Where it is left out, the query parameter of that name."),
        of(Property::toggle("requiredField", "Must be filled in", false), ASKED),
    ];
    all.extend(limits());
    match naming {
        Naming::Labels => all.push(named(&["hiddenField"])),
        Naming::Versions(names) => {
            let own = ASKED.iter().chain(&["hiddenField"]).copied().collect::<Vec<_>>();
            all.push(named(&own).versions(names).help("Where it is left out, the label."));
            all.push(named(&["hiddenField"]).versions(OLD));
        }
    }
    all.extend([
        of(Property::text("elementName", "Name in the item"), &["html"]),
        of(Property::text("placeholder", "Grey text in the empty field"), TYPED),
        of(Property::text("defaultValue", "Value to begin with"), ASKED_WITH_DEFAULT)
            .help("Several of a list with commas between. A date as 2026-03-30."),
    ]);
    all
}

/// Versions in which only hidden fields have a name of their own.
const OLD: &[f64] = &[1.0, 2.0, 2.1, 2.2, 2.3];
const ASKED_WITH_DEFAULT: &[&str] =
    &["text", "textarea", "number", "email", "date", "dropdown", "checkbox", "radio"];

fn kinds() -> Property {
    Property::choice(
        "fieldType",
        "Type",
        &[
            ("text", "Text"),
            ("textarea", "Long text"),
            ("number", "Number"),
            ("email", "E-mail address"),
            ("password", "Password"),
            ("date", "Date"),
            ("dropdown", "Dropdown"),
            ("radio", "One of several"),
            ("checkbox", "Any of several"),
            ("file", "File"),
            ("hiddenField", "Hidden"),
            ("html", "HTML to read"),
        ],
    )
    .fixed()
}

fn options() -> Property {
    let option = vec![Property::text("option", "Option").required()];
    Property::records("fieldOptions", "Options", "values", "Add option", option)
        .show_when("fieldType", &["dropdown", "radio", "checkbox"])
}

/// How many boxes may be ticked.
fn limits() -> Vec<Property> {
    let of = |property: Property| property.show_when("fieldType", &["checkbox"]);
    vec![
        of(Property::choice(
            "limitSelection",
            "How many",
            &[("unlimited", "Any number"), ("exact", "So many"), ("range", "From … to …")],
        )),
        of(Property::number("numberOfSelections", "Number", 1.0))
            .show_when("limitSelection", &["exact"]),
        of(Property::number("minSelections", "At least", 0.0))
            .show_when("limitSelection", &["range"]),
        of(Property::number("maxSelections", "At most", 1.0))
            .show_when("limitSelection", &["range"]),
    ]
}

/// What a form says once it was sent, in n8n's place for it.
pub(crate) fn ending() -> Property {
    let values = vec![
        Property::choice(
            "respondWith",
            "Show",
            &[("text", "A text"), ("redirect", "Another page")],
        ),
        Property::text("formSubmittedText", "Text")
            .default_value(SENT)
            .show_when("options.respondWithOptions.values.respondWith", &["text"]),
        Property::text("redirectUrl", "Address")
            .placeholder("https://example.com/thanks")
            .show_when("options.respondWithOptions.values.respondWith", &["redirect"]),
    ];
    form::group(
        "respondWithOptions",
        "Once it is sent",
        vec![form::group("values", "Answer", values)],
    )
}

/// What people read where the form says nothing else.
pub(crate) const SENT: &str = "Your response has been recorded";
