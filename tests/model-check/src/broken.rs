//! Deciders that are wrong on purpose, each as a script or a scheduler out there is wrong. A check that does not catch
//! them checks nothing.

use jiff::{SignedDuration, Timestamp};
use migration::decide;
use migration::run::acts::{StartKind, StopCause};
use migration::run::answer::Answer;
use migration::run::document::Running;
use migration::run::drive::{Drive, Whose};
use migration::run::lag::Reading;
use migration::run::next::Next;
use migration::run::observation::{Absence, Observation, TaskSeen};
use migration::run::status::Phase;
use migration::run::table::{Table, TableState, Validation};
use migration::run::verdict::{Outcome, Verdict};
use migration::time::present::Moment;
use plan::Start;

use crate::rules;
use crate::story::{Clock, Decider, Story};

/// What is wrong, a story in which it is, and the rule that it breaks there.
pub struct Broken {
    /// What is wrong, in words.
    pub name: &'static str,
    pub wrong: Wrong,
    pub story: &'static str,
    pub rule: &'static str,
}

/// What is put in the place of the product's own.
pub enum Wrong {
    Decider(Decider),
    Clock(Clock),
}

impl Wrong {
    /// The story as it goes with what is wrong.
    pub fn put_into(&self, story: Story) -> Story {
        match self {
            Wrong::Decider(decide) => story.decided_by(*decide),
            Wrong::Clock(clock) => story.timed_by(*clock),
        }
    }
}

/// The machine's clock alone: it stands still where a step is made again.
fn machine_clock(moment: Moment) -> Timestamp {
    moment.entered
}

/// All of them.
pub fn all() -> Vec<Broken> {
    let broken =
        |name, decide: Decider, story, rule| Broken { name, wrong: Wrong::Decider(decide), story, rule };
    let mistimed = |name, clock: Clock, story, rule| Broken { name, wrong: Wrong::Clock(clock), story, rule };
    vec![
        broken("takes stopped for success", stopped_is_success, "a first load in a window", rules::SUCCESS),
        broken(
            "reads the first page of tables only",
            first_table_only,
            "a first load in a window",
            rules::SUCCESS,
        ),
        broken(
            "believes DMS's counters and not its list",
            ignores_tables,
            "a first load in a window",
            rules::SUCCESS,
        ),
        broken("always reloads", always_reloads, "an unfinished load goes on", rules::HARM),
        broken(
            "resumes under DO_NOTHING without consent",
            resumes_under_do_nothing,
            "an unfinished load under DO_NOTHING",
            rules::HARM,
        ),
        broken(
            "spends one consent on every start",
            spends_a_consent_twice,
            "an unfinished load under DO_NOTHING that was emptied by hand",
            rules::HARM,
        ),
        broken(
            "starts for the first time again when the answer was lost",
            starts_again_when_unanswered,
            "a first load in a window",
            rules::TWICE,
        ),
        broken("restarts for ever", restarts_for_ever, "a first load in a window", rules::RESTARTS),
        broken(
            "takes the end of the run before for its own",
            ignores_whose_run_it_is,
            "the nightly copy",
            rules::ABANDONED,
        ),
        broken("has no idea of the close", ignores_the_close, "a first load in a window", rules::IN_TIME),
        broken(
            "reports at the close instead of stopping",
            reports_at_the_close,
            "a first load in a window",
            rules::PAST_CLOSE,
        ),
        broken("stops and looks no more", believes_its_stop, "a first load in a window", rules::PAST_CLOSE),
        broken("stops long before the close", stops_early, "a first load in a window", rules::EARLY),
        broken(
            "loads tables in error again under DO_NOTHING",
            reloads_under_do_nothing,
            "tables in error would be loaded again, under DO_NOTHING",
            rules::HARM,
        ),
        broken("gives up when DMS is busy", gives_up_when_busy, "a first load in a window", rules::ABANDONED),
        broken(
            "takes a task that is missing once for deleted",
            believes_a_missing_task,
            "a first load in a window",
            rules::BLAME,
        ),
        broken(
            "waits for ever for a deleted task",
            waits_for_the_deleted,
            "a first load without a window",
            rules::IN_TIME,
        ),
        broken("calls every stop an interruption", blames_others, "a first load in a window", rules::BLAME),
        broken(
            "stops what somebody else has started",
            stops_what_it_joined,
            "somebody else's load is joined",
            rules::EARLY,
        ),
        broken("sleeps a fixed time", sleeps_a_fixed_time, "a first load in a window", rules::ABANDONED),
        broken(
            "takes a lag of zero for caught up",
            takes_zero_for_caught_up,
            "a replication that is waited for until it has caught up",
            rules::CAUGHT_UP,
        ),
        broken(
            "does not look at validation",
            ignores_validation,
            "a load whose rows are compared",
            rules::VALIDATED,
        ),
        broken(
            "takes the rows of any night for tonight's",
            knows_no_night,
            "the nightly copy, in two nights",
            rules::TONIGHT,
        ),
        broken(
            "knows no other execution",
            blames_another_run,
            "two executions, a task that is joined",
            rules::BLAME,
        ),
        broken(
            "gives a stop up after the first",
            gives_a_stop_up,
            "a first load in a window",
            rules::PAST_CLOSE,
        ),
        broken(
            "gives a stop up after the first, long before the close",
            gives_a_stop_up,
            "a load and its replication, stopped once loaded",
            rules::ABANDONED,
        ),
        mistimed(
            "starts by a clock that stands still",
            machine_clock,
            "a first load in a window",
            rules::LATE,
        ),
        broken(
            "does not know what became of a start whose answer was lost",
            leaves_a_lost_start,
            "a first load in a window",
            rules::IDLE,
        ),
        broken(
            "goes on where the execution was aborted",
            knows_no_abort,
            "a first load, aborted anywhere",
            rules::DEAD,
        ),
        broken(
            "tells that an execution was aborted, and leaves its task",
            leaves_what_was_aborted,
            "a first load, aborted anywhere",
            rules::ABANDONED,
        ),
        broken("is silent about what to do", says_nothing_to_do, "a first load in a window", rules::HELPS),
    ]
}

