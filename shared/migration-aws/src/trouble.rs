//! Errors of AWS calls, read into classes. DMS answers codes that its model does not declare
//! (`InvalidParameterValueException`, `ThrottlingException`), so the code decides and never the variant.

use aws_sdk_databasemigration::error::{ProvideErrorMetadata, SdkError};
use migration::run::answer::{Answer, Refusal};

use crate::error::Error;

/// What became of a call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The service does not know what was asked about.
    NotFound(String),
    /// The service was too busy; nothing happened.
    Throttled(String),
    /// The service said no; nothing happened.
    Refused(Refusal),
    /// No answer came, or one of which nothing is known: what was asked may have happened.
    Lost(String),
}

/// Reads the error of a call; `attempt` says what was attempted, for the text.
pub fn read<E, R>(attempt: &str, error: &SdkError<E, R>) -> Trouble
where
    E: ProvideErrorMetadata,
{
    let SdkError::ServiceError(context) = error else {
        let what = match error {
            SdkError::TimeoutError(_) => "no answer came in time",
            SdkError::DispatchFailure(_) => "the service could not be reached or the connection broke",
            SdkError::ResponseError(_) => "the answer could not be read",
            _ => "the request could not be made",
        };
        return Trouble::Lost(format!("{attempt}: {what}"));
    };
    let answer = context.err();
    let code = answer.code().unwrap_or("(no code)");
    let message = answer.message().unwrap_or("(no message)");
    let text = format!("{attempt}: {code}: {message}");
    match code {
        "ResourceNotFoundFault" | "ExecutionDoesNotExist" => Trouble::NotFound(text),
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "KMSThrottlingFault"
        | "KMSThrottling"
        | "Throttled"
        | "ThrottledException" => Trouble::Throttled(text),
        // The service failed on its side: whether it did something first is not known.
        "InternalFailure"
        | "InternalServerError"
        | "InternalError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "(no code)" => Trouble::Lost(text),
        _ => Trouble::Refused(Refusal {
            code: code.to_owned(),
            message: message.to_owned(),
            passing: passes(code, message),
        }),
    }
}

/// True for a refusal that DMS takes back: the task or a connection is busy with something that ends.
fn passes(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    code == "InvalidResourceStateFault"
        && ["cannot be started", "test connection", "already being tested", "cannot start"]
            .iter()
            .any(|part| message.contains(part))
}

impl Trouble {
    /// What to write down for a changing call.
    pub fn into_answer(self) -> Answer {
        let refused = |code: &str, message, passing| {
            Answer::Refused(Refusal { code: code.to_owned(), message, passing })
        };
        match self {
            Trouble::Refused(refusal) => Answer::Refused(refusal),
            Trouble::Throttled(text) => refused("ThrottlingException", text, true),
            Trouble::NotFound(text) => refused("ResourceNotFoundFault", text, false),
            Trouble::Lost(text) => {
                tracing::warn!("{text}");
                Answer::Lost
            }
        }
    }

    /// The error of a call that changes nothing: a step cannot go on without it.
    pub fn into_error(self, attempt: &str) -> Error {
        match self {
            Trouble::Throttled(text) => Error::Throttled(text),
            Trouble::NotFound(text) | Trouble::Lost(text) => Error::Unavailable(text),
            Trouble::Refused(refusal) => {
                let permission = if refusal.code.contains("AccessDenied") {
                    "; the function's role must allow it"
                } else {
                    ""
                };
                Error::Unavailable(format!("{attempt}: {}: {}{permission}", refusal.code, refusal.message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_that_pass_are_told_from_those_that_do_not() {
        for (code, message, passing) in [
            ("InvalidResourceStateFault", "Replication Task cannot be started, invalid state", true),
            (
                "InvalidResourceStateFault",
                "Test connection for replication instance i and endpoint e should be successful for starting the \
                 replication task",
                true,
            ),
            (
                "InvalidParameterCombinationException",
                "Start Type : START_REPLICATION, valid only for tasks running for the first time",
                false,
            ),
            ("AccessDeniedException", "User is not authorized", false),
            ("InvalidResourceStateFault", "something else", false),
        ] {
            assert_eq!(passes(code, message), passing, "{code}: {message}");
        }
    }
}
