//! A pre-flight: what a run would find and do, told without doing it.

use plan::clean::one_line;
use plan::{AtClose, MigrationType, Mode, OnDrift, Then, Until};

use crate::decide::connections::connections;
use crate::decide::create::is_newly_missing;
use crate::decide::situation::Situation;
use crate::decide::start::stops_too_soon;
use crate::decide::start_type::{self, Choice};
use crate::decide::verdicts::{differing, no_such_task, undecided};
use crate::run::acts::StartKind;
use crate::run::next::Next;
use crate::run::observation::{self, TaskSeen};
use crate::run::status::Phase;
use crate::run::tables::TablePass;
use crate::run::task::{Origin, Owner, Task};
use crate::run::verdict::{Outcome, Verdict};
use crate::survey::adoption::{self, Adoption};
use crate::time::graces::PREFLIGHT_MISSING_LOOKS;
use crate::time::window::{self, Opening};

/// What a pre-flight comes to: something that it waits for, something that rejects the plan, or what a run would do.
enum Finding {
    /// Not known yet, and why.
    Open(String),
    /// A run would be rejected.
    Fault(Verdict),
    /// What a run would do, or what it would meet.
    Word(String),
}

/// Reports on a pre-flight. It always decides, so that no judge behind it is asked: none of their acts can come of one.
///
/// A repeat: it looks again and changes nothing; a connection test that runs is waited for, not begun twice.
///
/// A lost answer: a test whose answer was lost shows in the next look at the connections.
///
/// What a person does: mends what the report names, and starts another pre-flight or the run.
pub(super) fn preflight(s: &Situation<'_>) -> Option<Next> {
    if s.plan.mode != Mode::Preflight {
        return None;
    }
    let mut faults: Option<Verdict> = None;
    let mut words = Vec::new();
    for finding in findings(s) {
        match finding {
            Finding::Open(why) if s.run.is_over(s.now) => return s.report(unfinished(s, &why)),
            Finding::Open(why) => return s.wait_briefly(why),
            Finding::Fault(verdict) => {
                faults = Some(match faults {
                    Some(faults) => faults.and(verdict),
                    None => verdict,
                });
            }
            Finding::Word(word) => words.push(word),
        }
    }
    s.report(faults.unwrap_or_else(|| ready(s, words)))
}

/// All that there is to say, in the order in which people read it.
fn findings(s: &Situation<'_>) -> Vec<Finding> {
    match &s.observation.task {
        TaskSeen::Unseen => vec![Finding::Open("DMS was too busy to answer".to_owned())],
        TaskSeen::NotThere => absent(s),
        TaskSeen::Seen(task) => present(s, task),
    }
}

/// There is no task.
fn absent(s: &Situation<'_>) -> Vec<Finding> {
    if !s.creates() && is_newly_missing(s) {
        return vec![Finding::Open("DMS does not list the task; it is looked for once more".to_owned())];
    }
    if !s.creates() {
        return vec![Finding::Fault(no_such_task(s))];
    }
    if s.task.is_some() && s.run.not_there < PREFLIGHT_MISSING_LOOKS {
        return vec![Finding::Open("DMS does not list the task; it is looked for once more".to_owned())];
    }
    let mut found: Vec<Finding> = tested(s).into_iter().collect();
    found.push(Finding::Word(format!(
        "there is no task of this name: a run creates it and starts it with {}",
        StartKind::StartReplication.as_str()
    )));
    found
}

/// The task is there.
fn present(s: &Situation<'_>, seen: &observation::Task) -> Vec<Finding> {
    if seen.phase() == Phase::Gone {
        return vec![match s.creates() {
            true => Finding::Word(
                "the task is being deleted: a run waits until it is gone and creates it".to_owned(),
            ),
            false => Finding::Fault(no_such_task(s).because("it is being deleted")),
        }];
    }
    // A task that the plan describes is compared before the first look.
    let Some(task) = s.task else {
        let why = "a task of this name was created while this pre-flight looked, and was not compared with the plan";
        let verdict = Verdict::new(Outcome::Rejected, why, s.now);
        return vec![Finding::Fault(verdict.to_do("start the pre-flight again"))];
    };
    let mut found = difference(s, task, seen);
    if let Some(other) = task.driven_by() {
        found.push(Finding::Word(format!(
            "another run drives the task now: {other}; a run that begins before it has ended is Skipped"
        )));
    }
    // A task that is rejected for its differences may have other endpoints than the plan.
    let rejected = found.iter().any(|finding| matches!(finding, Finding::Fault(_)));
    match seen.phase() {
        Phase::Idle => {
            found.extend(tested(s).filter(|_| !rejected));
            found.push(begun(s, task, seen));
            found.extend(stop_position(s, task, seen));
        }
        Phase::Starting | Phase::Running if task.driven_by().is_some() => {}
        Phase::Starting | Phase::Running => found.push(Finding::Word(format!(
            "the task is {} already: a run that begins now follows it, and stops what somebody else has started only where the plan says so in words",
            seen.status
        ))),
        _ => found.push(Finding::Word(format!(
            "the task is {} just now: a run waits until it can be started, as long as its window allows",
            seen.status
        ))),
    }
    found
}

