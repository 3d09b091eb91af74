//! Names of tables, and the patterns by which a mapping selects them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most names that the document carries, and the most characters in all of them: an execution takes 256 KiB.
const MAX_NAMES: usize = 200;
const MAX_CHARACTERS: usize = 16_000;

/// The most characters that are held against the patterns of rules that exclude.
const MAX_STEPS: usize = 20_000_000;

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
    /// few names have none. Of a mapping whose patterns take too long, the names that were come to are told and the
    /// others are counted: better too many that are waited for than one that nobody misses.
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
        let excluded: Vec<(Pattern, Pattern)> =
            locators(&["exclude"]).map(|(schema, table)| (Pattern::of(schema), Pattern::of(table))).collect();
        let is_excluded = |name: &TableName, steps: &mut Steps| {
            let (schema, table) = (lower(&name.schema_name), lower(&name.table_name));
            excluded
                .iter()
                .any(|(schemas, tables)| schemas.selects(&schema, steps) && tables.selects(&table, steps))
        };
        let mut named: Vec<TableName> = locators(&["include", "explicit"])
            .filter_map(|(schema, table)| Some(TableName::new(literal(schema)?, literal(table)?)))
            .collect();
        named.sort();
        named.dedup();
        let (mut steps, mut uncertain) = (Steps::new(MAX_STEPS), 0);
        named.retain(|name| {
            let stays = !is_excluded(name, &mut steps);
            uncertain += usize::from(stays && steps.are_spent());
            stays && !steps.are_spent()
        });
        let count = named.len() + uncertain;
        let mut characters = 0;
        named.truncate(MAX_NAMES);
        named.retain(|name| {
            characters += name.schema_name.len() + name.table_name.len();
            characters <= MAX_CHARACTERS
        });
        NamedByMapping { tables: named, count }
    }

    /// Those of them that are not in a list of tables. Names are compared as a pattern and without regard to case, so
    /// that only a table that is really absent counts.
    pub fn absent_from<'t>(&self, listed: impl Iterator<Item = &'t TableName>) -> Vec<TableName> {
        let listed: Vec<(Vec<char>, Vec<char>)> =
            listed.map(|name| (lower(&name.schema_name), lower(&name.table_name))).collect();
        let is_listed = |wanted: &&TableName| {
            let (schemas, tables) = (Pattern::of(&wanted.schema_name), Pattern::of(&wanted.table_name));
            let mut steps = Steps::new(usize::MAX);
            listed.iter().any(|(schema, table)| {
                schemas.selects(schema, &mut steps) && tables.selects(table, &mut steps)
            })
        };
        self.tables.iter().filter(|wanted| !is_listed(wanted)).cloned().collect()
    }
}

/// The name that a pattern stands for when it can only mean one table; `_` counts as itself, `[_]` is one.
pub fn literal(pattern: &str) -> Option<String> {
    let name = pattern.replace("[_]", "_");
    (!name.is_empty() && !name.contains(['%', '['])).then_some(name)
}

/// How much may still be compared: a function has its seconds, and two mappings may hold thousands of patterns each.
#[derive(Debug)]
pub struct Steps(usize);

impl Steps {
    /// So many pieces of patterns or characters of a name, each held against one piece of a pattern.
    pub fn new(most: usize) -> Self {
        Steps(most)
    }

    /// True when these steps may be taken. Whoever may not has no answer.
    pub fn take(&mut self, steps: usize) -> bool {
        self.0 = self.0.saturating_sub(steps);
        !self.are_spent()
    }

    /// True when there are none left: from here on every answer is no, and means nothing.
    pub fn are_spent(&self) -> bool {
        self.0 == 0
    }
}

/// A pattern of a selection rule, read once for many comparisons: `%` is any text, `_` any character, `[ab]` and
/// `[a-d]` one of some (DMS user guide, wildcards in table mapping). Case does not count.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    pieces: Box<[Piece]>,
    name: Option<Box<[char]>>,
    has_one_length: bool,
}

