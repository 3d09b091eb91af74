//! Names of tables, and the patterns by which a mapping selects them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most names that the document carries, and the most characters in all of them: an execution takes 256 KiB.
const MOST_NAMES: usize = 200;
const MOST_CHARACTERS: usize = 16_000;

/// A table of the source, by schema and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableName {
    /// Its schema.
    pub schema_name: String,
    /// Its name.
    pub table_name: String,
}

impl TableName {
    /// A name of two parts.
    pub fn new(schema_name: impl Into<String>, table_name: impl Into<String>) -> Self {
        TableName { schema_name: schema_name.into(), table_name: table_name.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema_name, self.table_name)
    }
}

/// The tables that a mapping names one by one: a run in which one of them never appears has not migrated it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamedByMapping {
    /// By name, as far as the document can carry them.
    pub tables: Vec<TableName>,
    /// How many there are in all.
    pub count: usize,
}

impl NamedByMapping {
    /// Reads them from table mappings: selection rules that include, or name explicitly, one table, unless another rule
    /// excludes it. A `_` stands for any one character in DMS's patterns and is taken as a part of the name here, since
    /// few names have none.
    pub fn of(mappings: &Value) -> NamedByMapping {
        let rules = mappings.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let locators = |wanted: &'static [&'static str]| {
            rules.iter().filter_map(move |rule| {
                let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str);
                let selects = text("/rule-type") == Some("selection");
                let acts = text("/rule-action").is_some_and(|action| wanted.contains(&action));
                let schema = text("/object-locator/schema-name")?;
                let table = text("/object-locator/table-name")?;
                (selects && acts).then_some((schema, table))
            })
        };
        let mut named: Vec<TableName> = locators(&["include", "explicit"])
            .filter_map(|(schema, table)| Some(TableName::new(literal(schema)?, literal(table)?)))
            .filter(|name| {
                !locators(&["exclude"])
                    .any(|(schema, table)| like(schema, &name.schema_name) && like(table, &name.table_name))
            })
            .collect();
        named.sort();
        named.dedup();
        let count = named.len();
        let mut characters = 0;
        named.truncate(MOST_NAMES);
        named.retain(|name| {
            characters += name.schema_name.len() + name.table_name.len();
            characters <= MOST_CHARACTERS
        });
        NamedByMapping { tables: named, count }
    }

    /// Those of them that are not in a list of tables. Names are compared as a pattern and without regard to case, so that
    /// only a table that is really absent counts.
    pub fn absent_from<'t>(&self, listed: impl Iterator<Item = &'t TableName> + Clone) -> Vec<TableName> {
        let is_listed = |wanted: &&TableName| {
            listed.clone().any(|name| {
                like(&wanted.schema_name, &name.schema_name) && like(&wanted.table_name, &name.table_name)
            })
        };
        self.tables.iter().filter(|wanted| !is_listed(wanted)).cloned().collect()
    }
}

/// The name that a pattern stands for when it can only mean one table; `_` counts as itself, `[_]` is one.
pub(crate) fn literal(pattern: &str) -> Option<String> {
    let name = pattern.replace("[_]", "_");
    (!name.is_empty() && !name.contains(['%', '['])).then_some(name)
}

/// True when a pattern of a selection rule selects a name: `%` is any text, `_` any character, `[ab]` and `[a-d]` one of
/// some (DMS user guide, wildcards in table mapping). Case does not count.
pub(crate) fn like(pattern: &str, name: &str) -> bool {
    let pattern: Vec<Piece> = pieces(pattern);
    let name: Vec<char> = name.to_lowercase().chars().collect();
    // The classic walk with one mark: where the last % stood, and how much of the name it has taken.
    let (mut p, mut n, mut mark) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(Piece::Any) => {
                mark = Some((p, n));
                p += 1;
            }
            Some(Piece::One(allowed)) if allowed.as_ref().is_none_or(|allowed| allowed.contains(name[n])) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = mark else { return false };
                mark = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|piece| matches!(piece, Piece::Any))
}

/// A part of a pattern.
pub(crate) enum Piece {
    /// Any text.
    Any,
    /// One character: any, or one of these ranges.
    One(Option<Ranges>),
}

/// Characters, from and to.
pub(crate) struct Ranges(Vec<(char, char)>);

impl Ranges {
    /// True when a character is in both.
    pub(crate) fn meets(&self, other: &Ranges) -> bool {
        let meet =
            |(from, to): &(char, char), (begins, ends): &(char, char)| from.max(begins) <= to.min(ends);
        self.0.iter().any(|one| other.0.iter().any(|another| meet(one, another)))
    }

