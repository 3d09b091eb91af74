//! Moto, as a child process: Step Functions, SNS, SQS, STS and IAM.

use std::collections::VecDeque;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::client::post_json;
use crate::error::{Error, Result};
use crate::lifeline::Lifeline;
use crate::local_aws::Config;

/// How long moto may take to start: a second or two, but importing it on a busy machine has taken ten.
const START_LIMIT: Duration = Duration::from_secs(120);

/// How long moto may take to end when it is told to.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// How many of its latest lines are kept.
const LINES: usize = 200;

/// JSONata for moto, in Python: moto leaves it to a Java machine that it does not bring.
pub const JSONATA_ENGINE: &str = include_str!("jsonata_engine.py");

/// The time of worlds that skip waits, for moto.
const LOCAL_TIME: &str = include_str!("local_time.py");

/// The interpreter that has moto installed: `LOCAL_AWS_PYTHON`, or else the workspace's own `.venv/bin/python`.
pub fn python() -> PathBuf {
    match std::env::var_os("LOCAL_AWS_PYTHON") {
        Some(path) if !path.is_empty() => path.into(),
        _ => {
            let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
            workspace.unwrap_or(Path::new(".")).join(".venv/bin/python")
        }
    }
}

/// A running moto.
#[derive(Debug)]
pub(crate) struct Moto {
    child: Child,
    address: SocketAddr,
    lifeline: Arc<Lifeline>,
    log: Log,
}

impl Moto {
    /// Starts moto on a port of its own. What its Step Functions calls, it calls at `edge_port`.
    pub(crate) async fn start(config: &Config, edge_port: u16) -> Result<Self> {
        let Config { python, place, .. } = config;
        if !python.is_file() {
            return Err(Error::NoPython { path: python.clone() });
        }
        let log = Log::default();
        let failed = |why: String| Error::MotoStart { python: python.clone(), why, said: log.text() };
        let mut child = Command::new(python)
            .args(["-c", &program(config.skipping)])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("MOTO_PORT", edge_port.to_string())
            .env("MOTO_ACCOUNT_ID", &place.account)
            // A Region that opened after moto was released is one all the same.
            .env("MOTO_ALLOW_NONEXISTENT_REGION", "true")
            .env("NO_PROXY", "*")
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("its pipes are missing".to_owned()));
        };
        let lifeline = Arc::new(lifeline(stdin).map_err(|error| failed(error.to_string()))?);
        let reading = tokio::spawn(log.clone().read(stderr));
        let mut stdout = BufReader::new(stdout);
        let port = match tokio::time::timeout(START_LIMIT, read_port(&mut stdout)).await {
            Ok(Some(port)) => port,
            Ok(None) => {
                // It has ended; let its last words arrive.
                let _ = tokio::time::timeout(STOP_LIMIT, reading).await;
                return Err(failed("it ended before it was ready".to_owned()));
            }
            Err(_) => {
                return Err(failed(format!("it was not ready after {} seconds", START_LIMIT.as_secs())));
            }
        };
        tokio::spawn(log.clone().read(stdout));
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let url = format!("http://{address}/moto-api/config");
        match post_json(&url, &[], &json!({ "stepfunctions": { "execute_state_machine": true } })).await {
            Ok((status, _)) if status < 300 => Ok(Self { child, address, lifeline, log }),
            Ok((status, body)) => {
                Err(failed(format!("it refused to interpret state machines: {status} {body}")))
            }
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The pipe on which its life, and that of the functions, hangs.
    pub(crate) fn lifeline(&self) -> &Arc<Lifeline> {
        &self.lifeline
    }

    /// What it wrote lately.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    /// Ends it and waits for its end.
    pub(crate) async fn stop(&mut self) {
        self.lifeline.close();
        if tokio::time::timeout(STOP_LIMIT, self.child.wait()).await.is_err() {
            // It did not hear; this ends it by its id and reaps it.
            let _ = self.child.kill().await;
        }
    }
}

/// What Python runs.
fn program(skipping: bool) -> String {
    let time = if skipping { LOCAL_TIME } else { "" };
    format!("{JSONATA_ENGINE}{time}{}", include_str!("launcher.py"))
}

/// The pipe as a plain file: writing to it must work in any place, and at once.
fn lifeline(stdin: ChildStdin) -> std::io::Result<Lifeline> {
    Ok(Lifeline::new(File::from(stdin.into_owned_fd()?)))
}

async fn read_port(stdout: &mut BufReader<ChildStdout>) -> Option<u16> {
    let mut line = String::new();
    stdout.read_line(&mut line).await.ok()?;
    line.trim().parse().ok()
}

/// The latest lines of moto. Clones share them.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    async fn read(self, from: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == LINES {
                kept.pop_front();
            }
            kept.push_back(line);
        }
    }

    fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().cloned().collect::<Vec<_>>().join("\n")
    }
}
