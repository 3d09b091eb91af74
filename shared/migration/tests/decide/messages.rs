//! What people read of a night, word for word: the decisions of these tables, told.

use migration::commit;
use migration::decide::opening;
use migration::message::{Message, News};
use migration::run::acts::StopCause;
use migration::run::document::{Document, Reported};
use migration::run::step::Occasion;
use migration::run::task::Origin;
use migration::survey::drift;
use plan::finding::Findings;
use serde_json::{Value, json};

use support::message::sound;

use support::cases::{CLOSE, Case, EVENING, EXECUTION, TASK, and, execution, full_load, minute};

/// A window on the clocks of a town, as people write it.
fn night() -> Value {
    let window = json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"});
    json!({"Window": window, "Notify": {"Team": "payments"}})
}

fn message(reported: &Reported, at: i64) -> Message {
    News::of_the_end(reported, minute(at)).compose()
}

fn over(document: Document) -> Reported {
    match document {
        Document::Reported(reported) => *reported,
        document => panic!("the run goes on: {document:?}"),
    }
}

/// The message with which the run of a case ends.
fn ending(mut case: Case, at: i64) -> Message {
    case.now = minute(at);
    message(&case.over(), at)
}

/// Subject and text, as a mail shows them.
fn mail(message: &Message) -> String {
    sound(message);
    format!("Subject: {}\n\n{}", message.subject, message.text)
}

#[test]
fn succeeded() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed"; 40]);
    let message = ending(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193);
    insta::assert_snapshot!(mail(&message));
    let attributes: Vec<_> =
        message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        attributes,
        [
            "Event=Finished",
            "Severity=info",
            "Migration=orders",
            "Account=123456789012",
            "Region=eu-central-1",
            "Stack=migration",
            "Verdict=Succeeded",
            "Team=payments"
        ]
    );
}

#[test]
fn succeeded_for_machines() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed"; 40]);
    let mut told = sound(&ending(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193));
    let links = told["Links"].take();
    assert!(links["Execution"].as_str().unwrap().ends_with(EXECUTION), "{links}");
    assert!(links["Task"].as_str().unwrap().ends_with("#taskDetails/orders"), "{links}");
    let command = told["Log"]["Command"].take();
    assert!(command.as_str().unwrap().starts_with("aws logs get-log-events"), "{command}");
    assert_eq!(
        told,
        json!({
            "Version": 1,
            "Id": format!("{EXECUTION}#0#finished"),
            "Event": "Finished",
            "Occasion": null,
            "Severity": "info",
            "Migration": "orders",
            "Team": "payments",
            "Account": "123456789012",
            "Region": "eu-central-1",
            "Stack": "migration",
            "Execution": EXECUTION,
            "Task": {
                "ReplicationTaskArn": TASK,
                "ReplicationTaskIdentifier": "orders",
                "MigrationType": "full-load",
                "Origin": "Created",
            },
            "Verdict": {
                "Outcome": "Succeeded",
                "Good": true,
                "Reasons": [
                    "all 40 tables are complete",
                    "the task stopped by itself: FULL_LOAD_ONLY_FINISHED",
                    "rows not verified",
                ],
                "Verified": false,
                "Tables": 40,
                "TablesLoaded": 40,
                "NamedTables": [],
                "MoreTables": 0,
                "Rows": 40_000,
                "TaskStatus": "stopped",
                "LastFailure": null,
                "At": minute(193),
            },
            "ToDo": [],
            "Next": "all 40 tables are complete",
            "Start": {"Type": "start-replication", "Why": "the task has never run"},
            "Joined": null,
            "ClosedOutBy": null,
            "Restarts": 0,
            "Progress": {
                "Status": "stopped",
                "Tables": {"Loaded": 0, "Loading": 0, "Queued": 0, "Errored": 0},
                "Rows": 40_000,
                "LagSeconds": null,
                "Seen": minute(193),
            },
            "ETA": null,
            "Trouble": null,
            "Started": minute(0),
            "Seconds": 193 * 60,
            "Window": {"Closes": minute(CLOSE)},
            "NextOpening": minute(24 * 60),
            "Cost": {"TransitionsAtMost": 154, "DollarsAtMost": 0.00385},
            "Findings": [],
            "Log": {
                "Group": null,
                "Stream": "dms-task-K55IUCGBASJS5VHZJIINA45FII",
                "Enabled": true,
                "Link": null,
                "Command": null,
            },
            "Links": null,
            "Shortened": false,
        })
    );
}

#[test]
fn partly_failed() {
    let tables = ["Table completed", "Table error", "Table completed", "Table cancelled", "Before load"];
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&tables);
    insta::assert_snapshot!(mail(&ending(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193)));
}

/// What Amazon Q Developer is given of it.
#[test]
fn partly_failed_for_a_chat() {
    let tables = ["Table completed", "Table error", "Table completed", "Table cancelled", "Before load"];
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&tables);
    let told = ending(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193);
    insta::assert_snapshot!(serde_json::to_string_pretty(&told.chat).unwrap());
}

