//! What the close of the window does with a task that runs.

use plan::window::AtClose;
use serde::Serialize;

use super::Known;

/// What the close does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "Does", rename_all_fields = "PascalCase")]
pub enum AtTheClose {
    /// There is no window, and so no close.
    NoClose,
    /// A task that runs is stopped, and seen stopped or reported as not stopped.
    Stops {
        /// How long before the close DMS is asked, in seconds.
        lead_seconds: i64,
        /// Whom it stops.
        stops: Whom,
    },
    /// A task that runs goes on, and no run of this plan watches it any more.
    GoesOn,
    /// The type of the task decides, which is not known: a load is stopped, a replication alone goes on.
    ByType,
}

/// Which tasks the close stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Whom {
    /// Also one that somebody else has started: the plan states the stop.
    Everybody,
    /// Only one that a run of this stack has started: the stop is the default of the type.
    OurStarts,
}

pub(super) fn close(known: &Known<'_>) -> AtTheClose {
    let Known { plan, migration_type, .. } = known;
    let Some(window) = &plan.window else { return AtTheClose::NoClose };
    let lead_seconds = window.stop_lead.as_secs();
    match (window.at_close, migration_type) {
        (Some(AtClose::Stop), _) => AtTheClose::Stops { lead_seconds, stops: Whom::Everybody },
        (Some(AtClose::LeaveRunning), _) => AtTheClose::GoesOn,
        (None, None) => AtTheClose::ByType,
        (None, Some(migration_type)) => match plan.at_close(migration_type) {
            Some(AtClose::Stop) => AtTheClose::Stops { lead_seconds, stops: Whom::OurStarts },
            Some(AtClose::LeaveRunning) => AtTheClose::GoesOn,
            None => AtTheClose::NoClose,
        },
    }
}

impl AtTheClose {
    /// In a sentence.
    pub(super) fn in_words(&self) -> String {
        match self {
            AtTheClose::NoClose => "there is no window, so that no close stops the task".to_owned(),
            AtTheClose::Stops { lead_seconds, stops } => {
                let when = match lead_seconds {
                    0 => "at the close".to_owned(),
                    seconds if seconds % 60 == 0 => format!("{} min before the close", seconds / 60),
                    seconds => format!("{seconds} s before the close"),
                };
                let whom = match stops {
                    Whom::Everybody => "a task that still runs, whoever has started it,",
                    Whom::OurStarts => {
                        "a task that still runs, and that a run of this stack has started (with AtClose Stop: any task),"
                    }
                };
                format!(
                    "{when} {whom} is told to stop, until DMS takes it; a run that has ended before stops nothing (see End)"
                )
            }
            AtTheClose::GoesOn => {
                "at the close a task that runs goes on, and no run watches it any more".to_owned()
            }
            AtTheClose::ByType => {
                "AtClose is not stated and the type of the task decides: a full load is stopped, a cdc task goes on, and \
                 for a full-load-and-cdc task the plan is rejected; state AtClose"
                    .to_owned()
            }
        }
    }
}
