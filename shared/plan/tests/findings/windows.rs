//! The window.

use plan::read::read_text_at;
use serde_json::{Value, json};

use crate::{Case, member, plan};
use support::plans::{cdc, full_load, night};

pub(crate) fn cases() -> Vec<Case> {
    let window = |window: Value| full_load().with("/Window", window);
    let night = || window(night());
    let span = |text: &str| window(json!({"Duration": text}));
    vec![
        member("bad-time", "/Window/Opens", &night(), json!("9:00"), json!("09:00")),
        member("bad-time", "/Window/Opens", &night(), json!(" 9:00"), json!("09:00")),
        member("bad-time", "/Window/Closes", &night(), json!("24:00"), json!("00:00")),
        member("unknown-time-zone", "/Window/TimeZone", &night(), json!("Berlin"), json!("Asia/Kolkata")),
        member(
            "bad-date",
            "/Window/Except/1",
            &night().with("/Window/Except", json!(["2026-12-24", ""])),
            json!("2026-02-30"),
            json!("2028-02-29"),
        ),
        member("opens-in-the-gap", "/Window/Opens", &night(), json!("02:00"), json!("03:00")),
        member("opens-in-the-gap", "/Window/Opens", &night(), json!("02:59"), json!("01:59")),
        plan(
            "opens-in-the-gap",
            "/Window/Opens",
            night().with("/Window/Opens", json!("02:30")),
            night().with("/Window/Opens", json!("02:30")).with("/Window/TimeZone", json!("Asia/Kolkata")),
        ),
        plan(
            "opens-in-the-gap",
            "/Window/Opens",
            night().with("/Window/Opens", json!("00:30")).with("/Window/TimeZone", json!("Asia/Beirut")),
            night().with("/Window/Opens", json!("00:30")),
        ),
        member("window-never-opens", "/Window/Days", &night(), json!([]), json!(null)),
        member("window-twice", "/Window/Opens", &span("PT7H"), json!("22:00"), json!("")),
        plan("bad-duration", "/Window/Duration", span("7h"), span("PT7H")),
        plan("bad-duration", "/Window/Duration", span("PT0S"), span("PT1M")),
        plan("bad-duration", "/Window/Duration", span("P14D"), span("P13D")),
        plan("bad-duration", "/Window/Duration", span("P1M"), span("P1D")),
        member(
            "bad-duration",
            "/Window/StopLead",
            &window(json!({"Duration": "P3D"})),
            json!("P2D"),
            json!("P1D"),
        ),
        plan(
            "window-too-short",
            "/Window",
            night().with("/Window/StopLead", json!("PT4H")).with("/Window/MinimumMinutes", json!(180)),
            night().with("/Window/StopLead", json!("PT4H")).with("/Window/MinimumMinutes", json!(179)),
        ),
        plan(
            "stop-lead-without-stop",
            "/Window/StopLead",
            night().with("/Window/StopLead", json!("PT4H")).with("/Window/AtClose", json!("LeaveRunning")),
            night().with("/Window/StopLead", json!("PT4H")),
        ),
        plan(
            "stop-lead-without-stop",
            "/Window/StopLead",
            cdc().with("/Window", json!({"Duration": "PT7H", "StopLead": "PT4H"})),
            cdc().with("/Window", json!({"Duration": "PT7H", "StopLead": "PT4H", "AtClose": "Stop"})),
        ),
        plan(
            "duration-from-now",
            "/Window/Duration",
            span("PT7H"),
            span("PT7H").with("/ScheduledTime", json!("2026-11-20T21:00:00Z")),
        ),
        plan(
            "duration-from-now",
            "/Window/Duration",
            span("PT7H"),
            span("PT7H").with("/ScheduledTime", json!("<aws.scheduler.scheduled-time>")),
        ),
        member("long-opening", "/Window/Closes", &night(), json!("14:01"), json!("14:00")),
        member("long-opening", "/Window/Closes", &night(), json!("21:00"), json!("22:00")),
        member("open-all-day", "/Window/Closes", &night(), json!("22:00"), json!("22:01")),
        member("fixed-offset-zone", "/Window/TimeZone", &night(), json!("EST"), json!("UTC")),
        member("fixed-offset-zone", "/Window/TimeZone", &night(), json!("Etc/GMT+5"), json!("Etc/GMT")),
        member("fixed-offset-zone", "/Window/TimeZone", &night(), json!("MST"), json!("America/Phoenix")),
        member("fixed-offset-zone", "/Window/TimeZone", &night(), json!("Etc/GMT-14"), json!("Etc/GMT+0")),
    ]
}

