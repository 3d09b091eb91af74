//! How a function runs: JSON logs with execution, step and task on every line, a request in, a document out.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};
use migration::run::document::Document;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::{Instrument, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::error::{StepError, chain};
use crate::failure::CallFailure;
use crate::payload;
use crate::request::Request;

/// The variable that holds the function's own time-out in seconds: an invocation began so long before its deadline.
pub const FUNCTION_TIMEOUT: &str = "FUNCTION_TIMEOUT";

/// Serves requests until Lambda ends the process.
///
/// # Errors
/// When the runtime cannot be reached: the process ends and Lambda starts another one.
pub async fn serve<H, F>(step: &'static str, handler: H) -> Result<(), lambda_runtime::Error>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<Document, StepError>>,
{
    let handler = &handler;
    let timeout = function_timeout();
    if timeout.is_none() {
        tracing::warn!(
            "{FUNCTION_TIMEOUT} is not set: a step that is made again takes its first entry for the present"
        );
    }
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let invoked = timeout.and_then(|timeout| invoked(event.context.deadline, timeout));
        respond(step, handler, payload::read(&event.payload), invoked).await
    }))
    .await
}

/// Serves events until Lambda ends the process. `handler` is given the moment of the invocation with each.
///
/// # Errors
/// When the runtime cannot be reached, or [`FUNCTION_TIMEOUT`] is not set: without it no moment is known.
pub async fn serve_events<E, H, F>(handler: H) -> Result<(), lambda_runtime::Error>
where
    E: DeserializeOwned,
    H: Fn(E, Timestamp) -> F,
    F: Future<Output = Result<Value, StepError>>,
{
    let handler = &handler;
    let timeout =
        function_timeout().ok_or_else(|| format!("{FUNCTION_TIMEOUT} is not set: redeploy the stack"))?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<E>| async move {
        let deadline = event.context.deadline;
        let invoked = invoked(deadline, timeout).ok_or_else(|| {
            let attempt = "reading the moment of the invocation from its deadline";
            CallFailure::without_answer(attempt, format!("it is {deadline} ms"))
        })?;
        handler(event.payload, invoked).await
    }))
    .await
}

/// The function's time-out, where the stack has told it.
fn function_timeout() -> Option<SignedDuration> {
    let seconds = std::env::var(FUNCTION_TIMEOUT).ok()?.parse().ok()?;
    Some(SignedDuration::from_secs(seconds))
}

/// When an invocation began that ends at this deadline, in milliseconds since the epoch.
fn invoked(deadline: u64, timeout: SignedDuration) -> Option<Timestamp> {
    let deadline = Timestamp::from_millisecond(i64::try_from(deadline).ok()?).ok()?;
    deadline.checked_sub(timeout).ok()
}

/// One request answered, that came then: the payload of a state read, the handler run, the document written. What Lambda runs in
/// production, and whatever else hosts a function.
///
/// # Errors
/// The handler's own, and [`StepError::UnreadableDocument`] for a payload without its frame or a document that cannot
/// be written.
pub async fn respond<H, F>(
    step: &'static str,
    handler: &H,
    payload: Value,
    invoked: Option<Timestamp>,
) -> Result<Value, StepError>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<Document, StepError>>,
{
    let request = Request::read(payload, invoked)?;
    let span = tracing::info_span!("step", step, execution = %request.execution, task = %request.task_name());
    async move {
        // Boxed: an SDK call nests futures deeper than the compiler follows by itself.
        let outcome = Box::pin(handler(request)).await;
        match &outcome {
            Ok(document) => log_document(document),
            Err(error) => tracing::error!(error = error.name(), "{}", chain(error)),
        }
        let document = outcome?;
        serde_json::to_value(document).map_err(|error| {
            StepError::UnreadableDocument(format!("the document cannot be written: {error}"))
        })
    }
    .instrument(span)
    .await
}

fn log_document(document: &Document) {
    match document {
        Document::Opened(_) => {}
        Document::Running(running) => {
            let next = &running.next;
            tracing::info!(next = ?next.what, seconds = next.seconds, "{}", next.why);
        }
        Document::Reported(reported) => {
            let verdict = &reported.verdict;
            tracing::info!(verdict = verdict.outcome.as_str(), "{}", verdict.reasons.join("; "));
        }
    }
}

/// Sets up the log: one JSON object a line, at the level in `RUST_LOG` or `info`.
pub fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call in one process keeps the log that is there.
    let _ = log(filter, std::io::stdout).try_init();
}

/// The log of a function, written there.
pub fn log<W>(filter: EnvFilter, to: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // Lambda adds its own time to every line, and no function reads a clock.
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .with_env_filter(filter)
        .with_writer(to)
        .finish()
}
