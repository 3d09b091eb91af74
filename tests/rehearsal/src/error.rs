//! Why a rehearsal could not run. A migration that ends badly is none of these.

use std::path::PathBuf;

/// The result of something that a rehearsal needs.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a rehearsal could not run: what was attempted, what came back, what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line.
    #[error("the rehearsal could not run: {0}")]
    Arguments(String),
    /// A file that cannot be read.
    #[error("the rehearsal could not run: reading {path}: {source}; name a file that exists")]
    File {
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error(
        "the rehearsal ran, and its page is lost: writing {path}: {source}; free the place, or give it another owner"
    )]
    Unwritten {
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that is not JSON, or nested too deeply.
    #[error("the rehearsal could not run: reading {path}: {what}")]
    NotJson {
        path: PathBuf,
        /// What a person sees there, with line and column.
        what: String,
    },
    /// What AWS printed about a task, and what is no such thing.
    #[error("the rehearsal could not run: reading the described task {path}: {what}")]
    Described {
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Somebody ended it early.
    #[error("interrupted {at}; the local AWS has been stopped")]
    Interrupted {
        /// When, in words.
        at: String,
        /// The exit status.
        status: u8,
    },
    /// A scenario that is none.
    #[error("the rehearsal could not run: reading the scenario {path}: {what}")]
    Scenario {
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The local AWS does not come up.
    #[error("the rehearsal could not run: {0}")]
    LocalAws(#[from] local_aws::Error),
    /// A call to the local AWS.
    #[error("the rehearsal could not run: {attempt}: {what}")]
    Call {
        /// What was attempted.
        attempt: &'static str,
        /// What came back.
        what: String,
    },
    /// An execution that does not come to its end.
    #[error("the rehearsal could not run: the execution {name} has not ended after {seconds} s of real time")]
    NoEnd {
        /// Its name.
        name: String,
        /// How long it was waited for.
        seconds: u64,
    },
}

impl Error {
    /// The exit status of a rehearsal that ended in it.
    pub fn status(&self) -> u8 {
        match self {
            Error::Interrupted { status, .. } => *status,
            _ => 2,
        }
    }

    /// A call that failed, with the whole chain of causes.
    pub(crate) fn call(attempt: &'static str, error: &dyn std::error::Error) -> Error {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            what.push_str(": ");
            what.push_str(&cause.to_string());
            source = cause.source();
        }
        Error::Call { attempt, what }
    }
}
