//! A small double of SNS: the one operation that the functions call.

use jiff::Timestamp;
use local_aws::ErrorAnswer;
use serde_json::{Map, Value, json};

/// A message that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub at: Timestamp,
    /// On whose behalf: the execution's name.
    pub execution: String,
    /// Where to.
    pub topic: String,
    /// The subject line.
    pub subject: String,
    /// The body of each protocol, as SNS takes it.
    pub bodies: Value,
}

/// Publish: the form as an object of strings.
pub(crate) fn publish(form: &Value, execution: &str, at: Timestamp) -> Result<Message, ErrorAnswer> {
    let text = |name: &str| form.get(name).and_then(Value::as_str).map(str::to_owned);
    let invalid = |what: &str| ErrorAnswer {
        status: 400,
        code: "InvalidParameter".to_owned(),
        message: format!("Invalid parameter: {what}"),
    };
    let topic = text("TopicArn").ok_or_else(|| invalid("TopicArn"))?;
    let subject = text("Subject").unwrap_or_default();
    // SNS takes a subject of 100 characters without line breaks.
    if subject.chars().count() > 100 || subject.contains(['\n', '\r']) {
        return Err(invalid("Subject"));
    }
    let message = text("Message").ok_or_else(|| invalid("Message"))?;
    let bodies = match text("MessageStructure").as_deref() {
        Some("json") => serde_json::from_str(&message).map_err(|_| invalid("Message Structure - JSON"))?,
        _ => json!({"default": message}),
    };
    Ok(Message { at, execution: execution.to_owned(), topic, subject, bodies })
}

/// The form of a Publish with its attributes in the order of their names: the SDK keeps them in a map, and sends them
/// in another order each time.
pub(crate) fn in_order(form: &Value) -> Value {
    const ENTRY: &str = "MessageAttributes.entry.";
    let Some(members) = form.as_object() else { return form.clone() };
    let names = members.iter().filter_map(|(member, value)| {
        let number = member.strip_prefix(ENTRY)?.strip_suffix(".Name")?;
        Some((value.as_str()?, number))
    });
    let mut names: Vec<(&str, &str)> = names.collect();
    names.sort_unstable();
    let renumbered = |member: &str| {
        let (number, rest) = member.strip_prefix(ENTRY)?.split_once('.')?;
        let place = names.iter().position(|(_, known)| *known == number)?;
        Some(format!("{ENTRY}{}.{rest}", place + 1))
    };
    let members = members
        .iter()
        .map(|(member, value)| (renumbered(member).unwrap_or_else(|| member.clone()), value.clone()));
    members.collect::<Map<_, _>>().into()
}

/// The answer to a Publish of this number.
pub(crate) fn published(number: usize) -> String {
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId>\
         </PublishResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_in_the_order_of_their_names_with_their_values() {
        let form = |first: (&str, &str), second: (&str, &str)| {
            json!({
                "Subject": "orders",
                "MessageAttributes.entry.1.Name": first.0, "MessageAttributes.entry.1.Value.StringValue": first.1,
                "MessageAttributes.entry.2.Name": second.0, "MessageAttributes.entry.2.Value.StringValue": second.1,
            })
        };
        let (event, verdict) = (("Event", "Finished"), ("Verdict", "Succeeded"));
        assert_eq!(in_order(&form(verdict, event)), form(event, verdict));
        assert_eq!(in_order(&form(event, verdict)), form(event, verdict));
        assert_eq!(in_order(&json!({"stateMachineArn": "arn"})), json!({"stateMachineArn": "arn"}));
    }
}
