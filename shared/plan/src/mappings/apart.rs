//! What only shows when the rules of a mapping are seen together: that some table is selected, that no rule is there
//! twice, and that rules do not undo each other. In one pass: a mapping may have thousands.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde_json::Value;

use super::locator::Locator;
use super::rule::{Rule, TYPES, What};
use super::selection::Action;
use super::transformation::Change;
use crate::finding::{Code, Findings};
use crate::located::quoted;

/// What DMS answers to a mapping without a selection rule.
const NO_SELECTION: &str = "Error in mapping rules. At least one selection rule is required.";

/// Holds the rules against each other; `list` is all of them, `rules` those that could be read.
pub(super) fn check(list: &[Value], rules: &[Rule<'_>], path: &str, findings: &mut Findings) {
    something_is_selected(list, path, findings);
    ids(rules, findings);
    names(rules, findings);
    selections(rules, findings);
    changes(rules, findings);
}

/// A rule whose type is not known may be the one that selects, and DMS finds unknown words first.
fn something_is_selected(list: &[Value], path: &str, findings: &mut Findings) {
    fn text<'v>(rule: &'v Value, name: &str) -> Option<&'v str> {
        rule.get(name).and_then(Value::as_str)
    }
    let selects = |rule: &&Value| text(rule, "rule-type") == Some("selection");
    if list.iter().filter(selects).any(|rule| text(rule, "rule-action") != Some("exclude")) {
        return;
    }
    let is_known = |rule: &Value| {
        text(rule, "rule-type").is_some_and(|word| TYPES.iter().any(|(known, _)| *known == word))
    };
    if !list.iter().all(is_known) {
        return;
    }
    if list.iter().any(|rule| selects(&rule)) {
        findings.add(
            path,
            Code::NothingSelected,
            "every selection rule excludes: give one that includes, DMS migrates nothing that no rule names",
        );
    } else {
        findings.refused(
            path,
            Code::NoSelectionRule,
            "TableMappings needs at least one rule with \"rule-type\": \"selection\"",
            NO_SELECTION,
        );
    }
}

/// Each rule whose key an earlier rule has, with the place of that one.
fn repeated<'r, 'a, K: Eq + Hash>(
    rules: &'r [Rule<'a>],
    key: impl Fn(&'r Rule<'a>) -> Option<K>,
) -> Vec<(&'r Rule<'a>, K, &'r str)> {
    let mut first: HashMap<K, &str> = HashMap::new();
    let mut repeated = Vec::new();
    for rule in rules {
        let Some(key) = key(rule) else { continue };
        match first.get(&key) {
            Some(other) => repeated.push((rule, key, *other)),
            None => drop(first.insert(key, &rule.path)),
        }
    }
    repeated
}

/// DMS turns numbers into text, so that 1 and "1" are one id, and 1 and 01 are two as far as is known.
fn ids(rules: &[Rule<'_>], findings: &mut Findings) {
    /// Where an id stands first, and where it stands first in a selection.
    struct First<'r> {
        place: &'r str,
        selection: Option<&'r str>,
    }
    let mut first: HashMap<&str, First<'_>> = HashMap::new();
    for rule in rules {
        let Some(id) = rule.id.as_deref() else { continue };
        let selects = matches!(rule.what, What::Selection(_));
        let place = rule.path.as_str();
        let known = match first.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(First { place, selection: selects.then_some(place) });
                continue;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let path = format!("{place}/rule-id");
        match known.selection.filter(|_| selects) {
            Some(other) => findings.refused(
                &path,
                Code::EqualSelectionIds,
                format!(
                    "rule-id {id} stands at {other} too, and DMS refuses two selection rules of one id: give each rule its \
                     own"
                ),
                format!("Error in mapping rules. Duplicate ruleid {id}"),
            ),
            None => findings.add(
                &path,
                Code::EqualRuleIds,
                format!(
                    "rule-id {id} stands at {} too: give each rule its own; DMS refuses two selection rules of one id, and \
                     whether it takes this is not known (a sample of AWS has it)",
                    known.place
                ),
            ),
        }
        if selects {
            known.selection.get_or_insert(place);
        }
    }
    leading_zeros(rules, findings);
    let mut numbers = rules.iter().filter(|rule| rule.id_is_number).peekable();
    if let Some(rule) = numbers.peek() {
        let path = format!("{}/rule-id", rule.path);
        findings.add(
            &path,
            Code::RuleIdAsNumber,
            format!(
                "DMS writes rule-id as text, \"1\" rather than 1; it takes both ({} such rules)",
                numbers.count()
            ),
        );
    }
}

