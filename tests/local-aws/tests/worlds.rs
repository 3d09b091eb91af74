//! Worlds side by side: each execution sees the DMS and the time of its own.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::sync::Arc;

use common::{output, run, task, with_stack};
use dms_simulator::model::ServiceModel;
use dms_simulator::{Scenario, Simulator};
use local_aws::{Clock, Fault, World};
use serde_json::{Value, json};

const DESCRIBE: &str = "AmazonDMSv20160101.DescribeReplicationInstances";

/// A world whose DMS knows one replication instance by this identifier.
fn world(instance: &str, evening: &str) -> Arc<World> {
    let scenario: Scenario = serde_json::from_value(
        json!({ "ReplicationInstances": [{ "ReplicationInstanceIdentifier": instance }] }),
    )
    .unwrap();
    let model = Arc::new(ServiceModel::find().unwrap());
    let clock = Clock::starting_at(evening.parse().unwrap(), 1);
    Arc::new(World::new(clock).with_dms(Simulator::new(scenario, 7)).checked_by(model))
}

fn asks_dms(input: &Value) -> Value {
    let payload = json!({
        "Do": "call", "Service": "dms", "Target": DESCRIBE, "Input": input,
        "Execution.$": "$$.Execution.Id",
    });
    json!({ "StartAt": "Ask", "States": { "Ask": task("echo", payload) } })
}

fn identifiers(answer: &Value) -> Vec<&str> {
    let instances = answer["ReplicationInstances"].as_array().unwrap();
    instances.iter().map(|instance| instance["ReplicationInstanceIdentifier"].as_str().unwrap()).collect()
}

#[test]
fn each_execution_speaks_to_the_dms_of_its_world() {
    with_stack(async |aws| {
        let [one, two] = [("first", "2026-10-24T22:00:00Z"), ("second", "2031-03-30T01:00:00Z")]
            .map(|(instance, evening)| world(instance, evening));
        aws.worlds().bind_prefix("dms-one", &one);
        aws.worlds().bind_prefix("dms-two", &two);
        let in_two = Fault::on_service("dms").execution("dms-two-b").deny();
        let fault = aws.faults().add(in_two);
        for (name, status, found, year) in [
            ("dms-one-a", 200, vec!["first"], "2026"),
            ("dms-two-a", 200, vec!["second"], "2031"),
            ("dms-two-b", 400, vec![], "2031"),
        ] {
            let said = output(&run(aws, name, &asks_dms(&json!({})), &json!({})).await);
            assert_eq!(said["Status"], status, "{said}");
            if status == 200 {
                assert_eq!(identifiers(&said["Body"]), found);
            }
            let calls = aws.recorder().of_execution(name);
            let call = calls.iter().find(|call| call.service == "dms").unwrap();
            assert_eq!(call.function.as_deref(), Some("echo"));
            assert_eq!(call.operation, "DescribeReplicationInstances");
            assert!(call.local.to_string().starts_with(year), "{call:?}");
        }
        aws.faults().remove(fault);
        assert_eq!(one.findings(), [""; 0]);
        assert_eq!(one.simulator(|dms| dms.calls("DescribeReplicationInstances")), Some(1));
    });
}

#[test]
fn what_does_not_fit_the_service_model_is_found() {
    with_stack(async |aws| {
        let world = world("only", "2026-10-24T22:00:00Z");
        aws.worlds().bind("dms-odd", &world);
        run(aws, "dms-odd", &asks_dms(&json!({ "NoSuchMember": 1 })), &json!({})).await;
        let findings = world.findings();
        assert!(findings.iter().any(|finding| finding.contains("NoSuchMember")), "{findings:?}");
    });
}

#[test]
fn a_caller_that_is_no_function_speaks_in_the_world_that_it_names() {
    with_stack(async |aws| {
        let world = world("mine", "2026-10-24T22:00:00Z");
        aws.worlds().bind("dms-mine", &world);
        let answer = aws.call_as("dms-mine", "dms", DESCRIBE, &json!({})).await.unwrap();
        assert_eq!(identifiers(&answer), ["mine"]);
        let nobody = aws.call("dms", DESCRIBE, &json!({})).await.unwrap_err().to_string();
        assert!(nobody.contains("there is no DMS in this world"), "{nobody}");
        aws.worlds().release(&world);
        assert!(aws.call_as("dms-mine", "dms", DESCRIBE, &json!({})).await.is_err());
    });
}
