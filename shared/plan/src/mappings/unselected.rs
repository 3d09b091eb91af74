//! Rules about tables that no selection rule includes: DMS takes them, and they do nothing. Mostly a name is misspelt.

use std::collections::{HashMap, HashSet};

use super::locator::Locator;
use super::rule::{Rule, What};
use super::selection::Action;
use super::transformation::{Change, Target};
use crate::finding::{Code, Findings};
use crate::overlap::overlap;
use crate::table_name::{Pattern, Steps, lower};

/// The most steps that are taken in one mapping: behind it no rule is named, so that the time stays bounded.
const MAX_STEPS: usize = 4_000_000;

/// Names those of all rules of a mapping that are about nothing that is migrated.
pub(super) fn check(rules: &[Rule<'_>], findings: &mut Findings) {
    let Some(selected) = Selected::of(rules) else { return };
    let mut steps = Steps::new(MAX_STEPS);
    let mut judged: HashMap<(&str, Option<&str>), bool> = HashMap::new();
    for rule in rules {
        let Some(about) = about(rule) else { continue };
        let meets = match judged.get(&about) {
            Some(meets) => *meets,
            None => match selected.meets(about, &mut steps) {
                Some(meets) => *judged.entry(about).or_insert(meets),
                None => return,
            },
        };
        if !meets {
            findings.add(
                &format!("{}/object-locator", rule.path),
                Code::AboutNothingSelected,
                "no selection rule includes anything of this name, so the rule does nothing: mend the name, or select the table",
            );
        }
    }
}

/// The schemas, and the tables in them, that a rule other than a selection is about.
fn about<'a>(rule: &Rule<'a>) -> Option<(&'a str, Option<&'a str>)> {
    let Locator { schema: Some(schema), table, table_space: None, index_space: None, .. } = rule.locator
    else {
        return None;
    };
    match rule.what {
        What::Selection(_) => None,
        What::Transformation(Change::Name(Target::Schema) | Change::Other(Some(Target::Schema), _)) => {
            Some((schema, None))
        }
        _ => Some((schema, table)),
    }
}

/// What the selection rules include.
struct Selected {
    /// Schema and table as the rules write them, but for case.
    written: HashSet<(Vec<char>, Vec<char>)>,
    /// The same, to compare; each once, in the order of the rules.
    patterns: Vec<(Pattern, Pattern)>,
}

impl Selected {
    /// `None` when some selection cannot be understood, or nothing is included at all.
    fn of(rules: &[Rule<'_>]) -> Option<Selected> {
        let mut selected = Selected { written: HashSet::new(), patterns: Vec::new() };
        for rule in rules {
            let What::Selection(action) = rule.what else { continue };
            if action? == Action::Exclude {
                continue;
            }
            let (schema, table) = (rule.locator.schema?, rule.locator.table?);
            if selected.written.insert((lower(schema), lower(table))) {
                selected.patterns.push((Pattern::of(schema), Pattern::of(table)));
            }
        }
        (!selected.patterns.is_empty()).then_some(selected)
    }

    /// Whether something that is included has such a name; `None` when it takes too many steps to say.
    fn meets(&self, (schema, table): (&str, Option<&str>), steps: &mut Steps) -> Option<bool> {
        if table.is_some_and(|table| self.written.contains(&(lower(schema), lower(table)))) {
            return Some(true);
        }
        let (schema, table) = (Pattern::of(schema), table.map(Pattern::of));
        for (schemas, tables) in &self.patterns {
            let meets = table.as_ref().is_none_or(|table| overlap(table, tables, steps))
                && overlap(&schema, schemas, steps);
            if !steps.take(1) {
                return None;
            }
            if meets {
                return Some(true);
            }
        }
        Some(false)
    }
}
