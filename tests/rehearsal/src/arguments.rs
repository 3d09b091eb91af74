//! What the command was asked for.

use std::path::PathBuf;

use dms_simulator::MigrationType;
use dms_simulator::scenario::TaskState;
use lexopt::prelude::*;

use crate::nights::MAX_NIGHTS;

/// How the command is used.
pub const USAGE: &str = "\
usage: rehearse [--plan] PLAN [--scenario FILE] [--task FILE|TYPE[,STATE]] [--at TIME] [--speed N] [--nights N] [--json]

Runs a plan through the whole product on this machine: the real state machine, the real functions, and a DMS that
behaves like DMS. No AWS account is used; account, Region and partition are those of the plan's ARNs.
  --plan PLAN      the plan, as an execution of the state machine would get it
  --scenario FILE  the world of the story, instead of one that is made up from the plan; `aws dms describe-...`
                   answers may be pasted into it
  --task FILE      what `aws dms describe-replication-tasks` printed about the task that the plan names
  --task TYPE[,STATE]
                   make that task up: full-load, cdc or full-load-and-cdc, and NeverRun, Loaded, StoppedHalfWay,
                   FailedHalfWay, FailedReplicating, Loading or Replicating; full-load-and-cdc,Loaded by default
  --at TIME        when the local clock begins: 2026-10-25T01:30 in the plan's zone, or an instant with Z or an offset
  --speed N        watch at N times the real pace, 1 to 3600; without it waits are skipped and times are exact
  --nights N       so many nights, 1 to 14, each at the next opening of the window
  --json           print what machines get, too
exit status: 0 for a good verdict, 1 for a bad one, 2 when the rehearsal could not run, 128 and the signal's number
when it was interrupted";

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Work {
    /// Say how the command is used.
    Help,
    /// Rehearse a plan.
    Rehearse(Arguments),
}

/// What a rehearsal was asked for.
#[derive(Debug, PartialEq)]
pub struct Arguments {
    /// The plan.
    pub plan: PathBuf,
    /// The world of the story; one made up from the plan without it.
    pub scenario: Option<PathBuf>,
    /// The task that exists.
    pub task: Option<TaskGiven>,
    /// When the local clock begins, as it was written.
    pub at: Option<String>,
    /// How local time passes.
    pub pace: Pace,
    /// How many nights.
    pub nights: u32,
    /// Whether what machines get is printed too.
    pub json: bool,
}

/// The task that exists, as it was given.
#[derive(Debug, PartialEq)]
pub enum TaskGiven {
    /// What AWS printed about it.
    File(PathBuf),
    /// One to make up.
    MadeUp(Kept),
}

/// A task that is made up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// What it migrates.
    pub migration_type: MigrationType,
    /// How far it came.
    pub state: TaskState,
}

impl Default for Kept {
    /// What most keepers of a task wish to have resumed every night: a load with replication whose load is done, and
    /// which its keeper has stopped.
    fn default() -> Self {
        Kept { migration_type: MigrationType::FullLoadAndCdc, state: TaskState::Loaded }
    }
}

/// How local time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Waits are skipped; between them time is real.
    Skipping,
    /// So many local seconds in a real one.
    Speed(u32),
}

