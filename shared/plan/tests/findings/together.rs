//! What only shows when members are seen together.

use serde_json::json;

use crate::{Case, plan};
use support::plans::{Sample, cdc, full_load, load_and_cdc, night};

pub(crate) fn cases() -> Vec<Case> {
    let until = |sample: Sample, word: &str| sample.with("/Until", json!(word));
    let stopped_night = || load_and_cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop"));
    let cached = json!({"FullLoadSettings": {
        "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "StopTaskCachedChangesApplied": true,
    }});
    let settings = "/Task/ReplicationTaskSettings";
    let keeps = json!({"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}});
    vec![
        plan(
            "until-full-load",
            "/Until",
            until(full_load(), "FullLoadComplete"),
            until(full_load(), "Stopped"),
        ),
        plan("until-never", "/Until", until(load_and_cdc(), "Stopped"), until(stopped_night(), "Stopped")),
        plan(
            "until-never",
            "/Until",
            until(load_and_cdc(), "Stopped"),
            until(load_and_cdc().with(settings, cached), "Stopped"),
        ),
        plan("until-never", "/Until", until(cdc(), "FullLoadComplete"), until(cdc(), "Stopped")),
        plan(
            "until-never",
            "/Until",
            cdc().without("/Task/CdcStopPosition"),
            cdc().without("/Task/CdcStopPosition").with("/Window", night()),
        ),
        plan(
            "at-close-not-stated",
            "/Window/AtClose",
            load_and_cdc().with("/Window", night()),
            full_load().with("/Window", night()),
        ),
        plan(
            "at-close-not-stated",
            "/Window/AtClose",
            load_and_cdc().with("/Window", night()),
            stopped_night(),
        ),
        plan(
            "stopped-replication-keeps-the-log",
            "/Window/AtClose",
            cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop")),
            cdc().with("/Window", night()),
        ),
        plan(
            "stopped-replication-keeps-the-log",
            "/Window/AtClose",
            stopped_night(),
            full_load().with("/Window", night()).with("/Window/AtClose", json!("Stop")),
        ),
        plan(
            "stopped-replication-keeps-the-log",
            "/Then",
            until(cdc(), "CaughtUp").with("/Window", night()).with("/Then", json!("Stop")),
            // It pauses for no time at all.
            until(cdc(), "CaughtUp")
                .with("/Window", night())
                .with("/Window/Closes", json!("22:00"))
                .with("/Then", json!("Stop")),
        ),
        plan(
            "ends-before-its-stop",
            "/Until",
            until(stopped_night(), "FullLoadComplete"),
            until(stopped_night(), "FullLoadComplete").with("/Then", json!("Stop")),
        ),
        plan(
            "ends-before-its-stop",
            "/Until",
            until(stopped_night(), "CaughtUp"),
            until(stopped_night(), "CaughtUp").with("/Window/AtClose", json!("LeaveRunning")),
        ),
        plan(
            "reload-without-load",
            "/Start",
            cdc().with("/Start", json!("Refresh")),
            cdc().with("/Start", json!("Resume")),
        ),
        plan(
            "ends-before-its-stop",
            "/Until",
            until(stopped_night(), "FullLoadComplete"),
            until(stopped_night(), "FullLoadComplete").with("/Then", json!("Stop")),
        ),
        plan(
            "ends-before-its-stop",
            "/Until",
            until(stopped_night(), "CaughtUp"),
            until(stopped_night(), "CaughtUp").with("/Window/AtClose", json!("LeaveRunning")),
        ),
        plan(
            "reload-without-load",
            "/OnTableErrors",
            cdc().with("/OnTableErrors", json!("Reload")),
            cdc().with("/OnTableErrors", json!("Warn")),
        ),
        plan(
            "reload-on-top",
            "/OnTableErrors",
            full_load().with(settings, keeps.clone()).with("/OnTableErrors", json!("Reload")),
            full_load().with("/OnTableErrors", json!("Reload")),
        ),
        plan(
            "until-never",
            "/Until",
            cdc().without("/Task/CdcStopPosition"),
            cdc().without("/Task/CdcStopPosition").with("/Until", json!("CaughtUp")),
        ),
        plan(
            "reload-on-top",
            settings,
            full_load().with(settings, keeps.clone()).with("/Start", json!("Refresh")),
            full_load().with("/Start", json!("Refresh")),
        ),
        plan(
            "reload-on-top",
            settings,
            full_load().without(settings).with("/Start", json!("Reload")),
            full_load().without(settings),
        ),
        plan(
            "pause-cannot-resume",
            settings,
            full_load().without(settings).with("/Window", night()),
            full_load().with("/Window", night()),
        ),
        plan(
            "pause-cannot-resume",
            settings,
            full_load().with(settings, keeps.clone()).with("/Window", night()),
            full_load().with(settings, keeps).with("/Window", night()).with("/Start", json!("Resume")),
        ),
    ]
}

#[test]
fn a_pause_of_a_replication_is_told_with_its_span_and_its_engine() {
    let said = |sample: Sample| {
        let found = sample.findings();
        let at = found.iter().find(|found| found.path == "/Window/AtClose");
        at.unwrap_or_else(|| panic!("nothing is said: {found:#?}")).message.clone()
    };
    let nights = cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop"));
    let weekdays = nights.clone().with("/Window/Days", json!(["Sun", "Mon", "Tue", "Wed", "Thu"]));
    assert!(said(nights.clone()).starts_with("the task stands still for up to 17 hours"), "{}", said(nights));
    assert!(said(weekdays.clone()).starts_with("the task stands still for up to 65 hours"));
    for (position, engine) in [
        ("mysql-bin-changelog.000024:373", "set them to 66 hours or more"),
        ("4AF/B00000D0", "PostgreSQL's log"),
        ("00000014:00000061:0001", "SQL Server on RDS cuts its log within minutes"),
        ("1234567", "archivelog retention hours"),
    ] {
        let message = said(weekdays.clone().with("/Task/CdcStartPosition", json!(position)));
        assert!(message.contains(engine), "{position}: {message}");
    }
}
