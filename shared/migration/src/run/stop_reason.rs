//! Why a task stopped, in DMS's codes.

plan::words! {
    /// The code of a stop reason (DMS user guide, `StopReason`; others were seen in the field).
    pub enum StopReason {
        /// Somebody asked it to stop.
        Normal = "NORMAL",
        /// The load is over; says nothing about tables in error.
        FullLoadOnlyFinished = "FULL_LOAD_ONLY_FINISHED",
        /// Loaded, cached changes not applied.
        StoppedAfterFullLoad = "STOPPED_AFTER_FULL_LOAD",
        /// Loaded, cached changes applied.
        StoppedAfterCachedEvents = "STOPPED_AFTER_CACHED_EVENTS",
        /// Stopped after a change of a table's definition.
        StoppedAfterDdlApply = "STOPPED_AFTER_DDL_APPLY",
        /// The stop position was reached.
        StoppedAtServerTime = "STOPPED_AT_SERVER_TIME",
        /// The stop position was reached.
        StoppedAtCommitTime = "STOPPED_AT_COMMIT_TIME",
        /// The environment failed and DMS gave up trying.
        RecoverableError = "RECOVERABLE_ERROR",
        /// DMS gave up at once.
        FatalError = "FATAL_ERROR",
        /// The instance has too little memory.
        LowMemory = "STOPPED_DUE_TO_LOW_MEMORY",
        /// The instance has too little disk.
        LowDisk = "STOPPED_DUE_TO_LOW_DISK",
        /// The licence of the instance allows no more.
        LicenseLimits = "EXPRESS_LICENSE_LIMITS_REACHED",
        /// DMS restarts the task by itself, with other settings.
        ReconfigurationRestart = "RECONFIGURATION_RESTART",
        /// DMS restarts the task by itself.
        RecycleTask = "RECYCLE_TASK",
    }
}

/// What a stop reason means for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopClass {
    /// Somebody asked for it.
    Asked,
    /// The task was done with what its settings say.
    Done,
    /// The task came to its stop position.
    AtPosition,
    /// DMS gave the task up.
    Failed,
    /// DMS starts the task again by itself.
    ComesBack,
    /// There is none, or one that we do not know.
    Unknown,
}

impl StopClass {
    /// The class of a stop reason.
    pub fn of(reason: Option<&StopReason>) -> StopClass {
        match reason {
            Some(StopReason::Normal) => StopClass::Asked,
            Some(
                StopReason::FullLoadOnlyFinished
                | StopReason::StoppedAfterFullLoad
                | StopReason::StoppedAfterCachedEvents
                | StopReason::StoppedAfterDdlApply,
            ) => StopClass::Done,
            Some(StopReason::StoppedAtServerTime | StopReason::StoppedAtCommitTime) => StopClass::AtPosition,
            Some(
                StopReason::RecoverableError
                | StopReason::FatalError
                | StopReason::LowMemory
                | StopReason::LowDisk
                | StopReason::LicenseLimits,
            ) => StopClass::Failed,
            Some(StopReason::ReconfigurationRestart | StopReason::RecycleTask) => StopClass::ComesBack,
            Some(StopReason::Other(_)) | None => StopClass::Unknown,
        }
    }
}

impl StopReason {
    /// Reads DMS's text: `Stop Reason <CODE>`, alone or inside a sentence.
    pub fn parse(text: &str) -> Option<StopReason> {
        let code = match text.rfind("Stop Reason ") {
            Some(at) => &text[at + "Stop Reason ".len()..],
            None => text.trim(),
        };
        let end = code.find(|c: char| !(c.is_ascii_uppercase() || c == '_')).unwrap_or(code.len());
        let code = &code[..end];
        (!code.is_empty()).then(|| StopReason::from(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stop_reasons_are_found_alone_and_in_a_sentence() {
        let of = StopReason::parse;
        assert_eq!(of("Stop Reason FULL_LOAD_ONLY_FINISHED"), Some(StopReason::FullLoadOnlyFinished));
        assert_eq!(
            of("Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL"),
            Some(StopReason::FatalError)
        );
        assert_eq!(of("Stop Reason NORMAL"), Some(StopReason::Normal));
        assert_eq!(of("NORMAL"), Some(StopReason::Normal));
        assert_eq!(of(""), None);
        let unknown = of("Stop Reason SOMETHING_NEW").unwrap();
        assert_eq!(unknown, StopReason::Other("SOMETHING_NEW".into()));
        assert_eq!(unknown.as_str(), "SOMETHING_NEW");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let _ = StopReason::parse(&text);
            let _ = StopReason::parse(&format!("Stop Reason {text}"));
        }
    }
}
