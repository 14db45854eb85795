//! The forms of Date & Time, both versions.

use reporunner_model::Property;

use crate::form::options;

const V1: &[f64] = &[1.0];
const V2: &[f64] = &[2.0];

const UNITS: &[(&str, &str)] = &[
    ("days", "Days"),
    ("years", "Years"),
    ("quarters", "Quarters"),
    ("months", "Months"),
    ("weeks", "Weeks"),
    ("hours", "Hours"),
    ("minutes", "Minutes"),
    ("seconds", "Seconds"),
    ("milliseconds", "Milliseconds"),
];

pub(super) fn properties() -> Vec<Property> {
    let mut all = vec![
        Property::choice(
            "operation",
            "Do",
            &[
                ("getCurrentDate", "Get the current date"),
                ("addToDate", "Add to a date"),
                ("subtractFromDate", "Subtract from a date"),
                ("formatDate", "Format a date"),
                ("roundDate", "Round a date"),
                ("getTimeBetweenDates", "Time between two dates"),
                ("extractDate", "Part of a date"),
            ],
        )
        .fixed()
        .versions(V2),
    ];
    all.extend(of("getCurrentDate", now()));
    all.extend(of("addToDate", shift("Date to add to", "Unit", "How many to add")));
    let subtract = shift("Date to subtract from", "Unit", "How many to subtract");
    all.extend(of("subtractFromDate", subtract));
    all.extend(of("formatDate", format()));
    all.extend(of("roundDate", round()));
    all.extend(of("getTimeBetweenDates", between()));
    all.extend(of("extractDate", part()));
    all.extend(version1());
    all
}

fn of(operation: &'static str, fields: Vec<Property>) -> impl Iterator<Item = Property> {
    fields.into_iter().map(move |field| field.show_when("operation", &[operation]).versions(V2))
}

fn date(name: &str, label: &str) -> Property {
    Property::text(name, label).required().placeholder("2025-03-30")
}

fn field(default: &str) -> Property {
    Property::text("outputFieldName", "Put it in the field").default_value(default).required()
}

fn keep() -> Property {
    Property::toggle("includeInputFields", "Keep the item's fields", true)
}

fn now() -> Vec<Property> {
    vec![
        Property::toggle("includeTime", "With the time of day", true),
        field("currentDate"),
        options(vec![keep(), Property::text("timezone", "Time zone").placeholder("Europe/Berlin")]),
    ]
}

fn shift(from: &str, unit: &str, amount: &str) -> Vec<Property> {
    vec![
        date("magnitude", from),
        Property::choice("timeUnit", unit, UNITS),
        Property::number("duration", amount, 0.0),
        field("newDate"),
        options(vec![keep()]),
    ]
}

fn format() -> Vec<Property> {
    vec![
        date("date", "Date"),
        Property::choice(
            "format",
            "Format",
            &[
                ("MM/dd/yyyy", "03/30/2025"),
                ("yyyy/MM/dd", "2025/03/30"),
                ("MMMM dd yyyy", "March 30 2025"),
                ("MM-dd-yyyy", "03-30-2025"),
                ("yyyy-MM-dd", "2025-03-30"),
                ("X", "Seconds since 1970"),
                ("x", "Milliseconds since 1970"),
                ("custom", "Another"),
            ],
        ),
        Property::text("customFormat", "Pattern")
            .placeholder("dd.MM.yyyy HH:mm")
            .show_when("format", &["custom"]),
        field("formattedDate"),
        options(vec![
            keep(),
            Property::text("fromFormat", "From date format").placeholder("dd.MM.yyyy"),
            Property::toggle("timezone", "Use the workflow's time zone", true),
        ]),
    ]
}

fn round() -> Vec<Property> {
    vec![
        date("date", "Date"),
        Property::choice("mode", "Which way", &[("roundDown", "Down"), ("roundUp", "Up")]),
        Property::choice(
            "toNearest",
            "To the start of the",
            &[
                ("month", "Month"),
                ("year", "Year"),
                ("week", "Week"),
                ("day", "Day"),
                ("hour", "Hour"),
                ("minute", "Minute"),
                ("second", "Second"),
            ],
        )
        .show_when("mode", &["roundDown"]),
        Property::choice("to", "To", &[("month", "End of the month")])
            .show_when("mode", &["roundUp"]),
        field("roundedDate"),
        options(vec![keep()]),
    ]
}

fn between() -> Vec<Property> {
    vec![
        date("startDate", "From"),
        date("endDate", "To"),
        Property::text("units", "Units")
            .default_value("day")
            .help("One or several, separated by commas: year, month, week, day, hour, minute."),
        field("timeDifference"),
        options(vec![keep(), Property::toggle("isoString", "As an ISO 8601 duration", true)]),
    ]
}

fn part() -> Vec<Property> {
    vec![
        date("date", "Date"),
        Property::choice(
            "part",
            "Part",
            &[
                ("month", "Month"),
                ("year", "Year"),
                ("week", "Week"),
                ("day", "Day"),
                ("hour", "Hour"),
                ("minute", "Minute"),
                ("second", "Second"),
            ],
        ),
        field("datePart"),
        options(vec![keep()]),
    ]
}

fn version1() -> Vec<Property> {
    let format = |property: Property| property.show_when("action", &["format"]).versions(V1);
    let calculate = |property: Property| property.show_when("action", &["calculate"]).versions(V1);
    vec![
        Property::choice("action", "Do", &[("format", "Format"), ("calculate", "Add or subtract")])
            .fixed()
            .versions(V1),
        Property::text("value", "Date").versions(V1),
        calculate(Property::choice(
            "operation",
            "Which way",
            &[("add", "Add"), ("subtract", "Subtract")],
        )),
        calculate(Property::number("duration", "How many", 0.0)),
        calculate(Property::choice("timeUnit", "Unit", UNITS)),
        Property::text("dataPropertyName", "Put it in the field")
            .default_value("data")
            .versions(V1),
        format(Property::toggle("custom", "A pattern of your own", false)),
        format(Property::text("toFormat", "Format").default_value("MM/DD/YYYY")),
        format(options(vec![
            Property::text("fromFormat", "From format").placeholder("DD.MM.YYYY"),
            Property::text("fromTimezone", "From time zone"),
            Property::text("toTimezone", "To time zone"),
        ])),
        calculate(options(vec![Property::text("fromFormat", "From format")])),
    ]
}
