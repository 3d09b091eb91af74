//! The vocabulary of the decision tables: a night's run, what it has done, and what DMS shows of the task.

use jiff::{SignedDuration, Timestamp};
use migration::decide::dead::{self, Dead, Left};
use migration::decide::opening;
use migration::run::acts::{ReloadAct, StartAct, StartKind, Stop, StopCause, StopState, TestAct};
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::close_out::{Beside, HowEnded, Order};
use migration::run::document::{Document, Reported, Running};
use migration::run::drive::Drive;
use migration::run::execution::Run;
use migration::run::execution_arn::ExecutionArn;
use migration::run::instance_status::InstanceStatus;
use migration::run::lag::LagPoint;
use migration::run::load::{Pace, PreviousLoad};
use migration::run::next::Next;
use migration::run::observation::{
    self, Absence, Connection, ConnectionState, InstanceSeen, Observation, OtherDates, Route, Stats,
    TaskSeen, TaskSettings,
};
use migration::run::status::Status;
use migration::run::step::Occasion;
use migration::run::stop_reason::StopReason;
use migration::run::table::{Table, TableState, Validation};
use migration::run::task::{Origin, Owner, Progress, Task};
use migration::time::graces::{DMS_RESTARTS_WITHIN, RUN_BEFORE_STOPS_WITHIN};
use migration::{commit, decide};
use plan::MigrationType;
use plan::finding::Findings;
use plan::settings::PrepMode;
use plan::table_name::{NamedByMapping, TableName};
use serde_json::{Value, json};

/// When the run was opened; the minutes of a case count from here. A window, where there is one, opens here too.
pub const EVENING: &str = "2026-11-20T21:00:00Z";

/// The minute at which a window of [`windowed`] closes.
pub const CLOSE: i64 = 7 * 60;

/// The minute of a run that ended a week ago.
pub const LAST_WEEK: i64 = -7 * 24 * 60;

pub const EXECUTION: &str = "arn:aws:states:eu-central-1:123456789012:execution:migration:night-1";

/// [`EXECUTION`], as the product reads it.
pub fn execution() -> ExecutionArn {
    EXECUTION.parse().expect("the ARN of an execution")
}

/// The execution of the night before.
pub fn earlier_execution() -> ExecutionArn {
    EXECUTION.replace("night-1", "night-0").parse().expect("the ARN of an execution")
}

/// The execution that closes out [`EXECUTION`].
pub fn closing_execution() -> ExecutionArn {
    execution().sibling(Order::name(&execution(), 0, 1))
}

pub const TASK: &str = "arn:aws:dms:eu-central-1:123456789012:task:K55IUCGBASJS5VHZJIINA45FII";
pub const SOURCE: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:SOURCE";
pub const TARGET: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:TARGET";
const INSTANCE: &str = "arn:aws:dms:eu-central-1:123456789012:rep:INSTANCE";

/// What DMS says of a failure that may pass: the connection was away, or the memory was.
pub const AWAY: &str = "Last Error Task 'orders' was stopped after 7 recovery attempts Stop Reason FATAL_ERROR Error Level FATAL";
pub const NO_MEMORY: &str = "Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL";

/// And of failures that do not pass: a setting, a permission, a log that is gone, and what nobody recognises.
pub const NO_TABLES: &str =
    "Last Error  No tables were found at task initialization. Stop Reason FATAL_ERROR Error Level FATAL";
pub const DENIED: &str = "Last Error Access denied for user 'dms'@'10.0.0.1' (using password: YES); cannot connect \
     Stop Reason FATAL_ERROR Error Level FATAL";
pub const LOG_IS_GONE: &str =
    "Last Error Error 1236 reading binary log. Stop Reason FATAL_ERROR Error Level FATAL";
pub const NOBODY_KNOWS: &str = "Last Error Task error notification received from subtask 0, thread 0 [1022502] \
     Stop Reason FATAL_ERROR Error Level FATAL";

