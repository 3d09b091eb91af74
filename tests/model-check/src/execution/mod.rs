//! One execution in the world: the real decision and the real book-keeping, in the order in which the machine's
//! definition wires them.

mod turn;

use migration::decide::dead::{self, Dead, Left};
use migration::run::acts::{StartKind, StopState};
use migration::run::close_out::HowEnded;
use migration::run::document::{Document, Running};
use migration::run::drove::Drove;
use migration::run::execution::Run;
use migration::run::task;
use migration::run::verdict::{Outcome, Verdict};
use serde_json::Value;

use crate::dms::{By, Consent, Dms, Minute, Status, Task, night};
use crate::names::{at, minute};
use crate::story::{Begun, Story};
use crate::world::{Deed, Redrive, State, close_of};
use turn::Turn;

/// Minutes between two steps of a run: coarser than the real interval, so that fewer states say the same. Five minutes, a
/// quarter and half of an hour, which decisions count with, fall between steps.
const STEP: Minute = 4;

/// Minutes after which people know that the task does not stop: from then on nothing new goes wrong, so that hours of
/// the same few steps are not explored in all their orders.
const STOP_TOLD: Minute = 20;

/// Minutes between two steps of a run that has told its task to stop for long.
pub const LONG_STEP: Minute = 56;

/// A late redrive comes so many minutes after the close.
const LATE: Minute = 60;

/// Where the state machine stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Before a poll.
    Poll,
    /// Before the create step's call.
    Create,
    /// Before the start step's call.
    Start(StartKind),
    /// Before the start step's request to load these tables again.
    Reload(Vec<usize>),
    /// Before the stop step's call; the machine's own when no poll can run.
    Stop {
        /// No poll could run.
        unseen: bool,
    },
    /// The report was sent.
    Reported,
}

/// What the report said, and what was so when it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    pub outcome: Outcome,
    pub at: Minute,
    /// What it said of its part in what the task does.
    pub drove: Option<Drove>,
    /// The task was at work by this run's start.
    pub at_work: bool,
    /// The task was at rest.
    pub at_rest: bool,
    /// It names a resume whose answer was lost and which could load rows twice.
    pub may_double: bool,
    /// Every table was complete.
    pub complete: bool,
    /// The load was over.
    pub loaded: bool,
    /// Every table was loaded in this night.
    pub tonight: bool,
    /// Every row was compared, and is equal; true also where none is to be compared.
    pub validated: bool,
    /// The replication reads and has caught up.
    pub current: bool,
    /// It says that the task could not be stopped, or that it is not known whether it was.
    pub owns_up: bool,
    /// It says that tonight's rows are there.
    pub says_tonight: bool,
    /// It says that what runs was left alone, since others have to do with it.
    pub left_alone: bool,
    /// It has something to do that can be pasted, or needs nobody.
    pub helps: bool,
}

/// What an execution has told of its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    /// Nothing: it has not ended.
    NotYet,
    /// This, now.
    Now(Report),
    /// It told its end in an earlier night; what it was decides nothing any more.
    Earlier,
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Execution {
    /// Its number in the story.
    nth: u8,
    /// When it does its next step; before its first one, when it begins.
    pub wakes: Minute,
    /// The run, as the document carries it.
    pub run: Box<Run>,
    /// The task, as the document knows it.
    known: Option<Box<task::Task>>,
    /// Where the machine stands.
    pub step: Step,
    /// How often it was redriven.
    redrives: u64,
    /// When the state was entered that a redrive makes again; absent in a state that is made for the first time.
    entered: Option<Minute>,
    /// So many polls cannot run from here on.
    pub blind: u8,
    /// First starts by this run that DMS took.
    first_starts: u8,
    /// Starts by this run that DMS took.
    pub starts: u8,
    /// A first start was asked for after one that was taken.
    pub started_twice: bool,
    /// A stop was asked for before the end of the work, without what the plan waits for.
    pub stopped_early: bool,
    /// Something was started outside its window.
    pub started_late: bool,
    /// A wait was decided on that reaches past the end of the work.
    pub overslept: bool,
    /// Stopped what a person had started after the close, before this execution was redriven.
    pub stopped_anothers: bool,
    /// Something was started by what only closes it out.
    pub started_dead: bool,
    /// What only closes it out has stopped what another run has started since.
    pub stood_in_the_way: bool,
    /// When it was redriven last, if no poll has shown it what is so since.
    redriven_at: Option<Minute>,
    pub told: Told,
    /// What the plan waits for had come true when this run stopped its task for it.
    reached: bool,
}

