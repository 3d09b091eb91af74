//! The task exists and this run has not got it going yet: a first start, and what came of one that was made.

mod refused;
mod unanswered;

use jiff::Timestamp;
use plan::clean::one_line;
use plan::{MigrationType, Plan, Start, Until};

use crate::decide::connections::connections;
use crate::decide::restart;
use crate::decide::situation::Situation;
use crate::decide::start_type::{self, Choice, FAR_FUTURE};
use crate::decide::verdicts::undecided;
use crate::run::answer::Answer;
use crate::run::identity::is_this_run;
use crate::run::next::Next;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::tables::TablePass;
use crate::run::task::Origin;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::in_minutes;
use crate::time::graces::{BUSY_PATIENCE, PATIENCE};

/// Starts the task, waits for a start to show, or says why there is nothing to start.
///
/// A repeat: a start that was decided is not decided again until its answer, or what the task shows, says what became
/// of it.
///
/// A lost answer: [`is_this_run`] tells from the task's start date that the start was made; `unanswered` waits for it,
/// and reports when it does not show.
///
/// What a person does: after Rejected, takes the decision that the report names; after Unknown, looks at the task.
pub(super) fn start(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if s.run.drive.joined().is_some() || is_this_run(s.run, task) {
        return None;
    }
    match s.run.drive.start() {
        None => first(s, task),
        Some(start) => match &start.answer {
            Answer::Lost | Answer::Accepted => unanswered::unanswered(s, task, start),
            Answer::Refused(refusal) => refused::refused(s, task, start, refusal),
            Answer::NotCalled(why) => refused::not_called(s, task, start, why),
        },
    }
}

fn first(s: &Situation<'_>, task: &observation::Task) -> Option<Next> {
    match task.phase() {
        Phase::Idle => idle(s, task),
        Phase::Busy | Phase::Stopping => wait_until_ready(s, task, format!("the task is {}", task.status)),
        Phase::Starting | Phase::Running | Phase::Gone => None,
    }
}

/// Waits for a task that is busy: as long as its window allows, without one for an hour.
fn wait_until_ready(s: &Situation<'_>, task: &observation::Task, why: impl Into<String>) -> Option<Next> {
    let since = s.run.pending_since.unwrap_or(s.now);
    if s.can_wait(since, BUSY_PATIENCE) {
        return s.wait_to_start(since, why);
    }
    // The failure that led to a start again is the one to tell.
    if s.run.drive.restarts() > 0 {
        return restart::once_more(s, task, false);
    }
    if let Some(late) = s.came_too_late(since) {
        return s.report(late);
    }
    let minutes = s.now.duration_since(since).as_mins();
    let words = format!("the task is {} and did not become ready in {}", task.status, in_minutes(minutes));
    s.report(Verdict::new(Outcome::Failed, words, s.now).because("nothing was started"))
}

/// The task can be started: should it be, and how?
fn idle(s: &Situation<'_>, task: &observation::Task) -> Option<Next> {
    if s.run.stop_due.duration_since(s.now) < s.least_left() {
        return s.report(s.too_little_time());
    }
    let Some(settings) = s.task.and_then(|task| task.settings.as_ref()) else {
        return s.wait_briefly("the task's settings could not be seen just now");
    };
    let tables = match (&s.observation.tables, task.has_run()) {
        (Some(tables), _) => tables.as_slice(),
        (None, false) => &[],
        (None, true) => return unread(s),
    };
    let pass = TablePass::over(tables);
    let spent = spent_consent(s, task);
    let plan = if spent.is_some() { &Plan { start: Start::Auto, ..s.plan.clone() } } else { s.plan };
    match start_type::choose(plan, task, settings, &pass, s.run.opened) {
        Choice::Start(kind, why) => {
            if let Some(verdict) = stops_too_soon(s, task) {
                return s.report(verdict);
            }
            connections(s).or(Some(Next::Start { kind, why: with_the_stop_position(s, task, why) }))
        }
        Choice::Complete(why) => {
            let mut verdict = Verdict::new(Outcome::Skipped, format!("there is nothing to do: {why}"), s.now);
            if task.migration_type != MigrationType::Cdc {
                let start = match s.plan.start {
                    Start::Refresh => "Reload",
                    Start::Auto | Start::Resume | Start::Reload => "Refresh",
                };
                verdict = verdict.to_do(format!("to load the tables again, run with Start {start}"));
            }
            s.report(pass.into_verdict(verdict, Vec::new()))
        }
        Choice::Undecided { why, to_do, settles } => {
            let verdict = undecided(s, pass, why, to_do, settles);
            s.report(match spent {
                Some(since) => verdict.because(format!(
                    "Start Resume consents to a resume of what was there when this run was due, and somebody else started the \
                     task since, at {}",
                    s.on_the_clock(since)
                )),
                None => verdict,
            })
        }
    }
}

/// When somebody else started the task after this run had begun, or was due, where the plan says Resume: what its author knew
/// of the rows in the target is no longer so. A schedule that fires twice, or late, would load them twice.
fn spent_consent(s: &Situation<'_>, task: &observation::Task) -> Option<Timestamp> {
    let given = s.plan.scheduled_time.map_or(s.run.started, |scheduled| scheduled.min(s.run.started));
    task.start_date().filter(|date| s.plan.start == Start::Resume && *date > given)
}

/// The reason of a start, with what becomes of a stop position that is left over.
fn with_the_stop_position(s: &Situation<'_>, task: &observation::Task, why: String) -> String {
    let far = s.task.and_then(|known| start_type::stop_position(s.plan, known, task));
    match (far, &task.cdc_stop_position) {
        (Some(far), Some(position)) => format!(
            "{why}; its stop position {}, which the plan does not state, becomes {far}",
            one_line(position)
        ),
        _ => why,
    }
}

/// An external task whose stop position has passed, or comes before what the plan waits for: its start would be its end.
/// A task of ours is given another position with its start.
pub(super) fn stops_too_soon(s: &Situation<'_>, task: &observation::Task) -> Option<Verdict> {
    let known = s.task?;
    let at = start_type::stops_at(task)?;
    let external = known.origin == Origin::External && task.migration_type != MigrationType::FullLoad;
    let awaited = s.plan.until(&task.migration_type) != Until::Stopped && at < s.run.stop_due;
    if !external || !(at <= s.now || awaited) {
        return None;
    }
    let position = one_line(task.cdc_stop_position.as_deref().unwrap_or_default());
    let words = match at <= s.now {
        true => format!("the task has the stop position {position}, which has passed: it would stop at once"),
        false => format!("the task has the stop position {position}, before the run's time is over"),
    };
    Some(
        Verdict::new(Outcome::Rejected, words, s.now)
            .because("nothing was started")
            .to_do(format!("give the task a CdcStopPosition in the far future, such as {FAR_FUTURE}")),
    )
}

/// What the task has loaded is not known, and so not how it is to be started.
fn unread(s: &Situation<'_>) -> Option<Next> {
    let refused = s.observation.tables_refused.as_ref();
    match refused.filter(|_| s.now.duration_since(s.run.started) >= PATIENCE) {
        Some(why) => {
            let words =
                format!("how to start the task is not known, since its tables could not be read: {why}");
            let verdict = Verdict::new(Outcome::Failed, words, s.now).because("nothing was started");
            s.report(verdict.to_do("allow the role dms:DescribeTableStatistics, and start the run again"))
        }
        None => s.wait("the table statistics could not be seen just now"),
    }
}
