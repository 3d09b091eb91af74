//! What is only seen once AWS has been asked.

use migration::survey::drift;
use migration::survey::engines;
use migration::survey::maintenance;
use migration::survey::resources::{Endpoint, Instance, check_endpoint, check_instance, describe_instance};
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
            code: "maintenance-in-window",
            path: rep,
            bad: maintained("sat:03:30-sat:04:00"),
            good: maintained("sat:04:00-sat:04:30"),
        },
    ]
}
