//! The beginning of a run: what the execution was given becomes a plan with a window that is open, or a verdict.

use jiff::{SignedDuration, Timestamp};
use plan::finding::{Code, Finding, Findings, Severity, reject};
use plan::read::Reading;
use plan::{AtClose, MigrationType, Mode, Plan, home, read, together};
use serde_json::Value;

use crate::pace::budget;
use crate::run::document::{Document, Reported, Running};
use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation::Route;
use crate::run::step::Step;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock_of;
use crate::time::graces::{LONGEST_PREFLIGHT, LONGEST_RUN};
use crate::time::window::{self, Opening, whole_seconds};

/// What people call a task whose plan names none.
const NAMELESS: &str = "(unnamed)";

/// Opens a run: reads the plan and looks whether its window is open. The run goes on, or it is over with the verdict
/// Rejected or Skipped. A pre-flight works at any time: its window is what it reports on.
pub fn open(input: &Value, execution: &ExecutionArn, now: Timestamp) -> Document {
    let reading = read_at_home(input, execution, now);
    let opening = opening(&reading, now);
    let run = run(&reading, opening, execution, now);
    let Reading { plan, findings, .. } = reading;
    let Some(plan) = plan else {
        let verdict = Verdict::rejected(&findings, now);
        return Reported::at_once(run, verdict, errors_only(findings)).into();
    };
    let next = first_look(&plan, &run, now);
    let mut running = Running::begin(plan, run, next, worth_telling(findings));
    if let Some(Opening::Shut { next }) = opening {
        let verdict = shut(&running.plan, next, now);
        return running.report(verdict).into();
    }
    if let Some(migration_type) = running.plan.request().map(|request| request.migration_type.clone()) {
        set_close(&running.plan, &mut running.run, &migration_type);
    }
    running.into()
}

/// The run, as far as what the execution was given tells of it: for the message about a run that could not be opened.
pub fn introduce(input: &Value, execution: &ExecutionArn, now: Timestamp) -> Run {
    let reading = read_at_home(input, execution, now);
    run(&reading, opening(&reading, now), execution, now)
}

/// Takes in what was found about the resources that the plan names: findings, and the type and route of a task that
/// somebody else keeps. Afterwards the run goes on, or it is rejected.
pub fn settle(
    mut running: Running,
    external: Option<(MigrationType, Route)>,
    mut resources: Findings,
    now: Timestamp,
) -> Document {
    if let Some((migration_type, route)) = external {
        together::check_type(&running.plan, &migration_type, "", &mut resources);
        set_close(&running.plan, &mut running.run, &migration_type);
        running.run.route = Some(route);
    }
    resources.add_to(&mut running.findings);
    keep_the_closer(&mut running.findings);
    running.findings = worth_telling(running.findings);
    if reject(&running.findings) {
        let verdict = Verdict::rejected(&running.findings, now);
        running.findings = errors_only(running.findings);
        return running.report(verdict).into();
    }
    running.into()
}

/// That a run ends before its close is for who writes the plan: beside the end that it was written for, it reads as a fault.
fn worth_telling(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|finding| finding.code != Code::StoppedEarly);
    findings
}

/// What is said of the log of any source is said no more, once it is said of the engine of this one.
fn keep_the_closer(findings: &mut Vec<Finding>) {
    if findings.iter().any(|finding| finding.code == Code::LogEndsBeforeNextWindow) {
        findings.retain(|finding| finding.code != Code::StoppedReplicationKeepsTheLog);
    }
}

/// Reads what the execution was given. A plan for another account or Region would only find that nothing of it exists
/// here.
fn read_at_home(input: &Value, execution: &ExecutionArn, now: Timestamp) -> Reading {
    let mut reading = read::read_at(input, now);
    if let Some(plan) = &reading.plan {
        let mut elsewhere = Findings::default();
        home::check_machine(plan, execution.machine(), &mut elsewhere);
        if elsewhere.reject() {
            reading.plan = None;
        }
        elsewhere.add_to(&mut reading.findings);
    }
    reading
}

