//! What a pre-flight asks about the instance beside what a run asks: what AWS is going to do to it, and what it has left.
//! A run asks none of it: nobody could mend it by then, and hundreds of runs that begin at one time would ask three times
//! more each.

use jiff::Timestamp;
use migration::survey::resources::{self, Instance};
use migration::survey::{capacity, upkeep};
use migration::time::graces::BUSY_OUTLOOK_REPEATS;
use migration_aws::cloudwatch::capacity::capacity as left_of;
use migration_aws::dms::upkeep::{engine_versions, pending_actions};
use migration_aws::error::{StepError, chain};
use plan::finding::Findings;
use plan::{Arn, Plan};

use crate::Validate;

/// Asks, and judges what comes back, in a step that was repeated so many times. What AWS does not say makes the report
/// poorer and is named there.
///
/// # Errors
/// When a service is too busy to answer, in the first steps: the step is repeated then.
pub(crate) async fn look(
    function: &Validate,
    path: &str,
    plan: &Plan,
    (instance, arn): (&Instance, &Arn),
    (now, repeats): (Timestamp, u64),
    findings: &mut Findings,
) -> Result<(), StepError> {
    let patient = repeats < BUSY_OUTLOOK_REPEATS;
    let dms = &function.aws.dms;
    let actions =
        seen(pending_actions(dms, arn).await, patient, path, "what maintenance waits for it", findings)?;
    if let Some(actions) = actions {
        upkeep::check_actions(path, plan, instance, &actions, now, findings);
    }
    let versions = seen(engine_versions(dms).await, patient, path, "how long its version lasts", findings)?;
    if let Some(versions) = versions {
        upkeep::check_version(path, plan, instance, &versions, now, findings);
    }
    let left = left_of(&function.cloudwatch, &instance.identifier, now).await;
    if let Some(left) = seen(left, patient, path, "how much storage and memory it has left", findings)? {
        capacity::check(path, left, findings);
    }
    Ok(())
}

/// What came back; `None` where nothing did, which the report says.
fn seen<T>(
    answer: Result<T, StepError>,
    patient: bool,
    path: &str,
    what: &str,
    findings: &mut Findings,
) -> Result<Option<T>, StepError> {
    match answer {
        Ok(seen) => Ok(Some(seen)),
        Err(error @ StepError::Throttled(_)) if patient => Err(error),
        Err(error @ (StepError::Unavailable(_) | StepError::Throttled(_))) => {
            resources::not_looked_at(path, what, &chain(&error), findings);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
