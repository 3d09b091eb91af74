//! Publishing to SNS within its limits.

use std::borrow::Cow;

use aws_sdk_sns::Client;
use aws_sdk_sns::config::Config;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use migration::message::Message;
use migration::message::operations::Notice;
use plan::digest::sha256;
use serde_json::json;

use crate::error::StepError;
use crate::failure::{self, CallFailure};

/// SNS takes 256 KiB over all protocols and attributes; this is left for the message beside its attributes.
const MAX_BYTES: usize = 250 * 1024;

/// How the name of a FIFO topic ends.
const FIFO: &str = ".fifo";

/// Publishes a message to a topic. What is too large for SNS is shortened.
///
/// # Errors
/// When SNS does not take it.
pub async fn publish(sns: &Client, topic: &str, message: &Message) -> Result<(), StepError> {
    let attempt = format!("publishing to {topic}");
    let mut message = Cow::Borrowed(message);
    let mut bodies = bodies(&message, &attempt)?;
    if bodies.len() > MAX_BYTES {
        message = Cow::Owned(message.into_owned().shortened());
        bodies = self::bodies(&message, &attempt)?;
    }
    let publish = prepared(sns, topic, &message, &attempt)?;
    let publish = publish.subject(&message.subject).message_structure("json").message(bodies);
    publish.send().await.map_err(|error| failure::read(attempt, error))?;
    Ok(())
}

/// Publishes the same news to a chat's topic, where Amazon Q Developer reads it. The call is made once: a chat that
/// does not take it must not keep the function.
///
/// # Errors
/// When SNS does not take it.
pub async fn publish_to_chat(sns: &Client, topic: &str, message: &Message) -> Result<(), StepError> {
    let attempt = format!("publishing to the chat's topic {topic}");
    let chat = serde_json::to_string(&message.chat)
        .map_err(|error| CallFailure::without_answer(attempt.clone(), error))?;
    let publish = prepared(sns, topic, message, &attempt)?.message(chat).customize();
    let once = Config::builder().retry_config(RetryConfig::disabled());
    publish.config_override(once).send().await.map_err(|error| failure::read(attempt, error))?;
    Ok(())
}

/// Publishes a notice to those who run the stack.
///
/// # Errors
/// When SNS does not take it.
pub async fn publish_notice(sns: &Client, topic: &str, notice: &Notice) -> Result<(), StepError> {
    let attempt = format!("publishing to {topic}");
    let Notice { id, subject, text, json, attributes } = notice;
    let publish = addressed(sns, topic, (id, id), attributes, &attempt)?;
    let bodies = by_protocol(text, &json.to_string(), subject);
    let publish = publish.subject(subject).message_structure("json").message(bodies);
    publish.send().await.map_err(|error| failure::read(attempt, error))?;
    Ok(())
}

/// A call with all but the message itself: whom it goes to, and what it can be filtered by.
fn prepared(
    sns: &Client,
    topic: &str,
    message: &Message,
    attempt: &str,
) -> Result<PublishFluentBuilder, CallFailure> {
    // In the order in which a run tells them, and a repeat of the step is dropped by SNS.
    let ids = (message.json.execution.as_str(), message.json.id.as_str());
    addressed(sns, topic, ids, &message.attributes, attempt)
}

/// The same with the group and the id of a message, which FIFO topics need.
fn addressed(
    sns: &Client,
    topic: &str,
    (group, id): (&str, &str),
    attributes: &[(&'static str, String)],
    attempt: &str,
) -> Result<PublishFluentBuilder, CallFailure> {
    let mut publish = sns.publish().topic_arn(topic);
    if topic.ends_with(FIFO) {
        // Texts of any length and script; SNS takes 128 characters, and of ASCII alone.
        publish = publish.message_group_id(sha256(group)).message_deduplication_id(sha256(id));
    }
    for (name, value) in attributes {
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let attribute = attribute
            .map_err(|error| CallFailure::without_answer(format!("{attempt} with {name}"), error))?;
        publish = publish.message_attributes(*name, attribute);
    }
    Ok(publish)
}

/// The message for every protocol. People read text; what is driven by machines gets JSON. `default` serves every
/// protocol that is not named.
fn bodies(message: &Message, attempt: &str) -> Result<String, CallFailure> {
    let body = serde_json::to_string(&message.json)
        .map_err(|error| CallFailure::without_answer(attempt.to_owned(), error))?;
    Ok(by_protocol(&message.text, &body, &message.subject))
}

fn by_protocol(text: &str, body: &str, short: &str) -> String {
    let bodies = json!({
        "default": text,
        "email": text,
        "email-json": body,
        "http": body,
        "https": body,
        "lambda": body,
        "sqs": body,
        "firehose": body,
        "sms": short,
    });
    bodies.to_string()
}
