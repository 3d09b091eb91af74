//! The task was told to stop: it is seen stopped, or reported as not stopped.

use migration::document::{Answer, Refusal, StopCause};
use serde_json::json;

use crate::cases::{CLOSE, Case, check, full_load, load_and_cdc, windowed};

fn told() -> Case {
    full_load(windowed())
        .started(1)
        .began(1)
        .status("running")
        .tables(&["Table completed", "Full load"])
        .told_to_stop(StopCause::Close, CLOSE)
}

#[test]
fn until_it_has_stopped() {
    let refused = Answer::Refused(Refusal {
        code: "InvalidResourceStateFault".to_owned(),
        message: "Replication Task cannot be stopped".to_owned(),
        passing: false,
    });
    let answer = |case: Case, answer: Option<Answer>| {
        case.set(|case| case.run().stop.as_mut().unwrap().answer = answer)
    };
    check([
        ("it takes a moment", told().at(CLOSE), "Look again | the task was told to stop"),
        ("after a minute it is told again", told().at(CLOSE + 1), "Stop Close | it is told again"),
        (
            "at once where the answer was lost",
            answer(told(), None).at(CLOSE),
            "Stop Close | it is told again",
        ),
        ("at once where DMS refused", answer(told(), Some(refused.clone())).at(CLOSE), "Stop Close"),
        ("a start on its way is stopped, too", told().status("starting").at(CLOSE + 1), "Stop Close"),
        (
            "it is on its way down",
            told().status("stopping").at(CLOSE + 14),
            "Look again | the task is stopping",
        ),
        ("it cannot be seen", told().unseen().at(CLOSE + 14), "Look again | cannot be seen just now"),
        (
            "it runs after a quarter of an hour",
            told().at(CLOSE + 15),
            "Failed | it is running 15 minutes after it was told to stop | its window closes at 2026-11-21T04:00:00Z \
             | aws dms stop-replication-task --region eu-central-1 --replication-task-arn arn:aws:dms:eu-central-1",
        ),
        (
            "it runs after a quarter of an hour, and DMS says why",
            answer(told(), Some(refused)).at(CLOSE + 15),
            "Failed | DMS says: InvalidResourceStateFault: Replication Task cannot be stopped",
        ),
        (
            "it is on its way down after a quarter of an hour",
            told().status("stopping").at(CLOSE + 15),
            "Failed | it is stopping 15 minutes after",
        ),
        (
            "it cannot be seen for a quarter of an hour",
            told().unseen().at(CLOSE + 15),
            "Unknown | DMS could not be asked whether it has | stop-replication-task",
        ),
        ("it was deleted", told().not_there().at(CLOSE + 1), "Interrupted | has deleted the task"),
        (
            "it has stopped after a quarter of an hour: late is not never",
            told().stopped(CLOSE + 16, "NORMAL").at(CLOSE + 17),
            "Paused",
        ),
        (
            "a stop of a load that is done is waited for in the same way",
            load_and_cdc(json!({"Then": "Stop"}))
                .started(1)
                .began(1)
                .status("running")
                .tables(&["Table completed"])
                .told_to_stop(StopCause::Done, 20)
                .at(21),
            "Stop Done | it is told again",
        ),
    ]);
}
