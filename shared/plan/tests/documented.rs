//! `docs/plan.md` and `events/` say what is so: the findings are the table of [`Code`], every member is documented,
//! nothing is documented that does not exist, and every example is a plan.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::BTreeSet;

use plan::finding::{Code, Severity, reject};
use plan::members::MEMBERS;
use plan::read;
use serde_json::Value;
use support::plans::{event, events, root};

/// The marks between which `make docs` writes the findings.
const BEGIN: &str = "<!-- findings: written by `make docs` from shared/plan/src/finding/code.rs -->\n";
const END: &str = "<!-- end of findings -->\n";

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

/// The findings as the manual lists them, by name.
fn findings() -> String {
    let mut codes: Vec<&Code> = Code::ALL.iter().collect();
    codes.sort();
    let rows = codes.into_iter().map(|code| {
        let severity = match code {
            Code::MoreFindings => "as the rest".to_owned(),
            _ => format!("{:?}", code.severity()).to_lowercase(),
        };
        let reason = code.reason().expect("every code has a reason");
        let (cost, rests_on) = (reason.cost, reason.rests_on);
        format!("| `{code}` | {severity} | {} | {} | {cost} | {rests_on} |\n", code.summary(), code.remedy())
    });
    let head =
        "| code | severity | when | how to mend | if it is ignored | rests on |\n|---|---|---|---|---|---|\n";
    head.to_owned() + &rows.collect::<String>()
}

#[test]
fn the_findings_are_the_table_of_codes() {
    let manual = manual();
    let (before, rest) = manual.split_once(BEGIN).expect("the manual marks where the findings begin");
    let (kept, after) = rest.split_once(END).expect("the manual marks where the findings end");
    let wanted = findings();
    if std::env::var_os("WRITE_DOCS").is_some() {
        let written = format!("{before}{BEGIN}{wanted}{END}{after}");
        std::fs::write(root().join("docs/plan.md"), written).expect("docs/plan.md can be written");
    } else {
        assert!(
            kept == wanted,
            "the findings in docs/plan.md are not the table of codes: `make docs` writes them"
        );
    }
}

#[test]
fn every_code_says_when_it_is_noted_how_to_mend_it_and_why_it_is_there() {
    for code in Code::ALL {
        let reason = code.reason().unwrap_or_else(|| panic!("{code} has no reason"));
        for cell in [code.summary(), code.remedy(), reason.cost, &reason.rests_on.to_string()] {
            let fits = !cell.is_empty()
                && !cell.contains(['|', '\n'])
                && (!cell.ends_with('.') || cell.starts_with("**answer**"));
            assert!(fits, "{code}: {cell:?} is no cell of a table");
        }
    }
}

#[test]
fn an_error_rests_on_a_refusal_a_must_or_a_contradiction() {
    for code in Code::ALL.iter().filter(|code| code.severity() == Severity::Error) {
        let rests_on = code.reason().expect("a reason").rests_on;
        assert!(rests_on.refuses(), "{code} is an error and rests on no refusal: {rests_on}");
    }
}

#[test]
fn every_member_and_every_word_is_documented_and_no_other() {
    let manual = manual();
    for word in MEMBERS.iter().flat_map(|member| member.words) {
        assert!(manual.contains(&format!("`{word}`")), "docs/plan.md does not say what {word} is");
    }
    let members: BTreeSet<&str> = MEMBERS.iter().map(|member| member.name).collect();
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
fn every_example_in_the_pages_is_a_good_plan() {
    let page = |name: &str| std::fs::read_to_string(root().join("docs").join(name)).expect("a page");
    let pages = ["plan.md", "guide.md", "recipes.md"].map(page).concat();
    let examples: Vec<&str> =
        pages.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 3, "the pages have examples");
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