/// A moment of this night.
pub fn minute(minute: i64) -> Timestamp {
    EVENING.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// The window of the tables; a case merges more into it.
pub fn windowed() -> Value {
    json!({"ScheduledTime": EVENING, "Window": {"Duration": "PT7H"}})
}

/// A run, and what the next poll will see.
#[derive(Clone, Debug)]
pub struct Case {
    pub running: Running,
    pub seen: TaskSeen,
    pub tables: Option<Vec<Table>>,
    pub connections: Option<Vec<Connection>>,
    pub lag: Option<Vec<LagPoint>>,
    pub absence: Absence,
    /// For how many minutes DMS has not listed the task.
    pub absent_for: Option<i64>,
    pub tables_refused: Option<String>,
    pub connections_refused: Option<String>,
    pub instance: InstanceSeen,
    /// Who else has to do with the task of a run that is closed out.
    pub beside: Beside,
    /// True when looks for ten minutes have shown the task at rest, where it is.
    pub looked_before: bool,
    pub now: Timestamp,
}

/// A full load one minute into its run: created, ready, never started, its connections good. `plan` is merged into the
/// plan.
pub fn full_load(plan: Value) -> Case {
    case("full-load", plan)
}

/// As [`full_load`], followed by replication.
pub fn load_and_cdc(plan: Value) -> Case {
    case("full-load-and-cdc", plan)
}

/// As [`full_load`], replication alone.
pub fn cdc(plan: Value) -> Case {
    case("cdc", plan)
}

/// As [`full_load`], for a task that somebody else keeps.
pub fn kept(plan: Value) -> Case {
    let input = merged(json!({"Task": {"ReplicationTaskArn": TASK}}), plan);
    open(&input, "full-load", Origin::External)
}

fn case(migration_type: &str, plan: Value) -> Case {
    let input = json!({
        "Task": {
            "ReplicationTaskIdentifier": "orders",
            "SourceEndpointArn": SOURCE,
            "TargetEndpointArn": TARGET,
            "ReplicationInstanceArn": INSTANCE,
            "MigrationType": migration_type,
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
                "object-locator": {"schema-name": "shop", "table-name": "%"},
            }]},
            "ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}},
        },
    });
    open(&merged(input, plan), migration_type, Origin::Created)
}

fn open(input: &Value, migration_type: &str, origin: Origin) -> Case {
    let migration_type = MigrationType::from(migration_type.to_owned());
    let route = Route {
        source: SOURCE.parse().unwrap(),
        target: TARGET.parse().unwrap(),
        instance: INSTANCE.parse().unwrap(),
    };
    let kept = (origin == Origin::External).then(|| (migration_type.clone(), route.clone()));
    let opened = match opening::open(input, &execution(), minute(0)) {
        Document::Running(running) => opening::settle(*running, kept, Findings::default(), minute(0)),
        over => over,
    };
    let Document::Running(mut running) = opened else { panic!("the plan of a case runs: {opened:#?}") };
    let settings = TaskSettings {
        prep_mode: PrepMode::TruncateBeforeLoad,
        create_pk_after_full_load: false,
        logging: true,
        validation: false,
        named: NamedByMapping::default(),
    };
    running.task = Some(Task {
        arn: TASK.parse().unwrap(),
        identifier: "orders".to_owned(),
        migration_type: migration_type.clone(),
        origin,
        created: None,
        settings: Some(settings),
        differences: Vec::new(),
        owner: Owner::Nobody,
    });
    let task = observation::Task {
        arn: TASK.parse().unwrap(),
        identifier: "orders".to_owned(),
        route: route.clone(),
        migration_type,
        status: Status::Ready,
        stop_reason: None,
        last_failure: None,
        stats: None,
        settings: None,
        cdc_stop_position: None,
        task_start_date: None,
    };
    let successful = |endpoint: &str| Connection {
        endpoint: endpoint.parse().unwrap(),
        state: ConnectionState::Successful,
    };
    Case {
        running: *running,
        seen: TaskSeen::Seen(Box::new(task)),
        tables: None,
        connections: Some(vec![successful(SOURCE), successful(TARGET)]),
        lag: None,
        absence: Absence::default(),
        absent_for: None,
        tables_refused: None,
        connections_refused: None,
        instance: InstanceSeen::Seen(InstanceStatus::Available),
        beside: Beside::default(),
        looked_before: true,
        now: minute(1),
    }
}

/// Objects are merged member by member, anything else is replaced.
/// A plan with more put into it.
pub fn merged(mut base: Value, over: Value) -> Value {
    match (&mut base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                let under = base.remove(&name).unwrap_or(Value::Null);
                base.insert(name, merged(under, value));
            }
        }
        (base, over) => *base = over,
    }
    base
}

