//! A case and a near miss of every code of a chapter.

use std::collections::BTreeSet;

use plan::finding::{Chapter, Code, Finding, Severity};

/// A finding's code and place, what causes it and what only nearly does. The code is spelled as users see it.
pub struct Case {
    pub code: &'static str,
    pub path: &'static str,
    pub bad: Vec<Finding>,
    pub good: Vec<Finding>,
}

/// Each case has its finding at its place, the near miss has no error at all, and every code of the chapter has a case.
pub fn hold(chapter: Chapter, cases: &[Case]) {
    for Case { code, path, bad, good } in cases {
        let at =
            |all: &[Finding]| all.iter().any(|found| found.code.as_str() == *code && found.path == *path);
        assert!(at(bad), "{code} is not found at {path:?}; found: {bad:#?}");
        assert!(!at(good), "{code} is found at {path:?} where it should not be: {good:#?}");
        let others: Vec<_> = good.iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(others.is_empty(), "the near miss of {code} is no good plan: {others:#?}");
        let noted = bad.iter().filter(|found| found.code != Code::MoreFindings);
        assert!(noted.clone().all(|found| found.severity == found.code.severity()), "{code}: {bad:#?}");
    }
    let tested: BTreeSet<&str> = cases.iter().map(|case| case.code).collect();
    let codes = Code::ALL.iter().filter(|code| code.chapter() == Some(chapter));
    assert_eq!(
        tested,
        codes.map(Code::as_str).collect(),
        "a case for every code of {chapter:?}, and for no other"
    );
}
