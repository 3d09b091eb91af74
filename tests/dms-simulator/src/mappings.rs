//! `TableMappings`: which tables of the source a task takes.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::scenario::SourceTable;

/// The selection rules of a task, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mappings {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    schema: String,
    table: String,
    action: Action,
    load_order: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Include,
    Exclude,
    Explicit,
}

/// A table that a task takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selected {
    pub(crate) schema: String,
    pub(crate) table: String,
    /// Higher loads first.
    pub(crate) load_order: i64,
    /// Nothing where an explicit rule names a table that the source does not have.
    pub(crate) source: Option<SourceTable>,
}

/// A document that takes every table of every schema.
pub(crate) fn everything() -> Value {
    json!({ "rules": [{
        "rule-type": "selection", "rule-id": "1", "rule-name": "1",
        "object-locator": { "schema-name": "%", "table-name": "%" }, "rule-action": "include"
    }] })
}

impl Mappings {
    /// Reads the document. Rules that only transform are looked at no further.
    pub(crate) fn read(text: &str) -> Result<Self, Fault> {
        let document: Value = serde_json::from_str(text).map_err(|_| invalid())?;
        let listed = document.get("rules").and_then(Value::as_array).ok_or_else(invalid)?;
        let mut rules = Vec::new();
        for rule in listed {
            match rule.get("rule-type").and_then(Value::as_str) {
                Some("selection") => rules.push(Rule::read(rule).ok_or_else(invalid)?),
                Some(_) => {}
                None => return Err(invalid()),
            }
        }
        // At least one selection rule must be there, whatever it does.
        if rules.is_empty() { Err(invalid()) } else { Ok(Self { rules }) }
    }

    /// The tables that the rules take, in the order in which they are to be loaded.
    pub(crate) fn select(&self, tables: &[SourceTable]) -> Vec<Selected> {
        let mut selected: Vec<Selected> = tables
            .iter()
            .filter_map(|table| {
                let fits = |rule: &&Rule| rule.fits(&table.schema_name, &table.table_name);
                let excluded = self.rules.iter().filter(fits).any(|rule| rule.action == Action::Exclude);
                let taking = self.rules.iter().filter(fits).filter(|rule| rule.action != Action::Exclude);
                let load_order = taking.map(|rule| rule.load_order).max()?;
                (!excluded).then(|| Selected {
                    schema: table.schema_name.clone(),
                    table: table.table_name.clone(),
                    load_order,
                    source: Some(table.clone()),
                })
            })
            .collect();
        for rule in self.rules.iter().filter(|rule| rule.action == Action::Explicit) {
            if !selected.iter().any(|it| it.schema == rule.schema && it.table == rule.table)
                && !tables.iter().any(|it| rule.fits(&it.schema_name, &it.table_name))
            {
                selected.push(Selected {
                    schema: rule.schema.clone(),
                    table: rule.table.clone(),
                    load_order: rule.load_order,
                    source: None,
                });
            }
        }
        selected.sort_by_key(|it| std::cmp::Reverse(it.load_order));
        selected
    }
}

impl Rule {
    fn read(rule: &Value) -> Option<Self> {
        let locator = rule.get("object-locator")?;
        let action = match rule.get("rule-action").and_then(Value::as_str)? {
            "include" => Action::Include,
            "exclude" => Action::Exclude,
            "explicit" => Action::Explicit,
            _ => return None,
        };
        // Consoles write the number as text, and export nulls for what is not set.
        let load_order = match rule.get("load-order") {
            None | Some(Value::Null) => 0,
            Some(Value::String(text)) => text.parse().ok()?,
            Some(number) => number.as_i64()?,
        };
        Some(Self {
            schema: locator.get("schema-name")?.as_str()?.to_owned(),
            table: locator.get("table-name")?.as_str()?.to_owned(),
            action,
            load_order,
        })
    }

    fn fits(&self, schema: &str, table: &str) -> bool {
        if self.action == Action::Explicit {
            return self.schema == schema && self.table == table;
        }
        matches(&self.schema, schema) && matches(&self.table, table)
    }
}

