//! What must hold, and what does not.

use std::fmt;

use jiff::Timestamp;

use crate::record::Record;

mod close;
mod later;
mod left;
mod rows;
mod tasks;
mod told;
mod truth;

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $name:ident: $words:literal,)+) => {
        /// What must hold.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $doc])* $name,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Rule] = &[$(Rule::$name),+];

            /// The rule in words.
            pub fn words(self) -> &'static str {
                match self {
                    $(Rule::$name => $words,)+
                }
            }
        }
    };
}

rules! {
    Ends: "every execution comes to an end",
    Told: "every execution that has ended is told by a final message",
    ToldOnce: "no end is told under two ids, and one id has one verdict",
    LeftTold: "the end of what a run has left running is told",
    Verdict: "a verdict is what the ledger says",
    Status: "a message does not say that a task does what it did not do",
    Counts: "a message counts no table as loaded that the ledger has not seen loaded",
    Destroyed: "no row is dropped or emptied without consent",
    Doubled: "no row is loaded twice without consent",
    PastClose: "what we have started does not run past its window, unless that is said and it was asked to stop",
    Early: "nothing is stopped before its time",
    Anothers: "what somebody else has started is stopped only where the plan says so in words",
    Late: "nothing is started outside its window, by a pre-flight or by what only closes out",
    SecondTask: "no plan has two tasks",
    HandsOff: "a task that somebody else keeps is neither created, changed, tagged nor deleted",
    PicksUp: "an undisturbed run goes on where things stand",
}

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub rule: Rule,
    /// The execution, or the task.
    pub about: String,
    pub at: Timestamp,
    pub words: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:?}, {} at {}: {} ({})", self.rule, self.about, self.at, self.words, self.rule.words())
    }
}

pub(crate) fn violation(rule: Rule, about: &str, at: Timestamp, words: String) -> Violation {
    Violation { rule, about: about.to_owned(), at, words }
}

/// Every rule that this record breaks, as often as it does.
pub fn judge(record: &Record) -> Vec<Violation> {
    [told::judge, truth::judge, rows::judge, close::judge, tasks::judge, later::judge, left::judge]
        .into_iter()
        .flat_map(|judge| judge(record))
        .collect()
}
