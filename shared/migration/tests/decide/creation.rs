//! Before the task can be started: whose it is, that it exists, what it differs in, and that it is connected.

use migration::commit;
use migration::pace::budget;
use migration::run::acts::{CreateCall, CreateRefusal};
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::step::Occasion;
use migration::run::task::{Origin, Owner};
use serde_json::json;

use support::cases::{
    CLOSE, Case, SOURCE, TARGET, and, check, earlier_execution, full_load, kept, minute, refusal, windowed,
};

#[test]
fn connections() {
    let absent = || full_load(json!({})).not_created();
    check([
        ("good ones", absent(), "Create | the task does not exist and its connections are good"),
        (
            "one is tested",
            absent().connected(Some("testing"), Some("successful")),
            "Look again | SOURCE is being tested",
        ),
        (
            "both were never tested",
            absent().connected(None, None),
            "Look again | the connection of SOURCE and TARGET is being tested",
        ),
        (
            "one failed",
            absent().connected(Some("successful"), Some("no route\nto host")),
            "Look again | test of TARGET failed: it is tested again",
        ),
        (
            "a minute ago: once more",
            absent().connected(Some("successful"), Some("no route")).pending(1).at(2),
            "Test TARGET",
        ),
        (
            "and again, with pauses that grow",
            absent()
                .connected(Some("successful"), Some("no route"))
                .pending(1)
                .tested_again(TARGET, 2, 12)
                .told(Occasion::NotStarted)
                .at(16),
            "Wait | test of TARGET failed: it is tested again",
        ),
        (
            "after the pause",
            absent()
                .connected(Some("successful"), Some("no route"))
                .pending(1)
                .tested_again(TARGET, 2, 12)
                .at(17),
            "Test TARGET",
        ),
        (
            "for a quarter of an hour: people are told what it waits for",
            absent()
                .connected(Some("successful"), Some("no route"))
                .pending(1)
                .tested_again(TARGET, 2, 15)
                .at(16),
            "Tell NotStarted | for 15 minutes now | test of TARGET failed",
        ),
        (
            "for half an hour, without a window",
            absent().connected(Some("successful"), Some("no route\nto host")).pending(1).at(32),
            "Rejected | endpoint:TARGET failed: no route to host | the next run tests it again",
        ),
        (
            "in a window it is waited for as long as there is time",
            full_load(windowed())
                .not_created()
                .connected(Some("successful"), Some("no route"))
                .pending(1)
                .tested_again(TARGET, 2, 120)
                .at(140),
            "Test TARGET",
        ),
        (
            "and not until it closes",
            full_load(windowed())
                .not_created()
                .connected(Some("successful"), Some("no route"))
                .pending(1)
                .at(CLOSE - 2),
            "Rejected | endpoint:TARGET failed: no route",
        ),
        (
            "a run that came too late for a test has not waited for it",
            full_load(windowed()).not_created().connected(None, None).pending(CLOSE - 2).at(CLOSE - 1),
            "Skipped | 1 minute is left in the window",
        ),
        (
            "what DMS says to a test is told",
            absent().connected(None, Some("successful")).pending(1).tested_again(SOURCE, 2, 2).at(2).set(
                |case| {
                    let no =
                        refusal("InvalidResourceStateFault", "Replication instance i is modifying", true);
                    case.run().test.as_mut().unwrap().answer = no;
                },
            ),
            "Look again | SOURCE is being tested; DMS says to the last test | i is modifying",
        ),
        (
            "both failed: one after the other",
            absent()
                .connected(Some("no route"), Some("no route"))
                .pending(1)
                .tested_again(SOURCE, 2, 2)
                .at(3),
            "Test TARGET",
        ),
        (
            "a wrong password may be the result of an earlier night: one test is this run's",
            absent().connected(Some("successful"), Some("password authentication failed")),
            "Look again | test of TARGET failed: it is tested again",
        ),
        (
            "a wrong password does not pass by itself",
            absent().tested_again(TARGET, 1, 1).connected(
                Some("successful"),
                Some("FATAL: password authentication failed for user \"dms\""),
            ),
            "Rejected | endpoint:TARGET failed | the next run tests it again",
        ),
        (
            "nor where the other one was never tested",
            absent()
                .tested_again(TARGET, 1, 1)
                .connected(None, Some("FATAL: password authentication failed for user \"dms\"")),
            "Rejected | endpoint:TARGET failed",
        ),
        (
            "nor while the other one is still tested: then both are told",
            absent()
                .tested_again(TARGET, 1, 1)
                .connected(Some("testing"), Some("FATAL: password authentication failed for user \"dms\"")),
            "Look again | SOURCE is being tested",
        ),
        (
            "a test is begun again while its end still counts",
            absent()
                .tested_again(TARGET, 1, 15)
                .connected(Some("successful"), Some("timed out"))
                .pending(1)
                .at(27),
            "Test TARGET",
        ),
        (
            "and not any more when that would hide why the last one failed",
            absent()
                .tested_again(TARGET, 1, 15)
                .connected(Some("successful"), Some("timed out"))
                .pending(1)
                .at(29),
            "Tell NotStarted | test of TARGET failed",
        ),
        (
            "which is told in the end",
            absent()
                .tested_again(TARGET, 1, 15)
                .connected(Some("successful"), Some("timed out"))
                .pending(1)
                .at(32),
            "Rejected | endpoint:TARGET failed: timed out",
        ),
        (
            "a test that never ends",
            absent().connected(Some("testing"), Some("successful")).pending(1).at(32),
            "Rejected | the connection test of SOURCE has not come to an end",
        ),
        (
            "a test that was never begun is begun now",
            absent().connected(None, Some("successful")).pending(1).at(2),
            "Test SOURCE",
        ),
        (
            "and not for ever",
            absent().connected(None, Some("successful")).pending(1).at(32),
            "Rejected | the connection test of SOURCE has not come to an end",
        ),
        (
            "a test that began late, since DMS was too busy to take it",
            absent().connected(Some("testing"), Some("successful")).pending(60).at(74),
            "Look again | SOURCE is being tested",
        ),
        (
            "not seen, DMS being busy",
            absent().set(|case| case.connections = None),
            "Wait | the connections could not be seen",
        ),
        (
            "they count before every start, too",
            full_load(json!({})).connected(Some("testing"), Some("successful")),
            "Look again | SOURCE is being tested",
        ),
    ]);
}