    /// True when no character is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|(from, to)| from > to)
    }

    fn contains(&self, c: char) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&c))
    }
}

/// The parts of a pattern, in lower case.
pub(crate) fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let lower = pattern.to_lowercase();
    let mut rest = lower.chars();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '%' => Piece::Any,
            '_' => Piece::One(None),
            '[' if rest.as_str().contains(']') => {
                let inside: Vec<char> = rest.by_ref().take_while(|c| *c != ']').collect();
                Piece::One(Some(ranges(&inside)))
            }
            c => Piece::One(Some(Ranges(vec![(c, c)]))),
        });
    }
    pieces
}

fn ranges(inside: &[char]) -> Ranges {
    let mut ranges = Vec::new();
    let mut rest = inside;
    loop {
        match rest {
            [from, '-', to, more @ ..] => {
                ranges.push((*from, *to));
                rest = more;
            }
            [one, more @ ..] => {
                ranges.push((*one, *one));
                rest = more;
            }
            [] => return Ranges(ranges),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn rule(action: &str, schema: &str, table: &str) -> Value {
        json!({"rule-type": "selection", "rule-action": action,
            "object-locator": {"schema-name": schema, "table-name": table}})
    }

    fn named(rules: &[Value]) -> Vec<String> {
        NamedByMapping::of(&json!({ "rules": rules })).tables.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_mapping_names_the_tables_that_it_spells_out() {
        assert_eq!(named(&[rule("include", "shop", "orders")]), ["shop.orders"]);
        assert_eq!(named(&[rule("explicit", "shop", "order_items")]), ["shop.order_items"]);
        assert_eq!(named(&[rule("include", "shop", "order[_]items")]), ["shop.order_items"]);
        assert!(named(&[rule("include", "shop", "%")]).is_empty());
        assert!(named(&[rule("include", "%", "orders")]).is_empty());
        assert!(named(&[rule("include", "shop", "[ab]c")]).is_empty());
        assert!(
            named(&[json!({"rule-type": "transformation", "rule-action": "include"}), json!(5)]).is_empty()
        );
        let twice = [rule("include", "shop", "orders"), rule("explicit", "shop", "orders")];
        assert_eq!(named(&twice), ["shop.orders"]);
    }

    #[test]
    fn what_another_rule_excludes_is_not_expected() {
        let rules = [
            rule("include", "shop", "orders"),
            rule("include", "shop", "tmp_orders"),
            rule("exclude", "shop", "tmp%"),
        ];
        assert_eq!(named(&rules), ["shop.orders"]);
    }

    #[test]
    fn more_names_than_the_document_carries_are_counted() {
        let rules: Vec<Value> = (0..1000).map(|nth| rule("include", "shop", &format!("t{nth:04}"))).collect();
        let many = NamedByMapping::of(&json!({ "rules": rules }));
        assert_eq!((many.tables.len(), many.count), (MOST_NAMES, 1000));
        let long = "x".repeat(12_000);
        let rules = [rule("include", "a", &long), rule("include", "b", &long)];
        let bulky = NamedByMapping::of(&json!({ "rules": rules }));
        assert_eq!((bulky.tables.len(), bulky.count), (1, 2));
    }

    #[test]
    fn only_what_is_really_absent_is_absent() {
        let mapping = json!({"rules": [
            rule("include", "SHOP", "ORDERS"), rule("include", "shop", "order_items"), rule("include", "shop", "gone"),
        ]});
        let listed = [TableName::new("shop", "orders"), TableName::new("shop", "orderXitems")];
        let absent = NamedByMapping::of(&mapping).absent_from(listed.iter());
        assert_eq!(absent, [TableName::new("shop", "gone")]);
    }

    #[test]
    fn patterns_select_as_dms_says() {
        for (pattern, name, selects) in [
            ("%", "", true),
            ("%", "orders", true),
            ("ord%", "Orders", true),
            ("%ers", "orders", true),
            ("o%d%s", "orders", true),
            ("o%d%t", "orders", false),
            ("_rders", "orders", true),
            ("_", "orders", false),
            ("ord[_]1", "ord_1", true),
            ("ord[_]1", "ordx1", false),
            ("t[a-c]", "tb", true),
            ("t[a-c]", "td", false),
            ("t[xz]", "tz", true),
            ("t[", "t[", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(like(pattern, name), selects, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_read_without_a_panic_and_a_plain_name_selects_itself(
            pattern in "[a-z%_\\[\\]-]{0,12}", name in "[a-z0-9]{0,12}",
        ) {
            let _ = like(&pattern, &name);
            prop_assert!(like(&name, &name));
        }
    }
}
