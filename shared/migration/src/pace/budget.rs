//! What an execution may do in its life: 25,000 history events end it (Step Functions quota), and nothing can be told
//! then.
//!
//! Everything that the machine does is counted at its worst, retries included: each step adds what it may have cost to
//! the document, and both the interval between polls and the blind wait are chosen so that the rest suffices until the
//! run's time is over. So the limit is kept by construction and not by a guess at how long runs are.

use jiff::Timestamp;

use crate::run::execution::Run;
use crate::run::next::Next;
use crate::time::graces::SHORTEST_MAX_BLIND_SECONDS;

/// Step Functions ends an execution at this many history events.
pub const LIMIT: u32 = 25_000;

/// A poll that answers: *Wait* two, *Poll* five, *What next?* two. It has no Retry in the machine.
pub const POLL: u32 = 9;

/// A poll that cannot run, and what the machine does until the next: *Poll* five, *What now, unseen?* two, *Wait blind*
/// two.
pub const BLIND_ROUND: u32 = 9;

/// A poll that cannot run, and the machine's own stop: *Poll* five, *What now, unseen?* two, *Stop unseen* with its
/// retries, *Wait* two.
pub const BLIND_STOP: u32 = 9 + STOP;

/// Before the first poll: *Validate plan* with all its retries, the hub. And the one message that sight is
/// lost.
pub const OPENING: u32 = 300;

/// Kept back for the end: the stop of the task, for up to four hours, and [`REPORT`]. A run that has spent all the
/// rest, which takes ten days, tells its task to stop more rarely than others do.
pub const ENDING: u32 = 1_200;

/// Kept back for the final message with its retries.
pub const REPORT: u32 = 400;

/// A poll, and a stop with its retries.
pub const STOP_ROUND: u32 = POLL + STOP;

/// *Stop task* with its retries.
const STOP: u32 = 14;

/// What the retries of *Create task* may cost while DMS or Lambda is too busy; given back when DMS has refused the task at
/// the first attempt.
pub const CREATE_RETRIES: u32 = 225;

/// What an act costs at the most, by its Retry in the machine; an act that ends the run is in [`ENDING`].
pub fn of_act(next: &Next) -> u32 {
    match next {
        Next::Wait { .. } | Next::Report(_) => 0,
        Next::Start { .. } | Next::Reload { .. } | Next::Test { .. } | Next::Tell { .. } => 5,
        Next::Stop { .. } => STOP,
        Next::Create { .. } => 5 + CREATE_RETRIES,
    }
}

/// Events that the run may still spend before its end.
pub fn left(run: &Run) -> u32 {
    LIMIT.saturating_sub(ENDING).saturating_sub(run.events)
}

/// Events that the run may still spend on the stop of its task.
pub fn left_for_the_end(run: &Run) -> u32 {
    LIMIT.saturating_sub(REPORT).saturating_sub(run.events)
}

/// The longest blind wait: a quarter of an hour, and longer only where so many rounds would cost more than is left.
pub fn max_blind_seconds(run: &Run, now: Timestamp) -> u32 {
    let ahead = u64::try_from(run.closes.duration_since(now).as_secs()).unwrap_or(0);
    let least = ahead * u64::from(BLIND_ROUND) / u64::from(left(run).max(1));
    u32::try_from(least).unwrap_or(u32::MAX).max(SHORTEST_MAX_BLIND_SECONDS)
}
