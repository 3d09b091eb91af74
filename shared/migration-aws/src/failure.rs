//! Errors of AWS calls, read into classes. DMS answers codes that its model does not declare
//! (`InvalidParameterValueException`, `ThrottlingException`), so the code decides and never the variant. This is the
//! only file that knows codes: the rest of the product asks what a refusal means.

use std::error::Error;

use aws_sdk_databasemigration::error::{BoxError, ProvideErrorMetadata, SdkError};
use migration::run::answer::{Answer, Refusal, RefusalKind};

use crate::error::chain;
use crate::text;

/// A call that did not succeed. Its text is what was attempted; its source is what came back.
#[derive(Debug, thiserror::Error)]
#[error("{attempt}")]
pub struct CallFailure {
    attempt: String,
    outcome: Outcome,
    source: BoxError,
}

/// What became of a call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service does not know what was asked about.
    NotFound(Refusal),
    /// The service was too busy; nothing happened.
    Throttled(Refusal),
    /// The service said no; nothing happened.
    Refused(Refusal),
    /// No answer came, or one of which nothing is known: what was asked may have happened.
    Lost,
}

/// What a service answered instead of doing what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}{}", if code.contains("AccessDenied") { "; the function's role must allow it" } else { "" })]
struct ServiceAnswer {
    code: String,
    message: String,
}

/// No answer of the service: which way it was lost, and the SDK's own reason.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct NoAnswer {
    what: &'static str,
    source: Option<BoxError>,
}

/// Reads the error of a call; `attempt` says what was attempted, for the text.
pub fn read<E, R>(attempt: impl Into<String>, error: SdkError<E, R>) -> CallFailure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let SdkError::ServiceError(context) = &error else {
        let what = match &error {
            SdkError::TimeoutError(_) => "no answer came in time",
            SdkError::DispatchFailure(_) => "the service could not be reached or the connection broke",
            SdkError::ResponseError(_) => "the answer could not be read",
            _ => "the request could not be made",
        };
        return CallFailure::without_answer(attempt, NoAnswer { what, source: error.into_source().ok() });
    };
    let answer = context.err();
    answered(attempt.into(), answer.code(), answer.message())
}

fn answered(attempt: String, code: Option<&str>, message: Option<&str>) -> CallFailure {
    let code = text::word(code.unwrap_or("(no code)"));
    let message = &*text::sentence(message.unwrap_or("(no message)"));
    let refusal = |kind| Refusal { code: code.to_owned(), message: message.to_owned(), kind };
    let outcome = match code {
        "ResourceNotFoundFault" | "ExecutionDoesNotExist" => {
            Outcome::NotFound(refusal(RefusalKind::NotFound))
        }
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "KMSThrottlingFault"
        | "KMSThrottling"
        | "Throttled"
        | "ThrottledException" => Outcome::Throttled(refusal(RefusalKind::Throttled)),
        // The service failed on its side: whether it did something first is not known.
        "InternalFailure"
        | "InternalServerError"
        | "InternalError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "(no code)" => Outcome::Lost,
        _ if code.contains("AccessDenied") || code == "UnauthorizedOperation" => {
            Outcome::Refused(refusal(RefusalKind::Denied))
        }
        "ResourceQuotaExceededFault" | "StorageQuotaExceededFault" | "InsufficientResourceCapacityFault" => {
            Outcome::Refused(refusal(RefusalKind::Exhausted))
        }
        "InvalidResourceStateFault" if message.to_ascii_lowercase().contains("test connection") => {
            Outcome::Refused(refusal(RefusalKind::Untested))
        }
        _ if passes(code, message) => Outcome::Refused(refusal(RefusalKind::Passing)),
        _ => Outcome::Refused(refusal(RefusalKind::Lasting)),
    };
    let source = ServiceAnswer { code: code.to_owned(), message: message.to_owned() };
    CallFailure { attempt, outcome, source: Box::new(source) }
}

/// The answer of a call that looks something up; `None` where the service does not know it.
///
/// # Errors
/// When the call did not succeed for another reason.
pub fn none_if_missing<T, E, R>(
    attempt: &str,
    answer: Result<T, SdkError<E, R>>,
) -> Result<Option<T>, CallFailure>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => {
            let failure = read(attempt, error);
            if failure.is_not_found() { Ok(None) } else { Err(failure) }
        }
    }
}

