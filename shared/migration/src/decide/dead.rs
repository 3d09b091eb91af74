//! A run is closed out from what the history of its execution still holds.

use jiff::{SignedDuration, Timestamp};
use plan::{AtClose, Notify, OnAbort, Plan, read};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decide::close_out::begin;
use crate::decide::cut_short::not_validated;
use crate::decide::opening::introduce;
use crate::pace::budget;
use crate::run::close_out::{CloseOut, HowEnded, Order};
use crate::run::commands;
use crate::run::document::{Blind, Caught, Document, Reported, Running};
use crate::run::drive::{Drive, Whose};
use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::step::Step;
use crate::run::task::Task;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock;
use crate::time::graces::{CLOSE_OUT_SPREAD, NOTHING_LANDS_AFTER};

/// An execution that has ended without telling it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dead {
    /// The execution.
    pub execution: ExecutionArn,
    /// How often it had been redriven.
    pub redrives: u64,
    /// How it ended.
    pub how: HowEnded,
    /// When.
    pub ended: Timestamp,
    /// What it was given.
    pub input: Value,
    /// What its history still has of its document.
    pub left: Left,
}

/// What a history has of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// The newest one that a step was handed or has returned.
    Document(Value),
    /// No step had begun.
    NoStep,
    /// None was found, though steps had run.
    NotFound,
}

/// Opens the execution `by` that closes out a dead one: it goes on with the document of that one, or tells at once what
/// can be told. A document of another release gives its task, its close, its start and stop, and whom to tell.
pub fn open(dead: &Dead, by: &ExecutionArn, now: Timestamp) -> Document {
    let plan = read::read(&dead.input).plan;
    let Left::Document(left) = &dead.left else {
        let verdict = begin(&dead.how, plan.as_ref(), dead.ended, now);
        let verdict = match dead.left {
            Left::NoStep => verdict
                .because("no step of it had run: nothing was created, started or changed")
                .to_do(format!("to run the plan again: {}", commands::run_again(&dead.execution, None))),
            Left::NotFound | Left::Document(_) => unclear(verdict, "its history holds no document of it"),
        };
        return told(dead, by, verdict, now);
    };
    match Document::read(left) {
        Ok(Document::Running(running)) => go_on(*running, dead, by, now).into(),
        Ok(Document::Reported(reported)) => late(*reported, dead, by, now).into(),
        // The step that reads the plan could not run, and that is the end of the run, which may have been told already.
        Ok(Document::Opened(opened)) if opened.caught.is_some() => {
            let run = introduce(&dead.input, &dead.execution, now);
            let verdict = not_validated(opened.caught.as_ref(), dead.ended);
            late(Reported::at_once(run, verdict, Vec::new()), dead, by, now).into()
        }
        // The step that reads the plan had not answered. It changes nothing but the tests of connections.
        Ok(Document::Opened(_)) => {
            let verdict = begin(&dead.how, plan.as_ref(), dead.ended, now)
                .because("its plan had not been read: nothing was created, started or changed")
                .to_do(format!("to run the plan again: {}", commands::run_again(&dead.execution, None)));
            told(dead, by, verdict, now)
        }
        Err(why) => match of_another_release(left, dead, now) {
            Some(running) => go_on(running, dead, by, now).into(),
            None => told(dead, by, unclear(begin(&dead.how, plan.as_ref(), dead.ended, now), &why), now),
        },
    }
}

/// What became of the task cannot be told.
fn unclear(verdict: Verdict, why: &str) -> Verdict {
    verdict
        .because(format!("what became of its task is not known: {why}"))
        .to_do("look at the task in the DMS console, and stop it there if its window is over")
        .to_do("to go on: start a new execution with the same plan; a task that is under way is joined")
}

/// An end that is told at once.
fn told(dead: &Dead, by: &ExecutionArn, verdict: Verdict, now: Timestamp) -> Document {
    let mut run = introduce(&dead.input, &dead.execution, now);
    close_out(&mut run, dead, by, now);
    Reported::at_once(run, verdict, Vec::new()).into()
}

/// The run had reached its verdict, and its execution ended before that was told.
fn late(mut reported: Reported, dead: &Dead, by: &ExecutionArn, now: Timestamp) -> Reported {
    let before = reported.run.close_out.as_ref().map(|before| before.by.clone());
    close_out(&mut reported.run, dead, by, now);
    if let (Some(before), Some(close_out)) = (before, &mut reported.run.close_out)
        && reported.verdict.at > close_out.ended
    {
        // What has closed the run out has reached the verdict: its end may have been told by it already.
        close_out.by = before;
    }
    let window = reported.plan.as_ref().and_then(|plan| plan.window.as_ref());
    let ended = on_the_clock(window, dead.ended);
    let words = format!("this comes late: {} at {ended}, before it was told", dead.how.in_words());
    reported.verdict = reported.verdict.because(words);
    reported
}

