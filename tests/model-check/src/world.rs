//! One run of the product in a hostile world: the real decision and the real book-keeping, the state machine around
//! them as its definition wires it, DMS as [`crate::dms`] models it, and everything between them that can go wrong.

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
use migration::run::task::{self, Origin};
use migration::run::verdict::{Outcome, Verdict};
use plan::{TaskPlan, Then, settings};
use stateright::{Model, Property};

use crate::dms::{By, Consent, Dms, Minute, Move, Refused, Start, Status, TABLES, Task, table_name};
use crate::names::{at, minute};
use crate::rules;
use crate::story::Story;

/// Minutes between two steps of the run: coarser than the real interval, so that fewer states say the same. Five
/// minutes, a quarter and half of an hour, which decisions count with, fall between steps.
const STEP: Minute = 4;

/// Minutes after which people know that the task does not stop: from then on nothing new goes wrong, so that hours of
/// the same few steps are not explored in all their orders.
const STOP_TOLD: Minute = 20;

/// Minutes between two steps of a run that has told its task to stop for long.
pub const LONG_STEP: Minute = 56;

/// Without a window DMS is done with whatever it does by this minute.
const DONE_BY: Minute = 36;

/// A late redrive comes so many minutes after the close.
const LATE: Minute = 60;

/// A describe may show the task as it was for so many minutes after a change: less than the grace that a start is
/// given.
const STALE_FOR: Minute = 4;

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
    /// It says that the task could not be stopped, or that it is not known whether it was.
    pub owns_up: bool,
    /// It has something to do that can be pasted, or needs nobody.
    pub helps: bool,
}

/// All that decides what can happen from here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub now: Minute,
    pub dms: Dms,
    /// DMS's task as it was before its last change.
    before: Option<Task>,
    /// The run, as the document carries it.
    pub run: Box<Run>,
    /// The task, as the document knows it.
    known: Option<Box<migration::run::task::Task>>,
    /// Where the machine stands.
    pub step: Step,
    /// How much may still go wrong.
    adversity: u8,
    /// So many polls cannot run from here on.
    blind: u8,
    /// First starts by this run that DMS took.
    pub first_starts: u8,
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
    /// A person has meddled with the task.
    pub meddled: bool,
    /// DMS itself has stopped or failed the task.
    pub failed: bool,
    pub report: Option<Report>,
}

/// What a person does in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meddling {
    /// Stops the task.
    Stop,
    /// Starts it.
    Start,
    /// Deletes it.
    Delete,
    /// Modifies it.
    Modify,
}

/// What a poll is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What is so.
    True,
    /// The task as it was before its last change.
    Stale,
    /// DMS is too busy to say.
    Busy,
    /// DMS is too busy to show the tables.
    NoTables,
    /// DMS does not list the task, though it is there.
    Missing,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// DMS answers it as it must.
    Heard,
    /// DMS answers it, and the answer is lost.
    TakenUnheard,
    /// It never reaches DMS, and no answer comes.
    Lost,
    /// DMS is too busy.
    Busy,
    /// The role lacks the permission.
    Denied,
    /// DMS answers it, the execution is aborted before that is written down, and redriven a few minutes later.
    RedrivenSoon,
    /// The same, redriven when its window has long closed.
    RedrivenLate,
}

/// One step of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// DMS moves by itself.
    Dms(Move),
    /// A person meddles.
    Person(Meddling),
    /// A poll runs.
    Poll(View),
    /// From here on so many polls cannot run.
    GoBlind(u8),
    /// A poll cannot run.
    PollFails,
    /// The act is made.
    Act(Fate),
}

