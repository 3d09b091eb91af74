//! Nights at the worst of calendars and clocks, through the real functions: what was asked of DMS and when, the verdict,
//! and what people are told.

use dms_simulator::Scenario;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use virtual_aws::{Definition, Run, Story, World};

use crate::night::{self, long, nights, of_kept, plan, scenario, world};

fn ts(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// What became of runs.
struct Told {
    world: World,
    runs: Vec<Run>,
}

/// Runs of plans that begin then, each under a name of its own.
fn told(scenario: Scenario, runs: Vec<(Timestamp, Value)>) -> Told {
    let first = runs.iter().map(|(at, _)| *at).min().expect("a run");
    let world =
        World::new(scenario, Definition::of_the_product().expect("a definition"), first, 7).expect("a world");
    let stories = runs.into_iter().enumerate().map(|(nth, (at, plan))| {
        let world = world.clone();
        let story: Story<'_, Run> = Box::pin(async move {
            world.clock().sleep_until(at).await;
            world.run(&format!("run-{nth}"), plan).await.expect("the host can make every step")
        });
        story
    });
    let runs: Vec<Run> =
        world.tell(stories.collect()).into_iter().map(|run| run.expect("the run ends")).collect();
    for run in &runs {
        assert_eq!(run.document.wrong_end(), None, "{}", run.name);
    }
    Told { world, runs }
}

impl Told {
    fn outcomes(&self) -> Vec<&str> {
        self.runs.iter().map(|run| run.document.outcome().unwrap_or("none")).collect()
    }

    /// What changed something, with when DMS took it.
    fn acts(&self) -> Vec<(&'static str, Timestamp)> {
        let word = |operation: &str| match operation {
            "CreateReplicationTask" => Some("create"),
            "StartReplicationTask" => Some("start"),
            "StopReplicationTask" => Some("stop"),
            "ModifyReplicationTask" | "DeleteReplicationTask" | "ReloadTables" => Some("another"),
            _ => None,
        };
        let calls = self.world.calls();
        let taken = calls.iter().filter(|call| call.taken);
        taken.filter_map(|call| Some((word(&call.operation)?, call.at))).collect()
    }

    /// The acts are these, each taken within so many seconds from its instant on, and none before it.
    fn did(&self, expected: &[(&str, &str, i64)]) -> &Told {
        let acts = self.acts();
        assert_eq!(acts.len(), expected.len(), "{acts:?}");
        for ((act, at), (word, from, within)) in acts.iter().zip(expected) {
            let late = at.duration_since(ts(from));
            let in_time = SignedDuration::ZERO <= late && late < SignedDuration::from_secs(*within);
            assert!(act == word && in_time, "{word} within {within} s from {from}: {acts:?}");
        }
        self
    }

    /// The text of the last message about a run.
    fn text(&self, nth: usize) -> String {
        let messages = self.world.messages();
        let of_it = messages.iter().rfind(|message| message.execution == format!("run-{nth}"));
        let message = of_it.expect("every run ends with a message");
        support::message::valid(
            &serde_json::from_str(message.bodies["sqs"].as_str().unwrap_or_default()).unwrap_or_default(),
        );
        message.bodies["default"].as_str().unwrap_or_default().to_owned()
    }

    fn says(&self, nth: usize, words: &str) -> &Told {
        let text = self.text(nth);
        assert!(text.contains(words), "{words:?} is missing:\n{text}");
        self
    }
}

/// A plan with hours of the day; `more` is merged into it.
fn hours(opens: &str, closes: &str, zone: &str, more: Value) -> Value {
    let mut plan = plan(json!({}));
    let members = plan.as_object_mut().expect("a plan");
    members.remove("ScheduledTime");
    members.insert("Window".to_owned(), json!({"Opens": opens, "Closes": closes, "TimeZone": zone}));
    support::cases::and(plan, more)
}

fn berlin() -> Value {
    hours("22:00", "05:00", "Europe/Berlin", json!({}))
}