/// Goes on with an aborted run as if nothing had happened.
fn knows_no_abort(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut alive = running.clone();
    alive.run.close_out = None;
    decide::decide(&alive, observation, now)
}

/// Tells that the execution was aborted, and does nothing.
fn leaves_what_was_aborted(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    match running.run.close_out {
        Some(_) => report(Outcome::Aborted, now),
        None => decide::decide(running, observation, now),
    }
}

fn seen(observation: &Observation) -> Option<&migration::run::observation::Task> {
    match &observation.task {
        TaskSeen::Seen(task) => Some(task),
        TaskSeen::Unseen | TaskSeen::NotThere => None,
    }
}

fn report(outcome: Outcome, now: Timestamp) -> Next {
    Next::Report(Box::new(Verdict::new(outcome, "because", now).to_do("aws dms describe-replication-tasks")))
}

fn is_made(running: &Running) -> bool {
    running.run.drive.start().is_some_and(|start| start.answer.may_be_taken())
}

fn stopped_is_success(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if is_made(running)
        && seen(observation).is_some_and(|task| task.status == migration::run::status::Status::Stopped)
    {
        return report(Outcome::Succeeded, now);
    }
    decide::decide(running, observation, now)
}

fn with_tables(
    running: &Running,
    observation: &Observation,
    now: Timestamp,
    change: impl FnOnce(&mut Vec<Table>),
) -> Next {
    let mut observation = observation.clone();
    if let Some(tables) = &mut observation.tables {
        change(tables);
    }
    if let TaskSeen::Seen(task) = &mut observation.task
        && let Some(stats) = &mut task.stats
    {
        // Its counters are then those of what it has read.
        (stats.tables_loaded, stats.tables_loading, stats.tables_queued, stats.tables_errored) = (0, 0, 0, 0);
    }
    decide::decide(running, &observation, now)
}

fn first_table_only(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    with_tables(running, observation, now, |tables| tables.truncate(1))
}

fn ignores_tables(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let finished =
        seen(observation).is_some_and(|task| task.status == migration::run::status::Status::Stopped);
    with_tables(running, observation, now, |tables| {
        for table in tables.iter_mut().filter(|_| finished) {
            table.state = TableState::Completed;
        }
    })
}

fn always_reloads(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    match decide::decide(running, observation, now) {
        Next::Start { why, .. } => Next::Start { kind: StartKind::ReloadTarget, why },
        next => next,
    }
}

fn resumes_under_do_nothing(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut consenting = running.clone();
    consenting.plan.start = Start::Resume;
    decide::decide(&consenting, observation, now)
}

/// Starts a task again that has failed in this run, by what the plan consented to for the first start.
fn spends_a_consent_twice(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let next = decide::decide(running, observation, now);
    let run = &running.run;
    let again = run.drive.start().is_some() && run.drive.restarts() == 0 && now < run.stop_due;
    let has_failed = seen(observation).is_some_and(|task| task.phase() == Phase::Idle);
    match next {
        Next::Report(verdict) if again && has_failed && verdict.outcome == Outcome::Failed => {
            Next::Start { kind: StartKind::ResumeProcessing, why: String::new() }
        }
        next => next,
    }
}

fn starts_again_when_unanswered(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let run = &running.run;
    let unanswered = run.drive.start().is_some_and(|start| start.answer == Answer::Lost);
    if unanswered && now < run.stop_due && seen(observation).is_some_and(|task| task.phase() == Phase::Idle) {
        return Next::Start { kind: StartKind::StartReplication, why: String::new() };
    }
    decide::decide(running, observation, now)
}

fn restarts_for_ever(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut fresh = running.clone();
    if let Drive::Restarting { start, rest, .. } = running.run.drive.clone() {
        fresh.run.drive = Drive::Starting { start, rest };
    }
    decide::decide(&fresh, observation, now)
}

