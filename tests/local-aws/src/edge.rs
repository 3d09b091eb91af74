//! The one endpoint: sends each request where it belongs, writes it down, and makes it go wrong when a fault says so.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Response, StatusCode, request};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::client::BODY_LIMIT;
use crate::clock::{as_entered, real_now};
use crate::faults::{ErrorAnswer, Faults, Passing};
use crate::lambda_host::LambdaHost;
use crate::proxy::Proxy;
use crate::recorder::{Call, Outcome, Recorder};
use crate::serve::hang_up;
use crate::wire::{CLOUDWATCH, Meaning, Protocol, document, error_code, refusal, send};
use crate::world::{World, Worlds};
use crate::{invoke, runtime_api};

/// Everything that a request can need. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) host: LambdaHost,
    pub(crate) proxy: Proxy,
    pub(crate) recorder: Recorder,
    pub(crate) faults: Faults,
    pub(crate) worlds: Worlds,
}

impl Edge {
    /// The routes: Lambda's two interfaces by path, everything else by what the request means.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke::invoke))
            .route("/local/time", post(time))
            .fallback(aws)
            .with_state(self.clone())
            .nest("/runtime", runtime_api::routes(self.host))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
    }
}

/// The state machine asks what time it is in the world of an execution, after a wait of so many seconds which that world
/// skips; null where it is to wait itself.
async fn time(State(edge): State<Edge>, Json(asked): Json<Value>) -> Json<Value> {
    let seconds = asked["Seconds"].as_f64().unwrap_or_default();
    let now = edge.worlds.of(asked["Execution"].as_str()).skip(seconds);
    Json(json!({ "Now": now.map(as_entered) }))
}

/// Any call to any other service. It runs in a task of its own: what a caller asked for happens even when the
/// caller is killed, or killed on purpose, before it can hear the answer.
async fn aws(State(edge): State<Edge>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let answer = tokio::spawn(async move { edge.call(&parts, body).await });
    answer.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Edge {
    async fn call(&self, parts: &request::Parts, body: Bytes) -> Response<Body> {
        let meaning = Meaning::of(&parts.uri, &parts.headers, &body);
        if parts.uri.path().starts_with("/moto-api/") {
            return send(self.moto(parts, body, meaning.protocol).await);
        }
        let key = meaning.access_key.as_deref();
        let caller = key.and_then(|key| self.host.caller(key));
        let function = caller.as_ref().map(|caller| caller.function.clone());
        let signed_as = || key.filter(|key| self.worlds.knows(key)).map(str::to_owned);
        let execution = match &caller {
            Some(caller) => caller.execution.clone(),
            None => meaning.execution().or_else(signed_as),
        };
        let world = self.worlds.of(execution.as_deref());
        let real = real_now();
        let passing = Passing {
            service: &meaning.service,
            operation: &meaning.operation,
            function: function.as_deref(),
            execution: execution.as_deref(),
            local: world.now(),
        };
        let trouble = self.faults.strike(passing);
        let number = self.recorder.begin(Call {
            number: 0,
            local: passing.local,
            real,
            service: meaning.service.clone(),
            operation: meaning.operation.clone(),
            function: function.clone(),
            execution: execution.clone(),
            request: meaning.request.clone(),
            status: None,
            error: None,
            answer: Value::Null,
            fault: trouble.words(),
        });
        if let Some(by) = trouble.delay {
            tokio::time::sleep(by).await;
        }
        if let (Some(end), Some(caller)) = (trouble.before, &caller) {
            self.host.end(caller, end).await;
            return hang_up();
        }
        if trouble.lose_request {
            return hang_up();
        }
        let mut answer = match &trouble.answer {
            Some(error) => refusal(meaning.protocol, error),
            None => self.serve(&meaning, &world, parts, body).await,
        };
        let unheard = trouble.lose_answer || (trouble.after.is_some() && caller.is_some());
        self.recorder.end(
            number,
            Outcome {
                status: (!unheard).then(|| answer.status().as_u16()),
                error: error_code(&answer),
                answer: document(&answer),
            },
        );
        if let (Some(end), Some(caller)) = (trouble.after, &caller) {
            self.host.end(caller, end).await;
        }
        if let Some(by) = trouble.hold {
            tokio::time::sleep(by).await;
        }
        if trouble.cut_answer {
            let body = answer.body_mut();
            body.truncate(body.len() / 2);
            answer.headers_mut().remove("content-length");
        }
        if unheard { hang_up() } else { send(answer) }
    }

    async fn serve(
        &self,
        meaning: &Meaning,
        world: &World,
        parts: &request::Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let metrics = (CLOUDWATCH, "GetMetricData", Protocol::Cbor);
        if meaning.service == "dms" {
            world.dms(&parts.headers, &body)
        } else if (meaning.service.as_str(), meaning.operation.as_str(), meaning.protocol) == metrics {
            world.metrics(&meaning.request)
        } else {
            let answer = self.moto(parts, body, meaning.protocol).await;
            let of_a_history =
                (meaning.service.as_str(), meaning.operation.as_str()) == ("states", "GetExecutionHistory");
            if of_a_history { self.history(meaning, answer) } else { answer }
        }
    }

    /// The history of an execution, with its documents in the time of the world in which that execution lived.
    fn history(&self, meaning: &Meaning, answer: Response<Bytes>) -> Response<Bytes> {
        let arn = meaning.request.get("executionArn").and_then(Value::as_str).unwrap_or_default();
        let execution = arn.rsplit(':').next().unwrap_or_default();
        let (mut parts, body) = answer.into_parts();
        let Ok(mut told) = serde_json::from_slice::<Value>(&body) else {
            return Response::from_parts(parts, body);
        };
        self.worlds.of(Some(execution)).history(&mut told, execution);
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        Response::from_parts(parts, Bytes::from(told.to_string()))
    }

    async fn moto(&self, parts: &request::Parts, body: Bytes, protocol: Protocol) -> Response<Bytes> {
        match self.proxy.pass(parts, body).await {
            Ok(answer) => answer,
            Err(error) => {
                let (code, message) = ("ServiceUnavailable".to_owned(), error.to_string());
                refusal(protocol, &ErrorAnswer { status: 503, code, message })
            }
        }
    }
}
