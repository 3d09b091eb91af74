//! Each rule is broken once by a forged record: a referee who never says no is none.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use jiff::{SignedDuration, Timestamp};
use referee::{Call, Change, Deed, Entry, Execution, Message, Record, Rule, SourceTable, Task, Turn, judge};
use serde_json::{Value, json};

const TASK: &str = "arn:aws:dms:us-east-1:123456789012:task:T";

fn minute(minute: i64) -> Timestamp {
    "2026-11-20T22:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:migration:{name}")
}

fn plan() -> Value {
    json!({
        "ScheduledTime": "2026-11-20T22:00:00Z",
        "Window": {"Duration": "PT7H"},
        "Task": {
            "ReplicationTaskIdentifier": "orders", "SourceEndpointArn": "S", "MigrationType": "full-load",
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-action": "include",
                "object-locator": {"schema-name": "shop", "table-name": "%"},
            }]},
            "ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}},
        },
    })
}

fn execution(name: &str, from: i64, until: i64, input: Value) -> Execution {
    Execution {
        name: name.to_owned(),
        arn: arn(name),
        input,
        began: minute(from),
        ended: Some(minute(until)),
        redrives: 0,
        aborted: false,
    }
}

fn call(at: i64, execution: &str, operation: &str, more: Value) -> Call {
    let mut request = json!({"ReplicationTaskArn": TASK});
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    Call {
        at: minute(at),
        service: "dms".to_owned(),
        operation: operation.to_owned(),
        function: "start".to_owned(),
        execution: execution.to_owned(),
        request,
        taken: true,
        unanswered: false,
    }
}

fn turn(at: i64, status: &str) -> Turn {
    let status = Some(status.to_owned()).filter(|status| status != "gone");
    Turn { at: minute(at), task: TASK.to_owned(), status }
}

fn entry(at: i64, table: &str, what: Change) -> Entry {
    Entry { at: minute(at), task: Some(TASK.to_owned()), table: table.to_owned(), what }
}

fn finished(at: i64, execution: &str, outcome: &str, loaded: u64, status: &str) -> Message {
    Message {
        at: minute(at),
        topic: "arn:aws:sns:us-east-1:123456789012:migrations".to_owned(),
        body: json!({
            "Event": "Finished", "Id": format!("{}#0#finished", arn(execution)), "Execution": arn(execution),
            "Task": {"ReplicationTaskArn": TASK},
            "Verdict": {"Outcome": outcome, "At": minute(at).to_string(), "TablesLoaded": loaded,
                "TaskStatus": status, "Verified": false, "Reasons": []},
        }),
    }
}

/// One night: a first load of two tables, done within an hour. Nothing is wrong with it.
fn sound() -> Record {
    let start = json!({"StartReplicationTaskType": "start-replication"});
    let load = |table: &str, until: i64| {
        vec![
            entry(2, table, Change::Created),
            entry(2, table, Change::LoadBegan),
            entry(until, table, Change::LoadEnded { rows: 100, complete: true }),
        ]
    };
    let mut ledger: Vec<Entry> = [load("shop.customers", 30), load("shop.orders", 60)].concat();
    ledger.sort_by_key(|entry| entry.at);
    Record {
        executions: vec![execution("night", 0, 61, plan())],
        calls: vec![
            call(0, "night", "CreateReplicationTask", json!({"ReplicationTaskIdentifier": "orders"})),
            call(1, "night", "StartReplicationTask", start),
        ],
        messages: vec![finished(61, "night", "Succeeded", 2, "stopped")],
        ledger,
        turns: vec![turn(0, "creating"), turn(1, "starting"), turn(2, "running"), turn(60, "stopped")],
        tasks: vec![Task {
            arn: TASK.to_owned(),
            identifier: "orders".to_owned(),
            migration_type: "full-load".to_owned(),
        }],
        tables: ["shop.customers", "shop.orders"]
            .map(|name| SourceTable { name: name.to_owned(), ..SourceTable::default() })
            .to_vec(),
        until: minute(3_000),
        ..Record::default()
    }
}

