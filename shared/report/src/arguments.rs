//! What the command was asked for.

use std::path::PathBuf;

use lexopt::prelude::*;

/// What is to be done.
pub(crate) enum Work {
    /// Say how the command is used.
    Help,
    /// Write the page of the run in this file.
    Write { document: PathBuf, output: PathBuf },
}

/// Where the page is written when nothing else is said.
const OUTPUT: &str = "target/report.html";

/// Reads the command line. What would be passed over beside the rest is refused.
pub(crate) fn read() -> Result<Work, lexopt::Error> {
    let (mut document, mut output) = (None, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Work::Help),
            Short('o') | Long("output") if output.is_none() => output = Some(parser.value()?.into()),
            Value(file) if document.is_none() => document = Some(file.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    let document = document.ok_or("no file is given")?;
    Ok(Work::Write { document, output: output.unwrap_or_else(|| OUTPUT.into()) })
}