/// Two plans in one.
pub fn and(one: Value, other: Value) -> Value {
    merged(one, other)
}

impl Case {
    /// Changes what the vocabulary has no word for.
    pub fn set(mut self, change: impl FnOnce(&mut Case)) -> Case {
        change(&mut self);
        self
    }

    pub fn run(&mut self) -> &mut Run {
        &mut self.running.run
    }

    pub fn known(&mut self) -> &mut Task {
        self.running.task.as_mut().unwrap()
    }

    fn task(mut self, change: impl FnOnce(&mut observation::Task)) -> Case {
        match &mut self.seen {
            TaskSeen::Seen(task) => change(task),
            other => panic!("the case has no task to change: {other:?}"),
        }
        self
    }

    pub fn stats_mut(&mut self) -> &mut Stats {
        match &mut self.seen {
            TaskSeen::Seen(task) => task.stats.get_or_insert_default(),
            other => panic!("the case has no task with statistics: {other:?}"),
        }
    }

    fn stats(self, change: impl FnOnce(&mut Stats)) -> Case {
        self.task(|task| change(task.stats.get_or_insert_default()))
    }

    /// The poll is at this minute.
    pub fn at(mut self, at: i64) -> Case {
        self.now = minute(at);
        self
    }

    /// An earlier run of ours had created the task.
    pub fn adopted(mut self) -> Case {
        if let Some(task) = &mut self.running.task {
            task.origin = Origin::Adopted;
        }
        self
    }

    /// The run does not know a task yet and DMS has none.
    pub fn not_created(mut self) -> Case {
        self.running.task = None;
        self.seen = TaskSeen::NotThere;
        self
    }

    /// The connection of this endpoint was tested again by this run, for the first time at one minute and last at
    /// another.
    pub fn tested_again(self, endpoint: &str, first: i64, last: i64) -> Case {
        let endpoint = endpoint.parse().unwrap();
        let (first, last) = (minute(first), minute(last));
        self.set(|case| {
            case.run().test = Some(TestAct { endpoint, first, last, answer: Answer::Accepted });
        })
    }

    /// People have been told this.
    pub fn told(self, occasion: Occasion) -> Case {
        self.set(|case| case.run().told.push(occasion))
    }

    /// Something that the run waits for has not been ready since this minute.
    pub fn pending(self, since: i64) -> Case {
        self.set(|case| case.run().pending_since = Some(minute(since)))
    }

    /// DMS was too busy to show the task.
    pub fn unseen(mut self) -> Case {
        self.seen = TaskSeen::Unseen;
        self.tables = None;
        self
    }

    /// DMS says that there is no such task, has said so for five minutes, and does not know its ARN either.
    pub fn not_there(self) -> Case {
        self.not_listed(2, 5).set(|case| case.absence = Absence::Confirmed)
    }

    /// DMS says that there is no such task, and said so at so many polls before, for so many minutes.
    pub fn not_listed(self, polls: u32, minutes: i64) -> Case {
        self.not_there_once().set(|case| {
            case.run().not_there = polls;
            case.absent_for = Some(minutes);
        })
    }

    /// DMS says for the first time that there is no such task.
    pub fn not_there_once(mut self) -> Case {
        self.seen = TaskSeen::NotThere;
        self
    }

    /// DMS's word for what the task does.
    pub fn status(self, status: &str) -> Case {
        self.task(|task| {
            task.status = Status::from(status);
        })
    }

    /// The task's last start of any kind.
    pub fn began(self, at: i64) -> Case {
        self.stats(|stats| stats.start_date = Some(minute(at)))
    }

    /// The task has stopped, for this reason.
    pub fn stopped(self, at: i64, reason: &str) -> Case {
        self.status("stopped").stats(|stats| stats.stop_date = Some(minute(at))).task(|task| {
            task.stop_reason = StopReason::parse(reason);
        })
    }

    /// The task has failed, with these words of DMS.
    pub fn failed(self, at: i64, words: &str) -> Case {
        self.stopped(at, words).status("failed").task(|task| task.last_failure = Some(words.to_owned()))
    }

    /// A run of last week that ended like this.
    pub fn last_week(self, reason: &str) -> Case {
        self.began(LAST_WEEK).stopped(LAST_WEEK + 60, reason)
    }

