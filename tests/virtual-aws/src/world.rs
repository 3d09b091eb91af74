//! One AWS account in one night: its DMS, its Lambda sandboxes, one source of chance, and the record of what passed.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
use dms_simulator::http::{Reply, TARGET_PREFIX, answer};
use dms_simulator::{Fault as DmsFault, Ledger, Scenario, Simulator};
use fastrand::Rng;
use jiff::Timestamp;
use local_aws::cloudwatch::{self, get_metric_data};
use local_aws::wire::{CLOUDWATCH, Meaning, Protocol, in_cbor, refusal};
use local_aws::{ErrorAnswer, FaultTarget, Faults, FunctionEnd, Passing, Trouble};
use migration_aws::clients;
use serde_json::{Value, json};

use crate::bend::{Bend, Bends};
use crate::clock::{Clock, Story};
use crate::connector::Connector;
use crate::definition::Definition;
use crate::doubles::{self, Message};
use crate::execution::{self, Redrive, Run};
use crate::functions::{Clients, Function};
use crate::invocation::{Failure, Sandbox};
use crate::retry::Retry;
use crate::stale::Stale;
use crate::step_functions::{Known, StepFunctions, execution_arn};

/// Sandboxes of all worlds of this process: the SDK keeps a retry quota for each.
static SANDBOXES: AtomicU64 = AtomicU64::new(0);

/// Everything that executions share. Copies share it too.
#[derive(Clone, Debug)]
pub struct World(Arc<Inner>);

/// What connectors reach into.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) clock: Clock,
    definition: Definition,
    faults: Faults,
    configurations: BTreeMap<Function, SdkConfig>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dms: Simulator,
    random: Rng,
    /// Processes that wait for work; Lambda takes the one that worked last.
    idle: BTreeMap<Function, Vec<Sandbox>>,
    step_functions: StepFunctions,
    seen: BTreeMap<String, Seen>,
    calls: Vec<Call>,
    records: bool,
    messages: Vec<Message>,
    /// How many were published, kept or not.
    published: usize,
    last_throttled: Option<Timestamp>,
    stale: Stale,
    bends: Bends,
    invocations: Vec<Invocation>,
}

/// An invocation of a function that Lambda was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub at: Timestamp,
    pub function: Function,
    /// On whose behalf: the execution's name.
    pub execution: String,
}

/// A call that a function has made.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// When it came.
    pub at: Timestamp,
    /// The service by its signing name; CloudWatch is `cloudwatch`.
    pub service: String,
    pub operation: String,
    /// The function that called.
    pub function: Function,
    /// On whose behalf: the execution's name.
    pub execution: String,
    /// What was asked, as JSON.
    pub request: Value,
    /// The HTTP status of the answer; `None` when the caller never saw it.
    pub status: Option<u16>,
    /// The error's code.
    pub error: Option<String>,
    /// The service did what it was asked, whether or not the caller heard of it.
    pub taken: bool,
    /// The fault that was injected, in words.
    pub fault: Option<String>,
}

/// An end of the task that a poll has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenEnd {
    /// When the task ended.
    pub ended: Timestamp,
    /// When DMS said so.
    pub seen: Timestamp,
}

/// What passed between an execution and DMS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) calls: u32,
    pub(crate) throttled: u32,
    /// When DMS took the first start.
    pub(crate) started: Option<Timestamp>,
    pub(crate) end: Option<SeenEnd>,
}

/// A request on its way.
#[derive(Debug)]
pub(crate) struct Arrival {
    function: Function,
    execution: String,
    service: String,
    operation: String,
    meaning: Option<Meaning>,
    trouble: Trouble,
    bend: Option<Bend>,
}

impl Arrival {
    /// Seconds that it waits before the service sees it.
    pub(crate) fn delay(&self) -> Option<f64> {
        self.trouble.delay.map(|delay| delay.as_secs_f64())
    }
}

/// What becomes of a request.
pub(crate) enum Passage {
    Answer(http::Response<Vec<u8>>),
    /// The same, so many seconds later.
    Late(http::Response<Vec<u8>>, f64),
    /// The connection ends without an answer.
    Lost,
    /// The process that asked ends.
    Ends(FunctionEnd),
}