/// What DMS says of a task, a connection, an instance or an endpoint whose state stands in the way of a call: the state
/// passes.
const PASSING_STATES: [&str; 8] = [
    "cannot be started",
    "cannot start",
    "cannot be modified",
    "already being tested",
    "replication instance",
    "endpoint",
    "not available",
    "not active",
];

/// True for a refusal that DMS takes back: the task or a connection is busy with something that ends.
fn passes(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let says = |part: &&str| message.contains(*part);
    match code {
        "InvalidResourceStateFault" => PASSING_STATES.iter().any(says),
        // The task was started before, and DMS's list does not show it yet: the next look does.
        "InvalidParameterCombinationException" => says(&"valid only for tasks running for the first time"),
        _ => false,
    }
}

impl CallFailure {
    /// A call without an answer that can be used: it was not made, got none, or one that cannot be read.
    pub fn without_answer(attempt: impl Into<String>, source: impl Into<BoxError>) -> CallFailure {
        CallFailure { attempt: attempt.into(), outcome: Outcome::Lost, source: source.into() }
    }

    /// What became of the call.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the service answered instead of doing what it was asked.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.outcome {
            Outcome::NotFound(refusal) | Outcome::Throttled(refusal) | Outcome::Refused(refusal) => {
                Some(refusal)
            }
            Outcome::Lost => None,
        }
    }

    /// True when the service does not know what was asked about.
    pub fn is_not_found(&self) -> bool {
        matches!(self.outcome, Outcome::NotFound(_))
    }

    /// True when what was to be created exists: somebody was quicker, or an earlier answer was lost.
    pub fn is_already_there(&self) -> bool {
        matches!(&self.outcome, Outcome::Refused(refusal) if refusal.code == "ResourceAlreadyExistsFault")
    }

    /// What to write down for a changing call.
    pub fn into_answer(self) -> Answer {
        match self.outcome {
            Outcome::NotFound(refusal) | Outcome::Throttled(refusal) | Outcome::Refused(refusal) => {
                Answer::Refused(refusal)
            }
            Outcome::Lost => {
                tracing::warn!("{}", chain(&self));
                Answer::Lost
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
                "Replication Task, excluding logging severity task settings, cannot be modified while it is modifying state",
                true,
            ),
            ("InvalidResourceStateFault", "Replication instance i is modifying: it must be available", true),
            (
                "InvalidParameterCombinationException",
                "Start Type : START_REPLICATION, valid only for tasks running for the first time",
                true,
            ),
            (
                "InvalidParameterCombinationException",
                "Start Type : RESUME_PROCESSING, not valid for the task",
                false,
            ),
            ("AccessDeniedException", "User is not authorized", false),
            ("InvalidResourceStateFault", "something else", false),
        ] {
            assert_eq!(passes(code, message), passing, "{code}: {message}");
        }
    }

    #[test]
    fn an_answer_is_told_once_with_what_was_attempted() {
        for (code, outcome, text) in [
            ("ResourceNotFoundFault", "NotFound", "stopping: ResourceNotFoundFault: no"),
            ("Throttling", "Throttled", "stopping: Throttling: no"),
            ("KMSKeyNotAccessibleFault", "Refused", "stopping: KMSKeyNotAccessibleFault: no"),
            (
                "AccessDeniedException",
                "Refused",
                "stopping: AccessDeniedException: no; the function's role must allow it",
            ),
            ("InternalFailure", "Lost", "stopping: InternalFailure: no"),
        ] {
            let failure = answered("stopping".to_owned(), Some(code), Some("no"));
            assert!(format!("{:?}", failure.outcome).starts_with(outcome), "{code}: {failure:?}");
            assert_eq!(chain(&failure), text);
        }
    }

    #[test]
    fn a_lost_answer_keeps_the_reason_of_the_sdk() {
        type Sdk = SdkError<aws_sdk_databasemigration::Error, ()>;
        let failure = read("starting the replication task", Sdk::timeout_error("12 s went by"));
        assert_eq!(*failure.outcome(), Outcome::Lost);
        let text = "starting the replication task: no answer came in time: 12 s went by";
        assert_eq!(chain(&failure), text);
        assert_eq!(failure.into_answer(), Answer::Lost);
    }
}
