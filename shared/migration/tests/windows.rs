//! The arithmetic of windows where calendars and clocks are at their worst: both changes of the clocks, leap days, the
//! end of a year. Every instant is written down in UTC, and was worked out by hand.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may end where it is")]

use jiff::{SignedDuration, Timestamp};
use migration::time::window::{self, Opening};
use plan::{Plan, read};
use serde_json::{Value, json};
use support::plans::full_load;

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn plan(window: &Value) -> Plan {
    let reading = read::read(&full_load().with("/Window", window.clone()).0);
    reading.plan.unwrap_or_else(|| panic!("{window}: {:#?}", reading.findings))
}

fn hours(opens: &str, closes: &str, zone: &str) -> Value {
    json!({"Opens": opens, "Closes": closes, "TimeZone": zone})
}

fn and(mut window: Value, member: &str, value: Value) -> Value {
    window[member] = value;
    window
}

/// `opened/closes` in UTC to the minute, or `next opening` behind a dash.
fn told(opening: Opening) -> String {
    let minute = |at: Timestamp| {
        assert_eq!(at.as_second() % 60, 0, "{at}");
        at.strftime("%Y-%m-%dT%H:%M").to_string()
    };
    match opening {
        Opening::Open { opened, closes } => format!("{}/{}", minute(opened), minute(closes)),
        Opening::Shut { next: Some(next) } => format!("-{}", minute(next)),
        Opening::Shut { next: None } => "never".to_owned(),
    }
}

/// Each row: what it shows, the window, the instant that is asked about, and the answer.
fn holds<const N: usize>(rows: [(&str, Value, &str, &str); N]) {
    for (fact, window, now, expected) in rows {
        let plan = plan(&window);
        let window = plan.window.as_ref().expect("a window");
        assert_eq!(told(window::at(window, None, ts(now))), expected, "{fact}, at {now}");
    }
}

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";
const LORD_HOWE: &str = "Australia/Lord_Howe";
const SANTIAGO: &str = "America/Santiago";

#[test]
fn the_night_in_which_clocks_go_forward_is_shorter_by_what_they_skip() {
    let night = hours("22:00", "05:00", BERLIN);
    holds([
        ("six hours", night.clone(), "2027-03-27T21:00:00Z", "2027-03-27T21:00/2027-03-28T03:00"),
        (
            "to its last moment",
            night.clone(),
            "2027-03-28T02:59:59.999Z",
            "2027-03-27T21:00/2027-03-28T03:00",
        ),
        ("and no longer", night, "2027-03-28T03:00:00Z", "-2027-03-28T20:00"),
        (
            "it opens with the change where its hour is skipped",
            hours("02:30", "06:00", BERLIN),
            "2027-03-28T01:00:00Z",
            "2027-03-28T01:00/2027-03-28T04:00",
        ),
        (
            "and not a moment before",
            hours("02:30", "06:00", BERLIN),
            "2027-03-28T00:59:59.999Z",
            "-2027-03-28T01:00",
        ),
        (
            "it closes with the change where that hour is skipped",
            hours("22:00", "02:30", BERLIN),
            "2027-03-28T00:59:59Z",
            "2027-03-27T21:00/2027-03-28T01:00",
        ),
        (
            "the hour behind the change is the first one",
            hours("03:00", "04:00", BERLIN),
            "2027-03-28T01:30:00Z",
            "2027-03-28T01:00/2027-03-28T02:00",
        ),
        (
            "a window in what is skipped does not open",
            hours("02:00", "03:00", BERLIN),
            "2027-03-28T00:30:00Z",
            "-2027-03-29T00:00",
        ),
        (
            "a day has twenty-three hours",
            hours("22:00", "22:00", BERLIN),
            "2027-03-28T12:00:00Z",
            "2027-03-27T21:00/2027-03-28T20:00",
        ),
        (
            "elsewhere on another day",
            hours("22:00", "05:00", NEW_YORK),
            "2027-03-14T05:00:00Z",
            "2027-03-14T03:00/2027-03-14T09:00",
        ),
        (
            "by half an hour",
            hours("22:00", "05:00", LORD_HOWE),
            "2027-10-02T15:00:00Z",
            "2027-10-02T11:30/2027-10-02T18:00",
        ),
        (
            "half an hour in which it would close",
            hours("22:00", "02:15", LORD_HOWE),
            "2027-10-02T15:00:00Z",
            "2027-10-02T11:30/2027-10-02T15:30",
        ),
        (
            "at midnight: it opens an hour later",
            hours("00:00", "05:00", SANTIAGO),
            "2026-09-06T04:00:00Z",
            "2026-09-06T04:00/2026-09-06T08:00",
        ),
        (
            "at midnight: the day that skips it is the window's",
            and(hours("00:00", "05:00", SANTIAGO), "Days", json!(["Sun"])),
            "2026-09-06T05:00:00Z",
            "2026-09-06T04:00/2026-09-06T08:00",
        ),
    ]);
}

