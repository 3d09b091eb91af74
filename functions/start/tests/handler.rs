//! The start: one call or none, and what DMS answered.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::reload_tables::ReloadTablesInput;
use aws_sdk_databasemigration::operation::start_replication_task::StartReplicationTaskInput;
use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use migration::commit;
use migration::run::acts::StartKind;
use migration::run::answer::Answer;
use migration::run::next::Next;
use migration::run::step::What;
use migration::run::task::Origin;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::error::chain;
use plan::table_name::TableName;
use serde_json::{Value, json};
use support::cases::{CLOSE, Case, LAST_WEEK, and, cdc, full_load, minute, windowed};
use support::given::{Seen, described, fault, request, running};
use support::{answers, no_other_execution};

fn context(dms: Client) -> DmsAndStepFunctions {
    DmsAndStepFunctions { dms, step_functions: no_other_execution!() }
}

/// A decided start, not made yet.
fn decided() -> Case {
    starting(&full_load(windowed()).started(1).lost())
}

/// The same, in the step that makes the start.
fn starting(case: &Case) -> Case {
    case.clone().set(|case| case.running.next.what = What::Start)
}

fn tasks(task: Value) -> Value {
    json!({"ReplicationTasks": [task]})
}

/// Hands the document to the function; gives its answer and how many starts DMS was asked for.
async fn start(case: &Case, at: i64, describe: Rule, start: Rule) -> (Answer, usize) {
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &start]));
    let document = start::handle(&dms, request(&starting(case).document(), at)).await.unwrap();
    (running(document).run.drive.start().unwrap().answer.clone(), start.num_calls())
}

#[tokio::test]
async fn it_is_made_once_the_way_that_was_decided() {
    let last_week = full_load(windowed()).last_week("FULL_LOAD_ONLY_FINISHED");
    for (case, began, word) in [
        (decided(), None, "start-replication"),
        (
            last_week.clone().started_by(StartKind::ResumeProcessing, 1).lost(),
            Some(LAST_WEEK),
            "resume-processing",
        ),
        (last_week.started_by(StartKind::ReloadTarget, 1).lost(), Some(LAST_WEEK), "reload-target"),
    ] {
        let seen = Seen::<StartReplicationTaskInput>::default();
        let status = if began.is_some() { "stopped" } else { "ready" };
        let describe = answers!(Client, describe_replication_tasks, 200, tasks(described(status, began)));
        let take = answers!(Client, start_replication_task, 200, json!({}), seen);
        assert_eq!(start(&case, 1, describe, take).await, (Answer::Accepted, 1));
        let asked = seen.one();
        assert_eq!(asked.start_replication_task_type().unwrap().as_str(), word);
        assert_eq!(asked.replication_task_arn(), Some(support::cases::TASK));
        assert_eq!(asked.cdc_stop_position(), None);
    }
}

#[tokio::test]
async fn what_dms_answers_is_written_down_and_never_asked_again() {
    let refused = |code: &str, passing| Some((code.to_owned(), passing));
    for (status, code, message, expected) in [
        (
            400,
            "InvalidResourceStateFault",
            "Replication Task cannot be started, invalid state",
            refused("InvalidResourceStateFault", true),
        ),
        (
            400,
            "InvalidResourceStateFault",
            "Test connection for replication instance i and endpoint e should be successful for starting the replication task",
            refused("InvalidResourceStateFault", true),
        ),
        (
            400,
            "InvalidParameterCombinationException",
            "Start Type : START_REPLICATION, valid only for tasks running for the first time",
            refused("InvalidParameterCombinationException", true),
        ),
        (400, "InvalidParameterValueException", "no", refused("InvalidParameterValueException", false)),
        (400, "ThrottlingException", "Rate exceeded", refused("ThrottlingException", true)),
        (400, "AccessDeniedException", "not authorized", refused("AccessDeniedException", false)),
        (400, "ResourceNotFoundFault", "gone", refused("ResourceNotFoundFault", false)),
        (500, "InternalFailure", "DMS failed on its side: it may have started", None),
        (503, "ServiceUnavailable", "it may have started", None),
    ] {
        let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("ready", None)));
        let refuse = answers!(Client, start_replication_task, status, fault(code, message));
        let (answer, calls) = start(&decided(), 1, describe, refuse).await;
        assert_eq!(calls, 1, "{code}: a changing call is made once");
        let found = match answer {
            Answer::Refused(refusal) => Some((refusal.code.clone(), refusal.passes())),
            Answer::Lost => None,
            other => panic!("{code}: {other:?}"),
        };
        assert_eq!(found, expected, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_guard_holds_it_back_when_what_was_decided_is_no_longer_so() {
    let last_week =
        || full_load(windowed()).last_week("NORMAL").started_by(StartKind::ReloadTarget, 1).lost();
    let held = [
        ("started by somebody else since", last_week(), 1, 200, tasks(described("stopped", Some(1)))),
        ("it runs", decided(), 1, 200, tasks(described("running", Some(1)))),
        ("it is busy", decided(), 1, 200, tasks(described("modifying", None))),
        ("the window has closed", decided(), CLOSE, 200, tasks(described("ready", None))),
        ("DMS is too busy to show it", decided(), 1, 400, fault("ThrottlingException", "Rate exceeded")),
        ("it is gone", decided(), 1, 400, fault("ResourceNotFoundFault", "no tasks")),
        ("it is gone, and DMS answers an empty list", decided(), 1, 200, json!({"ReplicationTasks": []})),
    ];
    for (fact, case, at, status, answer) in held {
        let describe = answers!(Client, describe_replication_tasks, status, answer);
        let take = answers!(Client, start_replication_task, 200, json!({}));
        let (answer, calls) = start(&case, at, describe, take).await;
        assert!(matches!(answer, Answer::NotCalled(_)), "{fact}: {answer:?}");
        assert_eq!(calls, 0, "{fact}");
    }
    // A repeat of a start that has its answer is held back, too.
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("ready", None)));
    let take = answers!(Client, start_replication_task, 200, json!({}));
    assert_eq!(start(&full_load(windowed()).started(1), 1, describe, take).await.1, 0);
}

