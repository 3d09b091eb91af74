//! What time it is for a step. No function reads a clock: the machine hands over when its state was entered, and Lambda
//! by when the function must have ended.

use jiff::{SignedDuration, Timestamp};

/// A first attempt that comes so long after its state was entered is no late one: the function's time-out and the variable
/// that repeats it do not agree.
const LATEST_FIRST_ATTEMPT: SignedDuration = SignedDuration::from_secs(90);

/// What is known of when a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When the state was entered. It stays the same when the step is tried again or redriven (a recorded redrive).
    pub entered: Timestamp,
    /// When the function was invoked: its deadline less its time-out; absent where the time-out is not known.
    pub invoked: Option<Timestamp>,
    /// True when the step is tried again, or the execution was redriven.
    pub again: bool,
}

impl Moment {
    /// The present: the later of the two. The clocks of Step Functions and Lambda may differ by moments either way.
    pub fn now(self) -> Timestamp {
        match self.invoked {
            Some(invoked) if !self.is_misconfigured() => self.entered.max(invoked),
            _ => self.entered,
        }
    }

    /// True when a first attempt comes far too late to be one: then the state's entry counts.
    pub fn is_misconfigured(self) -> bool {
        let late = |invoked: Timestamp| invoked.duration_since(self.entered) > LATEST_FIRST_ATTEMPT;
        !self.again && self.invoked.is_some_and(late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_entry_and_invocation_counts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (fact, invoked, again, now, misconfigured) in [
            ("the time-out is not known", None, true, 1000, false),
            ("at once", Some(1001), false, 1001, false),
            ("Lambda's clock is behind", Some(999), false, 1000, false),
            ("a slow first attempt", Some(1090), false, 1090, false),
            ("the variable says less than the time-out", Some(1091), false, 1000, true),
            ("redriven days later", Some(500_000), true, 500_000, false),
            ("the variable says more than the time-out", Some(100), false, 1000, false),
        ] {
            let moment = Moment { entered: at(1000), invoked: invoked.map(at), again };
            assert_eq!((moment.now(), moment.is_misconfigured()), (at(now), misconfigured), "{fact}");
        }
    }
}
