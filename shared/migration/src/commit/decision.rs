//! A decision comes into the document: what the machine does next, and what must be known should the answer be lost.

use jiff::Timestamp;
use plan::Plan;

use crate::decide::cause::Cause;
use crate::pace::{budget, interval};
use crate::run::acts::{ReloadAct, StartAct, Stop, TestAct};
use crate::run::answer::Answer;
use crate::run::document::{Document, Running};
use crate::run::drive::Drive;
use crate::run::execution::Run;
use crate::run::next::Next;
use crate::run::observation::{OtherDates, TaskSeen};
use crate::run::step::{Step, What};
use crate::time::window;

/// Writes a decision down. Every act is written as one whose answer is lost, before it is made.
pub fn write_down(mut running: Running, next: Next, seen: &TaskSeen, now: Timestamp) -> Document {
    let Running { plan, run, .. } = &mut running;
    let brief = |run: &Run| interval::brief(run, wake(plan, run, now), now);
    let pause = |run: &Run, soon: bool| match &run.stop {
        Some(stop) => interval::to_stop(run, stop, wake(plan, run, now), now),
        None if soon => brief(run),
        None => interval::seconds(run, wake(plan, run, now), now),
    };
    run.events = run.events.saturating_add(budget::of_act(&next));
    let (seen_start_date, seen_dates) = match seen {
        TaskSeen::Seen(task) => (task.start_date(), task.other_dates()),
        TaskSeen::Unseen | TaskSeen::NotThere => (None, OtherDates::default()),
    };
    let step = |what, seconds, why| Step { what, seconds, why };
    running.next = match next {
        Next::Create { why } => {
            run.creates += 1;
            step(What::Create, brief(run), why)
        }
        Next::Start { kind, why } => {
            let first_decided = first_decided(&run.drive, now);
            let is_lost = |start: &&StartAct| start.answer == Answer::Lost && start.missing_since.is_some();
            let lost = run.drive.start().filter(|start| is_lost(start) || start.lost_since.is_some());
            let lost_since = lost.map(StartAct::since);
            let start = StartAct {
                kind,
                why: why.clone(),
                decided: now,
                first_decided,
                asked: now,
                seen_start_date,
                seen_dates,
                answer: Answer::Lost,
                missing_since: None,
                lost_since,
            };
            let restarts = run.drive.restarts();
            run.drive = driven_by(&run.drive, start);
            if let TaskSeen::Seen(task) = seen
                && run.drive.restarts() > restarts
                && Cause::of(task) == Cause::Unknown
            {
                run.unrecognised.push(Cause::gist(task));
            }
            run.pace = None;
            run.reading = None;
            // The pauses between tests before a start again begin anew.
            if run.drive.restarts() > 0 {
                run.test = None;
            }
            run.stop_at_close = run.stops_at_close();
            step(What::Start, brief(run), format!("{}: {why}", kind.as_str()))
        }
        Next::Reload { tables, why } => {
            run.reloaded.extend(tables.iter().cloned());
            run.reload = Some(ReloadAct { tables, decided: now, seen_start_date, answer: Answer::Lost });
            step(What::Reload, brief(run), why)
        }
        Next::Test { endpoint, why } => {
            let first = run.test.as_ref().map_or(now, |test| test.first);
            run.test = Some(TestAct { endpoint, first, last: now, answer: Answer::Lost });
            step(What::Test, brief(run), why)
        }
        Next::Stop { cause, why } => {
            run.stop = Some(match run.stop.take() {
                Some(before) => {
                    Stop { cause, last_decided: now, tries: before.tries + 1, answer: Answer::Lost, ..before }
                }
                None => Stop::decided(cause, why.clone(), now),
            });
            step(What::Stop, pause(run, true), why)
        }
        Next::Wait { why, soon } => step(What::Wait, pause(run, soon), why),
        Next::Tell { occasion, why } => step(What::Tell(occasion), pause(run, false), why),
        Next::Report(verdict) => return running.report(*verdict).into(),
    };
    running.into()
}

/// From when on refusals that pass are waited out: a start that was not made is the same one, once more.
fn first_decided(drive: &Drive, now: Timestamp) -> Timestamp {
    let before = drive.start().filter(|start| !start.may_be_made());
    before.map_or(now, |start| start.first_decided)
}

/// After a start that was made, another one is a restart; else it is the same one, once more. The rest of before it is
/// over: the next look at rest begins a new one.
fn driven_by(before: &Drive, start: StartAct) -> Drive {
    let again = before.start().is_some_and(StartAct::may_be_made);
    match before.restarts() + u32::from(again) {
        0 => Drive::Starting { start, rest: None },
        times => Drive::Restarting { start, times, rest: None },
    }
}

/// The next moment that no interval reaches past: the last one for a start, while nothing is under way, so that what
/// stood in its way is still told; then the end of the work.
fn wake(plan: &Plan, run: &Run, now: Timestamp) -> Timestamp {
    let last_start = run.stop_due.saturating_sub(window::least_left(plan.window.as_ref())).unwrap_or(now);
    if !run.drive.is_under_way() && now < last_start { last_start } else { run.stop_due }
}
