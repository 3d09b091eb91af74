//! What there is to tell: a run that is over, or something that happened on its way.

use jiff::{SignedDuration, Timestamp};
use plan::Plan;
use plan::finding::{Finding, Severity};

use crate::run::document::{Caught, Reported, Running};
use crate::run::execution::Run;
use crate::run::step::Occasion;
use crate::run::tables::counted;
use crate::run::task::{Progress, Task};
use crate::run::verdict::{Outcome, Verdict};

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// The run is over, with this verdict.
    Finished(&'a Verdict),
    /// Something happened on the way.
    OnTheWay(Occasion),
}

impl Event<'_> {
    pub(super) fn word(self) -> &'static str {
        match self {
            Event::Finished(_) => "Finished",
            Event::OnTheWay(Occasion::Started) => "Started",
            Event::OnTheWay(
                Occasion::TablesInError
                | Occasion::LostSight
                | Occasion::StartedAgain
                | Occasion::Stalled
                | Occasion::WillNotFit
                | Occasion::NotStopped
                | Occasion::NotStarted
                | Occasion::ClosingOut,
            ) => "Warning",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Event::Finished(_) => "finished",
            Event::OnTheWay(Occasion::Started) => "started",
            Event::OnTheWay(Occasion::TablesInError) => "tables-in-error",
            Event::OnTheWay(Occasion::LostSight) => "lost-sight",
            Event::OnTheWay(Occasion::StartedAgain) => "started-again",
            Event::OnTheWay(Occasion::Stalled) => "stalled",
            Event::OnTheWay(Occasion::WillNotFit) => "will-not-fit",
            Event::OnTheWay(Occasion::NotStopped) => "not-stopped",
            Event::OnTheWay(Occasion::NotStarted) => "not-started",
            Event::OnTheWay(Occasion::ClosingOut) => "closing-out",
        }
    }
}

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    pub(super) plan: Option<&'a Plan>,
    pub(super) run: &'a Run,
    pub(super) task: Option<&'a Task>,
    pub(super) progress: Option<&'a Progress>,
    pub(super) findings: &'a [Finding],
    /// The next step, in words.
    pub(super) next: &'a str,
    /// The error of a step that could not run, when that is the news.
    pub(super) caught: Option<&'a Caught>,
    pub(super) event: Event<'a>,
    pub(super) now: Timestamp,
}

impl<'a> News<'a> {
    /// The end of a run. The same end told twice has one id, also after a redrive of the step that tells it; the end that
    /// a redriven run comes to has another.
    pub fn of_the_end(reported: &'a Reported, now: Timestamp) -> News<'a> {
        News {
            plan: reported.plan.as_ref(),
            run: &reported.run,
            task: reported.task.as_ref(),
            progress: reported.progress.as_ref(),
            findings: &reported.findings,
            next: &reported.next.why,
            caught: None,
            event: Event::Finished(&reported.verdict),
            now,
        }
    }

    /// Something that happened on the way.
    pub fn on_the_way(running: &'a Running, occasion: Occasion, now: Timestamp) -> News<'a> {
        News {
            plan: Some(&running.plan),
            run: &running.run,
            task: running.task.as_ref(),
            progress: running.progress.as_ref(),
            findings: &running.findings,
            next: &running.next.why,
            caught: running.caught.as_ref().filter(|_| occasion == Occasion::LostSight),
            event: Event::OnTheWay(occasion),
            now,
        }
    }

    pub(super) fn severity(self) -> Severity {
        match self.event {
            Event::Finished(verdict) => verdict.severity,
            Event::OnTheWay(Occasion::Started) => Severity::Info,
            Event::OnTheWay(_) => Severity::Warning,
        }
    }

    /// What tells the same news told twice: the execution, how often it had been redriven, and what there is to tell. The
    /// end of a run that is closed out has the id with which the run itself would have told it; where there was nothing to
    /// close out, the execution that was to do so tells its own end.
    pub(super) fn id(self) -> String {
        let run = self.run;
        let skipped = matches!(self.event, Event::Finished(verdict) if verdict.outcome == Outcome::Skipped);
        match run.close_out.as_ref().filter(|_| skipped) {
            Some(close_out) => format!("{}#{}#{}", close_out.by, close_out.redrives, self.event.key()),
            None => {
                // Something on the way is told once a run, however often it is redriven.
                let redrives = if matches!(self.event, Event::Finished(_)) { run.redrives } else { 0 };
                format!("{}#{redrives}#{}", run.execution, self.event.key())
            }
        }
    }

    /// The news in a word or two, for the subject.
    pub(super) fn in_short(self) -> String {
        match self.event {
            Event::Finished(verdict) => verdict.outcome.as_str().to_owned(),
            Event::OnTheWay(Occasion::Started) => "Started".to_owned(),
            Event::OnTheWay(Occasion::TablesInError) => {
                format!("{} in error so far", counted(self.errored() as usize))
            }
            Event::OnTheWay(Occasion::LostSight) => "out of sight".to_owned(),
            Event::OnTheWay(Occasion::StartedAgain) => "started again".to_owned(),
            Event::OnTheWay(Occasion::Stalled) => "stands still".to_owned(),
            Event::OnTheWay(Occasion::WillNotFit) => "will not fit its window".to_owned(),
            Event::OnTheWay(Occasion::NotStopped) => "not stopped yet".to_owned(),
            Event::OnTheWay(Occasion::NotStarted) => "not started yet".to_owned(),
            Event::OnTheWay(Occasion::ClosingOut) => "its execution was ended from outside".to_owned(),
        }
    }

    /// Tables in error, as DMS counts them.
    pub(super) fn errored(self) -> u32 {
        let stats = self.progress.and_then(|progress| progress.stats.as_ref());
        stats.map_or(0, |stats| stats.tables_errored)
    }

    /// How long the run has taken.
    pub(super) fn took(self) -> SignedDuration {
        self.now.duration_since(self.run.started)
    }
}
