//! What the document remembers: an observation is taken in before the decision, the decision is written down after it.

use jiff::Timestamp;

use super::{Next, is_dated, is_this_run, load_is_over};
use crate::budget;
use crate::document::{
    Answer, Migration, NextStep, Occasion, Origin, Progress, ReloadAct, Run, StartAct, StopAct, StopCause,
    Task, What,
};
use crate::interval;
use crate::observation::{self, Connection, ConnectionState, Observation, Phase, Table, TaskSeen};
use crate::pace::{Pace, PreviousLoad};
use crate::plan::{AtClose, MigrationType, Mode};
use crate::verdict::tables::TablePass;

pub use super::start::Guarded;

/// Takes an observation into the document, before [`decide`](super::decide) is asked.
pub fn take_in(document: &mut Migration, observation: &Observation, now: Timestamp) {
    take_in_trouble(document);
    let Some(run) = &mut document.run else { return };
    run.polls += 1;
    run.events = run.events.saturating_add(budget::POLL);
    match &observation.task {
        TaskSeen::Unseen => run.throttled += 1,
        TaskSeen::NotThere => run.not_there += 1,
        TaskSeen::Seen(_) => run.not_there = 0,
    }
    run.most_blind_seconds = budget::most_blind_seconds(run, now);
    take_in_pending(run, observation, now);
    let TaskSeen::Seen(seen) = &observation.task else { return };
    run.latest_start = run.latest_start.max(seen.start_date());
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
    let migrates = document.plan.as_ref().is_some_and(|plan| plan.mode == Mode::Migrate);
    if migrates && under_way && run.start.is_none() && run.joined.is_none() && task.driven_by.is_none() {
        let stated = document.plan.as_ref().and_then(|plan| plan.window.as_ref()?.at_close);
        join(run, seen.start_date().unwrap_or(now), stated);
    }
    take_in_load(run, seen, observation.tables.as_deref(), now);
    let progress = document.progress.get_or_insert_with(Progress::default);
    progress.status.clone_from(&seen.status);
    progress.stats.clone_from(&seen.stats);
    progress.seen = Some(now);
    if let Some(points) = &observation.lag {
        let newest = points.iter().max_by_key(|point| point.at).and_then(|point| point.seconds());
        progress.lag_seconds = newest.map(|seconds| seconds.ceil() as u32);
    }
    if let Some(tables) = &observation.tables
        && (is_this_run(run, seen) || progress.rows == 0)
    {
        progress.rows = TablePass::over(tables).rows;
    }
}

/// Since when something is not ready that this run waits for. A look that shows nothing changes nothing.
fn take_in_pending(run: &mut Run, observation: &Observation, now: Timestamp) {
    let busy = match &observation.task {
        TaskSeen::Unseen => return,
        TaskSeen::NotThere => false,
        TaskSeen::Seen(task) => matches!(task.phase, Phase::Busy | Phase::Stopping),
    };
    // A connection that was never tested is not listed; its test has been asked for.
    let settled = |connections: &Vec<Connection>| {
        connections.iter().filter(|connection| connection.state != ConnectionState::Testing).count() >= 2
    };
    let testing = observation.connections.as_ref().is_some_and(|connections| !settled(connections));
    run.pending_since = (busy || testing).then(|| run.pending_since.unwrap_or(now));
}

/// Follows what somebody else started, or may have: it is stopped when the plan says so in words, not by a default.
fn join(run: &mut Run, since: Timestamp, stated: Option<AtClose>) {
    run.joined = Some(since);
    run.at_close = stated.unwrap_or(AtClose::LeaveRunning);
    run.stop_at_close = run.windowed && run.at_close == AtClose::Stop;
    if !run.stop_at_close {
        run.end_work_at(run.closes);
    }
}

/// The start was held back, since what runs may be this execution's own from before it was redriven, or somebody else's: it is
/// followed as if it were somebody else's, and the report says so.
pub fn start_is_doubtful(document: &mut Migration, why: String, now: Timestamp) {
    let stated = document.plan.as_ref().and_then(|plan| plan.window.as_ref()?.at_close);
    let Some(run) = &mut document.run else { return };
    join(run, run.latest_start.unwrap_or(now), stated);
    if let Some(start) = &mut run.start {
        start.doubtful = true;
        start.answer = Some(Answer::Withheld(why));
    }
}

