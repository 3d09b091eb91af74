//! What the handlers' tests are given: documents of runs in any state, and answers of AWS as they stand on the wire.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use migration::run::document::{Document, Reported, Running};
use migration_aws::request::Request;
use serde_json::{Value, json};

use crate::cases::{EXECUTION, TASK, minute};

/// What a state hands to its function at this minute of the night.
pub fn request(document: &Document, at: i64) -> Request {
    frame(json!({"Migration": document}), minute(at))
}

/// The run that goes on.
pub fn running(document: Document) -> Running {
    match document {
        Document::Running(running) => *running,
        document => panic!("the run should go on: {document:?}"),
    }
}

/// The report of a run that is over.
pub fn reported(document: Document) -> Reported {
    match document {
        Document::Reported(reported) => *reported,
        document => panic!("the run should be over: {document:?}"),
    }
}

/// As [`request`], with what the machine adds or with a document that is none.
pub fn frame(mut payload: Value, now: Timestamp) -> Request {
    payload["Now"] = json!(now);
    payload["Execution"] = json!(EXECUTION);
    Request::read(payload, None).unwrap()
}

/// The task as DescribeReplicationTasks answers it.
pub fn described(status: &str, began: Option<i64>) -> Value {
    let arn = |resource: &str| format!("arn:aws:dms:eu-central-1:123456789012:{resource}");
    let mut task = json!({
        "ReplicationTaskArn": TASK,
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": arn("endpoint:SOURCE"),
        "TargetEndpointArn": arn("endpoint:TARGET"),
        "ReplicationInstanceArn": arn("rep:INSTANCE"),
        "MigrationType": "full-load",
        "TableMappings": json!({"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]}).to_string(),
        "ReplicationTaskSettings":
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}).to_string(),
        "Status": status,
    });
    if let Some(began) = began {
        task["ReplicationTaskStats"] = json!({"StartDate": minute(began).as_second()});
    }
    task
}

/// An error as DMS, Step Functions and SNS write it.
pub fn fault(code: &str, message: &str) -> Value {
    json!({"__type": code, "message": message})
}

/// Requests that were seen, to be looked at afterwards.
#[derive(Debug)]
pub struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Seen(Arc::default())
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Seen(Arc::clone(&self.0))
    }
}

impl<T: Clone> Seen<T> {
    pub fn note(&self, request: &T) -> bool {
        self.0.lock().unwrap().push(request.clone());
        true
    }

    pub fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }

    /// The one request; there must be no other.
    pub fn one(&self) -> T {
        let all = self.all();
        assert_eq!(all.len(), 1, "requests");
        all[0].clone()
    }
}

/// A rule that answers every call of an operation with this status and this body.
#[macro_export]
macro_rules! answers {
    ($client:ty, $operation:ident, $status:expr, $body:expr) => {{
        let body: serde_json::Value = $body;
        aws_smithy_mocks::mock!(<$client>::$operation)
            .sequence()
            .http_status($status, Some(body.to_string()))
            .repeatedly()
            .build()
    }};
    ($client:ty, $operation:ident, $status:expr, $body:expr, $seen:expr) => {{
        let body: serde_json::Value = $body;
        let seen = $seen.clone();
        aws_smithy_mocks::mock!(<$client>::$operation)
            .match_requests(move |request| seen.note(request))
            .sequence()
            .http_status($status, Some(body.to_string()))
            .repeatedly()
            .build()
    }};
}

/// A Step Functions that knows no other execution.
#[macro_export]
macro_rules! no_other_execution {
    () => {{
        let unknown = $crate::given::fault("ExecutionDoesNotExist", "none");
        let unknown = $crate::answers!(aws_sdk_sfn::Client, describe_execution, 400, unknown);
        aws_smithy_mocks::mock_client!(aws_sdk_sfn, aws_smithy_mocks::RuleMode::MatchAny, [&unknown])
    }};
}
