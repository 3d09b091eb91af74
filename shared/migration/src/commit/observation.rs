//! An observation comes into the document, before the decision is asked for.

use jiff::Timestamp;
use plan::window::When;
use plan::{AtClose, MigrationType, Mode, OnDrift, Plan, TaskRequest, Until};

use super::answer;
use crate::decide::opening;
use crate::pace::budget;
use crate::run::acts::StartAct;
use crate::run::answer::{Answer, RefusalKind};
use crate::run::close_out::Beside;
use crate::run::document::Running;
use crate::run::drive::{Drive, Whose};
use crate::run::execution::{MAX_NAMES_BYTES, MAX_UNFINISHED, Run, bytes_of_names};
use crate::run::identity::{
    self, is_dated, is_started_anew_by_others, is_that_start, is_this_run, load_is_over,
};
use crate::run::lag::Reading;
use crate::run::load::{Pace, PreviousLoad};
use crate::run::observation::{self, Connection, ConnectionState, Observation, TaskSeen};
use crate::run::status::Phase;
use crate::run::table::Table;
use crate::run::tables::TablePass;
use crate::run::task::{Origin, Owner, Progress, Task};
use crate::time::graces::{RUN_BEFORE_STOPS_WITHIN, START_GRACE, START_MARGIN};

/// Takes an observation into the document, before [`decide`](crate::decide::decide) is asked. Taken in twice it counts
/// twice, and leads to nothing else.
pub fn take_in(running: &mut Running, observation: &Observation, now: Timestamp) {
    take_in_trouble(running);
    let Running { plan, run, task: known, progress: last, .. } = running;
    run.polls += 1;
    run.events = run.events.saturating_add(budget::POLL);
    match &observation.task {
        TaskSeen::Unseen => run.throttled += 1,
        TaskSeen::NotThere => {
            run.not_there += 1;
            run.absent_since = run.absent_since.or(Some(now));
        }
        TaskSeen::Seen(_) => (run.not_there, run.absent_since) = (0, None),
    }
    if let Some(why) = observation.tables_refused.as_ref().or(observation.connections_refused.as_ref()) {
        run.last_trouble = Some(why.clone());
    }
    if let Some(close_out) = &mut run.close_out {
        let runs = matches!(observation.beside, Beside::Run(_));
        close_out.beside_since = runs.then(|| close_out.beside_since.unwrap_or(now));
    }
    run.machine.max_blind_seconds = budget::max_blind_seconds(run, now);
    take_in_pending(run, observation, now);
    let TaskSeen::Seen(seen) = &observation.task else { return };
    run.taken_over = run.taken_over.or(identity::taken_over(run, seen));
    run.unseen_since_redrive = false;
    if seen.start_date() > run.latest_start && run.stop.is_none() {
        // What an earlier start was seen to read says nothing of this one.
        run.reading = None;
    }
    run.latest_start = run.latest_start.max(seen.start_date());
    // A task that the plan describes is taken up by create-task, which looks who drives it.
    if plan.request().is_none() && known.is_none() {
        *known = Some(Task::known(seen.as_ref().clone(), Origin::External));
        // DMS did not list it when the run was opened.
        if run.route.is_none() {
            opening::set_close(plan, run, &seen.migration_type);
        }
    }
    let of_another_type = |request: &TaskRequest| request.migration_type != seen.migration_type;
    let as_it_is = plan.on_drift == OnDrift::Ignore && plan.request().is_some_and(of_another_type);
    if as_it_is && known.is_some() && run.drive == Drive::Nothing {
        // The close of its type counts, and not that of the one which the plan describes.
        opening::set_close(plan, run, &seen.migration_type);
    }
    let Some(task) = known else { return };
    if seen.settings.is_some() {
        task.settings.clone_from(&seen.settings);
    }
    // A task may have been moved to another instance.
    run.route = Some(seen.route.clone());
    match seen.phase() {
        Phase::Starting => run.starting_since = run.starting_since.or(Some(now)),
        Phase::Running => run.starting_since = None,
        Phase::Idle | Phase::Busy | Phase::Stopping | Phase::Gone => {}
    }
    take_in_start_made_twice(run, task, seen, now);
    take_in_missing_start(run, seen, now);
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    let may_join = plan.mode == Mode::Migrate && run.close_out.is_none();
    let to_join = match &run.drive {
        Drive::Nothing => {
            under_way && task.driven_by().is_none() && !is_about_to_stop(plan, run, task, seen, now)
        }
        Drive::Starting { start, .. } => others_were_quicker(start, seen),
        Drive::Restarting { .. } | Drive::Joined { .. } => false,
    };
    let is_anew = run.stop.is_none() && is_started_anew_by_others(&run.drive, last.as_ref(), seen);
    if may_join && (to_join || is_anew) {
        let stated = plan.window.as_ref().and_then(|window| window.at_close);
        let whose = if is_anew { Whose::SomebodyElse } else { whose(task, seen, run, now) };
        // A start that DMS has not dated yet was made since the last look.
        let undated = identity::stopped_before_this_start(seen).is_some();
        let since = seen.start_date().max(seen.task_start_date).filter(|_| !undated);
        join(run, whose, since.unwrap_or(now), stated);
    }
    take_in_load(run, seen, observation.tables.as_deref(), now);
    // Once the run has stopped the task, what led to that stays.
    if plan.until(&seen.migration_type) == Until::CaughtUp && run.stop.is_none() {
        take_in_reading(run, seen, observation, plan.lag_seconds, now);
    }
    let (rows, lag_seconds) = last.as_ref().map_or((0, None), |last| (last.rows, last.lag_seconds));
    let (status, stats) = (seen.status.clone(), seen.stats.clone());
    let progress = last.insert(Progress { status, stats, rows, lag_seconds, seen: now });
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
        TaskSeen::Seen(task) => matches!(task.phase(), Phase::Busy | Phase::Stopping | Phase::Gone),
    };
    // A connection that was never tested is not listed.
    let good = |connections: &Vec<Connection>| {
        connections.iter().filter(|connection| connection.state == ConnectionState::Successful).count() >= 2
    };
    let idle = !matches!(&observation.task, TaskSeen::Seen(task) if task.phase() != Phase::Idle);
    let untested = match &observation.connections {
        Some(connections) => !good(connections),
        // Nobody could look at them just now: what was waited for still is.
        None => idle && run.pending_since.is_some(),
    };
    run.pending_since = (busy || untested).then(|| run.pending_since.unwrap_or(now));
}

