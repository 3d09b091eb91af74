//! One run: what it has to do until when, whom it tells, and what it has done so far.

use jiff::Timestamp;
use plan::table_name::TableName;
use plan::{AtClose, Notify};
use serde::{Deserialize, Serialize};

use crate::run::acts::{CreateRefusal, ReloadAct, Stop, StopCause, TestAct};
use crate::run::close_out::CloseOut;
use crate::run::drive::Drive;
use crate::run::execution_arn::ExecutionArn;
use crate::run::lag::Reading;
use crate::run::load::{Pace, PreviousLoad};
use crate::run::machine::Machine;
use crate::run::observation::Route;
use crate::run::step::Occasion;
use crate::time::graces::{STOP_GIVEN_UP_AFTER, STOP_PATIENCE};

/// The most tables that a run remembers as unfinished.
pub const MAX_UNFINISHED: usize = 100;

/// The most bytes that the names in one list of tables take in the document, which has a bound as a whole.
pub const MAX_NAMES_BYTES: usize = 16_000;

/// Bytes of names of tables in the document.
pub fn bytes_of_names<'t>(names: impl IntoIterator<Item = &'t TableName>) -> usize {
    names.into_iter().map(|name| name.schema_name.len() + name.table_name.len()).sum()
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// Its ARN.
    pub execution: ExecutionArn,
    /// When it was validated for the first time.
    pub started: Timestamp,
    /// From when on a load is this night's: the opening of the window, without one the scheduled time, else the
    /// beginning of the run.
    pub opened: Timestamp,
    /// That its execution has ended without telling it, and another one closes it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_out: Option<CloseOut>,
    /// The execution that closed this run out before it was redriven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_out_by: Option<ExecutionArn>,
    /// What people call the task.
    pub name: String,
    /// Whom to tell.
    pub notify: Notify,
    /// The endpoints and the instance of the task, once they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// The name of the replication instance, once it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// When the run's time is over, in whole seconds: the close of its window, or the end of the longest run.
    pub closes: Timestamp,
    /// What the plan wants of a running task when its window closes; absent without a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_close: Option<AtClose>,
    /// When the task is asked to stop, or when the run's time is over, in whole seconds: the moment that no interval
    /// reaches past. The machine reads it too.
    pub stop_due: Timestamp,
    /// True when the task is stopped at the close, seen or not: something of this run is under way and the plan wants
    /// it stopped. The machine reads it too.
    pub stop_at_close: bool,
    /// What the machine reads while no poll can run.
    pub machine: Machine,
    /// History events that the execution may have come to at the most, as the budget in `pace` counts them.
    pub events: u32,
    /// Polls so far.
    pub polls: u32,
    /// How many times DMS was too busy to answer; each doubles the interval, which is kept.
    pub throttled: u32,
    /// How many polls in a row DMS has said that there is no such task.
    pub not_there: u32,
    /// Since when, without a break, DMS has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent_since: Option<Timestamp>,
    /// Since when, without a break, the task has been seen busy or a connection without a successful test: both are
    /// waited out from the first look that shows it, however late that comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_since: Option<Timestamp>,
    /// Attempts to create the task.
    pub creates: u32,
    /// The task was modified to be what the plan describes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub modified: bool,
    /// DMS's refusal to create the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_refusal: Option<CreateRefusal>,
    /// The last test of a connection that this run has asked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<TestAct>,
    /// The last error of a step that could not run, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_trouble: Option<String>,
    /// Who got the task going.
    pub drive: Drive,
    /// How often the execution had been redriven when this was written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redrives: u64,
    /// True from a redrive of the execution until a poll has seen the task: somebody else may have started it since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen_since_redrive: bool,
    /// When somebody else started the task, after this run's close and before this run was redriven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<Timestamp>,
    /// The gists of failures that were not recognised and were tried once more all the same; each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unrecognised: Vec<String>,
    /// The stop of the task by this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// The latest start date that the task has shown to this run: an answer with an older one is a stale one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_start: Option<Timestamp>,
    /// Since when the task has been starting, in this run; absent once it was seen to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starting_since: Option<Timestamp>,
    /// The last request to load tables again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reload: Option<ReloadAct>,
    /// All tables that this run has asked to be loaded again; each once.
    pub reloaded: Vec<TableName>,
    /// Tables that a load with replication had left unfinished before a start of this run, [`MAX_UNFINISHED`] at most: DMS
    /// may skip a load that is resumed. What lies behind them is not watched for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<TableName>,
    /// What the load before this run's took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_load: Option<PreviousLoad>,
    /// How the load moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// Whether the replication was seen to read its source, in a run that waits for it to catch up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// What people have been told.
    pub told: Vec<Occasion>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Run {
    /// Writes down that the execution was redriven, when it was.
    pub fn redriven(&mut self, redrives: u64) {
        let known = match &mut self.close_out {
            Some(close_out) => &mut close_out.redrives,
            None => &mut self.redrives,
        };
        if redrives > *known {
            *known = redrives;
            self.unseen_since_redrive = true;
        }
    }

    /// A run that begins now: no window is known yet, and nothing has been done.
    pub fn begin(execution: ExecutionArn, name: String, closes: Timestamp, now: Timestamp) -> Run {
        Run {
            execution,
            started: now,
            opened: now,
            close_out: None,
            closed_out_by: None,
            name,
            notify: Notify::default(),
            route: None,
            instance: None,
            closes,
            at_close: None,
            stop_due: closes,
            stop_at_close: false,
            machine: Machine::until(closes),
            events: 0,
            polls: 0,
            throttled: 0,
            not_there: 0,
            absent_since: None,
            pending_since: None,
            creates: 0,
            modified: false,
            create_refusal: None,
            test: None,
            last_trouble: None,
            drive: Drive::Nothing,
            redrives: 0,
            unseen_since_redrive: false,
            taken_over: None,
            unrecognised: Vec::new(),
            stop: None,
            latest_start: None,
            starting_since: None,
            reload: None,
            reloaded: Vec::new(),
            unfinished: Vec::new(),
            previous_load: None,
            pace: None,
            reading: None,
            told: Vec::new(),
        }
    }

    /// True when there is a window that closes.
    pub fn windowed(&self) -> bool {
        self.at_close.is_some()
    }

    /// True when the plan wants a running task stopped when its window closes.
    pub fn stops_at_close(&self) -> bool {
        self.at_close == Some(AtClose::Stop)
    }

    /// True when there is no time left to work in: the task is stopped, or left, from here on.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.stop_due
    }

    /// When this stop is given up: four hours after the close, and at least a quarter of an hour after it was first
    /// decided.
    pub fn gives_up(&self, stop: &Stop) -> Timestamp {
        let after = |since: Timestamp, grace| since.saturating_add(grace).unwrap_or(since);
        match stop.cause {
            StopCause::Close => after(self.stop_due.min(stop.decided), STOP_GIVEN_UP_AFTER)
                .max(after(stop.decided, STOP_PATIENCE)),
            StopCause::Done | StopCause::Abort => after(stop.decided, STOP_GIVEN_UP_AFTER),
        }
    }

    /// Sets the moment at which the work ends, and with it how long a stop is tried after it.
    pub fn end_work_at(&mut self, stop_due: Timestamp) {
        self.stop_due = stop_due;
        self.machine.stop_is_due(stop_due);
    }
}
