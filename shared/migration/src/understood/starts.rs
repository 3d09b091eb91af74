//! How the task would be started, by what it has behind it.

use jiff::{SignedDuration, Timestamp};
use plan::settings::PrepMode;
use plan::table_name::TableName;
use plan::{Arn, MigrationType, OnTableErrors};
use serde::Serialize;

use super::Known;
use super::openings::next_opening;
use super::target::{Effect, OnTarget, Which};
use crate::decide::start_type::{self, Choice};
use crate::run::acts::StartKind;
use crate::run::observation::{Route, Stats, Task, TaskSettings};
use crate::run::status::{Phase, Status};
use crate::run::stop_reason::StopReason;
use crate::run::table::{Table, TableState, Validation};
use crate::run::tables::TablePass;

/// How long before this night an earlier one was.
const A_NIGHT_AGO: SignedDuration = SignedDuration::from_hours(20);

/// How the task would be started, if this were behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartOf {
    /// For a task of this type, where the type is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_type: Option<MigrationType>,
    /// What the task has behind it, in words.
    pub task: String,
    /// What a run does with it.
    #[serde(flatten)]
    pub does: Does,
    /// What that does to tables of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<(Which, Effect)>,
}

/// What a run does with a task that is at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "Does", rename_all_fields = "PascalCase")]
pub enum Does {
    /// It starts it.
    Starts {
        /// DMS's word for how.
        kind: StartKind,
        /// True when it does not under `DO_NOTHING`, and the prep mode of the task is not known.
        unless_do_nothing: bool,
    },
    /// There is nothing to do: the verdict is Skipped.
    Nothing,
    /// No start is safe: the verdict is Rejected, and says what to decide.
    Rejects {
        /// What settles it.
        to_do: String,
    },
    /// The task is running: the run joins it, or leaves it to the run of ours that drives it.
    Joins,
}

/// What a task may have behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    NeverRun,
    CutOff,
    Loaded,
    LoadedTonight,
    InError,
    Replicated,
}

impl History {
    /// Those that make a difference to a task of this type.
    fn of(migration_type: &MigrationType) -> &'static [History] {
        use History::{CutOff, InError, Loaded, LoadedTonight, NeverRun, Replicated};
        match migration_type {
            MigrationType::FullLoad => &[NeverRun, CutOff, Loaded, InError, LoadedTonight],
            MigrationType::FullLoadAndCdc => &[NeverRun, CutOff, Loaded, InError],
            MigrationType::Cdc => &[NeverRun, Replicated],
            MigrationType::Other(_) => &[],
        }
    }

    fn in_words(self, migration_type: &MigrationType, windowed: bool) -> &'static str {
        match (self, migration_type) {
            (History::NeverRun, _) => "has never run",
            (History::CutOff, _) => "was cut off while it loaded",
            (History::Loaded, MigrationType::FullLoadAndCdc) => {
                "is loaded and was stopped while it replicated"
            }
            (History::Loaded, _) => "was loaded by an earlier run",
            (History::LoadedTonight, _) if windowed => "was loaded since the window opened",
            (History::LoadedTonight, _) => "was loaded since the time of the run",
            (History::InError, _) => "has tables in error, and others that an earlier run has loaded",
            (History::Replicated, _) => "has replicated and was stopped",
        }
    }

    /// Which tables a resume loads again.
    fn resumed(self) -> Option<Which> {
        match self {
            History::CutOff => Some(Which::Unfinished),
            History::InError => Some(Which::InError),
            History::NeverRun | History::Loaded | History::LoadedTonight | History::Replicated => None,
        }
    }

    /// A task with this behind it, when its night began at `tonight`.
    fn task(self, migration_type: &MigrationType, tonight: Timestamp) -> (Task, Vec<Table>) {
        let earlier = tonight.checked_sub(A_NIGHT_AGO).unwrap_or(tonight);
        let ended = if self == History::LoadedTonight { tonight } else { earlier };
        let loads = *migration_type != MigrationType::Cdc;
        let states: &[TableState] = match self {
            History::NeverRun => &[],
            History::CutOff => &[TableState::Completed, TableState::FullLoad],
            History::InError => &[TableState::Completed, TableState::Error],
            History::Loaded | History::LoadedTonight | History::Replicated => &[TableState::Completed],
        };
        let tables: Vec<Table> = states.iter().map(|state| table(state.clone(), ended)).collect();
        let count = |wanted: &TableState| states.iter().filter(|state| *state == wanted).count() as u32;
        let stats = (self != History::NeverRun).then(|| Stats {
            tables_loaded: if loads { count(&TableState::Completed) } else { 0 },
            tables_loading: count(&TableState::FullLoad),
            tables_errored: count(&TableState::Error),
            fresh_start_date: Some(earlier),
            start_date: Some(earlier),
            stop_date: Some(ended),
            full_load_finish_date: (loads && self != History::CutOff).then_some(ended),
            ..Stats::default()
        });
        let stop_reason = match (self, migration_type) {
            (History::NeverRun, _) => None,
            (History::Loaded | History::LoadedTonight | History::InError, MigrationType::FullLoad) => {
                Some(StopReason::FullLoadOnlyFinished)
            }
            _ => Some(StopReason::Normal),
        };
        let status = if self == History::NeverRun { Status::Ready } else { Status::Stopped };
        (task(migration_type.clone(), status, stop_reason, stats), tables)
    }
}