/// Whether the plan's window is open, where that matters.
fn opening(reading: &Reading, now: Timestamp) -> Option<Opening> {
    let plan = reading.plan.as_ref().filter(|plan| plan.mode != Mode::Preflight)?;
    Some(window::at_the_beginning(plan.window.as_ref()?, plan.scheduled_time, now))
}

fn run(reading: &Reading, opening: Option<Opening>, execution: &ExecutionArn, now: Timestamp) -> Run {
    let plan = reading.plan.as_ref();
    let longest = match plan.map(|plan| plan.mode) {
        Some(Mode::Preflight) => LONGEST_PREFLIGHT,
        Some(Mode::Migrate) | None => LONGEST_RUN,
    };
    // Nothing asks for a stop until the type of the task is known.
    let scheduled = plan.and_then(|plan| plan.scheduled_time).unwrap_or(now);
    let (opened, closes, at_close) = match opening {
        Some(Opening::Open { opened, closes }) => (opened, closes, Some(AtClose::LeaveRunning)),
        Some(Opening::Shut { .. }) | None => {
            (scheduled.min(now), now.saturating_add(longest).unwrap_or(now), None)
        }
    };
    let name = reading.name.clone().unwrap_or_else(|| NAMELESS.to_owned());
    Run {
        notify: reading.notify.clone(),
        route: plan.and_then(route),
        at_close,
        opened,
        events: budget::OPENING,
        ..Run::begin(execution.clone(), name, whole_seconds(closes), now)
    }
}

/// The first look at the task; of a run that has begun before its window opens, at the opening.
fn first_look(plan: &Plan, run: &Run, now: Timestamp) -> Step {
    if now < run.opened {
        let why = format!("the plan is good, and its window opens at {}", on_the_clock_of(plan, run.opened));
        return Step::wait(seconds_until(run.opened, now), why);
    }
    let why = match plan.mode {
        Mode::Preflight => "the plan is good: look at the task and at the connections",
        Mode::Migrate => "the plan is good and its window is open: look at the task",
    };
    Step::wait(1, why)
}

/// Whole seconds until this instant, which lies ahead: the machine waits for no part of one.
fn seconds_until(instant: Timestamp, now: Timestamp) -> u32 {
    let ahead = instant.duration_since(now);
    let begun = i64::from(ahead.subsec_nanos() > 0);
    u32::try_from(ahead.as_secs() + begun).unwrap_or(u32::MAX)
}

/// What the close does, now that the type of the task is known, and when the task is asked to stop for it.
pub fn set_close(plan: &Plan, run: &mut Run, migration_type: &MigrationType) {
    let Some(window) = plan.window.as_ref().filter(|_| run.windowed()) else { return };
    run.at_close = plan.at_close(migration_type);
    let stops = run.stops_at_close();
    let lead = if stops { window.stop_lead } else { SignedDuration::ZERO };
    run.end_work_at(whole_seconds(run.closes.saturating_sub(lead).unwrap_or(run.closes)));
}

fn route(plan: &Plan) -> Option<Route> {
    let request = plan.request()?;
    Some(Route {
        source: request.source_endpoint_arn.clone(),
        target: request.target_endpoint_arn.clone(),
        instance: request.replication_instance_arn.clone(),
    })
}

/// What is wrong is in the verdict; the hints would only hide it.
fn errors_only(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

fn shut(plan: &Plan, next: Option<Timestamp>, now: Timestamp) -> Verdict {
    let when = match next {
        Some(next) => format!("it opens next at {}", on_the_clock_of(plan, next)),
        None => "it does not open again".to_owned(),
    };
    let words = format!("the window is shut at {}; {when}", on_the_clock_of(plan, now));
    let verdict =
        Verdict::new(Outcome::Skipped, words, now).because("nothing was created, started or changed");
    // A schedule that comes outside its window has missed it; a person who clicks at noon has not.
    if plan.scheduled_time.is_none() {
        return verdict;
    }
    verdict
        .at_severity(Severity::Warning)
        .to_do("nothing, when the next window will do: the next run of the schedule tries again")
        .to_do("should it come too late again: hold the schedule's time and time zone against the window")
}
