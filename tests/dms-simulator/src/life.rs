//! A task's life from one start to its end: what falls due, and what follows from it.
//!
//! Nothing here asks for the time. A task has an agenda of what falls due when, and whoever moves the time forward
//! hands over one entry after the other.

use jiff::Timestamp;

use crate::ledger::Ledger;
use crate::news::News;
use crate::outbox::Outbox;
use crate::positions::{self, StopAt};
use crate::scenario::{Scenario, SourceTable, Trouble};
use crate::tables::{TableState, Validation};
use crate::task::{Due, MigrationType, Start, StartType, Stats, Status, Task};
use crate::time;

/// What a task meets on its way.
pub(crate) struct Around<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) sources: &'a [SourceTable],
    /// When the story began.
    pub(crate) began: Timestamp,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) outbox: &'a mut Outbox,
}

impl Around<'_> {
    /// Seconds of the story at an instant, fewer than none before it began.
    pub(crate) fn age(&self, at: Timestamp) -> f64 {
        at.duration_since(self.began).as_secs_f64()
    }
}

pub(crate) const NO_TABLES: &str = "Last Error  No tables were found at task initialization. Either the selected \
    table(s) or schemas(s) no longer exist or no match was found for the table selection pattern(s). If you would \
    like to start a Task that does not initially capture any tables, set Task Setting FailOnNoTablesCaptured to false \
    and restart task. Stop Reason FATAL_ERROR Error Level FATAL";
const LOG_GONE: &str = "Last Error Error 1236 reading binary log. Stop Reason FATAL_ERROR Error Level FATAL";
const TABLE_FATAL: &str = "Last Error Task error notification received from subtask 1, thread 1 \
    [reptask/replicationtask.c:2859] [1022301] Table error, and the task's error policy is to stop. Stop Reason \
    FATAL_ERROR Error Level FATAL";

impl Task {
    /// Takes an accepted start.
    pub(crate) fn begin(&mut self, at: Timestamp, start_type: StartType, around: &Around) {
        let fresh = start_type != StartType::ResumeProcessing;
        self.starts.push(Start { at, start_type });
        let durations = &around.scenario.durations;
        let begins = time::after(at, durations.statistics_lag.min(durations.starting));
        let earlier = self.stats.filter(|_| !fresh);
        self.earlier_stats = self.stats;
        self.stats = Some(Stats {
            fresh_start: earlier.map_or(begins, |stats| stats.fresh_start),
            start: begins,
            stop: None,
            full_load_start: earlier.and_then(|stats| stats.full_load_start),
            full_load_finish: earlier.and_then(|stats| stats.full_load_finish),
        });
        self.loaded &= !fresh;
        self.status = Status::Starting;
        self.recovering = false;
        self.agenda.clear();
        self.schedule(time::after(at, durations.starting), Due::Running);
        let number = self.starts.len() - self.starts_before;
        for (index, trouble) in around.scenario.troubles.iter().enumerate() {
            if self.is_meant(trouble, number) {
                self.schedule(time::after(at, trouble.after_seconds), Due::Trouble(index));
            }
        }
    }

    fn is_meant(&self, trouble: &Trouble, number: usize) -> bool {
        let name = trouble.task.as_str();
        (name == "*" || name == self.arn || name.eq_ignore_ascii_case(&self.definition.identifier))
            && trouble.on_start.is_none_or(|start| usize::try_from(start) == Ok(number))
    }

    /// Does what falls due.
    pub(crate) fn fall_due(&mut self, at: Timestamp, due: Due, around: &mut Around) {
        match due {
            Due::Created => {
                self.status = Status::Ready;
                self.tell(at, News::Created, around);
            }
            Due::Modified => {
                self.status = self.before;
                self.tell(at, News::Modified, around);
            }
            Due::Moved { succeeds } => self.moved(succeeds),
            Due::Assessed => self.status = self.before,
            Due::Gone => {
                self.gone = true;
                self.tell(at, News::Deleted, around);
            }
            Due::Running => self.run(at, around),
            Due::TableEnds(index) => self.table_ends(at, index, around),
            Due::Validated(index) => self.table_validated(at, index, around),
            Due::StopPosition => {
                let code = self.stop_position().map_or("NORMAL", StopAt::code);
                self.end(at, code, around);
            }
            Due::Stopped => self.come_to_rest(at, around),
            Due::Trouble(index) => {
                if let Some(trouble) = around.scenario.troubles.get(index) {
                    self.meet(at, trouble, around);
                }
            }
            Due::ReadingResumed => self.read_on(at, around),
            Due::Recovered => self.recover(at, around),
            Due::RecoveryFailed { message } => self.fail(at, &message, around),
        }
    }

