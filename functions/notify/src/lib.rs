//! Tells people: one message on the way, or the one message with which every run ends.
//!
//! A repeat sends the message again under the same id. The end is told even when the document cannot be read or no step has
//! left a verdict.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use migration::decide::record;
use migration::document::{Migration, Trouble};
use migration::message::{self, Event, Message};
use migration::opening;
use migration::verdict::undecided;
use migration_aws::error::Error;
use migration_aws::executions;
use migration_aws::request::Request;
use migration_aws::trouble;
use serde_json::{Value, json};

/// Publishes what the document, or the machine itself, wants told.
///
/// # Errors
/// [`Error::Throttled`] and [`Error::Unavailable`] when SNS does not take the message.
pub async fn handle(
    sns: &Client,
    executions: &aws_sdk_sfn::Client,
    default_topic: &str,
    request: Request,
) -> Result<Migration, Error> {
    let mut document = read(&request);
    let occasion = request
        .occasion
        .or_else(|| document.next.as_ref().and_then(|next| next.occasion))
        .filter(|_| document.verdict.is_none());
    let event = occasion.map_or(Event::Finished, Event::OnTheWay);
    let redrives = if event == Event::Finished {
        if document.verdict.is_none() {
            document.verdict = Some(undecided::verdict(&document, request.now));
        }
        // Without the count the id is that of the first end: better told twice than not at all.
        executions::describe(executions, &request.execution).await.unwrap_or_default().redrives
    } else {
        0
    };
    let Some(run) = &document.run else {
        return Err(Error::UnreadableDocument("the document has no run to tell about".to_owned()));
    };
    let message = message::compose(&document, run, document.verdict.as_ref(), event, redrives, request.now);
    let chosen = run.notify.topic_arn.as_ref().map(ToString::to_string);
    // Sight may be lost and found many times in a night; once is news.
    if !occasion.is_some_and(|occasion| run.told.contains(&occasion)) {
        publish(sns, chosen.as_deref(), default_topic, &message).await?;
    }
    if let Some(occasion) = occasion {
        record::told(&mut document, occasion);
    }
    Ok(document)
}

/// The document, or a new one about the document that could not be read. Either has a run.
fn read(request: &Request) -> Migration {
    let (mut document, unreadable) = match request.migration() {
        Ok(document) => (document, None),
        Err(error) => (Migration::new(), Some(error)),
    };
    if document.run.is_none() {
        // The plan was never read: whom to tell and what about is taken from it as far as it goes.
        let input = document.input.take().unwrap_or(Value::Null);
        let opened = opening::open(&input, &request.execution, request.now);
        document.run = opened.run;
        document.plan = None;
    }
    if let Some(error) = unreadable {
        document.trouble = Some(Trouble { error: error.name().to_owned(), cause: error.to_string() });
    }
    document
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

async fn publish_to(sns: &Client, topic: &str, message: &Message) -> Result<(), Error> {
    let attempt = format!("publishing to {topic}");
    let body = message.json.to_string();
    // People read text; what is driven by machines gets JSON. `default` serves every protocol that is not named.
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
    let mut publish = sns
        .publish()
        .topic_arn(topic)
        .subject(&message.subject)
        .message_structure("json")
        .message(bodies.to_string());
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
