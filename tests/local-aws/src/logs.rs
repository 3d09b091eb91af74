//! What the functions wrote, line by line, and for whom.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// How many lines are kept: enough for a long test run, and bounded.
const KEPT: usize = 200_000;

/// The stream that a line was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// One line that a function wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was read, by the real clock.
    pub real: Timestamp,
    pub function: String,
    /// The execution that the function was working for, by name; `None` before its first invocation.
    pub execution: Option<String>,
    pub pid: u32,
    /// Where it was written to.
    pub stream: Stream,
    /// The line, without its end.
    pub line: String,
}

type Listener = Arc<dyn Fn(&LogLine) + Send + Sync>;

/// The lines of all functions, in the order in which they were read. Clones share them.
#[derive(Clone, Default)]
pub struct Logs {
    lines: Arc<Mutex<VecDeque<LogLine>>>,
    listener: Arc<Mutex<Option<Listener>>>,
}

impl fmt::Debug for Logs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Logs").finish_non_exhaustive()
    }
}

impl Logs {
    /// Every line so far.
    pub fn all(&self) -> Vec<LogLine> {
        self.matching(|_| true)
    }

    /// The lines so far of one function.
    pub fn of_function(&self, function: &str) -> Vec<LogLine> {
        self.matching(|line| line.function == function)
    }

    /// The lines so far that were written for one execution.
    pub fn of_execution(&self, execution: &str) -> Vec<LogLine> {
        self.matching(|line| line.execution.as_deref() == Some(execution))
    }

    /// Calls `listener` with every line from now on, in place of the listener before.
    pub fn listen(&self, listener: impl Fn(&LogLine) + Send + Sync + 'static) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(listener));
    }

    pub(crate) fn add(&self, line: LogLine) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            listener(&line);
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn matching(&self, wanted: impl Fn(&LogLine) -> bool) -> Vec<LogLine> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| wanted(line)).cloned().collect()
    }
}