impl Execution {
    /// One that begins as the story says.
    pub fn new(nth: usize, begun: &Begun) -> Execution {
        let mut execution = Execution {
            nth: u8::try_from(nth).unwrap_or(u8::MAX),
            wakes: begun.at,
            run: Box::new(begun.run.clone()),
            known: None,
            step: Step::Poll,
            redrives: 0,
            entered: None,
            blind: 0,
            first_starts: 0,
            starts: 0,
            started_twice: false,
            stopped_early: false,
            started_late: false,
            overslept: false,
            stopped_anothers: false,
            started_dead: false,
            stood_in_the_way: false,
            redriven_at: None,
            told: Told::NotYet,
            reached: false,
        };
        execution.tidy();
        execution
    }

    /// It has had to do with the task, by what it told.
    pub fn has_had_to_do(&self, report: &Report) -> bool {
        !matches!(report.outcome, Outcome::Skipped | Outcome::Rejected | Outcome::Ready)
            && report.drove != Some(Drove::Nothing)
    }

    /// It has begun by now.
    pub fn has_begun(&self, now: Minute) -> bool {
        at(now) >= self.run.started
    }

    /// It has told its end.
    pub fn has_ended(&self) -> bool {
        self.told != Told::NotYet
    }

    /// What it has told in this night.
    pub fn report(&self) -> Option<&Report> {
        match &self.told {
            Told::Now(report) => Some(report),
            Told::NotYet | Told::Earlier => None,
        }
    }

    /// The night is over: of what has ended only this is left.
    pub fn forget(&mut self, begun: &Begun) {
        if self.has_ended() {
            let nth = usize::from(self.nth);
            *self = Execution { step: Step::Reported, told: Told::Earlier, ..Execution::new(nth, begun) };
        }
    }

    /// It does its next step now.
    pub fn is_up(&self, now: Minute) -> bool {
        !self.has_ended() && self.wakes <= now
    }

    /// Its task was told to stop, or is stopping, for so long that people know: it is only waited for.
    pub fn stops_for_long(&self, now: Minute, dms: &Dms) -> bool {
        let stopping = dms.task.as_ref().is_some_and(|task| task.status == Status::Stopping);
        let since = match &self.run.stop {
            Some(stop) => stop.decided,
            None if stopping => self.run.stop_due,
            None => return false,
        };
        now >= minute(since) + STOP_TOLD
    }

    /// The machine waits until its next look.
    fn wait(&mut self, now: Minute, dms: &Dms) {
        let end = minute(self.run.stop_due);
        let next = now + if self.stops_for_long(now, dms) { LONG_STEP } else { STEP };
        self.wakes = if now < end && end < next { end } else { next };
        self.step = Step::Poll;
    }

    /// The execution was aborted before what this step did was written down: later the same state is entered again, with
    /// the document that it was given before.
    fn is_redriven(&mut self, when: Redrive, now: Minute) {
        self.entered = self.entered.or(Some(now));
        self.redrives += 1;
        self.wakes = match when {
            Redrive::AtOnce => now + 1,
            Redrive::Soon => now + STEP,
            Redrive::Late => close_of(&self.run).max(now) + LATE,
        };
        self.redriven_at = Some(self.wakes);
    }

    /// The execution is aborted, and another one closes it out from its document, when the watch hears of it.
    #[allow(clippy::panic, reason = "a document that cannot be closed out is what is looked for")]
    fn dies(&mut self, when: Redrive, now: Minute, story: &Story) {
        let document = Document::from(self.running(story));
        let left = serde_json::to_value(document).unwrap_or_default();
        let heard = match when {
            Redrive::AtOnce => now,
            Redrive::Soon => now + STEP,
            Redrive::Late => close_of(&self.run).max(now) + LATE,
        };
        let by = match &self.run.close_out {
            Some(before) => before.by.clone(),
            None => self.run.execution.clone(),
        };
        let dead = Dead {
            execution: self.run.execution.clone(),
            redrives: self.run.redrives,
            how: HowEnded::Aborted,
            ended: at(now),
            input: Value::Null,
            left: Left::Document(left),
        };
        let by = by.sibling(format!("{}c", by.name()));
        let Document::Running(running) = dead::open(&dead, &by, at(heard)) else {
            panic!("a run that goes on is closed out")
        };
        self.redrives = 0;
        self.entered = None;
        self.redriven_at = None;
        self.blind = 0;
        self.wakes = running.run.close_out.as_ref().map_or(heard, |close_out| minute(close_out.acts_from));
        self.step = Step::Poll;
        self.keep(*running);
    }

