//! What DMS answers and shows, member by member, where AWS's examples and field reports say it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{INSTANCE, SOURCE, Story, TARGET, world};
use dms_simulator::Scenario;
use dms_simulator::scenario::{Behaviour, Durations, EngineVersion, PendingMaintenanceAction, Refusal};
use serde_json::{Value, json};

#[test]
fn answers_to_start_stop_and_delete_hold_no_statistics_and_no_reason_while_the_task_is_active() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).stop(&arn).unwrap();
    story.after(20.0);
    let statistics = story.see(&arn)["ReplicationTaskStats"]["StopDate"].is_number();
    assert!(statistics, "a describe has them");
    let started = story.start(&arn, "resume-processing").unwrap()["ReplicationTask"].clone();
    let stopped = story.after(60.0).stop(&arn).unwrap()["ReplicationTask"].clone();
    story.after(20.0);
    let deleted = story.call("DeleteReplicationTask", json!({ "ReplicationTaskArn": arn })).unwrap();
    let deleted = deleted["ReplicationTask"].clone();
    for (answer, status, reason) in [
        (started, "starting", None),
        (stopped, "stopping", None),
        (deleted, "deleting", Some("Stop Reason NORMAL")),
    ] {
        assert_eq!(answer["Status"], status);
        assert_eq!(answer.get("StopReason").and_then(Value::as_str), reason, "{status}");
        assert_eq!(answer.get("ReplicationTaskStats"), None, "{status}");
        assert!(answer["ReplicationTaskStartDate"].is_number(), "{status}");
    }
}

#[test]
fn the_statistics_begin_some_seconds_after_the_start() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    let date = |seen: &Value, name: &str| seen["ReplicationTaskStats"][name].as_f64();
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(5.9).see(&arn).get("ReplicationTaskStats"), None, "nothing was measured yet");
    let seen = story.after(0.1).see(&arn);
    let first = seen["ReplicationTaskStartDate"].as_f64().unwrap() + 6.0;
    assert_eq!((date(&seen, "StartDate"), date(&seen, "FreshStartDate")), (Some(first), Some(first)));
    story.after(60.0).stop(&arn).unwrap();
    story.after(20.0).start(&arn, "resume-processing").unwrap();
    let seen = story.after(5.0).see(&arn);
    assert_eq!(date(&seen, "StartDate"), Some(first), "those of the run before are still there");
    assert!(date(&seen, "StopDate").is_some());
    let seen = story.after(1.0).see(&arn);
    assert_eq!(date(&seen, "FreshStartDate"), Some(first), "a resume is no fresh start");
    assert_eq!(date(&seen, "StartDate"), seen["ReplicationTaskStartDate"].as_f64().map(|at| at + 6.0));
    assert_eq!(date(&seen, "StopDate"), None);
}

#[test]
fn a_short_start_has_its_statistics_by_its_end() {
    let durations = Durations { starting: 2.0, ..Durations::default() };
    let mut story = Story::new(Scenario { durations, ..world() });
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    let seen = story.after(2.0).see(&arn);
    assert_eq!(seen["Status"], "running");
    let expected = seen["ReplicationTaskStartDate"].as_f64().unwrap() + 2.0;
    assert_eq!(seen["ReplicationTaskStats"]["StartDate"].as_f64(), Some(expected));
}

#[test]
fn describes_show_running_for_a_while_after_a_stop() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(130.0).stop(&arn).unwrap()["ReplicationTask"]["Status"], "stopping");
    assert_eq!(story.after(2.9).status(&arn), "running");
    assert_eq!(story.states(&arn)[1], "items: Full load (2000)");
    assert_eq!(story.stop(&arn).unwrap_err().code, "InvalidResourceStateFault", "it was taken all the same");
    assert_eq!(story.after(0.1).status(&arn), "stopping");
    assert_eq!(story.states(&arn)[1], "items: Table cancelled (2000)");
    assert_eq!(story.after(12.0).ending(&arn), "stopped: Stop Reason NORMAL");
    for (stop_lag, stopping, shown) in [(0.0, 15.0, "stopping"), (3.0, 0.0, "stopped")] {
        let durations = Durations { stop_lag, stopping, ..Durations::default() };
        let mut story = Story::new(Scenario { durations, ..world() });
        let arn = story.task("full-load", Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(130.0).stop(&arn).unwrap();
        assert_eq!(story.status(&arn), shown);
    }
}