impl World {
    /// A world at this instant; `seed` decides everything that is left to chance, the SDK's own draws included, as
    /// long as one thread tells one world at a time.
    ///
    /// # Errors
    /// When the SDK cannot be configured.
    pub fn new(
        scenario: Scenario,
        definition: Definition,
        now: Timestamp,
        seed: u64,
    ) -> Result<World, String> {
        // The SDK draws its pauses from the thread's own source.
        fastrand::seed(seed);
        let clock = Clock::at(now);
        let configurations = Function::ALL.into_iter().map(|function| {
            let configuration = configuration(function, &clock);
            let configuration =
                clock.tell(vec![Box::pin(configuration) as Story<'_, SdkConfig>]).pop().flatten();
            configuration
                .map(|configuration| (function, configuration))
                .ok_or_else(|| "the configuration of the SDK waits for something outside".to_owned())
        });
        let configurations = configurations.collect::<Result<_, _>>()?;
        let state = State {
            dms: Simulator::new(scenario, seed),
            random: Rng::with_seed(seed),
            idle: BTreeMap::new(),
            step_functions: StepFunctions::default(),
            seen: BTreeMap::new(),
            calls: Vec::new(),
            records: true,
            messages: Vec::new(),
            published: 0,
            last_throttled: None,
            stale: Stale::default(),
            bends: Bends::default(),
            invocations: Vec::new(),
        };
        let faults = Faults::default();
        Ok(World(Arc::new(Inner { clock, definition, faults, configurations, state: Mutex::new(state) })))
    }

    /// The same world, which counts calls and keeps neither them nor the messages: for hundreds of thousands of them.
    pub fn without_record(self) -> World {
        self.0.lock().records = false;
        self
    }

    pub(crate) fn records(&self) -> bool {
        self.0.lock().records
    }

    /// Its time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What goes wrong: calls to `dms`, `sns`, `states` and `cloudwatch`, and invocations of functions.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// An execution of this name with this input, from now on.
    pub fn run(&self, name: &str, input: Value) -> impl Future<Output = Result<Run, String>> + use<> {
        execution::run(self.clone(), name.to_owned(), input, None)
    }

    /// The same, stopped by somebody and redriven later.
    pub fn run_redriven(
        &self,
        name: &str,
        input: Value,
        redrive: Redrive,
    ) -> impl Future<Output = Result<Run, String>> + use<> {
        execution::run(self.clone(), name.to_owned(), input, Some(redrive))
    }

    /// The same, stopped by somebody at this moment, unless it has ended by then: nothing more of it runs.
    pub fn run_until(
        &self,
        name: &str,
        input: Value,
        until: Timestamp,
    ) -> impl Future<Output = Option<Result<Run, String>>> + use<> {
        let world = self.clone();
        let name = name.to_owned();
        let mut run = Box::pin(self.run(&name, input));
        let mut nap = Box::pin(self.clock().sleep_until(until));
        poll_fn(move |context| {
            if let Poll::Ready(run) = run.as_mut().poll(context) {
                return Poll::Ready(Some(run));
            }
            nap.as_mut().poll(context).map(|()| {
                world.execution_ends(&name, "ABORTED", None);
                None
            })
        })
    }

    /// Tells stories of this world to their ends, [`Clock::tell`].
    pub fn tell<T>(&self, stories: Vec<Story<'_, T>>) -> Vec<Option<T>> {
        self.0.clock.tell(stories)
    }

    /// One request to DMS, now, by somebody who is no function.
    ///
    /// # Errors
    /// DMS's refusal.
    pub fn ask_dms(&self, operation: &str, input: &Value) -> Result<Value, DmsFault> {
        self.0.lock().dms.call(self.0.clock.now(), operation, input)
    }

    /// Looks into DMS, or meddles with it.
    pub fn dms<T>(&self, with: impl FnOnce(&mut Simulator) -> T) -> T {
        let mut state = self.0.lock();
        state.dms.advance(self.0.clock.now());
        with(&mut state.dms)
    }

    /// What happened to the target's rows.
    pub fn ledger(&self) -> Ledger {
        self.dms(|dms| dms.ledger().clone())
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.0.lock().calls.clone()
    }

    /// Every message so far.
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().messages.clone()
    }

    /// Until then reads of DMS by this operation may be answered with what the same request was answered last before
    /// `from`.
    pub fn answers_of_old(&self, operation: &str, from: Timestamp, until: Timestamp) {
        self.0.lock().stale.spans.push((operation.to_owned(), from, until));
    }

    /// Bends what passes between functions and AWS from now on, for these calls.
    pub fn bend(&self, calls: FaultTarget, how: Bend) {
        self.0.lock().bends.add(calls, how);
    }

    pub(crate) fn bent(&self, call: Passing<'_>) -> Option<Bend> {
        self.0.lock().bends.strike(call)
    }

    /// Every invocation so far.
    pub fn invocations(&self) -> Vec<Invocation> {
        self.0.lock().invocations.clone()
    }

    /// Lambda is asked for a function.
    pub(crate) fn invoked(&self, function: Function, execution: &str) {
        let at = self.clock().now();
        let mut state = self.0.lock();
        if state.records {
            state.invocations.push(Invocation { at, function, execution: execution.to_owned() });
        }
    }

    /// Functions are deployed: every invocation from now on meets a new process.
    pub fn deploy(&self) {
        self.0.lock().idle.clear();
    }

    /// A fault of an invocation that struck, for the record: Lambda itself is no service that functions call.
    pub(crate) fn struck(&self, function: Function, execution: &str, words: Option<String>) {
        let Some(words) = words else { return };
        let at = self.clock().now();
        self.0.lock().record(|| Call {
            at,
            service: "lambda".to_owned(),
            operation: "Invoke".to_owned(),
            function,
            execution: execution.to_owned(),
            request: Value::Null,
            status: None,
            error: None,
            taken: false,
            fault: Some(words),
        });
    }

    /// When DMS was too busy for the last time.
    pub fn last_throttled(&self) -> Option<Timestamp> {
        self.0.lock().last_throttled
    }

    /// A number from 0 to 1.
    pub fn draw(&self) -> f64 {
        self.0.lock().random.f64()
    }

    /// Seconds that a step takes before its first call, or after its last: a tenth as a mean, a little more or less
    /// each time.
    pub fn half_a_step(&self) -> f64 {
        0.025 + 0.15 * self.draw()
    }

    /// Seconds until the retry of this number; `None` when the machine has no more of them.
    pub(crate) fn delay(&self, retry: &Retry, number: u32) -> Option<f64> {
        retry.delay(number, &mut self.0.lock().random)
    }

    /// The executions that functions have started since the last time, by name and input: somebody is to run them.
    pub fn started(&self) -> Vec<(String, Value)> {
        self.0.lock().step_functions.take_waiting()
    }

    /// The status of an execution, its error, and how often it was redriven.
    pub fn execution(&self, name: &str) -> Option<(&'static str, Option<String>, u32)> {
        let state = self.0.lock();
        let (status, error, redrives) = state.step_functions.state(name)?;
        Some((status, error.map(str::to_owned), redrives))
    }

    /// What GetExecutionHistory answers about an execution: all that is kept, the oldest first.
    pub fn history(&self, name: &str) -> Result<Value, String> {
        let request = json!({"executionArn": execution_arn(name), "maxResults": 1_000});
        let (mut state, now) = (self.0.lock(), self.0.clock.now());
        let answer = state.step_functions.answer("GetExecutionHistory", &request, now);
        answer.ok_or("there is no such operation")?.map_err(|error| error.message)
    }

    /// Every execution that there ever was, in the order of their names.
    pub fn executions(&self) -> Vec<Known> {
        self.0.lock().step_functions.all().map(|(name, known)| known.told(name)).collect()
    }

    pub(crate) fn is_running(&self, name: &str) -> bool {
        self.execution(name).is_some_and(|(status, ..)| status == "RUNNING")
    }

    /// An execution begins, or goes on after a redrive.
    pub(crate) fn execution_begins(&self, name: &str, input: &Value) {
        self.0.lock().step_functions.begins(name, input, self.0.clock.now());
    }

    pub(crate) fn execution_ends(&self, name: &str, status: &'static str, failure: Option<Failure>) {
        self.0.lock().step_functions.ends(name, status, failure, self.0.clock.now());
    }

    pub(crate) fn execution_succeeds(&self, name: &str, output: &Value) {
        self.0.lock().step_functions.succeeds(name, output.clone(), self.0.clock.now());
    }

    /// Something of an execution comes into its history, where this world keeps a record.
    pub(crate) fn note(&self, name: &str, kind: &'static str, details: impl FnOnce() -> Value) {
        let mut state = self.0.lock();
        if state.records {
            state.step_functions.note(name, kind, details(), self.0.clock.now());
        }
    }

    pub(crate) fn seen(&self, execution: &str) -> Seen {
        self.0.lock().seen.get(execution).copied().unwrap_or_default()
    }

    /// A process of this function begins to work: one that is idle, or a new one.
    pub(crate) fn take_sandbox(&self, function: Function) -> Option<Sandbox> {
        let idle = self.0.lock().idle.get_mut(&function).and_then(Vec::pop);
        idle.or_else(|| self.new_sandbox(function))
    }

    /// A process of its own.
    pub(crate) fn new_sandbox(&self, function: Function) -> Option<Sandbox> {
        let connector = Connector::new(Arc::downgrade(&self.0), function);
        let http = SharedHttpClient::new(connector.clone());
        let number = SANDBOXES.fetch_add(1, Ordering::Relaxed);
        let configuration = self.0.configurations.get(&function)?;
        Some(Sandbox { connector, clients: Clients::new(configuration, &http, number) })
    }

    /// It has done its work.
    pub(crate) fn give_sandbox_back(&self, function: Function, sandbox: Sandbox) {
        self.0.lock().idle.entry(function).or_default().push(sandbox);
    }
}

/// What a function's clients are made with in production, and what only a host can replace.
fn configuration(function: Function, clock: &Clock) -> impl Future<Output = SdkConfig> + use<> {
    clients::loader(function.name())
        .empty_test_environment()
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("AKIDVIRTUAL", "virtual", None, None, "virtual"))
        .sleep_impl(clock.clone())
        .time_source(clock.clone())
        .load()
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request comes in: what it means, and what goes wrong with it.
    pub(crate) fn arrive(
        &self,
        function: Function,
        execution: &str,
        request: &http::Request<SdkBody>,
    ) -> Arrival {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let of_dms = target.and_then(|target| target.strip_prefix(TARGET_PREFIX));
        let (service, operation, meaning) = match of_dms {
            // Most calls: the simulator reads the body itself.
            Some(operation) => ("dms".to_owned(), operation.to_owned(), None),
            None => {
                let meaning =
                    Meaning::of(request.uri(), request.headers(), request.body().bytes().unwrap_or_default());
                (meaning.service.clone(), meaning.operation.clone(), Some(meaning))
            }
        };
        let passing = Passing {
            service: &service,
            operation: &operation,
            function: Some(function.name()),
            execution: Some(execution),
            local: self.clock.now(),
        };
        let (trouble, bend) = (self.faults.strike(passing), self.lock().bends.strike(passing));
        Arrival { function, execution: execution.to_owned(), service, operation, meaning, trouble, bend }
    }

