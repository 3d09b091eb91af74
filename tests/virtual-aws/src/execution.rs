//! One execution on its way through the state machine: where each state leads, its Retry and its Catch are the
//! definition's; what a state without a function does is written here.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::definition::{State, Task};
use crate::document::Document;
use crate::functions::Function;
use crate::invocation::Failure;
use crate::tally::Tally;
use crate::world::{SeenEnd, World};

/// The states that the driver knows.
pub(crate) const STATES: [&str; 24] = [
    "Open run",
    "Validate plan",
    "What next?",
    "Create task",
    "Start task",
    "Stop task",
    "Tell",
    "Wait",
    "Poll",
    "Look at the clock",
    "What now, unseen?",
    "Tell that sight is lost",
    "Wait blind",
    "Waited long enough?",
    "Wait longer",
    "Wait no longer",
    "Wait for the close",
    "Stop unseen",
    "Wait after the stop",
    "Report",
    "How did it end?",
    "Succeeded",
    "Failed",
    "Could not tell",
];

/// Step Functions ends an execution at this many history events.
const MAX_EVENTS: u32 = 25_000;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// In a Succeed state.
    Succeeded,
    /// In a Fail state of this name.
    Failed(String),
    /// With a history that is full: nobody was told.
    HistoryFull,
    /// After the longest time that the definition allows: nobody was told.
    TimedOut,
    /// By an error that no Catch takes.
    Uncaught(Failure),
}

/// What an execution came to.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub end: End,
    /// The document at its end.
    pub document: Document,
    /// Its counters.
    pub tally: Tally,
    /// When it began.
    pub began: Timestamp,
    /// From its beginning until DMS took the start of its task.
    pub started_after: Option<SignedDuration>,
    /// The end of its task, when a poll has seen it.
    pub seen_end: Option<SeenEnd>,
    /// The states that it entered, in their order; kept where the world keeps a record.
    pub states: Vec<String>,
}

struct Execution {
    world: World,
    name: String,
    arn: String,
    document: Document,
    tally: Tally,
}

pub(crate) async fn run(world: World, name: String, input: Value) -> Result<Run, String> {
    let began = world.clock().now();
    let arn = format!("arn:aws:states:us-east-1:123456789012:execution:migration:{name}");
    let mut execution = Execution { world, name, arn, document: Document::default(), tally: Tally::begin() };
    execution.world.note_execution(&execution.name, "RUNNING");
    let mut states = Vec::new();
    let end = execution.go_through(input, began, &mut states).await;
    let end = end.map_err(|error| format!("{}: {error}", execution.name))?;
    let Execution { world, name, document, mut tally, .. } = execution;
    tally.end();
    world.note_execution(&name, if end == End::Succeeded { "SUCCEEDED" } else { "FAILED" });
    let seen = world.seen(&name);
    (tally.calls, tally.throttled) = (seen.calls, seen.throttled);
    let started_after = seen.started.map(|started| started.duration_since(began));
    Ok(Run { name, end, document, tally, began, started_after, seen_end: seen.end, states })
}

/// Where a state leads.
enum Step {
    To(String),
    End(End),
}

impl Execution {
    async fn go_through(
        &mut self,
        input: Value,
        began: Timestamp,
        states: &mut Vec<String>,
    ) -> Result<End, String> {
        let world = self.world.clone();
        let definition = world.definition();
        let mut input = Some(input);
        let mut at = definition.start.clone();
        loop {
            if world.clock().now().duration_since(began).as_secs_f64() > definition.timeout {
                return Ok(End::TimedOut);
            }
            let state = definition.state(&at)?;
            self.tally.enter(state);
            if self.tally.events >= MAX_EVENTS {
                return Ok(End::HistoryFull);
            }
            if world.records() {
                states.push(at.clone());
            }
            let step = match &state.task {
                Some(task) => self.task(&at, state, task).await?,
                None => self.pass(&at, state, &mut input).await.map_err(|error| format!("{at}: {error}"))?,
            };
            match step {
                Step::To(next) => at = next,
                Step::End(end) => return Ok(end),
            }
        }
    }

