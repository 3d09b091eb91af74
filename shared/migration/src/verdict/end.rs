//! The verdict on a task that has come to rest, or that has done what the plan waited for.

use jiff::{SignedDuration, Timestamp};

use super::tables::TablePass;
use super::{Outcome, Verdict};
use crate::document::{Run, StopCause};
use crate::observation::{Facts, StopReason, Table, Task};
use crate::plan::settings::DO_NOTHING;
use crate::plan::{Arn, MigrationType, OnErrors, Plan, Start};

/// How long after a stop the counters and the table list may still disagree: statistics are updated late.
pub const STATISTICS_SETTLE: SignedDuration = SignedDuration::from_mins(2);

/// How long after a stop of its own DMS may take to start the task again.
const RESTART_PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What comes of judging an end.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It is one.
    Verdict(Box<Verdict>),
    /// It cannot be judged yet; why.
    LookAgain(String),
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
        Some(StopReason::FatalError | StopReason::RecoverableError | StopReason::LowResources(_)) => {
            failed(ended, pass, format!("DMS stopped the task: {}", code(reason))).into()
        }
        Some(StopReason::Restarting(code)) => {
            let stopped = task.stats.as_ref().and_then(|stats| stats.stop_date).unwrap_or(now);
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
            Some(StopCause::Done) => done(ended, pass, "the task was stopped as the plan says".to_owned()),
            _ if task.migration_type == MigrationType::FullLoad && pass.complete() => {
                done(ended, pass, format!("every table is complete ({})", code(reason)))
            }
            Some(StopCause::Close) => paused(ended, pass).into(),
            None => interrupted(ended, pass).into(),
        },
    }
}

/// True when DMS has stopped a replication at the close of the window, which this run gave it as a stop position.
fn at_our_close(ended: Ended<'_>) -> bool {
    ended.task.migration_type == MigrationType::Cdc
        && ended.run.stop_at_close
        && !ended.plan.keeps_its_stop_position()
}

/// Judges a task that runs on and whose load is over, as the plan wants.
pub fn load_complete(ended: Ended<'_>) -> End {
    let pass = TablePass::over(ended.tables);
    done(ended, pass, "the load is complete and the task goes on replicating".to_owned())
}

/// A good end, if the tables are good.
fn done(ended: Ended<'_>, pass: TablePass, reason: String) -> End {
    let Ended { task, now, .. } = ended;
    let counted = task.stats.as_ref().map_or(0, |stats| stats.tables_errored as usize);
    if counted > pass.errored.len() {
        let settled = task.stats.as_ref().and_then(|stats| stats.stop_date.or(stats.full_load_finish_date));
        if settled.is_some_and(|since| now.duration_since(since) < STATISTICS_SETTLE) {
            return End::LookAgain(format!(
                "DMS counts {counted} tables in error and lists {}",
                pass.errored.len()
            ));
        }
    }
    if pass.total == 0 {
        let verdict = Verdict::new(Outcome::Failed, "no table was migrated", now)
            .because(reason)
            .to_do("check the selection rules of the mapping against the source's schemas and tables");
        return with_tables(verdict, ended, pass, Named::Incomplete).into();
    }
    // What the states of a replicated table mean besides these is documented nowhere, so cdc asks for no more.
    let loads = task.migration_type != MigrationType::Cdc;
    let unfinished = if loads { pass.unfinished.len() } else { 0 };
    let bad = pass.errored.len().max(counted) + unfinished;
    if bad > 0 {
        return incomplete(ended, pass, bad, reason).into();
    }
    judge_rows(ended, pass, reason).into()
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
        OnErrors::Warn => Outcome::SucceededWithWarnings,
        OnErrors::Fail => Outcome::PartlyFailed,
    };
    let verdict = Verdict::new(outcome, words, now)
        .because(reason)
        .to_do("the task's log in CloudWatch names the cause")
        .to_do(list_tables_in_error(&task.arn))
        .to_do(next_load(ended));
    with_tables(verdict, ended, pass, Named::Incomplete)
}

/// Every table is complete: do the rows agree?
fn judge_rows(ended: Ended<'_>, pass: TablePass, reason: String) -> Verdict {
    let Ended { plan, now, .. } = ended;
    let all = match pass.total {
        total if ended.task.migration_type == MigrationType::Cdc => format!("{total} tables were replicated"),
        1 => "the one table is complete".to_owned(),
        total => format!("all {total} tables are complete"),
    };
    if !ended.facts.is_some_and(|facts| facts.validation) {
        let verdict = Verdict::new(Outcome::Succeeded, all, now).because(reason).because("rows not verified");
        return with_tables(verdict, ended, pass, Named::Incomplete);
    }
    let stopped = ended.task.status == "stopped";
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
        return with_tables(verdict, ended, pass, Named::Rows);
    }
    if pass.verified() {
        let mut verdict = Verdict::new(Outcome::Succeeded, all, now).because(reason).because("rows verified");
        verdict.verified = true;
        return with_tables(verdict, ended, pass, Named::Rows);
    }
    let unverified = pass.unverifiable.len() + pass.unvalidated.len();
    let verdict = Verdict::new(
        Outcome::SucceededWithWarnings,
        format!("{all}; the rows of {unverified} could not be verified"),
        now,
    )
    .because(reason);
    with_tables(verdict, ended, pass, Named::Rows)
}

fn failed(ended: Ended<'_>, pass: TablePass, reason: String) -> Verdict {
    let mut verdict = Verdict::new(Outcome::Failed, reason, ended.now);
    if let Some(text) = &ended.task.last_failure {
        verdict = verdict.because(format!("DMS says: {}", one_line(text)));
    }
    let verdict =
        verdict.to_do("mend the cause that DMS names; its log has the details").to_do(next_load(ended));
    with_tables(verdict, ended, pass, Named::Incomplete)
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
    let verdict = verdict.to_do(next_load(ended));
    with_tables(verdict, ended, pass, Named::Incomplete)
}

fn interrupted(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let verdict = Verdict::new(
        Outcome::Interrupted,
        format!("somebody else stopped the task ({})", code(ended.task.stop_reason.as_ref())),
        ended.now,
    )
    .because(format!("{} of {} tables are complete", pass.loaded, pass.total))
    .to_do("find out who stopped it: CloudTrail has the StopReplicationTask call")
    .to_do(next_load(ended));
    with_tables(verdict, ended, pass, Named::Incomplete)
}

/// What the next run will do with what this one leaves.
fn next_load(ended: Ended<'_>) -> String {
    let keeps_rows = ended.facts.is_none_or(|facts| facts.prep_mode == DO_NOTHING);
    let keys_last = ended.facts.is_some_and(|facts| facts.create_pk_after_full_load);
    match ended.task.migration_type {
        MigrationType::Cdc => "the next run resumes the replication where it stopped".to_owned(),
        _ if keys_last => {
            "decide: with CreatePkAfterFullLoad an interrupted load cannot be resumed; run once with Start Reload to \
             load all tables again"
                .to_owned()
        }
        _ if keeps_rows && ended.plan.start != Start::Resume => {
            "decide: under TargetTablePrepMode DO_NOTHING unfinished tables would be loaded on top of their rows; empty \
             them and run once with Start Resume"
                .to_owned()
        }
        _ => "the next run resumes: unfinished tables are loaded again, complete ones are left alone".to_owned(),
    }
}

/// The command that lists the tables in error.
pub fn list_tables_in_error(task: &Arn) -> String {
    format!(
        "list the tables in error: aws dms describe-table-statistics --region {} --replication-task-arn {task} \
         --filters Name=table-state,Values='Table error'",
        task.region
    )
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
