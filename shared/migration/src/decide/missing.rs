//! The task is gone, or cannot be seen just now.

use crate::decide::situation::Situation;
use crate::run::answer::{Answer, RefusalKind};
use crate::run::next::Next;
use crate::run::observation::{Absence, TaskSeen};
use crate::run::status::Phase;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{
    CREATED_APPEARS_WITHIN, DELETED_FOR, DELETED_LOOKS, DELETED_UNCONFIRMED_FOR, PATIENCE,
};

/// Ends a run whose task was there and is no more, once three looks in five minutes have not found it and DMS does not
/// know its ARN either: a list alone is no proof.
///
/// A repeat: the looks without the task are counted in the document, and one that finds it begins anew.
///
/// A lost answer: a look without an answer is no look: the poll fails, and the machine polls again. One that DMS was
/// too busy for is [`unseen`]. Neither counts.
///
/// What a person does: finds out who deleted the task.
pub(super) fn gone(s: &Situation<'_>) -> Option<Next> {
    let task = s.task?;
    let deleting = s.phase() == Some(Phase::Gone);
    if s.observation.task != TaskSeen::NotThere && !deleting {
        return None;
    }
    let just_created = s.run.drive.start().is_none()
        && task.created.is_some_and(|created| s.now.duration_since(created) < CREATED_APPEARS_WITHIN);
    if just_created && !deleting {
        return s.wait_briefly("the task was created a moment ago and does not show yet");
    }
    if !deleting && !is_deleted(s) {
        // At the close the task is stopped or left unseen: a stop that DMS answers is a proof either way.
        return if s.run.is_over(s.now) {
            None
        } else {
            s.wait_briefly("DMS does not list the task; it is looked for once more")
        };
    }
    let what = if deleting { "is deleting" } else { "has deleted" };
    s.report(
        Verdict::new(Outcome::Interrupted, format!("somebody else {what} the task"), s.now)
            .because("what it had loaded stays in the target")
            .to_do("find out who deleted it: CloudTrail has the DeleteReplicationTask call"),
    )
}

/// True when enough looks over enough time have not found the task, and another witness says that it is gone.
fn is_deleted(s: &Situation<'_>) -> bool {
    let absent = s.run.absent_since.map(|since| s.now.duration_since(since)).unwrap_or_default();
    let stop_found_none = s.run.stop.as_ref().is_some_and(
        |stop| matches!(&stop.answer, Answer::Refused(refusal) if refusal.kind == RefusalKind::NotFound),
    );
    let absence = if stop_found_none { Absence::Confirmed } else { s.observation.absence };
    let long_enough = match absence {
        Absence::Confirmed => DELETED_FOR,
        Absence::NotAllowed => DELETED_UNCONFIRMED_FOR,
        Absence::Unconfirmed => return false,
    };
    s.run.not_there >= DELETED_LOOKS && absent >= long_enough
}

/// Waits while DMS shows the task as it was before a start that it has shown already: its answers are not always the
/// newest ones.
///
/// A repeat: it waits again, until DMS shows the newer start. A lost answer cannot be: nothing is called. A person does
/// nothing.
pub(super) fn stale(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    // Answers lag by moments. A date that stays older is what DMS means.
    let recent = s.run.latest_start.is_some_and(|latest| s.now.duration_since(latest) < PATIENCE);
    (recent && task.start_date() < s.run.latest_start)
        .then(|| s.wait_briefly("DMS shows the task as it was before; it is looked at again"))
        .flatten()
}

/// Waits when DMS was too busy to say: a task is never abandoned for that.
///
/// A repeat: the interval has doubled, and stays so. A look without any answer never comes here: the poll fails, and
/// the machine polls again. A person does nothing.
pub(super) fn unseen(s: &Situation<'_>) -> Option<Next> {
    match s.observation.task {
        TaskSeen::Unseen => s.wait("DMS was too busy to answer; it is asked less often from now on"),
        _ => None,
    }
}
