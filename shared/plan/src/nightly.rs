//! A window over a task that replicates: whether the task stops when the plan seems to say so. The commonest wish, to
//! resume a task at 22:00 and to stop it at 05:00, is `AtClose` `Stop` and nothing else; what else looks like it ends
//! early, or never.

use super::window::AtClose;
use super::{MigrationType, Plan, Start, Then, Until};
use crate::finding::{Code, Findings};

/// What the window, `Until`, `Then` and `Start` come to. Without a type the task is one that somebody else keeps, and
/// may have any.
pub(super) fn check(
    plan: &Plan,
    migration_type: Option<&MigrationType>,
    path: &str,
    findings: &mut Findings,
) {
    let Some(window) = &plan.window else { return };
    if matches!(migration_type, Some(MigrationType::FullLoad | MigrationType::Other(_))) {
        return;
    }
    let is_external = plan.request().is_none();
    let close = At { path, member: "/Window/AtClose" };
    match (migration_type, window.at_close) {
        (None, None) => close.add(
            Code::CloseByType,
            "the task is kept elsewhere, and its type decides what the close does with it: a full load is stopped, a cdc \
             task runs on, and the run of a full-load-and-cdc task is rejected when it begins; state AtClose Stop, or \
             LeaveRunning",
            findings,
        ),
        (Some(MigrationType::Cdc), None) if runs_on(plan, is_external) => close.add(
            Code::RunsPastTheClose,
            "AtClose is not stated, so that this cdc task runs on when the window closes: AtClose Stop stops it then, and \
             the next window resumes it; AtClose LeaveRunning says that it shall run on",
            findings,
        ),
        _ => {}
    }
    check_end(plan, migration_type, path, findings);
    let start = At { path, member: "/Start" };
    if matches!(plan.start, Start::Refresh | Start::Reload) && migration_type != Some(&MigrationType::Cdc) {
        let condition = if migration_type.is_none() { "where the task replicates, " } else { "" };
        start.add(
            Code::ReloadEveryNight,
            format!(
                "{condition}Start {} loads every table again in each window: to resume the replication, leave Start out",
                plan.start.as_str()
            ),
            findings,
        );
    }
    if plan.start == Start::Resume && is_external {
        start.add(
            Code::ResumeConsents,
            "a task is resumed without it: Start Resume is the consent to load unfinished tables on top of their rows; to \
             resume, leave Start out",
            findings,
        );
    }
}

/// True when nothing stops a cdc task whose plan does not say what happens at the close. Of a task of ours it is said only
/// where the plan wants a stop.
fn runs_on(plan: &Plan, is_external: bool) -> bool {
    match (plan.until, plan.then) {
        (Some(Until::CaughtUp), Then::Stop) => false,
        (_, Then::Stop) => !has_an_end_of_its_own(plan),
        (_, Then::LeaveRunning) => is_external,
    }
}

/// `Then`: it comes with `Until`, and not with the close.
fn check_end(plan: &Plan, migration_type: Option<&MigrationType>, path: &str, findings: &mut Findings) {
    let at_close = plan.window.as_ref().and_then(|window| window.at_close);
    let until = match migration_type {
        Some(migration_type) => plan.until(migration_type),
        None => plan.until.unwrap_or(Until::Stopped),
    };
    if migration_type.is_none()
        && until != Until::Stopped
        && plan.then == Then::LeaveRunning
        && plan.states_a_stop()
    {
        ends_before_its_stop(path, findings);
    }
    if plan.then != Then::Stop {
        return;
    }
    let then = At { path, member: "/Then" };
    if until != Until::Stopped {
        let when =
            if until == Until::CaughtUp { "the replication has caught up" } else { "every table is loaded" };
        then.add(
            Code::StoppedEarly,
            format!(
                "the task is stopped as soon as {when}, which may be minutes after the window has opened: to replicate \
                 until the close, state AtClose Stop, and leave Until and Then out"
            ),
            findings,
        );
    } else if at_close == Some(AtClose::LeaveRunning) && !has_an_end_of_its_own(plan) {
        then.add(
            Code::RunsPastTheClose,
            "Then Stop comes with Until and not with the close, where AtClose LeaveRunning lets the task run on: to stop it \
             at the close, state AtClose Stop, and leave Then out",
            findings,
        );
    }
}

/// That the run ends with `Until`, so that nobody is there at the close.
pub(super) fn ends_before_its_stop(path: &str, findings: &mut Findings) {
    At { path, member: "/Until" }.add(
        Code::EndsBeforeItsStop,
        "the run ends when this has come true and leaves the task running, so that nothing stops it at the close: to stop \
         it there, use Until Stopped; to stop it when this has come true, Then Stop",
        findings,
    );
}

/// True when the plan itself gives the replication an end.
fn has_an_end_of_its_own(plan: &Plan) -> bool {
    plan.request().is_some_and(|request| request.cdc_stop_position.is_some())
}

/// A member of the plan at this place.
struct At<'p> {
    path: &'p str,
    member: &'static str,
}

impl At<'_> {
    fn add(&self, code: Code, message: impl Into<String>, findings: &mut Findings) {
        findings.add(&format!("{}{}", self.path, self.member), code, message);
    }
}