    /// DMS tells of the task.
    pub(crate) fn tell(&self, at: Timestamp, news: News, around: &mut Around) {
        around.outbox.send(at, (&self.arn, self.identifier()), news, &around.scenario.events);
    }

    /// An idle task is busy for a while, and then returns to where it is.
    pub(crate) fn busy_for(&mut self, at: Timestamp, status: Status, seconds: f64, due: Due) {
        self.before = self.status;
        self.status = status;
        self.schedule(time::after(at, seconds), due);
    }

    fn moved(&mut self, succeeds: bool) {
        let instance = self.moving_to.take();
        self.status = if succeeds { self.before } else { Status::FailedMove };
        if let Some(arn) = instance.filter(|_| succeeds) {
            self.definition.instance_arn = arn;
        }
    }

    /// Somebody stops the task.
    pub(crate) fn stop(&mut self, at: Timestamp, around: &mut Around) {
        let durations = &around.scenario.durations;
        let lag = durations.stop_lag.min(durations.stopping);
        self.outdated = (lag > 0.0).then(|| self.as_shown(at, time::after(at, lag), 0));
        let state = TableState::named(&around.scenario.behaviour.interrupted_table_state);
        self.interrupt(at, &state, around);
        self.status = Status::Stopping;
        self.schedule(time::after(at, durations.stopping), Due::Stopped);
    }

    /// Somebody deletes the task; a running one is stopped first.
    pub(crate) fn delete(&mut self, at: Timestamp, around: &mut Around) {
        match self.status {
            Status::Starting | Status::Running => {
                self.delete_when_stopped = true;
                self.stop(at, around);
            }
            Status::Stopping => self.delete_when_stopped = true,
            _ => self.begin_deleting(at, around),
        }
    }

    fn begin_deleting(&mut self, at: Timestamp, around: &Around) {
        self.agenda.clear();
        self.outdated = None;
        self.moving_to = None;
        self.status = Status::Deleting;
        self.schedule(time::after(at, around.scenario.durations.deleting), Due::Gone);
    }

    fn come_to_rest(&mut self, at: Timestamp, around: &mut Around) {
        let loads_only = self.definition.migration_type == MigrationType::FullLoad;
        let finished = loads_only && around.scenario.behaviour.stopped_load_is_finished;
        self.end(at, if finished { "FULL_LOAD_ONLY_FINISHED" } else { "NORMAL" }, around);
        if self.delete_when_stopped {
            self.begin_deleting(at, around);
        }
    }

    /// The task ends by itself, or by its keeper's wish.
    pub(crate) fn end(&mut self, at: Timestamp, code: &str, around: &mut Around) {
        self.interrupt(at, &TableState::FullLoad, around);
        self.status = Status::Stopped;
        let reason = format!("Stop Reason {code}");
        let errors = self.tables.iter().any(|table| table.state == TableState::Error);
        let news = if errors && around.scenario.events.table_errors_are_failures {
            News::Failed(reason.clone())
        } else {
            News::Stopped(reason.clone())
        };
        self.stop_reason = Some(reason);
        self.last_failure = None;
        self.note_end(at);
        self.tell(at, news, around);
    }

    /// The task fails; the text is both its failure message and its stop reason.
    pub(crate) fn fail(&mut self, at: Timestamp, message: &str, around: &mut Around) {
        self.interrupt(at, &TableState::FullLoad, around);
        self.status = Status::Failed;
        self.stop_reason = Some(message.to_owned());
        self.last_failure = Some(message.to_owned());
        self.note_end(at);
        self.tell(at, News::Failed(message.to_owned()), around);
    }

    fn note_end(&mut self, at: Timestamp) {
        if let Some(stats) = &mut self.stats {
            // A run that is over before its statistics begin has them from its end on.
            stats.fresh_start = stats.fresh_start.min(at);
            stats.start = stats.start.min(at);
            stats.stop = Some(at);
        }
        if self.definition.migration_type.replicates() {
            self.checkpoint_at = Some(at);
        }
    }

