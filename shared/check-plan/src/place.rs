//! From a JSON pointer to a place in the text of a plan, also inside a document that the plan holds as a text.

use std::collections::HashMap;
use std::ops::Range;

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use plan::located::escaped;
use plan::text::{self, NotTaken};

/// A place to show.
#[derive(Debug, PartialEq, Eq)]
pub struct Place<'t> {
    /// The text that it is in: the file's, or that of a string in it.
    pub text: &'t str,
    /// JSON pointer to the string whose text that is; empty for the file itself.
    pub inside: String,
    /// Which bytes of the text.
    pub span: Range<usize>,
    /// Where the string begins in the file, or the place itself where it is in none.
    pub outer: usize,
}

/// A text that was read so that places in it can be found.
pub struct Document<'t> {
    text: &'t str,
    tree: Option<Value<'t>>,
}

impl<'t> Document<'t> {
    /// Reads it; a text that is no JSON has no places but the whole.
    pub fn read(text: &'t str) -> Document<'t> {
        Document { text, tree: tree(text) }
    }

    /// The places that pointers name, or the nearest ones around them: what is missing has no place of its own. A
    /// string that holds a document is read once, however many places are in it.
    pub fn places<'d>(&'d self, pointers: impl Iterator<Item = &'d str>) -> Vec<Place<'d>> {
        let mut inner: HashMap<&str, Option<Value<'d>>> = HashMap::new();
        let place = |pointer: &'d str| {
            let Some(outer) = &self.tree else { return whole(self.text, "", 0) };
            let found = walk(outer, pointer);
            let Some(decoded) = found.string else {
                let outer = found.span.start;
                return Place { text: self.text, inside: String::new(), span: found.span, outer };
            };
            let (inside, rest) = pointer.split_at(pointer.len() - found.rest.len());
            match inner.entry(inside).or_insert_with(|| tree(decoded)) {
                Some(tree) => {
                    let outer = found.span.start;
                    Place { text: decoded, inside: inside.to_owned(), span: walk(tree, rest).span, outer }
                }
                None => whole(decoded, inside, found.span.start),
            }
        };
        pointers.map(place).collect()
    }
}

/// Where a text stops to be JSON; its beginning when it is.
fn whole<'t>(text: &'t str, inside: &str, outer: usize) -> Place<'t> {
    let at = match text::parse(text) {
        Err(NotTaken::NotJson { line, column, .. }) => {
            let begins = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
            begins + column.saturating_sub(1)
        }
        _ => 0,
    };
    let at = text.floor_char_boundary(at);
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    Place { span: at..at + width, text, inside: inside.to_owned(), outer }
}

/// Reads a text as the plan's reader does: nothing but JSON.
fn tree(text: &str) -> Option<Value<'_>> {
    let nothing_but_json = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    parse_to_ast(text, &collect, &nothing_but_json).ok()?.value
}

struct Found<'p, 'v> {
    span: Range<usize>,
    /// What of the pointer lies behind it.
    rest: &'p str,
    /// The string that the rest of the pointer, or a fault of its text, lies in.
    string: Option<&'v str>,
}

/// Follows a pointer as far as it goes.
fn walk<'p, 'v>(tree: &'v Value<'_>, pointer: &'p str) -> Found<'p, 'v> {
    let mut value = tree;
    let mut span = first_line(tree);
    let mut rest = pointer;
    while let Some(behind) = rest.strip_prefix('/') {
        let end = behind.find('/').unwrap_or(behind.len());
        let (name, left) = behind.split_at(end);
        match value {
            Value::Object(object) => {
                // Of a key that stands twice, the last one holds; names are compared as the finding wrote them.
                // Most names need no escape, and an object may have very many of them.
                let is_plain = name.len() < 100 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let named = |prop: &&ObjectProp<'_>| match is_plain {
                    true => prop.name.as_str() == name,
                    false => escaped(prop.name.as_str()) == name,
                };
                let Some(prop) = object.properties.iter().rev().find(named) else { break };
                value = &prop.value;
                span = span_of(prop);
            }
            Value::Array(list) => {
                let Some(element) = name.parse::<usize>().ok().and_then(|at| list.elements.get(at)) else {
                    break;
                };
                value = element;
                span = first_line(element);
            }
            _ => break,
        }
        rest = left;
    }
    let string = match value {
        Value::StringLit(text) if !rest.is_empty() || holds_a_broken_document(&text.value) => {
            Some(&*text.value)
        }
        _ => None,
    };
    Found { span, rest, string }
}

/// A text that begins like an object and is none: its fault is shown inside it.
fn holds_a_broken_document(text: &str) -> bool {
    text.trim_start().starts_with('{') && text::parse(text).is_err()
}

/// A member: its name and value when the value is short, else its name.
fn span_of(prop: &ObjectProp<'_>) -> Range<usize> {
    let name = prop.name.range();
    match &prop.value {
        Value::Object(_) | Value::Array(_) => name.start..name.end,
        value => name.start..value.range().end,
    }
}

/// An element: all of it when it is a word or a number, else its opening bracket.
fn first_line(value: &Value<'_>) -> Range<usize> {
    let range = value.range();
    match value {
        Value::Object(_) | Value::Array(_) => range.start..range.start + 1,
        _ => range.start..range.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{
  "Task": {
    "TableMappings": "{\"rules\": [{\"rule-id\": \"a\"}]}",
    "Tags": [{"Key": "x"}, "y"],
    "a/b": 1
  },
  "Start": "Auto",
  "Start": "Now"
}"#;

    fn shown(text: &str, pointer: &str) -> (String, String) {
        let document = Document::read(text);
        let place = document.places([pointer].into_iter()).remove(0);
        (place.inside.clone(), place.text[place.span.clone()].to_owned())
    }

    #[test]
    fn a_pointer_leads_to_what_it_names_or_to_what_is_around_it() {
        for (pointer, text) in [
            ("", "{"),
            ("/Start", "\"Start\": \"Now\""),
            ("/Task", "\"Task\""),
            ("/Task/Tags", "\"Tags\""),
            ("/Task/Tags/0", "{"),
            ("/Task/Tags/0/Key", "\"Key\": \"x\""),
            ("/Task/Tags/0/Value", "{"),
            ("/Task/Tags/1", "\"y\""),
            ("/Task/Tags/7", "\"Tags\""),
            ("/Task/a~1b", "\"a/b\": 1"),
            ("/Task/MigrationType", "\"Task\""),
            ("/Window/Opens", "{"),
        ] {
            assert_eq!(shown(PLAN, pointer), (String::new(), text.to_owned()), "{pointer}");
        }
    }

    #[test]
    fn a_pointer_into_a_text_leads_into_that_text() {
        let inside = "/Task/TableMappings".to_owned();
        assert_eq!(
            shown(PLAN, "/Task/TableMappings/rules/0/rule-id"),
            (inside.clone(), "\"rule-id\": \"a\"".to_owned())
        );
        assert_eq!(shown(PLAN, "/Task/TableMappings/rules/0/rule-name"), (inside, "{".to_owned()));
    }

    #[test]
    fn what_is_not_json_is_shown_where_it_ends_to_be() {
        assert_eq!(shown("{\n  \"a\": 1,\n}", ""), (String::new(), "}".to_owned()));
        assert_eq!(shown("", ""), (String::new(), String::new()));
        let plan = r#"{"Task": {"TableMappings": "{\"rules\": é]}"}}"#;
        assert_eq!(shown(plan, "/Task/TableMappings"), ("/Task/TableMappings".to_owned(), "é".to_owned()));
    }
}