    /// DMS's counters: loaded, loading, queued, in error.
    pub fn counters(self, [loaded, loading, queued, errored]: [u32; 4]) -> Case {
        self.stats(|stats| {
            stats.tables_loaded = loaded;
            stats.tables_loading = loading;
            stats.tables_queued = queued;
            stats.tables_errored = errored;
        })
    }

    /// The load came to its end.
    pub fn loaded(self, at: i64) -> Case {
        self.stats(|stats| stats.full_load_finish_date = Some(minute(at)))
    }

    /// The task was begun from the beginning: a first start or a reload.
    pub fn fresh(self, at: i64) -> Case {
        self.stats(|stats| stats.fresh_start_date = Some(minute(at)))
    }

    /// The table statistics: a state a table.
    pub fn tables(mut self, states: &[&str]) -> Case {
        let tables = states.iter().enumerate().map(|(nth, state)| table(nth, state, "Not enabled"));
        let mut tables: Vec<Table> = tables.collect();
        // What is loaded was loaded by the last start from the beginning that the task shows.
        if let TaskSeen::Seen(task) = &self.seen
            && let Some(began) =
                task.stats.as_ref().and_then(|stats| stats.fresh_start_date.or(stats.start_date))
        {
            for table in tables.iter_mut().filter(|table| table.load_ended.is_some()) {
                table.load_ended = Some(began + SignedDuration::from_mins(1));
            }
        }
        self.tables = Some(tables);
        self
    }

    /// Complete tables, and what validation says of each; validation is on.
    pub fn validated(mut self, states: &[&str]) -> Case {
        let tables = states.iter().enumerate().map(|(nth, state)| table(nth, "Table completed", state));
        self.tables = Some(tables.collect());
        self.set(|case| case.known().settings.as_mut().unwrap().validation = true)
    }

    /// Validation is off, whatever the tables say of an earlier one.
    pub fn unvalidated(self) -> Case {
        self.set(|case| case.known().settings.as_mut().unwrap().validation = false)
    }

    /// The target keeps its rows when a table is loaded.
    pub fn do_nothing(self) -> Case {
        self.set(|case| case.known().settings.as_mut().unwrap().prep_mode = PrepMode::DoNothing)
    }

    /// Primary keys come after the load.
    pub fn keys_last(self) -> Case {
        self.set(|case| case.known().settings.as_mut().unwrap().create_pk_after_full_load = true)
    }

    /// This run has decided to start the task and DMS has taken it. What the task shows now is what it showed then.
    pub fn started(self, at: i64) -> Case {
        self.started_by(StartKind::StartReplication, at)
    }

    /// As [`Case::started`], by this start type.
    pub fn started_by(mut self, kind: StartKind, at: i64) -> Case {
        let seen_start_date = match &self.seen {
            TaskSeen::Seen(task) => task.start_date(),
            _ => None,
        };
        let seen_dates = match &self.seen {
            TaskSeen::Seen(task) => task.other_dates(),
            _ => OtherDates::default(),
        };
        let run = self.run();
        let start = StartAct {
            kind,
            why: "the task has never run".to_owned(),
            decided: minute(at),
            first_decided: minute(at),
            asked: minute(at),
            seen_start_date,
            seen_dates,
            answer: Answer::Lost,
            missing_since: None,
            lost_since: None,
        };
        run.drive = Drive::Starting { start, rest: run.drive.rest() };
        commit::start_answered(run, Answer::Accepted, minute(at));
        self
    }

    /// No look before this one has shown the task at rest.
    pub fn at_first_look(mut self) -> Case {
        self.looked_before = false;
        self
    }

    /// The task has been seen at rest since this minute.
    pub fn at_rest(self, since: i64) -> Case {
        self.set(|case| case.run().drive.set_rest(Some(minute(since))))
    }

    /// This run has decided to start the task again after a failure, for the first time or a later one, and DMS has
    /// taken it.
    pub fn started_again(self, number: u32, at: i64) -> Case {
        self.started_by(StartKind::ResumeProcessing, at).set(|case| {
            let start = case.run().drive.start().cloned().unwrap();
            case.run().drive = Drive::Restarting { start, times: number, rest: None };
        })
    }

    /// This run has asked for these tables to be loaded again, and DMS has taken it.
    pub fn reloaded(self, tables: &[usize], at: i64) -> Case {
        self.asked_to_reload(tables, at).set(|case| commit::reload_answered(case.run(), Answer::Accepted))
    }