fn invalid() -> Fault {
    Fault::invalid_value("Invalid Table Mappings document")
}

/// Whether a name fits a pattern: `%` any run of characters, `_` any one, `[_]` the character itself, `[ab]` one of
/// these, `[a-d]` one between. Case matters.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<Part> = parts(pattern);
    let name: Vec<char> = name.chars().collect();
    // Where the last `%` was and how much of the name it has taken so far: on a mismatch it takes one more.
    let (mut at, mut read, mut back) = (0, 0, None);
    while read < name.len() {
        match pattern.get(at) {
            Some(Part::Any) => {
                back = Some((at, read));
                at += 1;
            }
            Some(part) if part.takes(name[read]) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                at = star + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|part| *part == Part::Any)
}

#[derive(Debug, PartialEq)]
enum Part {
    Any,
    One,
    Exactly(char),
    OneOf(Vec<(char, char)>),
}

impl Part {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Exactly(expected) => *expected == character,
            Self::OneOf(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)),
        }
    }
}

fn parts(pattern: &str) -> Vec<Part> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parts = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let close = characters[at..].iter().position(|it| *it == ']').map(|offset| at + offset);
        match (characters[at], close) {
            ('%', _) => parts.push(Part::Any),
            ('_', _) => parts.push(Part::One),
            ('[', Some(close)) if close > at + 1 => {
                parts.push(Part::OneOf(ranges(&characters[at + 1..close])));
                at = close;
            }
            (character, _) => parts.push(Part::Exactly(character)),
        }
        at += 1;
    }
    parts
}

fn ranges(characters: &[char]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut rest = characters;
    while let Some((first, others)) = rest.split_first() {
        match others {
            ['-', last, remaining @ ..] => {
                ranges.push((*first, *last));
                rest = remaining;
            }
            _ => {
                ranges.push((*first, *first));
                rest = others;
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_choose_names_as_dms_does() {
        for (pattern, name, fits) in [
            ("%", "", true),
            ("%", "orders", true),
            ("ord%", "orders", true),
            ("%ers", "orders", true),
            ("o%d%s", "orders", true),
            ("o%d%x", "orders", false),
            ("order_", "orders", true),
            ("order_", "order", false),
            ("a[_]b", "a_b", true),
            ("a[_]b", "axb", false),
            ("t[ab]", "tb", true),
            ("t[a-d]1", "tc1", true),
            ("t[a-d]1", "te1", false),
            ("Orders", "orders", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} against {name}");
        }
    }

    #[test]
    fn a_document_without_a_selection_rule_is_refused() {
        for text in
            ["", "{}", "[]", r#"{"rules":[]}"#, r#"{"rules":[{"rule-type":"transformation"}]}"#, "not json"]
        {
            let fault = Mappings::read(text).expect_err(text);
            assert_eq!(fault.code, "InvalidParameterValueException", "{text}");
            assert_eq!(fault.message, "Invalid Table Mappings document", "{text}");
        }
    }

    #[test]
    fn exclude_wins_and_higher_load_order_comes_first() {
        let rule = |action: &str, table: &str, order: Value| {
            json!({ "rule-type": "selection", "rule-action": action, "load-order": order,
                    "object-locator": { "schema-name": "s", "table-name": table } })
        };
        let text = json!({ "rules": [
            rule("include", "%", Value::Null), rule("exclude", "tmp%", Value::Null),
            rule("include", "big", json!("9")), rule("explicit", "missing", json!(3))
        ] });
        let tables: Vec<_> =
            ["small", "tmp_1", "big"].iter().map(|name| SourceTable::new("s", name, 1, 1.0)).collect();
        let selected = Mappings::read(&text.to_string()).unwrap().select(&tables);
        let names: Vec<_> = selected.iter().map(|it| (it.table.as_str(), it.source.is_some())).collect();
        assert_eq!(names, [("big", true), ("missing", false), ("small", true)]);
    }
}
