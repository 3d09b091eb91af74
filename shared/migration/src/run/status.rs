//! What a task is doing: DMS's word for it, and the phase that decisions ask for.

plan::words! {
    /// DMS's word for what a task is doing (DMS API reference, `ReplicationTask`: a plain string there).
    pub enum Status {
        /// Being created.
        Creating = "creating",
        /// Never started.
        Ready = "ready",
        /// On its way up.
        Starting = "starting",
        /// At work.
        Running = "running",
        /// On its way down.
        Stopping = "stopping",
        /// At rest; the stop reason says why.
        Stopped = "stopped",
        /// DMS gave up.
        Failed = "failed",
        /// Being modified.
        Modifying = "modifying",
        /// Being moved to another instance.
        Moving = "moving",
        /// A move that failed; the task can be started.
        FailedMove = "failed-move",
        /// An assessment runs on it.
        Testing = "testing",
        /// Being deleted.
        Deleting = "deleting",
    }
}

/// What a task is doing, as far as decisions need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It can be started.
    Idle,
    /// On its way up.
    Starting,
    /// At work.
    Running,
    /// On its way down.
    Stopping,
    /// Something else is being done to it, or the word is one that we do not know: wait.
    Busy,
    /// It is being deleted.
    Gone,
}

impl Status {
    /// The phase behind the word. A word that we do not know is waited out.
    pub fn phase(&self) -> Phase {
        match self {
            Status::Ready | Status::Stopped | Status::Failed | Status::FailedMove => Phase::Idle,
            Status::Starting => Phase::Starting,
            Status::Running => Phase::Running,
            Status::Stopping => Phase::Stopping,
            Status::Deleting => Phase::Gone,
            Status::Creating | Status::Modifying | Status::Moving | Status::Testing | Status::Other(_) => {
                Phase::Busy
            }
        }
    }

    /// True where the stop reason and the last failure are those of this rest. DMS documents nowhere that they are
    /// cleared when the task runs again.
    pub fn is_an_end(&self) -> bool {
        matches!(self, Status::Stopped | Status::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_we_do_not_know_is_waited_out() {
        assert_eq!(Status::from("hibernating").phase(), Phase::Busy);
        assert_eq!(Status::from("hibernating").to_string(), "hibernating");
    }

    #[test]
    fn every_known_word_is_written_as_it_was_read() {
        for word in Status::KNOWN {
            let status = Status::from(*word);
            assert!(!matches!(status, Status::Other(_)) && status.as_str() == *word, "{word}");
            assert_eq!(serde_json::to_value(&status).unwrap(), *word);
        }
    }
}
