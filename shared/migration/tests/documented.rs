//! `docs/plan.md` and `events/` say what is so: every finding and every member is documented, nothing is documented that
//! does not exist, and every example is a plan.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::{BTreeMap, BTreeSet};

use plan::finding::reject;
use plan::homes::HOMES;
use plan::read;
use serde_json::Value;
use support::plans::{event, events, root};
use support::sources::{produced, words_of_a_plan};

fn manual() -> String {
    std::fs::read_to_string(root().join("docs/plan.md")).expect("docs/plan.md can be read")
}

/// The cells of every table row whose first cell is one word of code.
fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

fn is_code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[test]
fn every_finding_is_documented_with_its_severity_and_no_other() {
    let produced =
        produced(&["shared/plan/src", "shared/migration/src", "shared/migration-aws/src", "functions"]);
    let mut wanted: BTreeMap<String, Option<&str>> = BTreeMap::new();
    for finding in produced {
        let severity = wanted.entry(finding.code.clone()).or_insert(finding.severity);
        assert_eq!(*severity, finding.severity, "{} weighs differently in two places", finding.code);
    }
    let manual = manual();
    let chapter = manual.split("\n## Findings").nth(1).expect("the manual has a chapter on findings");
    let mut documented = BTreeSet::new();
    for row in rows(chapter) {
        let code = is_code(&row[0]).expect("a code stands in the first cell").to_owned();
        assert_eq!(row.len(), 4, "{code}: code, severity, when, how to mend");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{code}: a cell is empty");
        if let Some(Some(severity)) = wanted.get(&code) {
            assert_eq!(row[1], *severity, "{code}");
        }
        assert!(documented.insert(code.clone()), "{code} is documented twice");
    }
    assert_eq!(documented, wanted.into_keys().collect::<BTreeSet<String>>());
}

#[test]
fn every_member_and_every_word_is_documented_and_no_other() {
    let manual = manual();
    for word in words_of_a_plan() {
        assert!(manual.contains(&format!("`{word}")), "docs/plan.md does not say what {word} is");
    }
    let members: BTreeSet<&str> = HOMES.iter().map(|(member, _)| *member).chain(["Task"]).collect();
    let documented: BTreeSet<String> = rows(&manual)
        .iter()
        .filter_map(|row| is_code(&row[0]))
        .filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(str::to_owned)
        .collect();
    let documented: BTreeSet<&str> = documented.iter().map(String::as_str).collect();
    assert_eq!(documented, members, "a row for every member");
}

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

#[test]
fn every_example_in_the_manual_is_a_good_plan() {
    let manual = manual();
    let examples: Vec<&str> =
        manual.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 2, "the manual has examples");
    for example in examples {
        let plan: Value = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        let findings = read::read(&plan).findings;
        assert!(!reject(&findings), "{example}\n{findings:#?}");
    }
}

#[test]
fn every_event_is_a_good_plan_but_the_contradictory_one() {
    let names = events();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let plan = event(&name);
        let reading = read::read(&plan);
        assert_eq!(
            reading.plan.is_none(),
            name == "contradictory-cdc-start",
            "{name}: {:#?}",
            reading.findings
        );
        let comment = plan["Comment"].as_str().unwrap_or_default();
        assert!(comment.ends_with('.'), "{name}: a Comment says in a sentence what it is for");
    }
}
