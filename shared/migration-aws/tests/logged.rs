//! What stands in a function's log: execution, step, task and what came of it; nothing that an execution was given, no
//! secret that AWS or a driver says, and no line that a name has made.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aws_sdk_databasemigration::error::{ErrorMetadata, SdkError};
use aws_sdk_databasemigration::operation::test_connection::TestConnectionError;
use jiff::Timestamp;
use migration::decide::opening;
use migration::run::document::Document;
use migration_aws::error::StepError;
use migration_aws::failure;
use migration_aws::request::Request;
use migration_aws::serve::{log, respond};
use serde_json::{Value, json};
use support::plans::full_load;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::EnvFilter;

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";
const NOW: &str = "2026-11-20T22:00:00Z";

/// What must not be read anywhere.
const SECRET: &str = "hunter2";

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a function that does this with its request writes into its log at this level.
async fn logged(level: &str, input: Value, step: fn(&Request) -> Result<Document, StepError>) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = log(EnvFilter::new(level), move || writer.clone());
    let payload = json!({"Now": NOW, "Execution": EXECUTION,
        "Migration": {"Version": 2, "State": "Opened", "Input": input}});
    let handler = |request: Request| async move { step(&request) };
    let _ = respond("validate", &handler, payload, None).with_subscriber(subscriber).await;
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn opens(request: &Request) -> Result<Document, StepError> {
    let now: Timestamp = NOW.parse().unwrap();
    Ok(opening::open(&request.opened()?.input, &request.execution, now))
}

/// Secrets where people put them that should not: in a comment, in members that there are none of, in the mapping and
/// the settings.
fn with_secrets() -> Value {
    let plan = full_load()
        .with("/Comment", json!(format!("the password is {SECRET}")))
        .with("/Password", json!(SECRET))
        .with("/Task/TaskData", json!(format!("{{\"password\": \"{SECRET}\"}}")))
        .with("/Task/TableMappings/rules/0/secret", json!(SECRET))
        .with(
            "/Task/ReplicationTaskSettings",
            json!({"Password": SECRET, "Logging": {"Password": {"a": SECRET}}}),
        );
    plan.0
}

#[tokio::test]
async fn nothing_that_an_execution_was_given_is_logged_but_what_is_wrong_with_it() {
    for level in ["info", "trace"] {
        let log = logged(level, with_secrets(), opens).await;
        assert!(log.contains("Rejected") && log.contains(EXECUTION), "{log}");
        assert!(log.contains("/Password: "), "{log}");
        assert!(!log.contains(SECRET), "{level}: {log}");
    }
    let huge = full_load().with("/Comment", json!("x".repeat(250_000))).0;
    let log = logged("info", huge, opens).await;
    assert!(log.contains("the most is 163840") && log.len() < 2_000, "{} bytes", log.len());
}

/// DMS hands on what a driver says.
fn is_refused(_: &Request) -> Result<Document, StepError> {
    let said = format!(
        "cannot connect to mongodb://dms:{SECRET}@db:27017, tried PWD={SECRET};\n{}",
        "x".repeat(100_000)
    );
    let refusal = ErrorMetadata::builder().code("InvalidParameterValueException").message(said).build();
    let error = SdkError::service_error(TestConnectionError::generic(refusal), ());
    Err(failure::read("testing the connection", error).into())
}

#[tokio::test]
async fn what_aws_says_is_logged_in_short_and_without_its_secrets() {
    let log = logged("info", json!({}), is_refused).await;
    assert!(log.contains("testing the connection: InvalidParameterValueException: cannot connect"), "{log}");
    assert!(log.contains("mongodb://dms:***@db") && !log.contains(SECRET), "{log}");
    assert!(log.len() < 10_000, "{} bytes", log.len());
}

#[tokio::test]
async fn a_name_makes_no_line_of_its_own() {
    let forged = "orders\n{\"level\":\"INFO\",\"message\":\"forged\"}\r\u{1b}[31m\u{85}\u{2028}";
    let input =
        full_load().with("/Task/ReplicationTaskIdentifier", json!(forged)).with("/Start", json!(forged)).0;
    let log = logged("info", input, opens).await;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_ne!(line["message"], "forged", "{log}");
        assert_eq!(line["span"]["execution"], EXECUTION);
    }
    assert!(!log.contains(|c: char| c.is_control() && c != '\n'), "{log:?}");
}
