//! A JSON tree that knows where it stands, read member by member; every fault becomes a finding and reading goes on.

use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde_json::{Map, Value};

use super::{meant, members, slips, synonyms, time_slips};
use crate::finding::{Code, Findings};

/// The longest piece of somebody else's text that a finding repeats, in characters.
const MAX_QUOTED: usize = 80;

/// A value and its place in the plan.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// What stands there.
    pub value: &'a Value,
    /// JSON pointer (RFC 6901) from the top of the plan.
    pub path: String,
}

impl<'a> Node<'a> {
    /// The top of a plan.
    pub fn top(value: &'a Value) -> Self {
        Node { value, path: String::new() }
    }

    /// The elements of a list; a finding and none when it is something else.
    pub fn elements(&self, findings: &mut Findings) -> Vec<Node<'a>> {
        match self.value.as_array() {
            Some(list) => list
                .iter()
                .enumerate()
                .map(|(at, value)| Node { value, path: format!("{}/{at}", self.path) })
                .collect(),
            None => {
                self.wrong_type("a list", findings);
                Vec::new()
            }
        }
    }

    /// The text of a string; a finding when it is something else.
    pub fn text(&self, findings: &mut Findings) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong_type("a string", findings);
        }
        text
    }

    /// The meaning of a word of a set; a finding, in which it has this name, when it is something else.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)], findings: &mut Findings) -> Option<T> {
        let text = self.text(findings)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        unknown_word(self, name, &known, text, findings);
        None
    }

    /// Says that something of another type was expected here.
    pub fn wrong_type(&self, expected: &str, findings: &mut Findings) {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let place = if self.path.is_empty() { "the plan" } else { self.path.as_str() };
        if let Some(said) = self.value.as_str().and_then(slips::of_a_file) {
            findings.add(&self.path, Code::FileInsteadOfText, format!("{place} is {said}"));
            return;
        }
        let in_brackets = self.value.as_array().is_some_and(|list| list.len() == 1 && list[0].is_object());
        let advice = match expected.starts_with("an object") && in_brackets {
            true => ": take the brackets around the object away",
            false => "",
        };
        findings.add(&self.path, Code::WrongType, format!("{place} must be {expected}, not {found}{advice}"));
    }
}

/// The members of one object while they are read. What was never asked for by [`Members::close`] is unknown.
///
/// Null, an empty string and an empty list are taken for "absent": the skeletons that the AWS CLI prints are full
/// of them.
pub struct Members<'a> {
    path: String,
    object: &'a Map<String, Value>,
    asked: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// Opens an object; a finding and `None` when the node is something else.
    pub fn open(node: &Node<'a>, findings: &mut Findings) -> Option<Self> {
        match node.value.as_object() {
            Some(object) if holds_itself(node, object) => {
                let name = node.path.rsplit('/').next().unwrap_or_default();
                findings.add(
                    &format!("{}/{name}", node.path),
                    Code::WrappedInItself,
                    format!(
                        "{name} stands inside itself: it holds {name} once more; state what is inside it"
                    ),
                );
                None
            }
            Some(object) => Some(Members { path: node.path.clone(), object, asked: Vec::new() }),
            None => {
                node.wrong_type("an object", findings);
                None
            }
        }
    }

    /// The place of a member, whether it is there or not.
    pub fn place(&self, name: &str) -> String {
        format!("{}/{}", self.path, escaped(name))
    }

    /// The place of the object itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A member as it stands, or `None` when it is absent in one of the ways named above.
    pub fn get(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.asked.push(name);
        let value = self.object.get(name)?;
        (!absent(value)).then(|| Node { value, path: self.place(name) })
    }

    /// True when a member is there as a list without elements.
    pub fn is_empty_list(&self, name: &str) -> bool {
        self.object.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty)
    }

    /// A member that holds text.
    pub fn text(&mut self, name: &'static str, findings: &mut Findings) -> Option<&'a str> {
        self.get(name)?.text(findings)
    }

    /// A member that must be there and hold text.
    pub fn required_text(&mut self, name: &'static str, findings: &mut Findings) -> Option<&'a str> {
        match self.get(name) {
            Some(node) => node.text(findings),
            None => {
                self.missing(name, findings);
                None
            }
        }
    }

    /// Says that a member is missing.
    pub fn missing(&self, name: &str, findings: &mut Findings) {
        findings.add(&self.place(name), Code::MissingMember, format!("{name} is missing"));
    }

    /// A member that holds a whole number from 0 to `most`.
    pub fn whole_number(&mut self, name: &'static str, most: u64, findings: &mut Findings) -> Option<u64> {
        let node = self.get(name)?;
        match node.value.as_u64() {
            Some(number) if number <= most => Some(number),
            _ => {
                findings.add(
                    &node.path,
                    Code::BadNumber,
                    format!(
                        "{name} must be a whole number from 0 to {most}{}",
                        node.value
                            .as_str()
                            .map(|text| time_slips::of_number(text, unit(name)))
                            .unwrap_or_default()
                    ),
                );
                None
            }
        }
    }

    /// A member of the plan that holds one of the words that [`members::MEMBERS`] lists for it.
    pub fn listed_word<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        findings: &mut Findings,
    ) -> Option<T> {
        let node = self.get(name)?;
        let text = node.text(findings)?;
        let known = members::words(name);
        let word = StrDeserializer::<serde::de::value::Error>::new(text);
        let meaning = T::deserialize(word).ok().filter(|_| known.contains(&text));
        if meaning.is_none() {
            unknown_word(&node, name, known, text, findings);
        }
        meaning
    }

    /// A member that is one of a set of words.
    pub fn word<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
        findings: &mut Findings,
    ) -> Option<T> {
        self.get(name)?.word(name, words, findings)
    }

    /// A member that must be there and is one of a set of words.
    pub fn required_word<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
        findings: &mut Findings,
    ) -> Option<T> {
        match self.get(name) {
            Some(node) => node.word(name, words, findings),
            None => {
                self.missing(name, findings);
                None
            }
        }
    }

    /// True when a member is there as a text without characters.
    pub fn is_empty_text(&self, name: &str) -> bool {
        self.object.get(name).and_then(Value::as_str).is_some_and(str::is_empty)
    }

    /// Passes over members that are allowed and mean nothing to us.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.asked.extend_from_slice(names);
    }

    /// The names of the members that are there, absent ones left out.
    pub fn present(&self) -> Vec<&'a str> {
        self.object.iter().filter(|(_, value)| !absent(value)).map(|(name, _)| name.as_str()).collect()
    }

    /// The members that are known at this place, as far as they were asked for.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// The members that are there and nobody asked for, each with its place; absent ones are left out.
    pub fn unasked(&self) -> Vec<(&'a str, String)> {
        let unasked = |name: &&str| !self.asked.contains(name);
        self.present().into_iter().filter(unasked).map(|name| (name, self.place(name))).collect()
    }

    /// Ends the reading: a member that nobody asked for is refused by name, with the object it belongs to or with the
    /// nearest known name.
    pub fn close(self, findings: &mut Findings) {
        for (name, value) in self.object {
            if self.asked.contains(&name.as_str()) {
                continue;
            }
            let alike = || nearest(name, &self.asked).map(|known| format!("; did you mean {known}?"));
            let sought = || synonyms::advice(&self.path, name, value).or_else(alike);
            let advice = if findings.is_crowded() { None } else { sought() };
            findings.add(
                &self.place(name),
                Code::UnknownMember,
                format!("{} is not a member of this object{}", quoted(name), advice.unwrap_or_default()),
            );
        }
    }
}