    /// This run has decided to have these tables loaded again; what became of the request is not known.
    pub fn asked_to_reload(mut self, tables: &[usize], at: i64) -> Case {
        let tables: Vec<TableName> = tables.iter().map(|nth| table_name(*nth)).collect();
        let seen_start_date = self.stats_mut().start_date;
        self.set(|case| {
            case.run().reloaded.extend(tables.iter().cloned());
            case.run().reload =
                Some(ReloadAct { tables, decided: minute(at), seen_start_date, answer: Answer::Lost });
        })
    }

    /// What CloudWatch has: a point for each minute, the last of them at this one, half of the lag at the source.
    pub fn lagging(mut self, last: i64, seconds: &[f64]) -> Case {
        let first = last + 1 - seconds.len() as i64;
        let point =
            |(at, lag): (i64, &f64)| LagPoint { at: minute(at), source: Some(lag / 2.0), target: Some(*lag) };
        self.lag = Some((first..).zip(seconds).map(point).collect());
        self
    }

    /// The answer to the start was lost.
    pub fn lost(self) -> Case {
        self.answered(Answer::Lost)
    }

    /// Nobody knows what became of the start, and since this minute the task has been seen as it was.
    pub fn missing(self, since: i64) -> Case {
        self.lost().seen_as_before(since)
    }

    /// Since this minute the task has been seen as it was before the start.
    pub fn seen_as_before(self, since: i64) -> Case {
        self.set(|case| {
            if let Some(start) = case.run().drive.start_mut() {
                start.missing_since = Some(minute(since));
            }
        })
    }

    /// A start in the place of one that was lost, decided and taken at this minute.
    pub fn made_anew(mut self, at: i64) -> Case {
        self.now = minute(at);
        let decided = in_words(&self.poll());
        assert!(decided.starts_with("Start"), "{decided}");
        self.answered(Answer::Accepted)
    }

    /// DMS did not take the start, for good.
    pub fn refused(self, code: &str, message: &str) -> Case {
        self.answered(refusal(code, message, false))
    }

    /// DMS did not take the start, for now.
    pub fn put_off(self, message: &str) -> Case {
        self.answered(refusal("InvalidResourceStateFault", message, true))
    }

    /// DMS wants a connection tested before it takes the start.
    pub fn untested(self, message: &str) -> Case {
        let Answer::Refused(refusal) = refusal("InvalidResourceStateFault", message, true) else {
            panic!("a refusal is one");
        };
        self.answered(Answer::Refused(Refusal { kind: RefusalKind::Untested, ..refusal }))
    }

    /// DMS was too busy to take the start.
    pub fn throttled(self) -> Case {
        self.answered(refusal("ThrottlingException", "Rate exceeded", true))
    }

    /// The guard held the start back.
    pub fn withheld(self, why: &str) -> Case {
        self.answered(Answer::NotCalled(why.to_owned()))
    }

    fn answered(self, answer: Answer) -> Case {
        self.set(|case| case.answer_start(answer))
    }

    /// The start was made when it was decided, and DMS has answered this.
    pub fn answer_start(&mut self, answer: Answer) {
        let decided = self.run().drive.start().map(|start| start.decided);
        let asked = decided.unwrap_or(self.now);
        commit::start_answered(self.run(), answer, asked);
    }

    /// Somebody had started the task before this run looked, and this run has joined it, minutes after its opening.
    pub fn joined(mut self) -> Case {
        let observation = Observation { task: self.seen.clone(), ..Observation::default() };
        let now = self.now.max(self.run().opened + RUN_BEFORE_STOPS_WITHIN);
        commit::take_in(&mut self.running, &observation, now);
        assert!(self.run().drive.joined().is_some(), "the task of the case is not under way");
        self
    }

    /// This run has told the task to stop and DMS has taken it.
    pub fn told_to_stop(self, why: StopCause, at: i64) -> Case {
        self.set(|case| {
            let stop = Stop::decided(why, String::new(), minute(at));
            case.run().stop =
                Some(Stop { state: StopState::Taken(minute(at)), answer: Answer::Accepted, ..stop });
        })
    }

