//! Whose a task is that exists already, and what is done about it: at most one changing call.

use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::task::{Origin, Task};
use crate::time::graces::RUN_BEFORE_ENDS_WITHIN;
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
/// The tag of a task that is under way is left: it says whose start that was.
///
/// `driver_closes` is when the window of the run closes that drives the task now.
pub fn adopt(
    plan: &Plan,
    run: &Run,
    task: &Task,
    driver_closes: Option<Timestamp>,
    seen: &observation::Task,
    now: Timestamp,
) -> Adoption {
    let has_run = seen.has_run();
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    let as_planned = task.differences.is_empty();
    let modifies =
        plan.on_drift == OnDrift::Modify && task.origin != Origin::External && !has_run && !run.modified;
    if is_about_to_be_let_go(run, task, driver_closes, now) {
        Adoption::Await
    } else if task.driven_by().is_some() {
        Adoption::Leave
    } else if !as_planned && modifies {
        Adoption::Modify
    } else if !under_way && task.origin == Origin::Adopted && (as_planned || plan.on_drift == OnDrift::Ignore)
    {
        Adoption::TakeOver
    } else {
        Adoption::Leave
    }
}

/// The window of the run that drives the task has closed by the opening of this one's, which is not long ago: that run is
/// stopping its task.
fn is_about_to_be_let_go(run: &Run, task: &Task, driver_closes: Option<Timestamp>, now: Timestamp) -> bool {
    let has_closed = driver_closes.is_some_and(|closes| closes <= run.opened);
    task.driven_by().is_some() && has_closed && now.duration_since(run.opened) < RUN_BEFORE_ENDS_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::task::Owner;
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
    fn a_run_whose_window_has_closed_is_waited_for() {
        use Adoption::{Await, Leave};
        let minutes = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let plan = json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Window": {"Duration": "PT7H"}});
        for (fact, closes, now, expected) in [
            ("its window closes as this one opens", Some(60), 74, Await),
            ("its window closed before", Some(50), 60, Await),
            ("it does not end", Some(60), 75, Leave),
            ("its window is open, as for a second click", Some(61), 60, Leave),
            ("it has no window", None, 60, Leave),
        ] {
            let plan = read(&plan).plan.unwrap();
            let run = Run::begin(OWNER.parse().unwrap(), "orders".to_owned(), Timestamp::MAX, minutes(60));
            let owner = Owner::Running(ANOTHER.parse().unwrap());
            let task = Task { owner, ..Task::known(seen("running"), Origin::Adopted) };
            let done = adopt(&plan, &run, &task, closes.map(minutes), &seen("running"), minutes(now));
            assert_eq!(done, expected, "{fact}");
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
                        true => Owner::Running(ANOTHER.parse().unwrap()),
                        false => Owner::Nobody,
                    },
                };
                let run = Run { modified, ..begun };
                let now = Timestamp::UNIX_EPOCH;
                let done =
                    adopt(&plan, &run, &task, None, &seen(if has_run { "stopped" } else { "ready" }), now);
                assert_eq!(done, expected, "{origin:?}, differs {differs}, has run {has_run}, {word}");
                // A task that is under way keeps its tag, which says whose start that was.
                let under_way = adopt(&plan, &run, &task, None, &seen("running"), now);
                assert_ne!(under_way, TakeOver, "{origin:?}, differs {differs}, {word}");
            }
        }
    }
}
