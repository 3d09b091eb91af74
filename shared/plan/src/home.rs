//! Where a plan is at home: its ARNs, its topics and the machine that runs it belong to one account and Region.

use super::{Arn, ExternalTask, Notify, Plan, TaskPlan};
use crate::finding::{Code, Findings};

/// Whether the topics are where the task is, as far as the plan says where that is.
pub(super) fn check_topic(plan: &Plan, path: &str, findings: &mut Findings) {
    let Some((_, task)) = task_arn(plan) else { return };
    for (member, topic) in topics(plan) {
        if (&topic.partition, &topic.region) != (&task.partition, &task.region) {
            findings.add(
                &format!("{path}/Notify/{member}"),
                Code::TopicElsewhere,
                format!(
                    "the topic is in {}, the task in {}: messages are published in the Region of the task, take a topic \
                     there",
                    topic.home(),
                    task.home()
                ),
            );
        } else {
            check_account(&format!("{path}/Notify/{member}"), topic, task, findings);
        }
    }
}

/// Whether a topic is in the account of the stack, which is that of the task. One of another account may well take
/// messages, and nothing here can tell.
fn check_account(path: &str, topic: &Arn, home: &Arn, findings: &mut Findings) {
    if topic.account != home.account {
        findings.add(
            path,
            Code::TopicAccountApart,
            format!(
                "the topic is in the account {}, the task in {}: its own policy, and that of its key, must let the stack's notify \
                 publish, beside the stack's OtherTopicArns; else the message goes to the stack's topic",
                topic.account, home.account
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
    if task_arn(plan).is_some() {
        return;
    }
    for (member, topic) in topics(plan) {
        if (&topic.partition, &topic.region) != (&machine.partition, &machine.region) {
            findings.add(
                &format!("/Notify/{member}"),
                Code::TopicElsewhere,
                format!(
                    "the topic is in {}, this machine in {}: take a topic there",
                    topic.home(),
                    machine.home()
                ),
            );
        } else {
            check_account(&format!("/Notify/{member}"), topic, machine, findings);
        }
    }
}

/// The topics that the plan names, each with its member.
fn topics(plan: &Plan) -> impl Iterator<Item = (&'static str, &Arn)> {
    let Notify { topic_arn, chat_topic_arn, .. } = &plan.notify;
    [("TopicArn", topic_arn), ("ChatTopicArn", chat_topic_arn)]
        .into_iter()
        .filter_map(|(member, topic)| Some((member, topic.as_ref()?)))
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
