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

/// Reads the configuration from the function's environment, once per process.
pub async fn configuration(step: &'static str) -> SdkConfig {
    loader(step).load().await
}

/// The override for a changing call: it is made once, since a second one could act a second time.
pub fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}
