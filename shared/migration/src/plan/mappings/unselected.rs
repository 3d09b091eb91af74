//! Rules about tables that no selection rule includes: DMS takes them, and they do nothing. Mostly a name is misspelt.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::locator::Locator;
use super::rule::{Rule, What};
use super::selection::Action;
use super::transformation::{Change, Target};
use crate::finding::Findings;
use crate::overlap::overlap;
use crate::table_name::literal;

/// The most pairs of patterns that are compared in one mapping: behind it no rule is named, so that the time stays linear.
const MOST_PAIRS: usize = 20_000;

/// Names the rules that are about nothing that is migrated; `all` is false when a rule of the mapping could not be read, which
/// might be the one that selects.
pub(super) fn check(rules: &[Rule<'_>], all: bool, findings: &mut Findings) {
    let Some(selected) = Selected::of(rules).filter(|_| all) else { return };
    let mut pairs = MOST_PAIRS;
    let mut judged: HashMap<(&str, Option<&str>), bool> = HashMap::new();
    for rule in rules {
        let Some(about) = about(rule) else { continue };
        let meets = match judged.get(&about) {
            Some(meets) => *meets,
            None => match selected.meets(about, &mut pairs) {
                Some(meets) => *judged.entry(about).or_insert(meets),
                None => return,
            },
        };
        if !meets {
            findings.warning(
                &format!("{}/object-locator", rule.path),
                "about-nothing-selected",
                "no selection rule includes anything of this name, so the rule does nothing: mend the name, or select the table",
            );
        }
    }
}

/// The schemas, and the tables in them, that a rule other than a selection is about.
fn about<'a>(rule: &Rule<'a>) -> Option<(&'a str, Option<&'a str>)> {
    let Locator { schema: Some(schema), table, tablespace: None, .. } = rule.locator else { return None };
    match rule.what {
        What::Selection(_) => None,
        What::Transformation(Change::Name(Target::Schema) | Change::Other(Some(Target::Schema), _)) => {
            Some((schema, None))
        }
        _ => Some((schema, table)),
    }
}

/// What the selection rules include.
struct Selected<'a> {
    /// Tables that are named, in small letters: case does not count here, as in [`crate::table_name`].
    named: BTreeSet<(String, String)>,
    /// Pairs of patterns of schema and table, each once.
    patterns: Vec<(&'a str, &'a str)>,
}

impl<'a> Selected<'a> {
    /// `None` when some selection cannot be understood, or nothing is included at all.
    fn of(rules: &[Rule<'a>]) -> Option<Selected<'a>> {
        let mut selected = Selected { named: BTreeSet::new(), patterns: Vec::new() };
        let mut seen = HashSet::new();
        for rule in rules {
            let What::Selection(action) = rule.what else { continue };
            if action? == Action::Exclude {
                continue;
            }
            let (schema, table) = match rule.locator {
                Locator { schema: Some(schema), table: Some(table), .. } => (schema, table),
                _ => return None,
            };
            match (literal(schema), literal(table)) {
                (Some(schema), Some(table)) => {
                    selected.named.insert((schema.to_lowercase(), table.to_lowercase()));
                }
                _ if seen.insert((schema, table)) => selected.patterns.push((schema, table)),
                _ => {}
            }
        }
        (!selected.named.is_empty() || !selected.patterns.is_empty()).then_some(selected)
    }

    /// Whether something that is included has such a name; `None` when too many pairs would have to be compared.
    fn meets(&self, (schema, table): (&str, Option<&str>), pairs: &mut usize) -> Option<bool> {
        if let (Some(schema), Some(table)) = (literal(schema), table.and_then(literal))
            && self.named.contains(&(schema.to_lowercase(), table.to_lowercase()))
        {
            return Some(true);
        }
        let named = self.named.iter().map(|(schema, table)| (schema.as_str(), table.as_str()));
        for (schemas, tables) in self.patterns.iter().copied().chain(named) {
            *pairs = pairs.checked_sub(1)?;
            if overlap(schema, schemas) && table.is_none_or(|table| overlap(table, tables)) {
                return Some(true);
            }
        }
        Some(false)
    }
}
