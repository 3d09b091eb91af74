//! What DMS says when it refuses.

use serde_json::{Value, json};

/// A refusal, as it goes over the wire: an error code, a text, and (only for a duplicate) the ARN that is in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// The error code, without namespace: `InvalidResourceStateFault`.
    pub code: String,
    /// The text for people.
    pub message: String,
    /// The ARN of the resource that exists already; `ResourceAlreadyExistsFault` alone carries one.
    pub resource_arn: Option<String>,
}

impl Fault {
    /// A refusal with any code and text.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), resource_arn: None }
    }

    /// The resource is in a state in which DMS does not do this.
    pub fn invalid_state(message: impl Into<String>) -> Self {
        Self::new("InvalidResourceStateFault", message)
    }

    /// There is no such resource; a filter that matches nothing is answered with this one too.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundFault", message)
    }

    /// An argument that DMS does not take. The service model declares this code nowhere, yet DMS sends it.
    pub fn invalid_value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValueException", message)
    }

    /// Arguments that do not go together. Undeclared in the service model as well.
    pub fn invalid_combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombinationException", message)
    }

    /// A required member that is missing.
    /// That AWS answers with this code is known from other JSON 1.1 services, not from a DMS trace.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// A body, or a member of it, that has the wrong JSON type. Code from other JSON 1.1 services, as above.
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::new("SerializationException", message)
    }

    /// The identifier is taken, by the resource with this ARN.
    pub fn already_exists(message: impl Into<String>, resource_arn: &str) -> Self {
        Self {
            resource_arn: Some(resource_arn.to_owned()),
            ..Self::new("ResourceAlreadyExistsFault", message)
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut body = json!({ "__type": self.code, "message": self.message });
        if let (Some(arn), Some(members)) = (&self.resource_arn, body.as_object_mut()) {
            members.insert("resourceArn".to_owned(), json!(arn));
        }
        body
    }

    /// The HTTP status: 400 for everything that DMS refuses, 500 and 503 for the two faults that are AWS's own.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "InternalFailure" | "InternalServerError" => 500,
            "ServiceUnavailable" | "ServiceUnavailableException" => 503,
            _ => 400,
        }
    }
}
