//! A run that has begun moments before its window opens.

use crate::decide::situation::Situation;
use crate::run::next::Next;

/// Waits until the window opens. The machine's first wait ends there; this holds where a clock says otherwise.
///
/// A repeat: it looks again, and nothing has been done.
///
/// A lost answer: there is none, since nothing was asked for.
///
/// What a person does: nothing.
pub(super) fn early(s: &Situation<'_>) -> Option<Next> {
    let opens = s.run.opened;
    if s.now >= opens {
        return None;
    }
    s.wait_briefly(format!("the window opens at {}", s.on_the_clock(opens)))
}
