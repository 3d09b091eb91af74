//! A good end, if the tables are good and their rows agree.

use crate::run::status::Status;
use jiff::Timestamp;
use plan::{MigrationType, OnErrors, OnTableErrors, Start};

use super::at_most_with_warnings;
use super::case::{End, Ended};
use super::next_run::next_run;
use super::tables::{Named, of_an_earlier_night, with_tables};
use crate::run::acts::StartKind;
use crate::run::commands;
use crate::run::tables::{self, TablePass, counted, some_of};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock_of;
use crate::time::graces::VALIDATION_PATIENCE;

/// A good end, if the tables are good.
pub(super) fn done(ended: Ended<'_>, mut pass: TablePass, reason: String) -> End {
    let Ended { task, now, .. } = ended;
    // What the states of a replicated table mean besides errors is documented nowhere, so cdc asks for no more.
    let loads = task.migration_type != MigrationType::Cdc;
    let absent = ended.absent();
    let counted = match &task.stats {
        Some(stats) if loads => pass.incomplete_by_counters(stats),
        Some(stats) => stats.tables_errored as usize,
        None => 0,
    };
    let listed = if loads { pass.incomplete() } else { pass.errored.len() };
    let agrees = match &task.stats {
        Some(stats) if loads => pass.agrees_with(stats),
        _ => counted <= listed,
    };
    if (!agrees || !absent.is_empty()) && ended.is_settling() {
        return End::LookAgain(format!(
            "statistics are not settled yet: {} incomplete by DMS's counters, {listed} by its list, and {} missing that the \
             mapping names",
            tables::counted(counted),
            absent.len()
        ));
    }
    if pass.total == 0 {
        let verdict = Verdict::new(Outcome::Failed, "no table was migrated", now)
            .because(reason)
            .to_do("check the selection rules of the mapping against the source's schemas and tables");
        pass.errored.extend(absent);
        return with_tables(verdict, ended, pass, Named::Incomplete).into();
    }
    let bad = listed.max(counted) + absent.len();
    if bad > 0 {
        pass.errored.extend(absent);
        let reason = if counted > listed {
            format!(
                "{reason}; DMS counts {} as incomplete and lists {listed}: the worse counts",
                tables::counted(counted)
            )
        } else {
            reason
        };
        return incomplete(ended, pass, bad, reason).into();
    }
    let end = fewer_rows(ended, &pass, older(ended, judge_rows(ended, pass.clone(), reason)));
    match begun_before(ended) {
        Some(began) => at_most_with_warnings(
            end,
            &format!(
                "the load was begun before this run, at {}: its rows are not this run's",
                on_the_clock_of(ended.plan, began)
            ),
        ),
        None => end,
    }
}

/// A load that has gone on from an earlier night is whole, and its rows are of two.
fn older(ended: Ended<'_>, end: End) -> End {
    match of_an_earlier_night(ended).len() {
        0 => end,
        old => {
            let when = if ended.run.windowed() { "night" } else { "load" };
            at_most_with_warnings(end, &format!("the rows of {} are of an earlier {when}", counted(old)))
        }
    }
}

/// A load that was made anew and brought less than half of the rows of the one before it is whole, and somebody should
/// look why.
fn fewer_rows(ended: Ended<'_>, pass: &TablePass, end: End) -> End {
    let anew = ended.run.drive.start().is_some_and(|start| start.kind == StartKind::ReloadTarget);
    match ended.run.previous_load {
        Some(before) if anew && pass.rows < before.rows / 2 => at_most_with_warnings(
            end,
            &format!("this load brought {} rows, and the one before it {}", pass.rows, before.rows),
        ),
        _ => end,
    }
}

/// When the load was begun, in a run that was to load all tables anew and has found the load of another one under way.
fn begun_before(ended: Ended<'_>) -> Option<Timestamp> {
    let Ended { plan, run, task, .. } = ended;
    let stats = task.stats.as_ref()?;
    let began = stats.fresh_start_date.or(stats.start_date)?;
    let anew = matches!(plan.start, Start::Refresh | Start::Reload);
    let loads = task.migration_type != MigrationType::Cdc;
    (anew && loads && run.drive.joined().is_some() && began < run.opened).then_some(began)
}

