//! What the statistics of a task and of its tables show, beyond the plain course of a load.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{Story, bare_world, request, world};
use dms_simulator::Scenario;
use dms_simulator::scenario::{Behaviour, Durations, SourceTable, SourceTableGroup};
use serde_json::{Value, json};

/// How many rows each page of a describe has, read to the end.
fn pages(story: &mut Story, operation: &str, list: &str, input: &Value) -> Vec<usize> {
    let (mut pages, mut input) = (Vec::new(), input.clone());
    loop {
        let answer = story.call(operation, input.clone()).unwrap();
        pages.push(answer[list].as_array().unwrap().len());
        match answer.get("Marker") {
            Some(marker) => input["Marker"] = marker.clone(),
            None => return pages,
        }
    }
}

#[test]
fn no_page_is_longer_than_the_scenario_allows() {
    for (most_per_page, asked, expected) in [
        (None, 500, vec![250]),
        (Some(100), 500, vec![100, 100, 50]),
        (Some(100), 60, vec![60, 60, 60, 60, 10]),
        (Some(125), 500, vec![125, 125]),
    ] {
        let group = SourceTableGroup { count: 250, load_seconds: 0.0, ..SourceTableGroup::default() };
        let behaviour = Behaviour { most_per_page, ..Behaviour::default() };
        let scenario = Scenario { source_table_groups: vec![group], behaviour, ..bare_world() };
        let mut story = Story::new(scenario);
        let arn = story.task("full-load", Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(31.0);
        let input = json!({ "ReplicationTaskArn": arn, "MaxRecords": asked });
        let seen = pages(&mut story, "DescribeTableStatistics", "TableStatistics", &input);
        assert_eq!(seen, expected, "{most_per_page:?} {asked}");
    }
    let behaviour = Behaviour { most_per_page: Some(2), ..Behaviour::default() };
    let mut story = Story::new(Scenario { behaviour, ..world() });
    for name in ["a", "b", "c"] {
        story.call("CreateReplicationTask", request(name, "full-load", Value::Null)).unwrap();
    }
    let seen =
        pages(&mut story, "DescribeReplicationTasks", "ReplicationTasks", &json!({ "MaxRecords": 100 }));
    assert_eq!(seen, [2, 1]);
}

#[test]
fn counters_trail_the_table_list_as_long_as_the_scenario_says() {
    let counters = |story: &mut Story, arn: &str| -> Vec<u64> {
        let stats = story.see(arn)["ReplicationTaskStats"].clone();
        ["TablesLoaded", "TablesLoading", "TablesQueued", "TablesErrored"]
            .map(|name| stats[name].as_u64().unwrap())
            .to_vec()
    };
    let durations = Durations { counters_lag: 45.0, ..Durations::default() };
    let mut scenario = Scenario { durations, ..world() };
    scenario.source_tables.push(SourceTable::new("shop", "broken", 10, 200.0).failing("bad row", 10, None));
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", json!({ "FullLoadSettings": { "MaxFullLoadSubTasks": 2 } }));
    story.start(&arn, "start-replication").unwrap();
    // orders from 30 s to 130 s, items to 230 s, broken from 130 s to 330 s.
    for (after, expected) in [
        (74.0, [0, 0, 0, 0]),
        (1.0, [0, 2, 1, 0]),
        (99.0, [0, 2, 1, 0]),
        (1.0, [1, 2, 0, 0]),
        (155.0, [2, 1, 0, 0]),
        (44.0, [2, 1, 0, 0]),
        (1.0, [2, 0, 0, 1]),
    ] {
        assert_eq!(counters(story.after(after), &arn), expected, "{after}");
    }
    assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    // At its end the list has been right for 45 s already; a second run shows the first one's counters at first.
    story.start(&arn, "reload-target").unwrap();
    assert_eq!(counters(story.after(60.0), &arn), [2, 0, 0, 1]);
    assert_eq!(story.states(&arn)[0], "orders: Full load (300)");
    assert_eq!(counters(story.after(15.0), &arn), [0, 2, 1, 0]);
}

#[test]
fn at_the_end_counters_and_list_may_disagree() {
    let durations = Durations { counters_lag: 120.0, ..Durations::default() };
    let mut story = Story::new(Scenario { durations, ..world() });
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(230.0);
    assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    assert_eq!(story.states(&arn)[1], "items: Table completed (4000)");
    // The first table was loaded 100 s ago, the second has just been.
    for (after, loaded, loading) in [(0.0, 0, 2), (20.0, 1, 1), (99.0, 1, 1), (1.0, 2, 0)] {
        let stats = story.after(after).see(&arn)["ReplicationTaskStats"].clone();
        assert_eq!(
            (&stats["TablesLoaded"], &stats["TablesLoading"]),
            (&json!(loaded), &json!(loading)),
            "{after}"
        );
    }
}

#[test]
fn rows_that_a_target_refused_are_told_once_the_table_is_loaded() {
    let mut scenario = world();
    scenario.source_tables[0].full_load_error_rows = 3;
    scenario.source_tables[0].full_load_condtnl_chk_failed_rows = 4;
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    let figures = |story: &mut Story, index: usize| {
        let table = story.tables(&arn)[index].clone();
        [table["FullLoadErrorRows"].clone(), table["FullLoadCondtnlChkFailedRows"].clone()]
    };
    assert_eq!(figures(story.after(129.0), 0), [0, 0]);
    assert_eq!(figures(story.after(1.0), 0), [3, 4]);
    assert_eq!(figures(story.after(100.0), 1), [0, 0]);
}

#[test]
fn an_explicit_table_that_is_not_there_is_listed_or_left_out_as_the_scenario_says() {
    let explicit = |table: &str| {
        json!({ "rule-type": "selection", "rule-id": table, "rule-name": table, "rule-action": "explicit",
                "object-locator": { "schema-name": "shop", "table-name": table } })
    };
    for (explicit_tables_show, expected) in [
        (true, vec!["orders: Table completed (1000)", "nothing: Table does not exist (0)"]),
        (false, vec!["orders: Table completed (1000)"]),
    ] {
        let behaviour = Behaviour { explicit_tables_show, ..Behaviour::default() };
        let mut story = Story::new(Scenario { behaviour, ..world() });
        let mut body = request("t", "full-load", Value::Null);
        body["TableMappings"] =
            json!(json!({ "rules": [explicit("orders"), explicit("nothing")] }).to_string());
        let created = story.call("CreateReplicationTask", body).unwrap();
        let arn = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
        story.after(20.0).start(&arn, "start-replication").unwrap();
        story.after(130.0);
        assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
        assert_eq!(story.states(&arn), expected);
    }
}