/// Reads the command line, without the program's name. An option with an empty value is one that was not given: that is
/// how `make` hands on a variable that is not set.
///
/// # Errors
/// A sentence that says which option is wrong, and what it takes.
pub fn read(words: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Work, String> {
    let (mut plan, mut scenario, mut task, mut at) = (None, None, None, None);
    let (mut pace, mut nights, mut json) = (Pace::Skipping, 1, false);
    let mut parser = lexopt::Parser::from_args(words);
    let bad = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(bad)? {
        let name = match argument {
            Short('h') | Long("help") => return Ok(Work::Help),
            Long("json") => {
                json = true;
                continue;
            }
            Value(file) if plan.is_none() => {
                plan = Some(PathBuf::from(file));
                continue;
            }
            Long(name @ ("plan" | "scenario" | "task" | "at" | "speed" | "nights")) => name.to_owned(),
            other => return Err(bad(other.unexpected())),
        };
        let value = parser.value().map_err(bad)?;
        if value.is_empty() {
            continue;
        }
        let text = value.to_string_lossy().into_owned();
        match name.as_str() {
            "plan" => plan = Some(value.into()),
            "scenario" => scenario = Some(value.into()),
            "task" => {
                task = Some(made_up(&text)?.map_or_else(|| TaskGiven::File(value.into()), TaskGiven::MadeUp));
            }
            "at" => at = Some(text),
            "speed" => pace = Pace::Speed(number("--speed (SPEED=)", &text, 3600)?),
            _ => nights = number("--nights (NIGHTS=)", &text, MAX_NIGHTS)?,
        }
    }
    let plan = plan.ok_or("no plan is given")?;
    if scenario.is_some() && task.is_some() {
        return Err(
            "--scenario and --task exclude each other: put the task into the scenario's ReplicationTasks"
                .to_owned(),
        );
    }
    Ok(Work::Rehearse(Arguments { plan, scenario, task, at, pace, nights, json }))
}

fn number(option: &str, text: &str, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{option} takes a whole number from 1 to {most}, not {text:?}"))
}

/// The task that these words describe; `None` when they do not begin with a migration type.
fn made_up(text: &str) -> Result<Option<Kept>, String> {
    let (migration_type, state) =
        text.split_once(',').map_or((text, None), |(kind, state)| (kind, Some(state)));
    let migration_type = match migration_type {
        "full-load" => MigrationType::FullLoad,
        "cdc" => MigrationType::Cdc,
        "full-load-and-cdc" => MigrationType::FullLoadAndCdc,
        _ => return Ok(None),
    };
    let state = match state {
        None => TaskState::Loaded,
        Some(word) => serde_json::from_value(word.into()).map_err(|_| {
            format!(
                "--task (TASK=) takes a state of NeverRun, Loaded, StoppedHalfWay, FailedHalfWay, FailedReplicating, \
                 Loading or Replicating, not {word:?}"
            )
        })?,
    };
    Ok(Some(Kept { migration_type, state }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Work, String> {
        read(words.iter().map(std::ffi::OsString::from))
    }

    fn plain() -> Arguments {
        Arguments {
            plan: "plan.json".into(),
            scenario: None,
            task: None,
            at: None,
            pace: Pace::Skipping,
            nights: 1,
            json: false,
        }
    }

    #[test]
    fn what_make_hands_on_empty_was_not_given() {
        let words = [
            "--plan",
            "plan.json",
            "--scenario",
            "",
            "--task",
            "",
            "--at",
            "",
            "--speed",
            "",
            "--nights",
            "",
        ];
        assert_eq!(asked(&words), Ok(Work::Rehearse(plain())));
        assert_eq!(asked(&["plan.json"]), Ok(Work::Rehearse(plain())));
    }

    #[test]
    fn every_option_is_taken() {
        let words = [
            "--plan=plan.json",
            "--scenario",
            "world.json",
            "--at",
            "2026-10-25T01:30",
            "--speed",
            "60",
            "--nights",
            "7",
            "--json",
        ];
        let expected = Arguments {
            scenario: Some("world.json".into()),
            at: Some("2026-10-25T01:30".to_owned()),
            pace: Pace::Speed(60),
            nights: 7,
            json: true,
            ..plain()
        };
        assert_eq!(asked(&words), Ok(Work::Rehearse(expected)));
        assert_eq!(asked(&["--help", "--nonsense"]), Ok(Work::Help));
    }

    #[test]
    fn a_task_is_a_file_or_one_to_make_up() {
        let task = |text: &str| match asked(&["plan.json", "--task", text]) {
            Ok(Work::Rehearse(arguments)) => Ok(arguments.task),
            Ok(Work::Help) => Ok(None),
            Err(error) => Err(error),
        };
        assert_eq!(task("described.json"), Ok(Some(TaskGiven::File("described.json".into()))));
        assert_eq!(task("full-load-and-cdc"), Ok(Some(TaskGiven::MadeUp(Kept::default()))));
        let failed = Kept { migration_type: MigrationType::Cdc, state: TaskState::FailedReplicating };
        assert_eq!(task("cdc,FailedReplicating"), Ok(Some(TaskGiven::MadeUp(failed))));
        assert!(task("cdc,stopped").is_err_and(|error| error.contains("NeverRun, Loaded")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (words, says) in [
            (&["--plan", ""][..], "no plan is given"),
            (
                &["plan.json", "--speed", "fast"],
                "--speed (SPEED=) takes a whole number from 1 to 3600, not \"fast\"",
            ),
            (&["plan.json", "--speed", "0"], "from 1 to 3600"),
            (&["plan.json", "--nights", "15"], "--nights (NIGHTS=) takes a whole number from 1 to 14"),
            (&["plan.json", "--colour", "red"], "--colour"),
            (&["plan.json", "other.json"], "other.json"),
            (&["plan.json", "--scenario", "a", "--task", "b"], "exclude each other"),
            (&["--plan"], "--plan"),
        ] {
            let error = asked(words).unwrap_err();
            assert!(error.contains(says), "{says}\n{error}");
        }
    }
}
