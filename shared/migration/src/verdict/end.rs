//! The verdict on a task that has come to rest, or that has done what the plan waited for.

use jiff::{SignedDuration, Timestamp};

use super::tables::TablePass;
use super::{Outcome, Verdict};
use crate::cause::Cause;
use crate::commands;
use crate::document::{Run, StartKind, StopCause};
use crate::observation::{Facts, StopReason, Table, Task};
use crate::plan::{MigrationType, OnErrors, OnTableErrors, Plan};
use crate::start_type::{self, Choice};

/// How long after a stop the counters and the table list may still disagree: statistics are updated late.
pub const STATISTICS_SETTLE: SignedDuration = SignedDuration::from_mins(2);

/// How long after a load rows may still be compared while the task goes on replicating. Afterwards they are reported as
/// pending: with replication validation never comes to an end.
pub const VALIDATION_PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How long after a stop of its own DMS may take to start the task again.
const RESTART_PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What comes of judging an end.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It is one.
    Verdict(Box<Verdict>),
    /// It cannot be judged yet, and that is a matter of moments; why.
    LookAgain(String),
    /// It cannot be judged yet, and that may take its time; why.
    Later(String),
}

impl From<Verdict> for End {
    fn from(verdict: Verdict) -> End {
        End::Verdict(Box::new(verdict))
    }
}

/// What an end is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The run that ends.
    pub run: &'a Run,
    /// The task as it was last seen.
    pub task: &'a Task,
    /// The settings in force.
    pub facts: Option<&'a Facts>,
    /// All tables.
    pub tables: &'a [Table],
    /// Now.
    pub now: Timestamp,
}

/// Judges a task that is stopped or failed, in a run that is ours.
pub fn at_rest(ended: Ended<'_>) -> End {
    let Ended { task, run, now, .. } = ended;
    let pass = TablePass::over(ended.tables);
    let reason = task.stop_reason.as_ref();
    if task.status != "stopped" {
        let words = match task.status.as_str() {
            "failed" => "the DMS task has failed".to_owned(),
            status => format!("the DMS task is {status}"),
        };
        return failed(ended, pass, words).into();
    }
    match reason {
        Some(StopReason::StoppedAtServerTime) if at_our_close(ended) => paused(ended, pass).into(),
        Some(
            StopReason::FatalError
            | StopReason::RecoverableError
            | StopReason::LowResources(_)
            | StopReason::LicenseLimits,
        ) => failed(ended, pass, format!("DMS stopped the task: {}", code(reason))).into(),
        Some(StopReason::Restarting(code)) => {
            let stopped =
                task.stats.as_ref().and_then(|stats| stats.stop_date).or(run.at_rest).unwrap_or(now);
            if now.duration_since(stopped) < RESTART_PATIENCE {
                return End::LookAgain(format!("DMS stopped the task to start it again ({code})"));
            }
            failed(ended, pass, format!("DMS stopped the task ({code}) and did not start it again")).into()
        }
        Some(
            StopReason::FullLoadOnlyFinished
            | StopReason::StoppedAfterFullLoad
            | StopReason::StoppedAfterCachedEvents
            | StopReason::StoppedAfterDdlApply
            | StopReason::StoppedAtServerTime
            | StopReason::StoppedAtCommitTime,
        ) => done(ended, pass, format!("the task stopped by itself: {}", code(reason))),
        Some(StopReason::Normal | StopReason::Other(_)) | None => match run.stop.as_ref().map(|s| s.why) {
            Some(StopCause::Done) => {
                let words = run.stop.as_ref().map_or("", |stop| stop.words.as_str());
                done(ended, pass, format!("the task was stopped as the plan says: {words}"))
            }
            _ if task.migration_type == MigrationType::FullLoad && pass.complete() => {
                let end = done(ended, pass, format!("every table is complete ({})", code(reason)));
                if reason == Some(&StopReason::Normal) { end } else { at_most_with_warnings(end) }
            }
            Some(StopCause::Close) => paused(ended, pass).into(),
            None => interrupted(ended, pass).into(),
        },
    }
}

/// A success that DMS gives no known reason for: every table is complete, and somebody should know.
fn at_most_with_warnings(end: End) -> End {
    match end {
        End::Verdict(verdict) if verdict.outcome == Outcome::Succeeded => {
            let reason = "DMS gives no stop reason that is known for a good end";
            End::Verdict(Box::new(verdict.as_outcome(Outcome::SucceededWithWarnings).because(reason)))
        }
        end => end,
    }
}

