//! Lambda, here: runs the real programs, several processes of each, and never goes without one for long.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;
use tokio::sync::{Semaphore, oneshot};

use crate::error::{Error, Result};
use crate::faults::FunctionEnd;
use crate::function::FunctionConfig;
use crate::lifeline::Lifeline;
use crate::logs::Logs;
use crate::place::Place;
use crate::process::{Invocation, Process, Said, error_object};
use crate::world::World;

/// How long a new process may take to ask for its first invocation; far more than any needs, even on a busy machine.
const INIT_LIMIT: Duration = Duration::from_secs(60);

/// How often an invocation is handed to another process because the one before ended without taking it.
const ATTEMPTS: u32 = 5;

/// Serves invocations of functions. Clones share one host.
#[derive(Debug, Clone)]
pub(crate) struct LambdaHost {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoint: String,
    place: Place,
    lifeline: Arc<Lifeline>,
    logs: Logs,
    functions: Mutex<BTreeMap<String, Arc<Function>>>,
    processes: Mutex<HashMap<String, Arc<Process>>>,
    counter: AtomicU64,
    closed: AtomicBool,
}

#[derive(Debug)]
struct Function {
    settings: Mutex<Settings>,
    permits: Semaphore,
    idle: Mutex<Vec<Arc<Process>>>,
}

/// A change of the configuration makes a new generation; processes of an old one get no more work.
#[derive(Debug, Clone)]
struct Settings {
    config: FunctionConfig,
    generation: u64,
}

/// Who made a call: a function, on behalf of an execution.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) process: Arc<Process>,
    pub(crate) function: String,
    pub(crate) execution: Option<String>,
}

/// How an invocation ended, as Lambda tells the one who invoked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invoked {
    /// What the function answered, or an error object.
    pub(crate) body: Bytes,
    /// Whether the body is an error object.
    pub(crate) failed: bool,
}

/// What became of an invocation that was handed to a process.
enum Ran {
    Said(Said),
    NotTaken(String),
    Ended(String),
}

impl LambdaHost {
    pub(crate) fn new(
        endpoint: &str,
        place: &Place,
        lifeline: Arc<Lifeline>,
        functions: Vec<FunctionConfig>,
    ) -> Self {
        let host = Self {
            shared: Arc::new(Shared {
                endpoint: endpoint.to_owned(),
                place: place.clone(),
                lifeline,
                logs: Logs::default(),
                functions: Mutex::default(),
                processes: Mutex::default(),
                counter: AtomicU64::new(1),
                closed: AtomicBool::new(false),
            }),
        };
        for config in functions {
            host.add(config);
        }
        host
    }

    fn add(&self, config: FunctionConfig) {
        let function = Function {
            permits: Semaphore::new(config.processes.max(1)),
            idle: Mutex::default(),
            settings: Mutex::new(Settings { config: config.clone(), generation: 0 }),
        };
        lock(&self.shared.functions).insert(config.name, Arc::new(function));
    }

    /// The process with this access key, which is also its name in the Runtime API.
    pub(crate) fn process(&self, key: &str) -> Option<Arc<Process>> {
        lock(&self.shared.processes).get(key).cloned()
    }

    /// The function, and the execution, that a call with this access key came from.
    pub(crate) fn caller(&self, key: &str) -> Option<Caller> {
        let process = self.process(key)?;
        let execution = process.current().and_then(|invocation| invocation.execution.clone());
        Some(Caller { function: process.function.clone(), execution, process })
    }

    pub(crate) fn arn(&self, function: &str) -> String {
        self.shared.place.arn("lambda", &format!("function:{function}"))
    }

