//! `docs/architecture.md` explains the judges of the decision, in their order, and names every room; `docs/operations.md`
//! has a paragraph for every class of cause; no page names a file that is not there, and the threat model no test.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may end where it is")]

use migration::decide::cause::Cause;
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

#[test]
fn every_class_of_cause_has_its_paragraph() {
    let text =
        std::fs::read_to_string(root().join("docs/operations.md")).expect("docs/operations.md can be read");
    let chapter = text.split("\n## Causes of a failure\n").nth(1).expect("there is a chapter on the causes");
    let chapter = chapter.split("\n## ").next().expect("it has an end");
    let paragraphs: Vec<String> = chapter
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| paragraph.starts_with('*'))
        .collect();
    assert_eq!(paragraphs.len(), Cause::ALL.len(), "a paragraph for each class, and none more");
    for (cause, paragraph) in Cause::ALL.iter().zip(paragraphs) {
        let about = paragraph.strip_prefix(&format!("*{}.* ", cause.in_words()));
        let about = about.unwrap_or_else(|| panic!("{cause:?} is not the class of: {paragraph}"));
        let again = about.contains("starts the task again");
        let tried = cause.may_pass() || *cause == Cause::Unknown;
        assert_eq!(again, tried, "whether the run starts the task again: {paragraph}");
        assert_eq!(!tried, about.contains("The run ends at once"), "{paragraph}");
        assert!(about.contains(" You "), "what a person does: {paragraph}");
    }
}

#[test]
fn every_room_is_named() {
    let text = std::fs::read_to_string(root().join("docs/architecture.md"))
        .expect("docs/architecture.md can be read");
    let rooms = std::fs::read_dir(root().join("shared/migration/src")).expect("the rooms can be listed");
    let rooms: Vec<_> = rooms.map(|room| room.expect("a room can be read")).collect();
    let mut named = 0;
    for room in rooms.iter().filter(|room| room.path().join("mod.rs").is_file()) {
        let name = room.file_name().to_string_lossy().into_owned();
        assert!(text.contains(&format!("| `{name}/` |")), "docs/architecture.md has no row for {name}");
        named += 1;
    }
    assert!(named > 5, "{named} rooms were found");
}

/// The files of this repository that a page names in code marks.
fn files_named(page: &str) -> impl Iterator<Item = &str> {
    let tops = ["shared/", "functions/", "tests/", "docs/", "events/", "statemachine/"];
    page.split('`')
        .skip(1)
        .step_by(2)
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_end_matches(':'))
        .filter(move |word| tops.iter().any(|top| word.starts_with(top)))
        .filter(|word| word.contains('.') && !word.contains(['*', '{', '<']))
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs can be listed");
    let mut pages: Vec<_> = docs.map(|page| page.expect("a page can be read").path()).collect();
    pages.extend(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page)));
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md"));
    let mut named = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page can be read");
        for file in files_named(&text) {
            named += 1;
            assert!(root().join(file).exists(), "{} names {file}, which is not there", page.display());
        }
    }
    assert!(named > 10, "{named} files are named");
}

/// The threat model names what holds each line of it: a file, and a test in it.
#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text =
        std::fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md can be read");
    let model = text.split("\n## Threat model\n").nth(1).expect("there is a threat model");
    let model = model.split("\n## ").next().expect("it has an end");
    let threats = model.split("\n| threat |").nth(1).expect("it has a table");
    let rows: Vec<&str> = threats.lines().filter(|line| line.starts_with("| **")).collect();
    assert!(rows.len() > 10, "{rows:#?}");
    for row in rows {
        let held = row.rsplit(" | ").next().expect("a last cell");
        let tests: Vec<(&str, &str)> =
            held.split('`').skip(1).step_by(2).filter_map(|named| named.split_once(": ")).collect();
        assert!(!tests.is_empty(), "nothing holds: {row}");
        for (file, test) in tests {
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            let is_there =
                [format!("fn {test}("), format!("def {test}(")].iter().any(|form| source.contains(form));
            assert!(is_there, "docs/security.md names {test} in {file}, which is not there");
        }
    }
}