    /// A state without a function.
    async fn pass(&mut self, name: &str, state: &State, input: &mut Option<Value>) -> Result<Step, String> {
        let clock = self.world.clock().clone();
        let document = &mut self.document;
        let next = match name {
            "Open run" => {
                let version = state.parameter("Version").ok_or_else(|| "it states no Version".to_owned())?;
                *document = Document::opened(version, input.take().unwrap_or_default());
                None
            }
            "What next?" => Some(state.choice("$.Next.What", document.next())?),
            "Wait" => {
                clock.sleep_for(document.wait()?).await;
                None
            }
            "Look at the clock" => {
                document.look_at_the_clock(clock.now())?;
                None
            }
            "What now, unseen?" => Some(state.leads_to(document.what_now()?)?),
            "Wait blind" => {
                clock.sleep_for(document.blind_wait()?).await;
                None
            }
            "Waited long enough?" => Some(state.leads_to(if document.waits_too_long()? {
                "Wait no longer"
            } else {
                "Wait longer"
            })?),
            "Wait longer" => {
                document.wait_blind_for("/Blind/Seconds")?;
                None
            }
            "Wait no longer" => {
                document.wait_blind_for("/Run/MostBlindSeconds")?;
                None
            }
            "Wait for the close" => {
                clock.sleep_until(document.work_ends()?).await;
                None
            }
            "Wait after the stop" => {
                clock.sleep_for(document.wait_after_a_stop()?).await;
                None
            }
            "How did it end?" => {
                Some(state.leads_to(if document.is_good() { "Succeeded" } else { "Failed" })?)
            }
            "Succeeded" => return Ok(Step::End(End::Succeeded)),
            "Failed" | "Could not tell" => return Ok(Step::End(End::Failed(name.to_owned()))),
            unknown => {
                return Err(format!("the driver does not know what the state {unknown:?} does: teach it"));
            }
        };
        let next = next.or_else(|| state.next.clone());
        next.map(Step::To).ok_or_else(|| "it leads nowhere".to_owned())
    }

    /// A Task state with its Retry and its Catch.
    async fn task(&mut self, name: &str, state: &State, task: &Task) -> Result<Step, String> {
        let entered = self.world.clock().now();
        let mut payload = task.also.clone();
        payload.insert("Now".to_owned(), entered.to_string().into());
        payload.insert("Execution".to_owned(), self.arn.clone().into());
        let mut retries = vec![0; state.retry.len()];
        let mut all = 0;
        loop {
            if task.function == Function::Poll {
                self.tally.polls += 1;
            }
            let mut payload = payload.clone();
            payload.insert("Migration".to_owned(), self.document.0.clone());
            let failure = match self.invoke(state, task.function, payload.into()).await {
                Ok(document) => {
                    self.document = Document(document);
                    return state.next.clone().map(Step::To).ok_or_else(|| format!("{name} leads nowhere"));
                }
                Err(failure) => failure,
            };
            let retrier = state.retry.iter().position(|retry| retry.takes(&failure.error));
            let delay = retrier.and_then(|which| {
                let delay = self.world.delay(&state.retry[which], retries[which]);
                retries[which] += 1;
                delay
            });
            let Some(delay) = delay else {
                let Some(catch) = state.catch.iter().find(|catch| catch.takes(&failure.error)) else {
                    return Ok(Step::End(End::Uncaught(failure)));
                };
                self.document.trouble(&failure.error, &failure.cause);
                return Ok(Step::To(catch.next.clone()));
            };
            self.world.clock().sleep_for(delay).await;
            all += 1;
            self.tally.retry(name, all);
        }
    }

    /// One attempt, within the time that the state gives it.
    async fn invoke(&self, state: &State, function: Function, payload: Value) -> Result<Value, Failure> {
        let mut attempt = std::pin::pin!(self.world.invoke(function, &self.name, payload));
        let mut timeout = state.timeout.map(|seconds| Box::pin(self.world.clock().sleep_for(seconds)));
        std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(answer) = attempt.as_mut().poll(context) {
                return std::task::Poll::Ready(answer);
            }
            match &mut timeout {
                Some(timeout) => timeout
                    .as_mut()
                    .poll(context)
                    .map(|()| Err(Failure { error: "States.Timeout".to_owned(), cause: String::new() })),
                None => std::task::Poll::Pending,
            }
        })
        .await
    }
}
