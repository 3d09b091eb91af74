//! Every finding of the plan's own chapter: a plan that causes it, at its place, and a near miss that does not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod answers;
mod mappings;
mod places;
mod replication;
mod settings;
mod shapes;
mod tasks;
mod together;
mod windows;

use plan::finding::{Chapter, Code, Severity};
use serde_json::{Value, json};
use support::findings::{Case, hold};
use support::plans::{Sample, cdc, full_load, load_and_cdc, mapping, night};

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
    hold(Chapter::Plan, &cases());
}

fn cases() -> Vec<Case> {
    [
        shapes::cases(),
        tasks::cases(),
        mappings::cases(),
        settings::cases(),
        replication::cases(),
        windows::cases(),
        together::cases(),
        places::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
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
        sample.findings().into_iter().map(|finding| (finding.path, finding.code.to_string())).collect();
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
        ("/Task/TableMappings/rules/0/rule-type", json!("select")),
        ("/Task/TableMappings", json!({"rules": {"rule-type": "selection"}})),
    ] {
        let found = full_load().with(pointer, value.clone()).findings();
        assert_eq!(found.iter().filter(|f| f.severity == Severity::Error).count(), 1, "{value}: {found:#?}");
    }
}

#[test]
fn a_member_of_a_rule_is_shown_where_it_belongs() {
    let said = |rule: Value, path: &str| {
        let mut mapping = mapping();
        mapping["rules"].as_array_mut().unwrap().push(rule);
        let found = full_load().with("/Task/TableMappings", mapping).findings();
        let at = found.iter().find(|f| f.code == Code::UnknownRuleMember && f.path.ends_with(path));
        at.unwrap_or_else(|| panic!("nothing at {path}: {found:#?}")).message.clone()
    };
    let rule = |members: Value| {
        let mut rule = json!({
            "rule-id": "2", "rule-name": "b", "object-locator": {"schema-name": "orders", "table-name": "items"},
        });
        rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        rule
    };
    for (members, path, advice) in [
        (
            json!({"rule-type": "transformation", "rule-target": "table", "rule-action": "define-primary-key", "name": "pk"}),
            "/name",
            "it belongs in primary-key-def",
        ),
        (
            json!({"rule-type": "table-settings", "rule-action": "include", "parallel-load": {"type": "partitions-auto"}}),
            "/rule-action",
            "a table-settings rule has no rule-action, only parallel-load and lob-settings",
        ),
        (
            json!({"rule-type": "table-settings", "lob-settings": {"lob-mode": "limited"}}),
            "/lob-settings/lob-mode",
            "it is called mode here",
        ),
    ] {
        let message = said(rule(members), path);
        assert!(message.ends_with(&format!("; {advice}")), "{path}: {message}");
    }
}

#[test]
fn a_misplaced_member_is_shown_its_place_and_a_misspelt_one_its_name() {
    let said = |sample: Sample, path: &str| {
        let found = sample.findings();
        let at = found.iter().find(|f| f.code == Code::UnknownMember && f.path == path);
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

#[test]
fn a_word_is_shown_the_one_that_was_meant() {
    let said = |path: &str, value: Value| {
        let sample = full_load().with("/Window", night()).with("/Notify", json!({}));
        let found = sample.with(path, value).findings();
        let found = found.into_iter().find(|finding| finding.path.starts_with(path));
        found.unwrap_or_else(|| panic!("nothing at {path}")).message
    };
    let prep_mode = "/Task/ReplicationTaskSettings/FullLoadSettings/TargetTablePrepMode";
    for (path, value, meant) in [
        ("/Start", json!("reload"), "Reload"),
        ("/Start", json!("resume-processing"), "Resume"),
        ("/Until", json!("caughtup"), "CaughtUp"),
        ("/Then", json!("leaverunning"), "LeaveRunning"),
        ("/Window/AtClose", json!("stop"), "Stop"),
        ("/Window/Days", json!(["Monday"]), "Mon"),
        ("/Window/Days", json!(["tue"]), "Tue"),
        ("/Notify/On", json!(["Finished", "Started "]), "Started"),
        ("/Task/MigrationType", json!("Full load"), "full-load"),
        ("/Task/MigrationType", json!("full_load"), "full-load"),
        (prep_mode, json!("TRUNCATE"), "TRUNCATE_BEFORE_LOAD"),
        ("/Task/TableMappings/rules/0/rule-type", json!("select"), "selection"),
        ("/Task/TableMappings/rules/0/rule-action", json!("Included"), "include"),
    ] {
        let message = said(path, value.clone());
        assert!(message.ends_with(&format!("; did you mean {meant}?")), "{path} {value}: {message}");
    }
    for path in ["/Start", "/Task/MigrationType", prep_mode, "/Task/TableMappings/rules/0/rule-type"] {
        let message = said(path, json!("banana"));
        assert!(!message.contains("did you mean"), "{path}: {message}");
    }
}
