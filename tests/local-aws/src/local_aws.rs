//! The whole: starts the parts, hands them out, and ends them.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::client::{AWS_JSON, post_json};
use crate::edge::Edge;
use crate::error::{Error, Result};
use crate::faults::Faults;
use crate::function::FunctionConfig;
use crate::lambda_host::{Functions, LambdaHost};
use crate::lifeline::Lifeline;
use crate::moto::{self, Moto};
use crate::place::Place;
use crate::proxy::Proxy;
use crate::recorder::Recorder;
use crate::serve::Listeners;
use crate::world::Worlds;

/// What to start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The Python interpreter that has `moto[server]` installed.
    pub python: PathBuf,
    pub functions: Vec<FunctionConfig>,
    /// Where everything happens.
    pub place: Place,
    /// Whether the state machine asks for the time of its execution's world, as worlds that skip waits need it: see
    /// [`Clock::skipping`](crate::Clock::skipping).
    pub skipping: bool,
}

impl Config {
    /// These functions, with the interpreter that [`moto::python`](crate::python) finds.
    pub fn new(functions: impl IntoIterator<Item = FunctionConfig>) -> Self {
        Self {
            python: moto::python(),
            functions: functions.into_iter().collect(),
            place: Place::default(),
            skipping: false,
        }
    }

    /// The same in another place.
    pub fn in_place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The same with a state machine that lives in the time of worlds that skip waits.
    pub fn skipping(self) -> Self {
        Self { skipping: true, ..self }
    }
}

/// A running local AWS. [`LocalAws::stop`] ends its processes and waits for their ends; dropping it ends them too,
/// and so does the end of this process, whatever ends it.
#[derive(Debug)]
pub struct LocalAws {
    endpoint: String,
    place: Place,
    moto: Moto,
    host: LambdaHost,
    lifeline: Arc<Lifeline>,
    edge: Edge,
    stop: watch::Sender<bool>,
}

impl LocalAws {
    /// Starts everything and returns when it is ready to answer.
    ///
    /// # Errors
    ///
    /// When there is no Python with moto, when a function's program is missing, or when no port can be opened.
    pub async fn start(config: Config) -> Result<Self> {
        for FunctionConfig { name, program, .. } in &config.functions {
            if !program.is_file() {
                return Err(Error::NoProgram { function: name.clone(), path: program.clone() });
            }
        }
        let listeners = Listeners::open().await.map_err(Error::Listen)?;
        let address = listeners.address();
        let endpoint = format!("http://{address}");
        let moto = Moto::start(&config, address.port()).await?;
        let lifeline = Arc::clone(moto.lifeline());
        let host = LambdaHost::new(&endpoint, &config.place, Arc::clone(&lifeline), config.functions);
        let edge = Edge {
            host: host.clone(),
            proxy: Proxy::new(moto.address()),
            recorder: Recorder::default(),
            faults: Faults::default(),
            worlds: Worlds::default(),
        };
        let (stop, stopped) = watch::channel(false);
        listeners.serve(edge.clone().router(), &stopped);
        Ok(Self { endpoint, place: config.place, moto, host, lifeline, edge, stop })
    }

    /// The endpoint of every service: what `AWS_ENDPOINT_URL` is to be.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Where everything happens.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What passed so far.
    pub fn recorder(&self) -> &Recorder {
        &self.edge.recorder
    }

    /// What goes wrong on demand.
    pub fn faults(&self) -> &Faults {
        &self.edge.faults
    }

    /// The worlds, and who lives in which.
    pub fn worlds(&self) -> &Worlds {
        &self.edge.worlds
    }

    /// The functions and what they wrote.
    pub fn functions(&self) -> Functions {
        Functions::new(self.host.clone())
    }

    /// What moto wrote lately, for when something is odd.
    pub fn moto_log(&self) -> String {
        self.moto.log()
    }

    /// The ids of all processes that were started and run now.
    pub fn processes(&self) -> Vec<u32> {
        let functions = self.functions().running().into_iter().map(|(_, pid)| pid);
        self.moto.pid().into_iter().chain(functions).collect()
    }

    /// Makes one call to a service that speaks JSON, such as `("states", "AWSStepFunctions.StartExecution")`, as
    /// nobody in particular, and returns what it answers.
    ///
    /// # Errors
    ///
    /// When the service refuses, or does not answer.
    pub async fn call(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        self.call_as("local", service, target, input).await
    }

    /// As [`LocalAws::call`], in the world of this execution.
    ///
    /// # Errors
    ///
    /// When the service refuses, or does not answer.
    pub async fn call_as(
        &self,
        execution: &str,
        service: &str,
        target: &str,
        input: &Value,
    ) -> Result<Value> {
        let region = &self.place.region;
        let credential = format!("Credential={execution}/20000101/{region}/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0");
        let headers =
            [("content-type", AWS_JSON), ("x-amz-target", target), ("authorization", signed.as_str())];
        let (status, body) = post_json(&self.endpoint, &headers, input).await?;
        if status < 300 {
            return Ok(body);
        }
        Err(Error::Refused { what: target.to_owned(), status, body: body.to_string() })
    }

    /// Invokes a function and returns what it answers: a document, or an error object with an `errorType`.
    ///
    /// # Errors
    ///
    /// When there is no such function, or Lambda does not answer.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.endpoint);
        let (status, body) = post_json(&url, &[], payload).await?;
        if status < 300 {
            return Ok(body);
        }
        Err(Error::Refused { what: format!("Invoke of {function}"), status, body: body.to_string() })
    }

    /// Ends every process, each by its id, and waits until all have ended.
    pub async fn stop(mut self) {
        self.host.stop().await;
        self.moto.stop().await;
        self.stop.send_replace(true);
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        self.host.close();
        self.lifeline.close();
        self.stop.send_replace(true);
    }
}
