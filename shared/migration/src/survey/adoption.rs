//! Whose a task is that exists already, and what is done about it: at most one changing call.

use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::task::{Origin, Owner, Task};
use crate::time::graces::{OPENS_WITHIN, OWNER_IS_OLD_AFTER, RUN_BEFORE_ENDS_WITHIN};
use jiff::Timestamp;
use plan::{OnDrift, Plan};

/// What adopting a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It is made what the plan describes.
    Modify,
    /// The owner tag is written: this run drives it from now on.
    TakeOver,
    /// Another run drives it that is about to end: it is looked again.
    Await,
    /// It is left as it is; what that leads to is decided at the next look.
    Leave,
}

/// Whose a task is, by its owner tag: `None` when it has none, and then the execution that the tag names, if it names
/// one.
pub fn origin(owner_tag: Option<Option<&ExecutionArn>>, execution: &ExecutionArn) -> Origin {
    match owner_tag {
        None => Origin::External,
        Some(Some(owner)) if owner == execution => Origin::Created,
        Some(_) => Origin::Adopted,
    }
}

/// What is done about a task that exists. Only a task of ours that has never run is modified, and once: what still
/// differs then cannot be modified. One that another run drives, or that is rejected for its differences, is not
/// touched.
///
/// The tag of a task that is under way is left, since it says whose start that was, but for one that names a run which
/// Step Functions will have forgotten one day.
pub fn adopt(plan: &Plan, run: &Run, task: &Task, seen: &observation::Task, now: Timestamp) -> Adoption {
    let has_run = seen.has_run();
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    let as_planned = task.differences.is_empty();
    let modifies =
        plan.on_drift == OnDrift::Modify && task.origin != Origin::External && !has_run && !run.modified;
    if is_about_to_be_let_go(plan, run, task, now) {
        Adoption::Await
    } else if task.driven_by().is_some() {
        Adoption::Leave
    } else if !as_planned && modifies {
        Adoption::Modify
    } else if (!under_way || has_an_old_owner(task, now))
        && task.origin == Origin::Adopted
        && (as_planned || plan.on_drift == OnDrift::Ignore)
    {
        Adoption::TakeOver
    } else {
        Adoption::Leave
    }
}

/// The run of the tag, whose start the task may be at work by, began long ago.
fn has_an_old_owner(task: &Task, now: Timestamp) -> bool {
    let Owner::Ended { ran: Some(ran), .. } = &task.owner else { return false };
    now.duration_since(ran.began) > OWNER_IS_OLD_AFTER
}

