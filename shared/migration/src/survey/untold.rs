//! What the watch looks for: executions that ended without telling it, and tasks that a run left running and that have
//! come to rest since.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use plan::digest::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::close_out::{MAX_DEPTH, Order};
use crate::run::drove::Drove;
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation;
use crate::run::status::{Phase, Status};
use crate::survey::executions::{Badly, Execution, Listed};
use crate::time::graces::{START_GRACE, STATISTICS_SETTLE};

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
const LEFT_TO_EVENTS: SignedDuration = SignedDuration::from_mins(2);

/// A sweep looks at what has ended since then.
pub const SWEPT: SignedDuration = SignedDuration::from_hours(24);

/// A failed execution is looked at in each sweep for so long after its end, and then in turn.
const FAILED_LOOKED_AT_FOR: SignedDuration = SignedDuration::from_mins(40);

/// Seconds between two sweeps: the template's rule says so.
const BETWEEN_SWEEPS: i64 = 15 * 60;

/// What could not be closed out is told by each sweep of so long after its end, then once an hour; each message has the
/// same id.
const GIVEN_UP_TOLD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// An execution runs for 14 days at most, so that what ended in the last day began since then.
pub const BEGAN_WITHIN: SignedDuration = SignedDuration::from_hours(15 * 24);

/// One that was redriven began earlier: it can be redriven for 14 days after its end, and again after the next.
pub const REDRIVEN_BEGAN_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The most executions that a sweep closes out, the oldest first: the next one goes on.
pub const MAX_A_SWEEP: usize = 50;

/// Which of the executions that ended badly the sweep of this moment looks at, with the end of each: the oldest first.
/// Those of the last day, but for what is left to its event, and for what one of `names`, the executions that began in it,
/// has taken on.
pub fn to_look_at(ended: Vec<(Badly, Listed)>, names: &BTreeSet<String>, now: Timestamp) -> ToLookAt {
    let (mut looked_at, mut told_perhaps) = (Vec::new(), Vec::new());
    for (badly, execution) in ended {
        let is_due = |at: &Timestamp| *at >= before(now, SWEPT) && *at <= before(now, LEFT_TO_EVENTS);
        let Some(at) = execution.ended.filter(is_due) else { continue };
        if is_taken_on(&execution, names) {
            continue;
        }
        // Most that failed have told a verdict, which only a look at each shows. A sweep has looked soon after its end.
        let has_been_looked_at = badly == Badly::Failed && at < before(now, FAILED_LOOKED_AT_FOR);
        if has_been_looked_at { &mut told_perhaps } else { &mut looked_at }.push((at, execution));
    }
    told_perhaps.sort_by_key(|(ended, _)| *ended);
    let turns = turns(told_perhaps.len());
    looked_at.extend(in_turn(told_perhaps, now));
    looked_at.sort_by_key(|(ended, _)| *ended);
    ToLookAt { executions: looked_at, turns }
}

/// At what a sweep looks.
#[derive(Clone, Debug, PartialEq)]
pub struct ToLookAt {
    /// The executions, each with its end, the oldest first.
    pub executions: Vec<(Timestamp, Listed)>,
    /// One in so many sweeps looks at a failure of some time ago.
    pub turns: usize,
}

/// True when an execution is there that closes this one out. Its name depends on how deep it is, which only the input
/// says.
fn is_taken_on(listed: &Listed, names: &BTreeSet<String>) -> bool {
    (1..=MAX_DEPTH).any(|depth| names.contains(&Order::name(&listed.arn, listed.redrives, depth)))
}

/// True when the sweep of this moment tells that nobody could close out what ended then: each one of the first hour, then
/// one an hour, for a day, since SNS may fail for hours. Where not every sweep looks at it, each look tells it.
pub fn tells_given_up(ended: Timestamp, turns: usize, now: Timestamp) -> bool {
    ended >= before(now, GIVEN_UP_TOLD_FOR) || turns > 1 || sweep_number(now) % 4 == 0
}