    /// Invokes a function and waits for its end. `before` ends it before it does anything, `after` when it has done
    /// everything and only its answer is missing.
    pub(crate) async fn invoke(
        &self,
        name: &str,
        (execution, world): (Option<String>, Arc<World>),
        payload: Bytes,
        before: Option<FunctionEnd>,
        after: Option<FunctionEnd>,
    ) -> Result<Invoked> {
        let function = self.function(name)?;
        let Ok(_permit) = function.permits.acquire().await else { return Err(self.stopped(name)) };
        let id = self.request_id();
        let timeout = lock(&function.settings).config.timeout;
        let mut how = String::new();
        for _ in 0..ATTEMPTS {
            let process = match self.ready_process(&function) {
                Ok(process) => process,
                Err(error) => return Ok(failure("Runtime.InvalidEntrypoint", &id, &error.to_string())),
            };
            if let Some(end) = before {
                return Ok(ended(&process, end, &id, timeout).await);
            }
            let (invocation, said) =
                Invocation::new(id.clone(), execution.clone(), payload.clone(), timeout, Arc::clone(&world));
            match run(&process, &invocation, said, timeout).await {
                Ran::Said(_) if let Some(end) = after => return Ok(ended(&process, end, &id, timeout).await),
                Ran::Said(said) => {
                    lock(&function.idle).push(process);
                    return Ok(match said {
                        Said::Answer(body) => Invoked { body, failed: false },
                        Said::Error(body) => Invoked { body, failed: true },
                    });
                }
                Ran::Ended(how) => return Ok(exit(&process, &how, &id, timeout)),
                Ran::NotTaken(why) => {
                    if let Some(body) = process.init_error() {
                        return Ok(Invoked { body, failed: true });
                    }
                    how = why;
                }
            }
        }
        Ok(failure("Runtime.ExitError", &id, &how))
    }

    /// Ends the process of a caller, and waits until it has ended.
    pub(crate) async fn end(&self, caller: &Caller, end: FunctionEnd) {
        match end {
            FunctionEnd::Killed => caller.process.kill(),
            FunctionEnd::TimedOut => caller.process.time_out(),
        }
        caller.process.ended().await;
    }

    /// Ends every process and takes no more work.
    pub(crate) async fn stop(&self) {
        let processes = self.close();
        for process in processes {
            process.ended().await;
        }
    }

    /// Tells every process to end, without waiting.
    pub(crate) fn close(&self) -> Vec<Arc<Process>> {
        self.shared.closed.store(true, Ordering::SeqCst);
        for function in lock(&self.shared.functions).values() {
            function.permits.close();
        }
        let processes: Vec<_> = lock(&self.shared.processes).values().cloned().collect();
        processes.iter().for_each(|process| process.kill());
        processes
    }

    /// An idle process of the newest generation, or a new one.
    fn ready_process(&self, function: &Function) -> Result<Arc<Process>> {
        let settings = lock(&function.settings).clone();
        while let Some(process) = lock(&function.idle).pop() {
            if process.generation == settings.generation && !process.has_ended() {
                return Ok(process);
            }
            process.kill();
        }
        self.spawn(&settings)
    }

    fn spawn(&self, Settings { config, generation }: &Settings) -> Result<Arc<Process>> {
        let number = self.shared.counter.fetch_add(1, Ordering::Relaxed);
        let key = format!("ASIA{number:0>16}");
        let environment = self.environment(config, &key);
        let mut processes = lock(&self.shared.processes);
        if self.shared.closed.load(Ordering::SeqCst) {
            return Err(self.stopped(&config.name));
        }
        let Shared { lifeline, logs, .. } = &*self.shared;
        let process = Process::spawn(*generation, config, &environment, lifeline, logs)?;
        processes.retain(|_, process| !process.has_ended());
        processes.insert(key, Arc::clone(&process));
        Ok(process)
    }

