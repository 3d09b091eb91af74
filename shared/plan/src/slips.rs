//! Slips that people really make where a document, a text or a time is wanted: a file's name that only a tool reads, a
//! document that stands inside itself, a time in another unit.

use serde_json::Value;

use super::located::quoted;

/// What begins like a place to read from, and who reads it.
const PLACES: [(&str, &str); 5] = [
    ("file://", "only the AWS CLI reads that"),
    ("fileb://", "only the AWS CLI reads that"),
    ("s3://", "nothing reads that here"),
    ("https://", "nothing reads that here"),
    ("http://", "nothing reads that here"),
];

/// What is said of a text that names a file instead of being its content.
pub(super) fn of_a_file(text: &str) -> Option<String> {
    let begins = |(scheme, _): &&(&str, &str)| {
        text.trim_start().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let (scheme, reader) = PLACES.iter().find(begins)?;
    Some(format!(
        "the name of a file ({scheme}...), {}: {reader}, put the content of the file here",
        quoted(text)
    ))
}

/// The one member of an object that holds a document and is called as the object is, whatever its spelling.
pub(super) fn inside_itself<'v>(value: &'v Value, own_names: &[&str]) -> Option<&'v str> {
    let object = value.as_object()?;
    let holds = |value: &Value| value.is_object() || value.is_array() || value.is_string();
    let called_so = |name: &str| own_names.iter().any(|own| same_name(own, name));
    object.iter().find(|(name, value)| called_so(name) && holds(value)).map(|(name, _)| name.as_str())
}

/// True for `TableMappings`, `tableMappings`, `table-mappings` and `table_mappings`.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> Vec<u8> {
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    letters(one) == letters(other)
}

/// A number that stands where a time does, as it counts from the beginning of 1970.
struct Epoch {
    digits: usize,
    unit: &'static str,
    time: jiff::Timestamp,
}

impl Epoch {
    /// Reads a number, or the text of one, of as many digits as a time of these years has in one of the usual units.
    fn of(value: &Value) -> Option<Epoch> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let digits = text.split('.').next().unwrap_or_default();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (unit, to_cut) = match digits.len() {
            9..=10 => ("seconds", 0),
            12..=13 => ("milliseconds", 3),
            15..=16 => ("microseconds", 6),
            18..=19 => ("nanoseconds", 9),
            _ => return None,
        };
        let seconds = digits.get(..digits.len() - to_cut)?.parse().ok()?;
        Some(Epoch { digits: digits.len(), unit, time: jiff::Timestamp::from_second(seconds).ok()? })
    }

    fn in_words(&self) -> String {
        format!(", which has {} digits and so is in {}", self.digits, self.unit)
    }
}

/// What is said of a number that is no epoch time in seconds, where one is taken: CloudFormation's property is in
/// milliseconds.
pub(super) fn of_epoch(value: &Value) -> String {
    match Epoch::of(value) {
        Some(epoch) if epoch.unit == "seconds" => ": take the quotes away".to_owned(),
        Some(epoch) => {
            format!("{}: DMS wants {} ({})", epoch.in_words(), epoch.time.as_second(), epoch.time)
        }
        None => String::new(),
    }
}

/// What is said of a number where only the text of a time is taken: how that time is written there.
pub(super) fn of_epoch_for_text(value: &Value, written: impl Fn(jiff::Timestamp) -> String) -> String {
    Epoch::of(value)
        .map(|epoch| format!("{}: write {}", epoch.in_words(), written(epoch.time)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_told_from_a_document() {
        for text in
            ["file://mappings.json", " FILEB://x", "s3://bucket/key", "https://example.com/mappings.json"]
        {
            assert!(of_a_file(text).is_some_and(|said| said.contains("put the content")), "{text}");
        }
        for text in ["{}", "", "file", "mappings.json", "\u{e9}\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(of_a_file(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_inside_itself_is_found_in_any_spelling() {
        for (value, found) in [
            (json!({"table-mappings": {}}), Some("table-mappings")),
            (json!({"TableMappings": "{}", "x": 1}), Some("TableMappings")),
            (json!({"TableMappings": 5}), None),
            (json!({"rules": []}), None),
            (json!([]), None),
        ] {
            assert_eq!(inside_itself(&value, &["TableMappings"]), found, "{value}");
        }
    }
}