/// Whose start this run follows. What an ended run of ours may have started, and has not seen at rest again, is ours; what
/// was started before it, or after its end, was started by somebody else. A task without any date is in its first
/// start, which is the one of the run that had created it. Where a start of this run was not made, since the task had been
/// started moments before, nothing that DMS shows tells whether that was the same start, delivered twice or made again, or
/// somebody who was quicker.
fn whose(task: &Task, seen: &observation::Task, run: &Run, now: Timestamp) -> Whose {
    // DMS dates the start of the task before it dates that of its statistics. A start that has no date yet came after the
    // last stop.
    let since = seen.start_date().max(seen.task_start_date).max(identity::stopped_before_this_start(seen));
    match &task.owner {
        Owner::Ended { execution, ran: Some((from, until)) }
            if since.is_none_or(|since| since >= *from && since <= *until) =>
        {
            return Whose::EndedRun(execution.clone());
        }
        _ => {}
    }
    match run.drive.start() {
        Some(start) if something_was_in_its_way(start) && is_at_that_moment(start, seen, now) => {
            Whose::Doubtful { start: start.clone(), restarts: run.drive.restarts() }
        }
        _ => Whose::SomebodyElse,
    }
}

/// The task is kept by somebody else, was started before this run's window opened, and that was moments ago: a run whose
/// window closed then may be about to stop it. No tag says so. A window that is counted from the beginning of a run which
/// a person has started opens at no time of its own.
fn is_about_to_stop(plan: &Plan, run: &Run, task: &Task, seen: &observation::Task, now: Timestamp) -> bool {
    let is_of_before = seen.start_date().is_some_and(|started| started < run.opened);
    let opens = plan.window.as_ref().is_some_and(|window| match window.when {
        When::Hours(_) => true,
        When::Duration(_) => plan.scheduled_time.is_some(),
    });
    let kept = task.origin == Origin::External && opens;
    kept && is_of_before && now.duration_since(run.opened) < RUN_BEFORE_STOPS_WITHIN
}

/// The task was started at the moment of this start, or is starting then and has no date of it yet.
fn is_at_that_moment(start: &StartAct, seen: &observation::Task, now: Timestamp) -> bool {
    let undated = seen.start_date() == start.seen_start_date;
    is_that_start(start, seen) || (undated && now.duration_since(start.decided) <= START_GRACE)
}

/// What kept DMS from taking the start, or us from making it, may have been the start itself, made before.
fn something_was_in_its_way(start: &StartAct) -> bool {
    match &start.answer {
        Answer::NotCalled(_) => true,
        Answer::Refused(refusal) => refusal.kind == RefusalKind::Passing,
        Answer::Accepted | Answer::Lost => false,
    }
}

/// A start of ours was not made, since the task had been started already. Following it is right, whoever was quicker.
fn others_were_quicker(start: &StartAct, seen: &observation::Task) -> bool {
    let was_made = start.answer.may_be_taken() || start.lost_since.is_some();
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    !was_made && (under_way || seen.start_date() != start.seen_start_date)
}

/// Follows what is under way. What somebody else started, or may have, is stopped when the plan says so in words, not by
/// a default.
pub(super) fn join(run: &mut Run, whose: Whose, since: Timestamp, stated: Option<AtClose>) {
    let ours = matches!(whose, Whose::EndedRun(_));
    run.drive = Drive::Joined { whose, since, rest: run.drive.rest() };
    if !ours {
        run.at_close = run.at_close.map(|_| stated.unwrap_or(AtClose::LeaveRunning));
    }
    run.stop_at_close = run.stops_at_close();
    if !run.stop_at_close {
        run.end_work_at(run.closes);
    }
}

