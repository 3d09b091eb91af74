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

/// Lets DMS itself tell of a task's failures.
pub fn tell_of_failures(task: &Task) -> String {
    let name = quoted(&task.identifier);
    format!(
        "aws dms create-event-subscription --region {} --subscription-name {name} --source-type replication-task \
         --source-ids {name} --event-categories failure --sns-topic-arn <your topic>",
        quoted(&task.arn.region)
    )
}

/// Starts an execution with the plan of this one, with another `Start` where one is given (that needs jq).
pub fn run_again(execution: &ExecutionArn, start: Option<Start>) -> String {
    let machine = execution.machine();
    let region = quoted(&machine.region);
    let changed = match start {
        Some(start) => format!(" | jq '.Start = \"{}\"'", start.as_str()),
        None => String::new(),
    };
    format!(
        "aws stepfunctions start-execution --region {region} --state-machine-arn {} --input \"$(aws stepfunctions \
         describe-execution --region {region} --execution-arn {} --query input --output text{changed})\"",
        quoted(&machine.to_string()),
        quoted(&execution.to_string())
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
    fn the_same_plan_is_run_again_and_another_start_is_put_into_it() {
        let execution: ExecutionArn =
            "arn:aws:states:eu-central-1:123456789012:execution:migration:night-1".parse().unwrap();
        assert_eq!(
            run_again(&execution, None),
            "aws stepfunctions start-execution --region eu-central-1 --state-machine-arn \
             arn:aws:states:eu-central-1:123456789012:stateMachine:migration --input \"$(aws stepfunctions \
             describe-execution --region eu-central-1 --execution-arn \
             arn:aws:states:eu-central-1:123456789012:execution:migration:night-1 --query input --output text)\""
        );
        let reload = run_again(&execution, Some(Start::Reload));
        assert!(reload.ends_with("--output text | jq '.Start = \"Reload\"')\""), "{reload}");
    }

    #[test]
    fn what_a_name_holds_is_no_command() {
        let hostile: Arn = "arn:aws:dms:eu-central-1:123456789012:task:$(reboot)'".parse().unwrap();
        let command = stop_task(&hostile);
        let words = shlex::split(&command).unwrap();
        assert_eq!(words.last(), Some(&hostile.to_string()), "{command}");
        assert_eq!(words.len(), 7, "{command}");
        assert_eq!(quoted("a\n\0b c"), "'a b c'");
        assert_eq!(quoted(""), "''");
        let arn = "arn:aws:dms:eu-central-1:123456789012:task:A-b_c";
        assert_eq!(quoted(arn), arn, "what needs no quotes has none");
    }
}
