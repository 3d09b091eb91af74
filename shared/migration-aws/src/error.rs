//! The errors that a function raises. Their names are part of the contract with the state machine: a test proves that
//! the names in the definition and the names here are one set.

use lambda_runtime::Diagnostic;

/// Why a function could not do its work. Bad plans and failed migrations are none of these: they are verdicts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The document that came in cannot be read; a repeat cannot help.
    #[error("{0}")]
    UnreadableDocument(String),
    /// An AWS service was too busy; nothing was changed and a later repeat may do.
    #[error("{0}")]
    Throttled(String),
    /// An AWS service could not be reached or would not do what was asked; nothing is known to have changed.
    #[error("{0}")]
    Unavailable(String),
}

impl Error {
    /// Every name that a function can raise.
    pub const NAMES: [&'static str; 3] =
        ["Migration.UnreadableDocument", "Migration.Throttled", "Migration.Unavailable"];

    /// The name that Step Functions sees.
    pub fn name(&self) -> &'static str {
        match self {
            Error::UnreadableDocument(_) => Error::NAMES[0],
            Error::Throttled(_) => Error::NAMES[1],
            Error::Unavailable(_) => Error::NAMES[2],
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Diagnostic {
        Diagnostic { error_type: error.name().to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_step_functions_sees_is_the_name() {
        for error in [
            Error::UnreadableDocument("a".into()),
            Error::Throttled("b".into()),
            Error::Unavailable("c".into()),
        ] {
            let name = error.name();
            let diagnostic = Diagnostic::from(error);
            assert_eq!(diagnostic.error_type, name);
            assert!(Error::NAMES.contains(&name));
        }
    }
}
