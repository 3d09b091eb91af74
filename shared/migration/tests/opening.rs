//! The beginning of a run: is its window open, when does it close, and who is told when it is not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use jiff::{SignedDuration, Timestamp};
use migration::decide::opening::{introduce, open, settle};
use migration::pace::budget;
use migration::run::document::{Document, Reported, Running};
use migration::run::execution::Run;
use migration::run::execution_arn::ExecutionArn;
use migration::run::observation::Route;
use migration::run::step::What;
use migration::run::verdict::{Outcome, Verdict};
use migration::time::graces::LONGEST_RUN;
use plan::finding::{Code, Findings, MAX_FINDINGS, MAX_REPORT_BYTES, Severity};
use plan::{AtClose, MigrationType};
use serde_json::{Value, json};
use support::plans::{INSTANCE, SOURCE, Sample, TARGET, TASK, cdc, event, full_load, load_and_cdc, night};

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:a-night";

fn execution() -> ExecutionArn {
    EXECUTION.parse().unwrap()
}

fn ts(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn goes_on(document: Document) -> Running {
    match document {
        Document::Running(running) => *running,
        document => panic!("the run should go on: {document:?}"),
    }
}

fn is_over(document: Document) -> Reported {
    match document {
        Document::Reported(reported) => *reported,
        document => panic!("the run should be over: {document:?}"),
    }
}

fn opened(plan: &Value, now: &str) -> Running {
    goes_on(open(plan, &execution(), ts(now)))
}

fn is_open_at(plan: &Value, now: &str) -> bool {
    matches!(open(plan, &execution(), ts(now)), Document::Running(_))
}

fn run(plan: &Sample, now: &str) -> Run {
    opened(&plan.0, now).run
}

fn verdict(plan: &Value, now: &str) -> Verdict {
    is_over(open(plan, &execution(), ts(now))).verdict
}

fn route() -> Route {
    Route {
        source: SOURCE.parse().expect("an ARN"),
        target: TARGET.parse().expect("an ARN"),
        instance: INSTANCE.parse().expect("an ARN"),
    }
}

fn settled(plan: &Value, now: &str, kept: Option<&str>) -> Document {
    let kept = kept.map(|word| (MigrationType::from(word.to_owned()), route()));
    settle(opened(plan, now), kept, Findings::default(), ts(now))
}

/// 22:00 to 05:00 in Berlin, in winter time; a Friday.
const IN_THE_NIGHT: &str = "2026-11-20T22:30:15.250Z";
const AT_NOON: &str = "2026-11-20T11:00:00Z";

#[test]
fn outside_its_window_a_run_is_skipped_and_a_schedule_that_missed_it_is_a_warning() {
    let by_hand = full_load().with("/Window", night());
    let literal = by_hand.clone().with("/ScheduledTime", json!("<aws.scheduler.scheduled-time>"));
    let scheduled = by_hand.clone().with("/ScheduledTime", json!("2026-11-20T11:00:00Z"));
    for (plan, severity) in
        [(by_hand, Severity::Info), (literal, Severity::Info), (scheduled, Severity::Warning)]
    {
        let verdict = verdict(&plan.0, AT_NOON);
        assert_eq!((verdict.outcome, verdict.severity), (Outcome::Skipped, severity));
        assert_eq!(
            verdict.reasons,
            [
                "the window is shut at 2026-11-20 12:00 CET; it opens next at 2026-11-20 22:00 CET",
                "nothing was created, started or changed"
            ]
        );
    }
}

#[test]
fn a_preflight_is_opened_at_any_hour_and_has_an_hour() {
    let plan = full_load().with("/Mode", json!("Preflight"));
    for (plan, now) in [
        (plan.clone().with("/Window", night()), AT_NOON),
        (plan.clone().with("/Window", night()), IN_THE_NIGHT),
        (plan, AT_NOON),
    ] {
        let run = run(&plan, now);
        assert_eq!((run.windowed(), run.stop_at_close), (false, false));
        assert_eq!(
            run.closes,
            migration::time::window::whole_seconds(ts(now) + SignedDuration::from_hours(1))
        );
        assert_eq!(run.stop_due, run.closes);
        let next = goes_on(settled(&plan.0, now, None)).next;
        assert_eq!(next.what, What::Wait);
        assert!(!next.why.contains("window"), "{}", next.why);
    }
}

#[test]
fn a_window_is_open_from_its_opening_to_the_second_before_its_close() {
    let plan = full_load().with("/Window", night());
    for (now, is_open) in [
        ("2026-11-20T20:58:59Z", false),
        ("2026-11-20T21:00:00Z", true),
        ("2026-11-21T03:59:59.999Z", true),
        ("2026-11-21T04:00:00Z", false),
    ] {
        assert_eq!(is_open_at(&plan.0, now), is_open, "{now}");
    }
}

#[test]
fn a_run_that_begins_within_a_minute_before_its_window_waits_for_the_opening() {
    let (hours, span) = (full_load().with("/Window", night()), event("scheduled"));
    let all_day = full_load()
        .with("/Window", json!({"Opens": "22:00", "Closes": "22:00", "TimeZone": "Europe/Berlin"}));
    for (plan, closes) in [
        (&hours.0, "2026-11-21T04:00:00Z"),
        (&span, "2026-11-21T04:00:00Z"),
        // The day before closes at that moment: no time would be left in it.
        (&all_day.0, "2026-11-21T21:00:00Z"),
    ] {
        for (now, seconds) in [
            ("2026-11-20T20:59:59.999999999Z", 1),
            ("2026-11-20T20:59:59.950Z", 1),
            ("2026-11-20T20:59:59Z", 1),
            ("2026-11-20T20:59:58.999Z", 2),
            ("2026-11-20T20:59:00Z", 60),
        ] {
            let running = opened(plan, now);
            assert_eq!((running.next.what, running.next.seconds), (What::Wait, seconds), "{now}");
            assert!(
                running.next.why.ends_with("opens at 2026-11-20 22:00 CET") || plan == &span,
                "{}",
                running.next.why
            );
            let run = running.run;
            assert_eq!((run.opened, run.closes), (ts("2026-11-20T21:00:00Z"), ts(closes)), "{now}");
        }
        let on_time = opened(plan, "2026-11-20T21:00:00Z");
        assert_eq!((on_time.next.seconds, on_time.run.closes), (1, ts(closes)));
    }
    for plan in [&hours.0, &span] {
        assert_eq!(verdict(plan, "2026-11-20T20:58:59.999Z").outcome, Outcome::Skipped);
    }
    let day_before = opened(&all_day.0, "2026-11-20T20:58:59.999Z").run;
    assert_eq!(day_before.closes, ts("2026-11-20T21:00:00Z"));
    let by_hand = full_load().with("/Window", json!({"Duration": "PT1H"}));
    assert_eq!(run(&by_hand, IN_THE_NIGHT).opened, ts(IN_THE_NIGHT), "a span without a time is open at once");
}

#[test]
fn days_and_exceptions_are_those_of_the_evening_on_which_a_window_opens() {
    let plan = event("nightly-window");
    for (now, is_open, why) in [
        ("2026-11-23T23:30:00Z", true, "Monday night"),
        ("2026-11-27T02:00:00Z", true, "Friday morning belongs to Thursday night"),
        ("2026-11-27T23:30:00Z", false, "Friday night"),
        ("2026-11-28T23:30:00Z", false, "Saturday night"),
        ("2026-11-29T23:30:00Z", true, "Sunday night"),
        ("2026-12-24T02:00:00Z", true, "Christmas Eve's morning belongs to the 23rd"),
        ("2026-12-24T23:30:00Z", false, "Christmas Eve"),
        ("2026-12-25T02:00:00Z", false, "the morning after belongs to it"),
    ] {
        assert_eq!(is_open_at(&plan, now), is_open, "{why}");
    }
}

#[test]
fn the_close_is_fixed_once_in_whole_seconds() {
    let plan = full_load().with("/Window", night());
    let run = run(&plan, IN_THE_NIGHT);
    assert_eq!((run.started, run.closes), (ts(IN_THE_NIGHT), ts("2026-11-21T04:00:00Z")));
    assert!(run.windowed() && !run.stop_at_close, "nothing is under way yet");
    let later = goes_on(settled(&plan.0, IN_THE_NIGHT, None)).run;
    assert_eq!(later, run, "what validation adds does not move it");
    let span = full_load().with("/Window", json!({"Duration": "PT1H"}));
    assert_eq!(self::run(&span, IN_THE_NIGHT).closes, ts("2026-11-20T23:30:15Z"));
}

#[test]
fn what_happens_at_the_close_depends_on_the_type_unless_it_is_stated() {
    let hour = json!({"Duration": "PT1H", "StopLead": "PT10M"});
    let with = |plan: Sample, at_close: &str| {
        let plan = plan.with("/Window", hour.clone());
        if at_close.is_empty() { plan } else { plan.with("/Window/AtClose", json!(at_close)) }
    };
    let (end, ten_before) = ("2026-11-20T12:00:00Z", "2026-11-20T11:50:00Z");
    for (plan, at_close, work_ends) in [
        (with(full_load(), ""), AtClose::Stop, ten_before),
        (with(full_load(), "LeaveRunning"), AtClose::LeaveRunning, end),
        (with(load_and_cdc(), "Stop"), AtClose::Stop, ten_before),
        (with(load_and_cdc(), "LeaveRunning"), AtClose::LeaveRunning, end),
        (with(cdc(), ""), AtClose::LeaveRunning, end),
        (with(cdc(), "Stop"), AtClose::Stop, ten_before),
    ] {
        let run = run(&plan, AT_NOON);
        assert_eq!(
            (run.at_close, run.stop_due, run.closes),
            (Some(at_close), ts(work_ends), ts(end)),
            "{plan:?}"
        );
    }
}

#[test]
fn the_close_of_a_kept_task_follows_its_type_once_that_is_known() {
    let kept = |window: Value| Sample(json!({"Task": {"ReplicationTaskArn": TASK}, "Window": window}));
    let hour = kept(json!({"Duration": "PT1H", "StopLead": "PT10M"}));
    for (word, at_close, work_ends) in [
        ("full-load", AtClose::Stop, "2026-11-20T11:50:00Z"),
        ("cdc", AtClose::LeaveRunning, "2026-11-20T12:00:00Z"),
    ] {
        let running = goes_on(settled(&hour.0, AT_NOON, Some(word)));
        assert_eq!(running.next.what, What::Wait);
        let run = running.run;
        assert_eq!((run.at_close, run.stop_due), (Some(at_close), ts(work_ends)), "{word}");
        assert_eq!(run.route, Some(route()));
    }
    let verdict = is_over(settled(&hour.0, AT_NOON, Some("full-load-and-cdc"))).verdict;
    assert_eq!(verdict.outcome, Outcome::Rejected);
    assert!(verdict.reasons[1].ends_with("[at-close-not-stated]"), "{:?}", verdict.reasons);
}

#[test]
fn a_span_counts_from_the_scheduled_time_however_late_the_run_begins() {
    let plan = event("scheduled");
    let late = opened(&plan, "2026-11-20T21:14:30Z");
    let run = late.run;
    assert_eq!((run.closes, run.stop_due), (ts("2026-11-21T04:00:00Z"), ts("2026-11-21T03:55:00Z")));
    let missed = verdict(&plan, "2026-11-21T04:00:00Z");
    assert_eq!((missed.outcome, missed.severity), (Outcome::Skipped, Severity::Warning));
    let by_hand = opened(&event("scheduled-template"), "2026-11-20T21:14:30Z");
    assert_eq!(by_hand.run.closes, ts("2026-11-21T04:14:30Z"));
}

#[test]
fn without_a_window_a_run_ends_before_the_machine_does() {
    let run = run(&full_load(), AT_NOON);
    assert_eq!(run.closes, ts(AT_NOON) + LONGEST_RUN);
    assert_eq!(run.at_close, None, "nothing asked for a stop");
    assert!(LONGEST_RUN < SignedDuration::from_hours(14 * 24));
}

#[test]
fn what_is_no_plan_is_rejected_with_every_fault_and_a_name() {
    for (input, name, faults) in [
        (json!([]), "(unnamed)", vec!["the plan must be an object, not a list [wrong-type]"]),
        (json!("x"), "(unnamed)", vec!["the plan must be an object, not a string [wrong-type]"]),
        (json!({}), "(unnamed)", vec!["/Task: Task is missing [missing-member]"]),
        (
            event("contradictory-cdc-start"),
            "crm-contradiction",
            vec![
                "CdcStartPosition \"now\" is no position",
                "CdcStartTime and CdcStartPosition exclude each other",
            ],
        ),
    ] {
        let Reported { plan, run, verdict, .. } = is_over(open(&input, &execution(), ts(AT_NOON)));
        assert_eq!((plan, run.name.as_str()), (None, name));
        assert_eq!(
            introduce(&input, &execution(), ts(AT_NOON)),
            run,
            "as the message about a failed opening has it"
        );
        assert_eq!(verdict.outcome, Outcome::Rejected);
        assert_eq!(verdict.reasons.len(), faults.len() + 1);
        for (reason, fault) in verdict.reasons[1..].iter().zip(faults) {
            assert!(reason.contains(fault), "{reason}");
        }
    }
}

#[test]
fn what_the_plan_and_what_its_resources_give_is_one_report() {
    let mut running = opened(&full_load().0, AT_NOON);
    for round in 0..3 {
        let mut resources = Findings::default();
        for n in 0..MAX_FINDINGS {
            resources.add(&format!("/{round}/{n}"), Code::UnknownSetting, "x".repeat(400));
        }
        running = goes_on(settle(running, None, resources, ts(AT_NOON)));
    }
    let left_out = 3 * MAX_FINDINGS - (running.findings.len() - 1);
    let counts = running.findings.iter().filter(|finding| finding.code == Code::MoreFindings);
    let counts: Vec<&str> = counts.map(|finding| finding.message.as_str()).collect();
    assert_eq!(counts, [format!("{left_out} more findings are not shown; mend these first")]);
    let bytes = serde_json::to_string(&running.findings).expect("JSON").len();
    assert!(bytes < MAX_REPORT_BYTES + 500, "{bytes} bytes");
}

#[test]
fn a_stop_position_that_has_passed_is_a_warning_of_the_run() {
    let plan = cdc().with("/Task/CdcStopPosition", json!("server_time:2026-11-20T03:00:00")).0;
    let warned = |now: &str| {
        let findings = opened(&plan, now).findings;
        findings.iter().any(|finding| finding.code == Code::StopInThePast)
    };
    assert!(warned("2026-11-20T03:00:01Z"));
    assert!(!warned("2026-11-20T02:59:59Z"));
}

#[test]
fn a_pasted_answer_gives_the_run_its_name() {
    let element = event("pasted-task");
    let answer = json!({"Task": {"ReplicationTasks": [element["Task"]]}});
    assert_eq!(opened(&answer, AT_NOON).run.name, "crm-reporting");
}

#[test]
fn the_first_step_is_counted_at_its_worst() {
    assert_eq!(run(&full_load(), IN_THE_NIGHT).events, budget::OPENING);
}

#[test]
fn a_rejected_run_names_its_errors_and_no_hints() {
    let mut found = Findings::default();
    found.add("/Task", Code::NoSuchEndpoint, "there is none".to_owned());
    found.add("/Task", Code::MaintenanceInWindow, "it is maintained".to_owned());
    let over = is_over(settle(opened(&full_load().0, IN_THE_NIGHT), None, found, ts(IN_THE_NIGHT)));
    let codes: Vec<Code> = over.findings.iter().map(|finding| finding.code.clone()).collect();
    assert_eq!(codes, [Code::NoSuchEndpoint]);
}

#[test]
fn what_is_known_of_the_sources_log_takes_the_place_of_what_may_be() {
    let plan = load_and_cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop")).0;
    let codes = |found: Findings| {
        let running = goes_on(settle(opened(&plan, IN_THE_NIGHT), None, found, ts(IN_THE_NIGHT)));
        running.findings.iter().map(|finding| finding.code.clone()).collect::<Vec<Code>>()
    };
    assert!(codes(Findings::default()).contains(&Code::StoppedReplicationKeepsTheLog));
    let mut found = Findings::default();
    found.add("/Window/AtClose", Code::LogEndsBeforeNextWindow, "the slot fills the disk".to_owned());
    assert_eq!(codes(found), [Code::LogEndsBeforeNextWindow]);
}
