//! Tables that DMS could not load, and a plan that wants them loaded again: while the task runs, each once, ten at a
//! time.
//!
//! ReloadTables applies TargetTablePrepMode to the tables first. Under DO_NOTHING their rows would be there twice, so
//! then it is never asked for.

use plan::settings::PrepMode;
use plan::table_name::TableName;
use plan::{MigrationType, OnTableErrors};

use crate::decide::situation::Situation;
use crate::run::execution::{MAX_NAMES_BYTES, bytes_of_names};
use crate::run::identity::is_this_run;
use crate::run::next::Next;
use crate::run::status::Phase;
use crate::run::table::TableState;
use crate::time::graces::{START_GRACE, START_MARGIN};

/// DMS takes at most ten tables in one request.
const AT_ONCE: usize = 10;

/// More tables than this in error are no matter of single tables.
const MAX_RELOADED: usize = 100;

/// Has DMS load tables in error again, or waits for such a reload to show.
///
/// A repeat: each table is loaded again once a run; those that were asked for are in the document before the call, and
/// one that DMS could not take just now leaves it.
///
/// A lost answer: the tables count as asked for. One that stays in error is judged at the end.
///
/// What a person does: for a table that stays in error, what the report says of it.
pub(super) fn reload(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if s.plan.on_table_errors != OnTableErrors::Reload
        || task.phase() != Phase::Running
        || task.migration_type == MigrationType::Cdc
        || !is_this_run(s.run, task)
    {
        return None;
    }
    let in_error: Vec<&TableName> = s
        .observation
        .tables
        .as_deref()?
        .iter()
        .filter(|table| table.state == TableState::Error)
        .map(|table| &table.name)
        .collect();
    if let Some(wait) = unseen_effect(s, &in_error) {
        return Some(wait);
    }
    let keeps_rows = s
        .task
        .and_then(|task| task.settings.as_ref())
        .is_none_or(|settings| settings.prep_mode == PrepMode::DoNothing);
    if keeps_rows || s.now + START_MARGIN >= s.run.stop_due || in_error.len() > MAX_RELOADED {
        return None;
    }
    let room = MAX_RELOADED.saturating_sub(s.run.reloaded.len()).min(AT_ONCE);
    let mut bytes = bytes_of_names(&s.run.reloaded);
    let mut fits = |name: &&TableName| {
        bytes += bytes_of_names([*name]);
        bytes <= MAX_NAMES_BYTES
    };
    let untried = in_error.into_iter().filter(|name| !s.run.reloaded.contains(name)).take(room);
    let tables: Vec<TableName> = untried.take_while(|name| fits(name)).cloned().collect();
    if tables.is_empty() {
        return None;
    }
    let names = tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Some(Next::Reload { why: format!("tables in error are loaded again, once: {names}"), tables })
}

/// A reload that was taken, or may have been, and does not show yet: its tables would be judged by their old error.
fn unseen_effect(s: &Situation<'_>, in_error: &[&TableName]) -> Option<Next> {
    let act = s.run.reload.as_ref()?;
    let taken = act.answer.may_be_taken();
    let fresh = s.now.duration_since(act.decided) < START_GRACE;
    let shows = act.tables.iter().any(|name| in_error.contains(&name));
    (taken && fresh && shows).then(|| Next::Wait {
        why: "tables in error are being loaded again, and it does not show yet".to_owned(),
        soon: true,
    })
}
