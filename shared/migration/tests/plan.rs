//! Every finding about a plan: a plan that causes it, at its place, and a near miss that does not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod common;

use std::collections::BTreeSet;

use common::plans::{INSTANCE, SOURCE, Sample, TASK, cdc, event, full_load, load_and_cdc, mapping, night};
use common::sources::produced;
use migration::finding::{Finding, Findings, MOST_FINDINGS, Severity};
use migration::plan::{MOST_PLAN_BYTES, MigrationType, read, together};
use migration::resources::{Endpoint, Instance, check_endpoint, check_instance};
use serde_json::{Value, json};

/// A finding's code and place, what causes it and what only nearly does.
struct Case {
    code: &'static str,
    path: &'static str,
    bad: Vec<Finding>,
    good: Vec<Finding>,
}

/// A case of two plans.
fn plan(code: &'static str, path: &'static str, bad: Sample, good: Sample) -> Case {
    Case { code, path, bad: bad.findings(), good: good.findings() }
}

/// A case of one member: the value that is refused, and the one that is taken.
fn member(code: &'static str, path: &'static str, base: &Sample, bad: Value, good: Value) -> Case {
    plan(code, path, base.clone().with(path, bad), base.clone().with(path, good))
}

#[test]
fn every_finding_has_its_place_and_spares_the_near_miss() {
    let cases = cases();
    for Case { code, path, bad, good } in &cases {
        let at =
            |findings: &[Finding]| findings.iter().any(|found| found.code == *code && found.path == *path);
        assert!(at(bad), "{code} is not found at {path:?}; found: {bad:#?}");
        assert!(!at(good), "{code} is found at {path:?} where it should not be: {good:#?}");
        let others = good.iter().filter(|found| found.severity == Severity::Error);
        assert_eq!(
            others.collect::<Vec<_>>(),
            Vec::<&Finding>::new(),
            "the near miss of {code} is no good plan"
        );
    }
    let tested: BTreeSet<&str> = cases.iter().map(|case| case.code).collect();
    let produced = produced(&["shared/migration/src"]);
    let produced: BTreeSet<&str> = produced.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(tested, produced, "a case for every finding, and no case without one");
}

