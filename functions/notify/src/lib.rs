//! Tells people: one message on the way, or the one message with which every run ends.
//!
//! What it does: it publishes the message to the plan's topic, or to the stack's own when the plan's does not take it.
//! The end is told even when the document cannot be read or no step has left a verdict.
//!
//! A repeat: the message is sent again under the same id.
//!
//! A lost answer: it is an error, and the machine repeats the step. A message may arrive twice; its id tells.
//!
//! What a person does: nothing about a message on the way; the run goes on without it. When no topic takes the message at
//! the end, the execution fails. Its history has the error with the topic and the reason, and the verdict.

use migration::commit;
use migration::decide::cut_short;
use migration::decide::opening;
use migration::message::{Event, Message, News};
use migration::run::document::{Migration, Run, Trouble};
use migration_aws::clients::SnsAndStepFunctions;
use migration_aws::error::{StepError, chain};
use migration_aws::request::Request;
use migration_aws::sns;
use migration_aws::step_functions;
use serde::Deserialize;
use serde_json::{Value, json};

/// Publishes what the document, or the machine itself, wants told.
///
/// # Errors
/// [`StepError::Throttled`] and [`StepError::Unavailable`] when SNS does not take the message,
/// [`StepError::UnreadableDocument`] on the way for a document of another release.
pub async fn handle(context: &SnsAndStepFunctions, request: Request) -> Result<Migration, StepError> {
    let (mut document, unreadable) = read(&request)?;
    // At the end the machine says so: what was to be told before may still stand in the document.
    let occasion = request
        .occasion
        .or_else(|| document.next.as_ref().and_then(|next| next.occasion))
        .filter(|_| !request.last && document.verdict.is_none());
    let event = occasion.map_or(Event::Finished, Event::OnTheWay);
    let redrives = if event == Event::Finished {
        if document.verdict.is_none() {
            document.verdict = Some(cut_short::verdict(&document, unreadable, request.now));
        }
        // Without the count the id is that of the first end: better told twice than not at all.
        step_functions::describe(&context.step_functions, &request.execution)
            .await
            .unwrap_or_default()
            .redrives
    } else {
        0
    };
    let Some(run) = &document.run else {
        return Err(StepError::UnreadableDocument("the document has no run to tell about".to_owned()));
    };
    let message = News { document: &document, run, event, redrives, now: request.now }.compose();
    let chosen = run.notify.topic_arn.as_ref().map(ToString::to_string);
    // Sight may be lost and found many times in a night; once is news.
    if !occasion.is_some_and(|occasion| run.told.contains(&occasion)) {
        publish(context, chosen.as_deref(), &message).await?;
    }
    if let Some(occasion) = occasion {
        commit::told(&mut document, occasion);
    }
    Ok(document)
}

/// The document. At the end of a run one that cannot be read is no reason to be silent: another stands in for it.
/// Either has a run.
fn read(request: &Request) -> Result<(Migration, bool), StepError> {
    let (mut document, unreadable) = match request.migration() {
        Ok(document) => (document, false),
        Err(error) if request.last => (stand_in(request, &error), true),
        // On the way the document must not be lost: the machine goes on with the one that it has.
        Err(error) => return Err(error),
    };
    if document.run.is_none() {
        // The plan was never read: whom to tell and what about is taken from it as far as it goes.
        let input = document.input.take().unwrap_or(Value::Null);
        document.run = opening::open(&input, &request.execution, request.now).run;
        document.plan = None;
    }
    Ok((document, unreadable))
}

/// A document that says no more than whose run this was, as far as that can be read.
fn stand_in(request: &Request, error: &StepError) -> Migration {
    let input = request.document.get("Input").cloned();
    let run = request.document.get("Run").and_then(|run| Run::deserialize(run).ok());
    let name = request.document.pointer("/Run/Name").and_then(Value::as_str);
    let known = name.map(|name| json!({"Task": {"ReplicationTaskIdentifier": name}}));
    let trouble = Trouble { error: error.name().to_owned(), cause: error.to_string() };
    Migration { input: known.or(input), run, trouble: Some(trouble), ..Migration::new() }
}

/// Publishes to the plan's topic, and to the stack's own when the plan's does not take it.
async fn publish(
    context: &SnsAndStepFunctions,
    chosen: Option<&str>,
    message: &Message,
) -> Result<(), StepError> {
    let default_topic = context.default_topic.as_str();
    let Some(chosen) = chosen.filter(|chosen| *chosen != default_topic) else {
        return sns::publish(&context.sns, default_topic, message).await;
    };
    match sns::publish(&context.sns, chosen, message).await {
        Err(error @ StepError::Unavailable(_)) => {
            let text = chain(&error);
            tracing::error!("{text}; the message goes to {default_topic} instead");
            let mut redirected = message.clone();
            redirected.text.push_str(&format!("\n\nThis message was meant for {chosen}: {text}"));
            sns::publish(&context.sns, default_topic, &redirected).await
        }
        outcome => outcome,
    }
}
