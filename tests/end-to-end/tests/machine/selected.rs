//! Teams subscribe with filter policies, by team, verdict and stack: each queue gets what its policy selects, and nothing
//! else.

use std::collections::BTreeMap;

use migration::run::verdict::Outcome;
use rehearsal::Stack;
use rehearsal::error::Error;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::stage::TEAM;

/// A queue for each verdict of the plans' team, and one that selects another team: their addresses by what they select.
pub(crate) type Queues = BTreeMap<&'static str, String>;

/// What the queue of another team is called.
const OTHERS: &str = "of-another-team";

/// Subscribes the queues.
pub(crate) async fn queues(stack: &Stack) -> Result<Queues, Error> {
    let mut queues = Queues::new();
    for outcome in Outcome::ALL {
        let verdict = outcome.as_str();
        let policy = json!({"Team": [TEAM], "Verdict": [verdict], "Stack": ["local"]});
        queues.insert(verdict, stack.select(&format!("verdict-{verdict}"), &policy).await?);
    }
    let others = json!({"Team": ["payments"], "Stack": ["local"]});
    queues.insert(OTHERS, stack.select(OTHERS, &others).await?);
    Ok(queues)
}

/// After all stories: the queue of each verdict holds the messages with that verdict, and there was one at least.
pub(crate) fn afterwards(stack: &Stack, runtime: &Runtime, queues: &Queues) -> Result<(), String> {
    for (selects, queue) in queues {
        let messages = runtime.block_on(stack.selected(queue)).map_err(|error| error.to_string())?;
        let wrong = messages.iter().find(|message| {
            message["Verdict"]["Outcome"] != *selects
                || message["Team"] != TEAM
                || message["Event"] != "Finished"
                || message["Id"].as_str().is_none_or(str::is_empty)
        });
        if let Some(wrong) = wrong.cloned().or_else(|| misses(*selects, &messages)) {
            return Err(format!(
                "the queue that selects {selects} holds {} messages: {wrong}",
                messages.len()
            ));
        }
    }
    Ok(())
}

/// What is wrong with how many there are.
fn misses(selects: &str, messages: &[Value]) -> Option<Value> {
    match (selects == OTHERS, messages.is_empty()) {
        (true, false) => Some(json!("another team's messages")),
        (false, true) => Some(json!("no message of this verdict")),
        _ => None,
    }
}
