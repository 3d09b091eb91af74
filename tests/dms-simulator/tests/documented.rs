//! What `docs/testing.md` says of scenarios is so.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may end where it is")]

use dms_simulator::Scenario;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/testing.md");

/// The page's JSON samples that are scenarios.
fn samples() -> Vec<&'static str> {
    PAGE.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_sample_is_a_scenario() {
    assert_eq!(samples().len(), 2);
    for sample in samples() {
        Scenario::from_json(sample).expect(sample);
    }
}

#[test]
fn every_switch_and_group_that_the_page_names_exists() {
    let scenario: Value = serde_json::to_value(Scenario::default()).unwrap();
    let mut named = 0;
    for words in PAGE.split('`').skip(1).step_by(2) {
        let Some((group @ ("Durations" | "Behaviour"), member)) = words.split_once('.') else { continue };
        assert!(scenario[group].get(member).is_some(), "{words}");
        named += 1;
    }
    assert!(named >= 9, "{named}");
    for group in scenario.as_object().unwrap().keys() {
        assert!(PAGE.contains(&format!("`{group}`")), "the page does not name {group}");
    }
}