#[test]
fn creating() {
    let absent = || full_load(json!({})).not_created();
    let refused_at = |refusal: Refusal| CreateRefusal {
        call: CreateCall::Create,
        refusal,
        first: minute(1),
        last: minute(11),
    };
    let changing = |case: Case| {
        case.set(|case| {
            let refusal = Refusal {
                code: "InvalidResourceStateFault".to_owned(),
                message: "Replication instance i is not available".to_owned(),
                kind: RefusalKind::Passing,
            };
            case.run().create_refusal = Some(refused_at(refusal));
        })
    };
    let refused =
        |code: &str| Refusal { code: code.to_owned(), message: "no".to_owned(), kind: RefusalKind::Lasting };
    check([
        (
            "creating takes its time",
            full_load(json!({})).status("creating"),
            "Look again | the task is creating",
        ),
        (
            "DMS refused",
            absent().set(|case| {
                case.run().create_refusal = Some(refused_at(refused("InvalidParameterValueException")))
            }),
            "Rejected | InvalidParameterValueException: no",
        ),
        (
            "for want of quota, which is not the plan's fault",
            absent().set(|case| {
                let quota = Refusal { kind: RefusalKind::Exhausted, ..refused("ResourceQuotaExceededFault") };
                case.run().create_refusal = Some(refused_at(quota));
            }),
            "Failed | ResourceQuotaExceededFault: no | nothing was started | quota of DMS raised | not mend the plan",
        ),
        (
            "for want of a permission, which is not either",
            absent().set(|case| {
                let denied = Refusal { kind: RefusalKind::Denied, ..refused("AccessDeniedFault") };
                case.run().create_refusal = Some(refused_at(denied));
            }),
            "Failed | AccessDeniedFault: no | role of the create-task function | not mend the plan",
        ),
        (
            "for now, since the instance is being changed",
            changing(absent()).at(15),
            "Look again | DMS could not create the task yet | InvalidResourceStateFault: Replication instance i",
        ),
        ("after a pause it is asked again, however often", changing(absent()).at(16), "Create"),
        (
            "and people are told",
            changing(full_load(windowed()).not_created())
                .set(|case| case.run().create_refusal.as_mut().unwrap().last = minute(100))
                .at(101),
            "Tell NotStarted | for 100 minutes now",
        ),
        (
            "for half an hour, without a window",
            changing(absent()).at(32),
            "Failed | refused to create the task | nothing was started | the plan is not at fault",
        ),
        ("for hours, in a window", changing(full_load(windowed()).not_created()).at(200), "Create"),
        (
            "until too little of it is left",
            changing(full_load(windowed()).not_created()).at(CLOSE - 2),
            "Failed | refused to create the task | not mend the plan",
        ),
        (
            "an older task is on its way out, and the run came too late to wait for that",
            full_load(windowed())
                .status("deleting")
                .set(|case| case.running.task = None)
                .pending(CLOSE - 3)
                .at(CLOSE - 1),
            "Skipped | 1 minute is left in the window | nothing was started",
        ),
        ("the step could not run twice", absent().set(|case| case.run().creates = 2), "Create"),
        (
            "the step could not run three times",
            absent().set(|case| {
                case.run().creates = 3;
                case.run().last_trouble = Some("Runtime.ExitError: signal: killed".to_owned());
            }),
            "Failed | could not be created in 3 attempts | Runtime.ExitError",
        ),
        (
            "a task with its name exists",
            full_load(json!({})).set(|case| case.running.task = None),
            "Create | compared with the plan and adopted",
        ),
        (
            "a task with its name is on its way out",
            full_load(json!({})).status("deleting").set(|case| case.running.task = None),
            "Look again | an older task with this identifier is being deleted",
        ),
        (
            "for more than an hour",
            full_load(json!({})).status("deleting").set(|case| case.running.task = None).pending(1).at(62),
            "Failed | being deleted, for 61 minutes now | nothing was started",
        ),
        (
            "which a window has time for",
            full_load(windowed())
                .status("deleting")
                .set(|case| case.running.task = None)
                .pending(1)
                .told(Occasion::NotStarted)
                .at(62),
            "Wait | an older task with this identifier is being deleted",
        ),
        ("DMS was busy", absent().unseen(), "Wait | DMS was too busy"),
        (
            "created a moment ago and not shown yet, late in the night",
            full_load(json!({})).not_there().at(40).set(|case| case.known().created = Some(minute(39))),
            "Look again | created a moment ago",
        ),
        (
            "created a while ago and not shown",
            full_load(json!({})).not_there().at(46).set(|case| case.known().created = Some(minute(39))),
            "Interrupted | has deleted the task",
        ),
        (
            "an external task that is not there",
            kept(json!({})).not_created().not_listed(2, 2),
            "Rejected | there is no such task",
        ),
        ("at the first look", kept(json!({})).not_created(), "Look again | it is looked for once more"),
        (
            "often, and not for two minutes yet",
            kept(json!({})).not_created().not_listed(5, 1),
            "Look again | it is looked for once more",
        ),
        (
            "for long, and not often enough yet",
            kept(json!({})).not_created().not_listed(1, 9),
            "Look again | it is looked for once more",
        ),
    ]);
}