#[test]
fn the_night_in_which_clocks_go_back_is_longer_and_what_comes_twice_counts_once() {
    let night = hours("22:00", "05:00", BERLIN);
    holds([
        ("eight hours", night.clone(), "2026-10-24T20:00:00Z", "2026-10-24T20:00/2026-10-25T04:00"),
        ("to its last moment", night, "2026-10-25T03:59:59.999Z", "2026-10-24T20:00/2026-10-25T04:00"),
        (
            "it closes at the first of two",
            hours("22:00", "02:30", BERLIN),
            "2026-10-25T00:29:59Z",
            "2026-10-24T20:00/2026-10-25T00:30",
        ),
        (
            "and is shut at the second",
            hours("22:00", "02:30", BERLIN),
            "2026-10-25T01:29:00Z",
            "-2026-10-25T21:00",
        ),
        (
            "it opens at the first of two",
            hours("02:30", "06:00", BERLIN),
            "2026-10-25T00:30:00Z",
            "2026-10-25T00:30/2026-10-25T05:00",
        ),
        (
            "an hour that comes twice is a window once",
            hours("02:10", "02:50", BERLIN),
            "2026-10-25T00:45:00Z",
            "2026-10-25T00:10/2026-10-25T00:50",
        ),
        (
            "and shut when it comes again",
            hours("02:10", "02:50", BERLIN),
            "2026-10-25T01:20:00Z",
            "-2026-10-26T01:10",
        ),
        (
            "into the second of two",
            hours("02:10", "03:00", BERLIN),
            "2026-10-25T01:59:59Z",
            "2026-10-25T00:10/2026-10-25T02:00",
        ),
        (
            "a day has twenty-five hours",
            hours("22:00", "22:00", BERLIN),
            "2026-10-25T12:00:00Z",
            "2026-10-24T20:00/2026-10-25T21:00",
        ),
        (
            "elsewhere on another day",
            hours("22:00", "05:00", NEW_YORK),
            "2026-11-01T05:30:00Z",
            "2026-11-01T02:00/2026-11-01T10:00",
        ),
        (
            "by half an hour",
            hours("22:00", "05:00", LORD_HOWE),
            "2027-04-03T15:00:00Z",
            "2027-04-03T11:00/2027-04-03T18:30",
        ),
        (
            "at midnight: the evening before has an hour more",
            hours("22:00", "23:30", SANTIAGO),
            "2027-04-04T02:15:00Z",
            "2027-04-04T01:00/2027-04-04T02:30",
        ),
    ]);
}

