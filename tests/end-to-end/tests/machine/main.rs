//! Every path through the whole machine. One stack is started for all of them and stopped at the end, so the tests are
//! run by a harness that has a beginning and an end.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod console;
mod events;
mod owners;
mod preflight;
mod record;
mod replication;
mod selected;
mod stage;
mod trouble;
mod verdicts;
mod watched;
mod windows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use dms_simulator::model::ServiceModel;
use libtest_mimic::{Arguments, Failed, Trial};
use rehearsal::Stack;
use stage::Stage;
use tokio::runtime::Runtime;

/// Where the calls of all stories are written, by function.
const CALLS: &str = "target/recorded-calls.jsonl";

/// A test and its name.
type Named = (&'static str, fn(&Stage<'_>));

/// Names tests after their functions.
macro_rules! tests {
    ($($module:ident :: $name:ident),* $(,)?) => {
        vec![$((concat!(stringify!($module), "::", stringify!($name)), $module::$name as fn(&Stage<'_>))),*]
    };
}

/// All tests, by name.
fn tests() -> Vec<Named> {
    tests![
        verdicts::a_full_load_succeeds_and_costs_little,
        verdicts::a_table_in_error_is_named,
        verdicts::a_task_that_fails_tells_what_dms_says,
        verdicts::the_same_plan_again_is_skipped_and_refresh_loads_again,
        verdicts::rows_put_in_by_hand_survive_a_plan_without_a_prep_mode,
        verdicts::two_faults_are_both_named_and_nothing_is_created,
        verdicts::what_is_no_plan_is_rejected_and_told,
        verdicts::what_no_reader_takes_is_rejected_and_told,
        verdicts::a_plan_that_fills_an_execution_is_rejected_and_told,
        verdicts::a_failed_connection_test_is_told,
        verdicts::an_endpoint_of_the_wrong_kind_is_told,
        verdicts::a_full_storage_is_told,
        verdicts::a_load_so_fast_that_running_was_never_seen_succeeds,
        verdicts::a_table_in_error_on_the_last_of_three_pages_is_named,
        verdicts::rows_that_differ_are_told,
        verdicts::a_table_that_the_mapping_names_and_that_never_appears_is_named,
        verdicts::counters_that_come_late_are_waited_for,
        verdicts::a_table_in_error_is_loaded_again_when_the_plan_says_so,
        windows::the_close_stops_the_load_and_the_next_window_resumes_it,
        windows::outside_its_window_nothing_happens,
        windows::a_late_retry_of_the_schedule_has_missed_its_window,
        windows::the_plan_may_leave_the_task_running,
        windows::the_night_of_the_clock_change_is_kept,
        windows::a_replication_is_stopped_at_its_close_and_resumed,
        windows::a_load_that_replicates_is_at_rest_after_its_window,
        windows::a_replication_is_stopped_once_its_load_is_complete_when_the_plan_says_so,
        windows::a_window_that_closes_while_the_task_is_starting_stops_it,
        windows::a_load_that_will_not_fit_is_told_early,
        windows::a_load_that_stands_still_is_told,
        owners::a_task_kept_elsewhere_by_arn_is_run_and_left_as_it_is,
        owners::a_task_kept_elsewhere_by_identifier_is_run_and_left_as_it_is,
        owners::a_task_created_before_a_crash_is_adopted,
        owners::a_second_execution_is_skipped_while_the_first_drives,
        owners::of_two_at_the_same_moment_one_drives,
        owners::a_task_that_differs_is_not_touched,
        owners::a_task_of_ours_that_never_ran_is_modified_when_the_plan_says_so,
        owners::a_task_that_differs_is_run_as_it_is_when_the_plan_says_so,
        console::a_stop_by_somebody_else_is_an_interruption,
        console::a_deleted_task_is_an_interruption,
        replication::a_load_whose_replication_has_caught_up_is_left_running,
        replication::a_replication_that_has_caught_up_is_stopped_when_the_plan_says_so,
        replication::a_replication_that_never_catches_up_runs_into_its_close,
        preflight::of_a_good_plan_creates_nothing_and_says_what_a_run_would_do,
        preflight::outside_its_window_says_when_it_opens,
        preflight::four_faults_are_all_named_in_one_message,
        preflight::both_failed_connections_are_told,
        preflight::a_task_that_differs_is_named_as_the_plan_says,
        preflight::a_task_at_work_is_left_alone,
        preflight::what_the_engines_cannot_do_is_told,
        preflight::maintenance_in_the_window_and_another_writer_are_warnings,
        preflight::a_target_that_another_task_is_loading_is_told,
        trouble::validate_that_always_crashes_ends_in_a_message,
        trouble::create_task_that_always_crashes_ends_in_a_message,
        trouble::poll_that_crashes_for_ten_minutes_is_told_once_and_the_run_succeeds,
        trouble::poll_that_is_gone_at_the_close_does_not_keep_the_window_open,
        trouble::the_lost_answer_to_a_start_is_recognised,
        trouble::a_start_that_crashes_after_the_call_is_recognised,
        trouble::a_busy_dms_is_waited_out,
        trouble::a_message_that_sns_refuses_is_tried_again,
        trouble::a_stale_answer_after_the_start_is_not_the_end,
        trouble::a_task_that_dms_gives_up_on_again_and_again_is_started_again_once_and_then_reported,
        trouble::a_task_that_ran_out_of_memory_once_succeeds_at_the_second_start,
        trouble::a_task_that_ran_out_of_memory_is_reported_when_the_plan_wants_no_second_start,
        trouble::a_stop_that_is_denied_is_told_with_what_to_do,
        trouble::poll_that_comes_back_after_the_close_says_how_it_ended,
        watched::a_run_that_is_aborted_is_closed_out_and_told,
        watched::what_closes_out_a_run_leaves_another_one_alone,
    ]
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Two cores and one moto: more at once only makes each of them slower.
    arguments.test_threads.get_or_insert(4);
    let outcome = if arguments.list {
        Ok(run(&arguments, &Arc::default()).unwrap_or(ExitCode::SUCCESS))
    } else {
        boot_and_run(&arguments)
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("the end-to-end tests could not run: {error}");
        ExitCode::from(2)
    })
}

/// The running product; absent when tests are only listed.
type Shared = Arc<Option<(Stack, Runtime)>>;

fn boot_and_run(arguments: &Arguments) -> Result<ExitCode, String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let model = ServiceModel::find().map_err(|error| error.to_string())?;
    let stack = runtime.block_on(Stack::boot(&root())).map_err(|error| error.to_string())?;
    let queues = runtime.block_on(selected::queues(&stack)).map_err(|error| error.to_string())?;
    let shared = Arc::new(Some((stack.checked_by(model), runtime)));
    let code = run(arguments, &shared);
    let (stack, runtime) = Arc::into_inner(shared).flatten().ok_or("a test still holds the stack")?;
    let whole = arguments.filter.is_none() && arguments.skip.is_empty();
    let after = match (code, whole) {
        (None, true) => watched::afterwards(&stack, &runtime, &root().join(CALLS))
            .and_then(|()| selected::afterwards(&stack, &runtime, &queues)),
        _ => Ok(()),
    };
    runtime.block_on(stack.stop());
    after.map(|()| code.unwrap_or(ExitCode::SUCCESS))
}

/// The exit code of a run in which something failed.
fn run(arguments: &Arguments, shared: &Shared) -> Option<ExitCode> {
    let mut trials = Vec::new();
    for (name, test) in tests() {
        trials.push(trial(name.to_owned(), shared, test));
    }
    for file in events::files(&root()) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(trial(format!("events::{name}"), shared, move |stage| {
            events::ends_as_expected(stage, &file)
        }));
    }
    let conclusion = libtest_mimic::run(arguments, trials);
    conclusion.has_failed().then(|| conclusion.exit_code())
}

fn trial(name: String, shared: &Shared, test: impl FnOnce(&Stage<'_>) + Send + 'static) -> Trial {
    let shared = Arc::clone(shared);
    let title = name.clone();
    Trial::test(name, move || {
        let (stack, runtime) = shared.as_ref().as_ref().ok_or_else(|| Failed::from("there is no stack"))?;
        let stage = Stage::new(stack, runtime, &title);
        test(&stage);
        match record::folder() {
            Some(folder) => Ok(record::write(&folder, &title, &stage.records())?),
            None => Ok(()),
        }
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
