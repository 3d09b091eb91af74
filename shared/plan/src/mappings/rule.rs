//! What every rule of a mapping has: type, id, name, and the objects that it is about.

use serde_json::Value;

use super::data_type::ChangedTo;
use super::locator::Locator;
use super::{
    belongs, object_mapping, post_processing, selection, table_settings, transformation, validation,
};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::{Members, Node, nearest, quoted, shown};

/// What DMS answers to a word that it does not know: a `rule-type`, or the `rule-action` of a selection.
const UNKNOWN_WORD: &str = "Invalid table mappings document.";

/// A rule as far as it could be read.
pub(super) struct Rule<'a> {
    /// JSON pointer to it.
    pub(super) path: String,
    /// Its `rule-id`: DMS takes digits, as a number or as text.
    pub(super) id: Option<String>,
    /// True when the id is written as a number.
    pub(super) id_is_number: bool,
    /// Its `rule-name`.
    pub(super) name: Option<&'a str>,
    /// What it is about.
    pub(super) locator: Locator<'a>,
    /// What it does.
    pub(super) what: What<'a>,
    /// The type that its columns get, when it changes that.
    pub(super) changed_to: Option<ChangedTo<'a>>,
}

/// What a rule does, in the parts that are compared between rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What<'a> {
    /// It selects tables, or leaves them out.
    Selection(Option<selection::Action>),
    /// It changes what it is about on the way.
    Transformation(transformation::Change<'a>),
    /// It says how a table is loaded.
    TableSettings,
    /// It says how the objects of a stream or a table of items are written.
    ObjectMapping,
    /// It tags what is written to S3.
    PostProcessing,
    /// It replaces the function that a column is validated with.
    Validation,
}

/// What a rule is read with.
pub(super) struct Reading<'r, 'a> {
    /// Its members.
    pub(super) members: Members<'a>,
    /// The type of the rule, when it is known.
    pub(super) rule_type: Option<Type>,
    /// The member of the rule that they stand in; empty for the rule itself.
    within: &'static str,
    /// The migration type of the task, when it is known.
    pub(super) migration_type: Option<&'r MigrationType>,
    /// The finder's notes.
    pub(super) findings: &'r mut Findings,
}

/// Keys that the console writes for its own forms, and that DMS takes.
const OF_THE_CONSOLE: [&str; 1] = ["isAutoSegmentationChecked"];

/// The type of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename_all = "kebab-case"))]
pub(crate) enum Type {
    /// Which tables are migrated.
    Selection,
    /// What is changed on the way: names, columns, types, keys.
    Transformation,
    /// How one table is loaded.
    TableSettings,
    /// How rows become the records of Kinesis and Kafka, or the items of DynamoDB.
    ObjectMapping,
    /// How what is written to S3 is tagged.
    PostProcessing,
    /// With what function a column is compared.
    Validation,
}

/// The words for the types.
pub(crate) const TYPES: [(&str, Type); 6] = [
    ("selection", Type::Selection),
    ("transformation", Type::Transformation),
    ("table-settings", Type::TableSettings),
    ("object-mapping", Type::ObjectMapping),
    ("post-processing", Type::PostProcessing),
    ("validation", Type::Validation),
];

/// Reads one rule; `None` when it is not even known what it is.
pub(super) fn read<'a>(
    node: &Node<'a>,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) -> Option<Rule<'a>> {
    let members = Members::open(node, findings)?;
    let mut reading = Reading { members, rule_type: None, within: "", migration_type, findings };
    reading.rule_type = reading.known_word("rule-type", &TYPES);
    let (id, id_is_number) = read_id(&mut reading.members, reading.findings);
    let name = reading.name_of_the_rule();
    let mut changed_to = None;
    let (locator, what) = match reading.rule_type? {
        Type::Transformation => {
            let read = transformation::read(&mut reading);
            changed_to = read.changed_to;
            (read.locator, What::Transformation(read.change))
        }
        Type::Selection => {
            let locator = Locator::of_selection(&mut reading, id.as_deref());
            let action = selection::read(&mut reading, &locator);
            (locator, What::Selection(action))
        }
        Type::TableSettings => {
            let locator = Locator::read(&mut reading, true);
            table_settings::read(&mut reading, &locator, id.as_deref());
            (locator, What::TableSettings)
        }
        Type::ObjectMapping => {
            let locator = Locator::read(&mut reading, true);
            object_mapping::read(&mut reading);
            (locator, What::ObjectMapping)
        }
        Type::PostProcessing => {
            let locator = Locator::read(&mut reading, true);
            post_processing::read(&mut reading);
            (locator, What::PostProcessing)
        }
        Type::Validation => {
            let locator = Locator::read(&mut reading, true);
            validation::read(&mut reading, &locator);
            (locator, What::Validation)
        }
    };
    reading.close();
    Some(Rule { path: node.path.clone(), id, id_is_number, name, locator, what, changed_to })
}

/// A `rule-id`: digits, which the console writes as text and some generators as a number.
fn read_id(members: &mut Members<'_>, findings: &mut Findings) -> (Option<String>, bool) {
    let Some(node) = members.get("rule-id") else {
        members.missing("rule-id", findings);
        return (None, false);
    };
    let (id, is_number) = match node.value {
        Value::String(text) => (Some(text.clone()), false),
        Value::Number(number) => (Some(number.to_string()), true),
        _ => (None, false),
    };
    let id = id.filter(|id| id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit()));
    if id.is_none() {
        findings.add(
            &node.path,
            Code::BadRuleId,
            format!("rule-id must be a number, such as \"1\", not {}", shown(node.value)),
        );
    }
    (id, is_number)
}

