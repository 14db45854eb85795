//! Date & Time, both versions. What is expected is what Luxon and moment.js give for the same.

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[track_caller]
fn check(version: &str, params: Value, item: Value, expect: Value) {
    let case = case("dateTime", version, params.clone()).items(json!([item]));
    let got = block(Bench::new().json(case));
    assert_eq!(got[0][0], expect, "{params}");
}

#[test]
fn dates_are_moved_by_the_calendar() {
    for (operation, date, amount, unit, expect) in [
        ("addToDate", "2024-01-31", 1, "months", "2024-02-29T00:00:00.000+00:00"),
        ("addToDate", "2024-02-29T12:00:00Z", 1, "years", "2025-02-28T12:00:00.000+00:00"),
        ("subtractFromDate", "2024-03-01", 1, "days", "2024-02-29T00:00:00.000+00:00"),
        ("addToDate", "2024-01-01T00:00:00+02:00", 1, "quarters", "2024-03-31T22:00:00.000+00:00"),
        (
            "addToDate",
            "2023-04-11T13:51:59.965+00:00",
            90,
            "minutes",
            "2023-04-11T15:21:59.965+00:00",
        ),
    ] {
        let params = json!({ "operation": operation, "magnitude": date, "duration": amount,
            "timeUnit": unit });
        check("2", params, json!({}), json!({ "newDate": expect }));
    }
}

#[test]
fn numbers_and_texts_are_dates() {
    for (date, expect) in [
        (json!(1_682_918_315_906_i64), "2023-05-01 05:18:35"),
        (json!(1_682_918_315), "2023-05-01 05:18:35"),
        (json!("1682918315.906"), "2023-05-01 05:18:35"),
        (json!("2023/05/01"), "2023-05-01 00:00:00"),
        (json!("2023-05-01 07:08:09"), "2023-05-01 07:08:09"),
        (json!("Mon, 01 May 2023 07:08:09 GMT"), "2023-05-01 07:08:09"),
        (json!("May 1, 2023"), "2023-05-01 00:00:00"),
    ] {
        let params = json!({ "operation": "formatDate", "date": date, "format": "custom",
            "customFormat": "yyyy-MM-dd HH:mm:ss" });
        check("2", params, json!({}), json!({ "formattedDate": expect }));
    }
}

#[test]
fn a_format_says_how_a_text_is_read_and_written() {
    let params = json!({ "operation": "formatDate", "date": "30.03.2025", "format": "MM/dd/yyyy",
        "options": { "fromFormat": "dd.MM.yyyy", "includeInputFields": true } });
    check("2", params, json!({ "a": 1 }), json!({ "a": 1, "formattedDate": "03/30/2025" }));
    let nothing = json!({ "operation": "formatDate", "date": null });
    check("2", nothing, json!({}), json!({ "formattedDate": null }));
    let unix = json!({ "operation": "formatDate", "date": "2025-03-30", "format": "X" });
    check("2", unix, json!({}), json!({ "formattedDate": "1743292800" }));
}

#[test]
fn dates_are_rounded_compared_and_taken_apart() {
    let round = |params: Value, expect: &str| {
        check("2", params, json!({}), json!({ "roundedDate": expect }));
    };
    let date = "2024-05-15T13:14:15Z";
    let down = |to: &str| json!({ "operation": "roundDate", "date": date, "toNearest": to });
    round(down("week"), "2024-05-13T00:00:00.000+00:00");
    round(down("hour"), "2024-05-15T13:00:00.000+00:00");
    let up = json!({ "operation": "roundDate", "date": date, "mode": "roundUp", "to": "month" });
    round(up, "2024-06-01T00:00:00.000+00:00");
    let between = |units: Value, options: Value| {
        json!({ "operation": "getTimeBetweenDates", "startDate": "2024-01-31",
            "endDate": "2024-03-01T12:00:00Z", "units": units, "options": options })
    };
    let parts = json!({ "timeDifference": { "months": 1, "days": 1, "hours": 12 } });
    check("2", between(json!(["month", "day", "hour"]), json!({})), json!({}), parts);
    let iso = json!({ "timeDifference": "P1M1DT12H" });
    let units = json!(["month", "day", "hour"]);
    check("2", between(units, json!({ "isoString": true })), json!({}), iso);
    for (part, expect) in [("week", 20), ("day", 15), ("hour", 13)] {
        let params = json!({ "operation": "extractDate", "date": date, "part": part });
        check("2", params, json!({}), json!({ "datePart": expect }));
    }
}

#[test]
fn now_is_the_clock_of_the_run() {
    let params = |options: Value| json!({ "operation": "getCurrentDate", "options": options });
    let expect = json!({ "currentDate": "2023-11-14T22:13:20.000+00:00" });
    check("2", params(json!({})), json!({}), expect);
    let tokyo = json!({ "currentDate": "2023-11-15T07:13:20.000+09:00" });
    check("2", params(json!({ "timezone": "Asia/Tokyo" })), json!({}), tokyo);
}

#[test]
fn version_1_writes_moments_formats_into_a_field() {
    let value = "2024-03-02T15:04:05Z";
    for (format, expect) in [
        ("MM/DD/YYYY", "03/02/2024"),
        ("dddd, MMMM Do YYYY, h:mm:ss a", "Saturday, March 2nd 2024, 3:04:05 pm"),
        ("[on] YY-M-D", "on 24-3-2"),
        ("DDDD dd", "062 Sa"),
        ("X", "1709391845"),
    ] {
        let params = json!({ "action": "format", "value": value, "toFormat": format });
        check("1", params, json!({ "a": 1 }), json!({ "a": 1, "data": expect }));
    }
    let zones = json!({ "action": "format", "value": "2024-03-02 15:04", "toFormat": "HH:mm Z",
        "options": { "fromTimezone": "Europe/Berlin", "toTimezone": "America/New_York" } });
    check("1", zones, json!({}), json!({ "data": "09:04 -05:00" }));
    let odd = json!({ "action": "format", "value": "02-03-2024", "toFormat": "YYYY-MM-DD",
        "options": { "fromFormat": "DD-MM-YYYY" } });
    check("1", odd, json!({}), json!({ "data": "2024-03-02" }));
    let moved = json!({ "action": "calculate", "value": value, "operation": "subtract",
        "duration": 2, "timeUnit": "days", "dataPropertyName": "a.b" });
    check("1", moved, json!({}), json!({ "a": { "b": "2024-02-29T15:04:05.000Z" } }));
    check("1", json!({ "value": "" }), json!({ "a": 1 }), json!({ "a": 1 }));
}

#[test]
fn what_is_no_date_is_an_error_with_the_field() {
    for (version, params, field) in [
        ("2", json!({ "operation": "addToDate", "magnitude": "soon" }), "magnitude"),
        ("2", json!({ "operation": "extractDate", "date": "" }), "date"),
        ("1", json!({ "value": "soon" }), "value"),
    ] {
        let error = block(Bench::new().run(case("dateTime", version, params))).unwrap_err();
        assert_eq!(error.parameter, [field]);
        assert_eq!(error.item, Some(0));
    }
}
