//! What the document remembers: an observation is taken in before the decision, the decision is written down after it.

use jiff::Timestamp;

use super::{Next, is_this_run};
use crate::document::{
    Answer, Migration, NextStep, Occasion, Origin, Progress, Run, StartAct, StopAct, StopCause, Task, What,
};
use crate::interval;
use crate::observation::{Observation, Phase, TaskSeen};
use crate::plan::AtClose;
use crate::verdict::tables::TablePass;

/// Takes an observation into the document, before [`decide`](super::decide) is asked.
pub fn take_in(document: &mut Migration, observation: &Observation, now: Timestamp) {
    take_in_trouble(document);
    let Some(run) = &mut document.run else { return };
    run.polls += 1;
    if observation.task == TaskSeen::Unseen {
        run.throttled += 1;
    }
    let TaskSeen::Seen(seen) = &observation.task else { return };
    // A task that the plan describes is taken up by create-task, which looks who drives it.
    let kept = document.plan.as_ref().is_some_and(|plan| plan.request().is_none());
    if kept && document.task.is_none() {
        document.task = Some(Task {
            arn: seen.arn.clone(),
            identifier: seen.identifier.clone(),
            migration_type: seen.migration_type.clone(),
            origin: Origin::Kept,
            created: None,
            facts: None,
            differences: Vec::new(),
            driven_by: None,
        });
    }
    let Some(task) = &mut document.task else { return };
    if seen.facts.is_some() {
        task.facts.clone_from(&seen.facts);
    }
    run.route.get_or_insert_with(|| seen.route.clone());
    let under_way = matches!(seen.phase, Phase::Starting | Phase::Running);
    if under_way && run.start.is_none() && run.joined.is_none() && task.driven_by.is_none() {
        run.joined = Some(seen.start_date().unwrap_or(now));
        // Somebody else started it: it is stopped when the plan says so in words, not by a default.
        let stated = document.plan.as_ref().and_then(|plan| plan.window.as_ref()?.at_close);
        run.at_close = stated.unwrap_or(AtClose::LeaveRunning);
        run.stop_at_close = run.windowed && run.at_close == AtClose::Stop;
        if !run.stop_at_close {
            run.work_ends = run.closes;
        }
    }
    let progress = document.progress.get_or_insert_with(Progress::default);
    progress.status.clone_from(&seen.status);
    progress.stats.clone_from(&seen.stats);
    progress.seen = Some(now);
    if let Some(tables) = &observation.tables
        && (is_this_run(run, seen) || progress.rows == 0)
    {
        progress.rows = TablePass::over(tables).rows;
    }
}

/// The error of a step that could not run: it is remembered in a line, and sight that was lost has come back.
fn take_in_trouble(document: &mut Migration) {
    let trouble = document.trouble.take();
    let Some(run) = &mut document.run else { return };
    if let Some(trouble) = trouble {
        run.last_trouble = Some(trouble.in_words());
    }
    run.lost_sight = false;
    run.blind_seconds = crate::document::FIRST_BLIND_SECONDS;
}

/// Writes a decision down: what the machine does next, and what must be known should the answer be lost.
pub fn write_down(document: &mut Migration, next: Next, seen: &TaskSeen, now: Timestamp) {
    let Some(run) = &mut document.run else { return };
    let what = next.what();
    let mut occasion = None;
    let seconds;
    let why = match next {
        Next::Create { why } => {
            run.creates += 1;
            seconds = brief(run, now);
            why
        }
        Next::Start { kind, why } => {
            let seen_start_date = match seen {
                TaskSeen::Seen(task) => task.start_date(),
                TaskSeen::Unseen | TaskSeen::NotThere => None,
            };
            let first_decided = run.start.as_ref().map_or(now, |start| start.first_decided);
            run.start = Some(StartAct {
                kind,
                why: why.clone(),
                decided: now,
                first_decided,
                seen_start_date,
                answer: None,
            });
            run.stop_at_close = run.windowed && run.at_close == AtClose::Stop;
            seconds = brief(run, now);
            format!("{}: {why}", kind.as_str())
        }
        Next::Stop { cause, why } => {
            let decided = run.stop.as_ref().map_or(now, |stop| stop.decided);
            run.stop = Some(StopAct { why: cause, decided, last_decided: now, answer: None });
            seconds = brief(run, now);
            why
        }
        Next::Wait { why, soon } => {
            seconds = if soon { brief(run, now) } else { interval::seconds(run, run.work_ends, now) };
            why
        }
        Next::Tell { occasion: what, why } => {
            occasion = Some(what);
            seconds = interval::seconds(run, run.work_ends, now);
            why
        }
        Next::Report(verdict) => {
            let why = verdict.reasons.first().cloned().unwrap_or_default();
            document.verdict = Some(*verdict);
            seconds = 0;
            why
        }
    };
    document.next = Some(NextStep { what, seconds, why, occasion });
}

/// The shortest interval, stretched while DMS is busy and cut at the end of the work.
fn brief(run: &Run, now: Timestamp) -> u32 {
    let fresh = Run { started: now, ..run.clone() };
    let wake = if run.is_over(now) { Timestamp::MAX } else { run.work_ends };
    interval::seconds(&fresh, wake, now)
}

/// People have been told.
pub fn told(document: &mut Migration, occasion: Occasion) {
    let Some(run) = &mut document.run else { return };
    if !run.told.contains(&occasion) {
        run.told.push(occasion);
    }
    if occasion == Occasion::LostSight {
        run.lost_sight = true;
    }
}

/// The machine's own stop at the close, while no poll can run: written down so that the final report can say so.
pub fn stop_unseen(document: &mut Migration, now: Timestamp) {
    let Some(run) = &mut document.run else { return };
    run.stop.get_or_insert(StopAct { why: StopCause::Close, decided: now, last_decided: now, answer: None });
}

/// What DMS answered to the start. A start that was not made leaves nothing to stop at the close, which the machine does
/// by itself when no poll can run.
pub fn start_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(start) = &mut run.start else { return };
    start.answer = answer;
    run.stop_at_close = run.windowed && run.at_close == AtClose::Stop && start.is_made();
}

/// Looks again after `seconds`; for steps that decide nothing themselves.
pub fn wait(document: &mut Migration, seconds: u32, why: impl Into<String>) {
    document.next = Some(NextStep { what: What::Wait, seconds, why: why.into(), occasion: None });
}

/// The guard before a start: what was decided must still be so. `None` when the start may be made.
pub fn guard_start(run: &Run, task: &TaskSeen, now: Timestamp) -> Option<String> {
    match &run.start {
        Some(start) if start.answer.is_some() => Some("this start has been made before".to_owned()),
        Some(start) => super::start::guard(run, start, task, now),
        None => Some("no start has been decided".to_owned()),
    }
}