fn cases() -> Vec<Case> {
    [
        shapes(),
        tasks(),
        mappings_and_settings(),
        bounds_of_a_replication(),
        windows(),
        members_together(),
        outside_the_plan(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn shapes() -> Vec<Case> {
    let many = |count: usize| {
        (0..count).fold(full_load(), |sample, n| sample.with(&format!("/Unknown{n}"), json!(1))).findings()
    };
    let nested = |levels: usize| {
        let inner = (0..levels).fold(json!(1), |inner, _| json!([inner]));
        full_load().with("/Task/TableMappings/rules/0/filters", inner)
    };
    let mut few = many(MOST_FINDINGS);
    few.retain(|found| found.code != "unknown-member");
    vec![
        plan("wrong-type", "", Sample(json!([])), full_load()),
        plan("wrong-type", "", Sample(json!("x")), full_load()),
        plan("wrong-type", "", Sample(Value::Null), full_load()),
        member("wrong-type", "/Task", &full_load(), json!(5), json!({"ReplicationTaskArn": TASK})),
        member("wrong-type", "/Start", &full_load(), json!(5), json!(null)),
        member("wrong-type", "/Task/TableMappings", &full_load(), json!("[1]"), json!(mapping().to_string())),
        member(
            "wrong-type",
            "/Task/Tags/Team",
            &full_load().with("/Task/Tags", json!({})),
            json!(5),
            json!("a"),
        ),
        plan("missing-member", "/Task", Sample(json!({})), full_load()),
        plan("missing-member", "/Task", Sample(json!({"Task": {}})).with("/Task", json!("")), full_load()),
        plan(
            "missing-member",
            "/Task/MigrationType",
            full_load().without("/Task/MigrationType"),
            full_load(),
        ),
        plan(
            "missing-member",
            "/Task/TableMappings",
            full_load().with("/Task/TableMappings", json!("")),
            full_load(),
        ),
        plan(
            "missing-member",
            "/Window/TimeZone",
            full_load().with("/Window", night()).without("/Window/TimeZone"),
            full_load().with("/Window", night()),
        ),
        plan(
            "missing-member",
            "/Task/Tags/0/Key",
            full_load().with("/Task/Tags", json!([{"Key": "", "Value": "orders"}])),
            full_load().with("/Task/Tags", json!([{"Key": "", "Value": ""}])),
        ),
        member("unknown-word", "/Start", &full_load(), json!("refresh"), json!("Refresh")),
        member("unknown-word", "/Task/MigrationType", &full_load(), json!("full_load"), json!("full-load")),
        member("unknown-word", "/OnValidationErrors", &full_load(), json!("Reload"), json!("Warn")),
        plan(
            "unknown-word",
            "/Notify/On/1",
            full_load().with("/Notify", json!({"On": ["Finished", "Begun"]})),
            full_load().with("/Notify", json!({"On": ["Finished", "Started"]})),
        ),
        plan(
            "unknown-word",
            "/Window/Days/0",
            full_load().with("/Window", night()).with("/Window/Days", json!(["Monday"])),
            full_load().with("/Window", night()).with("/Window/Days", json!(["Mon"])),
        ),
        plan(
            "unknown-member",
            "/Windw",
            full_load().with("/Windw", night()),
            full_load().with("/Window", night()),
        ),
        plan(
            "unknown-member",
            "/Task/TargetTablePrepMode",
            full_load().with("/Task/TargetTablePrepMode", json!("DO_NOTHING")),
            full_load(),
        ),
        plan(
            "unknown-member",
            "/Task/Start",
            full_load().with("/Task/Start", json!("Refresh")),
            full_load().with("/Start", json!("Refresh")),
        ),
        member("bad-number", "/Restarts", &full_load(), json!(-1), json!(0)),
        plan(
            "bad-number",
            "/Window/MinimumMinutes",
            full_load().with("/Window", night()).with("/Window/MinimumMinutes", json!(1.5)),
            full_load().with("/Window", night()).with("/Window/MinimumMinutes", json!(90)),
        ),
        plan(
            "plan-too-large",
            "",
            full_load().with("/Comment", json!("x".repeat(MOST_PLAN_BYTES))),
            full_load().with("/Comment", json!("x".repeat(MOST_PLAN_BYTES - 2000))),
        ),
        plan("nested-too-deeply", "", nested(60), nested(40)),
        plan(
            "nested-too-deeply",
            "/Task/TableMappings",
            full_load().with(
                "/Task/TableMappings",
                json!(format!("{{\"rules\": {}1{}}}", "[".repeat(70), "]".repeat(70))),
            ),
            full_load().with("/Task/TableMappings", json!(mapping().to_string())),
        ),
        Case { code: "more-findings", path: "", bad: many(MOST_FINDINGS + 1), good: few },
        member("not-supported-yet", "/Mode", &full_load(), json!("Preflight"), json!("Migrate")),
        member("until-never", "/Until", &full_load(), json!("CaughtUp"), json!("Stopped")),
        plan(
            "until-never",
            "/Until",
            load_and_cdc().with("/Until", json!("CaughtUp")).with(
                "/Task/ReplicationTaskSettings",
                json!({"FullLoadSettings": {"StopTaskCachedChangesApplied": true}}),
            ),
            load_and_cdc().with("/Until", json!("CaughtUp")),
        ),
        member("bad-number", "/Restarts", &full_load(), json!(101), json!(100)),
        member("bad-number", "/StallMinutes", &full_load(), json!(1441), json!(0)),
        plan(
            "bad-number",
            "/LagSeconds",
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(0)),
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(1)),
        ),
        plan(
            "lag-without-caught-up",
            "/LagSeconds",
            load_and_cdc().with("/LagSeconds", json!(30)),
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(30)),
        ),
        member("not-supported-yet", "/OnAbort", &full_load(), json!("Stop"), json!("")),
        plan(
            "not-supported-yet",
            "/Notify/ChatTopicArn",
            full_load().with("/Notify", json!({"ChatTopicArn": "arn:aws:sns:us-east-1:123456789012:chat"})),
            full_load().with("/Notify", json!({"ChatTopicArn": ""})),
        ),
        plan(
            "not-supported-yet",
            "/Task",
            Sample(json!({"Task": {"ReplicationConfigIdentifier": "orders"}})),
            Sample(json!({"Task": {"ReplicationTaskIdentifier": "orders"}})),
        ),
        plan(
            "not-supported-yet",
            "/Task/ReplicationTaskArn",
            Sample(json!({"Task": {"ReplicationTaskArn": TASK.replace(":task:", ":replication-config:")}})),
            Sample(json!({"Task": {"ReplicationTaskArn": TASK}})),
        ),
        plan(
            "bad-team",
            "/Notify/Team",
            full_load().with("/Notify", json!({"Team": "orders\nBcc: all"})),
            full_load().with("/Notify", json!({"Team": "Orders - billing"})),
        ),
        plan(
            "bad-arn",
            "/Notify/TopicArn",
            full_load()
                .with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a:subscription"})),
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a"})),
        ),
        plan(
            "finished-left-out",
            "/Notify/On",
            full_load().with("/Notify", json!({"On": ["Started"]})),
            full_load().with("/Notify", json!({"On": []})),
        ),
        member(
            "bad-time",
            "/ScheduledTime",
            &full_load(),
            json!("2026-11-20T21:00:00"),
            json!("2026-11-20T21:00:00Z"),
        ),
    ]
}

