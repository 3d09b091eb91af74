//! Masks of columns: what a mask needs, and what another rule may do to the same column before it (DMS user guide, using
//! data masking to hide sensitive information).

use std::collections::HashMap;

use super::data_type::ChangedTo;
use super::rule::{Reading, Rule, What};
use super::transformation::Change;
use crate::finding::{Code, Findings, MAX_FINDINGS};
use crate::located::shown;
use crate::overlap::overlap;
use crate::table_name::{Pattern, Steps, literal, lower};

/// The most steps that are taken in one mapping: behind it no pattern is held against another.
const MAX_STEPS: usize = 2_000_000;

/// How many characters a hash has.
const HASH_LENGTH: u64 = 64;

/// How the values of a column are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mask {
    /// Each digit becomes one character.
    Digits,
    /// Each digit becomes another.
    RandomDigits,
    /// The value becomes its hash.
    Hash,
}

impl Mask {
    /// Only one kind of mask has a value: the character that digits become.
    pub(super) fn check_value(self, rule: &mut Reading<'_, '_>, value: Option<&str>) {
        let stated = rule.members.get("value");
        if self != Mask::Digits {
            if stated.is_some() {
                rule.findings.add(
                    &rule.members.place("value"),
                    Code::ValueNotUsed,
                    "only data-masking-digits-mask takes a value: it does nothing here",
                );
            }
            return;
        }
        let mut characters = value.unwrap_or_default().chars();
        let one = characters.next().filter(char::is_ascii_graphic).filter(|_| characters.next().is_none());
        if one.is_none() {
            let found = stated.map_or("nothing".to_owned(), |node| shown(node.value));
            rule.findings.add(
                &rule.members.place("value"),
                Code::BadMask,
                format!(
                    "value is the mask that digits become: one printable ASCII character that is no blank, such as #, not \
                     {found}"
                ),
            );
        }
    }

    /// True for the types of DMS that it can mask.
    fn masks(self, data_type: &str) -> bool {
        let word = data_type.to_ascii_lowercase();
        matches!(word.as_str(), "string" | "wstring")
            || (self == Mask::RandomDigits
                && (word == "numeric" || word.starts_with("int") || word.starts_with("uint")))
    }
}

/// A rule that changes the type of columns.
struct TypeChange<'r, 'a> {
    rule: &'r Rule<'a>,
    to: ChangedTo<'a>,
}

/// Holds masks against changes of type of the same columns.
pub(super) fn check(rules: &[Rule<'_>], findings: &mut Findings) {
    let changes: Vec<TypeChange<'_, '_>> =
        rules.iter().filter_map(|rule| Some(TypeChange { rule, to: rule.changed_to? })).collect();
    if changes.is_empty() {
        return;
    }
    let mut exact: HashMap<[Vec<char>; 3], Vec<&TypeChange<'_, '_>>> = HashMap::new();
    let mut patterns = Vec::new();
    for change in &changes {
        match name(change.rule) {
            Some(name) => exact.entry(name).or_default().push(change),
            None => patterns.extend(pattern(change.rule).map(|pattern| (pattern, change))),
        }
    }
    let all: Vec<_> = changes.iter().filter_map(|change| Some((pattern(change.rule)?, change))).collect();
    let mut steps = Steps::new(MAX_STEPS);
    let mark = findings.mark();
    for (rule, mask) in masked(rules) {
        let Some(wanted) = pattern(rule) else { continue };
        let (named, others) = match name(rule) {
            Some(name) => (exact.get(&name).map(Vec::as_slice).unwrap_or_default(), &patterns),
            None => (&[][..], &all),
        };
        let meets = |(pattern, _): &&([Pattern; 3], &TypeChange<'_, '_>)| {
            steps.take(1) && pattern.iter().zip(&wanted).all(|(one, other)| overlap(one, other, &mut steps))
        };
        let met: Vec<&TypeChange<'_, '_>> = others.iter().filter(meets).map(|(_, change)| *change).collect();
        for change in named.iter().copied().chain(met) {
            // All of them are warnings, and no more are shown.
            if findings.mark() - mark >= MAX_FINDINGS {
                return;
            }
            of_one_column(rule, mask, change, findings);
        }
    }
}

/// The rules that mask. Of those that mask one column alike only the first that DMS comes to: what is wrong with the
/// others beside a change of type is wrong with that one.
fn masked<'r, 'a>(rules: &'r [Rule<'a>]) -> Vec<(&'r Rule<'a>, Mask)> {
    let mut masked: Vec<(&Rule<'_>, Mask)> = Vec::new();
    let mut at_column = HashMap::new();
    for rule in rules {
        let What::Transformation(Change::Masking(mask)) = rule.what else { continue };
        let known = name(rule).map(|name| *at_column.entry((name, mask)).or_insert(masked.len()));
        match known.and_then(|at| masked.get_mut(at)) {
            Some((first, _)) => {
                if number(rule).is_some_and(|id| number(first).is_none_or(|smallest| id < smallest)) {
                    *first = rule;
                }
            }
            None => masked.push((rule, mask)),
        }
    }
    masked
}

fn number(rule: &Rule<'_>) -> Option<u128> {
    rule.id.as_deref()?.parse().ok()
}

/// The names of the one column that a rule is about.
fn name(rule: &Rule<'_>) -> Option<[Vec<char>; 3]> {
    let part = |name: Option<&str>| literal(name?).map(|name| lower(&name));
    Some([part(rule.locator.schema)?, part(rule.locator.table)?, part(rule.locator.column)?])
}

/// The patterns of the columns that a rule is about.
fn pattern(rule: &Rule<'_>) -> Option<[Pattern; 3]> {
    let part = |name: Option<&str>| name.map(Pattern::of);
    Some([part(rule.locator.schema)?, part(rule.locator.table)?, part(rule.locator.column)?])
}

/// What is wrong when both rules are about one column.
fn of_one_column(mask: &Rule<'_>, kind: Mask, change: &TypeChange<'_, '_>, findings: &mut Findings) {
    let (rule, to) = (change.rule, change.to);
    if let (Some(masks), Some(changes)) = (number(mask), number(rule))
        && changes > masks
    {
        findings.add(
            &format!("{}/rule-id", rule.path),
            Code::MaskBeforeType,
            format!(
                "the column is masked by the rule at {}, and its type must be changed before that: a change-data-type of a \
                 masked column needs the smaller rule-id, and {changes} is not smaller than {masks}",
                mask.path
            ),
        );
    }
    let Some(word) = to.word else { return };
    if !kind.masks(word) {
        findings.add(
            &format!("{}/data-type/type", rule.path),
            Code::MaskNotForType,
            format!(
                "the rule at {} masks this column, and that mask is not for columns of type {word}",
                mask.path
            ),
        );
    } else if kind == Mask::Hash && to.length.is_some_and(|length| (1..HASH_LENGTH).contains(&length)) {
        findings.add(
            &format!("{}/data-type/length", rule.path),
            Code::MaskNotForType,
            format!(
                "the rule at {} puts a hash of {HASH_LENGTH} characters into this column: make it at least as long",
                mask.path
            ),
        );
    }
}
