//! The errors that a function raises. Their names are part of the contract with the state machine: a test proves that
//! the names in the definition and the names here are one set.

use std::error::Error;

use lambda_runtime::Diagnostic;
use migration::run::answer::Refusal;

use crate::failure::{CallFailure, Outcome};
use crate::text;

/// Why a function could not do its work. Bad plans and failed migrations are none of these: they are verdicts.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The document that came in cannot be read; a repeat cannot help.
    #[error("{0}")]
    UnreadableDocument(String),
    /// An AWS service was too busy; nothing was changed and a later repeat may do.
    #[error(transparent)]
    Throttled(CallFailure),
    /// An AWS service could not be reached or would not do what was asked; nothing is known to have changed.
    #[error(transparent)]
    Unavailable(CallFailure),
}

impl StepError {
    /// What a service answered instead of doing what was asked, where it refused it and was not merely too busy.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            StepError::Unavailable(failure) => failure.refusal(),
            StepError::UnreadableDocument(_) | StepError::Throttled(_) => None,
        }
    }

    /// True when a service does not know what was asked about.
    pub fn is_not_found(&self) -> bool {
        matches!(self, StepError::Unavailable(failure) if failure.is_not_found())
    }

    /// Every name that a function can raise.
    pub const NAMES: [&'static str; 3] =
        ["Migration.UnreadableDocument", "Migration.Throttled", "Migration.Unavailable"];

    /// The name that Step Functions sees.
    pub fn name(&self) -> &'static str {
        match self {
            StepError::UnreadableDocument(_) => StepError::NAMES[0],
            StepError::Throttled(_) => StepError::NAMES[1],
            StepError::Unavailable(_) => StepError::NAMES[2],
        }
    }
}

/// The error of a call that a step cannot go on without.
impl From<CallFailure> for StepError {
    fn from(failure: CallFailure) -> StepError {
        match failure.outcome() {
            Outcome::Throttled(_) => StepError::Throttled(failure),
            Outcome::NotFound(_) | Outcome::Refused(_) | Outcome::Lost => StepError::Unavailable(failure),
        }
    }
}

impl From<StepError> for Diagnostic {
    fn from(error: StepError) -> Diagnostic {
        Diagnostic { error_type: error.name().to_owned(), error_message: chain(&error) }
    }
}

/// What was seen; `None` when the service was too busy to say, which is no error of a look that is made again.
///
/// # Errors
/// Every other error, as it is.
pub fn unless_throttled<T>(looked: Result<T, StepError>) -> Result<Option<T>, StepError> {
    match looked {
        Ok(seen) => Ok(Some(seen)),
        Err(StepError::Throttled(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An error and its sources in one line, each text once; bounded, and without the secrets that it quotes.
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let words = error.to_string();
        // Some errors of the SDK's HTTP client end with the text of their source.
        if !line.ends_with(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        source = error.source();
    }
    text::sentence(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<Layer>>);

    #[test]
    fn what_step_functions_sees_is_the_name_and_the_whole_chain() {
        let unreadable = StepError::UnreadableDocument("no version".into());
        let lost = StepError::from(CallFailure::without_answer("describing the task", Layer("broken", None)));
        for (error, name, message) in [
            (unreadable, "Migration.UnreadableDocument", "no version"),
            (lost, "Migration.Unavailable", "describing the task: broken"),
        ] {
            let diagnostic = Diagnostic::from(error);
            assert_eq!((diagnostic.error_type.as_str(), diagnostic.error_message.as_str()), (name, message));
            assert!(StepError::NAMES.contains(&name));
        }
    }

    #[test]
    fn a_chain_says_each_text_once() {
        let inner = Layer("refused", None);
        let middle = Layer("connecting: refused", Some(Box::new(inner)));
        assert_eq!(chain(&Layer("describing", Some(Box::new(middle)))), "describing: connecting: refused");
    }
}
