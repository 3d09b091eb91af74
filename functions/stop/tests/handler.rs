//! The stop: one call, and what DMS answered.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::stop_replication_task::StopReplicationTaskInput;
use aws_smithy_mocks::{RuleMode, mock_client};
use migration::run::acts::StopCause;
use migration::run::answer::Answer;
use migration_aws::clients::DmsAndStepFunctions;
use serde_json::json;
use support::cases::{CLOSE, TASK, full_load, minute, windowed};
use support::given::{Seen, described, fault, frame, request, running};
use support::{answers, no_other_execution};

fn context(dms: Client) -> DmsAndStepFunctions {
    DmsAndStepFunctions { dms, step_functions: no_other_execution!() }
}

#[tokio::test]
async fn what_dms_answers_is_written_down_and_never_asked_again() {
    for (status, code, expected) in [
        (200, "", "Accepted"),
        (400, "InvalidResourceStateFault", "Refused"),
        (400, "ThrottlingException", "Refused"),
        (400, "AccessDeniedException", "Refused"),
        (400, "ResourceNotFoundFault", "Refused"),
        (500, "InternalFailure", "Lost"),
    ] {
        let seen = Seen::<StopReplicationTaskInput>::default();
        let body = if status == 200 { json!({}) } else { fault(code, "no") };
        let stop = answers!(Client, stop_replication_task, status, body, seen);
        let runs = json!({"ReplicationTasks": [described("running", Some(1))]});
        let look = answers!(Client, describe_replication_tasks, 200, runs);
        let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&stop, &look]));
        let case = full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE);
        let document = stop::handle(&dms, request(&case.document(), CLOSE)).await.unwrap();
        let answer = running(document).run.stop.unwrap().answer;
        let found = match answer {
            Answer::Accepted => "Accepted",
            Answer::Refused(_) => "Refused",
            Answer::NotCalled(_) => "NotCalled",
            Answer::Lost => "Lost",
        };
        assert_eq!(found, expected, "{code}");
        assert_eq!(seen.one().replication_task_arn(), Some(TASK), "{code}");
    }
}

#[tokio::test]
async fn the_machines_own_stop_at_the_close_is_known_as_one() {
    let take = answers!(Client, stop_replication_task, 200, json!({}));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]));
    let case = full_load(windowed()).started(1);
    let payload = json!({"Migration": case.document(), "Occasion": "LostSight"});
    let document = stop::handle(&dms, frame(payload, minute(CLOSE))).await.unwrap();
    let stop = running(document).run.stop.unwrap();
    assert_eq!((stop.cause, stop.decided, stop.answer), (StopCause::Close, minute(CLOSE), Answer::Accepted));
}

/// The execution is redriven days later, or was blind since DMS took its stop, and somebody else runs the task: it is told,
/// and not stopped.
#[tokio::test]
async fn what_somebody_else_started_since_is_not_stopped() {
    let later = CLOSE + 2 * 24 * 60;
    for (redrives, began, taken) in [(1, later - 60, 0), (1, 1, 1), (0, later - 60, 0), (0, 1, 1)] {
        let take = answers!(Client, stop_replication_task, 200, json!({}));
        let body = json!({"ReplicationTasks": [described("running", Some(began))]});
        let look = answers!(Client, describe_replication_tasks, 200, body);
        let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take, &look]));
        let case = full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE);
        let document = case.set(|case| case.run().latest_start = Some(minute(1))).document();
        let payload = json!({"Migration": document, "Redrives": redrives});
        let run = running(stop::handle(&dms, frame(payload, minute(later))).await.unwrap()).run;
        assert_eq!(take.num_calls(), taken, "redriven {redrives} times, began at {began}");
        assert_eq!(run.taken_over.is_some(), taken == 0);
        assert_eq!(matches!(run.stop.unwrap().answer, Answer::NotCalled(_)), taken == 0);
    }
}

/// Stops are still made for the close: a look that fails holds none back. Long after it, nothing is stopped unseen.
#[tokio::test(start_paused = true)]
async fn a_look_before_the_stop_that_fails() {
    for (code, at, made, stopped) in [
        ("InternalFailure", CLOSE + 60, true, 1),
        ("InternalFailure", CLOSE + 300, false, 0),
        ("ThrottlingException", CLOSE + 60, true, 1),
        ("ThrottlingException", CLOSE + 300, true, 0),
    ] {
        let take = answers!(Client, stop_replication_task, 200, json!({}));
        let look = answers!(Client, describe_replication_tasks, 400, fault(code, "no"));
        let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take, &look]));
        let case = full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE);
        let payload = json!({"Migration": case.document(), "Redrives": 1});
        let outcome = stop::handle(&dms, frame(payload, minute(at))).await;
        assert_eq!((outcome.is_ok(), take.num_calls()), (made, stopped), "{code} at {at}");
    }
}

#[tokio::test]
async fn a_document_that_names_no_task_stops_nothing() {
    let take = answers!(Client, stop_replication_task, 200, json!({}));
    let dms = context(mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]));
    let nothing = full_load(windowed()).not_created();
    let error = stop::handle(&dms, request(&nothing.document(), CLOSE)).await.unwrap_err();
    assert_eq!((error.name(), take.num_calls()), ("Migration.UnreadableDocument", 0));
}
