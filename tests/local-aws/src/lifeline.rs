//! The pipe to the process that outlives this one for a moment, and ends every other child when this one is gone.
//!
//! `launcher.py` reads it. When the pipe closes, for whatever reason (a stop, a drop, `kill -9`), the launcher ends
//! the processes that were watched, by id, and then itself.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The writing end. Dropping it, or this process dying, ends everything that hangs on it.
#[derive(Debug)]
pub(crate) struct Lifeline {
    pipe: Mutex<Option<File>>,
}

impl Lifeline {
    pub(crate) fn new(pipe: File) -> Self {
        Self { pipe: Mutex::new(Some(pipe)) }
    }

    /// From now on this process does not outlive us.
    pub(crate) fn watch(&self, pid: u32) {
        self.say("watch", pid);
    }

    /// This process has ended; its id may soon be somebody else's.
    pub(crate) fn forget(&self, pid: u32) {
        self.say("forget", pid);
    }

    /// Lets go: what is still watched ends now.
    pub(crate) fn close(&self) {
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn say(&self, verb: &str, pid: u32) {
        if let Some(pipe) = self.pipe.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // A launcher that is gone cannot be told, and has ended what it watched.
            let _ = pipe.write_all(format!("{verb} {pid}\n").as_bytes());
        }
    }
}
