//! What only shows when members are seen together.

use serde_json::{Value, json};

use plan::finding::{Finding, Findings, Severity};
use plan::{MigrationType, read, together};

use crate::{Case, plan};
use support::plans::{Sample, TASK, cdc, full_load, load_and_cdc, night};

pub(crate) fn cases() -> Vec<Case> {
    let until = |sample: Sample, word: &str| sample.with("/Until", json!(word));
    let stopped_night = || load_and_cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop"));
    let cached = json!({"FullLoadSettings": {
        "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "StopTaskCachedChangesApplied": true,
    }});
    let settings = "/Task/ReplicationTaskSettings";
    let keeps = json!({"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}});
    vec![
        kept("close-by-type", "/Window/AtClose", None, json!({"Window": night()}), stopped_at_the_close()),
        kept(
            "runs-past-the-close",
            "/Window/AtClose",
            Some("cdc"),
            json!({"Window": night()}),
            json!({"Window": with_close("LeaveRunning")}),
        ),
        kept(
            "runs-past-the-close",
            "/Then",
            None,
            json!({"Window": with_close("LeaveRunning"), "Then": "Stop"}),
            stopped_at_the_close(),
        ),
        plan(
            "runs-past-the-close",
            "/Window/AtClose",
            cdc().without("/Task/CdcStopPosition").with("/Window", night()).with("/Then", json!("Stop")),
            cdc().without("/Task/CdcStopPosition").with("/Window", night()),
        ),
        kept(
            "ends-before-its-stop",
            "/Until",
            None,
            json!({"Window": with_close("Stop"), "Until": "CaughtUp"}),
            json!({"Window": with_close("Stop"), "Until": "Stopped"}),
        ),
        kept(
            "stopped-early",
            "/Then",
            None,
            json!({"Window": with_close("Stop"), "Until": "CaughtUp", "Then": "Stop"}),
            stopped_at_the_close(),
        ),
        plan(
            "stopped-early",
            "/Then",
            until(stopped_night(), "CaughtUp").with("/Then", json!("Stop")),
            until(load_and_cdc(), "CaughtUp").with("/Then", json!("Stop")),
        ),
        kept(
            "reload-every-night",
            "/Start",
            Some("full-load-and-cdc"),
            json!({"Window": with_close("Stop"), "Start": "Reload"}),
            json!({"Window": with_close("Stop"), "Start": "Resume"}),
        ),
        kept(
            "reload-every-night",
            "/Start",
            None,
            json!({"Window": with_close("Stop"), "Start": "Refresh"}),
            stopped_at_the_close(),
        ),
        plan(
            "reload-every-night",
            "/Start",
            stopped_night().with("/Start", json!("Refresh")),
            full_load().with("/Window", night()).with("/Start", json!("Refresh")),
        ),
        kept(
            "resume-consents",
            "/Start",
            None,
            json!({"Window": with_close("Stop"), "Start": "Resume"}),
            stopped_at_the_close(),
        ),
        kept(
            "resume-consents",
            "/Start",
            Some("cdc"),
            json!({"Window": with_close("Stop"), "Start": "Resume"}),
            stopped_at_the_close(),
        ),
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

/// All that is found in a plan that only names its task, whose type is this one, or not known.
fn of_a_kept_task(members: Value, migration_type: Option<&str>) -> Vec<Finding> {
    let mut plan = json!({"Task": {"ReplicationTaskArn": TASK}});
    plan.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let reading = read::read(&plan);
    let mut found = reading.findings;
    let read = reading.plan.unwrap_or_else(|| panic!("no plan: {found:#?}"));
    let mut by_type = Findings::default();
    match migration_type {
        Some(word) => together::check_type(&read, &MigrationType::from(word.to_owned()), "", &mut by_type),
        None => together::check_unknown_type(&read, "", &mut by_type),
    }
    by_type.add_to(&mut found);
    found
}

/// A case of two plans that only name their task.
fn kept(
    code: &'static str,
    path: &'static str,
    migration_type: Option<&'static str>,
    bad: Value,
    good: Value,
) -> Case {
    Case { code, path, bad: of_a_kept_task(bad, migration_type), good: of_a_kept_task(good, migration_type) }
}

fn with_close(word: &str) -> Value {
    let mut night = night();
    night["AtClose"] = json!(word);
    night
}

/// The commonest wish as it is meant: resumed at 22:00, stopped at 05:00.
fn stopped_at_the_close() -> Value {
    json!({"Window": with_close("Stop")})
}

#[test]
fn the_commonest_wish_has_nothing_against_it() {
    for stated in [stopped_at_the_close(), json!({"Window": with_close("Stop"), "Until": "Stopped"})] {
        assert_eq!(of_a_kept_task(stated.clone(), None), []);
        for migration_type in ["cdc", "full-load-and-cdc"] {
            let found = of_a_kept_task(stated.clone(), Some(migration_type));
            // The log is the one thing to see to while a replication stands still.
            let others: Vec<_> =
                found.iter().filter(|f| f.code.as_str() != "stopped-replication-keeps-the-log").collect();
            assert!(others.is_empty(), "{migration_type}: {others:#?}");
        }
    }
}

/// The plans that look right for a task that is to be resumed at 22:00 and stopped at 05:00, and are not. Each is told so
/// with the remedy, whether the type is known or not.
#[test]
fn each_wrong_plan_of_the_commonest_wish_is_shown_the_right_one() {
    let caught_up = json!({"Window": with_close("Stop"), "Until": "CaughtUp"});
    let stopped_then = json!({"Window": night(), "Until": "CaughtUp", "Then": "Stop"});
    let left = json!({"Window": with_close("LeaveRunning"), "Then": "Stop"});
    let span = json!({"Window": {"Duration": "PT7H"}, "ScheduledTime": "<aws.scheduler.scheduled-time>"});
    for (wrong, types, code, remedy) in [
        // Hours, and nothing about the close.
        (json!({"Window": night()}), &[None][..], "close-by-type", "AtClose Stop"),
        (json!({"Window": night()}), &[Some("cdc")], "runs-past-the-close", "AtClose Stop"),
        (json!({"Window": night()}), &[Some("full-load-and-cdc")], "at-close-not-stated", "AtClose Stop"),
        (json!({"Window": night(), "Then": "Stop"}), &[None], "close-by-type", "AtClose Stop"),
        (json!({"Window": night(), "Then": "Stop"}), &[Some("cdc")], "runs-past-the-close", "AtClose Stop"),
        (span, &[None], "close-by-type", "AtClose Stop"),
        // A stop at the close, and a run that ends before it.
        (caught_up, &[None, Some("cdc"), Some("full-load-and-cdc")], "ends-before-its-stop", "Until Stopped"),
        (
            json!({"Window": with_close("Stop"), "Until": "FullLoadComplete"}),
            &[None, Some("full-load-and-cdc")],
            "ends-before-its-stop",
            "Until Stopped",
        ),
        // A stop that comes with Until, at 22:20.
        (stopped_then, &[None, Some("cdc"), Some("full-load-and-cdc")], "stopped-early", "AtClose Stop"),
        (left.clone(), &[None, Some("cdc")], "runs-past-the-close", "AtClose Stop"),
        (left, &[Some("full-load-and-cdc")], "stopped-early", "AtClose Stop"),
        // A start that does more than to resume.
        (
            json!({"Window": with_close("Stop"), "Start": "Reload"}),
            &[None, Some("full-load-and-cdc")],
            "reload-every-night",
            "leave Start out",
        ),
        (
            json!({"Window": with_close("Stop"), "Start": "Resume"}),
            &[None, Some("cdc"), Some("full-load-and-cdc")],
            "resume-consents",
            "leave Start out",
        ),
    ] {
        for migration_type in types {
            let found = of_a_kept_task(wrong.clone(), *migration_type);
            let said = found.iter().find(|finding| finding.code.as_str() == code);
            let said = said.unwrap_or_else(|| {
                panic!("{code} is not found in {wrong} of {migration_type:?}: {found:#?}")
            });
            assert!(said.message.contains(remedy), "{code}: {}", said.message);
        }
    }
}

#[test]
fn a_full_load_that_is_kept_elsewhere_has_no_more_to_state() {
    for members in [json!({"Window": night()}), json!({"Window": night(), "Start": "Refresh"})] {
        let found = of_a_kept_task(members, Some("full-load"));
        assert!(found.iter().all(|finding| finding.severity == Severity::Info), "{found:#?}");
        assert_eq!(found, []);
    }
}
