//! The model of DMS against the simulator: the same calls get the same answers, and whatever the simulator does by
//! itself is among what the model says can happen. So neither drifts alone.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::{HashSet, VecDeque};

use dms_simulator::ledger::TableKey;
use dms_simulator::scenario::{Trouble, What};
use dms_simulator::{Fault, Scenario, Simulator, TableState};
use jiff::{SignedDuration, Timestamp};
use model_check::dms::{By, Consent, Dms, Kind, Load, Reason, Refused, Replace, Start, Status, TABLES, Task};
use proptest::prelude::*;
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:dms:eu-central-1:123456789012:rep:I";
const SOURCE: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:S";
const TARGET: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:T";
const IDENTIFIER: &str = "orders";

/// The model's answers concern no consent here: harm is for the model check.
const CONSENT: Consent = Consent { replace: Replace::Everything, double: true };

/// What is done to both.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start(Start),
    Stop,
    Delete,
    Modify,
    Reload([bool; TABLES]),
    Wait(u32),
}

/// Both, side by side.
struct Both {
    simulator: Simulator,
    arn: String,
    model: Dms,
    now: Timestamp,
    minute: u16,
}

impl Both {
    fn new(
        kind: Kind,
        truncates: bool,
        loads: [u32; TABLES],
        fails: Option<usize>,
        troubles: &[Trouble],
    ) -> Both {
        let mut scenario = Scenario::default()
            .with_instance(INSTANCE, "i")
            .with_source(SOURCE, "s", "postgres")
            .with_target(TARGET, "t", "postgres")
            .with_connections_tested();
        for (nth, seconds) in loads.iter().enumerate() {
            scenario = scenario.with_table("shop", &format!("t{nth}"), 1000, f64::from(*seconds));
        }
        if let Some(table) = fails {
            let source = scenario.source_tables.remove(table);
            scenario.source_tables.insert(table, source.failing("duplicate key", 500, None));
        }
        for trouble in troubles {
            scenario = scenario.with_trouble(trouble.clone());
        }
        let mut simulator = Simulator::new(scenario, 7);
        let now: Timestamp = "2026-11-20T21:00:00Z".parse().unwrap();
        let prep = if truncates { "TRUNCATE_BEFORE_LOAD" } else { "DO_NOTHING" };
        let mapping = json!({"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]});
        let request = json!({
            "ReplicationTaskIdentifier": IDENTIFIER, "SourceEndpointArn": SOURCE, "TargetEndpointArn": TARGET,
            "ReplicationInstanceArn": INSTANCE, "MigrationType": kind.as_str(), "TableMappings": mapping.to_string(),
            "ReplicationTaskSettings": json!({"FullLoadSettings": {"TargetTablePrepMode": prep}}).to_string(),
        });
        let created = simulator.call(now, "CreateReplicationTask", &request).unwrap();
        let arn = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
        let now = now + SignedDuration::from_secs(30);
        simulator.advance(now);
        Both { simulator, arn, model: Dms::with(Some(Task::new(kind, truncates, false))), now, minute: 0 }
    }

    fn call(&mut self, operation: &str, more: Value) -> Result<(), Refused> {
        let mut input = json!({"ReplicationTaskArn": self.arn});
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.simulator.call(self.now, operation, &input).map(|_| ()).map_err(|fault: Fault| {
            match fault.code.as_str() {
                "ResourceNotFoundFault" => Refused::NotFound,
                "InvalidResourceStateFault" => Refused::InvalidState,
                "InvalidParameterCombinationException" => Refused::InvalidCombination,
                other => panic!("{operation}: {other}: {}", fault.message),
            }
        })
    }

    fn step(&mut self, step: Step) {
        // Nothing is between an answer and the next call: what fell due by now has happened on both sides.
        let (real, modelled) = match step {
            Step::Wait(seconds) => {
                self.now += SignedDuration::from_secs(i64::from(seconds));
                self.minute += 1;
                self.simulator.advance(self.now);
                (Ok(()), Ok(()))
            }
            Step::Start(start) => {
                let word = match start {
                    Start::Fresh => "start-replication",
                    Start::Resume => "resume-processing",
                    Start::Reload => "reload-target",
                };
                let real = self.call("StartReplicationTask", json!({"StartReplicationTaskType": word}));
                (real, self.model.start(start, By::Run(0), self.minute))
            }
            Step::Stop => (self.call("StopReplicationTask", json!({})), self.model.stop(self.minute)),
            Step::Delete => (self.call("DeleteReplicationTask", json!({})), self.model.delete(self.minute)),
            Step::Modify => {
                let real = self.call("ModifyReplicationTask", json!({"TaskData": "x"}));
                (real, self.model.modify(self.minute))
            }
            Step::Reload(wanted) => {
                let tables: Vec<usize> = (0..TABLES).filter(|nth| wanted[*nth]).collect();
                let names: Vec<Value> = tables
                    .iter()
                    .map(|nth| json!({"SchemaName": "shop", "TableName": format!("t{nth}")}))
                    .collect();
                let real = self.call("ReloadTables", json!({"TablesToReload": names}));
                (real, self.model.reload_tables(&tables, By::Run(0), CONSENT, self.minute))
            }
        };
        assert_eq!(real, modelled, "{step:?} of {:?}", self.model.task);
        self.follow(step);
    }

    /// Lets the model do what the simulator has done by itself, if it can.
    fn follow(&mut self, step: Step) {
        let mut seen = HashSet::new();
        let mut open = VecDeque::from([self.model.clone()]);
        while let Some(model) = open.pop_front() {
            if self.looks_like(&model) {
                self.model = model;
                return;
            }
            if !seen.insert(model.clone()) || seen.len() > 50_000 {
                continue;
            }
            for what in model.moves(self.minute) {
                let mut next = model.clone();
                next.happen(what, CONSENT, self.minute);
                open.push_back(next);
            }
        }
        let shown = self.simulator.task(&self.arn).map(|task| {
            let tables: Vec<_> = task.tables().iter().map(|table| table.state().clone()).collect();
            (task.status(), task.stop_reason().map(str::to_owned), tables)
        });
        panic!(
            "after {step:?} the simulator shows {shown:?}, which the model cannot reach from {:#?}",
            self.model.task
        );
    }

    fn looks_like(&self, model: &Dms) -> bool {
        let (real, modelled) = match (self.simulator.task(&self.arn), &model.task) {
            (None, None) => return true,
            (Some(real), Some(modelled)) => (real, modelled),
            _ => return false,
        };
        let rests = matches!(modelled.status, Status::Stopped | Status::Failed);
        let same_tables = real.tables().iter().enumerate().all(|(nth, real)| {
            let state = match real.state() {
                TableState::BeforeLoad => Load::Before,
                TableState::FullLoad => Load::Loading,
                TableState::Completed => Load::Completed,
                TableState::Error => Load::Errored,
                TableState::Cancelled => Load::Cancelled,
                TableState::BeingReloaded => Load::Reloading,
                other => panic!("the model has no word for {other:?}"),
            };
            // A table whose reload had not begun when the task was interrupted is unfinished by either word.
            let interrupted = matches!(modelled.tables[nth], Load::Loading | Load::Cancelled);
            state == modelled.tables[nth]
                || state == Load::Reloading && interrupted && !modelled.is_loading(nth)
        });
        real.status().as_str() == modelled.status.as_str()
            && same_tables
            && (!rests || real.stop_reason().and_then(reason) == modelled.reason)
            && (0..TABLES).all(|nth| self.same_rows(model, nth))
    }

    /// The target has rows where the model says so, and has none twice where the model says so.
    fn same_rows(&self, model: &Dms, nth: usize) -> bool {
        let key =
            TableKey { endpoint_arn: TARGET.to_owned(), schema: "shop".to_owned(), table: format!("t{nth}") };
        let ledger = self.simulator.ledger();
        let Some(target) = ledger.tables().find(|(known, _)| **known == key).map(|(_, table)| table) else {
            return model.target[nth].copies == 0;
        };
        let copies = model.target[nth].copies;
        (target.rows() == 0 || copies >= 1) && (target.rows_doubled() == 0 || copies >= 2)
    }
}

fn reason(text: &str) -> Option<Reason> {
    [
        ("NORMAL", Reason::Normal),
        ("FULL_LOAD_ONLY_FINISHED", Reason::Finished),
        ("recovery attempts", Reason::Environment),
        ("ARCHIVELOG", Reason::Configuration),
        ("LOW_MEMORY", Reason::LowMemory),
        ("RECYCLE_TASK", Reason::Recycle),
    ]
    .into_iter()
    .find(|(part, _)| text.contains(part))
    .map(|(_, reason)| reason)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let start = prop_oneof![Just(Start::Fresh), Just(Start::Resume), Just(Start::Reload)];
    let reload = prop_oneof![Just([true, false]), Just([false, true]), Just([true, true])];
    let step = prop_oneof![
        4 => start.prop_map(Step::Start),
        6 => prop_oneof![Just(5u32), Just(20), Just(60), Just(200)].prop_map(Step::Wait),
        2 => Just(Step::Stop),
        1 => Just(Step::Delete),
        1 => Just(Step::Modify),
        2 => reload.prop_map(Step::Reload),
    ];
    proptest::collection::vec(step, 1..30)
}

fn troubles() -> impl Strategy<Value = Vec<Trouble>> {
    let trouble = (1u32..300, 0usize..4).prop_map(|(after, what)| {
        let after = f64::from(after) + 0.5;
        match what {
            0 => Trouble::after(after, What::Fail).with_message(
                "Last Error ARCHIVELOG mode is not configured Stop Reason FATAL_ERROR Error Level FATAL",
            ),
            1 => Trouble::after(after, What::RecoverableThenFail),
            2 => Trouble::after(after, What::LowMemory),
            _ => {
                Trouble { stop_reason: Some("RECYCLE_TASK".to_owned()), ..Trouble::after(after, What::Stop) }
            }
        }
    });
    proptest::collection::vec(trouble, 0..3)
}

/// A resume after a table error takes the load for done, and so does the next one, though no table is in error then.
#[test]
fn a_load_that_was_once_taken_for_done_is_never_gone_on_with() {
    let troubles = [Trouble::after(65.5, What::RecoverableThenFail)];
    let mut both = Both::new(Kind::LoadAndCdc, false, [94, 10], Some(1), &troubles);
    for step in [
        Step::Wait(1),
        Step::Start(Start::Fresh),
        Step::Wait(200),
        Step::Start(Start::Resume),
        Step::Wait(60),
        Step::Reload([false, true]),
        Step::Stop,
        Step::Wait(20),
        Step::Start(Start::Resume),
        Step::Wait(60),
    ] {
        both.step(step);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, ..ProptestConfig::default() })]

    #[test]
    fn the_simulator_does_what_the_model_says(
        kind in prop_oneof![Just(Kind::FullLoad), Just(Kind::Cdc), Just(Kind::LoadAndCdc)],
        truncates in any::<bool>(),
        loads in [10u32..300, 10u32..300],
        fails in proptest::option::weighted(0.3, 0usize..TABLES),
        troubles in troubles(),
        steps in steps(),
    ) {
        let mut both = Both::new(kind, truncates, loads, fails, &troubles);
        both.step(Step::Wait(1));
        for step in steps {
            both.step(step);
        }
    }
}
