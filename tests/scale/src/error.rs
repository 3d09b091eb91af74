//! What can go wrong: with a step, as the state machine sees it, and with the simulation itself.

/// Why a step could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// `Migration.Throttled`: the machine's Retry decides.
    Throttled(String),
    /// Something that cannot happen in this simulation; it ends here.
    Unforeseen(String),
}

impl StepError {
    /// An answer of the simulator, or a turn of the story, that this crate does not know.
    pub fn unforeseen(what: impl Into<String>) -> StepError {
        StepError::Unforeseen(what.into())
    }
}