#[tokio::test]
async fn a_start_that_was_held_back_leaves_nothing_to_stop_at_the_close() {
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("running", Some(1))));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe]));
    let document = start::handle(&dms, request(&decided().document(), 1)).await.unwrap();
    assert!(!running(document).run.stop_at_close);
}

#[tokio::test]
async fn a_stop_position_that_the_plan_does_not_state_is_put_off_for_ever() {
    let window = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let stated = json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"}});
    let theirs = cdc(window()).set(|case| case.known().origin = Origin::External);
    let far = "server_time:3018-02-09T12:12:12";
    let left_over = Some("server_time:2026-11-20T05:00:00");
    for (fact, case, shown, position) in [
        ("left over from another night", cdc(window()), left_over, Some(far)),
        ("put off before", cdc(window()), Some(far), None),
        ("none", cdc(window()), None, None),
        ("stated by the plan", cdc(and(window(), stated)), left_over, None),
        ("kept by somebody else", theirs, left_over, None),
    ] {
        let seen = Seen::<StartReplicationTaskInput>::default();
        let mut task = described("ready", None);
        task["MigrationType"] = json!("cdc");
        if let Some(shown) = shown {
            task["CdcStopPosition"] = json!(shown);
        }
        let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
        let take = answers!(Client, start_replication_task, 200, json!({}), seen);
        start(&case.started(1).lost(), 1, describe, take).await;
        assert_eq!(seen.one().cdc_stop_position(), position, "{fact}");
    }
}

#[tokio::test]
async fn a_look_that_fails_starts_nothing() {
    let describe =
        answers!(Client, describe_replication_tasks, 400, fault("AccessDeniedException", "not authorized"));
    let take = answers!(Client, start_replication_task, 200, json!({}));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &take]));
    let failure = "describing the replication task: AccessDeniedException: not authorized; the function's role must allow it";
    let document = start::handle(&dms, request(&decided().document(), 1)).await.unwrap();
    let answer = running(document).run.drive.start().map(|start| start.answer.clone());
    let why = format!("the look before the call failed: {failure}");
    assert_eq!((answer, take.num_calls()), (Some(Answer::NotCalled(why)), 0));
    // A step that comes late may have been made before: its answer stays lost.
    let error = start::handle(&dms, request(&decided().document(), 4)).await.unwrap_err();
    assert_eq!((error.name(), take.num_calls()), ("Migration.Unavailable", 0));
    assert_eq!(chain(&error), failure);
    let error = start::handle(&dms, request(&full_load(windowed()).document(), 1)).await.unwrap_err();
    assert_eq!(chain(&error), "the document's next step is `wait`: the machine made another one");
    for case in [full_load(windowed()), full_load(windowed()).not_created()] {
        let error = start::handle(&dms, request(&starting(&case).document(), 1)).await.unwrap_err();
        assert_eq!(error.name(), "Migration.UnreadableDocument");
    }
}