    /// What the connection tests say of source and target; `None` is never tested.
    pub fn connected(mut self, source: Option<&str>, target: Option<&str>) -> Case {
        let connection = |endpoint: &str, state: &str| Connection {
            endpoint: endpoint.parse().unwrap(),
            state: match state {
                "successful" => ConnectionState::Successful,
                "testing" => ConnectionState::Testing,
                failure => ConnectionState::Failed(failure.to_owned()),
            },
        };
        let source = source.map(|state| connection(SOURCE, state));
        let target = target.map(|state| connection(TARGET, state));
        self.connections = Some(source.into_iter().chain(target).collect());
        self
    }

    /// The execution was aborted at this minute, and another one closes the run out from then on; the next poll comes when
    /// nothing of it can land any more.
    pub fn aborted(self, at: i64) -> Case {
        self.dead(at, HowEnded::Aborted)
    }

    /// The same, ended in any way.
    pub fn dead(mut self, at: i64, how: HowEnded) -> Case {
        let left = serde_json::to_value(Document::from(self.running.clone())).unwrap();
        let dead = Dead {
            execution: execution(),
            redrives: 0,
            how,
            ended: minute(at),
            input: Value::Null,
            left: Left::Document(left),
        };
        let Document::Running(running) = dead::open(&dead, &closing_execution(), minute(at)) else {
            panic!("a run that goes on is closed out");
        };
        self.now = running.run.close_out.as_ref().unwrap().acts_from;
        self.running = *running;
        self.beside = Beside::Nobody;
        self
    }

    /// Somebody else has to do with the task of a run that is closed out.
    pub fn beside(mut self, beside: Beside) -> Case {
        self.beside = beside;
        self
    }

    /// So many minutes later.
    pub fn later(mut self, minutes: i64) -> Case {
        self.now += SignedDuration::from_mins(minutes);
        self
    }

    /// A poll has been made.
    pub fn polled(mut self) -> Case {
        self.poll();
        self
    }

    /// All that the next poll sees.
    pub fn observation(&self) -> Observation {
        Observation {
            beside: self.beside.clone(),
            task: self.seen.clone(),
            tables: self.tables.clone(),
            connections: self.connections.clone(),
            lag: self.lag.clone(),
            absence: self.absence,
            tables_refused: self.tables_refused.clone(),
            connections_refused: self.connections_refused.clone(),
            instance: self.instance.clone(),
        }
    }

    /// One poll, as the function makes it; the case keeps the document, unless the run is over.
    pub fn poll(&mut self) -> Next {
        self.decided().0
    }

    /// One poll, and the document that it leaves.
    pub fn decided(&mut self) -> (Next, Document) {
        if let Some(minutes) = self.absent_for {
            self.run().absent_since = Some(self.now - SignedDuration::from_mins(minutes));
        }
        if self.looked_before && self.run().drive.rest().is_none() {
            let earlier = self.now - DMS_RESTARTS_WITHIN;
            self.run().drive.set_rest(Some(earlier));
        }
        let observation = self.observation();
        commit::take_in(&mut self.running, &observation, self.now);
        let next = decide::decide(&self.running, &observation, self.now);
        let document = commit::write_down(self.running.clone(), next.clone(), &self.seen, self.now);
        if let Document::Running(running) = &document {
            self.running = (**running).clone();
        }
        (next, document)
    }

    /// The last poll, and the report that it leaves; the run must be over with it.
    pub fn over(&mut self) -> Reported {
        match self.decided() {
            (_, Document::Reported(reported)) => *reported,
            (next, _) => panic!("the case goes on: {next:?}"),
        }
    }

    /// This run has started the task again so many times.
    pub fn restarts(self, times: u32) -> Case {
        self.set(|case| {
            let start = case.run().drive.start().cloned().unwrap();
            let rest = case.run().drive.rest();
            case.run().drive = match times {
                0 => Drive::Starting { start, rest },
                times => Drive::Restarting { start, times, rest },
            };
        })
    }

    /// The document, for a step of the machine.
    pub fn document(&self) -> Document {
        self.running.clone().into()
    }
}

pub fn refusal(code: &str, message: &str, passing: bool) -> Answer {
    let kind = match code {
        "ThrottlingException" => RefusalKind::Throttled,
        "UnauthorizedOperation" => RefusalKind::Denied,
        _ if code.contains("AccessDenied") => RefusalKind::Denied,
        "ResourceQuotaExceededFault" => RefusalKind::Exhausted,
        "ResourceNotFoundFault" => RefusalKind::NotFound,
        _ if passing => RefusalKind::Passing,
        _ => RefusalKind::Lasting,
    };
    Answer::Refused(Refusal { code: code.to_owned(), message: message.to_owned(), kind })
}

