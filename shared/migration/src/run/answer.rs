//! What came back from a changing call.

use serde::{Deserialize, Serialize};

/// What came back from a changing call. A call is written down as [`Answer::Lost`] before it is made, so that a step
/// which dies in the middle leaves the truth behind: it may have happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It was not made: what stood in the way.
    NotCalled(String),
    /// DMS took it.
    Accepted,
    /// DMS did not take it; nothing happened.
    Refused(Refusal),
    /// No answer is known: it may have happened.
    Lost,
}

impl Answer {
    /// True when DMS took the call, or may have taken it.
    pub fn may_be_taken(&self) -> bool {
        matches!(self, Answer::Accepted | Answer::Lost)
    }
}

/// DMS's refusal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Refusal {
    /// DMS's error code.
    pub code: String,
    /// DMS's words.
    pub message: String,
    /// What it means for the same call later.
    pub kind: RefusalKind,
}

/// What a refusal means for the same call later. The AWS edge reads it from DMS's code and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RefusalKind {
    /// The service was too busy: it may be taken in a moment.
    Throttled,
    /// Something that ends stands in the way: it may be taken later.
    Passing,
    /// A connection must be tested with success first, in DMS's view.
    Untested,
    /// The role may not make it.
    Denied,
    /// DMS does not know what it is about.
    NotFound,
    /// A quota is used up, or AWS has no room: nothing about the call is wrong.
    Exhausted,
    /// It is refused again.
    Lasting,
}

impl Refusal {
    /// True when the same call may be taken later.
    pub fn passes(&self) -> bool {
        matches!(self.kind, RefusalKind::Throttled | RefusalKind::Passing | RefusalKind::Untested)
    }
}
