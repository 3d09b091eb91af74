//! What `docs/testing.md` says of scenarios is so.

#![allow(clippy::unwrap_used, reason = "a test may end where it is")]

use dms_simulator::Scenario;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/testing.md");

#[test]
fn every_switch_that_the_page_names_exists() {
    let scenario: Value = serde_json::to_value(Scenario::default()).unwrap();
    let mut named = 0;
    for words in PAGE.split('`').skip(1).step_by(2) {
        let Some((group @ ("Durations" | "Behaviour"), member)) = words.split_once('.') else { continue };
        assert!(scenario[group].get(member).is_some(), "{words}");
        named += 1;
    }
    assert!(named >= 9, "{named}");
}
