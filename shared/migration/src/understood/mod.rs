//! What a plan will do, as it is read: no run is known, and nobody is asked.
//!
//! How a task would be started is asked of the judge that starts it ([`start_type`](crate::decide::start_type)), and
//! the window of the arithmetic that opens it: what is told here is what a run does.

mod close;
mod described;
mod ends;
mod openings;
mod starts;
mod target;
mod tells;
mod whose;

use jiff::Timestamp;
use plan::{MigrationType, Mode, Plan, settings};
use serde::Serialize;

use crate::run::observation::TaskSettings;
use crate::run::task::Task;

pub use close::AtTheClose;
pub use described::Described;
pub use ends::{Ending, EndsWhen};
pub use openings::{Opened, Openings};
pub use starts::{Does, StartOf};
pub use target::{Effect, OnTarget, Which};
pub use whose::Keeper;

/// What a plan will do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Understood {
    /// The task, by the name that people know.
    pub name: String,
    /// Its type, where the plan or the description of the task says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration_type: Option<MigrationType>,
    /// Who keeps it.
    pub keeper: Keeper,
    /// Whether it is migrated, or only looked at.
    pub mode: Mode,
    /// When the run may work.
    pub openings: Openings,
    /// What the close does with a task that runs.
    pub close: AtTheClose,
    /// How the run ends; whatever comes first ends it.
    pub ends: Vec<Ending>,
    /// How the task would be started, by what it has behind it.
    pub starts: Vec<StartOf>,
    /// What may become of rows that are in the target.
    pub target: Vec<OnTarget>,
    /// Whom it tells, and what.
    pub tells: Vec<String>,
    /// What cannot be known from the plan, and how to know it.
    pub not_known: Vec<String>,
}

/// What a plan is understood to do, at `now`, with what is known of a task that somebody else keeps.
pub fn understand(plan: &Plan, described: Option<&Described>, now: Timestamp) -> Understood {
    understood(&Known::of(plan, described), now)
}

/// What the plan of a run was understood to do when the run began, with what that run knows of its task.
pub fn understand_run(plan: &Plan, task: Option<&Task>, began: Timestamp) -> Understood {
    let mut known = Known::of(plan, None);
    known.migration_type = known.migration_type.or(task.map(|task| task.migration_type.clone()));
    known.settings = known.settings.or(task.and_then(|task| task.settings.clone()));
    understood(&known, began)
}

fn understood(known: &Known<'_>, now: Timestamp) -> Understood {
    let plan = known.plan;
    let starts = starts::starts(known, now);
    Understood {
        name: plan.name(),
        migration_type: known.migration_type.clone(),
        keeper: whose::keeper(plan),
        mode: plan.mode,
        openings: openings::openings(plan, now),
        close: close::close(known),
        ends: ends::ends(known),
        target: target::target(known, &starts),
        starts,
        tells: tells::tells(plan),
        not_known: whose::not_known(known),
    }
}

/// The plan, and what is known of its task.
struct Known<'a> {
    plan: &'a Plan,
    migration_type: Option<MigrationType>,
    /// The settings of the task: those that a task of ours is created with, or those that DMS shows.
    settings: Option<TaskSettings>,
    /// The task of somebody else, as DMS describes it.
    described: Option<&'a Described>,
}

impl<'a> Known<'a> {
    fn of(plan: &'a Plan, described: Option<&'a Described>) -> Known<'a> {
        let planned = plan.request().map(|request| &request.migration_type);
        let migration_type = planned.or(described.map(|described| &described.task.migration_type)).cloned();
        let settings = match plan.request() {
            Some(request) => {
                let stated = request.replication_task_settings.as_ref().and_then(|document| document.json());
                let settings = settings::for_creation(stated);
                Some(TaskSettings::read(&settings, request.table_mappings.json()))
            }
            None => described
                .and_then(|described| described.settings.as_ref())
                .map(|settings| TaskSettings::read(settings, None)),
        };
        Known { plan, migration_type, settings, described }
    }

    /// The types that the task may have.
    fn types(&self) -> Vec<MigrationType> {
        match &self.migration_type {
            Some(known) => vec![known.clone()],
            None => vec![MigrationType::FullLoad, MigrationType::FullLoadAndCdc, MigrationType::Cdc],
        }
    }
}

impl Understood {
    /// All of it in sentences for people, each under its heading.
    pub fn in_words(&self) -> Vec<(&'static str, Vec<String>)> {
        let mut words = vec![("Task", self.whose()), ("Window", self.openings.in_words())];
        words.push(("Close", vec![self.close.in_words()]));
        words.push(("End", self.ends.iter().map(Ending::in_words).collect()));
        words.push(("Start", self.starts.iter().map(StartOf::in_words).collect()));
        words.push(("Target", target::in_words(self)));
        words.push(("Tells", self.tells.clone()));
        words.push(("Not known", self.not_known.clone()));
        words.retain(|(_, sentences)| !sentences.is_empty());
        words
    }
}
