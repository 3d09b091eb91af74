//! A decision comes into the document: what the machine does next, and what must be known should the answer be lost.

use jiff::Timestamp;
use plan::AtClose;

use crate::pace::{budget, interval};
use crate::run::document::{Migration, NextStep, ReloadAct, Run, StartAct, StopAct};
use crate::run::next::Next;
use crate::run::observation::TaskSeen;

/// Writes a decision down: what the machine does next, and what must be known should the answer be lost.
pub fn write_down(document: &mut Migration, next: Next, seen: &TaskSeen, now: Timestamp) {
    let Some(run) = &mut document.run else { return };
    let what = next.what();
    run.events = run.events.saturating_add(budget::of_act(what));
    let seen_start_date = match seen {
        TaskSeen::Seen(task) => task.start_date(),
        TaskSeen::Unseen | TaskSeen::NotThere => None,
    };
    let mut occasion = None;
    let reload = matches!(next, Next::Reload { .. });
    let seconds;
    let why = match next {
        Next::Create { why } => {
            run.creates += 1;
            seconds = brief(run, now);
            why
        }
        Next::Start { kind, why } => {
            let before = run.start.as_ref();
            // After a start that was made, another one is a start again after a failure; else it is the same one, once more.
            let again = before.is_some_and(StartAct::is_made);
            let first_decided = before.filter(|_| !again).map_or(now, |start| start.first_decided);
            run.restarts += u32::from(again);
            run.pace = None;
            run.start = Some(StartAct {
                kind,
                why: why.clone(),
                decided: now,
                first_decided,
                seen_start_date,
                answer: None,
                asked: None,
                doubtful: false,
            });
            run.stop_at_close = run.windowed && run.at_close == AtClose::Stop;
            seconds = brief(run, now);
            format!("{}: {why}", kind.as_str())
        }
        Next::Reload { tables, why } => {
            run.reloaded.extend(tables.iter().cloned());
            run.reload = Some(ReloadAct { tables, decided: now, seen_start_date, answer: None });
            seconds = brief(run, now);
            why
        }
        Next::Stop { cause, why } => {
            let decided = run.stop.as_ref().map_or(now, |stop| stop.decided);
            let tries = run.stop.as_ref().map_or(0, |stop| stop.tries) + 1;
            let taken = run.stop.as_ref().and_then(|stop| stop.taken);
            let words = run.stop.as_ref().map_or_else(|| why.clone(), |stop| stop.words.clone());
            run.stop =
                Some(StopAct { why: cause, words, decided, last_decided: now, tries, taken, answer: None });
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
    document.next = Some(NextStep { what, seconds, why, occasion, reload });
}

/// The shortest interval, cut at the end of the work.
fn brief(run: &Run, now: Timestamp) -> u32 {
    let wake = if run.is_over(now) { Timestamp::MAX } else { run.work_ends };
    interval::brief(run, wake, now)
}
