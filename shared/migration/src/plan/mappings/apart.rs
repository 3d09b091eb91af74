//! What only shows when the rules of a mapping are seen together: that some table is selected, that no rule is there twice, and
//! that rules do not undo each other. In one pass: a mapping may have thousands.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::locator::Locator;
use super::rule::{Rule, What};
use super::selection::Action;
use super::transformation::Change;
use crate::finding::Findings;
use crate::plan::located::quoted;

/// Holds the rules against each other; `list` is all of them, `rules` those that could be read.
pub(super) fn check(list: &[Value], rules: &[Rule<'_>], path: &str, findings: &mut Findings) {
    something_is_selected(list, path, findings);
    ids(rules, findings);
    names(rules, findings);
    selections(rules, findings);
    changes(rules, findings);
}

fn something_is_selected(list: &[Value], path: &str, findings: &mut Findings) {
    let text = |rule: &Value, name: &str| rule.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut selections =
        list.iter().filter(|rule| text(rule, "rule-type").as_deref() == Some("selection")).peekable();
    if selections.peek().is_none() {
        findings.error(
            path,
            "no-selection-rule",
            "TableMappings needs at least one rule with \"rule-type\": \"selection\"",
        );
    } else if selections.all(|rule| text(rule, "rule-action").as_deref() == Some("exclude")) {
        findings.error(
            path,
            "nothing-selected",
            "every selection rule excludes: give one that includes, DMS migrates nothing that no rule names",
        );
    }
}

fn ids(rules: &[Rule<'_>], findings: &mut Findings) {
    let mut first: HashMap<&str, &Rule<'_>> = HashMap::new();
    for rule in rules {
        let Some(id) = &rule.id else { continue };
        if let Some(other) = first.get(id.as_str()) {
            findings.warning(
                &format!("{}/rule-id", rule.path),
                "equal-rule-ids",
                format!(
                    "rule-id {id} stands at {} too: give each rule its own, where rules collide DMS takes the lowest",
                    other.path
                ),
            );
        } else {
            first.insert(id, rule);
        }
    }
    let mut numbers = rules.iter().filter(|rule| rule.id_is_number).peekable();
    if let Some(rule) = numbers.peek() {
        let path = format!("{}/rule-id", rule.path);
        findings.warning(
            &path,
            "rule-id-as-number",
            format!(
                "DMS writes rule-id as text, \"1\" rather than 1; it takes both ({} such rules)",
                numbers.count()
            ),
        );
    }
}

fn names(rules: &[Rule<'_>], findings: &mut Findings) {
    let mut first: HashMap<&str, &Rule<'_>> = HashMap::new();
    for rule in rules {
        let Some(name) = rule.name else { continue };
        if let Some(other) = first.get(name) {
            findings.warning(
                &format!("{}/rule-name", rule.path),
                "equal-rule-names",
                format!("rule-name {} stands at {} too: give each rule its own", quoted(name), other.path),
            );
        } else {
            first.insert(name, rule);
        }
    }
}

fn selections(rules: &[Rule<'_>], findings: &mut Findings) {
    let acting = |rule: &Rule<'_>, wanted: fn(Action) -> bool| matches!(rule.what, What::Selection(Some(action)) if wanted(action));
    let excluded: HashSet<Locator<'_>> =
        rules.iter().filter(|rule| acting(rule, |a| a == Action::Exclude)).map(|rule| rule.locator).collect();
    let mut included: HashMap<Locator<'_>, &str> = HashMap::new();
    for rule in rules.iter().filter(|rule| acting(rule, |a| a != Action::Exclude)) {
        if rule.locator.schema.is_none() || rule.locator.table.is_none() {
            continue;
        }
        if excluded.contains(&rule.locator) {
            findings.warning(
                &rule.path,
                "included-and-excluded",
                "another rule excludes exactly what this one includes, so that it selects nothing",
            );
        }
        if let Some(other) = included.insert(rule.locator, &rule.path) {
            findings.warning(
                &rule.path,
                "selected-twice",
                format!("the rule at {other} selects the same tables: keep one of the two"),
            );
        }
    }
}

/// One object takes one change of a kind: of several DMS takes the one with the lowest rule-id.
fn changes(rules: &[Rule<'_>], findings: &mut Findings) {
    let mut first: HashMap<(What<'_>, Locator<'_>), &str> = HashMap::new();
    for rule in rules {
        let compared = match rule.what {
            What::Transformation(Change::Masking) | What::Selection(_) => false,
            What::Transformation(Change::Other(_, None)) => false,
            _ => rule.locator.schema.is_some() || rule.locator.tablespace.is_some(),
        };
        if !compared {
            continue;
        }
        if let Some(other) = first.get(&(rule.what, rule.locator)) {
            findings.warning(
                &rule.path,
                "changed-twice",
                format!(
                    "the rule at {other} does the same kind of thing to the same object: DMS takes only the one with the lowest \
                     rule-id"
                ),
            );
        } else {
            first.insert((rule.what, rule.locator), &rule.path);
        }
    }
}
