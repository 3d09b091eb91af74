//! One process of a function: from its start to its end, one invocation at a time.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::clock::real_now;
use crate::error::{Error, Result};
use crate::function::FunctionConfig;
use crate::lifeline::Lifeline;
use crate::logs::{LogLine, Logs, Stream};
use crate::world::World;

/// What a function said about one invocation, by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// It answered.
    Answer(Bytes),
    /// It answered with an error object.
    Error(Bytes),
}

/// One thing that a function is asked to do.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) execution: Option<String>,
    pub(crate) payload: Bytes,
    deadline: watch::Sender<Option<Timestamp>>,
    timeout: Duration,
    world: Arc<World>,
    answer: Mutex<Option<oneshot::Sender<Said>>>,
}

impl Invocation {
    pub(crate) fn new(
        id: String,
        execution: Option<String>,
        payload: Bytes,
        timeout: Duration,
        world: Arc<World>,
    ) -> (Arc<Self>, oneshot::Receiver<Said>) {
        let (answer, said) = oneshot::channel();
        let deadline = watch::Sender::new(None);
        (
            Arc::new(Self {
                id,
                execution,
                payload,
                deadline,
                timeout,
                world,
                answer: Mutex::new(Some(answer)),
            }),
            said,
        )
    }

    /// The process takes this invocation: its time runs from now. Returns the deadline as the function is told it, in the
    /// time of its world; it is ended in real time.
    pub(crate) fn deliver(&self) -> Timestamp {
        let after = |now: Timestamp| now.saturating_add(self.timeout).unwrap_or(Timestamp::MAX);
        self.deadline.send_replace(Some(after(real_now())));
        after(self.world.now())
    }

    /// Waits until the process has taken this invocation.
    pub(crate) async fn delivered(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.deadline.subscribe().wait_for(Option::is_some).await;
    }

    /// The process has said how it went. Returns whether anybody was still waiting to hear it.
    pub(crate) fn answered(&self, said: Said) -> bool {
        let waiting = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        waiting.is_some_and(|waiting| waiting.send(said).is_ok())
    }
}

/// The two latest invocations of a process: lines of the one before can still be on their way.
#[derive(Debug, Default)]
struct Work {
    current: Option<Arc<Invocation>>,
    before: Option<Arc<Invocation>>,
}

/// A running process of a function.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) function: String,
    pub(crate) generation: u64,
    pub(crate) pid: u32,
    init_error: Mutex<Option<Bytes>>,
    queue: mpsc::Sender<Arc<Invocation>>,
    next: tokio::sync::Mutex<mpsc::Receiver<Arc<Invocation>>>,
    work: Mutex<Work>,
    kill: Notify,
    timed_out: AtomicBool,
    ended: watch::Receiver<Option<String>>,
}

