//! JSON text, read strictly: what a reader of JSON passes over without a word, and what is lost by it.
//!
//! A key that stands twice in one object is legal JSON, and all but one of its values vanish. In a mapping that is a
//! rule that nobody misses until its table is missing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::json_fault;
use super::located::escaped;
use crate::finding::MAX_FINDINGS;

/// A JSON document and the places where a key is repeated.
#[derive(Debug)]
pub struct Text {
    /// The document; of a repeated key the last value.
    pub value: Value,
    /// JSON pointers to repeated keys, at most as many as a report takes.
    pub repeated: Vec<String>,
}

/// Why a text is no document that is taken.
#[derive(Debug)]
pub enum NotTaken {
    /// It is not JSON: what a person sees there, with line and column of its text, both from 1.
    NotJson {
        /// What is wrong there.
        what: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// It is nested more deeply than any reader of JSON takes.
    TooDeep,
}

impl NotTaken {
    /// What is wrong, for a person, with its place.
    pub fn in_words(&self) -> String {
        match self {
            NotTaken::NotJson { what, line, column } => {
                format!("this is not JSON: {what} (line {line}, column {column})")
            }
            NotTaken::TooDeep => "this has more levels of lists and objects than are read".to_owned(),
        }
    }
}

/// Reads a text; linear in its length, and never deeper than its reader allows (128 levels).
///
/// # Errors
/// [`NotTaken`] with the place when it is not JSON.
pub fn parse(text: &str) -> Result<Text, NotTaken> {
    let mut repeated = Vec::new();
    let mut path = String::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Place { path: &mut path, repeated: &mut repeated }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| not_taken(text, &error))?;
    Ok(Text { value, repeated })
}

fn not_taken(text: &str, error: &serde_json::Error) -> NotTaken {
    let words = error.to_string();
    if words.starts_with("recursion limit exceeded") {
        return NotTaken::TooDeep;
    }
    let what = json_fault::seen(text, &words, error.line(), error.column());
    NotTaken::NotJson { what, line: error.line(), column: error.column() }
}

/// A value that is being read, and its place.
struct Place<'a> {
    path: &'a mut String,
    repeated: &'a mut Vec<String>,
}

impl Place<'_> {
    /// The place of an element or a member, for as long as it is read.
    fn inside<T>(&mut self, name: &str, read: impl FnOnce(Place<'_>) -> T) -> T {
        let outer = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        let read = read(Place { path: self.path, repeated: self.repeated });
        self.path.truncate(outer);
        read
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let name = values.len().to_string();
            match self.inside(&name, |place| list.next_element_seed(place))? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = self.inside(&escaped(&name), |place| {
                if values.contains_key(&name) && place.repeated.len() <= MAX_FINDINGS {
                    let path = place.path.clone();
                    place.repeated.push(path);
                }
                object.next_value_seed(place)
            })?;
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_repeated_key_is_named_with_its_place() {
        let text =
            parse(r#"{"rules": [{"a": 1, "b": {"x": 1, "x": 2}, "a": 3}], "a/b": 1, "a/b": 1}"#).unwrap();
        assert_eq!(text.repeated, ["/rules/0/b/x", "/rules/0/a", "/a~1b"]);
        assert_eq!(text.value["rules"][0]["a"], 3);
        assert!(parse(r#"[{"a": 1}, {"a": 1}, {"b": {"a": 1}}]"#).unwrap().repeated.is_empty());
    }

    #[test]
    fn many_repetitions_are_bounded() {
        let text = format!("{{{}\"a\": 1}}", "\"a\": 1, ".repeat(100_000));
        assert_eq!(parse(&text).unwrap().repeated.len(), MAX_FINDINGS + 1);
    }

    #[test]
    fn what_is_not_json_is_told_with_line_and_column() {
        for (text, at) in [
            ("{\n  \"a\": 1,\n}", (3, 1)),
            ("", (1, 0)),
            ("{} x", (1, 4)),
            ("[1 2]", (1, 4)),
            ("nul", (1, 3)),
        ] {
            match parse(text) {
                Err(NotTaken::NotJson { what, line, column }) => {
                    assert_eq!((line, column), at, "{text}: {what}");
                    assert!(!what.contains(" at line "), "{what}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(parse(&deep), Err(NotTaken::TooDeep)));
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_reads(text in "[\\[\\]{}:,\"ab0-9eE.+ \\-]{0,24}|(\\{\"a\": ?(1|-2|0.5|\"x\"|null|\\[true\\])(, \"b\": \\{\\})?\\})") {
            match (parse(&text), serde_json::from_str::<Value>(&text)) {
                (Ok(read), Ok(value)) => prop_assert_eq!(read.value, value),
                (Err(_), Err(_)) => {}
                (read, value) => prop_assert!(false, "{read:?} {value:?}"),
            }
        }
    }
}
