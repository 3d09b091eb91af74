//! What is deployed is what stands here.

#![allow(clippy::unwrap_used, reason = "a test may end where it is")]

#[test]
fn no_function_is_deployed_as_it_was_before_the_shared_crates_changed() {
    let settings = include_str!("../../../samconfig.toml");
    let build = settings.split("[default.build.parameters]").nth(1).unwrap();
    let build = build.split("\n[").next().unwrap();
    assert!(build.lines().any(|line| line.trim() == "cached = false"), "{build}");
}