    /// The environment of a function: what Lambda sets, where AWS is, and the function's own variables.
    fn environment(&self, config: &FunctionConfig, key: &str) -> BTreeMap<String, String> {
        let Shared { endpoint, place, .. } = &*self.shared;
        let name = &config.name;
        let mut environment: BTreeMap<String, String> = [
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_DEFAULT_REGION", place.region.as_str()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &config.memory.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", &format!("[1]{key}")),
            ("AWS_LAMBDA_RUNTIME_API", &format!("{endpoint}/runtime/{key}")),
            ("AWS_REGION", &place.region),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_SESSION_TOKEN", "local"),
            ("LANG", "en_US.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TZ", ":UTC"),
            ("_HANDLER", "bootstrap"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        environment.extend(config.environment.clone());
        environment
    }

    fn function(&self, name: &str) -> Result<Arc<Function>> {
        let functions = lock(&self.shared.functions);
        functions.get(name).cloned().ok_or_else(|| Error::NoFunction {
            name: name.to_owned(),
            known: functions.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    fn stopped(&self, function: &str) -> Error {
        Error::Call { what: format!("function {function}"), why: "the local AWS has been stopped".to_owned() }
    }

    fn request_id(&self) -> String {
        let number = self.shared.counter.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{number:0>12x}")
    }
}

/// Hands an invocation to a process and waits for what becomes of it.
async fn run(
    process: &Process,
    invocation: &Arc<Invocation>,
    mut said: oneshot::Receiver<Said>,
    timeout: Duration,
) -> Ran {
    if !process.give(invocation) {
        process.kill();
        return Ran::NotTaken(process.ended().await);
    }
    tokio::select! {
        biased;
        () = invocation.delivered() => {}
        how = process.ended() => return Ran::NotTaken(how),
        () = tokio::time::sleep(INIT_LIMIT) => {
            process.kill();
            process.ended().await;
            return Ran::NotTaken(format!("the process asked for no work in {} seconds", INIT_LIMIT.as_secs()));
        }
    }
    tokio::select! {
        biased;
        Ok(said) = &mut said => Ran::Said(said),
        how = process.ended() => Ran::Ended(how),
        () = tokio::time::sleep(timeout) => {
            process.time_out();
            Ran::Ended(process.ended().await)
        }
    }
}

async fn ended(process: &Process, end: FunctionEnd, id: &str, timeout: Duration) -> Invoked {
    match end {
        FunctionEnd::Killed => process.kill(),
        FunctionEnd::TimedOut => process.time_out(),
    }
    let how = process.ended().await;
    exit(process, &how, id, timeout)
}

/// What Lambda says of a process that ended under an invocation.
fn exit(process: &Process, how: &str, id: &str, timeout: Duration) -> Invoked {
    if process.is_timed_out() {
        let after = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
        return failure("Sandbox.Timedout", id, &after);
    }
    failure("Runtime.ExitError", id, how)
}

fn failure(error_type: &str, id: &str, what: &str) -> Invoked {
    let body = error_object(error_type, &format!("RequestId: {id} Error: {what}"));
    Invoked { body: body.to_string().into(), failed: true }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The functions of one local AWS, to be looked at and changed while it runs.
#[derive(Debug, Clone)]
pub struct Functions {
    host: LambdaHost,
}

impl Functions {
    pub(crate) fn new(host: LambdaHost) -> Self {
        Self { host }
    }

    /// Adds a function, or replaces the one of that name.
    pub fn add(&self, config: FunctionConfig) {
        self.host.add(config);
    }

    /// Changes a function's settings. Invocations that are under way end as they began; the next ones get a new
    /// process. The name and the number of processes stay.
    ///
    /// # Errors
    ///
    /// When there is no such function.
    pub fn configure(&self, name: &str, change: impl FnOnce(&mut FunctionConfig)) -> Result<()> {
        let function = self.host.function(name)?;
        let mut settings = lock(&function.settings);
        let (name, processes) = (settings.config.name.clone(), settings.config.processes);
        change(&mut settings.config);
        (settings.config.name, settings.config.processes) = (name, processes);
        settings.generation += 1;
        Ok(())
    }

    /// The names of all functions.
    pub fn names(&self) -> Vec<String> {
        lock(&self.host.shared.functions).keys().cloned().collect()
    }

    /// The ids of the processes that run now, with their functions' names.
    pub fn running(&self) -> Vec<(String, u32)> {
        let processes = lock(&self.host.shared.processes);
        let running = processes.values().filter(|process| !process.has_ended());
        running.map(|process| (process.function.clone(), process.pid)).collect()
    }

    /// What the functions wrote.
    pub fn logs(&self) -> &Logs {
        &self.host.shared.logs
    }
}

/// The payload of an invocation as JSON; text that is none becomes a string.
pub(crate) fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into())
}
