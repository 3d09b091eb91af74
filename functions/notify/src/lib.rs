//! Tells people: one message on the way, or the one message with which every run ends.
//!
//! What it does: it publishes the message to the plan's topic, or to the stack's own when the plan's does not take it.
//! Then it publishes the same to the plan's chat; a chat that does not take it changes nothing else.
//! The end is told even when the document cannot be read or no step has left a verdict.
//!
//! A repeat: the message is sent again under the same id.
//!
//! A lost answer: it is an error, and the machine repeats the step. A message may arrive twice; its id tells.
//!
//! What a person does: nothing about a message on the way; the run goes on without it. When no topic takes the message
//! at the end, the execution fails. Its history has the error with the topic and the reason, and the
//! verdict, when one had been reached before.

use jiff::Timestamp;
use migration::commit;
use migration::decide::{cut_short, dead, left, opening};
use migration::message::{Message, News};
use migration::run::document::{Caught, Document, Reported, Running};
use migration::run::execution::Run;
use migration::run::step::{Occasion, What};
use migration::survey::untold::Errand;
use migration_aws::clients::Sns;
use migration_aws::error::{StepError, chain};
use migration_aws::request::Request;
use migration_aws::sns;
use plan::clean::one_line;
use serde::Deserialize;
use serde_json::{Value, json};

/// Publishes what the document, or the machine itself, wants told.
///
/// # Errors
/// [`StepError::Throttled`] and [`StepError::Unavailable`] when SNS does not take the message,
/// [`StepError::UnreadableDocument`] on the way for a document of another release.
pub async fn handle(context: &Sns, request: Request) -> Result<Document, StepError> {
    match to_tell(&request)? {
        ToTell::OnTheWay(running, occasion) => on_the_way(context, *running, occasion, request.now).await,
        ToTell::TheEnd(mut reported) => {
            let message =
                News::of_the_end(&reported, request.now).from_stack(context.stack.as_deref()).compose();
            publish(context, &mut reported.run, &message).await?;
            Ok(Document::Reported(reported))
        }
    }
}

async fn on_the_way(
    context: &Sns,
    mut running: Running,
    occasion: Occasion,
    now: Timestamp,
) -> Result<Document, StepError> {
    // Sight may be lost and found many times in a night; once is news.
    if !running.run.told.contains(&occasion) {
        let message =
            News::on_the_way(&running, occasion, now).from_stack(context.stack.as_deref()).compose();
        publish(context, &mut running.run, &message).await?;
    }
    commit::told(&mut running.run, occasion);
    Ok(running.into())
}

/// What there is to tell.
enum ToTell {
    OnTheWay(Box<Running>, Occasion),
    TheEnd(Box<Reported>),
}

/// What the document, or the machine itself, wants told. At the end the machine says so: what was to be told before may
/// still stand in the document. A run that no step could end ends here.
fn to_tell(request: &Request) -> Result<ToTell, StepError> {
    let running = match request.document() {
        Ok(Document::Reported(reported)) => return Ok(ToTell::TheEnd(reported)),
        Ok(Document::Running(mut running)) => {
            running.run.redriven(request.redrives);
            running
        }
        // The plan was never read: whom to tell and what about is taken from it as far as it goes.
        Ok(Document::Opened(opened)) => {
            let mut run = opening::introduce(&opened.input, &request.execution, request.now);
            run.redriven(request.redrives);
            let (caught, now) = (opened.caught.as_ref(), request.now);
            let verdict = match Errand::read(&opened.input) {
                Some(Ok(Errand::CloseOut(order))) => dead::not_opened(&order, caught, now),
                Some(Ok(Errand::LeftRunning(_))) => left::not_opened(caught, now),
                Some(Err(_)) | None => cut_short::not_validated(caught, now),
            };
            return Ok(ToTell::TheEnd(Box::new(Reported::at_once(run, verdict, Vec::new()))));
        }
        // A document that cannot be read is no reason to be silent at the end of a run.
        Err(error) if request.last => return Ok(ToTell::TheEnd(Box::new(unreadable(request, &error)))),
        // On the way the document must not be lost: the machine goes on with the one that it has.
        Err(error) => return Err(error),
    };
    let decided = match running.next.what {
        What::Tell(occasion) => Some(occasion),
        What::Create | What::Start | What::Reload | What::Test | What::Stop | What::Wait => None,
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
fn unreadable(request: &Request, error: &StepError) -> Reported {
    let run = request.document.get("Run").and_then(|run| Run::deserialize(run).ok());
    let name = request.document.pointer("/Run/Name").and_then(Value::as_str);
    let known = name.map(|name| json!({"Task": {"ReplicationTaskIdentifier": name}}));
    let input = known.or_else(|| request.document.get("Input").cloned()).unwrap_or(Value::Null);
    let run = run.unwrap_or_else(|| opening::introduce(&input, &request.execution, request.now));
    let caught = Caught { error: error.name().to_owned(), cause: error.to_string() };
    let verdict = cut_short::unreadable(&caught.in_words(), request.now);
    Reported::at_once(run, verdict, Vec::new())
}

/// Publishes the message, and after it the same for the plan's chat. What becomes of the chat is no reason to send the
/// message again: it is logged, and noted in the document.
async fn publish(context: &Sns, run: &mut Run, message: &Message) -> Result<(), StepError> {
    publish_message(context, run, message).await?;
    let Some(chat) = run.notify.chat_topic_arn.as_ref().map(ToString::to_string) else { return Ok(()) };
    if let Err(error) = sns::publish_to_chat(&context.sns, &chat, message).await {
        let text = chain(&error);
        tracing::error!("{text}; the message itself was sent");
        run.last_trouble.get_or_insert(text);
    }
    Ok(())
}

/// Publishes to the plan's topic, and to the stack's own when the plan's does not take it.
async fn publish_message(context: &Sns, run: &Run, message: &Message) -> Result<(), StepError> {
    let default_topic = context.default_topic.as_str();
    let chosen = run.notify.topic_arn.as_ref().map(ToString::to_string);
    let Some(chosen) = chosen.filter(|chosen| chosen != default_topic) else {
        return sns::publish(&context.sns, default_topic, message).await;
    };
    match sns::publish(&context.sns, &chosen, message).await {
        Err(error @ StepError::Unavailable(_)) => {
            let text = chain(&error);
            tracing::error!("{text}; the message goes to {default_topic} instead");
            let mut redirected = message.clone();
            redirected
                .text
                .push_str(&format!("\n\nThis message was meant for {chosen}: {}", one_line(&text)));
            sns::publish(&context.sns, default_topic, &redirected).await
        }
        outcome => outcome,
    }
}
