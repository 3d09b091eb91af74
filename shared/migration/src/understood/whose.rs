//! Whose the task is, and what follows from that before anything is known of it.

use plan::{Mode, Plan};
use serde::Serialize;

use super::{Known, Understood};

/// Who keeps the task of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Keeper {
    /// The plan describes it in full: it is created when a run needs it, and adopted by later ones.
    ThisPlan,
    /// The plan only names it: it is run and judged, and never created, changed or tagged.
    SomebodyElse,
}

pub(super) fn keeper(plan: &Plan) -> Keeper {
    match plan.request() {
        Some(_) => Keeper::ThisPlan,
        None => Keeper::SomebodyElse,
    }
}

impl Understood {
    /// The task, and who keeps it.
    pub(super) fn whose(&self) -> Vec<String> {
        let name = match &self.migration_type {
            Some(word) => format!("{} ({})", self.name, word.as_str()),
            None => self.name.clone(),
        };
        let kept = match self.keeper {
            Keeper::ThisPlan => "created by the first run and adopted by later ones",
            Keeper::SomebodyElse => {
                "kept by somebody else: run and judged, never created, changed or deleted"
            }
        };
        let mut words = vec![format!("{name}: {kept}")];
        if self.mode == Mode::Preflight {
            words.push(
                "Mode Preflight: this run only looks and reports; nothing is created, changed, started or stopped. What \
                 follows is what the plan does without it"
                    .to_owned(),
            );
        }
        words
    }
}

/// What only a look at the task can tell.
pub(super) fn not_known(known: &Known<'_>) -> Vec<String> {
    match known.described {
        Some(described) if described.settings.is_none() => {
            vec![
                "the description of the task holds no ReplicationTaskSettings: its TargetTablePrepMode decides what a load \
                 does to the rows in the target (describe it without --without-settings)"
                    .to_owned(),
            ]
        }
        Some(_) => Vec::new(),
        None if known.migration_type.is_some() => Vec::new(),
        None => vec![
            "this task is kept elsewhere: its type decides what the close does by default, when the run ends and how the task \
             is started, its TargetTablePrepMode what a load does to the rows in the target; give it with --task \
             described.json, which is what `aws dms describe-replication-tasks` answers"
                .to_owned(),
        ],
    }
}
