//! Why a task failed, in classes: a cause that may pass is worth another try, any other is not.
//!
//! DMS gives a code and a sentence of its own or of the database. The sentences are open text; the parts that are
//! looked for here were seen in the field or stand in the databases' own lists of errors. What is not recognised is
//! tried once more where that is safe, and never twice.

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
    /// A connection, a host, a database or DMS itself was away or busy for a while.
    Environment,
    /// Nothing that we recognise.
    Unknown,
}

/// Parts of a failure's text, in lower case, and the class that they speak of; `&` joins parts that must all be there.
/// The first that is found decides: a lost log position also speaks of reading, a permission also of connecting. Where
/// the parts come from stands above them: DMS's own words were seen in the field or stand in AWS's knowledge center,
/// the databases' are in their own lists of errors.
const SIGNS: [(Cause, &[&str]); 7] = [
    // MySQL's error 1236 says in its brackets what is wrong (MySQL reference, replication errors). These are settings,
    // and the position is there.
    (
        Cause::Configuration,
        &[
            "1236&max_allowed_packet",
            "1236&server_id",
            "1236&server-id",
            "1236&server_uuid",
            "1236&server id",
        ],
    ),
    (
        Cause::LostPosition,
        &[
            // MySQL: the other brackets of 1236, or none.
            "error 1236",
            "could not find first log file",
            "has been purged",
            "have been purged",
            "purged&binary logs",
            // PostgreSQL: replication slots and the write-ahead log.
            "replication slot&does not exist",
            "can no longer get changes from replication slot",
            "wal segment&already been removed",
            "replication slot&has been invalidated",
            // Oracle: LogMiner, and DMS's sentence about archived logs (AWS knowledge center).
            "archived redo log&does not exist",
            "ora-00308",
            "ora-01291",
            "missing logfile",
            "ora-01292",
            // SQL Server: the log was truncated.
            "invalid lsn",
            "lsn&no longer",
            "lsn&not available",
            "log scan number&not valid",
            // DMS's checkpoint.
            "no longer available in the log",
            "checkpoint is invalid",
            "invalid checkpoint",
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
            "ora-28000",
            "ora-28001",
        ],
    ),
    // Oracle says of a host that it does not exist when its name cannot be resolved just now.
    (Cause::Environment, &["ora-12545"]),
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
            // DMS.
            "recovery attempts",
            "error level recoverable",
            "recoverable_error",
            // Drivers, hosts and networks.
            "timed out",
            "timeout",
            "time-out",
            "connection reset",
            "connection refused",
            "connection was closed",
            "connection has been closed",
            "connection is closed",
            "connection was killed",
            "connection&forcibly closed",
            "communication link failure",
            "communications link failure",
            "can't connect",
            "cannot connect",
            "could not connect",
            "failed to connect",
            "unable to connect",
            "broken pipe",
            "no route to host",
            "network",
            "could not translate host name",
            "name resolution",
            "name or service not known",
            "unknown host",
            // PostgreSQL: classes 08, 40, 53, 55 and 57 of its error codes, and libpq.
            "server closed the connection",
            "terminating connection",
            "ssl connection has been closed",
            "ssl syscall error",
            "could not receive data from",
            "could not send data to",
            "the database system is",
            "not yet accepting connections",
            "remaining connection slots are reserved",
            "too many clients",
            "too many connections",
            "cannot execute&in a read-only transaction",
            "deadlock detected",
            "could not serialize access",
            "could not obtain lock",
            "canceling statement due to",
            "replication slot&is active for pid",
            // MySQL: server errors 1040, 1053, 1158 to 1161, 1205, 1213, 1290, 1836, 1927, and client errors 2002 to
            // 2013.
            "lost connection",
            "server has gone away",
            "server shutdown in progress",
            "communication packets",
            "deadlock found",
            "--read-only option",
            "read-only mode",
            "unknown mysql server host",
            // SQL Server: errors 121, 233, 596, 921, 922, 952, 978, 983, 1205, 6005, 9001, 10053, 10054, 40197, 40501,
            // 40613.
            "was deadlocked on",
            "transport-level error",
            "semaphore",
            "server was not found or was not accessible",
            "no process is on the other end",
            "session is in the kill state",
            "has not been recovered yet",
            "is being recovered",
            "is in transition",
            "availability",
            "not currently available",
            "service is currently busy",
            "service has encountered an error processing your request",
            "shutdown is in progress",
            "the log for database&is not available",
            // Oracle: instance, sessions, listener and TNS errors.
            "ora-00018",
            "ora-00020",
            "ora-00028",
            "ora-00060",
            "ora-00257",
            "ora-01012",
            "ora-01033",
            "ora-01034",
            "ora-01089",
            "ora-01090",
            "ora-01092",
            "ora-02396",
            "ora-03113",
            "ora-03114",
            "ora-03135",
            "ora-12152",
            "ora-12170",
            "ora-12514",
            "ora-12516",
            "ora-12518",
            "ora-12519",
            "ora-12520",
            "ora-12521",
            "ora-12528",
            "ora-12537",
            "ora-12541",
            "ora-12543",
            "ora-12547",
            "ora-12560",
            "ora-12571",
            "ora-12606",
            "ora-12609",
            "ora-16000",
            "ora-25408",
        ],
    ),
];

