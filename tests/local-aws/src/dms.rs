//! The DMS of one world: the simulator, and a check of everything that passes against the service model.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use dms_simulator::Simulator;
use dms_simulator::http::{TARGET_PREFIX, answer};
use dms_simulator::model::ServiceModel;
use jiff::Timestamp;
use serde_json::Value;

/// A simulator, with what was found wrong in the conversation with it.
#[derive(Debug)]
pub(crate) struct Dms {
    pub(crate) simulator: Simulator,
    pub(crate) model: Option<Arc<ServiceModel>>,
    pub(crate) findings: Vec<String>,
}

impl Dms {
    pub(crate) fn new(simulator: Simulator) -> Self {
        Self { simulator, model: None, findings: Vec::new() }
    }

    /// Answers one request, and checks it and its answer.
    pub(crate) fn answer(&mut self, now: Timestamp, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let reply = answer(&mut self.simulator, now, target, body);
        if let (Some(model), Some(operation)) =
            (&self.model, target.and_then(|name| name.strip_prefix(TARGET_PREFIX)))
        {
            let json = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap_or_default();
            self.findings.extend(model.check_input(operation, &json(body)));
            if reply.status == 200 {
                self.findings.extend(model.check_output(operation, &json(&reply.body)));
            }
        }
        let mut response = Response::new(Bytes::from(reply.body));
        *response.status_mut() =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        if let Ok(id) = HeaderValue::from_str(&reply.request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }
}
