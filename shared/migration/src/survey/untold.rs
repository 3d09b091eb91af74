//! What the watch looks for: executions that ended without telling it, and tasks that a run left running and that have
//! come to rest since.

use jiff::{SignedDuration, Timestamp};
use plan::digest::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::close_out::{MAX_DEPTH, Order};
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation;
use crate::run::status::{Phase, Status};
use crate::survey::executions::{Execution, State};
use crate::time::graces::START_GRACE;

/// What is done about an execution that ended without telling it.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// It is closed out by an execution of this name, with this order.
    CloseOut {
        /// The name; the same each time.
        name: String,
        /// What it is given.
        order: Order,
    },
    /// So many executions have died over it that no further one is started: the operations topic is told.
    GivenUp {
        /// The run that nobody has closed out.
        run: ExecutionArn,
    },
}

/// What is done about an execution that ended without telling it, with this input, after so many redrives.
pub fn due(dead: &ExecutionArn, redrives: u64, input: &Value) -> Due {
    let before = Order::read(input).and_then(Result::ok);
    let depth = before.as_ref().map_or(0, |order| order.depth);
    if depth >= MAX_DEPTH {
        let run = before.map_or_else(|| dead.clone(), |order| order.run().clone());
        return Due::GivenUp { run };
    }
    let run = before.map(|order| order.run().clone());
    let order = Order { execution: dead.clone(), redrive_count: redrives, depth: depth + 1, run };
    Due::CloseOut { name: Order::name(dead, redrives, order.depth), order }
}

/// An execution that ended so lately is left to the event that tells of it.
pub const LEFT_TO_EVENTS: SignedDuration = SignedDuration::from_mins(2);

/// A sweep looks at what has ended since then.
pub const SWEPT: SignedDuration = SignedDuration::from_hours(24);

/// A failed execution is looked at in each sweep for so long after its end, and then in turn.
pub const FAILED_LOOKED_AT_FOR: SignedDuration = SignedDuration::from_mins(40);

/// Seconds between two sweeps: the template's rule says so.
const BETWEEN_SWEEPS: i64 = 15 * 60;

/// The number of the sweep of this moment.
pub fn sweep_number(now: Timestamp) -> i64 {
    now.as_second().div_euclid(BETWEEN_SWEEPS)
}

/// What could not be closed out is told by each sweep of so long after its end, then once an hour; each message has the
/// same id.
pub const GIVEN_UP_TOLD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// An execution runs for 14 days at most, so that what ended in the last day began since then.
pub const BEGAN_WITHIN: SignedDuration = SignedDuration::from_hours(15 * 24);

/// One that was redriven began earlier: it can be redriven for 14 days after its end, and again after the next.
pub const REDRIVEN_BEGAN_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The most executions that a sweep closes out, the oldest first: the next one goes on.
pub const MAX_A_SWEEP: usize = 50;

/// What the names of all executions begin with that report on a task which a run had left running.
const LEFT_PREFIX: &str = "left-";

/// The member of an execution's input that makes it do so.
const LEFT_MEMBER: &str = "LeftRunning";

/// What an execution is given to report that a task has come to rest which a run had left running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LeftRunning {
    /// The run that left it running, and has told that.
    pub execution: ExecutionArn,
}

impl LeftRunning {
    /// Reads the input of an execution; `None` for another one.
    ///
    /// # Errors
    /// When it has the member and something else stands in it.
    pub fn read(input: &Value) -> Option<Result<LeftRunning, String>> {
        let left = input.get(LEFT_MEMBER)?;
        Some(LeftRunning::deserialize(left).map_err(|error| {
            format!("the input's {LEFT_MEMBER} must be an object with the Execution that left a task running: {error}")
        }))
    }

    /// The input of the execution that is started with it.
    pub fn input(&self) -> Value {
        serde_json::json!({ LEFT_MEMBER: self })
    }

    /// The name of that execution. It is the same for one run of the task, so that its end is told once.
    pub fn name(task: &observation::Task) -> String {
        let started = task.start_date().map(|date| date.to_string()).unwrap_or_default();
        format!("{LEFT_PREFIX}{:.32}", sha256(&format!("{} {started}", task.arn)))
    }
}

/// When a task has come to rest that this run had left running: the run has ended with a verdict, the task was started
/// before that end, and it stopped after it.
pub fn stopped_after(run: &Execution, task: &observation::Task, now: Timestamp) -> Option<Timestamp> {
    let told = run.state == State::Succeeded || run.has_told_a_bad_verdict();
    let ended = run.ended.filter(|_| told && !run.is_of_the_watch())?;
    let stopped = came_to_rest(task, now)?;
    let started = task.start_date()?;
    let of_the_run = started >= run.began - START_GRACE && started <= ended;
    (of_the_run && stopped > ended + MARGIN).then_some(stopped)
}

/// When a task came to rest that is at rest. A failed task without a date of its own is taken for one that has just come
/// to rest: whether DMS dates a failure is not documented.
pub fn came_to_rest(task: &observation::Task, now: Timestamp) -> Option<Timestamp> {
    let started = task.start_date().filter(|_| task.phase() == Phase::Idle)?;
    let stopped = task.stats.as_ref().and_then(|stats| stats.stop_date).filter(|date| *date >= started);
    stopped.or((task.status == Status::Failed).then_some(now))
}

/// A run may end in the seconds in which DMS dates the stop that it saw.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// Which of many tasks at rest, or failed executions, a sweep looks at: fifty, so that each comes up several times a day and
/// AWS is not asked about hundreds at once. `place` is its place in the list, `slot` the number of the sweep.
pub fn is_in_turn(tasks: usize, place: usize, slot: i64) -> bool {
    let turns = tasks.div_ceil(MAX_A_SWEEP).max(1);
    let turn = usize::try_from(slot.rem_euclid(i64::try_from(turns).unwrap_or(1))).unwrap_or_default();
    place % turns == turn
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dead() -> ExecutionArn {
        "arn:aws:states:us-east-1:123456789012:execution:migration:night-1".parse().unwrap()
    }

    #[test]
    fn a_run_is_closed_out_and_so_is_what_was_to_close_it_out() {
        let Due::CloseOut { name, order } = due(&dead(), 1, &json!({"Task": {}})) else { panic!() };
        assert_eq!(name, Order::name(&dead(), 1, 1));
        assert_eq!(order, Order { execution: dead(), redrive_count: 1, depth: 1, run: None });

        let closing = dead().sibling(name);
        let Due::CloseOut { name, order: second } = due(&closing, 0, &order.input()) else { panic!() };
        assert_eq!(name, Order::name(&closing, 0, 2));
        let run = Some(dead());
        assert_eq!(second, Order { execution: closing, redrive_count: 0, depth: 2, run });

        let third = dead().sibling(name);
        let Due::GivenUp { run } = due(&third, 0, &second.input()) else { panic!() };
        assert_eq!(run, dead());
    }

    #[test]
    fn every_task_comes_up_and_no_sweep_looks_at_too_many() {
        for tasks in [0_usize, 1, 50, 51, 600, 10_000] {
            let turns = tasks.div_ceil(MAX_A_SWEEP).max(1);
            let mut seen = vec![0; tasks];
            for slot in 7..7 + i64::try_from(turns).unwrap() {
                let looked: Vec<usize> = (0..tasks).filter(|place| is_in_turn(tasks, *place, slot)).collect();
                assert!(looked.len() <= MAX_A_SWEEP, "{tasks}: {}", looked.len());
                looked.into_iter().for_each(|place| seen[place] += 1);
            }
            assert!(seen.iter().all(|times| *times == 1), "{tasks}");
        }
    }
}