/// Tables are missing from an end that was good otherwise.
fn incomplete(ended: Ended<'_>, pass: TablePass, bad: usize, reason: String) -> Verdict {
    let Ended { plan, task, now, .. } = ended;
    let (words, good) = match task.migration_type {
        MigrationType::Cdc => {
            (format!("{} in error", some_of(bad, pass.total)), pass.total.saturating_sub(bad))
        }
        _ => {
            let are = if bad == 1 { "is" } else { "are" };
            (format!("{} complete, {bad} {are} not", some_of(pass.loaded, pass.total)), pass.loaded)
        }
    };
    // A load that comes to its end by itself leaves none: an error of a table is another thing.
    let left = match task.migration_type {
        MigrationType::Cdc => 0,
        _ => pass.unfinished.len(),
    };
    let outcome = match plan.on_table_errors {
        _ if good == 0 => Outcome::Failed,
        OnTableErrors::Warn if left == 0 => Outcome::SucceededWithWarnings,
        OnTableErrors::Warn | OnTableErrors::Fail | OnTableErrors::Reload => Outcome::PartlyFailed,
    };
    let mut verdict = Verdict::new(outcome, words, now).because(reason);
    if left > 0 {
        verdict = verdict.because(format!(
            "{} left unfinished without an error: somebody may have stopped the task",
            counted(left)
        ));
    }
    let verdict = verdict
        .to_do("the task's log names the cause for each table, where the task writes one")
        .to_do(format!("list the tables in error: {}", commands::list_tables_in_error(&task.arn)));
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}

/// Every table is complete: do the rows agree?
fn judge_rows(ended: Ended<'_>, mut pass: TablePass, reason: String) -> End {
    let Ended { plan, now, .. } = ended;
    let all = match pass.total {
        total if ended.task.migration_type == MigrationType::Cdc => match total {
            1 => "the one table was replicated".to_owned(),
            total => format!("all {total} tables were replicated"),
        },
        1 => "the one table is complete".to_owned(),
        total => format!("all {total} tables are complete"),
    };
    if doubts_the_load(ended, &pass) {
        let endless = std::mem::take(&mut pass.endless);
        let verdict = Verdict::new(
            Outcome::SucceededWithWarnings,
            format!("{all}, but for {} DMS gives no end of a load", counted(endless.len())),
            now,
        )
        .because(reason)
        .because(
            "the load had been interrupted, and whether a resume loads the rest is not documented by DMS",
        )
        .to_do("compare the rows of these tables in source and target");
        pass.errored = endless;
        return with_tables(verdict, ended, pass, Named::Incomplete).into();
    }
    if !ended.settings.is_some_and(|settings| settings.validation) {
        let verdict = Verdict::new(Outcome::Succeeded, all, now).because(reason).because("rows not verified");
        return with_tables(verdict, ended, pass, Named::Incomplete).into();
    }
    let stopped = ended.task.status == Status::Stopped;
    let loaded = ended.task.stats.as_ref().and_then(|stats| stats.full_load_finish_date);
    let comparing = loaded.is_some_and(|loaded| now.duration_since(loaded) < VALIDATION_PATIENCE);
    if !stopped && comparing && !pass.unvalidated.is_empty() && !ended.run.is_over(now) {
        return End::Later(format!(
            "{all}; the rows of {} are still being compared, and the task goes on",
            counted(pass.unvalidated.len())
        ));
    }
    // A stop of ours interrupts the comparison: what it had not come to is pending, and not different.
    let cut_off = ended.is_cut_off_by_us();
    let different = pass.mismatched.len() + if stopped && !cut_off { pass.unvalidated.len() } else { 0 };
    if different > 0 {
        let outcome = match plan.on_validation_errors {
            OnErrors::Fail => Outcome::PartlyFailed,
            OnErrors::Warn => Outcome::SucceededWithWarnings,
        };
        let verdict = Verdict::new(
            outcome,
            format!(
                "{all}, but the rows of {} were not found equal in source and target",
                counted(different)
            ),
            now,
        )
        .because(reason)
        .to_do("the rows are listed in the target's table awsdms_validation_failures_v1");
        return with_tables(verdict, ended, pass, Named::Rows).into();
    }
    if pass.verified() {
        let mut verdict = Verdict::new(Outcome::Succeeded, all, now).because(reason).because("rows verified");
        verdict.verified = true;
        return with_tables(verdict, ended, pass, Named::Rows).into();
    }
    let words = match (pass.unverifiable.len(), pass.unvalidated.len()) {
        (0, pending) if cut_off => {
            format!(
                "{all}; the rows of {} were still being compared when the window closed",
                counted(pending)
            )
        }
        (unverifiable, pending) => {
            format!("{all}; the rows of {} could not be verified", counted(unverifiable + pending))
        }
    };
    let verdict = Verdict::new(Outcome::SucceededWithWarnings, words, now).because(reason);
    with_tables(verdict, ended, pass, Named::Rows).into()
}

/// True when this run has resumed a load together with its replication and DMS shows the end of a load for some tables
/// only: whether a resume loads the rest is documented nowhere, so complete is not taken at its word.
fn doubts_the_load(ended: Ended<'_>, pass: &TablePass) -> bool {
    let resumed = ended.run.drive.start().is_some_and(|start| start.kind == StartKind::ResumeProcessing);
    resumed
        && ended.task.migration_type == MigrationType::FullLoadAndCdc
        && !pass.endless.is_empty()
        && pass.endless.len() < pass.total
}