    /// `starting` is over: the source's tables are looked at, and the load or the replication begins.
    pub(crate) fn run(&mut self, at: Timestamp, around: &mut Around) {
        if let Some(message) = self.log_is_gone(around) {
            return self.fail(at, &message, around);
        }
        self.status = Status::Running;
        if let Some(start) = self.starts.last() {
            self.tell(at, News::Started(start.start_type), around);
        }
        if let Some(instance) = around
            .scenario
            .replication_instances
            .iter()
            .find(|instance| instance.replication_instance_arn == self.definition.instance_arn)
        {
            let tail = self.tail().to_owned();
            self.definition.settings.name_log(&instance.replication_instance_identifier, &tail);
        }
        let resumed = self.starts.last().is_some_and(|start| start.start_type == StartType::ResumeProcessing);
        self.capture_tables(resumed, around);
        let captured = self.tables.iter().any(|table| table.state != TableState::DoesNotExist);
        if !captured && self.definition.settings.fails_without_tables() {
            return self.fail(at, NO_TABLES, around);
        }
        if self.definition.migration_type == MigrationType::Cdc {
            return self.replicate(at, around);
        }
        if self.skips_the_load(resumed, around) {
            // The trap: DMS takes the load for done, whatever is missing, and goes on with the changes.
            self.loaded = true;
            return self.replicate(at, around);
        }
        if let Some(stats) = &mut self.stats {
            stats.full_load_start = stats.full_load_start.or(Some(at));
        }
        self.queue_unfinished();
        self.load_next(at, around);
        self.look_whether_loaded(at, around);
    }

    /// What a resumed task says when the source has thrown away what it has not read yet.
    fn log_is_gone(&self, around: &Around) -> Option<String> {
        let start = self.starts.last().filter(|start| start.start_type == StartType::ResumeProcessing)?;
        let arn = &self.definition.source_arn;
        let source = around.scenario.endpoints.iter().find(|endpoint| endpoint.endpoint_arn == *arn)?;
        let gone = time::between(self.read_until?, start.at) > source.log_retention_seconds?;
        gone.then(|| source.log_gone_message.clone().unwrap_or_else(|| LOG_GONE.to_owned()))
    }

    fn skips_the_load(&self, resumed: bool, around: &Around) -> bool {
        resumed
            && self.definition.migration_type == MigrationType::FullLoadAndCdc
            && (self.loaded
                || !around.scenario.behaviour.resume_loads_rest
                || self.tables.iter().any(|table| table.state == TableState::Error))
    }

    /// The load is over when nothing is loading or waiting any more, errors or not.
    pub(crate) fn look_whether_loaded(&mut self, at: Timestamp, around: &mut Around) {
        if self.status != Status::Running
            || self.recovering
            || !self.definition.migration_type.loads()
            || !self.queue.is_empty()
            || self.tables.iter().any(|table| table.is_loading())
        {
            return;
        }
        let first_time = !self.loaded;
        self.loaded = true;
        if let Some(stats) = self.stats.as_mut().filter(|_| first_time) {
            stats.full_load_finish = Some(at);
        }
        let settings = &self.definition.settings;
        if self.definition.migration_type == MigrationType::FullLoad {
            // Validation of a full load is one pass before the task ends.
            if !self.tables.iter().any(|table| table.validation == Validation::Comparing) {
                self.end(at, "FULL_LOAD_ONLY_FINISHED", around);
            }
        } else if first_time && settings.stops_before_cached_changes() {
            self.end(at, "STOPPED_AFTER_FULL_LOAD", around);
        } else if first_time && settings.stops_with_cached_changes_applied() {
            self.end(at, "STOPPED_AFTER_CACHED_EVENTS", around);
        } else {
            self.replicate(at, around);
        }
    }

    /// Changes flow from now on, until the stop position if there is one.
    pub(crate) fn replicate(&mut self, at: Timestamp, around: &Around) {
        if self.reading_paused {
            return;
        }
        self.replication.flow(at);
        for table in &mut self.tables {
            let waits = table.is_unfinished() && table.state != TableState::Error;
            if self.definition.migration_type == MigrationType::Cdc && waits {
                // Without a load a table has nothing to wait for; the word is from memory.
                table.state = TableState::Completed;
            }
            if table.state == TableState::Completed && table.replicating_since.is_none() {
                table.replicating_since = Some(at);
            }
        }
        let idle = around.scenario.behaviour.idle_source;
        if let Some(position) =
            self.stop_position().filter(|position| !(idle && matches!(position, StopAt::CommitTime(_))))
            && !self.agenda.values().any(|due| *due == Due::StopPosition)
        {
            self.schedule(position.at().max(at), Due::StopPosition);
        }
    }

    fn stop_position(&self) -> Option<StopAt> {
        self.definition.cdc_stop_position.as_deref().and_then(|position| positions::read_stop(position).ok())
    }

    /// The first table error may be one too many for the task's error policy.
    pub(crate) fn fails_of_table_errors(&mut self, at: Timestamp, around: &mut Around) -> bool {
        let errors = self.tables.iter().filter(|table| table.state == TableState::Error).count();
        let too_many =
            self.definition.settings.table_errors_that_fail_the_task().is_some_and(|it| errors >= it);
        if too_many {
            self.fail(at, TABLE_FATAL, around);
        }
        too_many
    }
}
