//! Validation rules: another function to compare a column with (DMS user guide, data validation).

use super::locator::Locator;
use super::rule::Reading;
use crate::finding::Code;

pub(super) fn read(rule: &mut Reading<'_, '_>, locator: &Locator<'_>) {
    rule.members.required_word("rule-target", &[("column", ())], rule.findings);
    rule.members.required_word("rule-action", &[("override-validation-function", ())], rule.findings);
    if locator.column.is_none() {
        let place = format!("{}/column-name", rule.members.place("object-locator"));
        rule.findings.add(&place, Code::MissingMember, "column-name is missing: the rule is about a column");
    }
    let functions = ["source-function", "target-function"].map(|name| {
        rule.text(name);
        rule.members.get(name).is_some()
    });
    if functions == [false, false] {
        rule.findings.add(
            rule.members.path(),
            Code::RuleWithoutEffect,
            "a validation rule without source-function and target-function compares the column as before: state one of \
             them, the other side is then compared as it is",
        );
    }
}