/// The same, whose load does not come to its end: it is stopped at the close.
fn paused() -> Record {
    let mut record = sound();
    record.executions[0].ended = Some(minute(421));
    record.calls.push(call(420, "night", "StopReplicationTask", json!({})));
    record.turns[3] = turn(420, "stopping");
    record.turns.push(turn(421, "stopped"));
    record.ledger[5] = entry(420, "shop.orders", Change::LoadEnded { rows: 90, complete: false });
    record.messages = vec![finished(421, "night", "Paused", 1, "stopped")];
    record
}

/// The next night loads with this type of start, and first empties both tables.
fn second_night(mut record: Record, more: Value, kind: &str) -> Record {
    let day = 24 * 60;
    let mut tonight = plan();
    tonight["ScheduledTime"] = json!(minute(day).to_string());
    for (name, value) in more.as_object().into_iter().flatten() {
        tonight[name] = value.clone();
    }
    record.executions.push(execution("again", day, day + 50, tonight));
    record.calls.push(call(
        day + 1,
        "again",
        "StartReplicationTask",
        json!({"StartReplicationTaskType": kind}),
    ));
    record.turns.extend([turn(day + 1, "starting"), turn(day + 2, "running"), turn(day + 49, "stopped")]);
    for table in ["shop.customers", "shop.orders"] {
        record.ledger.push(entry(day + 2, table, Change::Truncated { rows: 90 }));
        record.ledger.push(entry(day + 2, table, Change::LoadBegan));
    }
    for table in ["shop.customers", "shop.orders"] {
        record.ledger.push(entry(day + 49, table, Change::LoadEnded { rows: 100, complete: true }));
    }
    record.messages.push(finished(day + 50, "again", "Succeeded", 2, "stopped"));
    record
}

/// The next night resumes what was paused, on top of its rows, as its plan consents to.
fn resumed_second_night() -> Record {
    let mut record = second_night(paused(), json!({"Start": "Resume"}), "resume-processing");
    record.ledger.retain(|entry| !matches!(entry.what, Change::Truncated { .. }));
    record
}

/// An hour later this execution resumes once more, and rows come a second time.
fn resumed_once_more(mut record: Record, execution: &str) -> Record {
    let (from, resume) = (24 * 60 + 60, json!({"StartReplicationTaskType": "resume-processing"}));
    record.calls.push(call(from, execution, "StartReplicationTask", resume));
    record.turns.extend([turn(from, "starting"), turn(from + 1, "running"), turn(from + 10, "stopped")]);
    record.ledger.push(entry(from + 1, "shop.orders", Change::LoadBegan));
    record.ledger.push(entry(from + 10, "shop.orders", Change::LoadEnded { rows: 5, complete: false }));
    record
}

