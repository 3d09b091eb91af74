//! What seeds have brought about: each kind of fault, person, end and verdict, by the number of seeds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::event::Event;
use crate::story::{Story, Told};

/// Every kind of fault that must have struck: how it stands in the record of a call or an invocation.
pub const FAULTS: &[&str] = &[
    "answered ThrottlingException",
    "answered InternalFailure",
    "answered ServiceUnavailable",
    "request lost",
    "answer lost",
    "delayed by 30s",
    "answer held for 30s",
    "answer cut",
    "answered AccessDeniedException",
    "answered ResourceNotFoundFault",
    "answered InvalidResourceStateFault",
    "an old answer",
    "function Killed before",
    "function Killed after",
    "function TimedOut before",
    "function TimedOut after",
    "invoked twice",
    "invocation answered AccessDeniedException",
    "invocation answered TooManyRequestsException",
];

/// Everything that people do.
pub const PEOPLE: &[&str] = &[
    "Abort",
    "AbortCloseOut",
    "Assess",
    "Delete",
    "Deploy",
    "Empty",
    "Fill",
    "MendedRun",
    "Modify",
    "ModifyEndpoint",
    "Move",
    "Redrive",
    "Reload",
    "Resume",
    "SecondRun",
    "Start",
    "Stop",
    "Untag",
];

/// How executions end.
const ENDS: &[&str] = &["ABORTED", "FAILED", "SUCCEEDED"];

pub const VERDICTS: &[&str] = &[
    "Aborted",
    "Failed",
    "Interrupted",
    "LeftRunning",
    "PartlyFailed",
    "Paused",
    "Ready",
    "Rejected",
    "Skipped",
    "Succeeded",
    "SucceededWithWarnings",
    "Unknown",
];

/// How many seeds had what.
#[derive(Clone, Debug, Default)]
pub struct Count {
    pub seeds: u64,
    pub executions: u64,
    pub calls: u64,
    pub faults: BTreeMap<String, u64>,
    pub people: BTreeMap<String, u64>,
    pub inside: BTreeMap<String, u64>,
    pub ends: BTreeMap<String, u64>,
    pub verdicts: BTreeMap<String, u64>,
}

impl Count {
    pub fn take(&mut self, story: &Story, told: &Told) {
        self.seeds += 1;
        self.executions += told.record.executions.len() as u64;
        self.calls += told.record.calls.len() as u64;
        let words = told.faults.iter().flat_map(|words| words.split(", ").map(str::to_owned));
        each(&mut self.faults, words);
        each(
            &mut self.people,
            story.events.iter().filter_map(|(_, event)| event.person()).map(str::to_owned),
        );
        let inside = story.events.iter().filter_map(|(_, event)| match event {
            Event::Inside { what, .. } => Some(format!("{what:?}")),
            Event::Instance { .. } => Some("Instance".to_owned()),
            Event::NoLag { .. } => Some("NoLag".to_owned()),
            Event::Events(delivery) => Some(format!("Event{delivery:?}")),
            _ => None,
        });
        each(&mut self.inside, inside);
        each(&mut self.ends, told.ends.iter().cloned());
        let verdicts = told.record.messages.iter().filter_map(|message| {
            message.body.pointer("/Verdict/Outcome").and_then(Value::as_str).map(str::to_owned)
        });
        each(&mut self.verdicts, verdicts);
    }

    pub fn add(&mut self, other: &Count) {
        self.seeds += other.seeds;
        self.executions += other.executions;
        self.calls += other.calls;
        for (mine, others) in [
            (&mut self.faults, &other.faults),
            (&mut self.people, &other.people),
            (&mut self.inside, &other.inside),
            (&mut self.ends, &other.ends),
            (&mut self.verdicts, &other.verdicts),
        ] {
            for (kind, seeds) in others {
                *mine.entry(kind.clone()).or_default() += seeds;
            }
        }
    }

    /// Kinds that came too seldom to have been tried, each in words.
    pub fn too_seldom(&self, least: u64, least_verdicts: u64) -> Vec<String> {
        let wanted = [
            ("fault", &self.faults, FAULTS, least),
            ("person", &self.people, PEOPLE, least),
            ("end", &self.ends, ENDS, least),
            ("verdict", &self.verdicts, VERDICTS, least_verdicts),
        ];
        let mut seldom = Vec::new();
        for (what, counted, kinds, least) in wanted {
            for kind in kinds {
                let seeds = counted.get(*kind).copied().unwrap_or_default();
                if seeds < least {
                    seldom.push(format!("the {what} {kind} came in {seeds} seeds, and {least} are wanted"));
                }
            }
        }
        seldom
    }

    pub fn lines(&self) -> Vec<String> {
        let line = |what: &str, counted: &BTreeMap<String, u64>| {
            let kinds: Vec<String> = counted.iter().map(|(kind, seeds)| format!("{kind} {seeds}")).collect();
            format!("{what}: {}", kinds.join(", "))
        };
        vec![
            format!(
                "{} seeds, {} executions, {} calls that changed or read something",
                self.seeds, self.executions, self.calls
            ),
            line("faults that struck", &self.faults),
            line("people", &self.people),
            line("inside DMS and EventBridge", &self.inside),
            line("ends", &self.ends),
            line("verdicts", &self.verdicts),
        ]
    }
}

/// A seed counts once for each kind.
fn each(counted: &mut BTreeMap<String, u64>, kinds: impl Iterator<Item = String>) {
    for kind in kinds.collect::<BTreeSet<_>>() {
        *counted.entry(kind).or_default() += 1;
    }
}