/// True when DMS has stopped a replication at the close of the window, which this run gave it as a stop position.
fn at_our_close(ended: Ended<'_>) -> bool {
    ended.task.migration_type == MigrationType::Cdc
        && ended.run.stop_at_close
        && !ended.plan.keeps_its_stop_position()
}

/// Judges a task that runs on and has done what the plan waited for; `reason` says what that was.
pub fn reached(ended: Ended<'_>, reason: String) -> End {
    let pass = TablePass::over(ended.tables);
    done(ended, pass, reason)
}

/// A good end, if the tables are good.
fn done(ended: Ended<'_>, mut pass: TablePass, reason: String) -> End {
    let Ended { task, now, .. } = ended;
    // What the states of a replicated table mean besides errors is documented nowhere, so cdc asks for no more.
    let loads = task.migration_type != MigrationType::Cdc;
    let absent = ended.facts.map(|facts| TablePass::absent(ended.tables, &facts.named)).unwrap_or_default();
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
    if !agrees || !absent.is_empty() {
        let stats = task.stats.as_ref();
        let since =
            stats.and_then(|stats| stats.stop_date.or(stats.full_load_finish_date)).or(ended.run.at_rest);
        if since.is_some_and(|since| now.duration_since(since) < STATISTICS_SETTLE) {
            return End::LookAgain(format!(
                "statistics are not settled yet: {counted} tables are incomplete by DMS's counters, {listed} by its list, \
                 and {} that the mapping names are not listed",
                absent.len()
            ));
        }
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
            format!("{reason}; DMS counts {counted} incomplete tables and lists {listed}: the worse counts")
        } else {
            reason
        };
        return incomplete(ended, pass, bad, reason).into();
    }
    judge_rows(ended, pass, reason)
}

/// Tables are missing from an end that was good otherwise.
fn incomplete(ended: Ended<'_>, pass: TablePass, bad: usize, reason: String) -> Verdict {
    let Ended { plan, task, now, .. } = ended;
    let (words, good) = match task.migration_type {
        MigrationType::Cdc => {
            (format!("{bad} of {} tables are in error", pass.total), pass.total.saturating_sub(bad))
        }
        _ => {
            let are = if bad == 1 { "is" } else { "are" };
            (format!("{} of {} tables are complete, {bad} {are} not", pass.loaded, pass.total), pass.loaded)
        }
    };
    let outcome = match plan.on_table_errors {
        _ if good == 0 => Outcome::Failed,
        OnTableErrors::Warn => Outcome::SucceededWithWarnings,
        OnTableErrors::Fail | OnTableErrors::Reload => Outcome::PartlyFailed,
    };
    let verdict = Verdict::new(outcome, words, now)
        .because(reason)
        .to_do("the task's log in CloudWatch names the cause")
        .to_do(format!("list the tables in error: {}", commands::list_tables_in_error(&task.arn)));
    with_tables(next_load(ended, verdict), ended, pass, Named::Incomplete)
}