impl<'a> Reading<'_, 'a> {
    /// A word that must be there, to which DMS's answer is recorded when it is another.
    pub(super) fn known_word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let Some(node) = self.members.get(name) else {
            self.members.missing(name, self.findings);
            return None;
        };
        let mark = self.findings.mark();
        let word = node.word(name, words, self.findings);
        if word.is_none() && node.value.is_string() {
            self.findings.dms_would_say(mark, UNKNOWN_WORD);
        }
        word
    }

    /// The `rule-name`. Generators write it as a number, and tasks run with it.
    fn name_of_the_rule(&mut self) -> Option<&'a str> {
        let Some(node) = self.members.get("rule-name") else {
            self.members.missing("rule-name", self.findings);
            return None;
        };
        if is_read_as_text(node.value) {
            self.findings.add(
                &node.path,
                Code::RuleNameAsNumber,
                format!(
                    "rule-name is {}, and the user guide has a text there; DMS's reader makes a text of it",
                    node.value
                ),
            );
            return None;
        }
        node.text(self.findings)
    }

    /// A member that holds text; `None` also for a number or a flag, which DMS's reader takes as its text.
    pub(super) fn text(&mut self, name: &'static str) -> Option<&'a str> {
        let node = self.members.get(name)?;
        self.text_of(&node)
    }

    /// A member that must be there and hold text.
    pub(super) fn required_text(&mut self, name: &'static str) -> Option<&'a str> {
        let Some(node) = self.members.get(name) else {
            self.members.missing(name, self.findings);
            return None;
        };
        self.text_of(&node)
    }

    /// The text of a value, as [`Reading::text`] reads that of a member.
    pub(super) fn text_of(&mut self, node: &Node<'a>) -> Option<&'a str> {
        if is_read_as_text(node.value) {
            self.findings.add(
                &node.path,
                Code::TextAsNumber,
                format!(
                    "{} stands here without quotes where DMS wants a text; its reader very probably makes a text of it: \
                     write it in quotes",
                    node.value
                ),
            );
            return None;
        }
        node.text(self.findings)
    }

    /// True when the task replicates changes.
    pub(super) fn replicates(&self) -> bool {
        matches!(self.migration_type, Some(MigrationType::Cdc | MigrationType::FullLoadAndCdc))
    }

    /// The whole number in a member, which DMS and its console write as a number or as its digits; a finding when it is
    /// something else or outside these bounds.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Option<u64> {
        let node = self.members.get(name)?;
        let number = node.value.as_u64().or_else(|| node.value.as_str()?.trim().parse().ok());
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            self.findings.add(
                &node.path,
                Code::BadNumber,
                format!(
                    "{name} must be a whole number from {} to {}, not {}",
                    bounds.start(),
                    bounds.end(),
                    shown(node.value)
                ),
            );
        }
        number
    }

    /// Opens an object inside the rule, reads it, and names what nobody asked for in it.
    pub(super) fn inside<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reading<'_, 'a>) -> T,
    ) -> Option<T> {
        let node = self.members.get(name)?;
        self.enter(name, &node, read)
    }

    /// As [`Reading::inside`], for an object that must be there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reading<'_, 'a>) -> T,
    ) -> Option<T> {
        let Some(node) = self.members.get(name) else {
            self.members.missing(name, self.findings);
            return None;
        };
        self.enter(name, &node, read)
    }

    /// Opens an object that stands in this member of the rule, reads it, and names what nobody asked for in it.
    pub(super) fn enter<T>(
        &mut self,
        within: &'static str,
        node: &Node<'a>,
        read: impl FnOnce(&mut Reading<'_, 'a>) -> T,
    ) -> Option<T> {
        let members = Members::open(node, self.findings)?;
        let mut inner = Reading {
            members,
            rule_type: self.rule_type,
            within,
            migration_type: self.migration_type,
            findings: &mut *self.findings,
        };
        let read = read(&mut inner);
        inner.close();
        Some(read)
    }

    /// Names the members that nobody asked for. DMS passes over most of them, so that none is an error; what they were
    /// meant to do does not happen.
    fn close(self) {
        for (name, place) in self.members.unasked() {
            if OF_THE_CONSOLE.contains(&name) {
                self.findings.add(
                    &place,
                    Code::ConsoleMember,
                    format!("{name} is the DMS console's own and does nothing: it may be left out"),
                );
                continue;
            }
            let advice = belongs::advice(self.rule_type, self.within, name)
                .or_else(|| Some(format!("did you mean {}?", nearest(name, self.members.asked())?)))
                .map(|advice| format!("; {advice}"))
                .unwrap_or_default();
            self.findings.add(
                &place,
                Code::UnknownRuleMember,
                format!(
                    "{} is no member of a rule that is known here, so it does nothing{advice}",
                    quoted(name)
                ),
            );
        }
    }
}

/// True for a number or a flag, of which DMS's reader of JSON makes a text where it wants one.
fn is_read_as_text(value: &Value) -> bool {
    value.is_number() || value.is_boolean()
}
