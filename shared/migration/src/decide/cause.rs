//! Why a task failed, in classes: a cause that may pass is worth another try, any other is not.
//!
//! DMS gives a code and a sentence of its own or of the database. The sentences are open text; the parts that are
//! looked for here were seen in the field or stand in the databases' own lists of errors. What is not recognised is
//! never retried.

use crate::run::observation::Task;
use crate::run::status::Status;
use crate::run::stop_reason::StopReason;

/// The class of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The source has thrown away the part of its log that replication would go on with.
    LostPosition,
    /// Somebody lacks a permission or has a wrong password.
    Permission,
    /// An endpoint, a database or the task is set up wrongly.
    Configuration,
    /// The replication instance has run out of memory or disk.
    Resources,
    /// A connection, a host or DMS itself was away for a while.
    Environment,
    /// Nothing that we recognise.
    Unknown,
}

/// Parts of a failure's text, in lower case, and the class that they speak of; `&` joins two that must both be there.
/// The first that is found decides: a lost log position also speaks of reading, a permission also of connecting.
const SIGNS: [(Cause, &[&str]); 5] = [
    (
        Cause::LostPosition,
        &[
            "error 1236",
            "could not find first log file",
            "has been purged",
            "replication slot&does not exist",
            "can no longer get changes from replication slot",
            "wal segment&already been removed",
            "no longer available in the log",
            "log position",
            "checkpoint is invalid",
            "invalid checkpoint",
            "ora-01291",
            "missing logfile",
            "ora-01292",
            "invalid lsn",
            "lsn&no longer",
        ],
    ),
    (
        Cause::Permission,
        &[
            "access denied",
            "accessdenied",
            "permission denied",
            "insufficient privilege",
            "not authorized",
            "not authorised",
            "authentication failed",
            "login failed",
            "invalid username/password",
            "ora-01017",
            "ora-01031",
        ],
    ),
    (
        Cause::Configuration,
        &[
            "no tables were found",
            "archivelog mode",
            "supplemental logging",
            "has not been enabled",
            "is not enabled",
            "not configured",
            "is not supported",
            "must be supplied",
            "must be set",
            "wal_level",
            "binlog_format",
            "binlog_row_image",
            "unknown database",
            "does not exist",
            "invalid object name",
        ],
    ),
    (
        Cause::Resources,
        &["out of memory", "low memory", "not enough memory", "no space left", "disk full", "storage full"],
    ),
    (
        Cause::Environment,
        &[
            "recovery attempts",
            "error level recoverable",
            "recoverable_error",
            "timed out",
            "timeout",
            "lost connection",
            "connection reset",
            "connection refused",
            "connection was closed",
            "connection has been closed",
            "server has gone away",
            "can't connect",
            "cannot connect",
            "could not connect",
            "failed to connect",
            "broken pipe",
            "no route to host",
            "network",
            "ora-03113",
            "ora-03114",
            "ora-03135",
            "ora-12170",
            "ora-12541",
            "the database system is shutting down",
            "the database system is starting up",
        ],
    ),
];

impl Cause {
    /// The class of a task's failure or stop.
    pub fn of(task: &Task) -> Cause {
        // Whether DMS clears the message of a failure is documented nowhere: at a stop that somebody asked for it is an
        // old one.
        let stands = task.status != Status::Stopped || task.stop_reason != Some(StopReason::Normal);
        let text = task.last_failure.as_deref().filter(|_| stands).unwrap_or_default().to_lowercase();
        let speaks = |sign: &&str| sign.split('&').all(|part| text.contains(part));
        let spoken = SIGNS.iter().find(|(_, signs)| signs.iter().any(speaks));
        match (spoken, &task.stop_reason) {
            (Some((cause, _)), _) => *cause,
            (None, Some(StopReason::LowMemory | StopReason::LowDisk)) => Cause::Resources,
            (
                None,
                Some(
                    StopReason::RecoverableError
                    | StopReason::ReconfigurationRestart
                    | StopReason::RecycleTask,
                ),
            ) => Cause::Environment,
            (None, _) => Cause::Unknown,
        }
    }

    /// True when the same may go well a while later.
    pub fn may_pass(self) -> bool {
        matches!(self, Cause::Resources | Cause::Environment)
    }

