//! What is only seen once AWS has been asked.

use migration::survey::drift;
use migration::survey::engines;
use migration::survey::resources::{
    Endpoint, Instance, check_endpoint, check_instance, describe_instance, not_looked_at,
};
use migration::survey::upkeep::{EngineVersion, PendingAction};
use migration::survey::{capacity, maintenance, topics, upkeep};
use plan::finding::Findings;
use plan::read;
use serde_json::json;

use support::findings::Case;
use support::plans::{INSTANCE, SOURCE, TASK, full_load, night};

pub(crate) fn cases() -> Vec<Case> {
    let endpoint = |endpoint_type: &str, status: &str| {
        let mut findings = Findings::default();
        let seen = Endpoint {
            arn: SOURCE.to_owned(),
            endpoint_type: endpoint_type.to_owned(),
            status: status.into(),
            engine: "postgres".to_owned(),
            read_only: false,
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
            status: status.into(),
            ..Instance::default()
        };
        let seen = Some(&seen).filter(|_| !status.is_empty());
        check_instance("/Task/ReplicationInstanceArn", &INSTANCE.parse().unwrap(), seen, &mut findings);
        findings.into_sorted()
    };
    let drifted = |on_drift: &str| {
        let mut findings = Findings::default();
        let plan = json!({"Task": {"ReplicationTaskArn": TASK}, "OnDrift": on_drift});
        let differences = ["MigrationType: the plan states \"cdc\", the task has \"full-load\"".to_owned()];
        drift::warn(&read::read(&plan).plan.expect("a good plan"), &differences, &mut findings);
        findings.into_sorted()
    };
    let known = |engine: &str| {
        let mut findings = Findings::default();
        engines::check_known("/Task/SourceEndpointArn", engine, &mut findings);
        findings.into_sorted()
    };
    let changing = |pending: &[&str]| {
        let mut findings = Findings::default();
        let seen = Instance {
            status: "available".into(),
            pending: pending.iter().map(|change| (*change).to_owned()).collect(),
            ..Instance::default()
        };
        check_instance(
            "/Task/ReplicationInstanceArn",
            &INSTANCE.parse().unwrap(),
            Some(&seen),
            &mut findings,
        );
        findings.into_sorted()
    };
    let described = |path: &str| {
        let mut findings = Findings::default();
        describe_instance(path, &Instance::default(), &mut findings);
        findings.into_sorted()
    };
    let maintained = |maintenance: &str| {
        let mut findings = Findings::default();
        let plan = read::read(&full_load().with("/Window", night()).0).plan.expect("a good plan");
        let instance = Instance { maintenance: maintenance.to_owned(), ..Instance::default() };
        let noon = "2026-11-20T11:00:00Z".parse().expect("an instant");
        maintenance::check("/Task/ReplicationInstanceArn", &plan, &instance, noon, &mut findings);
        findings.into_sorted()
    };
    let kept = |wanted: &str, path: &str, read_only: bool| {
        let mut findings = Findings::default();
        let seen = Endpoint {
            arn: SOURCE.to_owned(),
            endpoint_type: wanted.to_owned(),
            status: "active".into(),
            engine: "redshift".to_owned(),
            read_only,
        };
        check_endpoint(path, &SOURCE.parse().unwrap(), wanted, Some(&seen), &mut findings);
        findings.into_sorted()
    };
    let nightly = || read::read(&full_load().with("/Window", night()).0).plan.expect("a good plan");
    let noon = "2026-11-20T11:00:00Z".parse().expect("an instant");
    let at = |date: &str| Some(date.parse().expect("an instant"));
    let (tonight, next_month) = ("2026-11-21T01:00:00Z", "2026-12-20T12:00:00Z");
    let waits = |date: &str| {
        let mut findings = Findings::default();
        let action =
            PendingAction { action: "db-upgrade".to_owned(), forced: at(date), ..PendingAction::default() };
        let instance = Instance::default();
        upkeep::check_actions(
            "/Task/ReplicationInstanceArn",
            &nightly(),
            &instance,
            &[action],
            noon,
            &mut findings,
        );
        findings.into_sorted()
    };
    let ends = |date: &str| {
        let mut findings = Findings::default();
        let version = EngineVersion {
            version: "3.5.4".to_owned(),
            force_upgrade: at(date),
            ..EngineVersion::default()
        };
        let instance = Instance { engine_version: "3.5.4".to_owned(), ..Instance::default() };
        upkeep::check_version(
            "/Task/ReplicationInstanceArn",
            &nightly(),
            &instance,
            &[version],
            noon,
            &mut findings,
        );
        findings.into_sorted()
    };
    let left = |storage: f64, memory: f64| {
        let mut findings = Findings::default();
        let left = capacity::Capacity { free_storage: Some(storage), freeable_memory: Some(memory) };
        capacity::check("/Task/ReplicationInstanceArn", left, &mut findings);
        findings.into_sorted()
    };
    let topic = |allowed: &str| {
        let mut findings = Findings::default();
        let arn = |name: &str| format!("arn:aws:sns:us-east-1:123456789012:{name}");
        let plan = json!({"Task": {"ReplicationTaskArn": TASK}, "Notify": {"TopicArn": arn("team")}});
        topics::check(
            &read::read(&plan).plan.expect("a good plan"),
            &[arn("own"), arn(allowed)],
            &mut findings,
        );
        findings.into_sorted()
    };
    let unseen = |path: &str| {
        let mut findings = Findings::default();
        not_looked_at(path, "what maintenance waits for it", "AccessDeniedException: no", &mut findings);
        findings.into_sorted()
    };
    let (source, rep) = ("/Task/SourceEndpointArn", "/Task/ReplicationInstanceArn");
    let good = || endpoint("SOURCE", "active");
    vec![
        Case { code: "drift", path: "/Task", bad: drifted("Ignore"), good: drifted("Reject") },
        Case { code: "no-such-endpoint", path: source, bad: endpoint("source", ""), good: good() },
        Case { code: "wrong-endpoint-kind", path: source, bad: endpoint("TARGET", "active"), good: good() },
        Case { code: "endpoint-not-active", path: source, bad: endpoint("source", "deleting"), good: good() },
        Case {
            code: "endpoint-changing",
            path: source,
            bad: endpoint("source", "modifying"),
            good: endpoint("source", "active"),
        },
        Case {
            code: "instance-changing",
            path: rep,
            bad: instance("upgrading"),
            good: instance("available"),
        },
        Case { code: "no-such-instance", path: rep, bad: instance(""), good: instance("available") },
        Case {
            code: "instance-not-available",
            path: rep,
            bad: instance("storage-full"),
            good: instance("available"),
        },
        Case { code: "instance-seen", path: rep, bad: described(rep), good: described("/Task") },
        Case {
            code: "unknown-engine",
            path: source,
            bad: known("paradox"),
            good: known("aurora-postgresql"),
        },
        Case {
            code: "pending-changes",
            path: rep,
            bad: changing(&["EngineVersion 3.6.1"]),
            good: changing(&[]),
        },
        Case {
            code: "endpoint-read-only",
            path: "/Task/TargetEndpointArn",
            bad: kept("target", "/Task/TargetEndpointArn", true),
            good: kept("target", "/Task/TargetEndpointArn", false),
        },
        Case {
            code: "source-read-only",
            path: source,
            bad: kept("source", source, true),
            good: kept("source", source, false),
        },
        Case { code: "maintenance-pending", path: rep, bad: waits(tonight), good: waits(next_month) },
        Case { code: "engine-version-ends", path: rep, bad: ends(tonight), good: ends(next_month) },
        Case { code: "instance-short-of-storage", path: rep, bad: left(5.3e9, 4e9), good: left(5.4e9, 4e9) },
        Case { code: "instance-short-of-memory", path: rep, bad: left(4e10, 1.0e9), good: left(4e10, 1.1e9) },
        Case { code: "instance-not-looked-at", path: rep, bad: unseen(rep), good: unseen("/Task") },
        Case {
            code: "topic-not-allowed",
            path: "/Notify/TopicArn",
            bad: topic("teams"),
            good: topic("team"),
        },
        Case {
            code: "maintenance-in-window",
            path: rep,
            bad: maintained("sat:03:30-sat:04:00"),
            good: maintained("sat:04:00-sat:04:30"),
        },
    ]
}