#[test]
fn somebody_else_drives_or_deletes_it() {
    let other = earlier_execution();
    check([
        (
            "another execution of ours runs",
            full_load(json!({}))
                .status("running")
                .set(|case| case.known().owner = Owner::Running(other.clone())),
            "Skipped | another run drives the task | night-0 | will report on it",
        ),
        (
            "another execution of ours is about to start it",
            full_load(json!({})).set(|case| case.known().owner = Owner::Running(other.clone())),
            "Skipped | another run drives the task",
        ),
        (
            "another execution has taken it over that we have started: it is followed to its end",
            full_load(json!({}))
                .started(1)
                .began(1)
                .status("running")
                .set(|case| case.known().owner = Owner::Running(other.clone())),
            "Wait | the task is running",
        ),
        (
            "deleted while it ran",
            full_load(json!({})).started(1).not_there().at(30),
            "Interrupted | somebody else has deleted the task | CloudTrail",
        ),
        (
            "being deleted",
            full_load(json!({})).started(1).began(1).status("deleting").at(30),
            "Interrupted | somebody else is deleting the task",
        ),
        (
            "deleted, found at the close",
            full_load(windowed()).started(1).not_there().at(CLOSE),
            "Interrupted | has deleted the task",
        ),
    ]);
}

#[test]
fn drift() {
    let differing = |plan: serde_json::Value, origin: Origin| {
        full_load(plan).set(|case| {
            let task = case.known();
            task.origin = origin;
            task.differences =
                vec!["MigrationType: the plan states \"cdc\", the task has \"full-load\"".to_owned()];
        })
    };
    check([
        (
            "is rejected by default",
            differing(json!({}), Origin::Adopted),
            "Rejected | nothing was started or changed | MigrationType | OnDrift Ignore",
        ),
        (
            "what Modify cannot change is rejected",
            differing(json!({"OnDrift": "Modify"}), Origin::Adopted),
            "Rejected | MigrationType | OnDrift Modify does not change it: it has run before",
        ),
        (
            "what is left after a modification is not called untouched",
            differing(json!({"OnDrift": "Modify"}), Origin::Adopted).set(|case| case.run().modified = true),
            "Rejected | was modified and still is not | nothing was started | what still differs cannot be modified",
        ),
        (
            "Modify leaves a task that somebody else keeps",
            differing(json!({"OnDrift": "Modify"}), Origin::External),
            "Rejected | OnDrift Modify does not change it: it is kept by somebody else",
        ),
        (
            "Ignore runs the task as it is",
            differing(json!({"OnDrift": "Ignore"}), Origin::Adopted),
            "Start start-replication",
        ),
        (
            "found after the start it stops nothing",
            differing(json!({}), Origin::Adopted).started(1).began(1).status("running"),
            "Wait | the task is running",
        ),
        (
            "in a shut window it is too late for either",
            differing(and(windowed(), json!({"OnDrift": "Ignore"})), Origin::Adopted).at(CLOSE),
            "Skipped | the window closed",
        ),
    ]);
}