/// A load that needs two nights: nine hours and a half, a table of four and a half and one of five.
fn of_two_nights() -> Scenario {
    let mut scenario = scenario();
    scenario.source_tables[0].load_seconds = 4.5 * 3600.0;
    scenario.source_tables[1].load_seconds = 5.0 * 3600.0;
    scenario
}

/// The same, one table after the other.
fn one_at_a_time(plan: Value) -> Value {
    let settings = json!({
        "FullLoadSettings": {"MaxFullLoadSubTasks": 1, "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"},
    });
    support::cases::and(plan, json!({"Task": {"ReplicationTaskSettings": settings}}))
}

#[test]
fn the_night_in_which_the_clocks_go_forward_has_six_hours() {
    let opens = "2027-03-27T21:00:00Z";
    let night = told(long(scenario()), vec![(ts(opens), berlin())]);
    assert_eq!(night.outcomes(), ["Paused"]);
    night.did(&[("create", opens, 60), ("start", opens, 180), ("stop", "2027-03-28T03:00:00Z", 5)]);
    night.says(0, "2027-03-28 05:00 CEST").says(0, "Next window: opens at 2027-03-28 22:00 CEST");
}

#[test]
fn the_night_in_which_the_clocks_go_back_has_eight_hours() {
    let opens = "2026-10-24T20:00:00Z";
    let night = told(long(scenario()), vec![(ts(opens), berlin())]);
    assert_eq!(night.outcomes(), ["Paused"]);
    night.did(&[("create", opens, 60), ("start", opens, 180), ("stop", "2026-10-25T04:00:00Z", 5)]);
    night.says(0, "2026-10-25 05:00 CET").says(0, "Next window: opens at 2026-10-25 22:00 CET");
}

/// The close stands in the hour that is skipped, or in the one that comes twice; it leads by a quarter of an hour.
#[test]
fn a_close_in_the_hour_of_the_change_is_kept_to_the_moment() {
    let led = || hours("22:00", "02:30", "Europe/Berlin", json!({"Window": {"StopLead": "PT15M"}}));
    for (opens, stop) in
        [("2027-03-27T21:00:00Z", "2027-03-28T00:45:00Z"), ("2026-10-24T20:00:00Z", "2026-10-25T00:15:00Z")]
    {
        let night = told(long(scenario()), vec![(ts(opens), led())]);
        assert_eq!(night.outcomes(), ["Paused"]);
        night.did(&[("create", opens, 60), ("start", opens, 180), ("stop", stop, 5)]);
    }
}

/// A schedule fires at 02:30 each night. In the night in which that comes twice the second run finds the window shut; in
/// the one in which it is skipped the run that comes with the change has its window.
#[test]
fn a_window_that_opens_in_the_hour_of_the_change_opens_once() {
    let short = || hours("02:30", "02:55", "Europe/Berlin", json!({}));
    let (first, second) = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
    let twice = told(scenario(), vec![(ts(first), short()), (ts(second), short())]);
    assert_eq!(twice.outcomes(), ["Succeeded", "Skipped"]);
    twice.did(&[("create", first, 60), ("start", first, 180)]);
    twice.says(1, "the window is shut at 2026-10-25 02:30 CET; it opens next at 2026-10-26 02:30 CET");
    let change = "2027-03-28T01:00:00Z";
    let skipped = told(scenario(), vec![(ts(change), hours("02:30", "06:00", "Europe/Berlin", json!({})))]);
    assert_eq!(skipped.outcomes(), ["Succeeded"]);
    skipped.did(&[("create", change, 60), ("start", change, 180)]);
}

