//! A hostile world around the executions of a story: DMS as [`crate::dms`] models it, people, and everything between
//! them and the product that can go wrong. What one execution does is in [`crate::execution`].

use stateright::{Model, Property};

use crate::dms::{By, Dms, Minute, Move, Start, Status, Task, night};
use crate::execution::{Execution, Step};
use crate::names::minute;
use crate::rules;
use crate::story::Story;

/// Without a window DMS is done with whatever it does by this minute.
const DONE_BY: Minute = 36;

/// A describe may show the task as it was for so many minutes after a change: less than the grace that a start is
/// given.
const STALE_FOR: Minute = 4;

/// All that decides what can happen from here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub now: Minute,
    pub dms: Dms,
    /// DMS's task as it was before its last change.
    pub before: Option<Task>,
    /// The executions of the story, also those that have not begun yet.
    pub executions: Vec<Execution>,
    /// How much may still go wrong.
    pub adversity: u8,
    /// A person has meddled with the task.
    pub meddled: bool,
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
    /// DMS answers it, the execution is aborted before that is written down, and redriven later.
    Redriven(Redrive),
    /// DMS answers it, the execution is aborted before that is written down, and the watch has it closed out.
    Dies(Redrive),
}

/// When an execution is redriven that was aborted in the middle of a step. The step is made again, and the machine's
/// clock still shows when its state was entered first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redrive {
    /// Within moments.
    AtOnce,
    /// A few minutes later.
    Soon,
    /// When the window has long closed.
    Late,
}

/// One step of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// DMS moves by itself.
    Dms(Move),
    /// A person meddles.
    Person(Meddling),
    /// The execution with this number does something.
    Of(usize, Deed),
}

/// What an execution does, or fails to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A poll runs.
    Poll(View),
    /// A poll runs, the execution is aborted before what it saw is written down, and redriven later.
    PollAgain(Redrive),
    /// The execution is aborted before a poll, and the watch has it closed out: it hears of that then.
    Dies(Redrive),
    /// From here on so many polls cannot run.
    GoBlind(u8),
    /// A poll cannot run.
    PollFails,
    /// The act is made.
    Act(Fate),
}

impl Deed {
    /// True when it is something that goes wrong.
    fn is_adverse(self) -> bool {
        !matches!(self, Deed::Poll(View::True) | Deed::PollFails | Deed::Act(Fate::Heard))
    }
}

