//! Tags and their limits.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fault::Fault;
use crate::input::Input;

// AWS's general limit; the DMS guide once said 10.
const MOST: usize = 50;

/// Reads a list of tags. Which code and text DMS has for a bad one is not known; the limits are in its model.
pub(crate) fn read(listed: &[Value]) -> Result<BTreeMap<String, String>, Fault> {
    let mut tags = BTreeMap::new();
    for tag in listed {
        let tag = Input::new(tag)?;
        let key = tag.text("Key")?.unwrap_or_default();
        let value = tag.text("Value")?.unwrap_or_default();
        check(key, 1..=128, "key")?;
        check(value, 0..=256, "value")?;
        let lower = key.to_ascii_lowercase();
        if lower.starts_with("aws:") || lower.starts_with("dms:") {
            return Err(Fault::invalid_value(format!(
                "Tag key {key} starts with a prefix that is reserved for AWS"
            )));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Fault::invalid_value(format!("Tag key {key} is given more than once")));
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

/// Refuses more tags than a resource may have.
pub(crate) fn check_count(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.len() > MOST {
        return Err(Fault::invalid_value(format!("A resource cannot have more than {MOST} tags")));
    }
    Ok(())
}

fn check(text: &str, lengths: std::ops::RangeInclusive<usize>, what: &str) -> Result<(), Fault> {
    let characters = text.chars().count();
    if !lengths.contains(&characters) {
        return Err(Fault::invalid_value(format!(
            "Tag {what} has {characters} characters; {} to {} are allowed",
            lengths.start(),
            lengths.end()
        )));
    }
    let allowed = |it: char| it.is_alphanumeric() || it.is_whitespace() || "_.:/=+-".contains(it);
    match text.chars().find(|character| !allowed(*character)) {
        Some(character) => Err(Fault::invalid_value(format!("Tag {what} contains {character:?}"))),
        None => Ok(()),
    }
}
