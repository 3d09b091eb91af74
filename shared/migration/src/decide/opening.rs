//! The beginning of a run: what the execution was given becomes a plan with a window that is open, or a verdict.

use jiff::Timestamp;
use serde_json::Value;

use crate::run::document::{Migration, NextStep, Run, What};
use crate::run::observation::Route;
use crate::run::verdict::{Level, Outcome, Verdict};
use crate::time::graces::{LONGEST_PREFLIGHT, LONGEST_RUN};
use crate::time::window::{self, Opening, whole_seconds};
use plan::finding::{Finding, Findings, reject};
use plan::read::Reading;
use plan::{Arn, AtClose, MigrationType, Mode, Plan, home, read, together};

/// What people call a task whose plan names none.
const NAMELESS: &str = "(unnamed)";

/// Opens a run: reads the plan and looks whether its window is open. The document comes back with a plan and a run, or
/// with the verdict Rejected or Skipped. A pre-flight works at any time: its window is what it reports on.
pub fn open(input: &Value, execution: &str, now: Timestamp) -> Migration {
    let mut reading = read::read(input);
    check_home(&mut reading, execution);
    let name = reading.name.clone().unwrap_or_else(|| NAMELESS.to_owned());
    let scheduled = reading.plan.as_ref().and_then(|plan| plan.scheduled_time);
    let preflight = reading.plan.as_ref().is_some_and(|plan| plan.mode == Mode::Preflight);
    let opening = reading
        .plan
        .as_ref()
        .and_then(|plan| plan.window.as_ref())
        .filter(|_| !preflight)
        .map(|plan_window| window::at(plan_window, scheduled, now));
    let longest = if preflight { LONGEST_PREFLIGHT } else { LONGEST_RUN };
    let (closes, windowed) = match opening {
        Some(Opening::Open { closes, .. }) => (closes, true),
        Some(Opening::Shut { .. }) | None => (now.saturating_add(longest).unwrap_or(now), false),
    };
    let closes = whole_seconds(closes);
    let mut document = Migration {
        run: Some(Run {
            notify: reading.notify,
            route: reading.plan.as_ref().and_then(route),
            windowed,
            events: crate::pace::budget::OPENING,
            ..Run::begin(execution, name, closes, now)
        }),
        findings: reading.findings,
        ..Migration::new()
    };
    match (reading.plan, opening) {
        (None, _) => reject_plan(&mut document, now),
        (Some(plan), Some(Opening::Shut { next })) => {
            skip(&mut document, &plan, next, now);
            document.plan = Some(plan);
        }
        (Some(plan), _) => {
            if let Some(request) = plan.request() {
                set_close(&mut document, &plan, &request.migration_type.clone());
            }
            document.plan = Some(plan);
        }
    }
    document
}

/// A plan for another account or Region would only find that nothing of it exists here.
fn check_home(reading: &mut Reading, execution: &str) {
    let (Some(plan), Ok(machine)) = (&reading.plan, execution.parse::<Arn>()) else { return };
    let mut elsewhere = Findings::default();
    home::check_machine(plan, &machine, &mut elsewhere);
    if elsewhere.reject() {
        reading.plan = None;
    }
    elsewhere.add_to(&mut reading.findings);
}

/// Takes in what was found about the resources that the plan names: findings, and the type and route of a task that
/// somebody else keeps. Afterwards the document has a next step: the run goes on, or it is rejected.
pub fn settle(
    document: &mut Migration,
    kept: Option<(MigrationType, Route)>,
    mut resources: Findings,
    now: Timestamp,
) {
    if let (Some((migration_type, route)), Some(plan)) = (kept, document.plan.clone()) {
        together::check_type(&plan, &migration_type, "", &mut resources);
        set_close(document, &plan, &migration_type);
        if let Some(run) = &mut document.run {
            run.route = Some(route);
        }
    }
    resources.add_to(&mut document.findings);
    if reject(&document.findings) {
        reject_plan(document, now);
        return;
    }
    let why = match document.plan.as_ref().map(|plan| plan.mode) {
        Some(Mode::Preflight) => "the plan is good: look at the task and at the connections",
        _ => "the plan is good and its window is open: look at the task",
    };
    document.wait(1, why);
}

/// At the close by migration type, where the plan does not say: a load is stopped, a replication goes on.
fn set_close(document: &mut Migration, plan: &Plan, migration_type: &MigrationType) {
    let Some(run) = &mut document.run else { return };
    let Some(window) = plan.window.as_ref().filter(|_| run.windowed) else { return };
    run.at_close = window.at_close.unwrap_or(match migration_type {
        MigrationType::Cdc => AtClose::LeaveRunning,
        _ => AtClose::Stop,
    });
    if run.at_close == AtClose::Stop {
        run.end_work_at(whole_seconds(run.closes.saturating_sub(window.stop_lead).unwrap_or(run.closes)));
    }
}

fn route(plan: &Plan) -> Option<Route> {
    let request = plan.request()?;
    Some(Route {
        source: request.source_endpoint_arn.clone(),
        target: request.target_endpoint_arn.clone(),
        instance: request.replication_instance_arn.clone(),
    })
}

fn reject_plan(document: &mut Migration, now: Timestamp) {
    let verdict = Verdict::rejected(&document.findings, now);
    // What is wrong is in the verdict; the hints would only hide it.
    document.findings.retain(|finding: &Finding| finding.severity == plan::finding::Severity::Error);
    report(document, verdict);
}

fn skip(document: &mut Migration, plan: &Plan, next: Option<Timestamp>, now: Timestamp) {
    let when = match next {
        Some(next) => format!("it opens next at {next}"),
        None => "it does not open again".to_owned(),
    };
    let verdict =
        Verdict::new(Outcome::Skipped, format!("the window is shut at {}; {when}", whole_seconds(now)), now)
            .because("nothing was created, started or changed");
    // A schedule that comes outside its window has missed it; a person who clicks at noon has not.
    let missed = plan.scheduled_time.is_some();
    report(document, if missed { verdict.at_level(Level::Warning) } else { verdict });
}

/// Ends the run with this verdict.
fn report(document: &mut Migration, verdict: Verdict) {
    document.next = Some(NextStep {
        what: What::Report,
        seconds: 0,
        why: verdict.reasons.first().cloned().unwrap_or_default(),
        occasion: None,
        reload: false,
    });
    document.verdict = Some(verdict);
}
