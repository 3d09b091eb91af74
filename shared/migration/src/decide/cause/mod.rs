//! Why a task failed, in classes: a cause that may pass is worth another try, any other is not.
//!
//! DMS gives a code and a sentence of its own or of the database. The sentences are open text; the parts that are
//! looked for are a table ([`SIGNS`]): each was seen in the field or stands in a database's own list of errors. What is
//! not recognised is tried once more where that is safe, and never twice for the same words.

mod signs;

use crate::run::observation::Task;
use crate::run::status::Status;
use crate::run::stop_reason::StopReason;

pub use signs::{SIGNS, Sign};

/// The most characters of a gist. The document keeps as many gists as the plan allows starts again.
const GIST: usize = 200;

/// The class of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The source has thrown away the part of its log that replication would go on with.
    LostPosition,
    /// Somebody lacks a permission or has a wrong password.
    Permission,
    /// An endpoint, a database or the task is set up wrongly.
    Configuration,
    /// A database has no room left: on a disk, in a table space or in its log.
    NoRoom,
    /// The replication instance has run out of memory or disk, or a database of memory.
    Resources,
    /// Somebody else still reads from the replication slot, mostly the connection of before.
    HeldSlot,
    /// A connection, a host, a database or DMS itself was away or busy for a while.
    Environment,
    /// Nothing that we recognise.
    Unknown,
}

impl Cause {
    /// Every class.
    pub const ALL: [Cause; 8] = [
        Cause::LostPosition,
        Cause::Permission,
        Cause::Configuration,
        Cause::NoRoom,
        Cause::Resources,
        Cause::HeldSlot,
        Cause::Environment,
        Cause::Unknown,
    ];

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

    /// What a task's failure says, as far as it tells one failure from another: without words that hold a digit, such as
    /// numbers and log positions, which differ from one time to the next, and no longer than its beginning.
    pub fn gist(task: &Task) -> String {
        let words = task.last_failure.as_deref().or(task.stop_reason.as_ref().map(StopReason::as_str));
        let numbered = |word: &&str| word.contains(|character: char| character.is_ascii_digit());
        let words: Vec<&str> =
            words.unwrap_or_default().split_whitespace().filter(|word| !numbered(word)).collect();
        words.join(" ").chars().take(GIST).collect()
    }

    /// The class that a text of DMS's or of a database's speaks of; `None` where it is not recognised.
    pub fn spoken_of(text: &str) -> Option<Cause> {
        Cause::sign_in(text).map(|sign| sign.cause)
    }

    /// The sign by which the class of a text is told.
    pub fn sign_in(text: &str) -> Option<&'static Sign> {
        let text = text.to_lowercase();
        SIGNS.iter().find(|sign| sign.is_in(&text))
    }

    /// True when the same may go well a while later.
    pub fn may_pass(self) -> bool {
        matches!(self, Cause::Resources | Cause::HeldSlot | Cause::Environment)
    }

    /// The class in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Cause::LostPosition => "the source's log no longer holds the position that replication needs",
            Cause::Permission => "a permission is missing or a password is wrong; trying again does not help",
            Cause::Configuration => {
                "an endpoint, a database or the task is set up wrongly; trying again does not help"
            }
            Cause::NoRoom => {
                "a database has no room left; trying again does not help before somebody makes some"
            }
            Cause::Resources => {
                "the replication instance has run out of memory or disk, or a database of memory"
            }
            Cause::HeldSlot => {
                "the replication slot is still held by another connection, mostly the one of before"
            }
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
            Cause::NoRoom => "make room where the database names it: a disk, a table space, a log",
            Cause::Resources => {
                "look at the instance's memory and storage; run fewer tasks on it or enlarge it"
            }
            Cause::HeldSlot => {
                "look in pg_replication_slots who holds the slot; end that process when it is no task that runs"
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
    fn the_sentence_speaks_before_the_stop_reason_that_stands_in_it() {
        for (text, cause) in [
            ("Last Error Error 1236 reading binary log. Stop Reason RECOVERABLE_ERROR", Cause::LostPosition),
            ("Last Error Task error notification received [1022502] Stop Reason FATAL_ERROR", Cause::Unknown),
            (
                "Last Error Task error notification received [1022502] Stop Reason RECYCLE_TASK",
                Cause::Environment,
            ),
            ("Last Error Lost connection to MySQL server Stop Reason FATAL_ERROR", Cause::Environment),
        ] {
            assert_eq!(Cause::of(&failed(text, None)), cause, "{text}");
        }
    }

    #[test]
    fn a_gist_is_the_words_without_their_numbers() {
        let gist = |text: &str| Cause::gist(&failed(text, Some("FATAL_ERROR")));
        assert_eq!(gist("subtask 0, thread 0 [1022502]"), gist("subtask 1, thread 12 [1022502]"));
        assert_ne!(gist("subtask 0"), gist("thread 0"));
        assert_eq!(gist(""), "FATAL_ERROR", "without words the stop reason is what is said");
        assert_eq!(gist(&"ä".repeat(1000)).chars().count(), GIST);
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
        let passes = |cause: Cause| match cause {
            Cause::LostPosition
            | Cause::Permission
            | Cause::Configuration
            | Cause::NoRoom
            | Cause::Unknown => false,
            Cause::Resources | Cause::HeldSlot | Cause::Environment => true,
        };
        for cause in Cause::ALL {
            assert_eq!(cause.may_pass(), passes(cause), "{cause:?}");
        }
    }
}