impl Model for Story {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut run = Box::new(self.run.clone());
        tidy(&mut run);
        vec![State {
            now: 0,
            dms: self.dms.clone(),
            before: None,
            run,
            known: None,
            step: Step::Poll,
            adversity: self.adversity,
            blind: 0,
            first_starts: 0,
            starts: 0,
            started_twice: false,
            stopped_early: false,
            started_late: false,
            overslept: false,
            meddled: false,
            failed: false,
            report: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.step == Step::Reported {
            return;
        }
        let may_go_wrong = state.adversity > 0 && !state.stops_for_long();
        let moves = state.dms.moves(state.now);
        let mut must_move = false;
        for what in moves {
            let natural = !matches!(what, Move::TableFails(_) | Move::Ends(_));
            if natural || may_go_wrong {
                actions.push(Action::Dms(what));
            }
            must_move |= natural && what != Move::ComesBack && !self.run.windowed() && state.now >= DONE_BY;
        }
        if must_move {
            return;
        }
        if may_go_wrong && let Some(task) = &state.dms.task {
            if task.is_at_work() {
                actions.push(Action::Person(Meddling::Stop));
            }
            if matches!(task.status, Status::Ready | Status::Stopped | Status::Failed) {
                actions.extend([Meddling::Start, Meddling::Delete, Meddling::Modify].map(Action::Person));
            }
        }
        match &state.step {
            Step::Poll if state.blind > 0 => actions.push(Action::PollFails),
            Step::Poll => {
                actions.push(Action::Poll(View::True));
                if may_go_wrong {
                    actions.extend([Action::Poll(View::Busy), Action::GoBlind(1), Action::GoBlind(12)]);
                    let stale = |task: &Task| state.now.saturating_sub(task.changed) <= STALE_FOR;
                    if state.before.is_some() && state.dms.task.as_ref().is_some_and(stale) {
                        actions.push(Action::Poll(View::Stale));
                    }
                    if state.dms.task.as_ref().is_some_and(|task| task.has_run) {
                        actions.push(Action::Poll(View::NoTables));
                    }
                    // DMS's lists are eventually consistent: a task that is there may be missing twice in a row.
                    if state.dms.task.is_some() && state.run.not_there < 2 {
                        actions.push(Action::Poll(View::Missing));
                    }
                }
            }
            Step::Stop { .. } if self.stop_is_denied => actions.push(Action::Act(Fate::Denied)),
            Step::Create | Step::Start(_) | Step::Reload(_) | Step::Stop { .. } => {
                actions.push(Action::Act(Fate::Heard));
                if may_go_wrong {
                    actions.extend([Fate::TakenUnheard, Fate::Lost, Fate::Busy].map(Action::Act));
                    if state.step != Step::Create {
                        actions.extend([Fate::Denied, Fate::RedrivenSoon].map(Action::Act));
                    }
                    if matches!(state.step, Step::Start(_)) && self.run.windowed() {
                        actions.push(Action::Act(Fate::RedrivenLate));
                    }
                }
            }
            Step::Reported => {}
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Dms(what) => {
                state.remember();
                state.adversity -= u8::from(matches!(what, Move::TableFails(_) | Move::Ends(_)));
                state.failed |= matches!(what, Move::Ends(_));
                state.dms.happen(what, self.consent_left(&state), state.now);
            }
            Action::Person(what) => self.meddle(&mut state, what),
            Action::Poll(view) => {
                state.adversity -= u8::from(view != View::True);
                self.poll(&mut state, view);
            }
            Action::GoBlind(polls) => {
                state.adversity -= 1;
                state.blind = polls;
            }
            Action::PollFails => {
                state.blind -= 1;
                self.go_on_blind(&mut state);
            }
            Action::Act(fate) => {
                let denied_for_good = fate == Fate::Denied && self.stop_is_denied;
                state.adversity -= u8::from(fate != Fate::Heard && !denied_for_good);
                self.act(&mut state, fate);
            }
        }
        tidy(&mut state.run);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::all()
    }
}

/// Takes out of a run what decides nothing, so that states that differ in nothing else are one.
fn tidy(run: &mut Run) {
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

impl State {
    /// Keeps what a stale answer would show.
    fn remember(&mut self) {
        self.before.clone_from(&self.dms.task);
    }

    /// The task was told to stop, or is stopping, for so long that people know: it is only waited for.
    fn stops_for_long(&self) -> bool {
        let stopping = self.dms.task.as_ref().is_some_and(|task| task.status == Status::Stopping);
        let since = match &self.run.stop {
            Some(stop) => stop.decided,
            None if stopping => self.run.stop_due,
            None => return false,
        };
        self.now >= minute(since) + STOP_TOLD
    }

    /// The machine waits until its next look.
    fn wait(&mut self) {
        let end = minute(self.run.stop_due);
        let next = self.now + if self.stops_for_long() { LONG_STEP } else { STEP };
        self.now = if self.now < end && end < next { end } else { next };
        self.step = Step::Poll;
    }

    fn running(&self, story: &Story) -> Running {
        let next = migration::run::step::Step::wait(0, "");
        let running = Running::begin(story.plan.clone(), (*self.run).clone(), next, Vec::new());
        Running { task: self.known.as_deref().cloned(), ..running }
    }

    fn keep(&mut self, run: Run, task: Option<task::Task>) {
        *self.run = run;
        self.known = task.map(Box::new);
    }

    fn report(&mut self, verdict: &Verdict) {
        let task = self.dms.task.as_ref();
        let words = verdict.reasons.join("; ");
        self.report = Some(Report {
            outcome: verdict.outcome,
            at: self.now,
            at_work: task.is_some_and(|task| task.is_at_work() && task.by == By::Us),
            complete: task.is_some_and(Task::is_complete),
            loaded: task.is_some_and(Task::is_loaded),
            owns_up: [
                "could not be stopped",
                "could not be asked",
                "sight of the task was lost",
                "not known",
            ]
            .iter()
            .any(|part| words.contains(part)),
            helps: verdict.severity == plan::finding::Severity::Info
                || verdict.to_do.iter().any(|step| step.contains("aws "))
                || self.known.is_none(),
        });
        self.step = Step::Reported;
    }
}

impl Story {
    fn meddle(&self, state: &mut State, what: Meddling) {
        state.adversity -= 1;
        state.meddled = true;
        state.remember();
        let now = state.now;
        let start = match &state.dms.task {
            Some(task) if task.has_run => Start::Resume,
            _ => Start::Fresh,
        };
        // What DMS refuses a person changes nothing.
        let _ = match what {
            Meddling::Stop => state.dms.stop(now),
            Meddling::Start => state.dms.start(start, By::Person, now),
            Meddling::Delete => state.dms.delete(now),
            Meddling::Modify => state.dms.modify(now),
        };
    }

    fn observe(&self, state: &State, view: View) -> Observation {
        let task = match view {
            View::Stale => state.before.as_ref(),
            _ => state.dms.task.as_ref(),
        };
        let seen = match (view, task) {
            (View::Busy, _) => TaskSeen::Unseen,
            (View::Missing, _) | (_, None) => TaskSeen::NotThere,
            (_, Some(task)) => TaskSeen::Seen(Box::new(task.described(&self.names))),
        };
        let wanted = decide::wanted(&self.plan, &state.run, &seen, None, at(state.now));
        let tables = task.filter(|_| wanted.tables && view != View::NoTables).map(Task::statistics);
        let connections = wanted.connections.then(|| self.names.connections());
        // A task that is there is known by its ARN, whatever a list says.
        let absence = match state.dms.task {
            None => Absence::Confirmed,
            Some(_) => Absence::Unconfirmed,
        };
        let instance = InstanceSeen::Seen(InstanceStatus::Available);
        Observation { task: seen, absence, tables, connections, instance, ..Observation::default() }
    }

    /// What the plan still consents to: rows on top of those that are there may come by one start.
    fn consent_left(&self, state: &State) -> Consent {
        Consent { double: self.consent.double && state.starts <= 1, ..self.consent }
    }

    fn poll(&self, state: &mut State, view: View) {
        let now = at(state.now);
        let observation = self.observe(state, view);
        let mut running = state.running(self);
        commit::take_in(&mut running, &observation, now);
        let next = (self.decide)(&running, &observation, now);
        let (seconds, verdict) = match commit::write_down(running, next.clone(), &observation.task, now) {
            Document::Running(running) => {
                let seconds = i64::from(running.next.seconds);
                state.keep(running.run, running.task);
                (seconds, None)
            }
            Document::Reported(reported) => {
                state.keep(reported.run, reported.task);
                (0, Some(reported.verdict))
            }
            Document::Opened(_) => return,
        };
        let end = state.run.stop_due;
        state.overslept |= now < end && now + jiff::SignedDuration::from_secs(seconds - 1) > end;
        match next {
            Next::Create { .. } => state.step = Step::Create,
            Next::Start { kind, .. } => state.step = Step::Start(kind),
            Next::Reload { tables, .. } => {
                let nth = |name: &_| (0..TABLES).find(|nth| table_name(*nth) == *name);
                state.step = Step::Reload(tables.iter().filter_map(nth).collect());
            }
            Next::Stop { cause, .. } => {
                // A stop that is told again has its cause from the first time.
                let first = state.run.stop.as_ref().is_none_or(|stop| stop.tries <= 1);
                let loaded = state.dms.task.as_ref().is_some_and(Task::is_loaded);
                let caused = match cause {
                    StopCause::Close => now >= end,
                    StopCause::Done => loaded && self.plan.then == Then::Stop,
                };
                state.stopped_early |= first && !caused;
                state.step = Step::Stop { unseen: false };
            }
            Next::Tell { occasion, .. } => {
                commit::told(&mut state.run, occasion);
                state.wait();
            }
            // The connections of this world are good.
            Next::Test { .. } | Next::Wait { .. } => state.wait(),
            Next::Report(_) => {
                if let Some(verdict) = verdict {
                    state.report(&verdict);
                }
            }
        }
    }

    /// What the machine does by itself after a poll that could not run, as its definition says.
    fn go_on_blind(&self, state: &mut State) {
        let now = at(state.now);
        let over = now >= state.run.stop_due;
        if now >= state.run.machine.stop_retries_until || (over && !state.run.stop_at_close) {
            let verdict = cut_short::out_of_sight(&state.running(self), now);
            state.report(&verdict);
        } else if over {
            state.step = Step::Stop { unseen: true };
        } else {
            state.wait();
        }
    }

    fn act(&self, state: &mut State, fate: Fate) {
        match state.step.clone() {
            Step::Create => self.create(state, fate),
            Step::Start(kind) => self.start(state, kind, fate),
            Step::Reload(tables) => self.reload(state, &tables, fate),
            Step::Stop { unseen } => self.stop(state, unseen, fate),
            Step::Poll | Step::Reported => {}
        }
    }

    /// The create step looks for the task first, and adopts it when it is there. A crash leads back to the wait.
    fn create(&self, state: &mut State, fate: Fate) {
        if matches!(fate, Fate::Lost | Fate::Busy) {
            return state.wait();
        }
        let TaskPlan::Request(request) = &self.plan.task else { return state.wait() };
        let new = state.dms.task.is_none();
        if new {
            let stated = request.replication_task_settings.as_ref().and_then(|document| document.json());
            let truncates =
                settings::prep_mode(&settings::for_creation(stated)) != Some(settings::PrepMode::DoNothing);
            let kind = match request.migration_type.as_str() {
                "cdc" => crate::dms::Kind::Cdc,
                "full-load-and-cdc" => crate::dms::Kind::LoadAndCdc,
                _ => crate::dms::Kind::FullLoad,
            };
            let mut task = Task::new(kind, truncates, false);
            task.changed = state.now;
            state.dms.task = Some(task);
        }
        if fate == Fate::Heard
            && let Some(task) = &state.dms.task
        {
            state.known = Some(Box::new(migration::run::task::Task {
                arn: self.names.task.clone(),
                identifier: "orders".to_owned(),
                migration_type: request.migration_type.clone(),
                origin: Origin::Created,
                created: new.then(|| at(state.now)),
                settings: Some(task.settings()),
                differences: Vec::new(),
                owner: migration::run::task::Owner::Nobody,
            }));
        }
        state.wait();
    }

    fn start(&self, state: &mut State, kind: StartKind, fate: Fate) {
        let now = at(state.now);
        let seen = match &state.dms.task {
            Some(task) => TaskSeen::Seen(Box::new(task.described(&self.names))),
            None => TaskSeen::NotThere,
        };
        let answer = match commit::guard_start(&state.run, &seen, now) {
            Guarded::Held(why) => Answer::NotCalled(why),
            Guarded::Doubtful(_) => {
                let mut running = state.running(self);
                commit::start_is_doubtful(&mut running, String::new(), now);
                state.keep(running.run, running.task);
                return state.wait();
            }
            Guarded::Made => Answer::Lost,
            Guarded::Clear => {
                let start = match kind {
                    StartKind::StartReplication => Start::Fresh,
                    StartKind::ResumeProcessing => Start::Resume,
                    StartKind::ReloadTarget => Start::Reload,
                };
                state.started_twice |= kind == StartKind::StartReplication && state.first_starts > 0;
                state.started_late |= now >= state.run.stop_due;
                let mut taken = false;
                let heard = call(state, fate, |state| {
                    let result = state.dms.start(start, By::Us, state.now);
                    taken = result.is_ok();
                    result
                });
                state.starts += u8::from(taken);
                state.first_starts += u8::from(taken && kind == StartKind::StartReplication);
                heard
            }
        };
        if self.is_redriven(state, fate) {
            return;
        }
        commit::start_answered(&mut state.run, without_words(answer), now);
        state.wait();
    }

    fn reload(&self, state: &mut State, tables: &[usize], fate: Fate) {
        let seen = match &state.dms.task {
            Some(task) => TaskSeen::Seen(Box::new(task.described(&self.names))),
            None => TaskSeen::NotThere,
        };
        let Some(decided) = &state.run.reload else { return state.wait() };
        let answer = match commit::guard_reload(decided, &seen, at(state.now)) {
            GuardedReload::Held(why) => Answer::NotCalled(why),
            GuardedReload::Made => return state.wait(),
            GuardedReload::Clear => {
                let consent = self.consent_left(state);
                call(state, fate, |state| state.dms.reload_tables(tables, By::Us, consent, state.now))
            }
        };
        if self.is_redriven(state, fate) {
            return;
        }
        commit::reload_answered(&mut state.run, without_words(answer));
        state.wait();
    }

    fn stop(&self, state: &mut State, unseen: bool, fate: Fate) {
        let now = at(state.now);
        state.stopped_early |= unseen && now < state.run.stop_due;
        if unseen {
            let mut running = state.running(self);
            commit::stop_unseen(&mut running, now);
            running.run.events = 0;
            state.keep(running.run, running.task);
        }
        let answer = call(state, fate, |state| state.dms.stop(state.now));
        if self.is_redriven(state, fate) {
            return;
        }
        commit::stop_answered(&mut state.run, without_words(answer));
        state.wait();
    }

    /// The execution was aborted before the answer was written down: later the same state is entered again, with the
    /// document that it was given before.
    fn is_redriven(&self, state: &mut State, fate: Fate) -> bool {
        match fate {
            Fate::RedrivenSoon => state.now += STEP,
            Fate::RedrivenLate => state.now = minute(state.run.closes) + LATE,
            _ => return false,
        }
        true
    }
}

/// Makes a call, or does not; gives what is heard of it.
fn call(state: &mut State, fate: Fate, ask: impl FnOnce(&mut State) -> Result<(), Refused>) -> Answer {
    let refused = |code: &str, message: &str, kind: RefusalKind| {
        Answer::Refused(Refusal { code: code.to_owned(), message: message.to_owned(), kind })
    };
    match fate {
        Fate::Lost => return Answer::Lost,
        Fate::Busy => return refused("ThrottlingException", "", RefusalKind::Throttled),
        Fate::Denied => return refused("AccessDeniedException", "", RefusalKind::Denied),
        _ => {}
    }
    state.remember();
    let result = ask(state);
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

/// The words of what held a start back decide nothing.
fn without_words(answer: Answer) -> Answer {
    match answer {
        Answer::NotCalled(_) => Answer::NotCalled(String::new()),
        answer => answer,
    }
}