#[test]
fn a_leap_day_is_a_day() {
    let night = hours("22:00", "05:00", "UTC");
    let leap = json!(["2028-02-29"]);
    holds([
        (
            "the night before reaches into it",
            night.clone(),
            "2028-02-29T04:59:59Z",
            "2028-02-28T22:00/2028-02-29T05:00",
        ),
        ("its own night", night.clone(), "2028-02-29T22:00:00Z", "2028-02-29T22:00/2028-03-01T05:00"),
        (
            "in other years there is none",
            night.clone(),
            "2027-02-28T23:00:00Z",
            "2027-02-28T22:00/2027-03-01T05:00",
        ),
        ("2100 has none", night.clone(), "2100-02-28T23:00:00Z", "2100-02-28T22:00/2100-03-01T05:00"),
        (
            "it can be an exception",
            and(night.clone(), "Except", leap.clone()),
            "2028-02-29T23:00:00Z",
            "-2028-03-01T22:00",
        ),
        (
            "whose morning belongs to the day before",
            and(night.clone(), "Except", leap),
            "2028-02-29T03:00:00Z",
            "2028-02-28T22:00/2028-02-29T05:00",
        ),
        (
            "it is a Tuesday",
            and(night.clone(), "Days", json!(["Tue"])),
            "2028-03-01T01:00:00Z",
            "2028-02-29T22:00/2028-03-01T05:00",
        ),
        (
            "the day behind it is a Wednesday",
            and(night, "Days", json!(["Wed"])),
            "2028-02-29T23:00:00Z",
            "-2028-03-01T22:00",
        ),
    ]);
}

#[test]
fn a_night_goes_over_the_end_of_a_year() {
    let night = hours("22:00", "05:00", BERLIN);
    holds([
        ("it closes next year", night.clone(), "2026-12-31T22:00:00Z", "2026-12-31T21:00/2027-01-01T04:00"),
        (
            "also where that has begun",
            night.clone(),
            "2026-12-31T23:00:00Z",
            "2026-12-31T21:00/2027-01-01T04:00",
        ),
        (
            "New Year's Eve is an exception",
            and(night.clone(), "Except", json!(["2026-12-31"])),
            "2027-01-01T02:00:00Z",
            "-2027-01-01T21:00",
        ),
        (
            "New Year's Day is one",
            and(night.clone(), "Except", json!(["2027-01-01"])),
            "2027-01-01T02:00:00Z",
            "2026-12-31T21:00/2027-01-01T04:00",
        ),
        (
            "a Thursday's night reaches into Friday",
            and(night, "Days", json!(["Thu"])),
            "2027-01-01T03:59:00Z",
            "2026-12-31T21:00/2027-01-01T04:00",
        ),
        (
            "where the year is another one already",
            hours("22:00", "05:00", "Pacific/Kiritimati"),
            "2026-12-31T10:00:00Z",
            "2026-12-31T08:00/2026-12-31T15:00",
        ),
        (
            "where the old year goes on",
            hours("22:00", "05:00", "Pacific/Pago_Pago"),
            "2027-01-01T10:00:00Z",
            "2027-01-01T09:00/2027-01-01T16:00",
        ),
    ]);
}

/// A span is so many hours, whatever the clocks on the wall do meanwhile.
#[test]
fn a_span_takes_no_notice_of_clocks_and_calendars() {
    for (scheduled, duration, closes) in [
        ("2027-03-27T21:00:00Z", "PT7H", "2027-03-28T04:00:00Z"),
        ("2026-10-24T20:00:00Z", "PT7H", "2026-10-25T03:00:00Z"),
        ("2028-02-28T22:00:00Z", "P1D", "2028-02-29T22:00:00Z"),
        ("2028-02-28T22:00:00Z", "P2D", "2028-03-01T22:00:00Z"),
        ("2027-02-28T22:00:00Z", "P1D", "2027-03-01T22:00:00Z"),
        ("2026-12-31T23:59:59Z", "PT1S", "2027-01-01T00:00:00Z"),
    ] {
        let plan = plan(&json!({ "Duration": duration }));
        let window = plan.window.as_ref().expect("a window");
        let (opened, closes) = (ts(scheduled), ts(closes));
        let last = closes - SignedDuration::from_millis(1);
        for now in [opened, last] {
            assert_eq!(
                window::at(window, Some(opened), now),
                Opening::Open { opened, closes },
                "{scheduled}"
            );
        }
        assert_eq!(window::at(window, Some(opened), closes), Opening::Shut { next: None }, "{scheduled}");
    }
}

