//! The wire protocol around the core: AWS JSON 1.1, as every AWS SDK and the AWS CLI speak it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::simulator::Simulator;

/// The content type of every answer.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What `X-Amz-Target` begins with when DMS is meant.
pub const TARGET_PREFIX: &str = "AmazonDMSv20160101.";

/// An answer as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-RequestId`: another one for each answer.
    pub request_id: String,
    /// `Content-Type`.
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

/// Answers one request: `target` is its `X-Amz-Target` header, `body` its body.
pub fn answer(simulator: &mut Simulator, now: Timestamp, target: Option<&str>, body: &[u8]) -> Reply {
    let request_id = simulator.next_request_id();
    let (status, answered) = match dispatch(simulator, now, target, body) {
        Ok(answered) => (200, answered),
        Err(fault) => (fault.status(), fault.body()),
    };
    Reply { status, request_id, content_type: CONTENT_TYPE, body: answered.to_string().into_bytes() }
}

fn dispatch(
    simulator: &mut Simulator,
    now: Timestamp,
    target: Option<&str>,
    body: &[u8],
) -> Result<Value, Fault> {
    let operation = target
        .and_then(|target| target.strip_prefix(TARGET_PREFIX))
        .ok_or_else(|| Fault::new("UnknownOperationException", ""))?;
    let input = match body {
        [] => json!({}),
        body => serde_json::from_slice(body).map_err(|_| Fault::serialization("the body is not JSON"))?,
    };
    simulator.call(now, operation, &input)
}

/// A router that answers with this simulator, at the time that `clock` tells.
pub fn router(simulator: Simulator, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Router {
    let shared = Arc::new(Shared { simulator: Mutex::new(simulator), clock: Box::new(clock) });
    Router::new().route("/", post(serve)).with_state(shared)
}

struct Shared {
    simulator: Mutex<Simulator>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

async fn serve(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let reply = {
        let mut simulator = shared.simulator.lock().unwrap_or_else(PoisonError::into_inner);
        answer(&mut simulator, (shared.clock)(), target, &body)
    };
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (header::CONTENT_TYPE.as_str(), reply.content_type.to_owned()),
        ("x-amzn-requestid", reply.request_id),
    ];
    (status, headers, reply.body).into_response()
}
