//! A plan with faults: they are counted and named, and never said to be fewer than they are.

use migration::run::verdict::{MAX_NAMED, Verdict};
use plan::finding::{Code, Findings, MAX_FINDINGS};

use support::cases::minute;

fn reasons(errors: usize) -> Vec<String> {
    let mut findings = Findings::default();
    findings.add("/Task/Tags", Code::ManyTags, "a warning is no fault");
    for n in 0..errors {
        findings.add(&format!("/{n:03}"), Code::UnknownMember, "it is not known");
    }
    Verdict::rejected(&findings.into_sorted(), minute(0)).reasons
}

#[test]
fn faults_are_counted_and_named() {
    for (errors, counted, named) in [
        (1, "the plan has 1 fault;", 1),
        (2, "the plan has 2 faults;", 2),
        (MAX_FINDINGS - 1, "the plan has 99 faults;", MAX_NAMED),
        (MAX_FINDINGS + 50, "the plan has more than 100 faults;", MAX_NAMED),
    ] {
        let reasons = reasons(errors);
        assert!(reasons[0].starts_with(counted), "{errors}: {}", reasons[0]);
        assert_eq!(reasons.len(), 1 + named, "{errors}");
        assert_eq!(reasons[1], "/000: it is not known [unknown-member]");
    }
}