/// What a member that holds a number counts, as its name says: seconds, or minutes.
fn unit(name: &str) -> SignedDuration {
    if name.ends_with("Seconds") { SignedDuration::from_secs(1) } else { SignedDuration::from_mins(1) }
}

/// True for an object that holds nothing but an object of its own name.
fn holds_itself(node: &Node<'_>, object: &Map<String, Value>) -> bool {
    let name = node.path.rsplit('/').next().unwrap_or_default();
    !name.is_empty() && object.len() == 1 && object.get(name).is_some_and(Value::is_object)
}

fn unknown_word(node: &Node<'_>, name: &str, known: &[&str], text: &str, findings: &mut Findings) {
    let meant = if findings.is_crowded() { String::new() } else { meant::question(name, text, known) };
    findings.add(
        &node.path,
        Code::UnknownWord,
        format!("{name} must be one of {}, not {}{meant}", known.join(", "), quoted(text)),
    );
}

/// How alike a name must be to be meant, of 1.
const ALIKE: f64 = 0.8;

/// The known name that is most like `name`, when it is alike enough to be meant.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    nearer_than(ALIKE, name, known)
}

/// As [`nearest`], with a likeness of one's own.
pub(super) fn nearer_than<'k>(alike: f64, name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > 2 * MAX_QUOTED {
        return None;
    }
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), *known))
        .filter(|(likeness, _)| *likeness > alike)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Somebody else's text as a finding shows it: quoted, control characters escaped, bounded.
pub fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_QUOTED).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// A value as a finding shows it: a text as it stands, anything else as JSON; bounded.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

/// True for the ways in which a member can be there and say nothing.
fn absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// True when a document has more than this many levels of lists and objects.
pub fn deeper_than(levels: usize, value: &Value) -> bool {
    match value {
        Value::Array(list) => levels == 0 || list.iter().any(|value| deeper_than(levels - 1, value)),
        Value::Object(object) => levels == 0 || object.values().any(|value| deeper_than(levels - 1, value)),
        _ => false,
    }
}

/// A member's name as a JSON pointer writes it, bounded, with what a screen cannot show escaped.
pub fn escaped(name: &str) -> String {
    let mut pointer = String::new();
    for c in name.chars().take(2 * MAX_QUOTED) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            '"' | '\'' | '\\' => pointer.push(c),
            _ => pointer.extend(c.escape_debug()),
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_member_is_named_with_the_nearest_known_one_and_its_place() {
        let plan = json!({"Windw": 1, "Task": 2});
        let mut findings = Findings::default();
        let mut members = Members::open(&Node::top(&plan), &mut findings).unwrap();
        members.get("Task");
        members.get("Window");
        members.close(&mut findings);
        let found = findings.into_sorted();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "/Windw");
        assert_eq!(found[0].message, "\"Windw\" is not a member of this object; did you mean Window?");
    }

    #[test]
    fn hostile_text_is_quoted_escaped_and_bounded() {
        assert_eq!(quoted("a\n\u{7}b"), "\"a\\n\\u{7}b\"");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), MAX_QUOTED + 3);
        assert_eq!(nearest(&"W".repeat(100_000), &["Window"]), None);
    }

    #[test]
    fn a_pointer_escapes_what_rfc_6901_says() {
        let value = json!({"a/b~c": 1});
        let mut findings = Findings::default();
        let members = Members::open(&Node::top(&value), &mut findings).unwrap();
        assert_eq!(members.place("a/b~c"), "/a~1b~0c");
        assert!(value.pointer("/a~1b~0c").is_some());
        assert_eq!(members.place("it's\n\u{202e}"), "/it's\\n\\u{202e}");
    }
}
