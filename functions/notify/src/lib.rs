//! Tells people: one message on the way, or the one message with which every run ends.
//!
//! A repeat sends the message again under the same id. The end is told even when the document cannot be read or no step has
//! left a verdict.

use std::borrow::Cow;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use jiff::Timestamp;
use migration::commit;
use migration::decide::{cut_short, opening};
use migration::message::{Message, News};
use migration::run::document::{Caught, Document, Reported, Running};
use migration::run::execution::Run;
use migration::run::step::{Occasion, What};
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
) -> Result<Document, Error> {
    match to_tell(&request)? {
        ToTell::OnTheWay(running, occasion) => {
            on_the_way(sns, default_topic, *running, occasion, request.now).await
        }
        ToTell::TheEnd(reported) => {
            // Without the count the id is that of the first end: better told twice than not at all.
            let execution = executions::describe(executions, &request.execution).await.unwrap_or_default();
            let message = News::of_the_end(&reported, execution.redrives, request.now).compose();
            publish(sns, &reported.run, default_topic, &message).await?;
            Ok(Document::Reported(reported))
        }
    }
}

async fn on_the_way(
    sns: &Client,
    default_topic: &str,
    mut running: Running,
    occasion: Occasion,
    now: Timestamp,
) -> Result<Document, Error> {
    // Sight may be lost and found many times in a night; once is news.
    if !running.run.told.contains(&occasion) {
        let message = News::on_the_way(&running, occasion, now).compose();
        publish(sns, &running.run, default_topic, &message).await?;
    }
    commit::told(&mut running.run, occasion);
    Ok(running.into())
}

/// What there is to tell.
enum ToTell {
    OnTheWay(Box<Running>, Occasion),
    TheEnd(Box<Reported>),
}

/// What the document, or the machine itself, wants told. At the end the machine says so: what was to be told before may still
/// stand in the document. A run that no step could end ends here.
fn to_tell(request: &Request) -> Result<ToTell, Error> {
    let running = match request.document() {
        Ok(Document::Reported(reported)) => return Ok(ToTell::TheEnd(reported)),
        Ok(Document::Running(running)) => running,
        // The plan was never read: whom to tell and what about is taken from it as far as it goes.
        Ok(Document::Opened(opened)) => {
            let run = opening::introduce(&opened.input, &request.execution, request.now);
            let verdict = cut_short::not_validated(opened.caught.as_ref(), request.now);
            return Ok(ToTell::TheEnd(Box::new(Reported::at_once(run, verdict, Vec::new()))));
        }
        // A document that cannot be read is no reason to be silent at the end of a run.
        Err(error) if request.last => return Ok(ToTell::TheEnd(Box::new(unreadable(request, &error)))),
        // On the way the document must not be lost: the machine goes on with the one that it has.
        Err(error) => return Err(error),
    };
    let decided = match running.next.what {
        What::Tell(occasion) => Some(occasion),
        What::Create | What::Start | What::Reload | What::Stop | What::Wait => None,
    };
    match request.occasion.or(decided).filter(|_| !request.last) {
        Some(occasion) => Ok(ToTell::OnTheWay(running, occasion)),
        None => {
            let verdict = cut_short::out_of_sight(&running, request.now);
            Ok(ToTell::TheEnd(Box::new(running.cut_short(verdict))))
        }
    }
}

/// A report that says no more than whose run this was, as far as that can be read.
fn unreadable(request: &Request, error: &Error) -> Reported {
    let run = request.document.get("Run").and_then(|run| Run::deserialize(run).ok());
    let name = request.document.pointer("/Run/Name").and_then(Value::as_str);
    let known = name.map(|name| json!({"Task": {"ReplicationTaskIdentifier": name}}));
    let input = known.or_else(|| request.document.get("Input").cloned()).unwrap_or(Value::Null);
    let run = run.unwrap_or_else(|| opening::introduce(&input, &request.execution, request.now));
    let caught = Caught { error: error.name().to_owned(), cause: error.to_string() };
    let verdict = cut_short::unreadable(&caught.in_words(), request.now);
    Reported::at_once(run, verdict, Vec::new())
}

/// Publishes to the plan's topic, and to the stack's own when the plan's does not take it.
async fn publish(sns: &Client, run: &Run, default_topic: &str, message: &Message) -> Result<(), Error> {
    let chosen = run.notify.topic_arn.as_ref().map(ToString::to_string);
    let Some(chosen) = chosen.filter(|chosen| chosen != default_topic) else {
        return publish_to(sns, default_topic, message).await;
    };
    match publish_to(sns, &chosen, message).await {
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
