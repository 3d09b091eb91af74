//! Where a plan is at home: its ARNs, its topic and the machine that runs it belong to one account and Region.

use super::{Arn, ExternalTask, Plan, TaskPlan};
use crate::finding::{Code, Findings};

/// Whether the topic is where the task is, as far as the plan says where that is.
pub(super) fn check_topic(plan: &Plan, path: &str, findings: &mut Findings) {
    let (Some(topic), Some((_, task))) = (&plan.notify.topic_arn, task_arn(plan)) else { return };
    if (&topic.partition, &topic.region) != (&task.partition, &task.region) {
        findings.add(
            &format!("{path}/Notify/TopicArn"),
            Code::TopicElsewhere,
            format!(
                "the topic is in {}, the task in {}: messages are published in the Region of the task, take a topic there",
                topic.home(),
                task.home()
            ),
        );
    }
}

/// Whether the plan is about what the machine can reach. `machine` is any ARN of the machine's own, such as an
/// execution's.
pub fn check_machine(plan: &Plan, machine: &Arn, findings: &mut Findings) {
    if let Some((path, task)) = task_arn(plan)
        && !task.is_beside(machine)
    {
        findings.add(
            path,
            Code::OtherHome,
            format!(
                "the plan is about a task in {}, and this machine runs in {}: give the plan to a machine there",
                task.home(),
                machine.home()
            ),
        );
    }
    if let Some(topic) = &plan.notify.topic_arn
        && (&topic.partition, &topic.region) != (&machine.partition, &machine.region)
        && task_arn(plan).is_none()
    {
        findings.add(
            "/Notify/TopicArn",
            Code::TopicElsewhere,
            format!(
                "the topic is in {}, this machine in {}: take a topic there",
                topic.home(),
                machine.home()
            ),
        );
    }
}

/// An ARN that says where the task is, and its place in the plan.
fn task_arn(plan: &Plan) -> Option<(&'static str, &Arn)> {
    match &plan.task {
        TaskPlan::Request(request) => {
            Some(("/Task/ReplicationInstanceArn", &request.replication_instance_arn))
        }
        TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => Some(("/Task/ReplicationTaskArn", arn)),
        TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(_)) => None,
    }
}
