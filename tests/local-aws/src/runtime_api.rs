//! The Lambda Runtime API: how a function's process gets its work and says how it went.
//!
//! Each process has a base path of its own, `/runtime/<its key>`, so that it is always clear who speaks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::lambda_host::LambdaHost;
use crate::process::Said;

/// The routes under `/runtime`.
pub(crate) fn routes(host: LambdaHost) -> Router {
    Router::new()
        .route("/{key}/2018-06-01/runtime/invocation/next", get(next))
        .route("/{key}/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/{key}/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/{key}/2018-06-01/runtime/init/error", post(init_error))
        .with_state(host)
}

async fn next(State(host): State<LambdaHost>, Path(key): Path<String>) -> Response {
    let Some(process) = host.process(&key) else { return unknown("process") };
    let invocation = process.take().await;
    let deadline = invocation.deliver();
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", host.arn(&process.function)),
        ("lambda-runtime-trace-id", format!("Root=1-00000000-{:0>24};Sampled=0", "0")),
        ("content-type", "application/json".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), value));
    (headers, invocation.payload.clone()).into_response()
}

async fn response(
    State(host): State<LambdaHost>,
    Path((key, id)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    said(&host, &key, &id, Said::Answer(body))
}

async fn error(
    State(host): State<LambdaHost>,
    Path((key, id)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    said(&host, &key, &id, Said::Error(body))
}

async fn init_error(State(host): State<LambdaHost>, Path(key): Path<String>, body: Bytes) -> Response {
    let Some(process) = host.process(&key) else { return unknown("process") };
    process.fail_init(body);
    accepted()
}

fn said(host: &LambdaHost, key: &str, id: &str, said: Said) -> Response {
    let Some(process) = host.process(key) else { return unknown("process") };
    match process.current().filter(|invocation| invocation.id == id) {
        Some(invocation) if invocation.answered(said) => accepted(),
        _ => unknown("invocation"),
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}

fn unknown(what: &str) -> Response {
    let body = format!(r#"{{"errorMessage":"there is no such {what}","errorType":"InvalidRequestID"}}"#);
    (StatusCode::BAD_REQUEST, body).into_response()
}
