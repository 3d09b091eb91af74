//! The members beside the task, and whom to tell.

#![allow(dead_code, reason = "only their schemas are used")]

use schemars::JsonSchema;
use serde_json::Value;

use super::parts::{DATE, none_of, only, optional_members, topic_arn};
use super::task::Task;
use super::window::Window;
use crate::read::{
    DEFAULT_LAG_SECONDS, DEFAULT_RESTARTS, DEFAULT_STALL_MINUTES, MAX_LAG_SECONDS, MAX_RESTARTS,
    MAX_STALL_MINUTES, MAX_TEAM,
};
use crate::{Mode, OnAbort, OnDrift, OnErrors, OnTableErrors, Start, Then, Until};

/// One AWS DMS migration: which task to run, when it may run, when it counts as done, what to do in trouble, and whom
/// to tell.
#[derive(JsonSchema)]
#[schemars(
    rename_all = "PascalCase",
    deny_unknown_fields,
    title = "Plan of a migration",
    transform = optional_members
)]
pub(super) struct Plan {
    /// Where editors find the schema of a plan. It says nothing about the migration.
    #[schemars(rename = "$schema")]
    schema: Option<Value>,
    /// A remark of any kind. It says nothing about the migration.
    comment: Option<Value>,
    /// Step Functions leaves it where one execution starts another. It says nothing about the migration.
    #[schemars(rename = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID", extend("doNotSuggest" = true))]
    started_by: Option<Value>,
    /// The DMS task: described in full, or named by its ARN or identifier when somebody else keeps it.
    task: Task,
    /// When a run may work: hours of certain days, or a span from the scheduled time. Without it a run may work at any
    /// time, for 13½ days at most.
    window: Option<Window>,
    /// How a task that has run before is started. `Refresh` and `Reload` are your consent to replace what is in the
    /// target.
    #[schemars(extend("default" = Start::default()))]
    start: Option<Start>,
    /// When the migration counts as done. By default `Stopped`, and `FullLoadComplete` for `full-load-and-cdc`.
    until: Option<Until>,
    /// With `Until` `CaughtUp`: how many seconds the target may be behind the source (`CDCLatencyTarget`).
    #[schemars(range(min = 1, max = MAX_LAG_SECONDS), extend("default" = DEFAULT_LAG_SECONDS))]
    lag_seconds: Option<u64>,
    /// What happens to a task that still runs when `Until` has come true.
    #[schemars(extend("default" = Then::default()))]
    then: Option<Then>,
    /// What to do when the task that exists differs from the plan.
    #[schemars(extend("default" = OnDrift::default()))]
    on_drift: Option<OnDrift>,
    /// What becomes of tables that DMS could not load.
    #[schemars(extend("default" = OnTableErrors::default()))]
    on_table_errors: Option<OnTableErrors>,
    /// How rows that DMS's own validation did not find equal weigh in the verdict.
    #[schemars(extend("default" = OnErrors::default()))]
    on_validation_errors: Option<OnErrors>,
    /// Whom to tell, and what.
    notify: Option<Notify>,
    /// Write `<aws.scheduler.scheduled-time>` into a schedule: EventBridge Scheduler puts the time in its place, and a
    /// `Duration` counts from it. Left as it is, it means that a person started the run.
    #[schemars(extend("examples" = ["<aws.scheduler.scheduled-time>"]))]
    scheduled_time: Option<ScheduledTime>,
    /// Whether to migrate, or only to look and report.
    #[schemars(extend("default" = Mode::default()))]
    mode: Option<Mode>,
    /// How often a task that DMS gave up on is started again in one run.
    #[schemars(range(max = MAX_RESTARTS), extend("default" = DEFAULT_RESTARTS))]
    restarts: Option<u64>,
    /// After how many minutes in which nothing of a load has moved a warning is sent; never with 0.
    #[schemars(range(max = MAX_STALL_MINUTES), extend("default" = DEFAULT_STALL_MINUTES))]
    stall_minutes: Option<u64>,
    /// What becomes of a running task when the execution that drives it is ended from outside.
    #[schemars(extend("default" = OnAbort::default()))]
    on_abort: Option<OnAbort>,
}

#[derive(JsonSchema)]
#[schemars(extend(
    "pattern" = format!("^(<|{DATE}[Tt ][0-9:.,]+([Zz]|[+-]))"),
    "patternErrorMessage" = "<aws.scheduler.scheduled-time>, or a UTC time like 2026-11-20T21:00:00Z",
))]
struct ScheduledTime(String);

/// Whom to tell, and what.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields, transform = optional_members)]
struct Notify {
    /// The SNS topic that is told, in the machine's Region. By default the one that was deployed with the machine.
    topic_arn: Option<TopicArn>,
    /// Goes with every message as an attribute, so that subscriptions can filter by it.
    team: Option<Team>,
    /// What is told. `Finished` must be in it: every run ends with a message.
    #[schemars(extend("default" = ["Finished", "Warning"]))]
    on: Option<News>,
    /// A topic for a chat, in the machine's Region: it is told the same once more, in the form that Amazon Q Developer in
    /// chat applications shows.
    chat_topic_arn: Option<TopicArn>,
}

#[derive(JsonSchema)]
#[schemars(transform = only(topic_arn()))]
struct TopicArn(String);

#[derive(JsonSchema)]
#[schemars(extend(
    "maxLength" = MAX_TEAM,
    "pattern" = none_of("!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"),
    "patternErrorMessage" = "letters, digits, blanks and _.-",
))]
struct Team(String);

/// An empty list is absent, and a list to which an editor offers words.
#[derive(JsonSchema)]
#[schemars(extend("if" = { "minItems": 1 }, "then" = { "contains": { "const": "Finished" } }))]
struct News(Vec<Event>);

#[derive(JsonSchema)]
enum Event {
    /// The end of the run.
    Finished,
    /// Trouble on the way.
    Warning,
    /// The start of the task.
    Started,
}
