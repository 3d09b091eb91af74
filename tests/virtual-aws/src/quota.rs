//! How much Step Functions carries: 262,144 bytes of UTF-8 as what an execution is given, what a state hands to a function
//! and hands on, and in a variable (its developer guide: Service quotas; Passing data with variables). What is larger ends
//! an execution with an error that no Catch takes (States.DataLimitExceeded).

use std::io::{self, Write};

use serde_json::Value;

use crate::invocation::Failure;

/// The most bytes.
pub const MAX_BYTES: usize = 262_144;

/// What stands around a payload at most: the ARN of a version of a function, whose name has 64 characters.
const AROUND_A_PAYLOAD: usize = 200;

/// What Lambda's integration puts around an answer: the version, the status, the headers of HTTP.
const AROUND_AN_ANSWER: usize = 1_500;

/// Bytes of a value as JSON.
pub fn bytes(value: &Value) -> usize {
    struct Counted(usize);
    impl Write for Counted {
        fn write(&mut self, written: &[u8]) -> io::Result<usize> {
            self.0 += written.len();
            Ok(written.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    // Counting refuses nothing.
    let _ = serde_json::to_writer(&mut counted, value);
    counted.0
}

/// What a state does with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It hands it to a function.
    Payload,
    /// A function has answered with it.
    Answer,
    /// It assigns it to a variable, or ends with it.
    Variable,
}

/// The error with which the execution ends, where a value of so many bytes is too much to carry.
pub(crate) fn exceeded(bytes: usize, carried: Carried) -> Option<Failure> {
    let around = match carried {
        Carried::Payload => AROUND_A_PAYLOAD,
        Carried::Answer => AROUND_AN_ANSWER,
        Carried::Variable => 0,
    };
    let bytes = bytes + around;
    (bytes > MAX_BYTES).then(|| Failure {
        error: "States.DataLimitExceeded".to_owned(),
        cause: format!("{carried:?} of {bytes} bytes, {MAX_BYTES} are carried"),
    })
}

/// Why StartExecution does not take an input.
pub(crate) fn too_large_an_input(input: &str) -> Option<String> {
    (input.len() > MAX_BYTES).then(|| {
        format!(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than \
             or equal to {MAX_BYTES}"
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_those_of_the_text() {
        for value in [json!({"a": [1, 2.5, "é\n\u{1}"]}), json!("x".repeat(1_000)), Value::Null] {
            assert_eq!(bytes(&value), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn what_is_exactly_as_large_as_the_quota_is_carried() {
        for (carried, around) in [
            (Carried::Variable, 0),
            (Carried::Payload, AROUND_A_PAYLOAD),
            (Carried::Answer, AROUND_AN_ANSWER),
        ] {
            assert_eq!(exceeded(MAX_BYTES - around, carried), None, "{carried:?}");
            let failure = exceeded(MAX_BYTES - around + 1, carried).unwrap();
            assert_eq!(failure.error, "States.DataLimitExceeded", "{carried:?}");
        }
        assert_eq!(too_large_an_input(&"é".repeat(MAX_BYTES / 2)), None);
        assert!(too_large_an_input(&"é".repeat(MAX_BYTES / 2 + 1)).is_some());
    }
}