#[test]
fn two_nights_around_a_leap_day() {
    let plan = || one_at_a_time(hours("22:00", "05:00", "UTC", json!({})));
    let nights = ["2028-02-28T22:00:00Z", "2028-02-29T22:00:00Z"];
    let told = told(of_two_nights(), nights.map(|at| (ts(at), plan())).into());
    // The table that the first night has loaded is of an earlier night.
    assert_eq!(told.outcomes(), ["Paused", "SucceededWithWarnings"]);
    told.did(&[
        ("create", nights[0], 60),
        ("start", nights[0], 180),
        ("stop", "2028-02-29T05:00:00Z", 5),
        ("start", nights[1], 180),
    ]);
    told.says(0, "Next window: opens at 2028-02-29 22:00 UTC")
        .says(1, "Next window: opens at 2028-03-01 22:00 UTC");
    let except = hours("22:00", "05:00", "UTC", json!({"Window": {"Except": ["2028-02-29"]}}));
    let skipped = self::told(scenario(), vec![(ts(nights[1]), except)]);
    assert_eq!(skipped.outcomes(), ["Skipped"]);
    skipped.did(&[]).says(0, "it opens next at 2028-03-01 22:00 UTC");
}

#[test]
fn two_nights_around_the_end_of_a_year() {
    let nights = ["2026-12-31T21:00:00Z", "2027-01-01T21:00:00Z"];
    let told = told(of_two_nights(), nights.map(|at| (ts(at), one_at_a_time(berlin()))).into());
    // The table that the first night has loaded is of an earlier night.
    assert_eq!(told.outcomes(), ["Paused", "SucceededWithWarnings"]);
    told.did(&[
        ("create", nights[0], 60),
        ("start", nights[0], 180),
        ("stop", "2027-01-01T04:00:00Z", 5),
        ("start", nights[1], 180),
    ]);
    told.says(0, "closed at 2027-01-01 05:00 CET").says(0, "Next window: opens at 2027-01-01 22:00 CET");
}

/// EventBridge Scheduler delivers at least once: two executions of one plan begin at one moment, or a little apart.
#[test]
fn a_schedule_that_fires_twice_starts_the_task_once_and_both_runs_tell() {
    let opens = "2026-11-20T22:00:00Z";
    for apart in [0, 40, 900, 30_000, 240_000] {
        let second = ts(opens) + SignedDuration::from_millis(apart);
        let twice = told(long(scenario()), vec![(ts(opens), plan(json!({}))), (second, plan(json!({})))]);
        let mut outcomes = twice.outcomes();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["Paused", "Skipped"], "{apart} ms");
        twice.did(&[("create", opens, 60), ("start", opens, 180), ("stop", "2026-11-21T05:00:00Z", 5)]);
        let ids: Vec<String> = (0..2).map(|nth| twice.text(nth)).collect();
        assert_ne!(ids[0], ids[1], "{apart} ms");
    }
}

/// The longest that a schedule of ours goes on trying is a quarter of an hour.
#[test]
fn a_schedule_that_comes_fourteen_minutes_late_keeps_its_close() {
    let opens = "2026-11-20T22:00:00Z";
    let late = ts(opens) + SignedDuration::from_mins(14);
    for plan in [plan(json!({})), hours("22:00", "05:00", "UTC", json!({"ScheduledTime": opens}))] {
        let night = told(long(scenario()), vec![(late, plan)]);
        assert_eq!(night.outcomes(), ["Paused"]);
        let begins = "2026-11-20T22:14:00Z";
        night.did(&[("create", begins, 60), ("start", begins, 180), ("stop", "2026-11-21T05:00:00Z", 5)]);
    }
    // It comes when there is less left than the plan wants, or nothing at all.
    for (span, words) in
        [("PT15M", "minutes are left in the window, the plan wants 5"), ("PT14M", "the window is shut")]
    {
        let short = json!({"Window": {"Duration": span, "MinimumMinutes": 5}});
        let night = told(long(scenario()), vec![(late, plan(short))]);
        assert_eq!(night.outcomes(), ["Skipped"]);
        assert!(night.acts().iter().all(|(act, _)| *act != "start"), "{:?}", night.acts());
        night.says(0, words);
    }
}

