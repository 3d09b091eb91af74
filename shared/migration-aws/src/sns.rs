//! Publishing to SNS within its limits.

use std::borrow::Cow;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use migration::message::Message;
use serde_json::json;

use crate::error::StepError;
use crate::failure::{self, CallFailure};

/// SNS takes 256 KiB over all protocols and attributes; this is left for the message beside its attributes.
const MAX_BYTES: usize = 250 * 1024;

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
    let mut publish =
        sns.publish().topic_arn(topic).subject(&message.subject).message_structure("json").message(bodies);
    for (name, value) in &message.attributes {
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let attribute = attribute
            .map_err(|error| CallFailure::without_answer(format!("{attempt} with {name}"), error))?;
        publish = publish.message_attributes(*name, attribute);
    }
    publish.send().await.map_err(|error| failure::read(attempt, error))?;
    Ok(())
}

/// The message for every protocol. People read text; what is driven by machines gets JSON. `default` serves every
/// protocol that is not named.
fn bodies(message: &Message, attempt: &str) -> Result<String, CallFailure> {
    let body = serde_json::to_string(&message.json)
        .map_err(|error| CallFailure::without_answer(attempt.to_owned(), error))?;
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
    Ok(bodies.to_string())
}