fn tasks() -> Vec<Case> {
    let kept = |identifier: &str| Sample(json!({"Task": {"ReplicationTaskIdentifier": identifier}}));
    let described = |count: usize| {
        let task = full_load().0["Task"].clone();
        full_load().with("/Task", json!({"ReplicationTasks": vec![task; count]}))
    };
    let tags = |tags: Value| full_load().with("/Task/Tags", tags);
    vec![
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("orders--2"), kept("orders-2")),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("2-orders"), kept("Orders2")),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("orders-"), kept(&"o".repeat(255))),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept(&"o".repeat(256)), kept("o")),
        member(
            "bad-identifier",
            "/Task/ResourceIdentifier",
            &full_load(),
            json!("o".repeat(32)),
            json!("o".repeat(31)),
        ),
        member("bad-arn", "/Task/SourceEndpointArn", &full_load(), json!("orders-source"), json!(SOURCE)),
        member("wrong-arn", "/Task/SourceEndpointArn", &full_load(), json!(INSTANCE), json!(SOURCE)),
        member(
            "wrong-arn",
            "/Task/ReplicationInstanceArn",
            &full_load(),
            json!("arn:aws:dms:us-east-1:123456789012:rep:"),
            json!("arn:aws-cn:dms:cn-north-1:123456789012:rep:my-own-tail"),
        ),
        member(
            "wrong-arn",
            "/Task/ReplicationInstanceArn",
            &full_load(),
            json!("arn:aws:rds:us-east-1:123456789012:rep:X"),
            json!(INSTANCE),
        ),
        member(
            "same-endpoints",
            "/Task/TargetEndpointArn",
            &full_load(),
            json!(SOURCE),
            json!(common::plans::TARGET),
        ),
        plan("not-one-task", "/Task", described(2), described(1)),
        plan("not-one-task", "/Task", described(0), described(1)),
        member("read-only-member", "/Task/Status", &full_load(), json!("stopped"), json!(null)),
        plan(
            "bad-tag",
            "/Task/Tags/0",
            tags(json!([{"Key": "Team", "Value": "a;b"}])),
            tags(json!([{"Key": "Team", "Value": "a:b"}])),
        ),
        plan("bad-tag", "/Task/Tags/a\"b", tags(json!({"a\"b": "x"})), tags(json!({"a.b": "x"}))),
        plan(
            "bad-tag",
            "/Task/Tags/Team",
            tags(json!({"Team": "x".repeat(257)})),
            tags(json!({"Team": "x".repeat(256)})),
        ),
        plan("reserved-tag", "/Task/Tags/AWS:x", tags(json!({"AWS:x": "1"})), tags(json!({"aws-x": "1"}))),
        plan("reserved-tag", "/Task/Tags/0", tags(json!([{"Key": "dms:x"}])), tags(json!([{"Key": "x"}]))),
    ]
}