/// How the load before this run went, how the one of this run goes, and since when it has come to rest.
fn take_in_load(run: &mut Run, seen: &observation::Task, tables: Option<&[Table]>, now: Timestamp) {
    let of_this_run = is_this_run(run, seen);
    if let (false, Phase::Idle, Some(stats), Some(tables)) = (of_this_run, seen.phase(), &seen.stats, tables)
        && TablePass::over(tables).complete()
    {
        run.previous_load = PreviousLoad::of(stats, tables).or(run.previous_load);
    }
    if let (Phase::Idle, MigrationType::FullLoadAndCdc, Some(tables)) =
        (seen.phase(), &seen.migration_type, tables)
    {
        note_unfinished(run, tables);
    }
    let loads = seen.migration_type != MigrationType::Cdc && !load_is_over(run, seen);
    if let (true, Phase::Running, true, Some(stats)) = (is_dated(run, seen), seen.phase(), loads, &seen.stats)
    {
        run.pace = Some(Pace::look(run.pace.take(), stats, tables, now));
    }
    let rests = of_this_run && seen.phase() == Phase::Idle;
    run.drive.set_rest(rests.then(|| run.drive.rest().unwrap_or(now)));
}

/// Tables that a load with replication has left unfinished, before this run starts it or starts it again.
fn note_unfinished(run: &mut Run, tables: &[Table]) {
    for table in tables.iter().filter(|table| table.state.is_unfinished()) {
        let bytes = bytes_of_names(&run.unfinished) + bytes_of_names([&table.name]);
        let fits = run.unfinished.len() < MAX_UNFINISHED && bytes <= MAX_NAMES_BYTES;
        if fits && !run.unfinished.contains(&table.name) {
            run.unfinished.push(table.name.clone());
        }
    }
}

/// The step that starts was invoked twice, or its request reached DMS twice, and what is known is the answer to the second:
/// held back, or refused, since the task is at work. A task that this run has created is at work by this run's own start
/// when that shows moments after it was decided; any task is, where the start was made in place of one whose answer was
/// lost. Any other one is joined.
fn take_in_start_made_twice(run: &mut Run, task: &Task, seen: &observation::Task, now: Timestamp) {
    let soon = |start: &StartAct| now.duration_since(start.decided) <= START_MARGIN;
    let Drive::Starting { start, .. } = &mut run.drive else { return };
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    let shows = under_way || seen.start_date() != start.seen_start_date;
    let is_known_for_ours = (task.origin == Origin::Created && soon(start)) || start.lost_since.is_some();
    if is_known_for_ours && something_was_in_its_way(start) && shows {
        start.answer = Answer::Lost;
        run.stop_at_close = run.stops_at_close();
    }
}

/// A start that was taken, or whose answer was lost, is missing since the first look that shows nothing of it.
fn take_in_missing_start(run: &mut Run, seen: &observation::Task, now: Timestamp) {
    let Some(start) = run.drive.start_mut().filter(|start| start.answer.may_be_taken()) else { return };
    let missing = seen.phase() == Phase::Idle
        && seen.start_date() == start.seen_start_date
        && seen.other_dates() == start.seen_dates;
    start.missing_since = missing.then(|| start.missing_since.unwrap_or(now));
}

/// Whether the replication reads its source: the lag and its tables show it.
fn take_in_reading(
    run: &mut Run,
    seen: &observation::Task,
    observation: &Observation,
    limit: u32,
    now: Timestamp,
) {
    if seen.phase() != Phase::Running || !is_dated(run, seen) {
        return;
    }
    let (Some(began), Some(from)) = (identity::began(run, seen), identity::lag_counts_from(run, seen)) else {
        return;
    };
    let looked = (observation.lag.as_deref().unwrap_or_default(), observation.tables.as_deref());
    run.reading = Some(Reading::look(run.reading, looked, (limit, began, from), now));
}

/// The error of a step that could not run: it is remembered in a line, and sight that was lost has come back, at its
/// cost.
fn take_in_trouble(running: &mut Running) {
    if let Some(caught) = running.caught.take() {
        // After a blind round the error is the poll's own, and what became of the act before it is not known.
        if running.blind.rounds == 0 && caught.was_not_invoked() {
            answer::not_invoked(running, caught.in_words());
        }
        running.run.last_trouble = Some(caught.in_words());
    }
    count_blind_rounds(running);
}

/// The rounds in which no poll could run have cost their events; the next time begins anew.
pub(super) fn count_blind_rounds(running: &mut Running) {
    let rounds = std::mem::take(&mut running.blind).rounds;
    running.run.events = running.run.events.saturating_add(rounds.saturating_mul(budget::BLIND_ROUND));
}