/// Every table is complete: do the rows agree?
fn judge_rows(ended: Ended<'_>, mut pass: TablePass, reason: String) -> End {
    let Ended { plan, now, .. } = ended;
    let all = match pass.total {
        total if ended.task.migration_type == MigrationType::Cdc => format!("{total} tables were replicated"),
        1 => "the one table is complete".to_owned(),
        total => format!("all {total} tables are complete"),
    };
    if doubts_the_load(ended, &pass) {
        let endless = std::mem::take(&mut pass.endless);
        let verdict = Verdict::new(
            Outcome::SucceededWithWarnings,
            format!("{all}, but for {} DMS gives no end of a load", endless.len()),
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
    if !ended.facts.is_some_and(|facts| facts.validation) {
        let verdict = Verdict::new(Outcome::Succeeded, all, now).because(reason).because("rows not verified");
        return with_tables(verdict, ended, pass, Named::Incomplete).into();
    }
    let stopped = ended.task.status == "stopped";
    let loaded = ended.task.stats.as_ref().and_then(|stats| stats.full_load_finish_date);
    let comparing = loaded.is_some_and(|loaded| now.duration_since(loaded) < VALIDATION_PATIENCE);
    if !stopped && comparing && !pass.unvalidated.is_empty() && !ended.run.is_over(now) {
        return End::Later(format!(
            "{all}; the rows of {} are still being compared, and the task goes on",
            pass.unvalidated.len()
        ));
    }
    let different = pass.mismatched.len() + if stopped { pass.unvalidated.len() } else { 0 };
    if different > 0 {
        let outcome = match plan.on_validation_errors {
            OnErrors::Fail => Outcome::PartlyFailed,
            OnErrors::Warn => Outcome::SucceededWithWarnings,
        };
        let verdict = Verdict::new(
            outcome,
            format!("{all}, but the rows of {different} were not found equal in source and target"),
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
    let unverified = pass.unverifiable.len() + pass.unvalidated.len();
    let verdict = Verdict::new(
        Outcome::SucceededWithWarnings,
        format!("{all}; the rows of {unverified} could not be verified"),
        now,
    )
    .because(reason);
    with_tables(verdict, ended, pass, Named::Rows).into()
}

/// True when this run has resumed a load together with its replication and DMS shows the end of a load for some tables
/// only: whether a resume loads the rest is documented nowhere, so complete is not taken at its word.
fn doubts_the_load(ended: Ended<'_>, pass: &TablePass) -> bool {
    let resumed = ended.run.start.as_ref().is_some_and(|start| start.kind == StartKind::ResumeProcessing);
    resumed
        && ended.task.migration_type == MigrationType::FullLoadAndCdc
        && !pass.endless.is_empty()
        && pass.endless.len() < pass.total
}

fn failed(ended: Ended<'_>, pass: TablePass, reason: String) -> Verdict {
    let mut verdict = Verdict::new(Outcome::Failed, reason, ended.now);
    if let Some(text) = &ended.task.last_failure {
        verdict = verdict.because(format!("DMS says: {}", one_line(text)));
    }
    let cause = Cause::of(ended.task);
    let verdict = verdict.because(cause.in_words()).to_do(cause.to_do());
    with_tables(next_load(ended, verdict), ended, pass, Named::Incomplete)
}

fn paused(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let mut verdict = Verdict::new(
        Outcome::Paused,
        format!(
            "the window closed and the task was stopped; {} of {} tables are complete",
            pass.loaded, pass.total
        ),
        ended.now,
    );
    if pass.total > 0 && pass.loaded == 0 && ended.task.migration_type != MigrationType::Cdc {
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
    with_tables(next_load(ended, verdict), ended, pass, Named::Incomplete)
}

fn interrupted(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let verdict = Verdict::new(
        Outcome::Interrupted,
        format!("somebody else stopped the task ({})", code(ended.task.stop_reason.as_ref())),
        ended.now,
    )
    .because(format!("{} of {} tables are complete", pass.loaded, pass.total))
    .to_do("find out who stopped it: CloudTrail has the StopReplicationTask call");
    with_tables(next_load(ended, verdict), ended, pass, Named::Incomplete)
}

/// What the next run will do with what this one leaves, or what must be decided before it can do anything: the rules by
/// which it will choose, asked now.
fn next_load(ended: Ended<'_>, verdict: Verdict) -> Verdict {
    let Some(facts) = ended.facts else { return verdict };
    let pass = TablePass::over(ended.tables);
    match start_type::choose(ended.plan, ended.task, facts, &pass) {
        Choice::Undecided { why, to_do, settles } => {
            let verdict = verdict.to_do(format!("decide: {why}; {to_do}"));
            match settles.and_then(|start| commands::run_again(&ended.run.execution, Some(start))) {
                Some(command) => verdict.to_do(format!("once decided: {command}")),
                None => verdict,
            }
        }
        Choice::Start(kind, why) => {
            let does = match kind {
                StartKind::StartReplication => "starts the task for the first time",
                StartKind::ResumeProcessing => "resumes",
                StartKind::ReloadTarget => "loads all tables again",
            };
            verdict.to_do(format!("the next run {does}: {why}"))
        }
        Choice::Complete(why) => verdict.to_do(format!("the next run has nothing to do: {why}")),
    }
}

enum Named {
    Incomplete,
    Rows,
}

fn with_tables(mut verdict: Verdict, ended: Ended<'_>, mut pass: TablePass, which: Named) -> Verdict {
    verdict.task_status = Some(ended.task.status.clone());
    if !verdict.good {
        verdict.last_failure = ended.task.last_failure.as_deref().map(one_line);
    }
    let mut named = std::mem::take(&mut pass.errored);
    match which {
        Named::Incomplete => {
            if ended.task.migration_type != MigrationType::Cdc {
                named.append(&mut pass.unfinished);
                named.append(&mut pass.refused);
            }
        }
        Named::Rows => {
            named.append(&mut pass.mismatched);
            named.append(&mut pass.unvalidated);
            named.append(&mut pass.unverifiable);
        }
    }
    pass.into_verdict(verdict, named)
}

fn code(reason: Option<&StopReason>) -> &str {
    reason.map_or("no stop reason", StopReason::code)
}

/// DMS's text without line breaks and control characters, bounded.
pub fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}
