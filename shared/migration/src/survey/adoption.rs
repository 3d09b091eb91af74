//! Whose a task is that exists already, and what is done about it: at most one changing call.

use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::task::{Origin, Task};
use plan::{OnDrift, Plan};

/// What adopting a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It is made what the plan describes.
    Modify,
    /// The owner tag is written: this run drives it from now on.
    TakeOver,
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
pub fn adopt(plan: &Plan, run: &Run, task: &Task, seen: &observation::Task) -> Adoption {
    let has_run = seen.has_run();
    let under_way = matches!(seen.phase(), Phase::Starting | Phase::Running);
    let as_planned = task.differences.is_empty();
    let modifies =
        plan.on_drift == OnDrift::Modify && task.origin != Origin::External && !has_run && !run.modified;
    if task.driven_by().is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::task::Owner;
    use jiff::Timestamp;
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
                let done = adopt(&plan, &run, &task, &seen(if has_run { "stopped" } else { "ready" }));
                assert_eq!(done, expected, "{origin:?}, differs {differs}, has run {has_run}, {word}");
                // A task that is under way keeps its tag, which says whose start that was.
                let under_way = adopt(&plan, &run, &task, &seen("running"));
                assert_ne!(under_way, TakeOver, "{origin:?}, differs {differs}, {word}");
            }
        }
    }
}
