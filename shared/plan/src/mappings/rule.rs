//! What every rule of a mapping has: type, id, name, and the objects that it is about.

use serde_json::Value;

use super::locator::Locator;
use super::{object_mapping, post_processing, selection, table_settings, transformation, validation};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::{Members, Node, nearest, quoted, shown};

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
    /// The migration type of the task, when it is known.
    pub(super) migration_type: Option<&'r MigrationType>,
    /// The finder's notes.
    pub(super) findings: &'r mut Findings,
}

/// Keys that the console writes for its own forms, and that DMS takes.
const OF_THE_CONSOLE: [&str; 1] = ["isAutoSegmentationChecked"];

/// The type of a rule.
#[derive(Clone, Copy)]
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
    let mut members = Members::open(node, findings)?;
    let rule_type = members.required_word("rule-type", &TYPES, findings);
    let (id, id_is_number) = read_id(&mut members, findings);
    let name = members.required_text("rule-name", findings);
    let mut reading = Reading { members, migration_type, findings };
    let locator = match rule_type {
        Some(Type::Transformation) => Locator::default(),
        Some(_) => Locator::read(&mut reading, true),
        None => Locator::default(),
    };
    let (locator, what) = match rule_type? {
        Type::Selection => (locator, What::Selection(selection::read(&mut reading, &locator))),
        Type::Transformation => transformation::read(&mut reading),
        Type::TableSettings => {
            table_settings::read(&mut reading, &locator, id.as_deref());
            (locator, What::TableSettings)
        }
        Type::ObjectMapping => {
            object_mapping::read(&mut reading);
            (locator, What::ObjectMapping)
        }
        Type::PostProcessing => {
            post_processing::read(&mut reading);
            (locator, What::PostProcessing)
        }
        Type::Validation => {
            validation::read(&mut reading, &locator);
            (locator, What::Validation)
        }
    };
    reading.close();
    Some(Rule { path: node.path.clone(), id, id_is_number, name, locator, what })
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
        self.enter(&node, read)
    }

    /// As [`Reading::inside`], for an object that must be there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reading<'_, 'a>) -> T,
    ) -> Option<T> {
        if self.members.get(name).is_none() {
            self.members.missing(name, self.findings);
            return None;
        }
        self.inside(name, read)
    }

    /// Opens an object, reads it, and names what nobody asked for in it.
    pub(super) fn enter<T>(
        &mut self,
        node: &Node<'a>,
        read: impl FnOnce(&mut Reading<'_, 'a>) -> T,
    ) -> Option<T> {
        let members = Members::open(node, self.findings)?;
        let mut inner =
            Reading { members, migration_type: self.migration_type, findings: &mut *self.findings };
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
            let advice = nearest(name, self.members.asked())
                .map(|known| format!("; did you mean {known}?"))
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
