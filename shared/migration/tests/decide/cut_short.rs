//! A run that ends though no step has left a verdict: what is known is said, and what is not known is called so.

use migration::decide::cut_short;
use migration::run::acts::{Stop, StopCause, StopState};
use migration::run::answer::Answer;
use migration::run::document::Caught;
use migration::run::task::Progress;
use migration::run::verdict::Verdict;
use serde_json::json;

use support::cases::{CLOSE, Case, full_load, minute, progress, refusal, windowed};

/// Every word of the verdict, in the order in which people read it.
fn words(verdict: &Verdict) -> String {
    let words: Vec<String> = verdict.reasons.iter().chain(&verdict.to_do).cloned().collect();
    format!("{:?}: {}", verdict.outcome, words.join("; "))
}

/// The poll cannot run any more.
fn blind(case: Case) -> Case {
    case.set(|case| {
        case.running.caught =
            Some(Caught { error: "Runtime.ExitError".to_owned(), cause: "signal: killed".to_owned() });
    })
}

/// Under way in a window that stops it at its close.
fn night() -> Case {
    full_load(windowed()).started(1).began(1).status("running")
}

fn stop(answer: Answer, taken: bool) -> Stop {
    Stop {
        cause: StopCause::Close,
        words: "the window closes".to_owned(),
        decided: minute(CLOSE - 10),
        last_decided: minute(CLOSE - 9),
        tries: 2,
        answer,
        state: if taken { StopState::Taken(minute(CLOSE - 9)) } else { StopState::Asked },
    }
}

#[test]
fn what_is_said_of_a_run_that_went_blind() {
    let stopped = |answer, taken| blind(night()).set(|case| case.run().stop = Some(stop(answer, taken)));
    let by_hand = "stop it by hand if it runs: aws dms stop-replication-task";
    for (fact, case, expected) in [
        (
            "the close came and nobody could stop it",
            blind(night()),
            vec![
                "Unknown: sight of the task was lost",
                "Runtime.ExitError: signal: killed",
                "the task was never seen",
                "the window closed; the task was not told to stop",
                "look at the task: aws dms describe-replication-tasks",
                by_hand,
            ],
        ),
        (
            "it was seen before",
            blind(night()).set(|case| {
                case.running.progress = Some(Progress { seen: minute(90), ..progress(None) });
            }),
            vec!["the task was last seen running at 2026-11-20 22:30 UTC", "not the task was never seen"],
        ),
        (
            "DMS took the stop",
            stopped(Answer::Accepted, true),
            vec![
                "the window closed; DMS took the stop at 2026-11-21 03:51 UTC, the end of it was not seen",
                "look at the task",
                "not stop it by hand",
            ],
        ),
        (
            "DMS took a stop and refused the next one",
            stopped(refusal("InvalidResourceStateFault", "is stopping", true), true),
            vec!["DMS took the stop", "not refused", "not stop it by hand"],
        ),
        (
            "DMS refused the stop",
            stopped(refusal("AccessDeniedException", "not authorized", false), false),
            vec!["DMS refused to stop the task: AccessDeniedException: not authorized", by_hand],
        ),
        (
            "the answer to the stop was lost",
            stopped(Answer::Lost, false),
            vec!["the window closed; whether the task was stopped is not known", by_hand],
        ),
        (
            "there is no window",
            blind(full_load(json!({})).started(1)),
            vec!["Unknown", "not window", "look at the task", "not stop it by hand"],
        ),
        (
            "the plan leaves it running",
            blind(night()).set(|case| case.run().stop_at_close = false),
            vec!["the window closed; the task was not told to stop", "not stop it by hand"],
        ),
        (
            "nothing is known of a task",
            blind(night().not_created()),
            vec!["look for the task in the DMS console", "not aws dms", "not stop it by hand"],
        ),
        (
            "an error that a poll came back from is remembered",
            night().set(|case| case.run().last_trouble = Some("Sandbox.Timedout: after 60 s".to_owned())),
            vec!["the last error of our own: Sandbox.Timedout: after 60 s"],
        ),
        ("no error is known", night(), vec!["the last error of our own: no error is known"]),
    ] {
        let said = words(&cut_short::out_of_sight(&case.running, minute(CLOSE)));
        for part in expected {
            match part.strip_prefix("not ") {
                Some(absent) => assert!(!said.contains(absent), "{fact}: {absent}\n{said}"),
                None => assert!(said.contains(part), "{fact}: {part}\n{said}"),
            }
        }
    }
}

#[test]
fn what_is_said_of_a_run_that_never_began_or_cannot_be_read() {
    let killed = Caught { error: "Runtime.ExitError".to_owned(), cause: "signal: killed".to_owned() };
    for (caught, error) in [(Some(&killed), "Runtime.ExitError: signal: killed"), (None, "no error is known")]
    {
        let said = words(&cut_short::not_validated(caught, minute(CLOSE)));
        assert!(said.starts_with(&format!("Failed: the plan could not be validated: {error}")), "{said}");
        assert!(said.contains("nothing was created, started or changed"), "{said}");
    }
    let said = words(&cut_short::unreadable("Runtime.ExitError", minute(CLOSE)));
    assert!(
        said.starts_with("Unknown: the document of this run cannot be read: Runtime.ExitError"),
        "{said}"
    );
    assert!(said.contains("what has become of the task is not known"), "{said}");
}