fn leading_zeros(rules: &[Rule<'_>], findings: &mut Findings) {
    let with_zeros =
        |rule: &&Rule<'_>| rule.id.as_deref().is_some_and(|id| id.len() > 1 && id.starts_with('0'));
    let Some(first) = rules.iter().find(with_zeros) else { return };
    let mark = findings.mark();
    let mut written: HashMap<&str, (&str, &str)> = HashMap::new();
    for rule in rules {
        let Some(id) = rule.id.as_deref() else { continue };
        let (other, place) = *written.entry(id.trim_start_matches('0')).or_insert((id, &rule.path));
        if other != id {
            findings.add(
                &format!("{}/rule-id", rule.path),
                Code::LeadingZeros,
                format!(
                    "rule-id {id} and rule-id {other} at {place} are one number in two ways, and whether DMS takes them for \
                     one id is not known: give each rule its own"
                ),
            );
        }
    }
    if findings.mark() == mark {
        findings.add(
            &format!("{}/rule-id", first.path),
            Code::LeadingZeros,
            format!(
                "a rule-id begins with 0, and whether DMS takes 01 and 1 for one id is not known: write it without zeros ({} \
                 such rules)",
                rules.iter().filter(with_zeros).count()
            ),
        );
    }
}

fn names(rules: &[Rule<'_>], findings: &mut Findings) {
    for (rule, name, other) in repeated(rules, |rule| rule.name) {
        findings.add(
            &format!("{}/rule-name", rule.path),
            Code::EqualRuleNames,
            format!("rule-name {} stands at {other} too: give each rule its own", quoted(name)),
        );
    }
}

fn selections(rules: &[Rule<'_>], findings: &mut Findings) {
    let acting = |rule: &Rule<'_>| match rule.what {
        What::Selection(action) if rule.locator.schema.is_some() && rule.locator.table.is_some() => action,
        _ => None,
    };
    let excludes = |rule: &&Rule<'_>| acting(rule) == Some(Action::Exclude);
    let excluded: HashSet<Locator<'_>> = rules.iter().filter(excludes).map(|rule| rule.locator).collect();
    let included = |rule: &Rule<'_>| acting(rule).is_some_and(|action| action != Action::Exclude);
    for rule in rules.iter().filter(|rule| included(rule) && excluded.contains(&rule.locator)) {
        findings.add(
            &rule.path,
            Code::IncludedAndExcluded,
            "another rule excludes exactly what this one includes, so that it selects nothing",
        );
    }
    for (rule, _, other) in repeated(rules, |rule| included(rule).then_some(rule.locator)) {
        findings.add(
            &rule.path,
            Code::SelectedTwice,
            format!("the rule at {other} selects the same tables: keep one of the two"),
        );
    }
}

/// One object takes one change of a kind: of several DMS takes the one with the lowest rule-id.
fn changes(rules: &[Rule<'_>], findings: &mut Findings) {
    let change = |rule: &Rule<'_>| match rule.what {
        What::Selection(_) | What::Transformation(Change::Masking(_) | Change::Other(_, None)) => false,
        _ => rule.locator.schema.is_some() || rule.locator.names_a_tablespace(),
    };
    for (rule, _, other) in repeated(rules, |rule| change(rule).then_some((rule.what, rule.locator))) {
        findings.add(
            &rule.path,
            Code::ChangedTwice,
            format!(
                "the rule at {other} does the same kind of thing to the same object: DMS takes only the one with the lowest \
                 rule-id"
            ),
        );
    }
}