/// Those of many at which the sweep of this moment looks: fifty at the most, so that each comes up several times a day and
/// AWS is not asked about hundreds at once.
pub fn in_turn<T>(all: Vec<T>, now: Timestamp) -> Vec<T> {
    let turns = turns(all.len());
    let turn = sweep_number(now).rem_euclid(i64::try_from(turns).unwrap_or(1));
    all.into_iter().skip(usize::try_from(turn).unwrap_or_default()).step_by(turns).collect()
}

/// In so many sweeps each of so many comes up once.
fn turns(many: usize) -> usize {
    many.div_ceil(MAX_A_SWEEP).max(1)
}

/// The number of the sweep of this moment.
fn sweep_number(now: Timestamp) -> i64 {
    now.as_second().div_euclid(BETWEEN_SWEEPS)
}

/// The moment so long ago.
pub fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

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

/// What an execution is given that the watch starts: it has no plan of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To close out another one.
    CloseOut(Order),
    /// To report that a task has come to rest.
    LeftRunning(LeftRunning),
}

impl Errand {
    /// Reads the input of an execution; `None` for one that has a plan.
    ///
    /// # Errors
    /// When it is an errand that cannot be read.
    pub fn read(input: &Value) -> Option<Result<Errand, String>> {
        let close_out = Order::read(input).map(|order| order.map(Errand::CloseOut));
        close_out.or_else(|| LeftRunning::read(input).map(|left| left.map(Errand::LeftRunning)))
    }
}

/// True when DMS shows this task at work by the start that this run had left running. Whoever looks for its end has seen
/// it at rest: such an answer is an older one.
pub fn is_shown_as_before(run: &Execution, task: &observation::Task) -> bool {
    let by_that_start = task.start_date().zip(run.ended).is_some_and(|(started, ended)| started <= ended);
    by_that_start && matches!(task.phase(), Phase::Starting | Phase::Running | Phase::Stopping)
}

/// When a task has come to rest that this run had left running: its end was told, by itself or by what closed it out, the
/// task was started before that, and it stopped after the verdict.
pub fn stopped_after(
    run: &Execution,
    told_by: &Execution,
    task: &observation::Task,
    now: Timestamp,
) -> Option<Timestamp> {
    let ended = told_by.ended.filter(|_| told_by.has_told() && !run.is_of_the_watch())?;
    let stopped = came_to_rest(task, now)?;
    let started = task.start_date()?;
    // A run that has followed what one before it had started says so.
    let is_its_own = matches!(told_by.drove, Some(Drove::Until(until)) if started <= until);
    let of_the_run = is_its_own || (started >= run.began - START_GRACE && started <= ended);
    (of_the_run && stopped > told_by.judged.unwrap_or(ended)).then_some(stopped)
}

/// When a task came to rest that is at rest. A failed task without a date of its own is taken for one that has just come
/// to rest: whether DMS dates a failure is not documented.
pub fn came_to_rest(task: &observation::Task, now: Timestamp) -> Option<Timestamp> {
    let started = task.start_date().filter(|_| task.phase() == Phase::Idle)?;
    let stopped = task.stats.as_ref().and_then(|stats| stats.stop_date).filter(|date| *date >= started);
    stopped.or((task.status == Status::Failed).then_some(now))
}

