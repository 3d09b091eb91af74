//! Every file in `events/` does what it is there to show, at whatever hour: the local clock is set for each.

use std::path::{Path, PathBuf};

use rehearsal::made_up;

use crate::stage::{EVENING, Stage, at, read};

/// What each file ends in.
const EXPECTED: [(&str, &str); 15] = [
    ("cdc-only", "Succeeded"),
    ("contradictory-cdc-start", "Rejected"),
    ("cut-over", "Succeeded"),
    ("existing-task", "Succeeded"),
    ("friday-load", "Succeeded"),
    ("full-load", "Succeeded"),
    ("full-load-and-cdc", "Succeeded"),
    ("nightly-refresh", "Succeeded"),
    ("nightly-replication", "Paused"),
    ("nightly-window", "Succeeded"),
    ("pasted-task", "Succeeded"),
    ("preflight", "Ready"),
    ("saturday-cut-over", "Succeeded"),
    ("scheduled", "Succeeded"),
    ("scheduled-template", "Succeeded"),
];

pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join("events")).expect("there are events");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an event").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

pub(crate) fn ends_as_expected(stage: &Stage<'_>, file: &Path) {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let expected = EXPECTED.iter().find(|(known, _)| *known == name);
    let (_, expected) = expected.unwrap_or_else(|| panic!("say what {name} ends in, or take it away"));
    let input = read(file);
    let plan = plan::read::read(&input).plan;
    let begins = plan.as_ref().map_or(at(EVENING), |plan| made_up::beginning(plan, at(EVENING)));
    let scenario = plan.as_ref().map(made_up::scenario).unwrap_or_default();
    let world = stage.world(&begins.to_string(), scenario);
    stage.run(&world, &input).expect(expected);
}
