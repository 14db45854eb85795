//! Dates, durations and their text, in New York on 2025-01-02.

#[path = "support/frames.rs"]
mod frames;

use frames::{frame, native};
use serde_json::{Value, json};

#[track_caller]
fn check(code: &str, expected: impl Into<Value>) {
    let value = native(&format!("={{{{ {code} }}}}"), &frame(json!({})), 0);
    assert_eq!(value, Ok(expected.into()), "{code}");
}

#[test]
fn now_and_today() {
    check("$now", "2025-01-01T22:04:05.678-05:00");
    check("$today", "2025-01-01T00:00:00.000-05:00");
    check("$now.zoneName", "America/New_York");
    check("DateTime.utc().toISO()", "2025-01-02T03:04:05.678Z");
    check("new Date()", "2025-01-02T03:04:05.678Z");
}

#[test]
fn arithmetic_keeps_the_calendar() {
    check("DateTime.fromISO('2024-01-31').plus({ months: 1 }).toISODate()", "2024-02-29");
    check(
        "DateTime.fromISO('2024-03-09T12:00').plus({ days: 1 }).toISO()",
        "2024-03-10T12:00:00.000-04:00",
    );
    check(
        "DateTime.fromISO('2024-03-09T12:00').plus({ hours: 24 }).toISO()",
        "2024-03-10T13:00:00.000-04:00",
    );
    check("DateTime.fromISO('2024-03-10T02:30').toISO()", "2024-03-10T03:30:00.000-04:00");
    check("$now.minus(7, 'days').toISODate()", "2024-12-25");
    check("$now.startOf('week').toISODate()", "2024-12-30");
    check("$now.endOf('month').toISO()", "2025-01-31T23:59:59.999-05:00");
    check("$now.set({ hour: 9, minute: 0 }).toFormat('HH:mm')", "09:00");
    check(
        "$now.setZone('Europe/Berlin').toFormat('yyyy-MM-dd HH:mm ZZ')",
        "2025-01-02 04:04 +01:00",
    );
}

#[test]
fn differences() {
    check(
        "DateTime.fromISO('2025-01-01').diff(DateTime.fromISO('2024-02-29'), ['months', 'days']).toObject()",
        json!({ "months": 10, "days": 3 }),
    );
    check("'2025-01-01'.toDateTime().diffTo('2024-03-30T18:49:07.234', 'days').floor()", 276);
    check("DateTime.fromISO('2024-01-01').diff(DateTime.fromISO('2024-01-03'), 'days').days", -2);
    check(
        "Duration.fromObject({ hours: 36 }).shiftTo('days', 'hours').toObject()",
        json!({ "days": 1, "hours": 12 }),
    );
    check("Duration.fromMillis(90000).toFormat('mm:ss')", "01:30");
    check("Duration.fromISO('PT2H30M').as('minutes')", 150);
}

#[test]
fn text_to_dates_and_back() {
    check(
        "DateTime.fromFormat('31/12/2024 23:59', 'dd/MM/yyyy HH:mm').toISO()",
        "2024-12-31T23:59:00.000-05:00",
    );
    check("DateTime.fromFormat('nonsense', 'yyyy').isValid", false);
    check("DateTime.fromISO('nonsense').toISO()", json!(null));
    check("'Fri, 29 Mar 2024 18:08:01 +0100'.toDateTime()", "2024-03-29T18:08:01.000+01:00");
    check(
        "$now.toFormat(\"cccc, d LLLL yyyy 'at' h:mm a\")",
        "Wednesday, 1 January 2025 at 10:04 PM",
    );
    check("$now.setLocale('fr').toFormat('d LLLL yyyy')", "1 janvier 2025");
    check("$now.toLocaleString(DateTime.DATE_MED)", "Jan 1, 2025");
    check("new Date('2024-03-05').toLocaleDateString('en-GB')", "05/03/2024");
    check("new Date(2024, 0, 31, 12).toISOString()", "2024-01-31T12:00:00.000Z");
    check("new Date('March 7, 2024 10:00 PM').toISOString()", "2024-03-07T22:00:00.000Z");
    check("new Date('x').getTime()", json!(null));
    check("(1708695471).toDateTime('s').toISO()", "2024-02-23T08:37:51.000-05:00");
}
