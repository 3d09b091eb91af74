//! What the command was asked for.

use std::path::PathBuf;

use lexopt::prelude::*;

/// What is to be done.
pub(crate) enum Work {
    /// Say how the command is used.
    Help,
    /// Check these files; of the one plan among them that only names its task, this describes it.
    Check { files: Vec<PathBuf>, task: Option<PathBuf>, output: Output },
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

/// Reads the command line. What would be passed over beside the rest is refused, in whatever order it stands.
pub(crate) fn read() -> Result<Work, lexopt::Error> {
    let (mut files, mut tasks, mut described) = (Vec::new(), Vec::new(), Vec::new());
    let (mut json, mut schema) = (false, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Work::Help),
            Long("schema") => schema = true,
            Long("json") => json = true,
            Long("from-task") => tasks.push(parser.value()?.into()),
            Long("task") => described.push(parser.value()?.into()),
            Value(file) => files.push(file.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    let alone = files.is_empty() && described.is_empty() && !json;
    if described.len() > 1 || (described.len() == 1 && files.len() != 1) {
        return Err("--task describes the task of one plan: give it once, with one plan".into());
    }
    match (schema, tasks.pop()) {
        (true, None) if alone => Ok(Work::Schema),
        (true, _) => Err("--schema stands alone".into()),
        (false, Some(task)) if alone && tasks.is_empty() => Ok(Work::FromTask(task)),
        (false, Some(_)) => Err("--from-task takes one file, and stands alone".into()),
        (false, None) if files.is_empty() => Err("no file is given".into()),
        (false, None) => {
            let output = if json { Output::Json } else { Output::ForPeople };
            Ok(Work::Check { files, task: described.pop(), output })
        }
    }
}