    /// The class in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Cause::LostPosition => "the source's log no longer holds the position that replication needs",
            Cause::Permission => "a permission is missing or a password is wrong; trying again does not help",
            Cause::Configuration => {
                "an endpoint, a database or the task is set up wrongly; trying again does not help"
            }
            Cause::Resources => "the replication instance has run out of memory or disk",
            Cause::Environment => "a connection, a host or DMS itself was away",
            Cause::Unknown => "the cause is not one that this product recognises, so it is not tried again",
        }
    }

    /// What a person does about it.
    pub fn to_do(self) -> &'static str {
        match self {
            Cause::LostPosition => "keep the source's log for longer than a window is shut",
            Cause::Permission => {
                "mend the permission or the password that DMS names, and test the connection"
            }
            Cause::Configuration => "mend the setting that DMS names, at the source, the target or the task",
            Cause::Resources => {
                "look at the instance's memory and storage; run fewer tasks on it or enlarge it"
            }
            Cause::Environment => "look at the connection that DMS names, and at the instance's events",
            Cause::Unknown => "mend the cause that DMS names; its log has the details",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::observation::Route;
    use plan::MigrationType;

    fn failed(text: &str, reason: Option<&str>) -> Task {
        let arn = |tail: &str| format!("arn:aws:dms:us-east-1:123456789012:{tail}").parse().unwrap();
        let route = Route { source: arn("endpoint:S"), target: arn("endpoint:T"), instance: arn("rep:I") };
        Task {
            arn: arn("task:A"),
            identifier: "orders".to_owned(),
            route,
            migration_type: MigrationType::Cdc,
            status: Status::Failed,
            stop_reason: StopReason::parse(reason.unwrap_or(text)),
            last_failure: (!text.is_empty()).then(|| text.to_owned()),
            stats: None,
            settings: None,
            cdc_stop_position: None,
        }
    }

    #[test]
    fn what_dms_says_has_a_class() {
        for (text, cause) in [
            (
                "Last Error Error 1236 reading binary log. Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::LostPosition,
            ),
            (
                "Last Error  ORA-01291: missing logfile Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::LostPosition,
            ),
            (
                "Last Error  No tables were found at task initialization. Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::Configuration,
            ),
            ("Last Error ARCHIVELOG mode is not configured in the Oracle instance", Cause::Configuration),
            ("MS-CDC has not been enabled on database 'x'; Failed while preparing", Cause::Configuration),
            (
                "Last Error  Endpoint initialization failed. Server name must be supplied;",
                Cause::Configuration,
            ),
            (
                "Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::Resources,
            ),
            (
                "Access denied for user 'dms'@'10.0.0.1' (using password: YES); cannot connect",
                Cause::Permission,
            ),
            ("Last Error Resume from timestamp is not supported [1020455]", Cause::Configuration),
            (
                "Last Error Task 'X' was stopped after 7 recovery attempts Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::Environment,
            ),
            (
                "Last Error Task error notification received from subtask 0, thread 0 [1022502] Stop Reason \
                 RECOVERABLE_ERROR Error Level RECOVERABLE",
                Cause::Environment,
            ),
            ("Lost connection to MySQL server during query", Cause::Environment),
            ("Lost connection to the source; the last LSN is 4AF/B00000D0", Cause::Environment),
            ("ERROR: replication slot \"x\" does not exist", Cause::LostPosition),
            ("replication slot \"x\" is active for PID 4711; connection timed out", Cause::Environment),
            ("requested WAL segment 0000 has already been removed", Cause::LostPosition),
            (
                "Last Error Task error notification received [1022502] Stop Reason FATAL_ERROR Error Level FATAL",
                Cause::Unknown,
            ),
        ] {
            assert_eq!(Cause::of(&failed(text, None)), cause, "{text}");
        }
    }

    #[test]
    fn the_message_of_an_earlier_failure_is_nothing_at_a_stop_that_was_asked_for() {
        let old = Task { status: Status::Stopped, ..failed("Error 1236 reading binary log", Some("NORMAL")) };
        assert_eq!(Cause::of(&old), Cause::Unknown);
        let new =
            Task { status: Status::Stopped, ..failed("Error 1236 reading binary log", Some("FATAL_ERROR")) };
        assert_eq!(Cause::of(&new), Cause::LostPosition);
    }

    #[test]
    fn without_a_sentence_the_stop_reason_speaks() {
        for (reason, cause) in [
            ("STOPPED_DUE_TO_LOW_MEMORY", Cause::Resources),
            ("STOPPED_DUE_TO_LOW_DISK", Cause::Resources),
            ("RECOVERABLE_ERROR", Cause::Environment),
            ("RECYCLE_TASK", Cause::Environment),
            ("FATAL_ERROR", Cause::Unknown),
            ("SOMETHING_NEW", Cause::Unknown),
        ] {
            assert_eq!(Cause::of(&failed("", Some(reason))), cause, "{reason}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for cause in [Cause::LostPosition, Cause::Permission, Cause::Configuration, Cause::Unknown] {
            assert!(!cause.may_pass(), "{cause:?}");
        }
        assert!(Cause::Resources.may_pass() && Cause::Environment.may_pass());
    }
}
