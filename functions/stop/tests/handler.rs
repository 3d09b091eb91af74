//! The stop: one call, and what DMS answered.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::stop_replication_task::StopReplicationTaskInput;
use aws_smithy_mocks::{RuleMode, mock_client};
use migration::run::acts::StopCause;
use migration::run::answer::Answer;
use migration::run::task::Progress;
use migration_aws::clients::Dms;
use serde_json::json;
use support::answers;
use support::cases::{CLOSE, Case, TASK, full_load, minute, progress, windowed};
use support::given::{Seen, described, fault, frame, request, running};

/// A poll has seen the task a minute before the close.
fn sighted(case: Case) -> Case {
    case.set(|case| {
        case.running.progress = Some(Progress { seen: minute(CLOSE - 1), ..progress(None) });
    })
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
        let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&stop]) };
        let case = sighted(full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE));
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
    let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]) };
    let case = sighted(full_load(windowed()).started(1));
    let payload = json!({"Migration": case.document(), "Occasion": "LostSight"});
    let document = stop::handle(&dms, frame(payload, minute(CLOSE))).await.unwrap();
    let stop = running(document).run.stop.unwrap();
    assert_eq!((stop.cause, stop.decided, stop.answer), (StopCause::Close, minute(CLOSE), Answer::Accepted));
}

/// The execution is redriven days later, and somebody else runs the task: it is told, and not stopped.
#[tokio::test]
async fn what_somebody_else_started_since_is_not_stopped() {
    let later = CLOSE + 2 * 24 * 60;
    for (status, began, seen, taken) in
        [(200, later - 60, 5, 0), (200, 1, 5, 1), (200, later - 60, later - 29, 1), (500, 1, later - 1, 1)]
    {
        let take = answers!(Client, stop_replication_task, 200, json!({}));
        let body = match status {
            200 => json!({"ReplicationTasks": [described("running", Some(began))]}),
            _ => fault("InternalFailure", "no"),
        };
        let look = answers!(Client, describe_replication_tasks, status, body);
        let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take, &look]) };
        let case = full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE).set(|case| {
            case.run().latest_start = Some(minute(1));
            case.running.progress = Some(Progress { seen: minute(seen), ..progress(None) });
        });
        let document = stop::handle(&dms, request(&case.document(), later)).await.unwrap();
        let run = running(document).run;
        assert_eq!(take.num_calls(), taken, "began at {began}, seen at {seen}");
        assert_eq!(run.taken_over.is_some(), taken == 0);
        assert_eq!(matches!(run.stop.unwrap().answer, Answer::NotCalled(_)), taken == 0);
    }
}

/// Stops are still made for the close: a look that fails holds none back. Long after it, nothing is stopped unseen.
#[tokio::test(start_paused = true)]
async fn a_look_before_the_stop_that_fails() {
    for (at, stopped) in [(CLOSE + 60, true), (CLOSE + 300, false)] {
        let take = answers!(Client, stop_replication_task, 200, json!({}));
        let look = answers!(Client, describe_replication_tasks, 500, fault("InternalFailure", "no"));
        let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take, &look]) };
        let case = full_load(windowed()).started(1).told_to_stop(StopCause::Close, CLOSE);
        let made = stop::handle(&dms, request(&case.document(), at)).await;
        assert_eq!((made.is_ok(), take.num_calls()), (stopped, usize::from(stopped)), "{at}");
    }
}

#[tokio::test]
async fn a_document_that_names_no_task_stops_nothing() {
    let take = answers!(Client, stop_replication_task, 200, json!({}));
    let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]) };
    let nothing = full_load(windowed()).not_created();
    let error = stop::handle(&dms, request(&nothing.document(), CLOSE)).await.unwrap_err();
    assert_eq!((error.name(), take.num_calls()), ("Migration.UnreadableDocument", 0));
}