fn mappings_and_settings() -> Vec<Case> {
    let excluded = json!({"rules": [{"rule-type": "transformation", "rule-id": "1"}]});
    let settings = "/Task/ReplicationTaskSettings";
    let mode = |mode: &str| json!({"FullLoadSettings": {"TargetTablePrepMode": mode}});
    let mut logging = mode("TRUNCATE_BEFORE_LOAD");
    logging["Logging"] = json!({"EnableLogging": true, "CloudWatchLogGroup": null});
    let mut group = logging.clone();
    group["Logging"]["CloudWatchLogGroup"] = json!("dms-tasks-orders");
    vec![
        member("not-json", "/Task/TableMappings", &full_load(), json!("{rules: []}"), mapping()),
        member("not-json", settings, &full_load(), json!("{"), json!(mode("DROP_AND_CREATE").to_string())),
        member("no-rules", "/Task/TableMappings", &full_load(), json!({"Rules": []}), mapping()),
        member("no-selection-rule", "/Task/TableMappings", &full_load(), excluded, mapping()),
        member("read-only-setting", settings, &full_load(), group, logging),
        member("bad-prep-mode", settings, &full_load(), mode("TRUNCATE"), mode("TRUNCATE_BEFORE_LOAD")),
        member(
            "bad-prep-mode",
            settings,
            &full_load(),
            json!({"FullLoadSettings": {"TargetTablePrepMode": 1}}),
            json!({"FullLoadSettings": {"TargetTablePrepMode": null}}),
        ),
        plan("prep-mode-not-stated", settings, full_load().without(settings), full_load()),
        plan("prep-mode-not-stated", settings, load_and_cdc().without(settings), cdc()),
    ]
}

fn bounds_of_a_replication() -> Vec<Case> {
    let start = "/Task/CdcStartPosition";
    let time = "/Task/CdcStartTime";
    let stop = "/Task/CdcStopPosition";
    let mut cases = vec![
        plan(
            "cdc-start-twice",
            time,
            cdc().with(time, json!("2018-03-08T12:12:12")).with(start, json!("2018-03-08T12:12:12")),
            cdc().with(time, json!("1970-01-01T00:00:00")).with(start, json!("2018-03-08T12:12:12")),
        ),
        Case {
            code: "cdc-start-twice",
            path: time,
            bad: read::read(&event("contradictory-cdc-start")).findings,
            good: read::read(&event("cdc-only")).findings,
        },
        member("cdc-start-now", start, &cdc(), json!("now"), json!("")),
        member("bad-time", time, &cdc(), json!("yesterday"), json!(1520511132.5)),
        // CloudFormation's property of this name is in milliseconds, DMS's is in seconds.
        member("bad-time", time, &cdc(), json!(1_520_511_132_000_u64), json!(1_520_511_132)),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("2026-12-01T04:00:00"),
            json!("commit_time: 2026-12-01T04:00:00"),
        ),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("server_time:2026-12-01"),
            json!("server_time:2026-12-01T04:00:00"),
        ),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("server_time:2026-12-01T04:00:00+01:00"),
            json!("commit_time:2026-12-01T04:00:00"),
        ),
        plan(
            "cdc-member-without-cdc",
            stop,
            full_load().with(stop, json!("server_time:2026-12-01T04:00:00")),
            load_and_cdc().with(stop, json!("server_time:2026-12-01T04:00:00")),
        ),
        plan(
            "cdc-member-without-cdc",
            time,
            full_load().with(time, json!("2018-03-08T12:12:12")),
            cdc().with(time, json!("2018-03-08T12:12:12")),
        ),
        plan(
            "cdc-start-with-full-load",
            start,
            load_and_cdc().with(start, json!("12345")),
            cdc().with(start, json!("12345")),
        ),
    ];
    for (bad, good) in [
        ("latest", "2018-03-08T12:12:12"),
        ("checkpoint", "checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002:677883278264080#0#0#*#0#93"),
        ("mysql-bin-changelog:373", "mysql-bin-changelog.000024:373"),
        ("4AF/B00000D0/1", "4AF/B00000D0"),
        ("00000014:00000061", "00000014:00000061:0001"),
        ("12 345", "12345"),
    ] {
        cases.push(member("bad-cdc-start-position", start, &cdc(), json!(bad), json!(good)));
    }
    cases
}