pub(super) fn starts(known: &Known<'_>, now: Timestamp) -> Vec<StartOf> {
    let tonight = next_opening(known.plan, now);
    let as_described = known.described.map(|described| {
        let resumed = described.unfinished().then_some(Which::Unfinished);
        start_of(known, described.in_words(), &described.task, &described.tables(), resumed, tonight)
    });
    let running =
        StartOf { if_type: None, task: "is running already".to_owned(), does: Does::Joins, target: None };
    let mut starts: Vec<StartOf> = as_described.into_iter().collect();
    for migration_type in known.types() {
        let unknown = known.migration_type.is_none();
        // Of a task that is not known, the usual history is enough: one that an earlier run has brought to its end.
        let usual = |history: &&History| !unknown || matches!(history, History::Loaded | History::Replicated);
        starts.extend(History::of(&migration_type).iter().filter(usual).map(|history| {
            let (task, tables) = history.task(&migration_type, tonight);
            let words = history.in_words(&migration_type, known.plan.window.is_some()).to_owned();
            let start = start_of(known, words, &task, &tables, history.resumed(), tonight);
            StartOf { if_type: unknown.then(|| migration_type.clone()), ..start }
        }));
    }
    starts.push(running);
    starts
}

/// What a run does with this task, `resumed` being the tables that a resume loads again.
fn start_of(
    known: &Known<'_>,
    words: String,
    task: &Task,
    tables: &[Table],
    resumed: Option<Which>,
    tonight: Timestamp,
) -> StartOf {
    if !matches!(task.phase(), Phase::Idle) {
        return StartOf { if_type: None, task: words, does: Does::Joins, target: None };
    }
    let pass = TablePass::over(tables);
    let chosen = |settings: &TaskSettings| start_type::choose(known.plan, task, settings, &pass, tonight);
    let (choice, unless_do_nothing) = match &known.settings {
        Some(settings) => (chosen(settings), false),
        None => {
            let [with_mode, without] = [PrepMode::TruncateBeforeLoad, PrepMode::DoNothing].map(in_mode);
            (chosen(&with_mode), chosen(&with_mode) != chosen(&without))
        }
    };
    let mode = known.settings.as_ref().map(|settings| &settings.prep_mode);
    let loads = task.migration_type != MigrationType::Cdc;
    let (does, loaded) = match choice {
        Choice::Start(kind, _) => {
            let loaded = match kind {
                StartKind::StartReplication | StartKind::ReloadTarget => Some(Which::All),
                StartKind::ResumeProcessing => resumed,
            };
            (Does::Starts { kind, unless_do_nothing }, loaded)
        }
        Choice::Complete(_) => (Does::Nothing, None),
        Choice::Undecided { to_do, .. } => (Does::Rejects { to_do }, None),
    };
    let first = matches!(does, Does::Starts { kind: StartKind::StartReplication, .. });
    let target = loaded.filter(|_| loads).map(|which| (which, Effect::of(mode, first)));
    StartOf { if_type: None, task: words, does, target }
}

/// What a run does to tables in error while the task runs.
pub(super) fn of_tables_in_error(known: &Known<'_>) -> Option<OnTarget> {
    let loads = known.migration_type.as_ref().is_some_and(|word| *word != MigrationType::Cdc);
    let reloads = loads && known.plan.on_table_errors == OnTableErrors::Reload;
    reloads.then(|| OnTarget {
        which: Which::InError,
        effect: Effect::of(known.settings.as_ref().map(|settings| &settings.prep_mode), false),
        when: vec!["is running and OnTableErrors Reload loads them again".to_owned()],
    })
}

fn in_mode(prep_mode: PrepMode) -> TaskSettings {
    TaskSettings { prep_mode, ..TaskSettings::read(&serde_json::Value::Null, None) }
}

/// A task of this type where nothing else counts.
pub(super) fn task(
    migration_type: MigrationType,
    status: Status,
    stop_reason: Option<StopReason>,
    stats: Option<Stats>,
) -> Task {
    let nowhere = |resource: &str| Arn {
        partition: "aws".to_owned(),
        service: "dms".to_owned(),
        region: String::new(),
        account: String::new(),
        resource: resource.to_owned(),
    };
    Task {
        arn: nowhere("task:"),
        identifier: String::new(),
        route: Route {
            source: nowhere("endpoint:"),
            target: nowhere("endpoint:"),
            instance: nowhere("rep:"),
        },
        migration_type,
        status,
        stop_reason,
        last_failure: None,
        stats,
        settings: None,
        cdc_stop_position: None,
        task_start_date: None,
    }
}

/// A table where nothing but its state and the end of its load counts.
pub(super) fn table(state: TableState, ended: Timestamp) -> Table {
    let load_ended = (state == TableState::Completed).then_some(ended);
    Table {
        name: TableName::new("", ""),
        state,
        rows: 0,
        refused_rows: 0,
        load_ended,
        validation: Validation::NotEnabled,
        validation_failed: 0,
        validation_suspended: 0,
        validation_pending: 0,
        changes: 0,
    }
}

impl StartOf {
    /// In a sentence.
    pub(super) fn in_words(&self) -> String {
        let does = match &self.does {
            Does::Starts { kind, unless_do_nothing } => {
                let unless = if *unless_do_nothing { " (under DO_NOTHING: Rejected)" } else { "" };
                format!("{}{unless}", kind.as_str())
            }
            Does::Nothing => "nothing to do, Skipped".to_owned(),
            Does::Rejects { to_do } => format!("nothing is started, Rejected; {to_do}"),
            Does::Joins => {
                "it is joined and nothing is started; Skipped where another run drives it".to_owned()
            }
        };
        match &self.if_type {
            Some(migration_type) => {
                format!("if it is {}, and {}: {does}", migration_type.as_str(), self.task)
            }
            None => format!("if it {}: {does}", self.task),
        }
    }
}