impl Pattern {
    /// Reads it.
    pub fn of(text: &str) -> Pattern {
        let name = literal(text).map(|name| lower(&name).into_boxed_slice());
        let pieces = pieces(text).into_boxed_slice();
        let has_one_length = pieces.iter().all(|piece| matches!(piece, Piece::One(_)));
        Pattern { text: text.to_owned(), pieces, name, has_one_length }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its parts.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// True when all names that it selects are of one length: there is no `%` in it.
    pub fn has_one_length(&self) -> bool {
        self.has_one_length
    }

    /// True when it can only mean one name; `_` counts as itself.
    pub fn is_literal(&self) -> bool {
        self.name.is_some()
    }

    /// True when both are written alike.
    pub fn is(&self, other: &Pattern) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }

    /// True when all that the other one selects is surely selected by this one.
    pub fn covers(&self, other: &Pattern, steps: &mut Steps) -> bool {
        self.text == "%"
            || self.is(other)
            || other.name.as_ref().is_some_and(|name| self.selects(name, steps))
    }

    /// True when it selects a name, which is given in lower case.
    pub fn selects(&self, name: &[char], steps: &mut Steps) -> bool {
        let pattern = &self.pieces;
        // The classic walk with one mark: where the last % stood, and how much of the name it has taken.
        let (mut p, mut n, mut mark) = (0, 0, None);
        while n < name.len() {
            if !steps.take(1) {
                return false;
            }
            match pattern.get(p) {
                Some(Piece::Any) => {
                    mark = Some((p, n));
                    p += 1;
                }
                Some(Piece::One(one)) if one.takes(name[n]) => {
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
}

/// A name as patterns are held against it.
pub fn lower(name: &str) -> Vec<char> {
    name.chars().map(small).collect()
}

/// The small letter of a character, one for one: a text in small letters can be of another length, and a sigma of
/// another form.
fn small(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(small), None) => small,
        _ => c,
    }
}

/// A part of a pattern.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Any text.
    Any,
    /// One character.
    One(One),
}

/// The characters that stand for one.
#[derive(Clone, Debug)]
pub enum One {
    /// Each.
    Every,
    /// This one.
    Only(char),
    /// Those in these ranges.
    In(Box<Ranges>),
}

impl One {
    fn takes(&self, c: char) -> bool {
        match self {
            One::Every => true,
            One::Only(only) => *only == c,
            One::In(ranges) => ranges.contain(c),
        }
    }

    /// True when some character is taken by both.
    pub fn meets(&self, other: &One, steps: &mut Steps) -> bool {
        match (self, other) {
            (One::Only(c), other) | (other, One::Only(c)) => other.takes(*c),
            (One::Every, One::Every) => true,
            (One::In(ranges), One::Every) | (One::Every, One::In(ranges)) => !ranges.0.is_empty(),
            (One::In(ranges), One::In(others)) => ranges.meet(others, steps),
        }
    }
}

/// Ranges of characters, from and to: in order, with something between them.
#[derive(Clone, Debug)]
pub struct Ranges(Vec<(char, char)>);

impl Ranges {
    /// What stands between brackets: characters, and ranges of them.
    fn of(inside: &[char]) -> Ranges {
        let mut all = Vec::new();
        let mut rest = inside;
        loop {
            let (from, to) = match rest {
                [from, '-', to, more @ ..] => {
                    rest = more;
                    (*from, *to)
                }
                [one, more @ ..] => {
                    rest = more;
                    (*one, *one)
                }
                [] => break,
            };
            // A range between a capital letter and something else holds small letters and what it says.
            all.extend([(from, to), (small(from), small(to))]);
            let (first, last) = (from.max('A'), to.min('Z'));
            if first <= last {
                all.push((small(first), small(last)));
            }
        }
        all.retain(|(from, to)| from <= to);
        all.sort_unstable();
        let mut apart: Vec<(char, char)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match apart.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => apart.push((from, to)),
            }
        }
        Ranges(apart)
    }

    fn contain(&self, c: char) -> bool {
        let beyond = self.0.partition_point(|(from, _)| *from <= c);
        beyond.checked_sub(1).is_some_and(|at| c <= self.0[at].1)
    }

    fn meet(&self, other: &Ranges, steps: &mut Steps) -> bool {
        let (mut ours, mut theirs) = (self.0.as_slice(), other.0.as_slice());
        while let ([(from, to), our_rest @ ..], [(begins, ends), their_rest @ ..]) = (ours, theirs) {
            if !steps.take(1) {
                return false;
            }
            if from.max(begins) <= to.min(ends) {
                return true;
            }
            if to < ends { ours = our_rest } else { theirs = their_rest }
        }
        false
    }
}

