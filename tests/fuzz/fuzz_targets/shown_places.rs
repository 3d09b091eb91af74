//! Any text of a plan, checked as the command does it: every finding is shown with its line and a caret.
#![no_main]

use check_plan::shown;
use libfuzzer_sys::{Corpus, fuzz_target};
use plan::read::read_text;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let findings = read_text(text).findings;
    let report = shown::findings("plan.json", text, &findings, false);
    for finding in &findings {
        assert!(report.contains(&format!("[{}]", finding.code)), "{finding:?} is not in:\n{report}");
    }
    Corpus::Keep
});
