//! The `rehearse` command: one plan through the whole product, shown as it happens.
//!
//! Exit status: 0 for a good verdict, 1 for a bad one, 2 when the rehearsal itself could not run, 128 and the signal's
//! number when it was interrupted.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dms_simulator::Scenario;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use plan::Plan;
use plan::clean::for_a_terminal;
use plan::read::read;
use plan::text;
use rehearsal::arguments::{self, Arguments, TaskGiven, USAGE, Work};
use rehearsal::interrupt::Interrupts;
use rehearsal::made_up::{self, Existing, MadeUp};
use rehearsal::rehearse::Rehearsal;
use rehearsal::screen::Screen;
use rehearsal::told::Night;
use rehearsal::{Error, Result, home, page};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Work::Help) => {
            // Whoever asked and has gone away needs no answer.
            let _ = writeln!(std::io::stdout(), "{USAGE}");
            return ExitCode::SUCCESS;
        }
        Ok(Work::Rehearse(arguments)) => arguments,
        Err(error) => {
            eprintln!("rehearse: {}\n{USAGE}", for_a_terminal(&error));
            return ExitCode::from(2);
        }
    };
    let outcome = rehearsal(arguments).and_then(|rehearsal| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|source| Error::File { path: PathBuf::from("(runtime)"), source })?;
        runtime.block_on(async {
            let mut interrupts = Interrupts::listen()?;
            let told = rehearsal.run(&mut Screen::new(), Path::new("."), &mut interrupts).await?;
            page::write(&told, Path::new(".")).map(|()| told)
        })
    });
    match outcome {
        Ok(told) if told.nights.iter().all(Night::is_good) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{}", for_a_terminal(&error.to_string()));
            ExitCode::from(error.status())
        }
    }
}

/// Reads what was named and makes up what was not.
fn rehearsal(arguments: Arguments) -> Result<Rehearsal> {
    let Arguments { plan: path, scenario, task, at, pace, nights, json } = arguments;
    let input = read_json(&path)?;
    let plan = read(&input).plan;
    let given = scenario.as_deref().map(read_scenario).transpose()?;
    let described = match &task {
        Some(TaskGiven::File(path)) => Some((read_described(path)?, path)),
        Some(TaskGiven::MadeUp(_)) | None => None,
    };
    let known = given.as_ref().or(described.as_ref().map(|(scenario, _)| scenario));
    let place = home::of(&input, known.unwrap_or(&Scenario::default()));
    let MadeUp { scenario, said } = match (given, &plan, described) {
        (Some(scenario), _, _) => MadeUp { scenario, said: Vec::new() },
        (None, None, _) => MadeUp { scenario: Scenario::default(), said: Vec::new() },
        (None, Some(plan), described) => {
            let existing = match (described, &task) {
                (Some((scenario, path)), _) => {
                    Existing::Described(Box::new(scenario), path.display().to_string())
                }
                (None, Some(TaskGiven::MadeUp(kept))) => Existing::MadeUp(*kept),
                (None, _) => Existing::Unsaid,
            };
            made_up::world(plan, existing, &place).map_err(Error::Arguments)?
        }
    };
    let zone = plan.as_ref().map_or(TimeZone::UTC, made_up::zone);
    let begins = begins(at.as_deref(), plan.as_ref(), &zone)?;
    let name = path.display().to_string();
    Ok(Rehearsal { name, input, plan, scenario, said, place, zone, begins, pace, nights, json, seed: seed() })
}

fn begins(at: Option<&str>, plan: Option<&Plan>, zone: &TimeZone) -> Result<Timestamp> {
    let Some(text) = at else {
        return Ok(plan.map_or_else(now, |plan| made_up::beginning(plan, now())));
    };
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let local = text.parse::<DateTime>().ok()?;
        zone.to_timestamp(local).ok()
    });
    instant.ok_or_else(|| {
        Error::Arguments(format!("--at (AT=) takes a time like 2026-10-25T01:30, not {text:?}"))
    })
}

#[expect(clippy::disallowed_methods, reason = "a rehearsal without a chosen time begins now")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Another seed for each rehearsal: ARN tails are drawn at random, as DMS draws them.
fn seed() -> u64 {
    now().as_nanosecond() as u64
}

fn read_text(path: &Path) -> Result<String> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    // Windows writes a mark before the text that no reader of JSON takes, and every editor hides.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn read_json(path: &Path) -> Result<Value> {
    let parsed = text::parse(&read_text(path)?);
    parsed
        .map(|parsed| parsed.value)
        .map_err(|fault| Error::NotJson { path: path.to_owned(), what: fault.in_words() })
}

fn read_scenario(path: &Path) -> Result<Scenario> {
    let scenario = Scenario::from_json(&read_text(path)?);
    scenario.map_err(|error| Error::Scenario { path: path.to_owned(), what: error.to_string() })
}

/// What AWS printed about a task: an answer, or one task of it.
fn read_described(path: &Path) -> Result<Scenario> {
    let mut document = read_json(path)?;
    if document.get("ReplicationTaskIdentifier").is_some() {
        document = serde_json::json!({ "ReplicationTasks": [document] });
    }
    let described = Scenario::described(&document.to_string());
    described.map_err(|error| Error::Described { path: path.to_owned(), what: error.to_string() })
}
