//! The account, Region and partition of a plan: those that its ARNs name.

use dms_simulator::Scenario;
use local_aws::Place;
use plan::Arn;
use serde_json::Value;

/// The ARNs of a plan that say where it is at home, the ones of DMS first.
const ARNS: [&str; 6] = [
    "/Task/ReplicationInstanceArn",
    "/Task/SourceEndpointArn",
    "/Task/TargetEndpointArn",
    "/Task/ReplicationTaskArn",
    "/Notify/TopicArn",
    "/Notify/ChatTopicArn",
];

/// Where a plan is at home: where its first readable ARN of DMS is, without one the world's, then that of a topic, and
/// else the usual place. A plan that cannot be read has a home too, so that its findings are the same everywhere.
pub fn of(input: &Value, scenario: &Scenario) -> Place {
    let arn = |text: &str| text.parse::<Arn>().ok();
    let (dms, topics) = ARNS.split_at(4);
    let named = |pointers: &[&str]| pointers.iter().find_map(|at| arn(input.pointer(at)?.as_str()?));
    let world = || {
        let tasks = scenario.tasks.iter().filter_map(|task| task.replication_task_arn.as_deref());
        let instances = scenario.replication_instances.iter().map(|it| it.replication_instance_arn.as_str());
        tasks.chain(instances).find_map(arn)
    };
    named(dms).or_else(world).or_else(|| named(topics)).map_or_else(Place::default, |arn| Place {
        partition: arn.partition,
        region: arn.region,
        account: arn.account,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn home(input: &Value, scenario: &Scenario) -> String {
        let Place { partition, region, account } = of(input, scenario);
        format!("{partition} {region} {account}")
    }

    #[test]
    fn a_plan_is_at_home_where_its_arns_are() {
        let instance = "arn:aws-us-gov:dms:us-gov-west-1:222222222222:rep:A";
        let world = Scenario::default().with_instance(instance, "a");
        let topic = json!({"TopicArn": "arn:aws-cn:sns:cn-north-1:333333333333:t"});
        let nowhere = Scenario::default();
        for (input, scenario, expected) in [
            (
                json!({"Task": {"SourceEndpointArn": "arn:aws:dms:eu-central-1:111111111111:endpoint:S"},
                    "Notify": topic}),
                &world,
                "aws eu-central-1 111111111111",
            ),
            (
                json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Notify": topic}),
                &world,
                "aws-us-gov us-gov-west-1 222222222222",
            ),
            (
                json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Notify": topic}),
                &nowhere,
                "aws-cn cn-north-1 333333333333",
            ),
            (json!({"Task": {"ReplicationTaskArn": "orders"}}), &nowhere, "aws us-east-1 123456789012"),
            (json!("no plan"), &nowhere, "aws us-east-1 123456789012"),
        ] {
            assert_eq!(home(&input, scenario), expected, "{input}");
        }
    }
}