/// The task goes on, and no run watches it.
#[test]
fn left_running() {
    let stays = and(night(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    let case = full_load(stays).started(1).began(1).fresh(1).status("running").counters([1, 1, 0, 0]);
    insta::assert_snapshot!(mail(&ending(case.tables(&["Table completed", "Full load"]), CLOSE + 1)));
}

#[test]
fn failed() {
    let words = "Last Error Error 1236 reading binary log.\nStop Reason FATAL_ERROR Error Level FATAL";
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed", "Full load"]);
    insta::assert_snapshot!(mail(&ending(case.failed(192, words), 193)));
}

#[test]
fn paused() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&[
        "Table completed",
        "Full load",
        "Before load",
    ]);
    let case = case.told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE + 1, "Stop Reason NORMAL");
    insta::assert_snapshot!(mail(&ending(case, CLOSE + 2)));
}

#[test]
fn rejected() {
    let plan = json!({
        "Task": {
            "ReplicationTaskIdentifier": "orders",
            "SourceEndpointArn": "arn:aws:dms:eu-central-1:123456789012:endpoint:SOURCE",
            "TargetEndpointArn": "arn:aws:dms:eu-central-1:123456789012:endpoint:TARGET",
            "ReplicationInstanceArn": "arn:aws:dms:eu-central-1:123456789012:rep:INSTANCE",
            "MigrationType": "cdc",
            "CdcStartTime": "2018-03-08T12:12:12",
            "CdcStartPosition": "mysql-bin-changelog.000024:373",
            "CdcStopPosition": "tomorrow",
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
                "object-locator": {"schema-name": "shop", "table-name": "%"},
            }]},
        },
    });
    let reported = over(opening::open(&plan, &execution(), minute(0)));
    insta::assert_snapshot!(mail(&message(&reported, 0)));
}

#[test]
fn skipped() {
    let reported = over(opening::open(
        &json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "ScheduledTime": EVENING,
                "Window": night()["Window"].clone()}),
        &execution(),
        minute(14 * 60),
    ));
    insta::assert_snapshot!(mail(&message(&reported, 14 * 60)));
}

#[test]
fn ready() {
    let noon = json!({"Mode": "Preflight", "Window": {"Opens": "23:00"}, "OnDrift": "Ignore"});
    let mut case =
        full_load(and(night(), noon)).last_week("NORMAL").tables(&["Table completed", "Full load"]);
    let difference = "ReplicationTaskSettings.FullLoadSettings.MaxFullLoadSubTasks: the plan states \"4\", the task has \"8\"";
    case.known().differences = vec![difference.to_owned()];
    case.known().origin = Origin::Adopted;
    let mut findings = Findings::default();
    drift::warn(&case.running.plan, &[difference.to_owned()], &mut findings);
    case.running.findings = findings.into_sorted();
    insta::assert_snapshot!(mail(&ending(case, 1)));
}

#[test]
fn sight_is_lost() {
    let mut case =
        full_load(night()).started(1).began(1).fresh(1).status("running").counters([12, 2, 26, 0]).at(60);
    case.poll();
    case.running.caught = serde_json::from_value(
        json!({"Error": "Sandbox.Timedout", "Cause": "{\"errorMessage\":\"Task timed out\"}"}),
    )
    .ok();
    let message = News::on_the_way(&case.running, Occasion::LostSight, minute(63)).compose();
    insta::assert_snapshot!(mail(&message));
}

/// A task that is told to stop ten minutes before its window closes is told so then.
#[test]
fn the_stop_that_is_told_is_the_one_that_is_made() {
    let led = and(night(), json!({"Window": {"StopLead": "PT10M"}}));
    let case = full_load(led).started(1).began(1).status("running").at(60);
    let message = News::on_the_way(&case.running, Occasion::LostSight, minute(63)).compose();
    assert_eq!(case.running.run.closes.duration_since(case.running.run.stop_due).as_mins(), 10);
    let told = message.text.lines().find(|line| line.contains("told to stop at")).unwrap();
    assert_eq!(case.running.run.closes, minute(CLOSE), "five in the morning in Berlin");
    assert!(told.contains("04:50 CET"), "{told}");
}

#[test]
fn tables_in_error_on_the_way() {
    let case = full_load(and(night(), json!({"Notify": {"On": ["Finished", "Warning", "Started"]}})));
    let mut case = case.started(1).began(1).fresh(1).status("running").counters([12, 2, 24, 2]).at(60);
    commit::told(case.run(), Occasion::Started);
    case.poll();
    insta::assert_snapshot!(mail(
        &News::on_the_way(&case.running, Occasion::TablesInError, minute(60)).compose()
    ));
}

#[test]
fn the_same_end_has_one_id_and_the_end_of_a_redriven_run_another() {
    let case = full_load(json!({})).started(1).began(1).tables(&["Table completed"]);
    let mut case = case.stopped(5, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(6);
    let reported = case.over();
    let id = |redrives, at| {
        let mut reported = reported.clone();
        reported.run.redriven(redrives);
        message(&reported, at).json.id
    };
    assert_eq!(id(0, 6), id(0, 7));
    assert_ne!(id(0, 6), id(1, 6));
}