/// The openings of the coming nights, as people are told of them before they come.
#[test]
fn the_nights_around_a_change_of_the_clocks_follow_each_other() {
    let told = |window: &Value, now: &str| {
        let plan = plan(window);
        let week = window::this_week(plan.window.as_ref().expect("a window"), None, ts(now));
        let nights = week.into_iter().take(3).map(|(opened, closes)| told(Opening::Open { opened, closes }));
        nights.collect::<Vec<_>>()
    };
    assert_eq!(
        told(&hours("22:00", "05:00", BERLIN), "2027-03-26T12:00:00Z"),
        [
            "2027-03-26T21:00/2027-03-27T04:00",
            "2027-03-27T21:00/2027-03-28T03:00",
            "2027-03-28T20:00/2027-03-29T03:00"
        ]
    );
    // What is skipped altogether is no night.
    assert_eq!(
        told(&hours("02:10", "02:50", BERLIN), "2027-03-26T12:00:00Z"),
        [
            "2027-03-27T01:10/2027-03-27T01:50",
            "2027-03-29T00:10/2027-03-29T00:50",
            "2027-03-30T00:10/2027-03-30T00:50"
        ]
    );
}

/// A run that comes so shortly before an opening is that opening's, by whatever clock it opens.
#[test]
fn a_run_that_begins_moments_before_an_opening_belongs_to_it() {
    let all_day = hours("22:00", "22:00", BERLIN);
    let after_the_change = hours("02:30", "06:00", BERLIN);
    for (fact, window, now, expected) in [
        (
            "50 ms",
            hours("22:00", "05:00", BERLIN),
            "2026-11-20T20:59:59.950Z",
            "2026-11-20T21:00/2026-11-21T04:00",
        ),
        (
            "a minute",
            hours("22:00", "05:00", BERLIN),
            "2026-11-20T20:59:00Z",
            "2026-11-20T21:00/2026-11-21T04:00",
        ),
        ("more than that", hours("22:00", "05:00", BERLIN), "2026-11-20T20:58:59.999Z", "-2026-11-20T21:00"),
        (
            "the clocks go forward just then",
            after_the_change.clone(),
            "2027-03-28T00:59:59.950Z",
            "2027-03-28T01:00/2027-03-28T04:00",
        ),
        (
            "the second of two is no opening",
            after_the_change,
            "2026-10-25T01:29:59.950Z",
            "2026-10-25T00:30/2026-10-25T05:00",
        ),
        (
            "one window closes as the next one opens",
            all_day.clone(),
            "2026-11-20T20:59:59.950Z",
            "2026-11-20T21:00/2026-11-21T21:00",
        ),
        (
            "earlier it is the one that is open",
            all_day,
            "2026-11-20T20:58:59Z",
            "2026-11-19T21:00/2026-11-20T21:00",
        ),
        (
            "the new year",
            hours("00:00", "05:00", BERLIN),
            "2026-12-31T22:59:59.950Z",
            "2026-12-31T23:00/2027-01-01T04:00",
        ),
        (
            "an exception stays one",
            and(hours("22:00", "05:00", BERLIN), "Except", json!(["2026-11-20"])),
            "2026-11-20T20:59:59.950Z",
            "-2026-11-21T21:00",
        ),
    ] {
        let plan = plan(&window);
        let window = plan.window.as_ref().expect("a window");
        assert_eq!(told(window::at_the_beginning(window, None, ts(now))), expected, "{fact}");
    }
    let span = plan(&json!({"Duration": "PT7H"}));
    let window = span.window.as_ref().expect("a window");
    let scheduled = Some(ts("2026-11-20T21:00:00Z"));
    let night = "2026-11-20T21:00/2026-11-21T04:00";
    for (now, expected) in [
        ("2026-11-20T20:58:59Z", "-2026-11-20T21:00"),
        ("2026-11-20T20:59:59.950Z", night),
        ("2026-11-20T21:14:00Z", night),
        ("2026-11-21T04:00:00Z", "never"),
    ] {
        assert_eq!(told(window::at_the_beginning(window, scheduled, ts(now))), expected, "{now}");
    }
}