#[test]
fn what_dms_says_to_an_act_before_the_start_is_written_down() {
    let refused = |message: &str| Refusal {
        code: "InvalidResourceStateFault".to_owned(),
        message: message.to_owned(),
        kind: RefusalKind::Passing,
    };
    let mut case = full_load(windowed()).not_created();
    case.run().creates = 2;
    case.run().events = 1_000;
    commit::create_refused(case.run(), CreateCall::Create, refused("one"), 0, minute(3));
    assert_eq!(case.run().events, 1_000 - budget::CREATE_RETRIES, "the step has not used its retries");
    commit::create_refused(case.run(), CreateCall::Create, refused("two"), 1, minute(9));
    assert_eq!(case.run().events, 1_000 - budget::CREATE_RETRIES, "one that was retried has used some");
    let known = case.run().create_refusal.clone().unwrap();
    assert_eq!((known.first, known.last, known.refusal.message.as_str()), (minute(3), minute(9), "two"));
    assert_eq!(case.run().creates, 0, "a step that was answered is none that could not run");
    commit::modified(case.run());
    assert!(case.run().modified && case.run().create_refusal.is_none(), "what DMS takes later is no refusal");

    let mut case = full_load(windowed()).tested_again(SOURCE, 2, 5);
    commit::test_answered(case.run(), Answer::Refused(refused("no")));
    assert_eq!(case.run().test.clone().unwrap().answer, Answer::Refused(refused("no")));
}