/// A reload of two tables that was decided at the 10th minute.
fn reload_decided() -> Case {
    full_load(json!({"OnTableErrors": "Reload"})).started(1).began(1).status("running").set(|case| {
        let tables = vec![TableName::new("shop", "t0"), TableName::new("shop", "t1")];
        let next = Next::Reload { tables, why: "tables in error".to_owned() };
        case.running = running(commit::write_down(case.running.clone(), next, &case.seen, minute(10)));
    })
}

#[tokio::test]
async fn a_reload_is_asked_for_once_with_its_tables() {
    let seen = Seen::<ReloadTablesInput>::default();
    let take =
        answers!(Client, reload_tables, 200, json!({"ReplicationTaskArn": support::cases::TASK}), seen);
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("running", Some(1))));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &take]));
    let document = start::handle(&dms, request(&reload_decided().document(), 10)).await.unwrap();
    let asked = seen.one();
    let names: Vec<(&str, &str)> =
        asked.tables_to_reload().iter().map(|table| (table.schema_name(), table.table_name())).collect();
    assert_eq!(names, [("shop", "t0"), ("shop", "t1")]);
    let run = running(document.clone()).run;
    assert_eq!((run.reload.unwrap().answer, run.reloaded.len()), (Answer::Accepted, 2));

    let again = start::handle(&dms, request(&document, 10)).await.unwrap();
    let again = running(again).run;
    assert_eq!((again.reload.unwrap().answer, again.reloaded.len()), (Answer::Accepted, 2));
    let late = start::handle(&dms, request(&reload_decided().document(), 60)).await.unwrap();
    let late = running(late).run;
    assert_eq!(
        (late.reload.unwrap().answer, late.reloaded.len()),
        (Answer::Lost, 2),
        "a redrive: it may have been taken"
    );
    assert_eq!(take.num_calls(), 1);
}

#[tokio::test]
async fn a_look_before_a_reload_that_fails_leaves_its_tables_to_be_loaded_again() {
    let describe =
        answers!(Client, describe_replication_tasks, 400, fault("AccessDeniedException", "not authorized"));
    let take = answers!(Client, reload_tables, 200, json!({}));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &take]));
    let document = start::handle(&dms, request(&reload_decided().document(), 10)).await.unwrap();
    let run = running(document).run;
    assert!(matches!(run.reload.unwrap().answer, Answer::NotCalled(_)));
    assert_eq!((run.reloaded.len(), take.num_calls()), (0, 0));
    // A step that comes late may have been made before: its answer stays lost.
    let late = start::handle(&dms, request(&reload_decided().document(), 60)).await.unwrap_err();
    assert_eq!((late.name(), take.num_calls()), ("Migration.Unavailable", 0));
}

#[tokio::test]
async fn a_reload_that_dms_was_too_busy_for_may_be_asked_for_again_and_a_refused_one_may_not() {
    for (code, kept) in [("ThrottlingException", 0), ("InvalidResourceStateFault", 2)] {
        let refuse = answers!(Client, reload_tables, 400, fault(code, "not now"));
        let describe =
            answers!(Client, describe_replication_tasks, 200, tasks(described("running", Some(1))));
        let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &refuse]));
        let document = start::handle(&dms, request(&reload_decided().document(), 10)).await.unwrap();
        let run = running(document).run;
        assert_eq!(run.reloaded.len(), kept, "{code}");
        assert!(matches!(run.reload.unwrap().answer, Answer::Refused(_)), "{code}");
        assert_eq!(refuse.num_calls(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_start_that_was_made_before_a_redrive_is_not_made_again() {
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("running", Some(1))));
    let take = answers!(Client, start_replication_task, 200, json!({}));
    assert_eq!(start(&decided(), 60, describe, take).await, (Answer::Lost, 0));
}

#[tokio::test]
async fn tables_of_a_task_that_was_started_anew_since_are_not_loaded_again() {
    for (status, began) in [("running", 9), ("stopped", 1)] {
        let describe =
            answers!(Client, describe_replication_tasks, 200, tasks(described(status, Some(began))));
        let take = answers!(Client, reload_tables, 200, json!({}));
        let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &take]));
        let document = start::handle(&dms, request(&reload_decided().document(), 10)).await.unwrap();
        assert!(matches!(running(document).run.reload.unwrap().answer, Answer::NotCalled(_)), "{status}");
        assert_eq!(take.num_calls(), 0, "{status}");
    }
}
