//! One execution of the machine: started, awaited, and what it left.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use jiff::Timestamp;
use local_aws::{Call, World};
use migration::run::document::{Document, Reported};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::stack::Stack;

/// How often a running execution is looked at, of real time: Step Functions tells nobody that one has ended.
const LOOK: Duration = Duration::from_millis(100);

/// An execution that was started.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// How an execution ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// `SUCCEEDED`, `FAILED`, `ABORTED`, `TIMED_OUT`.
    pub status: String,
    /// The Fail state's error: the verdict.
    pub error: Option<String>,
    /// The report that the last step returned.
    pub reported: Option<Box<Reported>>,
}

impl Ended {
    /// The verdict's word, as far as there is one.
    pub fn verdict(&self) -> &str {
        self.reported.as_ref().map_or("none", |reported| reported.verdict.outcome.as_str())
    }

    /// The reasons of the verdict, in one text.
    pub fn reasons(&self) -> String {
        self.reported.as_ref().map(|reported| reported.verdict.reasons.join("\n")).unwrap_or_default()
    }
}

/// A message as SNS was handed it.
#[derive(Clone, Debug)]
pub struct Published {
    /// When SNS was handed it.
    pub at: Timestamp,
    pub topic: String,
    pub subject: String,
    /// What e-mail subscribers get.
    pub text: String,
    /// What machine subscribers get.
    pub json: Value,
}

impl Stack {
    /// Starts an execution in this world.
    ///
    /// # Errors
    /// When Step Functions does not take it.
    pub async fn start(&self, name: &str, input: &Value, world: &Arc<World>) -> Result<Execution> {
        self.aws().worlds().bind(name, world);
        let started = self
            .executions
            .start_execution()
            .state_machine_arn(&self.machine)
            .name(name)
            .input(input.to_string())
            .send()
            .await
            .map_err(|error| Error::call("starting the execution", &error))?;
        Ok(Execution { name: name.to_owned(), arn: started.execution_arn })
    }

    /// Stops an execution from outside.
    ///
    /// # Errors
    /// When Step Functions does not do it.
    pub async fn abort(&self, execution: &Execution) -> Result<()> {
        let stopped = self.executions.stop_execution().execution_arn(&execution.arn).send().await;
        stopped.map(|_| ()).map_err(|error| Error::call("stopping the execution", &error))
    }

    /// How the execution ended; `None` while it runs.
    ///
    /// # Errors
    /// When Step Functions does not answer.
    pub async fn look(&self, execution: &Execution) -> Result<Option<Ended>> {
        let answer = self.executions.describe_execution().execution_arn(&execution.arn).send().await;
        let answer = answer.map_err(|error| Error::call("describing the execution", &error))?;
        if answer.status == ExecutionStatus::Running {
            return Ok(None);
        }
        let notified =
            self.answers(&execution.name).into_iter().rev().find_map(|call| {
                match Document::read(&call.answer) {
                    Ok(Document::Reported(reported)) => Some(reported),
                    Ok(_) | Err(_) => None,
                }
            });
        Ok(Some(Ended { status: answer.status.as_str().to_owned(), error: answer.error, reported: notified }))
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// When the execution does not end within `limit` of real time.
    pub async fn end(&self, execution: &Execution, limit: Duration) -> Result<Ended> {
        let looking = async {
            let mut ticks = tokio::time::interval(LOOK);
            loop {
                ticks.tick().await;
                if let Some(ended) = self.look(execution).await? {
                    return Ok(ended);
                }
            }
        };
        tokio::time::timeout(limit, looking)
            .await
            .unwrap_or_else(|_| Err(Error::NoEnd { name: execution.name.clone(), seconds: limit.as_secs() }))
    }

    /// The invocations of an execution that were answered with a document, in their order.
    pub fn answers(&self, name: &str) -> Vec<Call> {
        self.aws()
            .recorder()
            .matching(|call| call.operation == "Invoke" && call.execution.as_deref() == Some(name))
            .into_iter()
            .filter(|call| call.status.is_some())
            .collect()
    }

    /// The messages that SNS took for this execution.
    pub fn published(&self, name: &str) -> Vec<Published> {
        let calls = self.aws().recorder().calls("sns", "Publish");
        calls
            .into_iter()
            .filter(|call| call.execution.as_deref() == Some(name) && call.status == Some(200))
            // What a chat gets is the same news once more.
            .filter(|call| call.request["MessageStructure"] == "json")
            .map(|call| {
                let text = |member: &str| call.request[member].as_str().unwrap_or_default().to_owned();
                let bodies: Value = serde_json::from_str(&text("Message")).unwrap_or_default();
                let machine = bodies["sqs"].as_str().unwrap_or_default();
                Published {
                    at: call.local,
                    topic: text("TopicArn"),
                    subject: text("Subject"),
                    text: bodies["email"].as_str().unwrap_or_default().to_owned(),
                    json: serde_json::from_str(machine).unwrap_or_default(),
                }
            })
            .collect()
    }

    /// What the queue that is subscribed to the topic got next, as it got it.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn received(&self) -> Result<Vec<String>> {
        let answer = self
            .queue
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(10)
            .send()
            .await
            .map_err(|error| Error::call("reading the subscribed queue", &error))?;
        Ok(answer.messages().iter().filter_map(|message| message.body().map(str::to_owned)).collect())
    }

    /// How many states the execution has entered: what Step Functions bills.
    ///
    /// # Errors
    /// When Step Functions does not answer.
    pub async fn transitions(&self, execution: &Execution) -> Result<usize> {
        let mut entered = 0;
        let mut token = None;
        loop {
            let page = self
                .executions
                .get_execution_history()
                .execution_arn(&execution.arn)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| Error::call("reading the execution's history", &error))?;
            entered += page.events().iter().filter(|event| is_entry(&event.r#type)).count();
            token = page.next_token;
            if token.is_none() {
                return Ok(entered);
            }
        }
    }
}

fn is_entry(event: &HistoryEventType) -> bool {
    event.as_str().ends_with("StateEntered")
}
