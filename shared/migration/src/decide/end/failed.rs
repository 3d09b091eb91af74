//! DMS gave up, or stopped the task for a cause of its own.

use super::case::Ended;
use super::next_run::next_run;
use super::tables::{Named, with_tables};
use crate::decide::cause::Cause;
use crate::run::tables::TablePass;
use crate::run::verdict::{Outcome, Verdict};
use plan::clean::one_line;

pub(super) fn failed(ended: Ended<'_>, pass: TablePass, reason: String) -> Verdict {
    let mut verdict = Verdict::new(Outcome::Failed, reason, ended.now);
    if let Some(text) = &ended.task.last_failure {
        verdict = verdict.because(format!("DMS says: {}", one_line(text)));
    }
    let cause = Cause::of(ended.task);
    let verdict = verdict.because(cause.in_words()).to_do(cause.to_do());
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}