    fn running(&self, story: &Story) -> Running {
        let next = migration::run::step::Step::wait(0, "");
        let plan = story.plan_of(self.nth).clone();
        let running = Running::begin(plan, (*self.run).clone(), next, Vec::new());
        let mut running = Running { task: self.known.as_deref().cloned(), ..running };
        running.run.redriven(self.redrives);
        running
    }

    fn keep(&mut self, running: Running) {
        self.keep_parts(running.run, running.task);
    }

    fn keep_parts(&mut self, run: Run, task: Option<task::Task>) {
        *self.run = run;
        self.known = task.map(Box::new);
    }

    /// Takes out of the run what decides nothing, so that states that differ in nothing else are one.
    fn tidy(&mut self) {
        let run = &mut self.run;
        run.polls = 0;
        run.events = 0;
        run.throttled = 0;
        run.pace = None;
        run.previous_load = None;
        run.route = None;
        run.last_trouble = None;
        if let Some(start) = run.drive.start_mut() {
            start.why.clear();
        }
        // Only whether it is there decides.
        run.starting_since = run.starting_since.map(|_| run.started);
        if let Some(stop) = &mut run.stop {
            stop.words.clear();
            // A minute has passed since the last try at each step, and of several tries the second counts.
            stop.last_decided = stop.decided;
            stop.tries = stop.tries.min(2);
            if stop.taken().is_some() {
                stop.state = StopState::Taken(stop.decided);
            }
        }
    }

    fn say(&mut self, verdict: &Verdict, now: Minute, dms: &Dms) {
        let task = dms.task.as_ref();
        let words = verdict.reasons.join("; ");
        self.told = Told::Now(Report {
            outcome: verdict.outcome,
            at: now,
            drove: verdict.drove,
            at_work: task.is_some_and(|task| task.is_at_work() && task.by == By::Run(self.nth)),
            at_rest: task.is_some_and(|task| task.status.is_idle()),
            may_double: words.contains("could load rows twice"),
            complete: task.is_some_and(Task::is_complete),
            loaded: task.is_some_and(Task::is_loaded),
            tonight: task.is_some_and(|task| task.is_of(night(minute(self.run.started)))),
            validated: task.is_none_or(Task::is_validated),
            current: self.reached || task.is_some_and(Task::is_current),
            owns_up: [
                "could not be stopped",
                "could not be asked",
                "sight of the task was lost",
                "not known",
            ]
            .iter()
            .any(|part| words.contains(part)),
            left_alone: words.contains("was left alone"),
            says_tonight: words.contains("tonight's rows are there"),
            helps: verdict.severity == plan::finding::Severity::Info
                || verdict.to_do.iter().any(|step| step.contains("aws "))
                || self.known.is_none(),
        });
        self.step = Step::Reported;
    }
}

impl Story {
    /// Lets an execution do it.
    pub fn make(&self, state: &mut State, nth: usize, deed: Deed) {
        let Some(mut execution) = state.executions.get(nth).cloned() else { return };
        let before = (execution.step.clone(), execution.wakes, execution.redrives);
        let mut turn = Turn { story: self, now: state.now, state, execution: &mut execution };
        match deed {
            Deed::Poll(view) => turn.poll(view),
            Deed::PollAgain(when) => turn.execution.is_redriven(when, turn.now),
            Deed::Dies(when) => turn.execution.dies(when, turn.now, self),
            Deed::GoBlind(polls) => turn.execution.blind = polls,
            Deed::PollFails => turn.go_on_blind(),
            Deed::Act(fate) => turn.act(fate),
        }
        if before.2 == execution.redrives && (before.0 != execution.step || before.1 != execution.wakes) {
            execution.entered = None;
        }
        execution.tidy();
        if let Some(place) = state.executions.get_mut(nth) {
            *place = execution;
        }
    }

    /// What the plan still consents to: rows on top of those that are there may come by one start.
    pub fn consent_left(&self, state: &State) -> Consent {
        let starts: u8 = state.executions.iter().map(|execution| execution.starts).sum();
        Consent { double: self.consent.double && starts <= 1, ..self.consent }
    }
}