/// What the poll before saw of a task at work: these counters.
pub fn progress(stats: Option<Stats>) -> Progress {
    Progress { status: Status::Running, stats, rows: 0, lag_seconds: None, seen: minute(0) }
}

/// The name of the table in this place of the statistics.
pub fn table_name(nth: usize) -> TableName {
    TableName::new("shop", format!("t{nth}"))
}

/// One table of the statistics; a table that has begun to load has read a thousand rows.
pub fn table(nth: usize, state: &str, validation: &str) -> Table {
    Table {
        name: table_name(nth),
        state: TableState::from(state),
        rows: if state == "Before load" { 0 } else { 1000 },
        refused_rows: 0,
        load_ended: (state == "Table completed").then(|| minute(0)),
        validation: Validation::from(validation),
        validation_failed: 0,
        validation_suspended: 0,
        validation_pending: 0,
        changes: 0,
    }
}

/// A decision in a line: what is done next, or the verdict, then every word that comes with it.
pub fn in_words(next: &Next) -> String {
    match next {
        Next::Create { why } => format!("Create: {why}"),
        Next::Start { kind, why } => format!("Start {}: {why}", kind.as_str()),
        Next::Reload { why, .. } => format!("Reload: {why}"),
        Next::Test { endpoint, why } => format!("Test {}: {why}", endpoint.tail()),
        Next::Stop { cause, why } => format!("Stop {cause:?}: {why}"),
        Next::Wait { why, soon: true } => format!("Look again: {why}"),
        Next::Wait { why, soon: false } => format!("Wait: {why}"),
        Next::Tell { occasion, why } => format!("Tell {occasion:?}: {why}"),
        Next::Report(verdict) => {
            let named = verdict.named_tables.iter().map(|table| format!("{} {}", table.name, table.state));
            let words: Vec<String> =
                verdict.reasons.iter().chain(&verdict.to_do).cloned().chain(named).collect();
            format!("{:?}: {} [{}]", verdict.outcome, words.join("; "), verdict.severity.as_str())
        }
    }
}

/// Each row: the fact, the case, and what the poll decides: its word, and parts of its reason after `|`; what must not
/// stand there after `| not`.
pub fn check<const N: usize>(rows: [(&str, Case, &str); N]) {
    let mut wrong = String::new();
    for (fact, mut case, expected) in rows {
        let decided = in_words(&case.poll());
        let mut parts = expected.split('|').map(str::trim);
        let word = parts.next().unwrap_or_default();
        let right = decided.starts_with(&format!("{word}:"))
            && parts.all(|part| match part.strip_prefix("not ") {
                Some(absent) => !decided.contains(absent),
                None => decided.contains(part),
            });
        if !right {
            wrong.push_str(&format!("\n{fact}\n    expected {expected}\n    decided  {decided}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

impl Case {
    /// An earlier poll had looked at the load at this minute: DMS's percent, and the rows of its tables where they were
    /// read.
    pub fn looked(self, at: i64, percent: u32, rows: Option<u64>) -> Case {
        self.set(|case| {
            let stats = Stats { percent: Some(percent), ..case.stats_mut().clone() };
            let tables = rows.map(with_rows);
            let pace = case.run().pace.take();
            case.run().pace = Some(Pace::look(pace, &stats, tables.as_deref(), minute(at)));
        })
    }

    /// The poll looks at the load at this minute and finds these.
    pub fn sees(self, at: i64, percent: u32, rows: Option<u64>) -> Case {
        self.at(at).set(|case| {
            case.stats_mut().percent = Some(percent);
            case.tables = rows.map(with_rows);
        })
    }

    /// What the load before took: these rows.
    pub fn previous_load(self, rows: u64) -> Case {
        self.set(|case| case.run().previous_load = Some(PreviousLoad { rows, seconds: 3600 }))
    }
}

fn with_rows(rows: u64) -> Vec<Table> {
    let mut tables = vec![table(0, "Full load", "Not enabled")];
    tables[0].rows = rows;
    tables
}