impl Cause {
    /// The class of a task's failure or stop.
    pub fn of(task: &Task) -> Cause {
        // Whether DMS clears the message of a failure is documented nowhere: at a stop that somebody asked for it is an
        // old one.
        let stands = task.status != Status::Stopped || task.stop_reason != Some(StopReason::Normal);
        let spoken = Cause::spoken_of(task.last_failure.as_deref().filter(|_| stands).unwrap_or_default());
        match (spoken, &task.stop_reason) {
            (Some(cause), _) => cause,
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

    /// The class that a text of DMS's or of a database's speaks of; `None` where it is not recognised.
    pub fn spoken_of(text: &str) -> Option<Cause> {
        let text = text.to_lowercase();
        let speaks = |sign: &&str| sign.split('&').all(|part| text.contains(part));
        SIGNS.iter().find(|(_, signs)| signs.iter().any(speaks)).map(|(cause, _)| *cause)
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
            Cause::Environment => "a connection, a database or DMS itself was away or busy",
            Cause::Unknown => "the cause is not one that this product recognises",
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
            task_start_date: None,
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
            (
                "Error 1236 (Could not find first log file name in binary log index file) reading binlog events",
                Cause::LostPosition,
            ),
            (
                "Error 1236 (log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source)",
                Cause::Configuration,
            ),
            (
                "Error 1236 (A replica with the same server_uuid/server_id as this replica has connected)",
                Cause::Configuration,
            ),
            (
                "Error 2013 (Lost connection to MySQL server during query) reading binlog events at binlog position x:154",
                Cause::Environment,
            ),
            ("Replication goes on, starting from log position mysql-bin.000004:154", Cause::Unknown),
            (
                "Oracle CDC maximum retry counter exceeded. Archived Redo log with the sequence 4711 does not exist, thread 1",
                Cause::LostPosition,
            ),
            (
                "The log scan number (1:2:3) passed to log scan in database 'x' is not valid",
                Cause::LostPosition,
            ),
        ] {
            assert_eq!(Cause::of(&failed(text, None)), cause, "{text}");
        }
    }

    /// Sentences of the databases' own lists of errors, as their drivers hand them on.
    #[test]
    fn what_a_database_says_while_it_is_away_or_busy_may_pass() {
        for text in [
            // PostgreSQL.
            "server closed the connection unexpectedly. This probably means the server terminated abnormally",
            "FATAL: terminating connection due to administrator command",
            "FATAL: terminating connection due to idle-in-transaction timeout",
            "FATAL: the database system is in recovery mode",
            "FATAL: the database system is starting up",
            "FATAL: the database system is not yet accepting connections",
            "FATAL: sorry, too many clients already",
            "FATAL: remaining connection slots are reserved for non-replication superuser connections",
            "could not translate host name \"db\" to address: Temporary failure in name resolution",
            "SSL connection has been closed unexpectedly",
            "SSL SYSCALL error: EOF detected",
            "could not receive data from server: Connection timed out",
            "ERROR: cannot execute INSERT in a read-only transaction",
            "ERROR: deadlock detected",
            "ERROR: could not serialize access due to concurrent update",
            "ERROR: canceling statement due to conflict with recovery",
            "ERROR: canceling statement due to lock timeout",
            "ERROR: could not obtain lock on relation \"orders\"",
            "ERROR: replication slot \"x_00016402\" is active for PID 24321",
            "could not connect to server: Connection refused",
            // MySQL.
            "[1040] Too many connections",
            "[1053] Server shutdown in progress",
            "[1158] Got an error reading communication packets",
            "[1161] Got timeout writing communication packets",
            "[1205] Lock wait timeout exceeded; try restarting transaction",
            "[1213] Deadlock found when trying to get lock; try restarting transaction",
            "[1290] The MySQL server is running with the --read-only option so it cannot execute this statement",
            "[1836] Running in read-only mode",
            "[1927] Connection was killed",
            "[2002] Can't connect to local MySQL server through socket",
            "[2003] Can't connect to MySQL server on 'db' (110)",
            "[2005] Unknown MySQL server host 'db' (2)",
            "[2006] MySQL server has gone away",
            "[2013] Lost connection to MySQL server at 'reading initial communication packet'",
            "Communications link failure",
            // SQL Server.
            "Transaction (Process ID 52) was deadlocked on lock resources with another process and has been chosen as the \
             deadlock victim",
            "A transport-level error has occurred when receiving results from the server",
            "TCP Provider: The semaphore timeout period has expired",
            "Named Pipes Provider: No process is on the other end of the pipe",
            "Cannot continue the execution because the session is in the kill state",
            "Database 'x' has not been recovered yet. Wait until recovery is finished",
            "Database 'x' is being recovered. Waiting until recovery is finished",
            "Database 'x' is in transition. Try the statement later",
            "Unable to access availability database 'x' because the database replica is not in the PRIMARY role",
            "Database 'x' on server 'y' is not currently available. Please retry the connection later",
            "The service is currently busy. Retry the request after 10 seconds",
            "SHUTDOWN is in progress",
            "The log for database 'x' is not available. Check the event log for related error messages",
            "An existing connection was forcibly closed by the remote host",
            "Login timeout expired",
            "Lock request time out period exceeded; Communication link failure",
            // Oracle.
            "ORA-00018: maximum number of sessions exceeded",
            "ORA-00020: maximum number of processes (300) exceeded",
            "ORA-00060: deadlock detected while waiting for resource",
            "ORA-00257: archiver error. Connect AS SYSDBA only until resolved",
            "ORA-01012: not logged on",
            "ORA-01033: ORACLE initialization or shutdown in progress",
            "ORA-01034: ORACLE not available",
            "ORA-01089: immediate shutdown or close in progress - no operations are permitted",
            "ORA-02396: exceeded maximum idle time, please connect again",
            "ORA-03113: end-of-file on communication channel",
            "ORA-03135: connection lost contact",
            "ORA-12170: TNS:Connect timeout occurred",
            "ORA-12514: TNS:listener does not currently know of service requested in connect descriptor",
            "ORA-12516: TNS:listener could not find available handler with matching protocol stack",
            "ORA-12528: TNS:listener: all appropriate instances are blocking new connections",
            "ORA-12537: TNS:connection closed",
            "ORA-12541: TNS:no listener",
            "ORA-12545: Connect failed because target host or object does not exist",
            "ORA-12571: TNS:packet writer failure",
            "ORA-16000: database or pluggable database open for read-only access",
        ] {
            let cause = Cause::of(&failed(text, None));
            assert!(cause.may_pass(), "{text}: {cause:?}");
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
