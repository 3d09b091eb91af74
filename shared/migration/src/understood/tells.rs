//! Whom a run tells, and what.

use plan::{Arn, Plan};

pub(super) fn tells(plan: &Plan) -> Vec<String> {
    let notify = &plan.notify;
    let name = |topic: &Arn| topic.tail().to_owned();
    let topic = notify.topic_arn.as_ref().map_or("the topic of the stack".to_owned(), name);
    let team = notify.team.as_ref().map(|team| format!(", for the team {team}")).unwrap_or_default();
    let mut tells = vec![format!("{topic}{team}: one message when the run ends, however it ends")];
    let mut besides = Vec::new();
    if notify.started {
        besides.push("when the task has been started");
    }
    if notify.warning {
        besides.push("early when there is trouble");
    }
    if !besides.is_empty() {
        tells.push(format!("besides {}", besides.join(", and ")));
    }
    if let Some(chat) = &notify.chat_topic_arn {
        tells.push(format!("{}: the same once more, for a chat", name(chat)));
    }
    tells
}
