//! One execution in the world: the real decision and the real book-keeping, in the order in which the machine's
//! definition wires them.

use jiff::Timestamp;
use migration::commit::{self, Guarded, GuardedReload};
use migration::decide;
use migration::decide::cut_short;
use migration::run::acts::{StartKind, StopCause, StopState};
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::instance_status::InstanceStatus;
use migration::run::next::Next;
use migration::run::observation::{Absence, InstanceSeen, Observation, TaskSeen};
use migration::run::task::{self, Origin, Owner};
use migration::run::verdict::{Outcome, Verdict};
use migration::survey::adoption::{self, Adoption};
use migration::time::present::Moment;
use plan::{TaskPlan, Then, settings};

use crate::dms::{By, Consent, Dms, Kind, Minute, Refused, Start, Status, TABLES, Task, night, table_name};
use crate::names::{at, minute};
use crate::story::{Begun, Story};
use crate::world::{Deed, Fate, Redrive, State, View, close_of};

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
    /// The task was at work by this run's start.
    pub at_work: bool,
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
    Earlier(Minute),
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
            redriven_at: None,
            told: Told::NotYet,
            reached: false,
        };
        execution.tidy();
        execution
    }

    /// It has told its end.
    pub fn has_ended(&self) -> bool {
        self.told != Told::NotYet
    }

    /// What it has told in this night.
    pub fn report(&self) -> Option<&Report> {
        match &self.told {
            Told::Now(report) => Some(report),
            Told::NotYet | Told::Earlier(_) => None,
        }
    }

    /// The night is over: of what has ended only this is left.
    pub fn forget(&mut self, begun: &Begun) {
        let at = match &self.told {
            Told::Now(report) => report.at,
            Told::Earlier(at) => *at,
            Told::NotYet => return,
        };
        let nth = usize::from(self.nth);
        *self = Execution { step: Step::Reported, told: Told::Earlier(at), ..Execution::new(nth, begun) };
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
            at_work: task.is_some_and(|task| task.is_at_work() && task.by == By::Run(self.nth)),
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

/// One step of one execution.
struct Turn<'a> {
    story: &'a Story,
    now: Minute,
    state: &'a mut State,
    execution: &'a mut Execution,
}