fn ignores_whose_run_it_is(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut joined = running.clone();
    let drive = &running.run.drive;
    if let Some(start) = drive.start().cloned() {
        let (since, rest) = (start.decided, drive.rest());
        let whose = Whose::Doubtful { start, restarts: drive.restarts() };
        joined.run.drive = Drive::Joined { whose, since, rest };
    }
    decide::decide(&joined, observation, now)
}

fn ignores_the_close(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut endless = running.clone();
    (endless.run.stop_due, endless.run.closes) = (Timestamp::MAX, Timestamp::MAX);
    decide::decide(&endless, observation, now)
}

fn reports_at_the_close(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    match decide::decide(running, observation, now) {
        Next::Stop { cause: StopCause::Close, .. } => report(Outcome::Paused, now),
        next => next,
    }
}

fn believes_its_stop(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if running.run.stop.is_some() {
        return report(Outcome::Paused, now);
    }
    decide::decide(running, observation, now)
}

fn stops_early(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let lead = jiff::SignedDuration::from_mins(10);
    let mut early = running.clone();
    early.run.stop_due -= lead;
    decide::decide(&early, observation, now)
}

fn reloads_under_do_nothing(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut emptying = running.clone();
    if let Some(settings) = emptying.task.as_mut().and_then(|task| task.settings.as_mut()) {
        settings.prep_mode = plan::settings::PrepMode::TruncateBeforeLoad;
    }
    decide::decide(&emptying, observation, now)
}

fn gives_up_when_busy(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if observation.task == TaskSeen::Unseen {
        return report(Outcome::Failed, now);
    }
    decide::decide(running, observation, now)
}

fn believes_a_missing_task(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut impatient = running.clone();
    impatient.run.not_there += 2;
    impatient.run.absent_since =
        impatient.run.absent_since.map(|since| since - SignedDuration::from_hours(1));
    let credulous = Observation { absence: Absence::Confirmed, ..observation.clone() };
    decide::decide(&impatient, &credulous, now)
}

fn waits_for_the_deleted(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if observation.task == TaskSeen::NotThere {
        return Next::Wait { why: String::new(), soon: false };
    }
    decide::decide(running, observation, now)
}

fn blames_others(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    match decide::decide(running, observation, now) {
        Next::Report(verdict) if verdict.outcome == Outcome::Paused => report(Outcome::Interrupted, now),
        next => next,
    }
}

fn stops_what_it_joined(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if running.run.drive.joined().is_some() && running.run.stop.is_none() {
        return Next::Stop { cause: StopCause::Close, why: String::new() };
    }
    decide::decide(running, observation, now)
}

/// Twenty minutes, then whatever is there is the result.
fn sleeps_a_fixed_time(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    if is_made(running) && now.duration_since(running.run.started).as_mins() >= 20 {
        return report(Outcome::Succeeded, now);
    }
    decide::decide(running, observation, now)
}

fn says_nothing_to_do(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    match decide::decide(running, observation, now) {
        Next::Report(mut verdict) => {
            verdict.to_do.clear();
            Next::Report(verdict)
        }
        next => next,
    }
}

fn takes_zero_for_caught_up(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut credulous = running.clone();
    credulous.run.reading = running.run.reading.map(|_| Reading::Seen);
    decide::decide(&credulous, observation, now)
}

fn ignores_validation(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut observation = observation.clone();
    for table in observation.tables.iter_mut().flatten() {
        (table.validation, table.validation_failed, table.validation_pending) = (Validation::Validated, 0, 0);
    }
    decide::decide(running, &observation, now)
}

/// A run whose night began with the task's first load.
fn knows_no_night(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let mut timeless = running.clone();
    timeless.run.opened = Timestamp::MIN;
    decide::decide(&timeless, observation, now)
}

/// What it has joined was stopped at its close by the other run, which it takes for somebody's doing.
fn blames_another_run(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let joined = running.run.drive.joined().is_some();
    match decide::decide(running, observation, now) {
        Next::Report(verdict) if joined && verdict.outcome == Outcome::Paused => {
            report(Outcome::Interrupted, now)
        }
        next => next,
    }
}

/// Reports a start whose answer was lost and which does not show, instead of deciding it anew.
fn leaves_a_lost_start(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let missing = running.run.drive.start().is_some_and(|start| start.missing_since.is_some());
    match decide::decide(running, observation, now) {
        Next::Start { .. } if missing => report(Outcome::Unknown, now),
        next => next,
    }
}

/// Says at once that a task which does not stop could not be stopped.
fn gives_a_stop_up(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let at_work = seen(observation).is_some_and(|task| task.phase() == Phase::Running);
    if running.run.stop.is_some() && at_work {
        let verdict = Verdict::new(Outcome::Failed, "the task could not be stopped", now);
        return Next::Report(Box::new(verdict.to_do("aws dms stop-replication-task")));
    }
    decide::decide(running, observation, now)
}
