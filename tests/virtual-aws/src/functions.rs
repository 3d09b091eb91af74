//! The product's functions, behind the frame that Lambda runs them in. The one file that knows their handlers and the
//! clients that each takes.

use aws_config::SdkConfig;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use create_task::CreateTask;
use jiff::Timestamp;
use migration_aws::clients::{DmsAndCloudWatch, DmsAndStepFunctions, Sns};
use migration_aws::error::StepError;
use migration_aws::serve;
use plan::Arn;
use serde_json::Value;
use validate::Validate;
use watch::Watch;

use crate::step_functions::MACHINE;

/// The topic that the functions publish to where the plan names none.
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:migrations";

/// The topic of those who run the stack.
pub const OPERATIONS: &str = "arn:aws:sns:us-east-1:123456789012:operations";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// `validate`.
    Validate,
    /// `create-task`.
    CreateTask,
    /// `start`.
    Start,
    /// `stop`.
    Stop,
    /// `poll`.
    Poll,
    /// `notify`.
    Notify,
    /// `watch`: no step of the machine, it is invoked with events.
    Watch,
}

impl Function {
    /// All of them.
    pub const ALL: [Function; 7] = [
        Function::Validate,
        Function::CreateTask,
        Function::Start,
        Function::Stop,
        Function::Poll,
        Function::Notify,
        Function::Watch,
    ];

    /// Its name, as faults and calls have it.
    pub fn name(self) -> &'static str {
        match self {
            Function::Validate => "validate",
            Function::CreateTask => "create-task",
            Function::Start => "start",
            Function::Stop => "stop",
            Function::Poll => "poll",
            Function::Notify => "notify",
            Function::Watch => "watch",
        }
    }

    /// Seconds that it may take; the template says so.
    pub fn timeout(self) -> f64 {
        match self {
            Function::Watch => 300.0,
            _ => 60.0,
        }
    }

    /// The function that the definition calls `${PollFunction}`.
    pub(crate) fn of_the_definition(name: &str) -> Option<Function> {
        let name = name.strip_prefix("${")?.strip_suffix("Function}")?;
        let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
        Function::ALL.into_iter().find(|function| plain(function.name()) == plain(name))
    }
}

/// What the functions are handed in one sandbox.
#[derive(Debug)]
pub(crate) struct Clients {
    drives: DmsAndStepFunctions,
    validates: Validate,
    creates: CreateTask,
    observes: DmsAndCloudWatch,
    tells: Sns,
    watches: Watch,
}

/// The machine that the watch watches.
fn machine() -> Arn {
    MACHINE.parse().unwrap_or_else(|_| unreachable!("the ARN of a state machine"))
}

impl Clients {
    /// Clients that send through `http`. The SDK keeps its retry quota for each name of a partition in the whole
    /// process: a sandbox has names of its own, as it has a process of its own in Lambda.
    pub(crate) fn new(configuration: &SdkConfig, http: &SharedHttpClient, sandbox: u64) -> Clients {
        let partition = |service: &str| RetryPartition::new(format!("{service}-{sandbox}"));
        let dms = aws_sdk_databasemigration::Client::from_conf(
            aws_sdk_databasemigration::config::Builder::from(configuration)
                .http_client(http.clone())
                .retry_partition(partition("dms"))
                .build(),
        );
        let cloudwatch = aws_sdk_cloudwatch::Client::from_conf(
            aws_sdk_cloudwatch::config::Builder::from(configuration)
                .http_client(http.clone())
                .retry_partition(partition("cloudwatch"))
                .build(),
        );
        let step_functions = aws_sdk_sfn::Client::from_conf(
            aws_sdk_sfn::config::Builder::from(configuration)
                .http_client(http.clone())
                .retry_partition(partition("states"))
                .build(),
        );
        let sns = aws_sdk_sns::Client::from_conf(
            aws_sdk_sns::config::Builder::from(configuration)
                .http_client(http.clone())
                .retry_partition(partition("sns"))
                .build(),
        );
        Clients {
            watches: Watch {
                dms: dms.clone(),
                step_functions: step_functions.clone(),
                sns: sns.clone(),
                machine: machine(),
                operations_topic: OPERATIONS.to_owned(),
            },
            creates: CreateTask {
                aws: DmsAndStepFunctions { dms: dms.clone(), step_functions: step_functions.clone() },
                default_tags: Vec::new(),
            },
            validates: Validate {
                aws: DmsAndStepFunctions { dms: dms.clone(), step_functions: step_functions.clone() },
                cloudwatch: cloudwatch.clone(),
                topics: Vec::new(),
            },
            drives: DmsAndStepFunctions { dms: dms.clone(), step_functions: step_functions.clone() },
            observes: DmsAndCloudWatch { dms, step_functions, cloudwatch },
            tells: Sns { sns, default_topic: TOPIC.to_owned(), stack: None },
        }
    }

    /// The DMS client, for tests of the host itself.
    #[cfg(test)]
    pub(crate) fn dms(&self) -> &aws_sdk_databasemigration::Client {
        &self.drives.dms
    }
}

/// One request answered by a function.
pub(crate) async fn respond(
    function: Function,
    clients: &Clients,
    payload: Value,
    invoked: Timestamp,
) -> Result<Value, StepError> {
    let now = invoked;
    let invoked = Some(invoked);
    let Clients { drives, validates, creates, observes, tells, watches } = clients;
    let step = function.name();
    match function {
        Function::Validate => {
            serve::respond(step, &|request| validate::handle(validates, request), payload, invoked).await
        }
        Function::CreateTask => {
            serve::respond(step, &|request| create_task::handle(creates, request), payload, invoked).await
        }
        Function::Start => {
            serve::respond(step, &|request| start::handle(drives, request), payload, invoked).await
        }
        Function::Stop => {
            serve::respond(step, &|request| stop::handle(drives, request), payload, invoked).await
        }
        Function::Poll => {
            serve::respond(step, &|request| poll::handle(observes, request), payload, invoked).await
        }
        Function::Notify => {
            serve::respond(step, &|request| notify::handle(tells, request), payload, invoked).await
        }
        Function::Watch => {
            let event = serde_json::from_value(payload).map_err(|error| {
                StepError::UnreadableDocument(format!("the event cannot be read: {error}"))
            })?;
            Box::pin(watch::handle(watches, event, now)).await
        }
    }
}
