//! What DMS tells EventBridge about a task, in its words.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::task::StartType;

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    Created,
    Modified,
    Started(StartType),
    ReloadRequested,
    ReadingPaused,
    ReadingResumed,
    /// With the whole text of the StopReason.
    Stopped(String),
    /// With the whole failure message.
    Failed(String),
    Deleted,
}

impl News {
    /// Event id, category and type. The ids and categories are the guide's; types that no payload was seen with
    /// (modified, reload, reading resumed) follow the pattern of the others.
    fn catalogued(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Started(_) => ("DMS-EVENT-0069", "StateChange", "REPLICATION_TASK_STARTED"),
            Self::Deleted => ("DMS-EVENT-0073", "Deletion", "REPLICATION_TASK_DELETED"),
            Self::Created => ("DMS-EVENT-0074", "Creation", "REPLICATION_TASK_CREATED"),
            Self::Failed(_) => ("DMS-EVENT-0078", "Failure", "REPLICATION_TASK_FAILED"),
            Self::Stopped(_) => ("DMS-EVENT-0079", "StateChange", "REPLICATION_TASK_STOPPED"),
            Self::Modified => ("DMS-EVENT-0080", "ConfigurationChange", "REPLICATION_TASK_MODIFIED"),
            Self::ReloadRequested => ("DMS-EVENT-0081", "StateChange", "TABLE_RELOAD_REQUESTED"),
            Self::ReadingPaused => {
                ("DMS-EVENT-0091", "StateChange", "READING_PAUSED_SWAP_FILES_LIMIT_REACHED")
            }
            Self::ReadingResumed => ("DMS-EVENT-0093", "StateChange", "READING_RESUMED"),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Started(start_type) => {
                let flag = match start_type {
                    StartType::StartReplication => "fresh start",
                    StartType::ResumeProcessing => "resume",
                    StartType::ReloadTarget => "reload",
                };
                format!("Replication task started, with flag = {flag}")
            }
            Self::Stopped(reason) => format!("Replication task has stopped. {reason}."),
            Self::Failed(reason) => format!("Replication task has failed.\nReason: {reason}."),
            Self::Created => "Replication task has been created.".to_owned(),
            Self::Modified => "Replication task has been modified.".to_owned(),
            Self::Deleted => "Replication task has been deleted.".to_owned(),
            Self::ReloadRequested => "Reload of table details has been requested.".to_owned(),
            Self::ReadingPaused => "Reading paused, swap files limit reached.".to_owned(),
            Self::ReadingResumed => "Reading resumed.".to_owned(),
        }
    }

    /// The event as EventBridge hands it over.
    pub(crate) fn event(&self, id: &str, at: Timestamp, task_arn: &str, identifier: &str) -> Value {
        let (event_id, category, event_type) = self.catalogued();
        let mut parts = task_arn.split(':').skip(3);
        let region = parts.next().unwrap_or_default();
        let account = parts.next().unwrap_or_default();
        let link =
            format!("https://console.aws.amazon.com/dms/v2/home?region={region}#taskDetails/{identifier}");
        json!({
            "version": "0",
            "id": id,
            "detail-type": "DMS Replication Task State Change",
            "source": "aws.dms",
            "account": account,
            "time": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": region,
            "resources": [task_arn],
            "detail": {
                "type": "REPLICATION_TASK",
                "category": category,
                "eventType": event_type,
                "eventId": event_id,
                "resourceLink": link,
                "detailMessage": self.message(),
            },
        })
    }
}