/// How the load before this run went, how the one of this run goes, and since when it has come to rest.
fn take_in_load(run: &mut Run, seen: &observation::Task, tables: Option<&[Table]>, now: Timestamp) {
    let of_this_run = is_this_run(run, seen);
    if let (false, Phase::Idle, Some(stats), Some(tables)) = (of_this_run, seen.phase, &seen.stats, tables)
        && TablePass::over(tables).complete()
    {
        run.previous_load = PreviousLoad::of(stats, tables).or(run.previous_load);
    }
    let loads = seen.migration_type != MigrationType::Cdc && !load_is_over(run, seen);
    if let (true, Phase::Running, true, Some(stats)) = (is_dated(run, seen), seen.phase, loads, &seen.stats) {
        run.pace = Some(Pace::look(run.pace.take(), stats, tables, now));
    }
    match seen.phase {
        Phase::Idle if of_this_run => {
            run.at_rest.get_or_insert(now);
        }
        _ => run.at_rest = None,
    }
}

/// The error of a step that could not run: it is remembered in a line, and sight that was lost has come back, at its cost.
fn take_in_trouble(document: &mut Migration) {
    let trouble = document.trouble.take();
    let Some(run) = &mut document.run else { return };
    if let Some(trouble) = trouble {
        run.last_trouble = Some(trouble.in_words());
    }
    run.blind_seconds = crate::document::FIRST_BLIND_SECONDS;
    run.events = run.events.saturating_add(document.blind.rounds.saturating_mul(budget::BLIND_ROUND));
    document.blind.rounds = 0;
}

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
    let stop = run.stop.get_or_insert(StopAct {
        why: StopCause::Close,
        words: "the window closes".to_owned(),
        decided: now,
        last_decided: now,
        tries: 0,
        taken: None,
        answer: None,
    });
    stop.last_decided = now;
    stop.tries += 1;
}

/// What DMS answered to the stop. Once it has taken one, a refusal of a further one does not undo that.
pub fn stop_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(stop) = &mut run.stop else { return };
    if answer == Some(Answer::Accepted) {
        stop.taken.get_or_insert(stop.last_decided);
    }
    stop.answer = answer;
}

/// What DMS answered to the request to load tables again. A request that DMS could not take just now may be made anew.
pub fn reload_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(reload) = &mut run.reload else { return };
    let may_be_asked_again = match &answer {
        Some(Answer::Refused(refusal)) => refusal.passing,
        Some(Answer::Withheld(_)) => true,
        Some(Answer::Accepted) | None => false,
    };
    if may_be_asked_again {
        run.reloaded.retain(|name| !reload.tables.contains(name));
    }
    reload.answer = answer;
}

/// The guard before a request to load tables again: a step that comes so late that it must be made for a second time makes none,
/// and none is made when the task was started anew since it was decided.
pub fn guard_reload(run: &Run, task: &TaskSeen, now: Timestamp) -> Guarded {
    let Some(reload) = &run.reload else {
        return Guarded::Held("no reload has been decided".to_owned());
    };
    if reload.answer.is_some() || now.duration_since(reload.decided) > super::START_MARGIN {
        return Guarded::Made;
    }
    match task {
        TaskSeen::Seen(task)
            if task.phase == Phase::Running && task.start_date() == reload.seen_start_date =>
        {
            Guarded::Clear
        }
        TaskSeen::Seen(task) => {
            Guarded::Held(format!("the task was {} or started anew just before", task.status))
        }
        TaskSeen::Unseen | TaskSeen::NotThere => {
            Guarded::Held("the task could not be seen just before".to_owned())
        }
    }
}

/// The start is made now: from here on its effect is waited for.
pub fn start_asked(run: &mut Run, now: Timestamp) {
    if let Some(start) = &mut run.start {
        start.asked = Some(now);
    }
}

/// What DMS answered to the start. A start that was not made leaves nothing to stop at the close, which the machine does
/// by itself when no poll can run.
pub fn start_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(start) = &mut run.start else { return };
    start.answer = answer;
    let under_way = start.is_made() || run.restarts > 0;
    run.stop_at_close = run.windowed && run.at_close == AtClose::Stop && under_way;
}

/// Looks again after `seconds`; for steps that decide nothing themselves.
pub fn wait(document: &mut Migration, seconds: u32, why: impl Into<String>) {
    document.next =
        Some(NextStep { what: What::Wait, seconds, why: why.into(), occasion: None, reload: false });
}

/// The guard before a start: what was decided must still be so.
pub fn guard_start(run: &Run, task: &TaskSeen, now: Timestamp) -> Guarded {
    match &run.start {
        Some(start) if start.answer.is_some() => Guarded::Held("this start has been made before".to_owned()),
        Some(start) => super::start::guard(run, start, task, now),
        None => Guarded::Held("no start has been decided".to_owned()),
    }
}