    /// Nobody waits for it any more, and the service never sees it.
    pub(crate) fn given_up(&self, arrival: Arrival) {
        let at = self.clock.now();
        let Arrival { function, execution, service, operation, trouble, .. } = arrival;
        self.lock().record(|| Call {
            at,
            request: Value::Null,
            service,
            operation,
            function,
            execution,
            status: None,
            error: None,
            taken: false,
            fault: trouble.words(),
        });
    }

    /// The service sees it, or what the fault makes of it.
    pub(crate) fn pass(&self, arrival: Arrival, request: &http::Request<SdkBody>) -> Passage {
        let body = request.body().bytes().unwrap_or_default();
        let now = self.clock.now();
        let mut state = self.lock();
        let Arrival { function, execution, service, operation, meaning, trouble, bend } = arrival;
        if trouble.before.is_some() || trouble.lose_request {
            state.record(|| Call {
                at: now,
                request: read(meaning.as_ref(), body),
                service,
                operation,
                function,
                execution,
                status: None,
                error: None,
                taken: false,
                fault: trouble.words(),
            });
            return match trouble.before {
                Some(end) => Passage::Ends(end),
                None => Passage::Lost,
            };
        }
        let protocol = meaning.as_ref().map_or(Protocol::Json, |meaning| meaning.protocol);
        let request = (operation.as_str(), body);
        let (mut answered, old) = match &trouble.answer {
            Some(error) => (refused(protocol, error), None),
            None => {
                if bend == Some(Bend::Doubled) {
                    let first = state.ask(request, meaning.as_ref(), &execution, now);
                    let taken = first.status().is_success();
                    state.record(|| Call {
                        at: now,
                        request: read(meaning.as_ref(), body),
                        service: service.clone(),
                        operation: operation.clone(),
                        function,
                        execution: execution.clone(),
                        status: None,
                        error: error_code(&first),
                        taken,
                        fault: Some("delivered twice".to_owned()),
                    });
                }
                let answered = state.ask(request, meaning.as_ref(), &execution, now);
                let stale =
                    meaning.is_none().then(|| state.stale.instead_of(&operation, body, &answered, now));
                let bent = state.bends.instead_of(bend, request, &answered);
                match bent.or(stale.flatten().map(|old| (old, "an old answer"))) {
                    Some((other, words)) => (other, Some(words)),
                    None => (answered, None),
                }
            }
        };
        let status = answered.status().as_u16();
        let error = (status >= 300).then(|| error_code(&answered)).flatten();
        if service == "dms" {
            state.look(&execution, function, &operation, now, error.as_deref(), answered.body());
        }
        let unheard = trouble.lose_answer || trouble.after.is_some() || trouble.cut_answer;
        let words = trouble.words().or_else(|| old.map(str::to_owned));
        if trouble.cut_answer {
            let half = answered.body().len() / 2;
            answered.body_mut().truncate(half);
        }
        state.record(|| Call {
            at: now,
            request: read(meaning.as_ref(), body),
            service,
            operation,
            function,
            execution,
            status: (!unheard).then_some(status),
            error,
            taken: trouble.answer.is_none() && status < 300,
            fault: words,
        });
        match (trouble.after, trouble.hold) {
            (Some(end), _) => Passage::Ends(end),
            (None, _) if trouble.lose_answer => Passage::Lost,
            (None, None) => Passage::Answer(answered),
            (None, Some(by)) => Passage::Late(answered, by.as_secs_f64()),
        }
    }
}