impl Process {
    /// Starts the function's program with nothing in its environment but `environment`.
    pub(crate) fn spawn(
        generation: u64,
        config: &FunctionConfig,
        environment: &BTreeMap<String, String>,
        lifeline: &Arc<Lifeline>,
        logs: &Logs,
    ) -> Result<Arc<Self>> {
        let function = config.name.clone();
        if !config.program.is_file() {
            return Err(Error::NoProgram { function, path: config.program.clone() });
        }
        let mut child = Command::new(&config.program)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| Error::Spawn { function: function.clone(), source })?;
        let pid = child.id().unwrap_or_default();
        lifeline.watch(pid);
        let (queue, next) = mpsc::channel(1);
        let (end, ended) = watch::channel(None);
        let process = Arc::new(Self {
            function,
            generation,
            pid,
            init_error: Mutex::new(None),
            queue,
            next: tokio::sync::Mutex::new(next),
            work: Mutex::default(),
            kill: Notify::new(),
            timed_out: AtomicBool::new(false),
            ended,
        });
        let mut readers = tokio::task::JoinSet::new();
        if let Some(out) = child.stdout.take() {
            readers.spawn(read_lines(out, Stream::Out, Arc::clone(&process), logs.clone()));
        }
        if let Some(err) = child.stderr.take() {
            readers.spawn(read_lines(err, Stream::Err, Arc::clone(&process), logs.clone()));
        }
        let (watched, lifeline) = (Arc::clone(&process), Arc::clone(lifeline));
        tokio::spawn(async move {
            let status = tokio::select! {
                status = child.wait() => status,
                () = watched.kill.notified() => {
                    // It fails only when the process has ended by itself, which is what was wanted.
                    let _ = child.start_kill();
                    child.wait().await
                }
            };
            lifeline.forget(pid);
            // The last lines of a process that died are those one wants to read. A pipe that a stranger keeps
            // open must not keep the news from getting through.
            let _ = tokio::time::timeout(Duration::from_secs(1), readers.join_all()).await;
            let how = status.map_or_else(|error| error.to_string(), exit_reason);
            end.send_replace(Some(how));
        });
        Ok(process)
    }

    /// Hands over an invocation. The process takes it when it asks for its next one.
    pub(crate) fn give(&self, invocation: &Arc<Invocation>) -> bool {
        let mut work = self.work();
        work.before = work.current.replace(Arc::clone(invocation));
        self.queue.try_send(Arc::clone(invocation)).is_ok()
    }

    /// The next invocation for this process to work on. Never resolves when there is none.
    pub(crate) async fn take(&self) -> Arc<Invocation> {
        match self.next.lock().await.recv().await {
            Some(invocation) => invocation,
            None => std::future::pending().await,
        }
    }

    /// What this process is working on, or worked on last.
    pub(crate) fn current(&self) -> Option<Arc<Invocation>> {
        self.work().current.clone()
    }

    /// Ends the process by a signal, at once. Does nothing to one that has ended.
    pub(crate) fn kill(&self) {
        self.kill.notify_one();
    }

    /// Ends the process as if its time were over.
    pub(crate) fn time_out(&self) {
        self.timed_out.store(true, Ordering::SeqCst);
        self.kill();
    }

    /// Whether it was ended because its time was over.
    pub(crate) fn is_timed_out(&self) -> bool {
        self.timed_out.load(Ordering::SeqCst)
    }

    /// The process says that it cannot begin, and why.
    pub(crate) fn fail_init(&self, error: Bytes) {
        *self.init_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Why the process could not begin, if it said so.
    pub(crate) fn init_error(&self) -> Option<Bytes> {
        self.init_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it has ended, by itself or not.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits until the process has ended and been reaped. Returns how it ended, in Lambda's words.
    pub(crate) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        let how = ended.wait_for(Option::is_some).await;
        how.ok().and_then(|how| how.clone()).unwrap_or_else(|| "signal: killed".to_owned())
    }

    /// The execution that a line was written for. A line that names the invocation before came late.
    fn execution_of(&self, line: &str) -> Option<String> {
        let work = self.work();
        let before = work.before.as_ref().filter(|before| line.contains(&before.id));
        before.or(work.current.as_ref()).and_then(|invocation| invocation.execution.clone())
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_lines(from: impl AsyncRead + Unpin, stream: Stream, process: Arc<Process>, logs: Logs) {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        logs.add(LogLine {
            real: real_now(),
            function: process.function.clone(),
            execution: process.execution_of(&text),
            pid: process.pid,
            stream,
            line: text,
        });
        line.clear();
    }
}

/// How a process ended, in the words that Lambda uses.
fn exit_reason(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(9), _) => "Runtime exited with error: signal: killed".to_owned(),
        (Some(6), _) => "Runtime exited with error: signal: aborted".to_owned(),
        (Some(signal), _) => format!("Runtime exited with error: signal: {signal}"),
        (None, Some(0) | None) => "Runtime exited without providing a reason".to_owned(),
        (None, Some(code)) => format!("Runtime exited with error: exit status {code}"),
    }
}

/// An error object as Lambda writes it for a function that could not.
pub(crate) fn error_object(error_type: &str, message: &str) -> Value {
    serde_json::json!({ "errorType": error_type, "errorMessage": message })
}