impl Model for Story {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let executions = self.runs.iter().enumerate().map(|(nth, run)| Execution::new(nth, run)).collect();
        vec![State {
            now: 0,
            dms: self.dms.clone(),
            before: None,
            executions,
            adversity: self.adversity,
            meddled: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.is_over() {
            return;
        }
        let may_go_wrong = state.adversity > 0 && !state.only_waits();
        let moves = state.dms.moves(state.now);
        let mut must_move = false;
        for what in moves {
            let natural = !matches!(what, Move::TableFails(_) | Move::Differs(_) | Move::Ends(_));
            if natural || may_go_wrong {
                actions.push(Action::Dms(what));
            }
            must_move |= natural && what != Move::ComesBack && !self.is_windowed() && state.now >= DONE_BY;
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
        for (nth, execution) in state.executions.iter().enumerate() {
            if execution.is_up(state.now) {
                let deeds = self.deeds(state, execution, may_go_wrong);
                actions.extend(deeds.into_iter().map(|deed| Action::Of(nth, deed)));
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Dms(what) => {
                state.remember();
                state.adversity -=
                    u8::from(matches!(what, Move::TableFails(_) | Move::Differs(_) | Move::Ends(_)));
                let consent = self.consent_left(&state);
                state.dms.happen(what, consent, state.now);
            }
            Action::Person(what) => meddle(&mut state, what),
            Action::Of(nth, deed) => {
                let denied_for_good = deed == Deed::Act(Fate::Denied) && self.stop_is_denied;
                state.adversity -= u8::from(deed.is_adverse() && !denied_for_good);
                self.make(&mut state, nth, deed);
                self.go_on(&mut state);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::all()
    }
}

impl State {
    /// Keeps what a stale answer would show.
    pub fn remember(&mut self) {
        self.before.clone_from(&self.dms.task);
    }

    /// Every execution has reported.
    fn is_over(&self) -> bool {
        self.executions.iter().all(Execution::has_ended)
    }

    /// Every execution of this night that has not reported only waits for its task to stop: nothing new goes wrong.
    fn only_waits(&self) -> bool {
        let tonight = |execution: &&Execution| night(execution.wakes) == night(self.now);
        let mut waiting =
            self.executions.iter().filter(|execution| !execution.has_ended()).filter(tonight).peekable();
        waiting.peek().is_some() && waiting.all(|execution| execution.stops_for_long(self.now, &self.dms))
    }
}

impl Story {
    /// The time goes on to the next step of an execution. Of what happened in an earlier night only what it left behind
    /// counts, so that the nights do not multiply.
    fn go_on(&self, state: &mut State) {
        let waiting = state.executions.iter().filter(|execution| !execution.has_ended());
        let Some(next) = waiting.map(|execution| execution.wakes).min() else { return };
        if night(next) > night(state.now) {
            for (execution, begun) in state.executions.iter_mut().zip(&self.runs) {
                execution.forget(begun);
            }
            state.before = None;
            state.dms.pass_the_day(next);
        }
        state.now = next;
    }

    /// What this execution can do now, or fail to do.
    fn deeds(&self, state: &State, execution: &Execution, may_go_wrong: bool) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let windowed = execution.run.windowed();
        match &execution.step {
            Step::Poll if execution.blind > 0 => deeds.push(Deed::PollFails),
            Step::Poll => {
                deeds.push(Deed::Poll(View::True));
                if may_go_wrong {
                    deeds.extend([Deed::Poll(View::Busy), Deed::GoBlind(1), Deed::GoBlind(12)]);
                    if self.is_watched {
                        deeds.push(Deed::Dies(Redrive::AtOnce));
                        if windowed {
                            deeds.push(Deed::Dies(Redrive::Late));
                        }
                    }
                    if self.is_redriven_anywhere {
                        deeds.push(Deed::PollAgain(Redrive::Soon));
                        if windowed {
                            deeds.push(Deed::PollAgain(Redrive::Late));
                        }
                    }
                    let stale = |task: &Task| state.now.saturating_sub(task.changed) <= STALE_FOR;
                    if state.before.is_some() && state.dms.task.as_ref().is_some_and(stale) {
                        deeds.push(Deed::Poll(View::Stale));
                    }
                    if state.dms.task.as_ref().is_some_and(|task| task.has_run) {
                        deeds.push(Deed::Poll(View::NoTables));
                    }
                    // DMS's lists are eventually consistent: a task that is there may be missing twice in a row.
                    if state.dms.task.is_some() && execution.run.not_there < 2 {
                        deeds.push(Deed::Poll(View::Missing));
                    }
                }
            }
            Step::Stop { .. } if self.stop_is_denied => deeds.push(Deed::Act(Fate::Denied)),
            Step::Create | Step::Start(_) | Step::Reload(_) | Step::Stop { .. } => {
                deeds.push(Deed::Act(Fate::Heard));
                if may_go_wrong {
                    deeds.extend([Fate::TakenUnheard, Fate::Lost, Fate::Busy].map(Deed::Act));
                    deeds.push(Deed::Act(Fate::Redriven(Redrive::Soon)));
                    if self.is_watched {
                        deeds.push(Deed::Act(Fate::Dies(Redrive::AtOnce)));
                        if windowed {
                            deeds.push(Deed::Act(Fate::Dies(Redrive::Late)));
                        }
                    }
                    if self.is_redriven_anywhere {
                        deeds.push(Deed::Act(Fate::Redriven(Redrive::AtOnce)));
                    }
                    if windowed && (self.is_redriven_anywhere || matches!(execution.step, Step::Start(_))) {
                        deeds.push(Deed::Act(Fate::Redriven(Redrive::Late)));
                    }
                    if execution.step != Step::Create {
                        deeds.push(Deed::Act(Fate::Denied));
                    }
                }
            }
            Step::Reported => {}
        }
        deeds
    }
}

fn meddle(state: &mut State, what: Meddling) {
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

/// The minute of the close of a run.
pub fn close_of(run: &migration::run::execution::Run) -> Minute {
    minute(run.closes)
}