impl Turn<'_> {
    /// What the step takes for the present.
    fn present(&self) -> Timestamp {
        (self.story.clock)(Moment {
            entered: at(self.execution.entered.unwrap_or(self.now)),
            invoked: Some(at(self.now)),
            again: self.execution.redrives > 0,
        })
    }

    fn wait(&mut self) {
        self.execution.wait(self.now, &self.state.dms);
    }

    fn seen(&self) -> TaskSeen {
        match &self.state.dms.task {
            Some(task) => TaskSeen::Seen(Box::new(task.described(&self.story.names))),
            None => TaskSeen::NotThere,
        }
    }

    fn observe(&self, view: View) -> Observation {
        let state = &self.state;
        let task = match view {
            View::Stale => state.before.as_ref(),
            _ => state.dms.task.as_ref(),
        };
        let seen = match (view, task) {
            (View::Busy, _) => TaskSeen::Unseen,
            (View::Missing, _) | (_, None) => TaskSeen::NotThere,
            (_, Some(task)) => TaskSeen::Seen(Box::new(task.described(&self.story.names))),
        };
        let plan = self.story.plan_of(self.execution.nth);
        let wanted = decide::wanted(plan, &self.execution.run, &seen, None, self.present());
        let tables = task.filter(|_| wanted.tables && view != View::NoTables).map(Task::statistics);
        let connections = wanted.connections.then(|| self.story.names.connections());
        let lag = task.filter(|_| wanted.lag).map(|task| task.lag(self.now));
        // A task that is there is known by its ARN, whatever a list says.
        let absence = match state.dms.task {
            None => Absence::Confirmed,
            Some(_) => Absence::Unconfirmed,
        };
        let instance = InstanceSeen::Seen(InstanceStatus::Available);
        Observation { task: seen, absence, tables, connections, instance, lag, ..Observation::default() }
    }

    fn poll(&mut self, view: View) {
        let now = self.present();
        if view == View::True {
            self.execution.redriven_at = None;
        }
        let observation = self.observe(view);
        let mut running = self.execution.running(self.story);
        commit::take_in(&mut running, &observation, now);
        let next = (self.story.decide)(&running, &observation, now);
        let plan = running.plan.clone();
        let (seconds, verdict) = match commit::write_down(running, next.clone(), &observation.task, now) {
            Document::Running(running) => {
                let seconds = i64::from(running.next.seconds);
                self.execution.keep(*running);
                (seconds, None)
            }
            Document::Reported(reported) => {
                let reported = *reported;
                self.execution.keep_parts(reported.run, reported.task);
                (0, Some(reported.verdict))
            }
            Document::Opened(_) => return,
        };
        let end = self.execution.run.stop_due;
        self.execution.overslept |= now < end && now + jiff::SignedDuration::from_secs(seconds - 1) > end;
        match next {
            Next::Create { .. } => self.execution.step = Step::Create,
            Next::Start { kind, .. } => self.execution.step = Step::Start(kind),
            Next::Reload { tables, .. } => {
                let nth = |name: &_| (0..TABLES).find(|nth| table_name(*nth) == *name);
                self.execution.step = Step::Reload(tables.iter().filter_map(nth).collect());
            }
            Next::Stop { cause, .. } => {
                // A stop that is told again has its cause from the first time.
                let first = self.execution.run.stop.as_ref().is_none_or(|stop| stop.tries <= 1);
                let task = self.state.dms.task.as_ref();
                let reached = task
                    .is_some_and(|task| task.is_loaded() || task.is_current() || task.is_silent(self.now));
                self.execution.reached |= task.is_some_and(Task::is_current);
                let caused = match cause {
                    StopCause::Close => at(self.now) >= end,
                    StopCause::Done => reached && plan.then == Then::Stop,
                };
                self.execution.stopped_early |= first && !caused;
                self.execution.step = Step::Stop { unseen: false };
            }
            Next::Tell { occasion, .. } => {
                commit::told(&mut self.execution.run, occasion);
                self.wait();
            }
            // The connections of this world are good.
            Next::Test { .. } | Next::Wait { .. } => self.wait(),
            Next::Report(_) => {
                if let Some(verdict) = verdict {
                    self.execution.say(&verdict, self.now, &self.state.dms);
                }
            }
        }
    }

    /// What the machine does by itself after a poll that could not run, as its definition says. Its waits and choices are
    /// entered anew: their clock does not stand still.
    fn go_on_blind(&mut self) {
        self.execution.blind -= 1;
        let now = at(self.now);
        let over = now >= self.execution.run.stop_due;
        if now >= self.execution.run.machine.stop_retries_until || (over && !self.execution.run.stop_at_close)
        {
            let verdict = cut_short::out_of_sight(&self.execution.running(self.story), now);
            self.execution.say(&verdict, self.now, &self.state.dms);
        } else if over {
            self.execution.step = Step::Stop { unseen: true };
        } else {
            self.wait();
        }
    }

    fn act(&mut self, fate: Fate) {
        match self.execution.step.clone() {
            Step::Create => self.create(fate),
            Step::Start(kind) => self.start(kind, fate),
            Step::Reload(tables) => self.reload(&tables, fate),
            Step::Stop { unseen } => self.stop(unseen, fate),
            Step::Poll | Step::Reported => {}
        }
    }

    /// The create step looks for the task first, and adopts it when it is there. A crash leads back to the wait.
    fn create(&mut self, fate: Fate) {
        if matches!(fate, Fate::Lost | Fate::Busy) {
            return self.wait();
        }
        let plan = self.story.plan_of(self.execution.nth);
        let TaskPlan::Request(request) = &plan.task else { return self.wait() };
        let new = self.state.dms.task.is_none();
        if new {
            let stated = request.replication_task_settings.as_ref().and_then(|document| document.json());
            let truncates =
                settings::prep_mode(&settings::for_creation(stated)) != Some(settings::PrepMode::DoNothing);
            let kind = match request.migration_type.as_str() {
                "cdc" => Kind::Cdc,
                "full-load-and-cdc" => Kind::LoadAndCdc,
                _ => Kind::FullLoad,
            };
            let mut task = Task::new(kind, truncates, false);
            task.changed = self.now;
            task.owner = Some(self.execution.nth);
            self.state.dms.task = Some(task);
        }
        let known = self.adopted(new, request.migration_type.clone());
        if let Fate::Redriven(when) = fate {
            return self.execution.is_redriven(when, self.now);
        }
        if fate == Fate::Heard {
            self.execution.known = known.map(Box::new);
        }
        self.wait();
    }

    /// The task as the create step knows it, whose tag it writes where the task is its own from now on.
    fn adopted(&mut self, new: bool, migration_type: plan::MigrationType) -> Option<task::Task> {
        let owner = self.state.dms.task.as_ref()?.owner;
        let TaskSeen::Seen(seen) = self.seen() else { return None };
        let ours = owner == Some(self.execution.nth);
        let known = task::Task {
            arn: self.story.names.task.clone(),
            identifier: "orders".to_owned(),
            migration_type,
            origin: if ours { Origin::Created } else { Origin::Adopted },
            created: new.then(|| self.present()),
            settings: seen.settings.clone(),
            differences: Vec::new(),
            owner: owner.filter(|_| !ours).map_or(Owner::Nobody, |owner| self.owner(owner)),
        };
        let plan = self.story.plan_of(self.execution.nth);
        if adoption::adopt(plan, &self.execution.run, &known, &seen) == Adoption::TakeOver
            && let Some(task) = &mut self.state.dms.task
        {
            task.owner = Some(self.execution.nth);
        }
        Some(known)
    }

    /// Another execution of the story, as Step Functions describes it.
    fn owner(&self, nth: u8) -> Owner {
        let Some(other) = self.state.executions.get(usize::from(nth)) else { return Owner::Nobody };
        let execution = other.run.execution.clone();
        let ended = match &other.told {
            Told::NotYet => return Owner::Running(execution),
            Told::Now(report) => report.at,
            Told::Earlier(at) => *at,
        };
        Owner::Ended { execution, ran: Some((other.run.started, at(ended))) }
    }

    fn start(&mut self, kind: StartKind, fate: Fate) {
        let now = self.present();
        let run = self.execution.running(self.story).run;
        let answer = match commit::guard_start(&run, &self.seen(), now) {
            Guarded::Held(why) => Answer::NotCalled(why),
            Guarded::Doubtful(_) => {
                let mut running = self.execution.running(self.story);
                commit::start_is_doubtful(&mut running, String::new(), now);
                self.execution.keep(running);
                return self.wait();
            }
            Guarded::Made => Answer::Lost,
            Guarded::Clear => {
                let start = match kind {
                    StartKind::StartReplication => Start::Fresh,
                    StartKind::ResumeProcessing => Start::Resume,
                    StartKind::ReloadTarget => Start::Reload,
                };
                self.execution.started_twice |=
                    kind == StartKind::StartReplication && self.execution.first_starts > 0;
                self.execution.started_late |= at(self.now) >= self.execution.run.stop_due;
                let by = By::Run(self.execution.nth);
                let mut taken = false;
                let heard = self.call(fate, |state| {
                    let result = state.dms.start(start, by, state.now);
                    taken = result.is_ok();
                    result
                });
                self.execution.starts += u8::from(taken);
                self.execution.first_starts += u8::from(taken && kind == StartKind::StartReplication);
                heard
            }
        };
        if let Fate::Redriven(when) = fate {
            return self.execution.is_redriven(when, self.now);
        }
        commit::start_answered(&mut self.execution.run, without_words(answer), now);
        self.wait();
    }

    fn reload(&mut self, tables: &[usize], fate: Fate) {
        let Some(decided) = self.execution.run.reload.clone() else { return self.wait() };
        let run = self.execution.running(self.story).run;
        let answer = match commit::guard_reload(&run, &decided, &self.seen(), self.present()) {
            GuardedReload::Held(why) => Answer::NotCalled(why),
            GuardedReload::Made => return self.wait(),
            GuardedReload::Clear => {
                let consent = self.story.consent_left(self.state);
                let by = By::Run(self.execution.nth);
                self.call(fate, |state| state.dms.reload_tables(tables, by, consent, state.now))
            }
        };
        if let Fate::Redriven(when) = fate {
            return self.execution.is_redriven(when, self.now);
        }
        commit::reload_answered(&mut self.execution.run, without_words(answer));
        self.wait();
    }

    /// In an execution that was redriven and has not seen the task since, the stop step looks first.
    fn stop(&mut self, unseen: bool, fate: Fate) {
        let now = self.present();
        self.execution.stopped_early |= unseen && at(self.now) < self.execution.run.stop_due;
        let mut running = self.execution.running(self.story);
        if unseen {
            commit::stop_unseen(&mut running, now);
            running.run.events = 0;
        }
        let looks = commit::stop_wants_a_look(&running.run, now);
        let held = if looks { commit::guard_stop(&mut running.run, &self.seen(), now) } else { None };
        let answer = match held {
            Some(why) => Answer::NotCalled(why),
            None => {
                let anothers = self.is_anothers();
                let mut taken = false;
                let heard = self.call(fate, |state| {
                    let result = state.dms.stop(state.now);
                    taken = result.is_ok();
                    result
                });
                self.execution.stopped_anothers |= taken && anothers;
                heard
            }
        };
        if let Fate::Redriven(when) = fate {
            return self.execution.is_redriven(when, self.now);
        }
        self.execution.keep(running);
        commit::stop_answered(&mut self.execution.run, without_words(answer));
        self.wait();
    }

    /// The task was started by a person, after this run's close and before this execution was redriven.
    fn is_anothers(&self) -> bool {
        let Some(task) = &self.state.dms.task else { return false };
        let redriven = self.execution.redriven_at;
        let close = minute(self.execution.run.stop_due);
        let started = task.started.map(|date| date.minute());
        task.by == By::Person
            && matches!((started, redriven), (Some(started), Some(redriven)) if started > close && started <= redriven)
    }

    /// Makes a call, or does not; gives what is heard of it.
    fn call(&mut self, fate: Fate, ask: impl FnOnce(&mut State) -> Result<(), Refused>) -> Answer {
        let refused = |code: &str, message: &str, kind: RefusalKind| {
            Answer::Refused(Refusal { code: code.to_owned(), message: message.to_owned(), kind })
        };
        match fate {
            Fate::Lost => return Answer::Lost,
            Fate::Busy => return refused("ThrottlingException", "", RefusalKind::Throttled),
            Fate::Denied => return refused("AccessDeniedException", "", RefusalKind::Denied),
            Fate::Heard | Fate::TakenUnheard | Fate::Redriven(_) => {}
        }
        self.state.remember();
        let result = ask(self.state);
        if fate == Fate::TakenUnheard {
            return Answer::Lost;
        }
        match result {
            Ok(()) => Answer::Accepted,
            Err(Refused::InvalidState) => {
                refused("InvalidResourceStateFault", "cannot be started", RefusalKind::Passing)
            }
            Err(Refused::InvalidCombination) => {
                refused("InvalidParameterCombinationException", "", RefusalKind::Lasting)
            }
            Err(Refused::NotFound) => refused("ResourceNotFoundFault", "", RefusalKind::NotFound),
        }
    }
}

/// The words of what held a start back decide nothing.
fn without_words(answer: Answer) -> Answer {
    match answer {
        Answer::NotCalled(_) => Answer::NotCalled(String::new()),
        answer => answer,
    }
}
