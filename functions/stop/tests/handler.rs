//! The stop: one call, and what DMS answered.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::stop_replication_task::StopReplicationTaskInput;
use aws_smithy_mocks::{RuleMode, mock_client};
use migration::run::acts::StopCause;
use migration::run::answer::Answer;
use migration_aws::clients::Dms;
use serde_json::json;
use support::answers;
use support::cases::{CLOSE, TASK, full_load, minute, windowed};
use support::given::{Seen, fault, frame, request, running};

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
    let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]) };
    let case = full_load(windowed()).started(1);
    let payload = json!({"Migration": case.document(), "Occasion": "LostSight"});
    let document = stop::handle(&dms, frame(payload, minute(CLOSE))).await.unwrap();
    let stop = running(document).run.stop.unwrap();
    assert_eq!((stop.cause, stop.decided, stop.answer), (StopCause::Close, minute(CLOSE), Answer::Accepted));
}

#[tokio::test]
async fn a_document_that_names_no_task_stops_nothing() {
    let take = answers!(Client, stop_replication_task, 200, json!({}));
    let dms = Dms { dms: mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&take]) };
    let nothing = full_load(windowed()).not_created();
    let error = stop::handle(&dms, request(&nothing.document(), CLOSE)).await.unwrap_err();
    assert_eq!((error.name(), take.num_calls()), ("Migration.UnreadableDocument", 0));
}
