//! The window.

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
            span("PT7H").with("/ScheduledTime", json!("<aws.scheduler.scheduled-time>")),
            span("PT7H").with("/ScheduledTime", json!("2026-11-20T21:00:00Z")),
        ),
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
