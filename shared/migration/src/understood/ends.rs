//! How a run ends, and whether its task then runs on.

use plan::finding::Findings;
use plan::window::AtClose;
use plan::{MigrationType, Mode, Then, Until, settings, together};
use serde::Serialize;

use super::Known;

/// One way in which a run ends. The first of several that comes ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ending {
    /// For a task of this type, where the type is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_type: Option<MigrationType>,
    /// What ends it.
    #[serde(flatten)]
    pub when: EndsWhen,
    /// True when the task then runs on.
    pub task_runs_on: bool,
    /// The type that this is said of.
    #[serde(skip)]
    of: Option<MigrationType>,
}

/// What ends a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "When", rename_all_fields = "PascalCase")]
pub enum EndsWhen {
    /// A pre-flight has looked.
    Looked,
    /// The plan forbids itself for this type: nothing is touched.
    Rejected,
    /// The load stops by itself.
    LoadStops,
    /// The settings stop the task once its tables are loaded (`StopTaskCachedChanges...`).
    SettingsStop,
    /// Every table is loaded, and the task replicates.
    AllLoaded,
    /// Replication is this close behind its source.
    CaughtUp {
        /// The most seconds that it may be behind.
        lag_seconds: u32,
        /// True when every table must be loaded besides.
        and_loaded: bool,
    },
    /// The replication comes to its stop position.
    StopPosition {
        /// DMS's form of it.
        position: String,
    },
    /// The window closes.
    Close,
    /// The longest run of the machine is over.
    LongestRun,
}

pub(super) fn ends(known: &Known<'_>) -> Vec<Ending> {
    if known.plan.mode == Mode::Preflight {
        return vec![Ending { if_type: None, when: EndsWhen::Looked, task_runs_on: false, of: None }];
    }
    let unknown = known.migration_type.is_none();
    let of_type = |migration_type: MigrationType| {
        if unknown && is_rejected(known, &migration_type) {
            let of = Some(migration_type);
            return vec![Ending { if_type: of.clone(), when: EndsWhen::Rejected, task_runs_on: false, of }];
        }
        let ends =
            by_itself(known, &migration_type).into_iter().chain([at_the_latest(known, &migration_type)]);
        let of = Some(migration_type);
        let if_type = of.clone().filter(|_| unknown);
        let ends: Vec<Ending> = ends
            .map(|(when, task_runs_on)| Ending {
                if_type: if_type.clone(),
                when,
                task_runs_on,
                of: of.clone(),
            })
            .collect();
        ends
    };
    known.types().into_iter().flat_map(of_type).collect()
}

/// True when the run finds an error once it has seen this type.
fn is_rejected(known: &Known<'_>, migration_type: &MigrationType) -> bool {
    let mut findings = Findings::default();
    together::check_type(known.plan, migration_type, "", &mut findings);
    findings.reject()
}

/// What the plan waits for, and what stops the task before.
fn by_itself(known: &Known<'_>, migration_type: &MigrationType) -> Vec<(EndsWhen, bool)> {
    let plan = known.plan;
    let runs_on = plan.then == Then::LeaveRunning;
    let mut ends = Vec::new();
    if *migration_type == MigrationType::FullLoad {
        return vec![(EndsWhen::LoadStops, false)];
    }
    if *migration_type == MigrationType::FullLoadAndCdc && stops_after_the_load(known) {
        ends.push((EndsWhen::SettingsStop, false));
    }
    let caught_up = EndsWhen::CaughtUp {
        lag_seconds: plan.lag_seconds,
        and_loaded: *migration_type != MigrationType::Cdc,
    };
    match plan.until(migration_type) {
        Until::Stopped => {}
        Until::FullLoadComplete => ends.push((EndsWhen::AllLoaded, runs_on)),
        Until::CaughtUp => ends.push((caught_up, runs_on)),
    }
    if let Some(position) = stop_position(known) {
        ends.push((EndsWhen::StopPosition { position }, false));
    }
    ends
}

fn at_the_latest(known: &Known<'_>, migration_type: &MigrationType) -> (EndsWhen, bool) {
    match known.plan.at_close(migration_type) {
        None => (EndsWhen::LongestRun, true),
        Some(AtClose::Stop) => (EndsWhen::Close, false),
        Some(AtClose::LeaveRunning) => (EndsWhen::Close, true),
    }
}

fn stops_after_the_load(known: &Known<'_>) -> bool {
    let planned = known.plan.request().and_then(|request| request.replication_task_settings.as_ref());
    let settings = match planned {
        Some(document) => document.json(),
        None => known.described.and_then(|described| described.settings.as_ref()),
    };
    settings.is_some_and(settings::stops_after_the_load)
}

fn stop_position(known: &Known<'_>) -> Option<String> {
    match known.plan.request() {
        Some(request) => request.cdc_stop_position.as_ref().map(ToString::to_string),
        None => known.described?.task.cdc_stop_position.clone(),
    }
}

impl Ending {
    /// In a sentence.
    pub(super) fn in_words(&self) -> String {
        let words = match &self.when {
            EndsWhen::Looked => "when everything has been looked at: the verdict is Ready, or names what is in the way".to_owned(),
            EndsWhen::Rejected => {
                "at once, Rejected, and nothing is touched: the plan does not fit this type (--task has it say why)".to_owned()
            }
            EndsWhen::LoadStops => "when the load stops by itself; its tables give the verdict".to_owned(),
            EndsWhen::SettingsStop => "when the task stops after its load, as its settings say".to_owned(),
            EndsWhen::AllLoaded => format!(
                "when every table is loaded (one that an earlier run has loaded: minutes after its start){}",
                then(self.task_runs_on)
            ),
            EndsWhen::CaughtUp { lag_seconds, and_loaded } => {
                let loaded = if *and_loaded { "every table is loaded and " } else { "" };
                format!(
                    "when {loaded}replication was at most {lag_seconds} s behind in five consecutive minutes{}",
                    then(self.task_runs_on)
                )
            }
            EndsWhen::StopPosition { position } => format!("when replication comes to its stop position, {position}"),
            EndsWhen::Close if self.task_runs_on => {
                "at the close at the latest: the verdict is LeftRunning, and the task runs on".to_owned()
            }
            EndsWhen::Close => {
                let verdict = match self.of {
                    Some(MigrationType::FullLoad) => "Succeeded where every table is complete, else Paused",
                    _ => "Paused, also where every table is loaded",
                };
                format!(
                    "at the close at the latest, once the task is seen stopped: the verdict is {verdict}, and the next run goes \
                     on as Start says"
                )
            }
            EndsWhen::LongestRun => {
                "after 13 days 12 h at the latest: the verdict is LeftRunning, and the task runs on".to_owned()
            }
        };
        match &self.if_type {
            Some(migration_type) => format!("if it is {}: {words}", migration_type.as_str()),
            None => words,
        }
    }
}

/// What becomes of a task that has done what the plan waits for.
fn then(runs_on: bool) -> &'static str {
    if runs_on {
        "; the task then runs on, and nothing stops it, not even the close"
    } else {
        "; the task is stopped then"
    }
}
