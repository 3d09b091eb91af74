//! Somebody else has started the task since this run's close.

use crate::decide::situation::Situation;
use crate::run::next::Next;
use crate::run::verdict::{Outcome, Verdict};

/// Ends a run whose task somebody else has started, after its close and before its execution was redriven: what runs now
/// is told, and never stopped.
///
/// A repeat: nothing is called, so no answer can be lost.
///
/// What a person does: looks at the other run, which reports on the task.
pub(super) fn taken_over(s: &Situation<'_>) -> Option<Next> {
    let date = s.run.taken_over.filter(|_| s.run.drive.is_under_way())?;
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
