//! The cells of the matrix: each call and each invocation of an undisturbed story, with each way to go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use virtual_aws::{Call, Fault, Invocation, World};

use crate::kind::Kind;
use crate::stories::{CHAT, Story};
use crate::told::Told;

/// Calls that the product makes once, since a second one could act a second time.
const ONCE: [&str; 7] = [
    "CreateReplicationTask",
    "ModifyReplicationTask",
    "StartReplicationTask",
    "StopReplicationTask",
    "ReloadTables",
    "AddTagsToResource",
    "TestConnection",
];

const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// Attempts that the SDK makes of any other call.
const ATTEMPTS: u64 = 3;

/// Where trouble comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The execution's name; the watch's invocations have one, too.
    pub execution: String,
    pub function: &'static str,
    /// `dms`, `sns`, `states`, `cloudwatch`; `lambda` for an invocation.
    pub service: String,
    pub operation: String,
    /// What the task is at, in DMS's word; `none` before there is one.
    pub status: String,
    /// Which of the calls of this operation by this function for this execution, from 1.
    pub nth: u64,
    /// How often the SDK makes it at the most.
    pub attempts: u64,
    /// When it comes.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub story: &'static str,
    pub place: Place,
    pub kind: Kind,
}

impl fmt::Display for Cell {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { execution, function, operation, status, nth, .. } = &self.place;
        // What closes out has the name of a digest.
        let execution = execution.get(..20).unwrap_or(execution);
        write!(to, "{}/{execution}/{function}/{operation}/{status}/{nth}/{}", self.story, self.kind.words())
    }
}

impl Cell {
    /// Puts its trouble into a world.
    pub(crate) fn strike(&self, world: &World) {
        let Place { execution, function, service, operation, nth, attempts, at, .. } = &self.place;
        let calls = Fault::on(service, operation).by(function).execution(execution);
        let calls = match self.kind {
            kind if kind.lasts() => calls,
            kind if kind.lasts_ten_minutes() => calls.between(*at, *at + TEN_MINUTES),
            kind if kind.is_repeated() => calls.numbers(*nth..=nth + attempts - 1),
            _ => calls.nth(*nth),
        };
        self.kind.strike(world, service, calls);
    }

    /// The trouble has come.
    pub fn has_struck(&self, told: &Told) -> bool {
        told.calls.iter().any(|call| call.fault.is_some())
    }
}

/// The cells of a story that was told undisturbed.
pub fn cells(story: &Story, told: &Told) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (place, earlier) in places(told) {
        for kind in Kind::ALL.into_iter().filter(|kind| befalls(*kind, &place, earlier)) {
            cells.push(Cell { story: story.name, place: place.clone(), kind });
        }
    }
    cells
}

/// True for what can happen there. `earlier` says that the same was asked before, and answered otherwise than now.
fn befalls(kind: Kind, place: &Place, earlier: bool) -> bool {
    if kind.of_an_invocation() != (place.service == "lambda") {
        return false;
    }
    match kind {
        Kind::Stale => place.service == "dms" && earlier && !ONCE.contains(&place.operation.as_str()),
        Kind::NoPoints => place.service == "cloudwatch",
        // It lasts from the first call on.
        kind if kind.lasts() => place.nth == 1,
        _ => true,
    }
}

/// The first and the last call of an operation by a function for an execution while the task is at one thing; and so with
/// invocations.
fn places(told: &Told) -> Vec<(Place, bool)> {
    let calls = told.calls.iter().map(|call| Passed::call(call, told));
    let invocations = told.invocations.iter().map(|invocation| Passed::invocation(invocation, told));
    let mut counts: BTreeMap<(String, &'static str, String), u64> = BTreeMap::new();
    let mut asked: BTreeSet<(String, String)> = BTreeSet::new();
    let mut spans: Vec<(Place, Vec<(Place, bool)>)> = Vec::new();
    for Passed { mut place, request, answered } in calls.chain(invocations) {
        let count =
            counts.entry((place.execution.clone(), place.function, place.operation.clone())).or_default();
        *count += 1;
        place.nth = *count;
        let request = (place.operation.clone(), request.to_string());
        let earlier = asked.contains(&request);
        if answered {
            asked.insert(request);
        }
        let group = Place { nth: 0, attempts: 0, at: Timestamp::MIN, ..place.clone() };
        match spans.iter_mut().find(|(known, _)| *known == group) {
            Some((_, span)) => span.push((place, earlier)),
            None => spans.push((group, vec![(place, earlier)])),
        }
    }
    let ends = spans.into_iter().flat_map(|(_, mut span)| {
        let last = span.pop();
        let first = span.into_iter().next();
        first.into_iter().chain(last)
    });
    ends.collect()
}

struct Passed {
    place: Place,
    request: Value,
    answered: bool,
}

impl Passed {
    fn call(call: &Call, told: &Told) -> Passed {
        let place = Place {
            execution: call.execution.clone(),
            function: call.function.name(),
            service: call.service.clone(),
            operation: call.operation.clone(),
            status: status(told, call.at),
            nth: 0,
            attempts: if is_made_once(call) { 1 } else { ATTEMPTS },
            at: call.at,
        };
        Passed { place, request: call.request.clone(), answered: call.error.is_none() }
    }

    fn invocation(invocation: &Invocation, told: &Told) -> Passed {
        let place = Place {
            execution: invocation.execution.clone(),
            function: invocation.function.name(),
            service: "lambda".to_owned(),
            operation: "Invoke".to_owned(),
            status: status(told, invocation.at),
            nth: 0,
            attempts: 1,
            at: invocation.at,
        };
        Passed { place, request: Value::Null, answered: true }
    }
}

/// A chat that does not take a message must not keep the function.
fn is_made_once(call: &Call) -> bool {
    ONCE.contains(&call.operation.as_str()) || call.request["TopicArn"] == CHAT
}

/// What the task was at then.
fn status(told: &Told, at: Timestamp) -> String {
    let last = told.record.turns.iter().rfind(|turn| turn.at < at);
    last.and_then(|turn| turn.status.clone()).unwrap_or_else(|| "none".to_owned())
}

/// A selection in which each function, call and kind comes at least once, together, in the first story that has them; and
/// each story at each of its calls.
pub fn short(cells: &[Cell]) -> Vec<Cell> {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let mut selected = Vec::new();
    for cell in cells {
        let Place { function, operation, .. } = &cell.place;
        let kind = (format!("{function} {operation}"), cell.kind.words().to_owned());
        let story = (cell.story.to_owned(), format!("{function} {operation}"));
        if known.insert(kind) | known.insert(story) {
            selected.push(cell.clone());
        }
    }
    selected
}
