//! Tells people: one message on the way, or the one message with which every run ends.
//!
//! A repeat sends the message again under the same id. The end is told even when the document cannot be read or no step has
//! left a verdict.

use std::borrow::Cow;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use migration::commit;
use migration::decide::cut_short;
use migration::decide::opening;
use migration::message::{Event, Message, News};
use migration::run::document::{Migration, Trouble};
use migration::run::execution::Run;
use migration_aws::error::Error;
use migration_aws::executions;
use migration_aws::request::Request;
use migration_aws::trouble;
use serde::Deserialize;
use serde_json::{Value, json};

/// SNS takes 256 KiB over all protocols and attributes; this is left for the message beside its attributes.
const MOST_BYTES: usize = 250 * 1024;

/// Publishes what the document, or the machine itself, wants told.
///
/// # Errors
/// [`Error::Throttled`] and [`Error::Unavailable`] when SNS does not take the message, [`Error::UnreadableDocument`] on the
/// way for a document of another release.
pub async fn handle(
    sns: &Client,
    executions: &aws_sdk_sfn::Client,
    default_topic: &str,
    request: Request,
) -> Result<Migration, Error> {
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
        executions::describe(executions, &request.execution).await.unwrap_or_default().redrives
    } else {
        0
    };
    let Some(run) = &document.run else {
        return Err(Error::UnreadableDocument("the document has no run to tell about".to_owned()));
    };
    let message = News { document: &document, run, event, redrives, now: request.now }.compose();
    let chosen = run.notify.topic_arn.as_ref().map(ToString::to_string);
    // Sight may be lost and found many times in a night; once is news.
    if !occasion.is_some_and(|occasion| run.told.contains(&occasion)) {
        publish(sns, chosen.as_deref(), default_topic, &message).await?;
    }
    if let Some(occasion) = occasion {
        commit::told(&mut document, occasion);
    }
    Ok(document)
}

/// The document. At the end of a run one that cannot be read is no reason to be silent: another stands in for it. Either
/// has a run.
fn read(request: &Request) -> Result<(Migration, bool), Error> {
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
fn stand_in(request: &Request, error: &Error) -> Migration {
    let input = request.document.get("Input").cloned();
    let run = request.document.get("Run").and_then(|run| Run::deserialize(run).ok());
    let name = request.document.pointer("/Run/Name").and_then(Value::as_str);
    let known = name.map(|name| json!({"Task": {"ReplicationTaskIdentifier": name}}));
    let trouble = Trouble { error: error.name().to_owned(), cause: error.to_string() };
    Migration { input: known.or(input), run, trouble: Some(trouble), ..Migration::new() }
}

/// Publishes to the plan's topic, and to the stack's own when the plan's does not take it.
async fn publish(
    sns: &Client,
    chosen: Option<&str>,
    default_topic: &str,
    message: &Message,
) -> Result<(), Error> {
    let Some(chosen) = chosen.filter(|chosen| *chosen != default_topic) else {
        return publish_to(sns, default_topic, message).await;
    };
    match publish_to(sns, chosen, message).await {
        Err(Error::Unavailable(text)) => {
            tracing::error!("{text}; the message goes to {default_topic} instead");
            let mut redirected = message.clone();
            redirected.text.push_str(&format!("\n\nThis message was meant for {chosen}: {text}"));
            publish_to(sns, default_topic, &redirected).await
        }
        outcome => outcome,
    }
}

/// The message for every protocol. People read text; what is driven by machines gets JSON. `default` serves every protocol
/// that is not named.
fn bodies(message: &Message) -> String {
    let body = message.json.to_string();
    let bodies = json!({
        "default": message.text,
        "email": message.text,
        "email-json": body,
        "http": body,
        "https": body,
        "lambda": body,
        "sqs": body,
        "firehose": body,
        "sms": message.subject,
    });
    bodies.to_string()
}

async fn publish_to(sns: &Client, topic: &str, message: &Message) -> Result<(), Error> {
    let attempt = format!("publishing to {topic}");
    let mut message = Cow::Borrowed(message);
    let mut bodies = bodies(&message);
    if bodies.len() > MOST_BYTES {
        message = Cow::Owned(message.into_owned().shortened());
        bodies = self::bodies(&message);
    }
    let mut publish =
        sns.publish().topic_arn(topic).subject(&message.subject).message_structure("json").message(bodies);
    for (name, value) in &message.attributes {
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let attribute = attribute
            .map_err(|error| Error::Unavailable(format!("{attempt}: the attribute {name}: {error}")))?;
        publish = publish.message_attributes(*name, attribute);
    }
    match publish.send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(trouble::read(&attempt, &error).into_error(&attempt)),
    }
}
