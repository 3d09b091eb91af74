//! Somebody else has started the task since this run's work was over.

use jiff::Timestamp;

use crate::decide::situation::Situation;
use crate::run::acts::{Stop, StopCause};
use crate::run::next::Next;
use crate::run::verdict::{Outcome, Verdict};

/// Ends a run whose task somebody else has started, after DMS took this run's stop, or after its close and before its
/// execution was redriven: what runs now is told, and never stopped.
///
/// A repeat: nothing is called, so no answer can be lost.
///
/// What a person does: looks at the other run, which reports on the task.
pub(super) fn taken_over(s: &Situation<'_>) -> Option<Next> {
    let date = s.run.taken_over.filter(|_| s.run.drive.is_under_way())?;
    if let Some(verdict) = s.run.stop.as_ref().and_then(|stop| started_after(s, stop, date)) {
        return s.report(verdict);
    }
    let words = format!(
        "somebody else started the task at {}, after this run's close at {}",
        s.on_the_clock(date),
        s.on_the_clock(s.run.closes)
    );
    s.report(
        Verdict::new(Outcome::Unknown, words, s.now)
            .because("this execution was redriven since; what became of its own work is not known")
            .because("what runs now is left alone")
            .to_do("look who started it; the run of that start reports on it"),
    )
}

/// The verdict on a run whose stop DMS took, and whose task was started again before it was seen at rest: the tables show
/// what that start does.
fn started_after(s: &Situation<'_>, stop: &Stop, date: Timestamp) -> Option<Verdict> {
    let taken = stop.taken().filter(|taken| date > *taken)?;
    let (outcome, words) = match stop.cause {
        StopCause::Close => (Outcome::Paused, "the window closed and the task was stopped".to_owned()),
        StopCause::Done | StopCause::Abort => {
            (Outcome::Unknown, format!("the task was stopped: {}", stop.words))
        }
    };
    let verdict = Verdict::new(outcome, words, s.now).because(format!(
        "DMS took the stop at {}, and somebody else started the task at {}, before it was seen at rest: how far its tables \
         were is not known",
        s.on_the_clock(taken),
        s.on_the_clock(date)
    ));
    Some(
        verdict
            .because("what runs now is left alone")
            .to_do("look who started it; the run of that start reports on it"),
    )
}
