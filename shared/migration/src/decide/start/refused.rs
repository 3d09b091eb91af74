//! DMS refused the start, or our own guard held it back.

use super::{idle, wait_until_ready};
use crate::decide::connections;
use crate::decide::restart;
use crate::decide::situation::Situation;
use crate::decide::verdicts::driven_by_another;
use crate::pace::again;
use crate::run::acts::StartAct;
use crate::run::answer::{Refusal, RefusalKind};
use crate::run::next::Next;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::PATIENCE;

/// DMS did not take the start.
pub(super) fn refused(
    s: &Situation<'_>,
    task: &observation::Task,
    start: &StartAct,
    refusal: &Refusal,
) -> Option<Next> {
    let began_since = task.start_date() != start.seen_start_date;
    if matches!(task.phase(), Phase::Starting | Phase::Running) || began_since {
        return s.report(driven_by_another(s));
    }
    let words = format!("{}: {}", refusal.code, refusal.message);
    let throttled = refusal.kind == RefusalKind::Throttled;
    let patient = throttled || s.can_wait(start.first_decided, PATIENCE);
    let passes = refusal.passes() || (refusal.kind == RefusalKind::Denied && s.was_young(start.asked));
    let again = s.run.drive.restarts() > 0;
    if task.phase() != Phase::Idle && (again || passes) {
        return wait_until_ready(s, task, format!("DMS could not start the task yet ({words})"));
    }
    if passes && patient {
        if refusal.kind == RefusalKind::Untested
            && let Some(test) = connections::test_again(s, start.asked)
        {
            return Some(test);
        }
        if !throttled && !again::is_due(start.first_decided, start.asked, s.now) {
            let why = format!("DMS could not start the task yet ({words}); it is started again in a while");
            return s.wait_to_start(start.first_decided, why);
        }
    }
    if s.run.drive.restarts() > 0 {
        return restart::once_more(s, task, passes && patient);
    }
    if passes && patient {
        return idle(s, task);
    }
    let verdict = Verdict::new(Outcome::Failed, format!("DMS refused to start the task: {words}"), s.now);
    s.report(verdict.because("nothing was started"))
}

/// Our own guard held the start back, because what had been decided was no longer so.
pub(super) fn not_called(
    s: &Situation<'_>,
    task: &observation::Task,
    start: &StartAct,
    why: &str,
) -> Option<Next> {
    if task.start_date() != start.seen_start_date {
        return s.report(driven_by_another(s));
    }
    match task.phase() {
        Phase::Idle if s.run.drive.restarts() > 0 => restart::once_more(s, task, true),
        Phase::Idle => idle(s, task),
        Phase::Starting | Phase::Running => s.report(driven_by_another(s)),
        _ => wait_until_ready(s, task, why),
    }
}
