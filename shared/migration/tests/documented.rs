//! `docs/architecture.md` explains the judges of the decision, in their order.

#![allow(clippy::expect_used, reason = "a test may end where it is")]

use support::plans::root;

#[test]
fn the_decision_is_explained_in_its_order() {
    let text = std::fs::read_to_string(root().join("docs/architecture.md"))
        .expect("docs/architecture.md can be read");
    let chapter = text.split("\n## The decision").nth(1).expect("there is a chapter on the decision");
    let rows = chapter.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let number: usize = cells.first()?.parse().ok()?;
        Some((number, cells.get(1)?.split(' ').next()?.to_owned()))
    });
    let explained: Vec<(usize, String)> = rows.collect();
    let judges: Vec<(usize, String)> = (1..).zip(migration::decide::judges().map(str::to_owned)).collect();
    assert_eq!(explained, judges);
}
