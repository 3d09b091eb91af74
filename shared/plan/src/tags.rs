//! Tags of a task: 1 to 128 characters of key, up to 256 of value, some reserved (DMS API reference, `Tag`).

use super::located::{Members, Node, escaped, quoted};
use super::request::Tag;
use crate::finding::{Code, Findings};

/// The key of the tag that names the execution which drives a task. Its presence says that this product created the
/// task; a plan may not set it.
pub const OWNER_TAG: &str = "dms-orchestrator-owner";

/// Tags as DMS lists them, or as a plain map of key and value.
pub(super) fn read(node: &Node<'_>, findings: &mut Findings) -> Vec<Tag> {
    let mut tags = Vec::new();
    if let Some(map) = node.value.as_object() {
        for (key, value) in map {
            let path = format!("{}/{}", node.path, escaped(key));
            let node = Node { value, path };
            if let Some(value) = node.text(findings) {
                check_tag(&node.path, key, value, findings);
                tags.push(Tag { key: key.clone(), value: value.to_owned() });
            }
        }
    } else {
        for node in node.elements(findings) {
            let Some(mut members) = Members::open(&node, findings) else { continue };
            members.ignore(&["ResourceArn"]);
            let value = members.text("Value", findings).unwrap_or_default();
            if members.get("Key").is_none() && !members.present().is_empty() {
                members.missing("Key", findings);
            }
            let Some(key) = members.text("Key", findings) else { continue };
            check_tag(&node.path, key, value, findings);
            tags.push(Tag { key: key.to_owned(), value: value.to_owned() });
            members.close(findings);
        }
    }
    check_keys(&node.path, &tags, findings);
    tags
}

/// Reads the tags that a stack puts on every task that it creates: `key=value`, separated by commas.
///
/// # Errors
/// When one is none that DMS takes, or a key stands twice.
pub fn defaults(text: &str) -> Result<Vec<Tag>, String> {
    let mut tags = Vec::new();
    let mut findings = Findings::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!("{} is no key=value", quoted(part)));
        };
        check_tag("", key, value, &mut findings);
        tags.push(Tag { key: key.to_owned(), value: value.to_owned() });
    }
    check_keys("", &tags, &mut findings);
    match findings.into_sorted().into_iter().next() {
        Some(finding) => Err(finding.message),
        None => Ok(tags),
    }
}

/// The longest key of a tag, in characters.
pub(super) const MAX_KEY: usize = 128;

/// The longest value of a tag, in characters.
pub(super) const MAX_VALUE: usize = 256;

/// The most tags that AWS takes on a resource, less the one that we add.
const MAX_TAGS: usize = 49;

fn check_keys(path: &str, tags: &[Tag], findings: &mut Findings) {
    let mut keys = std::collections::HashSet::new();
    if let Some(tag) = tags.iter().find(|tag| !keys.insert(tag.key.as_str())) {
        findings.add(path, Code::TagTwice, format!("the tag {} stands twice: keep one", quoted(&tag.key)));
    }
    if tags.len() > MAX_TAGS {
        findings.add(
            path,
            Code::ManyTags,
            format!(
                "{} tags are more than AWS takes on a resource, {MAX_TAGS} beside the one that names the run",
                tags.len()
            ),
        );
    }
}

fn check_tag(path: &str, key: &str, value: &str, findings: &mut Findings) {
    let allowed = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    let lower = key.to_ascii_lowercase();
    if key.is_empty() || key.chars().count() > MAX_KEY || !key.chars().all(allowed) {
        findings.add(path, Code::BadTag, format!("{} is no tag key that DMS takes", quoted(key)));
    } else if lower.starts_with("aws:") || lower.starts_with("dms:") || lower == OWNER_TAG {
        // The condition keys by which IAM holds the functions to tasks of their own know no capitals.
        findings.add(path, Code::ReservedTag, format!("the tag {} is reserved", quoted(key)));
    }
    if value.chars().count() > MAX_VALUE || !value.chars().all(allowed) {
        findings.add(path, Code::BadTag, format!("{} is no tag value that DMS takes", quoted(value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_of_a_stack_are_read_or_named() {
        let read = |text: &str| {
            defaults(text).map(|tags| {
                tags.into_iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect::<Vec<_>>()
            })
        };
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("team=orders, cost=a=b,"), Ok(vec!["team=orders".to_owned(), "cost=a=b".to_owned()]));
        for (text, part) in [
            ("team", "no key=value"),
            ("team=a,team=b", "stands twice"),
            ("aws:team=a", "reserved"),
            (&format!("{OWNER_TAG}=a"), "reserved"),
            (&format!("{}=a", OWNER_TAG.to_ascii_uppercase()), "reserved"),
            ("te*am=a", "no tag key"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