#[test]
fn a_stopped_full_load_says_that_it_is_finished_where_the_scenario_says_so() {
    let behaviour = Behaviour { stopped_load_is_finished: true, ..Behaviour::default() };
    for (migration_type, ending) in [
        ("full-load", "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED"),
        ("full-load-and-cdc", "stopped: Stop Reason NORMAL"),
    ] {
        let mut story = Story::new(Scenario { behaviour: behaviour.clone(), ..world() });
        let arn = story.task(migration_type, Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(130.0).stop(&arn).unwrap();
        assert_eq!(story.after(15.0).ending(&arn), ending);
        assert_eq!(story.states(&arn)[1], "items: Table cancelled (2000)");
    }
}

#[test]
fn a_filter_that_is_no_identifier_and_a_stop_of_an_idle_task_are_refused_in_dms_words() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    for (operation, filter) in [
        ("DescribeReplicationTasks", "replication-task-id"),
        ("DescribeEndpoints", "endpoint-id"),
        ("DescribeReplicationInstances", "replication-instance-id"),
    ] {
        let by_arn = json!({ "Filters": [{ "Name": filter, "Values": [arn] }] });
        let (code, message) = story.refused(operation, by_arn);
        assert_eq!(code, "InvalidParameterValueException");
        let words = format!(
            "The parameter Filter: {filter} is not a valid identifier. Identifiers must begin with a letter;"
        );
        assert!(message.starts_with(&words), "{message}");
    }
    let fault = story.stop(&arn).unwrap_err();
    assert_eq!(fault.code, "InvalidResourceStateFault");
    assert!(fault.message.ends_with("is currently not running"), "{}", fault.message);
}

#[test]
fn statistics_are_refused_for_a_span_of_time() {
    let refusal = Refusal::each("DescribeTableStatistics", "InvalidResourceStateFault", "not now");
    let mut story = Story::new(world().with_refusal(refusal.between(60.0, 90.0)));
    let arn = story.task("full-load", Value::Null);
    let mut refused = Vec::new();
    for _ in 0..8 {
        let asked = story.call("DescribeTableStatistics", json!({ "ReplicationTaskArn": arn }));
        refused.push(asked.err().map_or("-".to_owned(), |fault| fault.code));
        assert_eq!(story.after(10.0).status(&arn), "ready", "nothing else is refused");
    }
    // The story is 20 s old when the task is ready.
    assert_eq!(
        refused.iter().map(|it| it != "-").collect::<Vec<_>>(),
        [false, false, false, false, true, true, true, false]
    );
}