fn windows() -> Vec<Case> {
    let window = |window: Value| full_load().with("/Window", window);
    let night = || window(night());
    let span = |text: &str| window(json!({"Duration": text}));
    vec![
        member("bad-time", "/Window/Opens", &night(), json!("9:00"), json!("09:00")),
        member("bad-time", "/Window/Closes", &night(), json!("24:00"), json!("00:00")),
        member("unknown-time-zone", "/Window/TimeZone", &night(), json!("Berlin"), json!("Asia/Kolkata")),
        member(
            "bad-date",
            "/Window/Except/1",
            &night().with("/Window/Except", json!(["2026-12-24", ""])),
            json!("2026-02-30"),
            json!("2028-02-29"),
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

fn members_together() -> Vec<Case> {
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
            "reload-without-load",
            "/Start",
            cdc().with("/Start", json!("Refresh")),
            cdc().with("/Start", json!("Resume")),
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

/// What is only seen once AWS has been asked.
fn outside_the_plan() -> Vec<Case> {
    let settled = |word: &str| {
        let mut findings = Findings::default();
        let kept = read::read(&json!({"Task": {"ReplicationTaskArn": TASK}})).plan.expect("a good plan");
        together::check_type(&kept, &MigrationType::from(word.to_owned()), "", &mut findings);
        findings.into_sorted()
    };
    let endpoint = |endpoint_type: &str, status: &str| {
        let mut findings = Findings::default();
        let seen = Endpoint {
            arn: SOURCE.to_owned(),
            endpoint_type: endpoint_type.to_owned(),
            status: status.to_owned(),
        };
        let seen = Some(&seen).filter(|_| !status.is_empty());
        check_endpoint("/Task/SourceEndpointArn", &SOURCE.parse().unwrap(), "source", seen, &mut findings);
        findings.into_sorted()
    };
    let instance = |status: &str| {
        let mut findings = Findings::default();
        let seen = Instance {
            arn: INSTANCE.to_owned(),
            identifier: "nightly".to_owned(),
            status: status.to_owned(),
        };
        let seen = Some(&seen).filter(|_| !status.is_empty());
        check_instance("/Task/ReplicationInstanceArn", &INSTANCE.parse().unwrap(), seen, &mut findings);
        findings.into_sorted()
    };
    let (source, rep) = ("/Task/SourceEndpointArn", "/Task/ReplicationInstanceArn");
    let good = || endpoint("SOURCE", "active");
    vec![
        Case {
            code: "unknown-migration-type",
            path: "/Task",
            bad: settled("zero-etl"),
            good: settled("cdc"),
        },
        Case { code: "no-such-endpoint", path: source, bad: endpoint("source", ""), good: good() },
        Case { code: "wrong-endpoint-kind", path: source, bad: endpoint("TARGET", "active"), good: good() },
        Case { code: "endpoint-not-active", path: source, bad: endpoint("source", "deleting"), good: good() },
        Case { code: "no-such-instance", path: rep, bad: instance(""), good: instance("available") },
        Case {
            code: "instance-not-available",
            path: rep,
            bad: instance("storage-full"),
            good: instance("available"),
        },
    ]
}

#[test]
fn a_good_plan_of_each_type_has_nothing_to_say() {
    for sample in [full_load(), load_and_cdc(), cdc()] {
        assert_eq!(sample.findings(), []);
    }
}

#[test]
fn every_fault_is_found_at_once() {
    let sample = cdc()
        .with("/Task/SourceEndpointArn", json!("x"))
        .with("/Task/ReplicationTaskIdentifier", json!("-"))
        .with("/Task/TableMappings", json!({"rules": []}))
        .with("/Window", json!({"Opens": "25:00", "Closes": "5", "TimeZone": "Mars/Phobos"}))
        .with("/Notify", json!({"On": ["Never"]}))
        .with("/Strat", json!("Auto"));
    let found: Vec<(String, String)> =
        sample.findings().into_iter().map(|finding| (finding.path, finding.code)).collect();
    let wanted = [
        ("/Notify/On", "finished-left-out"),
        ("/Notify/On/0", "unknown-word"),
        ("/Strat", "unknown-member"),
        ("/Task/ReplicationTaskIdentifier", "bad-identifier"),
        ("/Task/SourceEndpointArn", "bad-arn"),
        ("/Task/TableMappings", "no-selection-rule"),
        ("/Window/Closes", "bad-time"),
        ("/Window/Opens", "bad-time"),
        ("/Window/TimeZone", "unknown-time-zone"),
    ];
    assert_eq!(found, wanted.map(|(path, code)| (path.to_owned(), code.to_owned())));
}

#[test]
fn a_fault_is_told_once() {
    for (pointer, value) in [
        ("/Window", json!({"Duration": "7h"})),
        ("/Window", json!({"Duration": "P20D"})),
        ("/Notify", json!({"On": "Finished"})),
        ("/Task/Tags", json!([{"Key": 5}])),
        ("/Task/MigrationType", json!("both")),
    ] {
        let found = full_load().with(pointer, value.clone()).findings();
        assert_eq!(found.iter().filter(|f| f.severity == Severity::Error).count(), 1, "{value}: {found:#?}");
    }
}

#[test]
fn a_misplaced_member_is_shown_its_place_and_a_misspelt_one_its_name() {
    let said = |sample: Sample, path: &str| {
        let found = sample.findings();
        let at = found.iter().find(|f| f.code == "unknown-member" && f.path == path);
        at.unwrap_or_else(|| panic!("nothing at {path}: {found:#?}")).message.clone()
    };
    for (path, place) in [
        ("/Task/Window", "the plan, beside Task"),
        ("/Task/OnValidationErrors", "the plan, beside Task"),
        ("/TableMappings", "Task"),
        ("/ResourceIdentifier", "Task"),
        ("/AtClose", "Window"),
        ("/Window/Start", "the plan, beside Task"),
        ("/Window/Team", "Notify"),
        ("/Notify/StopLead", "Window"),
        ("/TopicArn", "Notify"),
    ] {
        let sample = full_load().with("/Window", night()).with("/Notify", json!({}));
        let message = said(sample.with(path, json!("x")), path);
        assert!(message.ends_with(&format!("; it belongs in {place}")), "{path}: {message}");
    }
    for (path, name) in [
        ("/OnDrfit", "OnDrift"),
        ("/onDrift", "OnDrift"),
        ("/Task/SourceEndpoint", "SourceEndpointArn"),
        ("/Task/replicationTaskSettings", "ReplicationTaskSettings"),
        ("/Window/Timezone", "TimeZone"),
    ] {
        let sample = full_load().with("/Window", night()).with(path, json!("x"));
        let message = said(sample, path);
        assert!(message.ends_with(&format!("; did you mean {name}?")), "{path}: {message}");
    }
}
