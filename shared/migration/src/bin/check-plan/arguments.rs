//! What the command was asked for.

use std::path::PathBuf;

use lexopt::prelude::*;

/// What is to be done.
pub(crate) enum Work {
    /// Say how the command is used.
    Help,
    /// Check these files.
    Check { files: Vec<PathBuf>, output: Output },
    /// Make a plan of the task in this file.
    FromTask(PathBuf),
    /// Print the JSON Schema of a plan.
    Schema,
}

/// For whom.
#[derive(Clone, Copy)]
pub(crate) enum Output {
    ForPeople,
    Json,
}

/// Reads the command line.
pub(crate) fn read() -> Result<Work, lexopt::Error> {
    let mut files = Vec::new();
    let mut output = Output::ForPeople;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Work::Help),
            Long("schema") => {
                if let Some(more) = parser.next()? {
                    return Err(more.unexpected());
                }
                return Ok(Work::Schema);
            }
            Long("json") => output = Output::Json,
            Long("from-task") => {
                let file = parser.value()?.into();
                if let Some(more) = parser.next()? {
                    return Err(more.unexpected());
                }
                return Ok(Work::FromTask(file));
            }
            Value(file) => files.push(file.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    if files.is_empty() {
        return Err("no file is given".into());
    }
    Ok(Work::Check { files, output })
}