/// The run goes on, in the execution that closes it out.
fn go_on(mut running: Running, dead: &Dead, by: &ExecutionArn, now: Timestamp) -> Running {
    let acts_from = close_out(&mut running.run, dead, by, now);
    let Running { plan, run, .. } = &mut running;
    if plan.on_abort == OnAbort::LeaveRunning {
        run.at_close = run.at_close.map(|_| AtClose::LeaveRunning);
        run.stop_at_close = false;
        run.stop = run.stop.take().filter(|stop| stop.taken().is_some());
    }
    // A stop that DMS has not taken is asked for anew, for its own hours.
    if let Some(stop) = run.stop.as_mut().filter(|stop| stop.taken().is_none()) {
        (stop.decided, stop.last_decided) = (now, now);
    }
    running.caught = None;
    running.blind = Blind::default();
    let wait = acts_from.duration_since(now).as_secs();
    running.wait(u32::try_from(wait).unwrap_or_default().max(1), dead.how.in_words());
    running
}

/// The run is closed out from now on. What it has counted for its own execution begins anew; somebody else may have
/// started the task since it was seen.
fn close_out(run: &mut Run, dead: &Dead, by: &ExecutionArn, now: Timestamp) -> Timestamp {
    let acts_from = now.saturating_add(pause(by)).unwrap_or(now);
    let (how, ended) = match run.close_out.take() {
        // What was to close the run out has died itself: the run, and its end, are the same.
        Some(before) => (before.how, before.ended),
        None => {
            run.execution = dead.execution.clone();
            run.redrives = dead.redrives;
            (dead.how.clone(), dead.ended)
        }
    };
    run.close_out = Some(CloseOut {
        by: by.clone(),
        redrives: 0,
        how,
        ended,
        acts_from,
        examined: None,
        same_task: Vec::new(),
        beside_since: None,
    });
    run.closed_out_by = None;
    run.unseen_since_redrive = true;
    (run.events, run.polls, run.throttled) = (budget::OPENING, 0, 0);
    (run.not_there, run.absent_since, run.pending_since) = (0, None, None);
    if let Some(start) = run.drive.start_mut() {
        start.missing_since = None;
    }
    run.machine.lost_sight = false;
    acts_from
}

/// How long it is waited before the first look: the function that the dead execution had called last may still run, and
/// hundreds of executions may have ended together.
fn pause(by: &ExecutionArn) -> SignedDuration {
    let drawn =
        by.to_string().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let spread = i64::from(drawn) % (CLOSE_OUT_SPREAD.as_secs() + 1);
    NOTHING_LANDS_AFTER + SignedDuration::from_secs(spread)
}

/// A run from the head of a document that this release cannot read as a whole. Whose start it follows is somebody
/// else's where that cannot be read: such a task is stopped only where the plan states it.
fn of_another_release(left: &Value, dead: &Dead, now: Timestamp) -> Option<Running> {
    let task: Task = member(left, "/Task")?;
    let plan = member::<Plan>(left, "/Plan").or_else(|| read::read(&dead.input).plan)?;
    let mut run = introduce(&dead.input, &dead.execution, now);
    if let Some(name) = member(left, "/Run/Name") {
        run.name = name;
    }
    if let Some(notify) = member::<Notify>(left, "/Run/Notify") {
        run.notify = notify;
    }
    // What was to close a run out is about that run, and not about itself.
    if let Some(before) = member::<CloseOut>(left, "/Run/CloseOut") {
        run.execution = member(left, "/Run/Execution").unwrap_or(run.execution);
        run.redrives = member(left, "/Run/Redrives").unwrap_or(run.redrives);
        run.close_out = Some(before);
    }
    run.started = member(left, "/Run/Started").unwrap_or(run.started);
    run.closes = member(left, "/Run/Closes").unwrap_or(run.closes);
    run.at_close = member(left, "/Run/AtClose");
    run.end_work_at(member(left, "/Run/StopDue").unwrap_or(run.closes));
    run.stop = member(left, "/Run/Stop");
    run.latest_start = member(left, "/Run/LatestStart");
    run.drive = match left.pointer("/Run/Drive") {
        None => Drive::Nothing,
        Some(drive) => Drive::deserialize(drive).unwrap_or(Drive::Joined {
            whose: Whose::SomebodyElse,
            since: run.started,
            rest: None,
        }),
    };
    if run.drive.is_somebody_elses() {
        let stated = plan.window.as_ref().and_then(|window| window.at_close);
        run.at_close = run.at_close.map(|_| stated.unwrap_or(AtClose::LeaveRunning));
    }
    run.stop_at_close = run.stops_at_close() && run.drive.is_under_way();
    let mut running = Running::begin(plan, run, Step::wait(1, ""), Vec::new());
    running.task = Some(task);
    Some(running)
}

fn member<T: DeserializeOwned>(left: &Value, path: &str) -> Option<T> {
    left.pointer(path).and_then(|member| T::deserialize(member).ok())
}

/// The verdict on an execution whose order to close out another one could not be carried out, since its step that opens
/// it could not run.
pub fn not_opened(order: &Order, caught: Option<&Caught>, now: Timestamp) -> Verdict {
    let trouble = caught.map_or_else(|| "no error is known".to_owned(), Caught::in_words);
    let run = order.run();
    let words = format!("the run {run} was ended from outside and could not be closed out: {trouble}");
    let verdict = Verdict::new(Outcome::Unknown, words, now);
    let verdict = match *run == order.execution {
        true => verdict,
        false => verdict.because(format!("{} was to close it out and has died as well", order.execution)),
    };
    verdict
        .because("what became of its task is not known; nothing watches it any more")
        .to_do("look into the log of the validate function")
        .to_do("look at the task in the DMS console, and stop it there if its window is over")
}
