//! Lambda's Invoke: the state machine's way to a function, through the clock of the execution's world.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::Value;

use crate::clock::real_now;
use crate::edge::Edge;
use crate::error::{Error, Result};
use crate::faults::{ErrorAnswer, Passing, Trouble};
use crate::head::execution_of;
use crate::lambda_host::{Invoked, json};
use crate::recorder::{Call, Outcome};
use crate::serve::hang_up;
use crate::wire::{Protocol, error_code, refusal, send};

/// As in Lambda, a function goes on when the one who invoked it has gone: hence a task of its own.
pub(crate) async fn invoke(
    State(edge): State<Edge>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let kind = headers.get("x-amz-invocation-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind == "DryRun" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let name = plain_name(&name).to_owned();
    let answer = tokio::spawn(async move { edge.invoke(&name, body).await });
    if kind == "Event" {
        return StatusCode::ACCEPTED.into_response();
    }
    answer.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// A function's name out of a name, a name with a qualifier, or an ARN with or without one.
fn plain_name(name: &str) -> &str {
    let after = name.split_once(":function:").map_or(name, |(_, after)| after);
    after.split(':').next().unwrap_or(after)
}

impl Edge {
    async fn invoke(&self, function: &str, body: Bytes) -> Response<Body> {
        let mut payload = json(&body);
        let execution = execution_of(&payload);
        let world = self.worlds.of(execution.as_deref());
        let name = execution.as_deref().unwrap_or_default();
        let body = if payload.is_object() {
            world.inbound(&mut payload, name);
            Bytes::from(payload.to_string())
        } else {
            body
        };
        let passing = Passing {
            service: "lambda",
            operation: "Invoke",
            function: Some(function),
            execution: execution.as_deref(),
            local: world.now(),
        };
        let trouble = self.faults.strike(passing);
        let number = self.recorder.begin(Call {
            number: 0,
            local: passing.local,
            real: real_now(),
            service: passing.service.to_owned(),
            operation: passing.operation.to_owned(),
            function: Some(function.to_owned()),
            execution: execution.clone(),
            request: payload.clone(),
            status: None,
            error: None,
            answer: Value::Null,
            fault: trouble.words(),
        });
        if let Some(by) = trouble.delay {
            tokio::time::sleep(by).await;
        }
        let invoked = self.run(function, execution.clone(), body, &trouble).await;
        let said = invoked.as_ref().map(|invoked| json(&invoked.body)).unwrap_or_default();
        let answer = match &invoked {
            Ok(invoked) if !invoked.failed && !trouble.lose_answer => {
                let mut document = said.clone();
                if document.is_object() {
                    world.outbound(&mut document, &payload, function, name);
                    succeeded(document.to_string().into())
                } else {
                    succeeded(invoked.body.clone())
                }
            }
            Ok(invoked) => {
                world.failed(&payload, function);
                failed(invoked.body.clone())
            }
            Err(error) => {
                world.failed(&payload, function);
                refusal(Protocol::Rest, error)
            }
        };
        let function_error = || said.get("errorType").and_then(Value::as_str).map(str::to_owned);
        let error = match &invoked {
            Ok(invoked) => invoked.failed.then(function_error).flatten(),
            Err(_) => error_code(&answer),
        };
        let status = (!trouble.lose_answer).then(|| answer.status().as_u16());
        self.recorder.end(number, Outcome { status, error, answer: said });
        if trouble.lose_answer { hang_up() } else { send(answer) }
    }

    async fn run(
        &self,
        function: &str,
        execution: Option<String>,
        body: Bytes,
        trouble: &Trouble,
    ) -> Result<Invoked, ErrorAnswer> {
        if let Some(error) = &trouble.answer {
            return Err(error.clone());
        }
        let world = self.worlds.of(execution.as_deref());
        if trouble.twice {
            // What came of it is lost.
            let (execution, world, body) = (execution.clone(), world.clone(), body.clone());
            let _first = self.host.invoke(function, (execution, world), body, None, None).await;
        }
        let invoked =
            self.host.invoke(function, (execution, world), body, trouble.before, trouble.after).await;
        invoked.map_err(|error| {
            let (status, code) = match error {
                Error::NoFunction { .. } => (404, "ResourceNotFoundException"),
                _ => (500, "ServiceException"),
            };
            ErrorAnswer { status, code: code.to_owned(), message: error.to_string() }
        })
    }
}

fn succeeded(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static("1"));
    response
}

fn failed(body: Bytes) -> Response<Bytes> {
    let mut response = succeeded(body);
    response.headers_mut().insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    response
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_function_is_named_in_each_way_that_lambda_allows() {
        for name in [
            "create-task",
            "create-task:7",
            "arn:aws:lambda:us-east-1:123456789012:function:create-task",
            "arn:aws:lambda:us-east-1:123456789012:function:create-task:$LATEST",
        ] {
            assert_eq!(plain_name(name), "create-task");
        }
    }
}
