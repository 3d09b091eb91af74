//! What may become of rows that are in the target.

use plan::MigrationType;
use plan::settings::PrepMode;
use serde::Serialize;

use super::starts::of_tables_in_error;
use super::{Known, StartOf, Understood};

/// What may become of tables of the target, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OnTarget {
    /// Which tables.
    pub which: Which,
    /// What becomes of them.
    pub effect: Effect,
    /// With which tasks: what such a one has behind it, or does, in words.
    pub when: Vec<String>,
}

/// Tables that are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Which {
    /// All that the mapping selects.
    All,
    /// Those whose load was not finished.
    Unfinished,
    /// Those in error.
    InError,
}

/// What a load does to a table that is in the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// It keeps its rows, and gets those of the source besides.
    AddedTo,
    /// It keeps its rows, and gets those again that an earlier load has brought: they are there twice.
    LoadedTwice,
    /// It is emptied first.
    Emptied,
    /// It is dropped first, and created anew.
    Dropped,
    /// The task's `TargetTablePrepMode` decides, which is not known.
    ByPrepMode,
}

impl Effect {
    /// What a load under this mode does, the first of the task or another one.
    pub(super) fn of(mode: Option<&PrepMode>, first: bool) -> Effect {
        match mode {
            Some(PrepMode::DoNothing) if first => Effect::AddedTo,
            Some(PrepMode::DoNothing) => Effect::LoadedTwice,
            Some(PrepMode::TruncateBeforeLoad) => Effect::Emptied,
            Some(PrepMode::DropAndCreate) => Effect::Dropped,
            Some(PrepMode::Other(_)) | None => Effect::ByPrepMode,
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Effect::AddedTo => "keep the rows that they have in the target, and get the source's besides",
            Effect::LoadedTwice => {
                "keep their rows in the target and get them again: rows may be there twice"
            }
            Effect::Emptied => "are emptied in the target first",
            Effect::Dropped => "are dropped in the target first, and created anew",
            Effect::ByPrepMode => {
                "are emptied, dropped or loaded on top, as the task's TargetTablePrepMode says"
            }
        }
    }
}

impl Which {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Which::All => "all selected tables",
            Which::Unfinished => "the unfinished tables",
            Which::InError => "the tables in error",
        }
    }
}

/// What may become of the target, each effect once with all that leads to it.
pub(super) fn target(known: &Known<'_>, starts: &[StartOf]) -> Vec<OnTarget> {
    let mut effects: Vec<OnTarget> = Vec::new();
    let of_starts = starts.iter().filter_map(|start| {
        let (which, effect) = start.target?;
        let when = match &start.if_type {
            Some(migration_type) => format!("is {}, and {}", migration_type.as_str(), start.task),
            None => start.task.clone(),
        };
        Some(OnTarget { which, effect, when: vec![when] })
    });
    for one in of_starts.chain(of_tables_in_error(known)) {
        match effects.iter_mut().find(|known| (known.which, known.effect) == (one.which, one.effect)) {
            Some(known) => known.when.extend(one.when),
            None => effects.push(one),
        }
    }
    effects
}

/// In sentences.
pub(super) fn in_words(understood: &Understood) -> Vec<String> {
    match &understood.migration_type {
        Some(MigrationType::Cdc) => {
            vec!["no table is loaded: nothing is dropped, emptied or loaded twice".to_owned()]
        }
        Some(_) | None => understood.target.iter().map(OnTarget::in_words).collect(),
    }
}

impl OnTarget {
    fn in_words(&self) -> String {
        let when = self.when.join(", or ");
        format!("{} {}: if it {when}", self.which.in_words(), self.effect.in_words())
    }
}