fn read(meaning: Option<&Meaning>, body: &[u8]) -> Value {
    match meaning {
        Some(meaning) => doubles::in_order(&meaning.request),
        None => serde_json::from_slice(body).unwrap_or_default(),
    }
}

fn of_dms(reply: Reply) -> http::Response<Vec<u8>> {
    let mut answer = http::Response::new(reply.body);
    *answer.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert("content-type", http::HeaderValue::from_static(reply.content_type));
    if let Ok(id) = http::HeaderValue::from_str(&reply.request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}

fn unknown(service: &str, operation: &str) -> ErrorAnswer {
    ErrorAnswer {
        status: 400,
        code: "UnknownOperationException".to_owned(),
        message: format!("no double answers {service} {operation}"),
    }
}

fn refused(protocol: Protocol, error: &ErrorAnswer) -> http::Response<Vec<u8>> {
    refusal(protocol, error).map(|body| body.to_vec())
}

fn error_code(answer: &http::Response<Vec<u8>>) -> Option<String> {
    local_aws::wire::error_code(&answer.clone().map(Into::into))
}

impl State {
    fn record(&mut self, call: impl FnOnce() -> Call) {
        if self.records {
            self.calls.push(call());
        }
    }

    /// What a service answers that hears this request.
    fn ask(
        &mut self,
        (operation, body): (&str, &[u8]),
        meaning: Option<&Meaning>,
        execution: &str,
        now: Timestamp,
    ) -> http::Response<Vec<u8>> {
        match meaning {
            None => of_dms(answer(&mut self.dms, now, Some(&format!("{TARGET_PREFIX}{operation}")), body)),
            Some(meaning) => self.answer(meaning, execution, now),
        }
    }

    /// What the doubles answer.
    fn answer(&mut self, meaning: &Meaning, execution: &str, now: Timestamp) -> http::Response<Vec<u8>> {
        let Meaning { protocol, service, operation, request, .. } = meaning;
        let answer = match (service.as_str(), operation.as_str()) {
            ("sns", "Publish") => doubles::publish(request, execution, now).map(|message| {
                let mut answer = http::Response::new(doubles::published(self.published).into_bytes());
                self.published += 1;
                if self.records {
                    self.messages.push(message);
                }
                answer.headers_mut().insert("content-type", http::HeaderValue::from_static("text/xml"));
                answer
            }),
            (CLOUDWATCH, "GetMetricData") => get_metric_data(&mut self.dms, now, request)
                .map(|answer| in_cbor(&answer, &cloudwatch::INSTANTS).map(|body| body.to_vec())),
            ("states", operation) => {
                let answered = self.step_functions.answer(operation, request, now);
                answered.unwrap_or_else(|| Err(unknown(service, operation))).map(|answer| {
                    let mut answer = http::Response::new(answer.to_string().into_bytes());
                    let kind = http::HeaderValue::from_static("application/x-amz-json-1.0");
                    answer.headers_mut().insert("content-type", kind);
                    answer
                })
            }
            _ => Err(unknown(service, operation)),
        };
        answer.unwrap_or_else(|error| refused(*protocol, &error))
    }

    /// Counts a request to DMS and sees what its answer shows.
    fn look(
        &mut self,
        execution: &str,
        function: Function,
        operation: &str,
        now: Timestamp,
        error: Option<&str>,
        body: &[u8],
    ) {
        if !self.seen.contains_key(execution) {
            self.seen.insert(execution.to_owned(), Seen::default());
        }
        let Some(seen) = self.seen.get_mut(execution) else { return };
        seen.calls += 1;
        match error {
            Some("ThrottlingException") => {
                seen.throttled += 1;
                self.last_throttled = Some(now);
            }
            Some(_) => {}
            None if operation == "StartReplicationTask" => {
                seen.started.get_or_insert(now);
            }
            None if operation == "DescribeReplicationTasks"
                && function == Function::Poll
                && seen.end.is_none() =>
            {
                seen.end = stopped(body).map(|ended| SeenEnd { ended, seen: now });
            }
            None => {}
        }
    }
}

/// When the task that DMS describes has stopped, if it has.
fn stopped(body: &[u8]) -> Option<Timestamp> {
    if !std::str::from_utf8(body).ok()?.contains("StopDate") {
        return None;
    }
    let answer: Value = serde_json::from_slice(body).ok()?;
    let task = answer.get("ReplicationTasks")?.get(0)?;
    stop_date(task)
}

/// When a task that has stopped has done so: DMS's description of it.
pub fn stop_date(task: &Value) -> Option<Timestamp> {
    if task.get("Status")? != &json!("stopped") {
        return None;
    }
    let seconds = task.pointer("/ReplicationTaskStats/StopDate")?.as_f64()?;
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use local_aws::Fault;

    use super::*;

    #[test]
    fn each_sandbox_has_a_retry_quota_of_its_own() {
        let definition = Definition::of_the_product().unwrap();
        let world = World::new(Scenario::default(), definition, Timestamp::UNIX_EPOCH, 1).unwrap();
        world.faults().add(Fault::on_service("dms").throttle());
        let [first, second] = [(); 2].map(|()| world.new_sandbox(Function::Poll).unwrap());
        let attempts = |sandbox: &Sandbox| {
            let before = world.calls().len();
            let call = async {
                let answer = sandbox.clients.dms().describe_endpoints().send().await;
                assert!(answer.is_err());
            };
            assert_eq!(world.tell(vec![Box::pin(call) as Story<'_, ()>]), [Some(())]);
            world.calls().len() - before
        };
        // 500 tokens, five for a retry, two retries a call: a process that meets nothing but throttling has no more.
        assert_eq!((0..50).map(|_| attempts(&first)).sum::<usize>(), 150);
        assert_eq!((0..10).map(|_| attempts(&first)).sum::<usize>(), 10);
        assert_eq!(attempts(&second), 3);
        let waited = world.clock().now().duration_since(Timestamp::UNIX_EPOCH);
        assert!(waited.as_secs() > 20, "{waited}");
    }
}