/// The parts of a pattern, in small letters.
fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let last_close = pattern.rfind(']');
    let mut rest = pattern.char_indices();
    while let Some((at, c)) = rest.next() {
        pieces.push(match c {
            '%' => Piece::Any,
            '_' => Piece::One(One::Every),
            '[' if last_close.is_some_and(|close| at < close) => {
                let inside: Vec<char> = rest.by_ref().map(|(_, c)| c).take_while(|c| *c != ']').collect();
                Piece::One(One::In(Box::new(Ranges::of(&inside))))
            }
            c => Piece::One(One::Only(small(c))),
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn like(pattern: &str, name: &str) -> bool {
        Pattern::of(pattern).selects(&lower(name), &mut Steps::new(usize::MAX))
    }

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
        assert_eq!((many.tables.len(), many.count), (MAX_NAMES, 1000));
        let long = "x".repeat(12_000);
        let rules = [rule("include", "a", &long), rule("include", "b", &long)];
        let bulky = NamedByMapping::of(&json!({ "rules": rules }));
        assert_eq!((bulky.tables.len(), bulky.count), (1, 2));
    }

    #[test]
    fn names_that_there_is_no_time_to_look_at_are_counted() {
        let name = |nth| format!("{}{nth:03}", "x".repeat(400));
        let included = (0..150).map(|nth| rule("include", "shop", &name(nth)));
        let excluded = (0..300).map(|nth| rule("exclude", "%", &format!("%y{nth}%")));
        let named = NamedByMapping::of(&json!({ "rules": included.chain(excluded).collect::<Vec<_>>() }));
        assert_eq!(named.count, 150);
        let few = NamedByMapping::of(
            &json!({ "rules": [rule("include", "shop", "a"), rule("exclude", "%", "a%")] }),
        );
        assert_eq!(few.count, 0);
    }

    #[test]
    fn two_long_brackets_are_soon_held_against_each_other() {
        let brackets = |c: char| Pattern::of(&format!("[{}]", c.to_string().repeat(50_000)));
        let spread = |from: char| {
            let all: String = (from..).step_by(2).take(10_000).collect();
            Pattern::of(&format!("[{all}]"))
        };
        let meet = |one: &Pattern, other: &Pattern, most: usize| {
            let (Piece::One(one), Piece::One(other)) = (&one.pieces()[0], &other.pieces()[0]) else {
                return None;
            };
            let mut steps = Steps::new(most);
            let meets = one.meets(other, &mut steps);
            (!steps.are_spent()).then_some(meets)
        };
        assert_eq!(meet(&brackets('a'), &brackets('b'), 10), Some(false));
        assert_eq!(meet(&brackets('a'), &brackets('A'), 10), Some(true));
        assert_eq!(meet(&spread('\u{4e00}'), &spread('\u{4e01}'), 30_000), Some(false));
        assert_eq!(meet(&spread('\u{4e00}'), &spread('\u{4e01}'), 10_000), None, "it is counted");
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
            ("t[A-_]", "tB", true),
            ("t[A-_]", "t_", true),
            ("t[A-_]", "t{", false),
            ("[Z-a]", "Z", true),
            ("[Z-a]", "b", false),
            ("[C-A]", "b", false),
            ("[a-cx-z]", "y", true),
            ("[a-cx-zb-m]", "L", true),
            ("[a-cx-zb-m]", "n", false),
            ("\u{39f}\u{394}\u{39f}\u{3a3}%", "\u{3bf}\u{3b4}\u{3bf}\u{3c3}\u{3b1}", true),
            ("_stanbul", "\u{130}STANBUL", true),
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
