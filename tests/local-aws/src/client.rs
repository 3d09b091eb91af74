//! A small JSON client for the services on this machine.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::error::{Error, Result};

/// The largest body that passes, in either direction; Lambda's own limit is 6 MB.
pub(crate) const BODY_LIMIT: usize = 8 << 20;

/// How long an answer may take: the longest a function may run.
const ANSWER_LIMIT: Duration = Duration::from_secs(900);

/// A client that keeps its connections.
pub(crate) fn http_client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// The content type of AWS's JSON protocol. Moto takes a body of any other type for a form.
pub(crate) const AWS_JSON: &str = "application/x-amz-json-1.0";

/// Posts JSON, as `application/json` unless a header says otherwise, and returns the status and the body: JSON, or text
/// as a string.
pub(crate) async fn post_json(url: &str, headers: &[(&str, &str)], body: &Value) -> Result<(u16, Value)> {
    let failed = |why: String| Error::Call { what: url.to_owned(), why };
    let mut request = Request::builder().method(Method::POST).uri(url);
    if !headers.iter().any(|(name, _)| *name == header::CONTENT_TYPE.as_str()) {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_string())).map_err(|error| failed(error.to_string()))?;
    let call = async {
        let answer = http_client().request(request).await.map_err(|error| failed(error.to_string()))?;
        let status = answer.status().as_u16();
        let body = to_bytes(Body::new(answer.into_body()), BODY_LIMIT).await;
        Ok((status, body.map_err(|error| failed(error.to_string()))?))
    };
    let (status, body) = tokio::time::timeout(ANSWER_LIMIT, call)
        .await
        .map_err(|_| failed(format!("no answer in {} seconds", ANSWER_LIMIT.as_secs())))??;
    Ok((status, crate::lambda_host::json(&body)))
}
