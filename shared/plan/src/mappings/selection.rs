//! Selection rules: which tables are migrated (DMS user guide, selection rules and actions).

use super::filters;
use super::locator::Locator;
use super::rule::Reading;
use crate::finding::Code;

/// What a selection rule does with its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename_all = "kebab-case"))]
pub(crate) enum Action {
    /// They are migrated, unless a rule excludes them.
    Include,
    /// They are not.
    Exclude,
    /// This one table or view is.
    Explicit,
}

/// DMS's largest load-order.
pub(crate) const MAX_LOAD_ORDER: u64 = 2_147_483_647;

pub(super) fn read(rule: &mut Reading<'_, '_>, locator: &Locator<'_>) -> Option<Action> {
    let actions =
        [("include", Action::Include), ("exclude", Action::Exclude), ("explicit", Action::Explicit)];
    let action = rule.known_word("rule-action", &actions);
    rule.number("load-order", 0..=MAX_LOAD_ORDER);
    if rule.members.get("parallel-load").is_some() || rule.members.get("lob-settings").is_some() {
        rule.findings.add(
            rule.members.path(),
            Code::SettingsInSelection,
            "parallel-load and lob-settings belong in a rule of their own with \"rule-type\": \"table-settings\"; here they \
             do nothing",
        );
    }
    let names_one = locator.names_one();
    if action == Some(Action::Explicit) && !names_one {
        rule.findings.add(
            &rule.members.place("object-locator"),
            Code::ExplicitWithPattern,
            "rule-action explicit names one table exactly: write its name without wildcards, or use include",
        );
    }
    if let Some(filters) = rule.members.get("filters") {
        if action == Some(Action::Exclude) {
            rule.findings.add(
                &filters.path,
                Code::FilterOfExcluded,
                "filters choose rows of tables that are included: a rule with rule-action exclude takes none",
            );
        }
        if action != Some(Action::Exclude) && !names_one {
            rule.findings.add(
                &filters.path,
                Code::FilterWithPattern,
                "a filter names a column, and DMS wants the table of a filter named exactly: give each table a rule of its own",
            );
        }
        filters::read(rule, &filters);
    }
    action
}
