//! What there is to tell: a run that is over, or something that happened on its way.

use jiff::{SignedDuration, Timestamp};
use plan::finding::{Finding, Severity};
use plan::window::When;
use plan::{Mode, Plan};
use serde::Serialize;

use crate::pace::load::Eta;
use crate::run::document::{Caught, Reported, Running};
use crate::run::execution::Run;
use crate::run::step::Occasion;
use crate::run::tables::counted;
use crate::run::task::{Progress, Task};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock;
use crate::time::window::{self, Opening};

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// The run is over, with this verdict.
    Finished(&'a Verdict),
    /// Something happened on the way.
    OnTheWay(Occasion),
}

impl Event<'_> {
    fn word(self) -> Word {
        match self {
            Event::Finished(_) => Word::Finished,
            Event::OnTheWay(Occasion::Started) => Word::Started,
            Event::OnTheWay(
                Occasion::TablesInError
                | Occasion::LostSight
                | Occasion::StartedAgain
                | Occasion::Stalled
                | Occasion::WillNotFit
                | Occasion::NotStopped
                | Occasion::NotStarted
                | Occasion::ClosingOut,
            ) => Word::Warning,
        }
    }

    /// The word of the occasion on the way.
    pub(super) fn occasion(self) -> Option<Occasion> {
        match self {
            Event::Finished(_) => None,
            Event::OnTheWay(occasion) => Some(occasion),
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

/// What kind of news a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Word {
    /// The run is over.
    Finished,
    /// The task has been started.
    Started,
    /// Trouble on the way; the run goes on.
    Warning,
}

impl Word {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Word::Finished => "Finished",
            Word::Started => "Started",
            Word::Warning => "Warning",
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
    /// The name of the stack, where the function knows it.
    pub(super) stack: Option<&'a str>,
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
            stack: None,
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
            stack: None,
            now,
        }
    }

    /// The same news of the stack with this name. Without it the name of the state machine tells the stack.
    pub fn from_stack(self, stack: Option<&'a str>) -> News<'a> {
        News { stack: stack.filter(|stack| !stack.is_empty()), ..self }
    }

    pub(super) fn word(self) -> Word {
        self.event.word()
    }

    /// The last error of a step of ours that could not run, in a line.
    pub(super) fn trouble(self) -> Option<String> {
        self.caught.map(Caught::in_words).or_else(|| self.run.last_trouble.clone())
    }

    /// The name of the stack.
    pub(super) fn stack(self) -> &'a str {
        self.stack.unwrap_or(self.run.execution.stack())
    }

    /// What people call the task: its identifier once it is known, however the plan names it.
    pub(super) fn name(self) -> &'a str {
        self.task.map_or(self.run.name.as_str(), |task| task.identifier.as_str())
    }

    /// What is the same for the same news, however often it is told, and for no other. The end of a run that is closed out
    /// has the id with which the run itself would have told it; where there was nothing to close out, the execution that
    /// was to do so tells its own end.
    pub(super) fn id(self) -> String {
        let run = self.run;
        let nothing_to_close_out = run.close_out.as_ref().filter(|close_out| {
            // A verdict that is older than the end of the run's execution is the run's own, and comes late.
            matches!(self.event, Event::Finished(verdict)
                if verdict.outcome == Outcome::Skipped && verdict.at > close_out.ended)
        });
        match nothing_to_close_out {
            Some(close_out) => format!("{}#{}#{}", close_out.by, close_out.redrives, self.event.key()),
            None => {
                // Something on the way is told once a run, however often it is redriven.
                let redrives = if matches!(self.event, Event::Finished(_)) { run.redrives } else { 0 };
                format!("{}#{redrives}#{}", run.execution, self.event.key())
            }
        }
    }

    /// When a load that is under way will be done.
    pub(super) fn eta(self) -> Option<Eta> {
        self.event.occasion()?;
        self.run.pace.as_ref()?.eta(self.run.previous_load, self.now)
    }

    /// When the window opens next, after the end of a run. A span is repeated by a schedule of which nothing is known.
    pub(super) fn next_opening(self) -> Option<Timestamp> {
        let plan = self.plan.filter(|plan| plan.mode == Mode::Migrate)?;
        let window = plan.window.as_ref().filter(|window| matches!(window.when, When::Hours(_)))?;
        match (self.event, window::at(window, None, self.now)) {
            (Event::OnTheWay(_), _) => None,
            (Event::Finished(_), Opening::Shut { next }) => next,
            (Event::Finished(_), Opening::Open { closes, .. }) => match window::at(window, None, closes) {
                Opening::Shut { next } => next,
                Opening::Open { opened, .. } => Some(opened),
            },
        }
    }

    /// The most state transitions that the run can have made: the bound of its history, of which each takes two events
    /// at least.
    pub(super) fn most_transitions(self) -> u32 {
        self.run.events / 2
    }

    pub(super) fn severity(self) -> Severity {
        match self.event {
            Event::Finished(verdict) => verdict.severity,
            Event::OnTheWay(Occasion::Started) => Severity::Info,
            Event::OnTheWay(_) => Severity::Warning,
        }
    }

    /// The mark before what somebody must look at.
    pub(super) fn mark(self) -> &'static str {
        if self.severity() == Severity::Info { "" } else { "[!] " }
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

    /// An instant on the clock of the plan's window.
    pub(super) fn on_the_clock(self, instant: Timestamp) -> String {
        on_the_clock(self.plan.and_then(|plan| plan.window.as_ref()), instant)
    }

    /// How long the run has taken.
    pub(super) fn took(self) -> SignedDuration {
        self.now.duration_since(self.run.started)
    }
}
