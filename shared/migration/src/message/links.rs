//! Where a person can look.

use plan::Arn;
use plan::clean::line_of;

use crate::run::execution::Run;
use crate::run::task::Task;

/// Pages of the console.
pub(super) struct Links {
    /// The execution's.
    pub(super) execution: String,
    /// The task's, once it is known.
    pub(super) task: Option<String>,
}

impl Links {
    pub(super) fn of(task: Option<&Task>, run: &Run) -> Links {
        let machine = run.execution.machine();
        let execution = format!(
            "https://{}/states/home?region={}#/v2/executions/details/{}",
            console(machine),
            machine.region,
            run.execution
        );
        let task = task.map(|task| {
            let host = console(&task.arn);
            format!(
                "https://{host}/dms/v2/home?region={}#taskDetails/{}",
                task.arn.region,
                line_of(&task.identifier, 256)
            )
        });
        Links { execution, task }
    }
}

/// The console of an ARN's partition.
fn console(arn: &Arn) -> String {
    match arn.partition.as_str() {
        "aws-cn" => "console.amazonaws.cn".to_owned(),
        "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{}.console.aws.amazon.com", arn.region),
    }
}
