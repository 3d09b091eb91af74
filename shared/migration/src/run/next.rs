//! What is done next, as a judge decides it.

use plan::Arn;
use plan::table_name::TableName;

use crate::run::acts::{StartKind, StopCause};
use crate::run::step::Occasion;
use crate::run::verdict::Verdict;

/// What is done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Create the task, or adopt the one that exists.
    Create {
        /// The reason, for the console and the log.
        why: String,
    },
    /// Start the task.
    Start {
        /// The word that DMS is asked with.
        kind: StartKind,
        /// Why this way.
        why: String,
    },
    /// Load tables of the running task again.
    Reload {
        /// Which; at most ten, which is what DMS takes at once.
        tables: Vec<TableName>,
        /// The reason, for the console and the log.
        why: String,
    },
    /// Test a connection again.
    Test {
        /// The endpoint.
        endpoint: Arn,
        /// The reason, for the console and the log.
        why: String,
    },
    /// Stop the task.
    Stop {
        /// Why, as the verdict needs it.
        cause: StopCause,
        /// Why, in words.
        why: String,
    },
    /// Look again later.
    Wait {
        /// The reason, for the console and the log.
        why: String,
        /// True when the next look should come as soon as is sensible, whatever the interval has grown to.
        soon: bool,
    },
    /// Tell people and go on.
    Tell {
        /// What they are told of.
        occasion: Occasion,
        /// In words.
        why: String,
    },
    /// The run is over.
    Report(Box<Verdict>),
}
