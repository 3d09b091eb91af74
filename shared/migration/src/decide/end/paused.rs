//! Stopped at the close: what is loaded, what is in error, and what starts again.

use plan::finding::Severity;
use plan::{MigrationType, OnErrors, OnTableErrors, Until};

use super::case::{End, Ended};
use super::next_run::{is_resumed, next_run};
use super::tables::{Named, with_tables};
use crate::run::acts::StopCause;
use crate::run::tables::{TablePass, counted, some_of};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock_of;

pub(super) fn paused(ended: Ended<'_>, mut pass: TablePass) -> End {
    let absent = ended.absent();
    if !absent.is_empty() && ended.is_settling() {
        return End::LookAgain(format!(
            "{} that the mapping names are not listed yet",
            counted(absent.len())
        ));
    }
    if let Some(since) = ended.run.starting_since
        && pass.loaded == 0
        && pass.rows == 0
    {
        let words = format!(
            "the task was starting from {} until the window closed, and never came to run",
            on_the_clock_of(ended.plan, since)
        );
        let verdict = Verdict::new(Outcome::Failed, words, ended.now)
            .to_do("the task's log says what it waits for, where the task writes one");
        return with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete).into();
    }
    let loads = ended.task.migration_type != MigrationType::Cdc;
    let wrong = pass.errored.len() + absent.len() + if loads { pass.refused.len() } else { 0 };
    let differing = if validates(ended) { pass.mismatched.len() } else { 0 };
    let mut verdict = Verdict::new(outcome(ended, wrong, differing), words(ended, &pass, wrong), ended.now);
    pass.errored.extend(absent);
    if differing > 0 {
        verdict = verdict
            .because(format!(
                "the rows of {} differ in source and target, or could not be compared",
                counted(differing)
            ))
            .to_do("the rows are listed in the target's table awsdms_validation_failures_v1");
    }
    let nothing_finished = pass.loaded == 0 && loads;
    if nothing_finished && pass.total > 0 {
        verdict = verdict.because(
            "no table was finished in this window: unless the next one is longer, it will never fit like this",
        );
    }
    let again = pass.unfinished.iter().filter(|table| table.rows > 0).count();
    if again > 0 {
        verdict = verdict.because(match again {
            1 => "1 partly loaded table will start again from its beginning".to_owned(),
            _ => format!("{again} partly loaded tables will start again from their beginning"),
        });
    }
    let replicates = !loads || pass.complete();
    if validates(ended) && replicates && !pass.unvalidated.is_empty() {
        verdict = verdict.because(format!(
            "the rows of {} were still being compared; the next run goes on with it",
            counted(pass.unvalidated.len())
        ));
    }
    // What the next window goes on with by itself wakes nobody. One that brought nothing, or in which a replication did not
    // catch up, may be too short for it.
    let too_short = nothing_finished || ended.plan.until(&ended.task.migration_type) == Until::CaughtUp;
    if wrong + differing == 0 && !too_short && is_resumed(ended) {
        verdict = verdict.at_severity(Severity::Info);
    }
    let named = if differing > 0 && wrong == 0 { Named::Rows } else { Named::Incomplete };
    with_tables(next_run(ended, verdict), ended, pass, named).into()
}

fn validates(ended: Ended<'_>) -> bool {
    ended.settings.is_some_and(|settings| settings.validation)
}

/// Tables in error, or rows that differ, are no pause: what the plan says of them decides.
fn outcome(ended: Ended<'_>, wrong: usize, differing: usize) -> Outcome {
    let fails = (wrong > 0 && ended.plan.on_table_errors != OnTableErrors::Warn)
        || (differing > 0 && ended.plan.on_validation_errors == OnErrors::Fail);
    if fails { Outcome::PartlyFailed } else { Outcome::Paused }
}

fn words(ended: Ended<'_>, pass: &TablePass, wrong: usize) -> String {
    let aborted = ended.run.stop.as_ref().is_some_and(|stop| stop.cause == StopCause::Abort);
    let stopped = match aborted {
        true => "the task was stopped, as the plan's OnAbort says",
        false => "the window closed and the task was stopped",
    };
    let mut words = match ended.task.migration_type {
        MigrationType::Cdc => {
            let replicated = pass.total.saturating_sub(pass.errored.len());
            format!(
                "{stopped}; {} {} replicated",
                counted(replicated),
                if replicated == 1 { "is" } else { "are" }
            )
        }
        _ => format!("{stopped}; {} complete", some_of(pass.loaded, pass.total)),
    };
    if wrong > 0 {
        words.push_str(&format!(", {wrong} in error or never seen"));
    }
    words
}