#[test]
fn a_misspelt_time_zone_is_shown_the_one_that_was_meant() {
    const GENERAL: &str = "Europe/Berlin and America/New_York are";
    for (written, advice) in [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("america/new york", "did you mean America/New_York?"),
        ("Europe/Kolkata", "did you mean Asia/Kolkata?"),
        ("Berlin ", "did you mean Europe/Berlin?"),
        ("Europe/Berlin ", "did you mean Europe/Berlin?"),
        ("europe/berln", "did you mean Europe/Berlin?"),
        ("US/East", "did you mean US/Eastern?"),
        ("Eurpe/Berln", "did you mean Europe/Berlin?"),
        ("W. Mars Standard Time", GENERAL),
        // More than one zone is called that, and none of them is a guess to make.
        ("Eastern", GENERAL),
        ("West", GENERAL),
        ("East", GENERAL),
        ("Istanbul", GENERAL),
        ("CEST", GENERAL),
        ("UTC+2", GENERAL),
        ("Nowhere/Berln", GENERAL),
        (" ", GENERAL),
    ] {
        let found = full_load().with("/Window", night()).with("/Window/TimeZone", json!(written)).findings();
        let said = &found.iter().find(|finding| finding.path == "/Window/TimeZone").unwrap().message;
        assert!(said.ends_with(advice), "{written}: {said}");
    }
}

#[test]
fn a_time_that_is_written_otherwise_is_shown_its_spelling() {
    let said = |path: &str, written: &str| {
        let window = match path {
            "/Window/Duration" => json!({}),
            _ => night(),
        };
        let found = full_load().with("/Window", window).with(path, json!(written)).findings();
        found
            .into_iter()
            .find(|finding| finding.path == path)
            .map(|finding| finding.message)
            .unwrap_or_default()
    };
    for (path, written, advice) in [
        ("/Window/Opens", "5:00", ": write 05:00"),
        ("/Window/Closes", "24:00", ": write 00:00"),
        ("/Window/Opens", "5pm", ": write 17:00"),
        ("/Window/Opens", "05.00", ": write 05:00"),
        ("/Window/Opens", "22h", ": write 22:00"),
        ("/Window/Opens", "PT4H", "neither Opens nor Closes"),
        ("/Window/Opens", "noon", "not \"noon\""),
        ("/Window/StopLead", "10m", ": write PT10M"),
        ("/Window/StopLead", "10 minutes", ": write PT10M"),
        ("/Window/Duration", "7h", ": write PT7H"),
        ("/Window/Duration", "soon", "not \"soon\""),
        ("/Window/MinimumMinutes", "30", ": write 30 without quotes"),
        ("/Window/MinimumMinutes", "PT30M", ": write 30"),
    ] {
        let said = said(path, written);
        assert!(said.ends_with(advice), "{path} {written}: {said}");
    }
}

#[test]
fn a_date_on_which_clocks_change_lies_in_the_future_where_the_time_is_known() {
    let text = full_load().with("/Window", night()).with("/Window/Opens", json!("02:30")).0.to_string();
    for (now, date) in [
        ("2026-03-29T00:59:59Z", "on 2026-03-29,"),
        ("2026-03-29T01:00:00Z", "on 2027-03-28,"),
        ("2031-11-26T00:00:00Z", "on 2032-03-28,"),
    ] {
        let found = read_text_at(&text, now.parse().expect("a time")).findings;
        let said = found.iter().find(|finding| finding.path == "/Window/Opens").expect("a finding");
        assert!(said.message.starts_with(date), "{now}: {}", said.message);
    }
}
