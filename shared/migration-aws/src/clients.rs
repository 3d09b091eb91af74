//! How AWS clients are set up: a stated behaviour version, bounded times, and changing calls made once.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_databasemigration::config::Builder;
use aws_sdk_databasemigration::config::retry::RetryConfig;

/// What every client of a function is made with, before the environment is read. `step` appears as `app/<step>` in the
/// user agent of every call, so that CloudTrail shows which function made it.
pub fn loader(step: &'static str) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(12))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).timeout_config(timeouts);
    match AppName::new(step) {
        Ok(name) => loader.app_name(name),
        Err(_) => loader,
    }
}

/// What clients are made from.
pub type Configuration = SdkConfig;

/// Reads the configuration from the function's environment, once per process.
pub async fn configuration(step: &'static str) -> SdkConfig {
    loader(step).load().await
}

/// What a function calls that drives a task and looks who else does.
#[derive(Clone, Debug)]
pub struct DmsAndStepFunctions {
    /// DMS.
    pub dms: aws_sdk_databasemigration::Client,
    /// Step Functions, for other executions.
    pub step_functions: aws_sdk_sfn::Client,
}

impl DmsAndStepFunctions {
    /// The clients of a step.
    pub fn of(configuration: &SdkConfig) -> DmsAndStepFunctions {
        DmsAndStepFunctions {
            dms: aws_sdk_databasemigration::Client::new(configuration),
            step_functions: aws_sdk_sfn::Client::new(configuration),
        }
    }
}

/// What a function calls that looks at a task and at how far it is behind.
#[derive(Clone, Debug)]
pub struct DmsAndCloudWatch {
    /// DMS.
    pub dms: aws_sdk_databasemigration::Client,
    /// Step Functions, for other executions.
    pub step_functions: aws_sdk_sfn::Client,
    /// CloudWatch, for the lag.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
}

impl DmsAndCloudWatch {
    /// The clients of a step.
    pub fn of(configuration: &SdkConfig) -> DmsAndCloudWatch {
        DmsAndCloudWatch {
            dms: aws_sdk_databasemigration::Client::new(configuration),
            step_functions: aws_sdk_sfn::Client::new(configuration),
            cloudwatch: aws_sdk_cloudwatch::Client::new(configuration),
        }
    }
}

/// What a function calls that tells people, and where to.
#[derive(Clone, Debug)]
pub struct Sns {
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// The stack's own topic, for a plan that names none.
    pub default_topic: String,
    /// The name of the stack; without it the name of the state machine tells it.
    pub stack: Option<String>,
}

impl Sns {
    /// The clients of a step.
    pub fn of(configuration: &SdkConfig, default_topic: String, stack: Option<String>) -> Sns {
        Sns { sns: aws_sdk_sns::Client::new(configuration), default_topic, stack }
    }
}

/// The override for a changing call: it is made once, since a second one could act a second time.
pub fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}
