//! What the command was asked for.

use std::path::PathBuf;

use lexopt::prelude::*;

/// What is to be done.
pub(crate) enum Work {
    /// Say how the command is used.
    Help,
    /// Check these files.
    Check {
        files: Vec<PathBuf>,
        /// What DMS answered about tasks that plans only name.
        task: Option<PathBuf>,
        output: Output,
    },
    /// Make a plan of the task in this file.
    FromTask { file: PathBuf, form: Form },
    /// Print the JSON Schema of a plan.
    Schema,
}

/// For whom.
#[derive(Clone, Copy)]
pub(crate) enum Output {
    ForPeople,
    Json,
}

/// In which form a plan has a task that exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// It describes the task, which is adopted.
    InFull,
    /// It only names the task, which somebody else keeps.
    External,
}

/// Reads the command line. What would be passed over beside the rest is refused, in whatever order it stands.
pub(crate) fn read() -> Result<Work, lexopt::Error> {
    let (mut files, mut tasks, mut described) = (Vec::new(), Vec::new(), Vec::new());
    let (mut json, mut schema, mut external) = (false, false, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Work::Help),
            Long("schema") => schema = true,
            Long("json") => json = true,
            Long("external") => external = true,
            Long("task") => described.push(parser.value()?.into()),
            Long("from-task") => tasks.push(parser.value()?.into()),
            Value(file) => files.push(file.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    let task = described.pop();
    if !described.is_empty() {
        return Err("--task is given once: one answer may describe several tasks".into());
    }
    let alone = files.is_empty() && !json && task.is_none();
    match (schema, tasks.pop()) {
        (true, None) if alone && !external => Ok(Work::Schema),
        (true, _) => Err("--schema stands alone".into()),
        (false, Some(file)) if alone && tasks.is_empty() => {
            Ok(Work::FromTask { file, form: if external { Form::External } else { Form::InFull } })
        }
        (false, Some(_)) => Err("--from-task takes one file, and stands alone, or beside --external".into()),
        (false, None) if external => Err("--external stands beside --from-task".into()),
        (false, None) if files.is_empty() => Err("no file is given".into()),
        (false, None) => {
            Ok(Work::Check { files, task, output: if json { Output::Json } else { Output::ForPeople } })
        }
    }
}
