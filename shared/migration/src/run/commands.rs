//! Commands that a person can paste into a shell. What comes from outside is quoted.

use std::borrow::Cow;

use plan::clean::one_line;
use plan::{Arn, Start};

use crate::run::execution_arn::ExecutionArn;
use crate::run::task::Task;

/// Lists a task's tables in error.
pub fn list_tables_in_error(task: &Arn) -> String {
    format!(
        "aws dms describe-table-statistics --region {} --replication-task-arn {} --filters \
         Name=table-state,Values='Table error'",
        quoted(&task.region),
        quoted(&task.to_string())
    )
}

/// Shows a task.
pub fn describe_task(task: &Arn) -> String {
    format!(
        "aws dms describe-replication-tasks --region {} --without-settings --filters {}",
        quoted(&task.region),
        quoted(&format!("Name=replication-task-arn,Values={task}"))
    )
}

/// Shows an execution.
pub fn describe_execution(execution: &ExecutionArn) -> String {
    format!(
        "aws stepfunctions describe-execution --region {} --execution-arn {}",
        quoted(&execution.machine().region),
        quoted(&execution.to_string())
    )
}

/// Shows all that an execution has done: the documents of its steps stand in there, also where it has failed.
pub fn execution_history(execution: &ExecutionArn) -> String {
    format!(
        "aws stepfunctions get-execution-history --region {} --execution-arn {}",
        quoted(&execution.machine().region),
        quoted(&execution.to_string())
    )
}

/// Stops a task.
pub fn stop_task(task: &Arn) -> String {
    format!(
        "aws dms stop-replication-task --region {} --replication-task-arn {}",
        quoted(&task.region),
        quoted(&task.to_string())
    )
}

/// What lets the stop function stop a task.
pub const ALLOW_STOP: &str = "let the role of the stop function stop this task (dms:StopReplicationTask)";

/// Lets DMS itself tell of a task's failures, on the plan's topic or on that of the stack.
pub fn tell_of_failures(task: &Task, topic: Option<&Arn>, execution: &ExecutionArn) -> String {
    let name = quoted(&task.identifier);
    let topic = topic.map_or_else(|| topic_of_the_stack(execution), |topic| quoted(&topic.to_string()));
    format!(
        "aws dms create-event-subscription --region {} --subscription-name {name} --source-type replication-task \
         --source-ids {name} --event-categories failure --sns-topic-arn {topic}",
        quoted(&task.arn.region)
    )
}

/// Prints the last lines of a task's log. Its group has the name of the replication instance. Where that is not known
/// it is asked for by the instance's ARN, and where that is not known either, by the task's.
pub fn show_log(task: &Arn, name: Option<&str>, instance: Option<&Arn>) -> String {
    let region = quoted(&task.region);
    let group = match name {
        Some(name) => quoted(&log_group(name)),
        None => format!("{}\"$({})\"", log_group(""), name_of_the_instance(task, instance)),
    };
    format!(
        "aws logs get-log-events --region {region} --log-group-name {group} --log-stream-name {} --limit 100 --query \
         'events[].[message]' --output text",
        quoted(&log_stream(task))
    )
}

/// The log group into which DMS writes the logs of an instance's tasks.
pub fn log_group(instance: &str) -> String {
    format!("dms-tasks-{instance}")
}

/// The log stream of a task.
pub fn log_stream(task: &Arn) -> String {
    format!("dms-task-{}", task.tail())
}

/// Starts an execution with the plan of this one, with another `Start` where one is given. The plan goes through the
/// file `plan.json`, since a command takes no more than 128 KiB; `sed` changes it, which every shell has. The old
/// `ScheduledTime` is taken out: a span would count from it.
pub fn run_again(execution: &ExecutionArn, start: Option<Start>) -> String {
    let machine = execution.machine();
    let region = quoted(&machine.region);
    let unscheduled = format!("-e 's/{}/\"ScheduledTime\": null/'", member("ScheduledTime"));
    let started = start.map(|start| {
        let stated = format!("\"Start\": \"{}\"", start.as_str());
        format!(" -e 's/{}/{stated}/' -e '/{stated}/!s/[{{]/{{{stated}, /'", member("Start"))
    });
    format!(
        "aws stepfunctions describe-execution --region {region} --execution-arn {} --query input --output text | tr -d \
         '\\r\\n' | sed -E {unscheduled}{} > plan.json && test -s plan.json && aws stepfunctions start-execution --region \
         {region} --state-machine-arn {} --input file://plan.json",
        quoted(&execution.to_string()),
        started.unwrap_or_default(),
        quoted(&machine.to_string()),
    )
}

/// A member of a plan and its value, as `sed -E` finds them.
fn member(name: &str) -> String {
    format!("\"{name}\"[[:space:]]*:[[:space:]]*(\"[^\"]*\"|null)")
}

/// Asks for the name of the replication instance of a task.
fn name_of_the_instance(task: &Arn, instance: Option<&Arn>) -> String {
    let region = quoted(&task.region);
    let filter = match instance {
        Some(instance) => quoted(&format!("Name=replication-instance-arn,Values={instance}")),
        None => format!(
            "Name=replication-instance-arn,Values=\"$({} --query 'ReplicationTasks[].ReplicationInstanceArn' --output \
             text)\"",
            describe_task(task)
        ),
    };
    format!(
        "aws dms describe-replication-instances --region {region} --filters {filter} --query \
         'ReplicationInstances[].ReplicationInstanceIdentifier' --output text"
    )
}

/// Asks for the topic of the stack to which the machine of an execution belongs.
fn topic_of_the_stack(execution: &ExecutionArn) -> String {
    format!(
        "\"$(aws cloudformation describe-stacks --region {} --stack-name {} --query \
         \"Stacks[].Outputs[?OutputKey=='NotificationTopicArn'].OutputValue\" --output text)\"",
        quoted(&execution.machine().region),
        quoted(execution.stack())
    )
}

/// A word as a shell takes it. Control characters become blanks before it is quoted.
fn quoted(word: &str) -> String {
    let clean = one_line(word);
    // Only a NUL cannot be quoted, and a cleaned word has none.
    shlex::try_quote(&clean).map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_quotes_has_none() {
        assert_eq!(quoted("a\n\0b c"), "'a b c'");
        assert_eq!(quoted(""), "''");
        let arn = "arn:aws:dms:eu-central-1:123456789012:task:A-b_c";
        assert_eq!(quoted(arn), arn);
    }
}
