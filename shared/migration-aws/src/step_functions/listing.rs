//! The executions of a machine, newest first.

use std::str::FromStr;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionRedriveFilter, ExecutionStatus};
use jiff::Timestamp;
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::{Badly, Listed};
use plan::Arn;

use super::time;
use crate::error::StepError;
use crate::failure;

/// The most that AWS gives in a page.
const PAGE: i32 = 1000;

/// A machine of 600 runs a night has nine pages in a fortnight.
const MAX_PAGES: usize = 50;

/// Which executions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that run.
    Running,
    /// Those that failed, timed out or were aborted.
    Ended(Badly),
    /// The same, when they were redriven before.
    Redriven(Badly),
}

fn status(badly: Badly) -> ExecutionStatus {
    match badly {
        Badly::Failed => ExecutionStatus::Failed,
        Badly::TimedOut => ExecutionStatus::TimedOut,
        Badly::Aborted => ExecutionStatus::Aborted,
    }
}

/// Lists the executions that began at or after `since`, newest first.
///
/// # Errors
/// When Step Functions does not answer, or has more of them than are read.
pub async fn list(
    step_functions: &Client,
    machine: &Arn,
    which: Which,
    since: Timestamp,
) -> Result<Vec<Listed>, StepError> {
    let attempt = "listing the executions of the state machine";
    let (filter, redriven) = match which {
        Which::All => (None, None),
        Which::Running => (Some(ExecutionStatus::Running), None),
        Which::Ended(badly) => (Some(status(badly)), None),
        Which::Redriven(badly) => (Some(status(badly)), Some(ExecutionRedriveFilter::Redriven)),
    };
    let (mut listed, mut token) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let answer = step_functions
            .list_executions()
            .state_machine_arn(machine.to_string())
            .max_results(PAGE)
            .set_status_filter(filter.clone())
            .set_redrive_filter(redriven.clone())
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| failure::read(attempt, error))?;
        let page: Vec<Listed> = answer.executions().iter().filter_map(read).collect();
        // They come by their beginning, newest first.
        let over = page.last().is_some_and(|last| last.began < since);
        listed.extend(page.into_iter().filter(|execution| execution.began >= since));
        token = answer.next_token;
        if over || token.is_none() {
            return Ok(listed);
        }
    }
    let came_back = format!("more than {MAX_PAGES} pages came and no end");
    Err(failure::CallFailure::without_answer(attempt, came_back).into())
}

fn read(item: &ExecutionListItem) -> Option<Listed> {
    Some(Listed {
        arn: ExecutionArn::from_str(item.execution_arn()).ok()?,
        began: time(item.start_date())?,
        ended: item.stop_date().and_then(time),
        redrives: item.redrive_count().and_then(|count| u64::try_from(count).ok()).unwrap_or_default(),
    })
}