fn broken(record: &Record) -> Vec<Rule> {
    let mut rules: Vec<Rule> = judge(record).into_iter().map(|violation| violation.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn what_is_sound_breaks_no_rule() {
    for record in [
        sound(),
        paused(),
        second_night(sound(), json!({"Start": "Refresh"}), "reload-target"),
        second_night(sound(), json!({"Start": "Reload"}), "reload-target"),
    ] {
        assert_eq!(judge(&record), []);
    }
}

type Forgery = (Rule, &'static str, fn() -> Record);

/// What is forged, and the rule that says so.
const FORGERIES: &[Forgery] = &[
    (Rule::Ends, "an execution that runs for ever", || {
        let mut record = sound();
        record.executions[0].ended = None;
        record
    }),
    (Rule::Told, "no message", || Record { messages: vec![], ..sound() }),
    (Rule::Told, "a warning is no end", || {
        let mut record = sound();
        record.messages[0].body["Event"] = json!("Warning");
        record
    }),
    (Rule::ToldOnce, "a second id", || {
        let mut record = sound();
        let mut again = record.messages[0].clone();
        again.body["Id"] = json!("another");
        record.messages.push(again);
        record
    }),
    (Rule::ToldOnce, "another verdict under the same id", || {
        let mut record = sound();
        let mut again = record.messages[0].clone();
        again.body["Verdict"]["Outcome"] = json!("SucceededWithWarnings");
        record.messages.push(again);
        record
    }),
    (Rule::Verdict, "a success over half a load", || {
        let mut record = paused();
        record.messages = vec![finished(421, "night", "Succeeded", 1, "stopped")];
        record
    }),
    (Rule::Verdict, "a refresh of yesterday's rows", || {
        let mut record = sound();
        record.executions.push(execution("again", 1_440, 1_441, {
            let mut plan = plan();
            plan["Start"] = json!("Refresh");
            plan["ScheduledTime"] = json!(minute(1_440).to_string());
            plan
        }));
        record.deeds.push(Deed { at: minute(1_440), what: "Deploy".to_owned() });
        record.messages.push(finished(1_441, "again", "Succeeded", 2, "stopped"));
        record
    }),
    (Rule::Verdict, "skipped, and it started the task", || Record {
        messages: vec![finished(61, "night", "Skipped", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "paused long before the close", || Record {
        messages: vec![finished(61, "night", "Paused", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "partly failed over a whole load", || Record {
        messages: vec![finished(61, "night", "PartlyFailed", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "interrupted by nobody", || Record {
        messages: vec![finished(61, "night", "Interrupted", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "aborted, and nobody did", || Record {
        messages: vec![finished(61, "night", "Aborted", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "unknown on a quiet night", || Record {
        messages: vec![finished(61, "night", "Unknown", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "failed on a quiet night over a whole load", || Record {
        messages: vec![finished(61, "night", "Failed", 2, "stopped")],
        ..sound()
    }),
    (Rule::Verdict, "verified where rows differ", || {
        let mut record = sound();
        record.messages[0].body["Verdict"]["Verified"] = json!(true);
        record.tables[0].differs = true;
        record
    }),
    (Rule::Status, "it says that the task runs", || {
        let mut record = sound();
        record.messages = vec![finished(100, "night", "Succeeded", 2, "running")];
        record.executions[0].ended = Some(minute(100));
        record
    }),
    (Rule::Counts, "a table too many", || {
        let mut record = sound();
        record.messages[0].body["Verdict"]["TablesLoaded"] = json!(3);
        record
    }),
    (Rule::Destroyed, "a reload that the plan does not ask for", || {
        second_night(sound(), json!({}), "reload-target")
    }),
    (Rule::Destroyed, "a resume that empties what was complete", || {
        second_night(sound(), json!({}), "resume-processing")
    }),
    (Rule::Destroyed, "rows go, and the plan keeps them", || {
        let mut record = second_night(sound(), json!({"Start": "Refresh"}), "reload-target");
        record.executions[1].input["Task"]["ReplicationTaskSettings"] = json!({});
        record
    }),
    (Rule::Destroyed, "a refresh of what is tonight's", || {
        let mut record = second_night(sound(), json!({"Start": "Refresh"}), "reload-target");
        record.executions[1].input["ScheduledTime"] = json!(minute(0).to_string());
        record.executions[1].input["Window"]["Duration"] = json!("P2D");
        record
    }),
    (Rule::Destroyed, "one consent for two reloads", || {
        let mut record = second_night(sound(), json!({"Start": "Reload"}), "reload-target");
        let day = 24 * 60;
        record.executions[1].ended = Some(minute(day + 80));
        let reload = json!({"StartReplicationTaskType": "reload-target"});
        record.calls.push(call(day + 55, "again", "StartReplicationTask", reload));
        record.turns.extend([
            turn(day + 55, "starting"),
            turn(day + 56, "running"),
            turn(day + 70, "stopped"),
        ]);
        record.ledger.push(entry(day + 56, "shop.orders", Change::Truncated { rows: 100 }));
        record
    }),
    (Rule::Doubled, "a schedule that fires twice resumes twice", || {
        let mut record = resumed_second_night();
        let day = 24 * 60;
        let input = record.executions[1].input.clone();
        record.executions.push(execution("doubled", day + 55, day + 90, input));
        resumed_once_more(record, "doubled")
    }),
    (Rule::LeftTold, "a replication fails days after its run, and nobody says so", || {
        let mut record = left_to_itself();
        record.messages.pop();
        record
    }),
    (Rule::LeftTold, "it is told of another task", || {
        let mut record = left_to_itself();
        record.messages[1].body["Task"]["ReplicationTaskArn"] =
            json!("arn:aws:dms:us-east-1:123456789012:task:U");
        record
    }),
    (Rule::Doubled, "a resume on top of rows", || {
        let mut record = second_night(paused(), json!({}), "resume-processing");
        record.ledger.retain(|entry| !matches!(entry.what, Change::Truncated { .. }));
        record
    }),
    (Rule::Doubled, "one consent for two resumes", || {
        let record = resumed_second_night();
        assert!(!broken(&record).contains(&Rule::Doubled), "the first is consented to");
        resumed_once_more(record, "again")
    }),
    (Rule::PastClose, "the task runs on, and nobody says so", || {
        let mut record = paused();
        record.turns.truncate(3);
        record.calls.truncate(2);
        record.turns.push(turn(900, "stopped"));
        record
    }),
    (Rule::PastClose, "it was asked to stop, and nobody says that it does not", || {
        let mut record = paused();
        record.turns.truncate(3);
        record.turns.push(turn(900, "stopped"));
        record
    }),
    (Rule::PastClose, "it was asked to stop once, and no more", || {
        let mut record = what_was_said_and_asked_for();
        record.calls.pop();
        record
    }),
    (Rule::PastClose, "its own start is doubted, with no reason for it", || {
        let mut record = left_in_doubt();
        record.faults.clear();
        record
    }),
    (Rule::PastClose, "its own start is doubted, and nobody says how to stop it", || {
        let mut record = left_in_doubt();
        record.messages[0].body["NextSteps"] = json!([]);
        record
    }),
    (Rule::PastClose, "what closes it out leaves it alone, with no reason for it", || {
        let mut record = left_to_people();
        record.faults.clear();
        record
    }),
    (Rule::PastClose, "the watch could look half an hour long, and had nothing stopped", || {
        let mut record = out_of_reach();
        record.faults.drain(10..12);
        record
    }),
    (Rule::PastClose, "a stop was asked for another run alone", || {
        let mut record = what_was_said_and_asked_for();
        let mut stop = record.calls.pop().expect("the last stop");
        record.executions.push(execution("another", 430, 450, plan()));
        (stop.execution, stop.service) = ("another".to_owned(), "lambda".to_owned());
        (stop.function, stop.operation) = ("stop".to_owned(), "Invoke".to_owned());
        record.calls.push(stop);
        record
    }),
    (Rule::PastClose, "the function that stops has looked, and asked for nothing", || {
        let mut record = what_was_said_and_asked_for();
        let mut look = record.calls.pop().expect("the last stop");
        (look.operation, look.function) = ("DescribeReplicationTasks".to_owned(), "stop".to_owned());
        record.calls.push(look);
        record
    }),
    (Rule::PastClose, "DMS itself has started the task again, and it runs on", || {
        let mut record = paused();
        record.turns.truncate(3);
        record.calls.truncate(2);
        record.turns.extend([turn(100, "stopped"), turn(101, "starting"), turn(102, "running")]);
        record.turns.push(turn(900, "stopped"));
        record.messages = vec![finished(421, "night", "LeftRunning", 1, "running")];
        record
    }),
    (Rule::Told, "the end of a redriven execution", || {
        let mut record = paused();
        (record.executions[0].aborted, record.executions[0].redrives) = (true, 1);
        record.messages = vec![finished(62, "night", "Aborted", 1, "running")];
        record
    }),
    (Rule::Anothers, "what a person has resumed since a night of ours, stopped by a default", || {
        let (mut record, day) = (paused(), 24 * 60);
        record.turns.extend([turn(800, "starting"), turn(801, "running")]);
        record.turns.extend([turn(day + 420, "stopping"), turn(day + 421, "stopped")]);
        record.deeds.push(Deed { at: minute(800), what: "Resume".to_owned() });
        let mut tonight = plan();
        tonight["ScheduledTime"] = json!(minute(day).to_string());
        record.executions.push(execution("again", day, day + 422, tonight));
        record.calls.push(call(day + 420, "again", "StopReplicationTask", json!({})));
        record.messages.push(finished(day + 422, "again", "Paused", 1, "stopped"));
        record
    }),
    (Rule::Anothers, "what another run has started since, stopped by the one before it", || {
        let mut record = paused();
        let mut kept = plan();
        kept["Task"] = json!({"ReplicationTaskArn": TASK});
        record.executions[0].input = kept.clone();
        record.executions[0].ended = Some(minute(424));
        record.calls.remove(0);
        kept["ScheduledTime"] = json!(minute(420).to_string());
        record.executions.push(execution("day", 420, 426, kept));
        let resume = json!({"StartReplicationTaskType": "resume-processing"});
        record.calls.push(call(421, "day", "StartReplicationTask", resume));
        record.calls.push(call(423, "night", "StopReplicationTask", json!({})));
        record.turns.extend([turn(421, "starting"), turn(422, "running")]);
        record.turns.extend([turn(423, "stopping"), turn(424, "stopped")]);
        record.messages.push(finished(426, "day", "Interrupted", 1, "stopped"));
        record
    }),
    (Rule::Early, "a stop in the middle of the night", || {
        let mut record = paused();
        record.calls[2].at = minute(200);
        record.turns[3].at = minute(200);
        record.turns[4].at = minute(201);
        record
    }),
    (Rule::Anothers, "a stop of what a person has started", || {
        let mut record = paused();
        record.calls.remove(1);
        record
    }),
    (Rule::Late, "a start after the close", || {
        let mut record = sound();
        record.executions[0].input["Window"]["Duration"] = json!("PT30S");
        record
    }),
    (Rule::Late, "a pre-flight that starts", || {
        let mut record = sound();
        record.executions[0].input["Mode"] = json!("Preflight");
        record
    }),
    (Rule::SecondTask, "a second task beside the first", || {
        let mut record = sound();
        let create = json!({"ReplicationTaskIdentifier": "orders"});
        record.calls.push(call(5, "night", "CreateReplicationTask", create));
        record
    }),
    (Rule::HandsOff, "a tag on a task that somebody else keeps", || {
        let mut record = sound();
        record.executions[0].input["Task"] = json!({"ReplicationTaskArn": TASK});
        record.calls.remove(0);
        record.calls.push(call(5, "night", "AddTagsToResource", json!({})));
        record
    }),
    (Rule::HandsOff, "a task is deleted", || {
        let mut record = sound();
        record.calls.push(call(62, "night", "DeleteReplicationTask", json!({})));
        record
    }),
    (Rule::PicksUp, "an unfinished load is left lying", || {
        let mut record = second_night(paused(), json!({}), "resume-processing");
        record.calls.pop();
        record.turns.truncate(5);
        record.ledger.truncate(6);
        record.messages[1] = finished(24 * 60 + 50, "again", "Skipped", 1, "stopped");
        record
    }),
];

#[test]
fn every_forgery_is_seen_and_every_rule_has_been_broken() {
    for (rule, name, forge) in FORGERIES {
        let record = forge();
        assert!(broken(&record).contains(rule), "{name}: {:?}", judge(&record));
    }
    for rule in Rule::ALL {
        assert!(FORGERIES.iter().any(|(broken, ..)| broken == rule), "nothing is forged against {rule:?}");
    }
}

/// A replication that a run has left running fails later, and an execution of the watch tells that.
fn left_to_itself() -> Record {
    let mut record = sound();
    record.executions[0].input["Task"]["MigrationType"] = json!("full-load-and-cdc");
    record.tasks[0].migration_type = "full-load-and-cdc".to_owned();
    record.turns[3] = turn(900, "failed");
    record.messages[0].body["Verdict"]["TaskStatus"] = json!("running");
    let input = json!({"LeftRunning": {"Execution": arn("night")}});
    record.executions.push(execution("left-1", 910, 914, input));
    record.messages.push(finished(914, "left-1", "Failed", 2, "failed"));
    record
}

/// It was stopped from outside, and each sweep of the watch fell into trouble until long after the close.
fn out_of_reach() -> Record {
    let mut record = left_to_people();
    record.messages.clear();
    record.faults = (2..40).map(|sweep| minute(15 * sweep)).collect();
    record
}

/// What looks wrong and is not, and the rule that must not say so.
#[test]
fn what_only_looks_wrong_breaks_no_rule() {
    let made_anew = || {
        let mut record = second_night(sound(), json!({}), "resume-processing");
        for entry in &mut record.ledger[..6] {
            entry.task = Some("arn:aws:dms:us-east-1:123456789012:task:DELETED".to_owned());
        }
        record
    };
    let died = || {
        let mut record = paused();
        let mut start = record.calls.remove(1);
        (start.service, start.operation) = ("lambda".to_owned(), "Invoke".to_owned());
        (start.taken, start.unanswered, start.at) = (false, true, minute(0));
        record.calls.push(start);
        record
    };
    let closed_out_before = || {
        let mut record = paused();
        (record.executions[0].aborted, record.executions[0].redrives) = (true, 1);
        record.messages = vec![finished(62, "night", "Aborted", 1, "running")];
        let input = json!({"CloseOut": {"Execution": arn("night"), "RedriveCount": 1, "Depth": 1}});
        record.executions.push(execution("close-1", 422, 423, input));
        let mut skipped = finished(423, "close-1", "Skipped", 1, "stopped");
        skipped.body["Verdict"]["Reasons"] = json!([format!("{} was closed out before", arn("night"))]);
        record.messages.push(skipped);
        record
    };
    let cases: [(Rule, fn() -> Record); 4] = [
        (Rule::Destroyed, made_anew),
        (Rule::Anothers, died),
        (Rule::Told, closed_out_before),
        (Rule::PastClose, out_of_reach),
    ];
    for (rule, record) in cases {
        assert!(!broken(&record()).contains(&rule), "{:?}", judge(&record()));
    }
}

#[test]
fn what_was_left_running_may_be_told_by_the_watch() {
    assert_eq!(judge(&left_to_itself()), []);
}

/// A task that does not stop: it is asked to again and again, and people are told.
fn what_was_said_and_asked_for() -> Record {
    let mut record = paused();
    record.turns.truncate(3);
    record.turns.push(turn(900, "stopped"));
    record.messages = vec![finished(700, "night", "Failed", 1, "running")];
    record.messages.push(Message {
        at: minute(436),
        topic: "migrations".to_owned(),
        body: json!({"Event": "Warning", "Occasion": "NotStopped", "Execution": arn("night")}),
    });
    record.calls.push(call(440, "night", "StopReplicationTask", json!({})));
    record
}

/// A task that nobody stops at the close, and a message about it.
fn left(at: i64, outcome: &str, whose: Option<&str>, trouble: i64) -> Record {
    let mut record = paused();
    record.turns.truncate(3);
    record.turns.push(turn(900, "stopped"));
    record.calls.truncate(2);
    record.messages = vec![finished(at, "night", outcome, 1, "running")];
    record.messages[0].body["NextSteps"] = json!(["stop it by hand: aws dms stop-replication-task"]);
    if let Some(whose) = whose {
        record.messages[0].body["Joined"] = json!({"Whose": whose});
    }
    record.faults = vec![minute(trouble)];
    record
}

/// Its start was delivered twice, and the answer to the second is known.
fn left_in_doubt() -> Record {
    left(421, "Unknown", Some("Doubtful"), 1)
}

/// It was stopped from outside, and who else works on the task could not be listed.
fn left_to_people() -> Record {
    let mut record = left(27, "Aborted", None, 26);
    record.executions[0].ended = Some(minute(23));
    record.executions[0].aborted = true;
    record
}

#[test]
fn what_is_said_and_asked_for_may_run_on() {
    for record in [what_was_said_and_asked_for(), left_in_doubt(), left_to_people()] {
        assert!(!broken(&record).contains(&Rule::PastClose), "{:?}", judge(&record));
    }
}

/// A judge who asks the accused decides nothing.
#[test]
fn the_referee_depends_on_nothing_of_the_product() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).expect("a list of dependencies");
    let names: Vec<&str> =
        dependencies.lines().filter_map(|line| line.split_once('.')).map(|(name, _)| name).collect();
    assert_eq!(names, ["jiff", "serde_json"]);
    assert_eq!(dependencies.matches('[').count(), 0, "and on nothing in another list");
}
