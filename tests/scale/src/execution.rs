//! One execution on its way through the state machine, as the definition wires it.

use jiff::{SignedDuration, Timestamp};
use migration::pace::budget;
use migration::run::acts::StartAct;
use migration::run::answer::Answer;
use migration::run::document::{Migration, Trouble};
use migration::run::step::What;
use migration::run::verdict::Outcome;
use serde_json::Value;

use crate::account::Account;
use crate::error::StepError;
use crate::sdk::Client;
use crate::steps::poll::SeenEnd;
use crate::steps::{Request, create_task, notify, poll, start, stop, validate};
use crate::tally::Tally;

/// How an execution ended, and what it came to.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its counters.
    pub tally: Tally,
    /// The verdict.
    pub outcome: Outcome,
    /// The reasons of the verdict.
    pub reasons: Vec<String>,
    /// From the beginning of the execution until DMS took the start of its task.
    pub started_after: Option<SignedDuration>,
    /// From the beginning of the run until the end of its task.
    pub ended_after: Option<SignedDuration>,
    /// From the end of its task until the poll that saw it.
    pub noticed_after: Option<SignedDuration>,
    /// History events at the most, as the run itself has counted them, with what it keeps back for its end.
    pub counted_on: u32,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Validate,
    CreateTask,
    Start,
    Stop,
    Poll,
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Function::Validate => "validate",
            Function::CreateTask => "create-task",
            Function::Start => "start",
            Function::Stop => "stop",
            Function::Poll => "poll",
        }
    }
}

struct Execution<'a> {
    account: &'a Account,
    arn: String,
    input: Value,
    document: Migration,
    tally: Tally,
    began: Timestamp,
    started: Option<Timestamp>,
    end: Option<SeenEnd>,
}

/// Runs a plan through the machine, from some moment of the first second on.
///
/// # Errors
/// When the story takes a turn that this simulation does not know.
pub async fn run(account: &Account, name: String, plan: Value) -> Result<Ended, String> {
    account.clock.sleep(account.draw()).await;
    let mut execution = Execution {
        account,
        arn: format!("arn:aws:states:us-east-1:123456789012:execution:migration:{name}"),
        input: plan,
        document: Migration::new(),
        tally: Tally::begin(),
        began: account.clock.now(),
        started: None,
        end: None,
    };
    execution.go_through().await.map_err(|error| format!("{name}: {error}"))?;
    execution.ended()
}

impl Execution<'_> {
    async fn go_through(&mut self) -> Result<(), String> {
        self.enter("Open run")?;
        if self.task("Validate plan", Function::Validate).await? {
            while self.act_on_the_decision().await? {
                self.enter("Wait")?;
                let seconds = self.document.next.as_ref().map_or(0, |next| next.seconds);
                self.account.clock.sleep(f64::from(seconds)).await;
                self.task("Poll", Function::Poll).await?;
            }
        }
        self.report().await
    }

    /// The hub, and the act that it leads to; false when the run is over.
    async fn act_on_the_decision(&mut self) -> Result<bool, String> {
        self.enter("What next?")?;
        match self.document.next.as_ref().map(|next| next.what) {
            Some(What::Wait) => {}
            // Whatever became of an act, the next poll sees it.
            Some(What::Create) => drop(self.task("Create task", Function::CreateTask).await?),
            Some(What::Start) => drop(self.task("Start task", Function::Start).await?),
            Some(What::Stop) => drop(self.task("Stop task", Function::Stop).await?),
            Some(What::Tell) => {
                self.enter("Tell")?;
                self.account.clock.sleep(2.0 * self.account.half_a_step()).await;
                notify::on_the_way(&mut self.document);
            }
            Some(What::Report) | None => return Ok(false),
        }
        Ok(true)
    }

    async fn report(&mut self) -> Result<(), String> {
        self.enter("Report")?;
        let now = self.account.clock.now();
        self.account.clock.sleep(2.0 * self.account.half_a_step()).await;
        notify::at_the_end(&mut self.document, &self.input, Request { now, execution: &self.arn });
        self.enter("How did it end?")?;
        let good = self.document.verdict.as_ref().is_some_and(|verdict| verdict.good);
        self.enter(if good { "Succeeded" } else { "Failed" })?;
        self.tally.end();
        Ok(())
    }

    fn enter(&mut self, state: &str) -> Result<(), String> {
        let state = self.account.machine.state(state)?;
        self.tally.enter(state);
        Ok(())
    }

    /// A Task state with its Retry and its Catch; false when the step could not be made.
    async fn task(&mut self, name: &str, function: Function) -> Result<bool, String> {
        let now = self.account.clock.now();
        self.enter(name)?;
        let account = self.account;
        let retry = account.machine.state(name)?.retry.as_ref();
        let mut retries = 0;
        loop {
            match self.invoke(function, now).await {
                Ok(()) => return Ok(true),
                Err(StepError::Unforeseen(what)) => return Err(format!("{name}: {what}")),
                Err(StepError::Throttled(text)) => {
                    let Some(delay) = retry.and_then(|retry| account.delay(retry, retries)) else {
                        self.document.trouble =
                            Some(Trouble { error: "Migration.Throttled".to_owned(), cause: text });
                        return Ok(false);
                    };
                    account.clock.sleep(delay).await;
                    retries += 1;
                    self.tally.retry(name, retries);
                }
            }
        }
    }

    /// One invocation of a function, in a Lambda process.
    async fn invoke(&mut self, function: Function, now: Timestamp) -> Result<(), StepError> {
        let account = self.account;
        let quota = account.take_process(function.name());
        account.clock.sleep(account.half_a_step()).await;
        let mut client = Client::of(account, quota, &mut self.tally);
        let request = Request { now, execution: &self.arn };
        let document = &mut self.document;
        let result = match function {
            Function::Validate => {
                validate::handle(&mut client, &self.input, request).await.map(|opened| *document = opened)
            }
            Function::CreateTask => create_task::handle(&mut client, document, request).await,
            Function::Start => start::handle(&mut client, document, request).await,
            Function::Stop => stop::handle(&mut client, document),
            Function::Poll => poll::handle(&mut client, document, request).await.map(|end| {
                self.end = self.end.or(end);
            }),
        };
        account.give_process_back(function.name(), client.into_quota());
        match function {
            Function::Poll => self.tally.polls += 1,
            Function::Start if self.start_was_taken() => {
                self.started.get_or_insert(account.clock.now());
            }
            _ => {}
        }
        account.clock.sleep(account.half_a_step()).await;
        result
    }

    fn start_was_taken(&self) -> bool {
        let start: Option<&StartAct> = self.document.run.as_ref().and_then(|run| run.start.as_ref());
        start.is_some_and(|start| start.answer == Some(Answer::Accepted))
    }

    fn ended(self) -> Result<Ended, String> {
        let (Some(run), Some(verdict)) = (self.document.run, self.document.verdict) else {
            return Err("an execution has ended without a run or without a verdict".to_owned());
        };
        Ok(Ended {
            tally: self.tally,
            outcome: verdict.outcome,
            reasons: verdict.reasons,
            started_after: self.started.map(|started| started.duration_since(self.began)),
            ended_after: self.end.map(|end| end.ended.duration_since(run.started)),
            noticed_after: self.end.map(|end| end.seen.duration_since(end.ended)),
            counted_on: run.events + budget::ENDING,
        })
    }
}