/// The scheduler's clock is a little ahead of ours.
#[test]
fn a_run_that_begins_moments_before_its_window_waits_for_it() {
    let opens = "2026-11-20T22:00:00Z";
    let by_hours = || hours("22:00", "05:00", "UTC", json!({"ScheduledTime": opens}));
    for before in [1, 50, 999, 1_000, 20_000, 60_000] {
        for plan in [plan(json!({})), by_hours()] {
            let begins = ts(opens) - SignedDuration::from_millis(before);
            let night = told(long(scenario()), vec![(begins, plan)]);
            assert_eq!(night.outcomes(), ["Paused"], "{before} ms: {}", night.text(0));
            night.did(&[("create", opens, 60), ("start", opens, 180), ("stop", "2026-11-21T05:00:00Z", 5)]);
            assert_eq!(night.runs[0].document.0.pointer("/Run/Opened"), Some(&json!(opens)), "{before} ms");
        }
    }
    for plan in [plan(json!({})), by_hours()] {
        let night = told(long(scenario()), vec![(ts(opens) - SignedDuration::from_secs(62), plan)]);
        assert_eq!(night.outcomes(), ["Skipped"]);
        night.did(&[]);
    }
}

/// What is there already belongs to the night before, however little before the opening the run begins.
#[test]
fn a_refresh_that_begins_moments_before_its_window_loads_once() {
    let opens = "2026-11-20T22:00:00Z";
    let refresh = || {
        let settings = json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}});
        hours(
            "22:00",
            "05:00",
            "UTC",
            json!({"Start": "Refresh", "Task": {"ReplicationTaskSettings": settings}}),
        )
    };
    let day = |nth: i64| ts(opens) + SignedDuration::from_hours(24 * nth);
    let fifty = SignedDuration::from_millis(50);
    let runs = vec![
        (day(0) - fifty, refresh()),
        (day(0) + SignedDuration::from_secs(3600), refresh()),
        (day(1) - fifty, refresh()),
    ];
    let nights = told(scenario(), runs);
    assert_eq!(nights.outcomes(), ["Succeeded", "Skipped", "Succeeded"]);
    nights.did(&[("create", opens, 60), ("start", opens, 180), ("start", "2026-11-21T22:00:00Z", 180)]);
    nights.says(1, "tonight's rows are there");
}

/// A run that comes with the close has no time, on either side of it.
#[test]
fn a_run_that_begins_moments_before_the_close_starts_nothing() {
    let closes = ts("2026-11-21T05:00:00Z");
    for before in [50, 0] {
        let begins = closes - SignedDuration::from_millis(before);
        let night = told(long(scenario()), vec![(begins, plan(json!({})))]);
        assert_eq!(night.outcomes(), ["Skipped"], "{before} ms");
        assert!(night.acts().iter().all(|(act, _)| *act != "start"), "{:?}", night.acts());
    }
}

/// A window of a whole day, over the load of thirty hours that a plan pauses at its close.
fn days_on_end(kept: bool) -> [String; 3] {
    let day = 24 * 60;
    let whole = json!({
        "Window": {"Duration": null, "Opens": "22:00", "Closes": "22:00", "TimeZone": "UTC", "AtClose": "Stop"},
        "ScheduledTime": null,
    });
    let mut slow = if kept { night::kept(scenario()) } else { scenario() };
    slow.source_tables.iter_mut().for_each(|table| table.load_seconds = 30.0 * 3600.0);
    // One that takes five minutes to stop.
    slow.durations.stopping = 300.0;
    let truncates = json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}});
    slow.tasks.iter_mut().for_each(|task| task.replication_task_settings = Some(truncates.clone()));
    let plan = || match kept {
        true => of_kept(whole.clone()),
        false => night::in_mode("TRUNCATE_BEFORE_LOAD", whole.clone()),
    };
    let runs = vec![(0, "monday", plan()), (day, "tuesday", plan()), (2 * day, "wednesday", plan())];
    let night = nights(world(slow), runs, vec![]);
    let outcome = |run: &virtual_aws::Run| run.document.outcome().unwrap_or("none").to_owned();
    std::array::from_fn(|nth| outcome(&night.runs[nth]))
}

#[test]
fn a_window_that_opens_as_the_one_before_closes_is_not_lost_to_the_run_before() {
    for kept in [false, true] {
        assert_eq!(days_on_end(kept), ["Paused", "Paused", "Paused"], "kept {kept}");
    }
}