#[test]
fn what_waits_for_an_instance_and_what_becomes_of_versions_is_told_or_refused() {
    let date: jiff::Timestamp = "2026-03-05T03:00:00Z".parse().unwrap();
    let mut scenario = world();
    let mut waiting = PendingMaintenanceAction { action: "db-upgrade".into(), ..Default::default() };
    waiting.forced_apply_date = Some(date);
    scenario.replication_instances[0].pending_maintenance_actions = vec![waiting];
    let version = |version: &str| EngineVersion { version: version.into(), ..Default::default() };
    scenario.engine_versions = vec![EngineVersion { force_upgrade_date: Some(date), ..version("3.5.4") }];
    scenario.engine_versions.extend((0..30).map(|minor| version(&format!("3.6.{minor}"))));
    let asked = json!({ "ReplicationInstanceArn": INSTANCE });
    let mut story = Story::new(scenario.clone());
    let told = story.call("DescribePendingMaintenanceActions", asked.clone()).unwrap();
    let of_it = &told["PendingMaintenanceActions"][0];
    assert_eq!(of_it["ResourceIdentifier"], INSTANCE);
    let seconds = date.as_second() as f64;
    let details = json!([{ "Action": "db-upgrade", "ForcedApplyDate": seconds }]);
    assert_eq!(of_it["PendingMaintenanceActionDetails"], details);
    let page = story.call("DescribeEngineVersions", json!({ "MaxRecords": 20 })).unwrap();
    assert_eq!(page["EngineVersions"][0]["ForceUpgradeDate"], seconds);
    let next = json!({ "MaxRecords": 20, "Marker": page["Marker"] });
    let next = story.call("DescribeEngineVersions", next).unwrap();
    assert_eq!((next["EngineVersions"].as_array().unwrap().len(), next.get("Marker")), (11, None));
    let elsewhere = json!({ "ReplicationInstanceArn": INSTANCE.replace("rep:", "rep:NOT") });
    assert_eq!(story.refused("DescribePendingMaintenanceActions", elsewhere).0, "ResourceNotFoundFault");
    assert_eq!(
        Story::new(world()).call("DescribePendingMaintenanceActions", asked.clone()).unwrap(),
        json!({ "PendingMaintenanceActions": [] })
    );
    for operation in ["DescribePendingMaintenanceActions", "DescribeEngineVersions"] {
        let denied = Refusal::each(operation, "AccessDeniedException", "not authorized");
        let mut story = Story::new(scenario.clone().with_refusal(denied));
        assert_eq!(story.refused(operation, asked.clone()).0, "AccessDeniedException");
    }
}

#[test]
fn endpoints_and_instances_have_the_members_of_aws_s_examples() {
    let mut scenario = world();
    scenario.endpoints[1].port = Some(6432);
    scenario.endpoints[1].server_name = Some("db.internal".into());
    let mut story = Story::new(scenario.with_target(&TARGET.replace("WAREHOUSE", "BUCKET"), "bucket", "s3"));
    let seen = story.call("DescribeEndpoints", json!({})).unwrap()["Endpoints"].clone();
    let shown = |index: usize, name: &str| seen[index].get(name).cloned().unwrap_or_default();
    assert_eq!(shown(0, "EndpointArn"), SOURCE);
    assert_eq!((shown(0, "EndpointType"), shown(0, "Port")), (json!("SOURCE"), json!(3306)));
    assert_eq!(
        (shown(0, "ServerName"), shown(0, "DatabaseName")),
        (json!("orders.example.com"), json!("orders"))
    );
    assert_eq!((shown(1, "ServerName"), shown(1, "Port")), (json!("db.internal"), json!(6432)));
    assert_eq!(shown(1, "Username"), "dms");
    assert_eq!(
        (shown(2, "ServerName"), shown(2, "Port")),
        (Value::Null, Value::Null),
        "a bucket is no server"
    );
    for index in 0..3 {
        let key = shown(index, "KmsKeyId");
        assert!(key.as_str().unwrap().starts_with("arn:aws:kms:eu-central-1:123456789012:key/"), "{key}");
    }
    let seen = story.call("DescribeReplicationInstances", json!({})).unwrap();
    let instance = &seen["ReplicationInstances"][0];
    for name in [
        "InstanceCreateTime",
        "VpcSecurityGroups",
        "AvailabilityZone",
        "ReplicationSubnetGroup",
        "KmsKeyId",
        "ReplicationInstancePublicIpAddress",
        "ReplicationInstancePrivateIpAddress",
        "ReplicationInstancePublicIpAddresses",
        "ReplicationInstancePrivateIpAddresses",
        "ReplicationInstanceIpv6Addresses",
    ] {
        assert!(instance.get(name).is_some(), "{name}");
    }
    assert_eq!(instance["AvailabilityZone"], "eu-central-1a");
}
