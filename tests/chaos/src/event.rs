//! What befalls a night: faults on the way to AWS, ends of functions, people, and what happens inside DMS.

use std::time::Duration;

use dms_simulator::scenario::{Trouble, What};
use dms_simulator::{Happening, StartType};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use virtual_aws::{Fault, FunctionEnd};

use crate::plans::{Kind, often, one};
use crate::worlds::{INSTANCE, KEPT, SCHEMA, SOURCE, TABLES};

/// Something that happens in a night, counted from its opening.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Calls go wrong, from this minute on.
    Calls {
        night: usize,
        minute: i64,
        service: &'static str,
        operation: &'static str,
        which: Which,
        goes: Goes,
    },
    /// Invocations of a function go wrong.
    Function { night: usize, minute: i64, function: &'static str, which: Which, goes: FunctionGoes },
    /// Reads are answered as they were before. Nobody has seen DMS do so for more than a minute; a start has five minutes
    /// to show, and the tables of what has stopped have two.
    Old { night: usize, minute: i64, operation: &'static str, minutes: i64 },
    /// CloudWatch has no point of the lag for so many minutes of each replication.
    NoLag { minutes: u16 },
    /// Something happens inside DMS.
    Inside { after_minutes: u16, start: u32, what: What, message: Option<&'static str> },
    /// The replication instance is in another status for a while.
    Instance { night: usize, minute: i64, minutes: u16, status: &'static str },
    /// People do something to DMS.
    Person { night: usize, minute: i64, deed: Deed },
    /// Somebody stops the execution of the night.
    Abort { night: usize, minute: i64 },
    /// Somebody stops it, and redrives it later.
    Redrive { night: usize, state: &'static str, entries: u32, done: bool, pause_minutes: i64 },
    /// The same plan is run once more, or a mended one.
    Again { night: usize, minute: i64, mended: bool },
    /// Functions are deployed.
    Deploy { night: usize, minute: i64 },
    /// What closes out a dead execution is stopped so many minutes after its beginning, once.
    AbortCloseOut { minutes: i64 },
    /// What becomes of EventBridge's events for the watch.
    Events(Delivery),
}

/// Which of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Nth(u64),
    First(u64),
    ForMinutes(i64),
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    Throttled,
    Broken500,
    Broken503,
    LostBefore,
    LostAfter,
    HangsBefore,
    HangsAfter,
    Cut,
    Denied,
    NotFound,
    InvalidState,
    KilledBefore,
    KilledAfter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionGoes {
    KilledBefore,
    KilledAfter,
    TimedOutBefore,
    TimedOutAfter,
    Twice,
    TooMany,
    NotInvoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Lost,
    Doubled,
    Late,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Stop,
    Start,
    Resume,
    Reload,
    Modify,
    Delete,
    Move,
    Assess,
    Fill,
    Empty,
    ModifyEndpoint,
    Untag,
}

const CALLS: &[(&str, &str)] = &[
    ("dms", "DescribeReplicationTasks"),
    ("dms", "DescribeReplicationTasks"),
    ("dms", "DescribeTableStatistics"),
    ("dms", "StartReplicationTask"),
    ("dms", "StartReplicationTask"),
    ("dms", "StopReplicationTask"),
    ("dms", "StopReplicationTask"),
    ("dms", "CreateReplicationTask"),
    ("dms", "ReloadTables"),
    ("dms", "TestConnection"),
    ("dms", "DescribeConnections"),
    ("dms", "DescribeEndpoints"),
    ("dms", "DescribeReplicationInstances"),
    ("dms", "ListTagsForResource"),
    ("dms", "AddTagsToResource"),
    ("sns", "Publish"),
    ("sns", "Publish"),
    ("states", "DescribeExecution"),
    ("states", "GetExecutionHistory"),
    ("states", "ListExecutions"),
    ("states", "StartExecution"),
    ("cloudwatch", "GetMetricData"),
];

const GOES: &[Goes] = &[
    Goes::Throttled,
    Goes::Broken500,
    Goes::Broken503,
    Goes::LostBefore,
    Goes::LostAfter,
    Goes::HangsBefore,
    Goes::HangsAfter,
    Goes::Cut,
    Goes::Denied,
    Goes::NotFound,
    Goes::InvalidState,
    Goes::KilledBefore,
    Goes::KilledAfter,
];

const FUNCTIONS: &[&str] = &["validate", "create-task", "start", "stop", "poll", "poll", "notify", "watch"];

const FUNCTION_GOES: &[FunctionGoes] = &[
    FunctionGoes::KilledBefore,
    FunctionGoes::KilledAfter,
    FunctionGoes::TimedOutBefore,
    FunctionGoes::TimedOutAfter,
    FunctionGoes::Twice,
    FunctionGoes::TooMany,
    FunctionGoes::NotInvoked,
];

const DEEDS: &[Deed] = &[
    Deed::Stop,
    Deed::Stop,
    Deed::Start,
    Deed::Resume,
    Deed::Reload,
    Deed::Modify,
    Deed::Delete,
    Deed::Move,
    Deed::Assess,
    Deed::Fill,
    Deed::Empty,
    Deed::ModifyEndpoint,
    Deed::Untag,
];

const STATES: &[&str] =
    &["Validate plan", "Create task", "Start task", "Stop task", "Tell", "Wait", "Poll", "Poll", "Report"];

const AWAY: &str = "Last Error Task was stopped after 7 recovery attempts Stop Reason RECOVERABLE_ERROR Error Level \
                    RECOVERABLE";
const DENIED: &str = "Last Error Access denied for user 'dms'@'10.0.0.1' (using password: YES) Stop Reason FATAL_ERROR \
                      Error Level FATAL";

const INSIDE: &[(What, Option<&str>)] = &[
    (What::Fail, Some(AWAY)),
    (What::Fail, Some(DENIED)),
    (What::Fail, None),
    (What::RecoverableThenFail, None),
    (What::Recover, None),
    (What::StoppedByUser, None),
    (What::DeletedByUser, None),
    (What::LowMemory, None),
    (What::LowDisk, None),
    (What::Stall, None),
    (What::PauseReading, None),
    (What::SuspendTable, None),
];

impl Event {
    /// One at random, in one of so many nights.
    pub(crate) fn draw(random: &mut Rng, nights: usize) -> Event {
        let night = random.usize(0..nights);
        let minute = draw_minute(random);
        match random.u8(0..100) {
            0..34 => {
                let (service, operation) = one(random, CALLS);
                Event::Calls {
                    night,
                    minute,
                    service,
                    operation,
                    which: which(random),
                    goes: one(random, GOES),
                }
            }
            34..48 => Event::Function {
                night,
                minute,
                function: one(random, FUNCTIONS),
                which: which(random),
                goes: one(random, FUNCTION_GOES),
            },
            48..52 => {
                let (operation, minutes) =
                    one(random, &[("DescribeReplicationTasks", 5), ("DescribeTableStatistics", 3)]);
                Event::Old { night, minute, operation, minutes: random.i64(1..minutes) }
            }
            52..54 => Event::NoLag { minutes: random.u16(5..200) },
            54..63 => {
                let (what, message) = one(random, INSIDE);
                let after_minutes = random.u16(0..120);
                Event::Inside { after_minutes, start: random.u32(1..4), what, message }
            }
            63..66 => Event::Instance {
                night,
                minute,
                minutes: random.u16(2..120),
                status: one(random, &["modifying", "maintenance", "rebooting", "storage-full"]),
            },
            66..81 => Event::Person { night, minute, deed: one(random, DEEDS) },
            81..86 => Event::Abort { night, minute },
            86..90 => Event::Redrive {
                night,
                state: one(random, STATES),
                entries: if often(random, 50) { 0 } else { random.u32(0..12) },
                done: random.bool(),
                pause_minutes: one(random, &[0, 2, 20, 90, 600]),
            },
            90..94 => Event::Again { night, minute, mended: random.bool() },
            94..96 => Event::Deploy { night, minute },
            96..97 => Event::AbortCloseOut { minutes: random.i64(0..60) },
            _ => Event::Events(one(random, &[Delivery::Lost, Delivery::Doubled, Delivery::Late])),
        }
    }

    /// What a person did, in a word.
    pub(crate) fn person(&self) -> Option<&'static str> {
        Some(match self {
            Event::Person { deed, .. } => deed.word(),
            Event::Abort { .. } => "Abort",
            Event::Redrive { .. } => "Redrive",
            Event::Again { mended: false, .. } => "SecondRun",
            Event::Again { mended: true, .. } => "MendedRun",
            Event::Deploy { .. } => "Deploy",
            Event::AbortCloseOut { .. } => "AbortCloseOut",
            _ => return None,
        })
    }
}

/// Mostly in the first hour, in which most of a run is decided; else at any time of the night.
fn draw_minute(random: &mut Rng) -> i64 {
    match random.u8(0..10) {
        0..3 => 0,
        3..7 => random.i64(0..60),
        _ => random.i64(0..660),
    }
}

fn which(random: &mut Rng) -> Which {
    match random.u8(0..10) {
        0..4 => Which::Nth(random.u64(1..4)),
        4..7 => Which::First(random.u64(2..7)),
        _ => Which::ForMinutes(one(random, &[2, 10, 30, 120, 300])),
    }
}

impl Deed {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Deed::Stop => "Stop",
            Deed::Start => "Start",
            Deed::Resume => "Resume",
            Deed::Reload => "Reload",
            Deed::Modify => "Modify",
            Deed::Delete => "Delete",
            Deed::Move => "Move",
            Deed::Assess => "Assess",
            Deed::Fill => "Fill",
            Deed::Empty => "Empty",
            Deed::ModifyEndpoint => "ModifyEndpoint",
            Deed::Untag => "Untag",
        }
    }

    pub(crate) fn happening(self, kind: Kind) -> Happening {
        let identifier = if kind.external { KEPT } else { "orders" }.to_owned();
        let start = |start_type| Happening::StartTask { identifier: identifier.clone(), start_type };
        let (schema, table) = (SCHEMA.to_owned(), TABLES[0].to_owned());
        match self {
            Deed::Stop => Happening::StopTask { identifier },
            Deed::Start => start(StartType::StartReplication),
            Deed::Resume => start(StartType::ResumeProcessing),
            Deed::Reload => start(StartType::ReloadTarget),
            Deed::Modify => Happening::ModifyTask {
                identifier,
                changes: json!({"ReplicationTaskSettings": {"TargetMetadata": {"LobMaxSize": 64}}}),
            },
            Deed::Delete => Happening::DeleteTask { identifier },
            Deed::Move => Happening::MoveTask {
                identifier,
                replication_instance_arn: INSTANCE.to_owned(),
                seconds: 600.0,
                succeeds: true,
            },
            Deed::Assess => Happening::AssessTask { identifier, seconds: 900.0 },
            Deed::Fill => Happening::FillTarget { endpoint_arn: None, schema, table, rows: 10 },
            Deed::Empty => Happening::EmptyTarget { endpoint_arn: None, schema, table },
            Deed::ModifyEndpoint => Happening::EndpointModified { arn: SOURCE.to_owned() },
            Deed::Untag => {
                Happening::TagTask { identifier, key: "dms-orchestrator-owner".to_owned(), value: None }
            }
        }
    }
}

/// The fault that an event puts in force at this instant.
pub(crate) fn fault(event: &Event, now: Timestamp) -> Option<Fault> {
    let limited = |about: virtual_aws::FaultTarget, which: Which| match which {
        Which::Nth(nth) => about.nth(nth),
        Which::First(count) => about.first(count),
        Which::ForMinutes(minutes) => about.between(now, now + SignedDuration::from_mins(minutes)),
    };
    Some(match event {
        Event::Calls { service, operation, which, goes, .. } => {
            let on = limited(Fault::on(service, operation), *which);
            match goes {
                Goes::Throttled => on.throttle(),
                Goes::Broken500 => on.break_down(),
                Goes::Broken503 => on.answer(503, "ServiceUnavailable", "the service is unavailable"),
                Goes::LostBefore => on.lose_request(),
                Goes::LostAfter => on.lose_answer(),
                Goes::HangsBefore => on.delay(Duration::from_secs(30)),
                Goes::HangsAfter => on.hold_answer(Duration::from_secs(30)),
                Goes::Cut => on.cut_answer(),
                Goes::Denied => on.deny(),
                Goes::NotFound => on.answer(400, "ResourceNotFoundFault", "it was not found"),
                Goes::InvalidState => on.answer(400, "InvalidResourceStateFault", "its state is invalid"),
                Goes::KilledBefore => on.end_before(FunctionEnd::Killed),
                Goes::KilledAfter => on.end_after(FunctionEnd::Killed),
            }
        }
        Event::Function { function, which, goes, .. } => {
            let on = limited(Fault::invoking(function), *which);
            match goes {
                FunctionGoes::KilledBefore => on.end_before(FunctionEnd::Killed),
                FunctionGoes::KilledAfter => on.end_after(FunctionEnd::Killed),
                FunctionGoes::TimedOutBefore => on.end_before(FunctionEnd::TimedOut),
                FunctionGoes::TimedOutAfter => on.end_after(FunctionEnd::TimedOut),
                FunctionGoes::Twice => on.twice(),
                FunctionGoes::TooMany => on.answer(429, "TooManyRequestsException", "Rate Exceeded."),
                FunctionGoes::NotInvoked => {
                    on.answer(403, "AccessDeniedException", "not authorized to invoke")
                }
            }
        }
        _ => return None,
    })
}

/// The trouble that an event puts into the world.
pub(crate) fn trouble(event: &Event) -> Option<Trouble> {
    let Event::Inside { after_minutes, start, what, message } = event else { return None };
    let trouble = Trouble::after(f64::from(*after_minutes) * 60.0, *what).on_start(*start);
    Some(match message {
        Some(message) => trouble.with_message(message),
        None => trouble,
    })
}