/// True when DMS's counters are those of the end of a task that has come to rest: they trail it for a while, and a load would
/// look cut off. What has failed is no success whatever they say.
pub fn has_settled(task: &observation::Task, now: Timestamp) -> bool {
    let stopped = task.stats.as_ref().and_then(|stats| stats.stop_date);
    task.status == Status::Failed
        || stopped.is_none_or(|stopped| now.duration_since(stopped) >= STATISTICS_SETTLE)
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

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_sweep_looks_at_what_nobody_has_taken_on() {
        let now = at("2026-11-21T05:00:00Z");
        let ended = |name: &str, minutes: i64| Listed {
            arn: dead().sibling(name.to_owned()),
            began: before(now, SignedDuration::from_mins(minutes + 60)),
            ended: Some(before(now, SignedDuration::from_mins(minutes))),
            redrives: 0,
        };
        let second = Order::name(&dead().sibling("second".to_owned()), 0, 2);
        let names = BTreeSet::from([Order::name(&dead().sibling("first".to_owned()), 0, 1), second]);
        for (fact, badly, name, minutes, looked_at) in [
            ("an abort", Badly::Aborted, "night", 3, true),
            ("it is left to its event", Badly::Aborted, "night", 1, false),
            ("a day ago", Badly::TimedOut, "night", 24 * 60, true),
            ("more than a day ago", Badly::TimedOut, "night", 24 * 60 + 1, false),
            ("a failure", Badly::Failed, "night", 39, true),
            ("one that is closed out", Badly::Aborted, "first", 3, false),
            ("one at the second depth", Badly::Aborted, "second", 3, false),
        ] {
            let found = to_look_at(vec![(badly, ended(name, minutes))], &names, now).executions;
            assert_eq!(found.len(), usize::from(looked_at), "{fact}");
        }
        let running = Listed { ended: None, ..ended("night", 3) };
        assert_eq!(to_look_at(vec![(Badly::Aborted, running)], &names, now).executions, []);
        let redriven = Listed { redrives: 1, ..ended("first", 3) };
        assert_eq!(to_look_at(vec![(Badly::Aborted, redriven)], &names, now).executions.len(), 1);
    }

    #[test]
    fn the_oldest_comes_first_and_old_failures_in_turn() {
        let now = at("2026-11-21T05:00:00Z");
        let ended = |minutes: i64| Listed {
            arn: dead().sibling(format!("night-{minutes}")),
            began: before(now, SignedDuration::from_hours(30)),
            ended: Some(before(now, SignedDuration::from_mins(minutes))),
            redrives: 0,
        };
        let failures = (0..120).map(|nth| (Badly::Failed, ended(60 + nth)));
        let all: Vec<_> =
            [5, 90].map(|minutes| (Badly::Aborted, ended(minutes))).into_iter().chain(failures).collect();
        let ToLookAt { executions: found, turns } = to_look_at(all, &BTreeSet::new(), now);
        assert_eq!(turns, 3);
        assert_eq!(found.len(), 2 + 40);
        assert!(found.is_sorted_by_key(|(ended, _)| *ended));
        assert_eq!(found.last().map(|(ended, _)| *ended), Some(before(now, SignedDuration::from_mins(5))));
    }

    #[test]
    fn what_was_given_up_is_told_each_time_at_first_and_then_once_an_hour() {
        let ended = at("2026-11-21T05:00:00Z");
        let told = |hours: i64, turns: usize| {
            let sweeps = (0..4).map(|sweep| ended + SignedDuration::from_mins(60 * hours + 15 * sweep + 1));
            sweeps.filter(|now| tells_given_up(ended, turns, *now)).count()
        };
        assert_eq!([0, 1, 2, 23].map(|hours| told(hours, 1)), [4, 1, 1, 1]);
        // Every second sweep looks at it: it must not be one of those that do not tell.
        assert_eq!([0, 1, 2, 23].map(|hours| told(hours, 2)), [4, 4, 4, 4]);
    }

    #[test]
    fn every_one_comes_up_and_no_sweep_looks_at_too_many() {
        for many in [0_usize, 1, 50, 51, 600, 10_000] {
            let mut seen = vec![0; many];
            for slot in 7..7 + i64::try_from(many.div_ceil(MAX_A_SWEEP).max(1)).unwrap() {
                let now = Timestamp::from_second(slot * BETWEEN_SWEEPS + 1).unwrap();
                let looked = in_turn((0..many).collect(), now);
                assert!(looked.len() <= MAX_A_SWEEP, "{many}: {}", looked.len());
                looked.into_iter().for_each(|place: usize| seen[place] += 1);
            }
            assert!(seen.iter().all(|times| *times == 1), "{many}");
        }
    }
}