/// The run that drives the task began before the window of this one opened, which is not long ago: where one window closes
/// as the next one opens, that run is stopping its task.
fn is_about_to_be_let_go(plan: &Plan, run: &Run, task: &Task, now: Timestamp) -> bool {
    let is_of_before =
        matches!(&task.owner, Owner::Running { began, .. } if *began < run.opened - OPENS_WITHIN);
    plan.window.is_some() && is_of_before && now.duration_since(run.opened) < RUN_BEFORE_ENDS_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::executions::ran;
    use jiff::SignedDuration;
    use plan::read::read;
    use serde_json::json;

    const OWNER: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";
    const ANOTHER: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-0";

    fn seen(status: &str) -> observation::Task {
        let arn = |resource: &str| format!("arn:aws:dms:us-east-1:123456789012:{resource}").parse().unwrap();
        observation::Task {
            arn: arn("task:A"),
            identifier: "orders".to_owned(),
            route: observation::Route {
                source: arn("endpoint:S"),
                target: arn("endpoint:T"),
                instance: arn("rep:I"),
            },
            migration_type: "full-load".to_owned().into(),
            status: status.to_owned().into(),
            stop_reason: None,
            last_failure: None,
            stats: None,
            settings: None,
            cdc_stop_position: None,
            task_start_date: None,
        }
    }

    #[test]
    fn a_task_without_our_tag_is_kept_by_somebody_else() {
        let [ours, another] = [OWNER, ANOTHER].map(|arn| arn.parse::<ExecutionArn>().unwrap());
        assert_eq!(origin(None, &ours), Origin::External);
        assert_eq!(origin(Some(Some(&ours)), &ours), Origin::Created);
        assert_eq!(origin(Some(Some(&another)), &ours), Origin::Adopted);
        assert_eq!(origin(Some(None), &ours), Origin::Adopted);
    }

    #[test]
    fn a_run_of_the_window_before_is_waited_for_and_an_old_owner_is_replaced() {
        use Adoption::{Await, Leave, TakeOver};
        let minutes = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let (day, opens) = (24 * 60, 100 * 24 * 60);
        let window = json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Window": {"Duration": "PT7H"}});
        let without = json!({"Task": {"ReplicationTaskIdentifier": "orders"}});
        let runs = |began: i64| Owner::Running { execution: ANOTHER.parse().unwrap(), began: minutes(began) };
        let ended = |began: i64| Owner::Ended {
            execution: ANOTHER.parse().unwrap(),
            ran: Some(ran(None, minutes(began), Some(minutes(began + 60)))),
        };
        for (fact, plan, owner, now, expected) in [
            ("it is about to end", &window, runs(opens - 60), opens + 14, Await),
            ("it does not end", &window, runs(opens - 60), opens + 15, Leave),
            ("it is a double of this one", &window, runs(opens), opens, Leave),
            ("moments before the opening, too", &window, runs(opens - 1), opens, Leave),
            ("no window has opened", &without, runs(opens - 60), opens, Leave),
            ("the owner of yesterday is known for long", &window, ended(opens - day), opens, Leave),
            ("the owner of a month ago", &window, ended(opens - 31 * day), opens, TakeOver),
        ] {
            let plan = read(plan).plan.unwrap();
            let begun =
                Run::begin(OWNER.parse().unwrap(), "orders".to_owned(), Timestamp::MAX, minutes(opens));
            let task = Task { owner, ..Task::known(seen("running"), Origin::Adopted) };
            assert_eq!(adopt(&plan, &begun, &task, &seen("running"), minutes(now)), expected, "{fact}");
        }
    }

    #[test]
    fn at_most_one_call_changes_a_task_that_exists() {
        use Adoption::{Leave, Modify, TakeOver};
        use Origin::{Adopted, Created, External};
        // origin, differs, has run, modified before, driven by another run, and what comes of it under each OnDrift
        for (origin, differs, has_run, modified, driven, reject, modify, ignore) in [
            (Adopted, false, false, false, false, TakeOver, TakeOver, TakeOver),
            (Adopted, false, true, false, false, TakeOver, TakeOver, TakeOver),
            (Adopted, true, false, false, false, Leave, Modify, TakeOver),
            (Adopted, true, true, false, false, Leave, Leave, TakeOver),
            (Adopted, true, false, true, false, Leave, Leave, TakeOver),
            (Adopted, true, false, false, true, Leave, Leave, Leave),
            (Created, false, false, false, false, Leave, Leave, Leave),
            (Created, true, false, false, false, Leave, Modify, Leave),
            (External, false, false, false, false, Leave, Leave, Leave),
            (External, true, false, false, false, Leave, Leave, Leave),
        ] {
            for (word, expected) in [("Reject", reject), ("Modify", modify), ("Ignore", ignore)] {
                let plan = json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "OnDrift": word});
                let plan = read(&plan).plan.unwrap();
                let begun = Run::begin(
                    OWNER.parse().unwrap(),
                    "orders".to_owned(),
                    Timestamp::MAX,
                    Timestamp::UNIX_EPOCH,
                );
                let task = Task {
                    arn: "arn:aws:dms:us-east-1:123456789012:task:A".parse().unwrap(),
                    identifier: "orders".to_owned(),
                    migration_type: "full-load".to_owned().into(),
                    origin,
                    created: None,
                    settings: None,
                    differences: differs.then(|| "MigrationType".to_owned()).into_iter().collect(),
                    owner: match driven {
                        true => Owner::Running {
                            execution: ANOTHER.parse().unwrap(),
                            began: Timestamp::UNIX_EPOCH,
                        },
                        false => Owner::Nobody,
                    },
                };
                let run = Run { modified, ..begun };
                let now = Timestamp::UNIX_EPOCH;
                let done = adopt(&plan, &run, &task, &seen(if has_run { "stopped" } else { "ready" }), now);
                assert_eq!(done, expected, "{origin:?}, differs {differs}, has run {has_run}, {word}");
                // A task that is under way keeps its tag, which says whose start that was.
                let under_way = adopt(&plan, &run, &task, &seen("running"), now);
                assert_ne!(under_way, TakeOver, "{origin:?}, differs {differs}, {word}");
            }
        }
    }
}
