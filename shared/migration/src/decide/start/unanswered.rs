//! A start was taken, or its answer was lost, and the task does not show it.

use crate::decide::situation::Situation;
use crate::run::acts::StartAct;
use crate::run::answer::Answer;
use crate::run::next::Next;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{PATIENCE, START_GRACE};

/// A start was taken, or may have been, and does not show.
pub(super) fn unanswered(s: &Situation<'_>, task: &observation::Task, start: &StartAct) -> Option<Next> {
    let waited = s.now.duration_since(start.asked);
    let moved_by_others = task.start_date() != start.seen_start_date;
    if waited < START_GRACE || (!moved_by_others && task.phase() != Phase::Idle && waited < PATIENCE) {
        return s.wait_briefly("the task was started and does not show it yet");
    }
    let verdict = match start.answer {
        Answer::Accepted | Answer::Refused(_) | Answer::NotCalled(_) => Verdict::new(
            Outcome::Failed,
            format!("DMS took the start and the task is {} all the same", task.status),
            s.now,
        ),
        Answer::Lost => Verdict::new(
            Outcome::Unknown,
            format!("the answer to the start was lost, and the task is {}", task.status),
            s.now,
        ),
    };
    s.report(verdict.to_do("look at the task in the DMS console and start the run again"))
}
