//! The steps of an execution, as the machine's definition wires them.

use jiff::Timestamp;
use migration::commit::{self, Guarded, GuardedReload};
use migration::decide;
use migration::decide::cut_short;
use migration::run::acts::{StartKind, StopCause};
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::close_out::Beside;
use migration::run::document::Document;
use migration::run::instance_status::InstanceStatus;
use migration::run::next::Next;
use migration::run::observation::{Absence, InstanceSeen, Observation, TaskSeen};
use migration::run::task::{self, Origin, Owner};
use migration::survey::adoption::{self, Adoption};
use migration::survey::executions::started_between;
use migration::time::present::Moment;
use plan::{OnAbort, TaskPlan, Then, settings};

use super::{Execution, Step, Told};
use crate::dms::{By, Kind, Minute, Refused, Start, TABLES, Task, table_name};
use crate::names::{at, minute};
use crate::story::Story;
use crate::world::{Fate, State, View};
/// One step of one execution.
pub(super) struct Turn<'a> {
    pub(super) story: &'a Story,
    pub(super) now: Minute,
    pub(super) state: &'a mut State,
    pub(super) execution: &'a mut Execution,
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
        // What CloudWatch has shown of a minute it shows again.
        let lag = state.dms.task.as_ref().filter(|_| wanted.lag).map(|task| task.lag(self.now));
        // A task that is there is known by its ARN, whatever a list says.
        let absence = match state.dms.task {
            None => Absence::Confirmed,
            Some(_) => Absence::Unconfirmed,
        };
        let instance = InstanceSeen::Seen(InstanceStatus::Available);
        let beside = self.beside();
        Observation {
            task: seen,
            absence,
            tables,
            connections,
            instance,
            lag,
            beside,
            ..Observation::default()
        }
    }

    /// Who else has to do with the task of a run that is closed out: an execution that runs.
    fn beside(&self) -> Beside {
        if self.execution.run.close_out.is_none() {
            return Beside::NotLooked;
        }
        let others = self.state.executions.iter().enumerate();
        let others = others.filter(|(nth, _)| u8::try_from(*nth).ok() != Some(self.execution.nth));
        let ended = self.execution.run.close_out.as_ref().map(|close_out| close_out.ended);
        for (_, other) in others.filter(|(_, other)| other.has_begun(self.now)) {
            let execution = other.run.execution.clone();
            match &other.told {
                Told::NotYet if other.run.close_out.is_none() => return Beside::Run(execution),
                Told::Now(report) if other.has_had_to_do(report) && Some(other.run.started) >= ended => {
                    return Beside::Ran(execution);
                }
                _ => {}
            }
        }
        Beside::Nobody
    }

    /// What runs was started by another run of ours since the execution of this one had ended.
    fn is_of_a_newer_run(&self) -> bool {
        let Some(close_out) = &self.execution.run.close_out else { return false };
        let Some(By::Run(nth)) = self.state.dms.task.as_ref().map(|task| task.by) else { return false };
        let other = self.state.executions.get(usize::from(nth));
        nth != self.execution.nth && other.is_some_and(|other| other.run.started >= close_out.ended)
    }

    pub(super) fn poll(&mut self, view: View) {
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
                    StopCause::Abort => plan.on_abort == OnAbort::Stop,
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
    pub(super) fn go_on_blind(&mut self) {
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

    pub(super) fn act(&mut self, fate: Fate) {
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
        if self.is_cut_short(fate) {
            return;
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
        let driver = self.state.dms.task.as_ref().and_then(|task| task.owner);
        let driver = driver.and_then(|nth| self.state.executions.get(usize::from(nth)));
        let closes = driver.map(|driver| driver.run.closes);
        match adoption::adopt(plan, &self.execution.run, &known, closes, &seen, self.present()) {
            Adoption::TakeOver => {
                if let Some(task) = &mut self.state.dms.task {
                    task.owner = Some(self.execution.nth);
                }
                Some(known)
            }
            Adoption::Await => {
                self.execution.run.creates = self.execution.run.creates.saturating_sub(1);
                None
            }
            Adoption::Leave | Adoption::Modify => Some(known),
        }
    }

    /// Another execution of the story, as Step Functions describes it.
    fn owner(&self, nth: u8) -> Owner {
        let Some(other) = self.state.executions.get(usize::from(nth)) else { return Owner::Nobody };
        let execution = other.run.execution.clone();
        let began = other.run.started;
        // What closes a run out tells an end of its own: the run's execution has told nothing.
        let (ended, drove) = match (&other.told, &other.run.close_out) {
            (_, Some(close_out)) => (close_out.ended, None),
            (Told::NotYet, None) => return Owner::Running(execution),
            (Told::Now(report), None) => (at(report.at), report.drove),
            (Told::Earlier, None) => return Owner::Ended { execution, ran: None },
        };
        Owner::Ended { execution, ran: started_between(drove, began, Some(ended)) }
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
                self.execution.started_dead |= self.execution.run.close_out.is_some();
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
        if self.is_cut_short(fate) {
            return;
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
        if self.is_cut_short(fate) {
            return;
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
        let held = commit::stands_aside(&self.beside());
        let held = match held {
            None if looks => commit::guard_stop(&mut running.run, &self.seen(), now),
            held => held,
        };
        let answer = match held {
            Some(why) => Answer::NotCalled(why),
            None => {
                let anothers = self.is_anothers();
                let newer = self.is_of_a_newer_run();
                let mut taken = false;
                let heard = self.call(fate, |state| {
                    let result = state.dms.stop(state.now);
                    taken = result.is_ok();
                    result
                });
                self.execution.stopped_anothers |= taken && anothers;
                self.execution.stood_in_the_way |= taken && newer;
                heard
            }
        };
        if self.is_cut_short(fate) {
            return;
        }
        self.execution.keep(running);
        commit::stop_answered(&mut self.execution.run, without_words(answer));
        self.wait();
    }

    /// The task was started by a person, after this run's close and before this execution was redriven.
    fn is_anothers(&self) -> bool {
        let Some(task) = &self.state.dms.task else { return false };
        let redriven = self.execution.redriven_at.map(i32::from);
        let close = i32::from(minute(self.execution.run.stop_due));
        let started = task.started.map(|date| date.minute());
        task.by == By::Person
            && matches!((started, redriven), (Some(started), Some(redriven)) if started > close && started <= redriven)
    }

    /// The execution is aborted before what its step did was written down.
    fn is_cut_short(&mut self, fate: Fate) -> bool {
        match fate {
            Fate::Redriven(when) => self.execution.is_redriven(when, self.now),
            Fate::Dies(when) => self.execution.dies(when, self.now, self.story),
            _ => return false,
        }
        true
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
            Fate::Heard | Fate::TakenUnheard | Fate::Redriven(_) | Fate::Dies(_) => {}
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