/// Where the task differs from the plan, and what a run would do about it.
fn difference(s: &Situation<'_>, task: &Task, seen: &observation::Task) -> Vec<Finding> {
    if task.differences.is_empty() {
        return Vec::new();
    }
    if s.plan.on_drift == OnDrift::Ignore {
        let differences = match task.differences.len() {
            1 => "1 difference".to_owned(),
            many => format!("{many} differences"),
        };
        return vec![Finding::Word(format!(
            "{differences} between the task and the plan, named below: a run takes the task as it is (OnDrift Ignore)"
        ))];
    }
    // Whoever drives the task does so until the run that is to come.
    let undriven = Task { owner: Owner::Nobody, ..task.clone() };
    if adoption::adopt(s.plan, s.run, &undriven, None, seen, s.now) != Adoption::Modify {
        return vec![Finding::Fault(differing(s, task))];
    }
    let modified =
        "the task differs from the plan and has never run: a run modifies it (OnDrift Modify)".to_owned();
    std::iter::once(modified).chain(task.differences.iter().cloned()).map(Finding::Word).collect()
}

/// What the tests of the connections have come to.
fn tested(s: &Situation<'_>) -> Option<Finding> {
    match connections(s)? {
        Next::Report(verdict) => Some(Finding::Fault(*verdict)),
        Next::Wait { why, .. } => Some(Finding::Open(why)),
        _ => None,
    }
}

/// A stop position that the task shows and the plan does not state.
fn stop_position(s: &Situation<'_>, task: &Task, seen: &observation::Task) -> Option<Finding> {
    if let Some(verdict) = stops_too_soon(s, seen) {
        return Some(Finding::Fault(verdict));
    }
    let position = one_line(seen.cdc_stop_position.as_deref()?);
    if task.origin == Origin::External {
        return Some(Finding::Word(format!("the task has the stop position {position}: it stops there")));
    }
    start_type::stop_position(s.plan, task, seen).map(|far| {
        Finding::Word(format!(
            "the task has the stop position {position}, which the plan does not state: a run starts it with {far} instead"
        ))
    })
}

/// How and when a run ends.
fn ending(s: &Situation<'_>) -> Option<String> {
    let migration_type = s.task.map(|task| &task.migration_type);
    let migration_type = migration_type.or(s.plan.request().map(|request| &request.migration_type))?;
    let stops = s.plan.then == Then::Stop;
    let done = match (s.plan.until(migration_type), migration_type) {
        (Until::Stopped, MigrationType::FullLoad) => "when the task has stopped, its load complete",
        (Until::Stopped, _) => "when the task has stopped",
        (Until::FullLoadComplete, _) if stops => "when the load is complete and the task was stopped then",
        (Until::FullLoadComplete, _) => "when the load is complete, and the task goes on",
        (Until::CaughtUp, _) if stops => "when replication has caught up and the task was stopped then",
        (Until::CaughtUp, _) => "when replication has caught up, and the task goes on",
    };
    let close = s.plan.at_close(migration_type).map(|at_close| match at_close {
        AtClose::Stop => "; at the close of its window at the latest, which stops the task",
        AtClose::LeaveRunning => "; at the close of its window at the latest, which leaves the task running",
    });
    Some(format!("a run ends {done}{}", close.unwrap_or_default()))
}

/// How a run would start a task that is idle.
fn begun(s: &Situation<'_>, task: &Task, seen: &observation::Task) -> Finding {
    let Some(settings) = &task.settings else {
        return Finding::Open("the task's settings could not be seen just now".to_owned());
    };
    let tables = match (&s.observation.tables, seen.has_run()) {
        (Some(tables), _) => tables.as_slice(),
        (None, false) => &[],
        (None, true) => return Finding::Open("the table statistics could not be seen just now".to_owned()),
    };
    let pass = TablePass::over(tables);
    let opening = s.plan.window.as_ref().map(|window| window::at(window, s.plan.scheduled_time, s.now));
    let tonight = match opening {
        Some(Opening::Open { opened, .. }) => opened,
        // The run is still to come.
        Some(Opening::Shut { .. }) | None => s.now,
    };
    match start_type::choose(s.plan, seen, settings, &pass, tonight) {
        Choice::Start(kind, why) => {
            Finding::Word(format!("a run starts the task with {}, because {why}", kind.as_str()))
        }
        Choice::Complete(why) => {
            Finding::Word(format!("a run would be Skipped, there is nothing to do: {why}"))
        }
        Choice::Undecided { why, to_do, settles } => Finding::Fault(undecided(s, pass, why, to_do, settles)),
    }
}

fn ready(s: &Situation<'_>, words: Vec<String>) -> Verdict {
    let first = "nothing stands in the way of a run; nothing was created, changed, started or stopped";
    let mut verdict = Verdict::new(Outcome::Ready, first, s.now);
    verdict.reasons.extend(words);
    verdict.reasons.push(hours(s));
    verdict.reasons.extend(ending(s));
    verdict.task_status = s.seen().map(|task| task.status.clone());
    verdict.to_do("to migrate, start a run with the same plan without Mode")
}

/// When a run may work.
fn hours(s: &Situation<'_>) -> String {
    let Some(plan_window) = &s.plan.window else {
        return "the plan has no window: a run may begin at any time".to_owned();
    };
    match window::at(plan_window, s.plan.scheduled_time, s.now) {
        Opening::Open { closes, .. } => format!("the window is open now, until {}", s.on_the_clock(closes)),
        Opening::Shut { next: Some(next) } => {
            format!("the window is shut now and opens next at {}", s.on_the_clock(next))
        }
        Opening::Shut { next: None } => "the window is shut now and does not open again".to_owned(),
    }
}

/// The time of the pre-flight is over and something is not known yet.
fn unfinished(s: &Situation<'_>, why: &str) -> Verdict {
    Verdict::new(Outcome::Unknown, format!("the pre-flight did not come to an end in time: {why}"), s.now)
        .because("nothing was created, changed, started or stopped")
        .to_do("start the pre-flight again")
}
