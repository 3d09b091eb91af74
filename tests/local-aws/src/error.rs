//! What can go wrong with the local AWS itself, as opposed to what it answers on AWS's behalf.

use std::path::PathBuf;

/// Why the local AWS could not be started, asked, or told something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no Python interpreter where one was looked for.
    #[error("no Python interpreter at {}; run `make venv`, or name one in LOCAL_AWS_PYTHON", path.display())]
    NoPython {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Moto ended, or said nothing usable, before it was ready.
    #[error(
        "moto did not start with {}: {why}; run `make venv` to install `moto[server]`; it last said: {said}",
        python.display()
    )]
    MotoStart {
        /// The interpreter that was used.
        python: PathBuf,
        /// What was seen.
        why: String,
        /// The last lines of its log.
        said: String,
    },
    /// No loopback port could be opened.
    #[error("failed to listen on 127.0.0.1: {0}")]
    Listen(#[source] std::io::Error),
    /// A function's program is not there.
    #[error("function {function} has no program at {}; build it first, with `cargo build --workspace`", path.display())]
    NoProgram {
        function: String,
        /// Where its program was looked for.
        path: PathBuf,
    },
    /// A function that nobody configured was named.
    #[error("no function named {name} here; there are: {known}")]
    NoFunction {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A function's program could not be started.
    #[error("failed to start function {function}: {source}")]
    Spawn {
        function: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A call over HTTP to a local service did not come back.
    #[error("failed to call {what}: {why}")]
    Call {
        /// The service or operation.
        what: String,
        /// What was seen.
        why: String,
    },
    /// A local service refused a call.
    #[error("{what} was answered with status {status}: {body}")]
    Refused {
        what: String,
        /// The HTTP status.
        status: u16,
        /// The body, as it came.
        body: String,
    },
    /// A file of the template could not be read.
    #[error("failed to read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The template, or the state machine that it names, cannot be used here.
    #[error("{}: {why}", path.display())]
    Template {
        path: PathBuf,
        /// What is wrong with it, and where.
        why: String,
    },
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
