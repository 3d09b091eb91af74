//! Every member of a plan: which object it belongs to and which words it may hold. The reader takes no other word, and
//! a member that was put elsewhere is shown its place.
//!
//! To add one: a row here, its reading in `read.rs` or in the file of its object, its type with a description in
//! `schema/`, and a row in `docs/plan.md`. Tests hold the four together. Ranges and defaults of numbers are constants
//! beside their reading, which the schema takes from there. A setting of a task is another thing: see
//! `settings/catalogue.rs`.

/// Beside the task, at the top of the plan.
const PLAN: &str = "the plan, beside Task";

/// A member of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name, which no other member has.
    pub name: &'static str,
    /// The object it belongs to, as a finding says it.
    pub home: &'static str,
    /// The words of which it holds one, or several in a list; none when it holds something else.
    pub words: &'static [&'static str],
}

impl Member {
    const fn new(name: &'static str, home: &'static str) -> Self {
        Member { name, home, words: &[] }
    }

    const fn holds(self, words: &'static [&'static str]) -> Self {
        Member { words, ..self }
    }
}

/// Every member. Those of `Task` are DMS's own.
pub const MEMBERS: &[Member] = &[
    Member::new("Task", "the plan"),
    Member::new("LagSeconds", PLAN),
    Member::new("Mode", PLAN).holds(&["Migrate", "Preflight"]),
    Member::new("Notify", PLAN),
    Member::new("OnAbort", PLAN).holds(&["AsAtClose", "Stop", "LeaveRunning"]),
    Member::new("OnDrift", PLAN).holds(&["Reject", "Modify", "Ignore"]),
    Member::new("OnTableErrors", PLAN).holds(&["Fail", "Warn", "Reload"]),
    Member::new("OnValidationErrors", PLAN).holds(&["Fail", "Warn"]),
    Member::new("Restarts", PLAN),
    Member::new("ScheduledTime", PLAN),
    Member::new("StallMinutes", PLAN),
    Member::new("Start", PLAN).holds(&["Auto", "Refresh", "Resume", "Reload"]),
    Member::new("Then", PLAN).holds(&["LeaveRunning", "Stop"]),
    Member::new("Until", PLAN).holds(&["Stopped", "FullLoadComplete", "CaughtUp"]),
    Member::new("Window", PLAN),
    Member::new("CdcStartPosition", "Task"),
    Member::new("CdcStartTime", "Task"),
    Member::new("CdcStopPosition", "Task"),
    Member::new("MigrationType", "Task").holds(&["full-load", "cdc", "full-load-and-cdc"]),
    Member::new("ReplicationInstanceArn", "Task"),
    Member::new("ReplicationTaskArn", "Task"),
    Member::new("ReplicationTaskIdentifier", "Task"),
    Member::new("ReplicationTaskSettings", "Task"),
    Member::new("ReplicationTasks", "Task"),
    Member::new("ResourceIdentifier", "Task"),
    Member::new("SourceEndpointArn", "Task"),
    Member::new("TableMappings", "Task"),
    Member::new("Tags", "Task"),
    Member::new("TargetEndpointArn", "Task"),
    Member::new("TaskData", "Task"),
    Member::new("AtClose", "Window").holds(&["Stop", "LeaveRunning"]),
    Member::new("Closes", "Window"),
    Member::new("Days", "Window").holds(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
    Member::new("Duration", "Window"),
    Member::new("Except", "Window"),
    Member::new("MinimumMinutes", "Window"),
    Member::new("Opens", "Window"),
    Member::new("StopLead", "Window"),
    Member::new("TimeZone", "Window"),
    Member::new("ChatTopicArn", "Notify"),
    Member::new("On", "Notify").holds(&["Finished", "Warning", "Started"]),
    Member::new("Team", "Notify"),
    Member::new("TopicArn", "Notify"),
];

/// The words that a member may hold.
pub(crate) fn words(name: &str) -> &'static [&'static str] {
    MEMBERS.iter().find(|member| member.name == name).map_or(&[], |member| member.words)
}
