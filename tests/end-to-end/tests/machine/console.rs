//! What people do in the console while a run is under way.

use dms_simulator::scenario::{Trouble, What};

use crate::stage::{EVENING, Stage, plan, scenario};

pub(crate) fn a_stop_by_somebody_else_is_an_interruption(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario().with_trouble(Trouble::after(100.0, What::StoppedByUser)));
    let run = stage.run(&world, &plan());
    run.expect("Interrupted").says("somebody else stopped the task").says("StopReplicationTask");
    assert_eq!(run.last_message().json["Severity"], "warning");
}

pub(crate) fn a_deleted_task_is_an_interruption(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario().with_trouble(Trouble::after(100.0, What::DeletedByUser)));
    let run = stage.run(&world, &plan());
    assert_eq!(run.calls("CreateReplicationTask").len(), 1);
    run.expect("Interrupted");
}
