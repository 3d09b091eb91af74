//! Transformation rules: what is changed on the way, from the name of a schema to the type of a column (DMS user guide,
//! transformation rules and actions).

use super::locator::Locator;
use super::rule::{Reading, What};
use crate::MigrationType;
use crate::finding::Code;
use crate::located::{nearest, quoted};

/// The kind of object that a rule changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Schema,
    Table,
    Column,
    TableTablespace,
    IndexTablespace,
}

/// What an action does, as far as it decides what else the rule must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Another name: rename, a prefix or suffix more or less.
    Rename,
    /// Another prefix or suffix in place of one.
    Replace,
    /// The same name in other letters.
    Convert,
    RemoveColumn,
    IncludeColumn,
    AddColumn,
    AddBeforeImage,
    ChangeDataType,
    DefinePrimaryKey,
    /// The values of a column are masked.
    Mask,
}

impl Action {
    /// The members without which it cannot be done.
    pub(crate) fn needs(self) -> &'static [&'static str] {
        match self {
            Action::Rename | Action::AddColumn => &["value"],
            Action::Replace => &["value", "old-value"],
            Action::ChangeDataType => &["data-type"],
            Action::DefinePrimaryKey => &["primary-key-def"],
            Action::AddBeforeImage => &["before-image-def"],
            Action::Convert | Action::RemoveColumn | Action::IncludeColumn | Action::Mask => &[],
        }
    }

    /// The one kind of object that it changes; `None` when it changes names, which all kinds have.
    pub(crate) fn only_for(self) -> Option<Target> {
        match self {
            Action::Rename | Action::Replace | Action::Convert => None,
            Action::DefinePrimaryKey => Some(Target::Table),
            _ => Some(Target::Column),
        }
    }

    /// True when it says itself which columns it is about.
    pub(crate) fn names_its_columns(self) -> bool {
        matches!(self, Action::AddColumn | Action::AddBeforeImage | Action::DefinePrimaryKey)
    }
}

/// What a transformation changes, for the comparison with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Change<'a> {
    /// The name of what it is about.
    Name(Target),
    /// It adds the column of this name.
    NewColumn(Option<&'a str>),
    /// Something else, by an action of this name.
    Other(Option<Target>, Option<&'a str>),
    /// Nothing that could collide: maskings may stand beside each other.
    Masking,
}

pub(crate) const TARGETS: [(&str, Target); 5] = [
    ("schema", Target::Schema),
    ("table", Target::Table),
    ("column", Target::Column),
    ("table-tablespace", Target::TableTablespace),
    ("index-tablespace", Target::IndexTablespace),
];

pub(crate) const ACTIONS: [(&str, Action); 18] = [
    ("rename", Action::Rename),
    ("convert-lowercase", Action::Convert),
    ("convert-uppercase", Action::Convert),
    ("add-prefix", Action::Rename),
    ("remove-prefix", Action::Rename),
    ("replace-prefix", Action::Replace),
    ("add-suffix", Action::Rename),
    ("remove-suffix", Action::Rename),
    ("replace-suffix", Action::Replace),
    ("remove-column", Action::RemoveColumn),
    ("include-column", Action::IncludeColumn),
    ("add-column", Action::AddColumn),
    ("add-before-image-columns", Action::AddBeforeImage),
    ("change-data-type", Action::ChangeDataType),
    ("define-primary-key", Action::DefinePrimaryKey),
    ("data-masking-digits-mask", Action::Mask),
    ("data-masking-digits-randomize", Action::Mask),
    ("data-masking-hash-mask", Action::Mask),
];

/// The data types of DMS itself, into which the types of all engines are translated.
pub(crate) const DATA_TYPES: [&str; 25] = [
    "blob", "boolean", "bytes", "clob", "date", "datetime", "int1", "int2", "int4", "int8", "list", "map",
    "nclob", "numeric", "real4", "real8", "set", "string", "time", "tuple", "uint1", "uint2", "uint4",
    "uint8", "wstring",
];

/// What DMS offers of a change beside its columns, in an expression.
const HEADERS: [&str; 6] = [
    "AR_H_CHANGE_SEQ",
    "AR_H_COMMIT_TIMESTAMP",
    "AR_H_OPERATION",
    "AR_H_STREAM_POSITION",
    "AR_H_TIMESTAMP",
    "AR_H_USER",
];

/// The columns that may be written as they were before a change.
pub(crate) const IMAGED_COLUMNS: [(&str, ()); 3] = [("pk-only", ()), ("non-lob", ()), ("all", ())];

pub(super) fn read<'a>(rule: &mut Reading<'_, 'a>) -> (Locator<'a>, What<'a>) {
    let target = rule.members.required_word("rule-target", &TARGETS, rule.findings);
    let action = rule.members.required_word("rule-action", &ACTIONS, rule.findings);
    let locator = Locator::read(rule, matches!(target, Some(Target::Table | Target::Column)));
    let word = rule.members.get("rule-action").and_then(|node| node.value.as_str());
    if let (Some(target), Some(action)) = (target, action) {
        check_target(rule, target, action);
        if target == Target::Column {
            check_column(rule, &locator, action);
        }
    }
    let value = rule.members.text("value", rule.findings);
    read_values(rule, action, value);
    read_expression(rule, action);
    read_data_type(rule, action);
    read_primary_key(rule, action);
    read_before_image(rule, action);
    // Console exports carry it, always null; with a value it is a rule of another type.
    rule.members.get("parallel-load");
    let change = match (action, target) {
        (Some(Action::Rename | Action::Replace | Action::Convert), Some(target)) => Change::Name(target),
        (Some(Action::AddColumn), _) => Change::NewColumn(value),
        (Some(Action::Mask), _) => Change::Masking,
        (_, target) => Change::Other(target, word),
    };
    (locator, What::Transformation(change))
}

fn needs(action: Option<Action>, member: &str) -> bool {
    action.is_some_and(|action| action.needs().contains(&member))
}

/// Not every kind of object takes every action.
fn check_target(rule: &mut Reading<'_, '_>, target: Target, action: Action) {
    let wanted = match action.only_for() {
        None => return,
        Some(wanted) if wanted == target => return,
        Some(Target::Table) => "table",
        Some(_) => "column",
    };
    let place = rule.members.place("rule-target");
    // Seen at work in production, though the user guide has it otherwise.
    if action == Action::DefinePrimaryKey && target == Target::Column {
        rule.findings.add(
            &place,
            Code::KeyOfAColumn,
            "a primary key is defined for a table: write \"rule-target\": \"table\"",
        );
        return;
    }
    rule.findings.add(
        &place,
        Code::ActionNotForTarget,
        format!(
            "this action changes a {wanted}: write \"rule-target\": \"{wanted}\", or choose another action"
        ),
    );
}

/// An action on columns that are there says which.
fn check_column(rule: &mut Reading<'_, '_>, locator: &Locator<'_>, action: Action) {
    if !action.names_its_columns() && locator.column.is_none() {
        let place = format!("{}/column-name", rule.members.place("object-locator"));
        rule.findings.add(
            &place,
            Code::MissingMember,
            "column-name is missing: the rule changes columns; % means all",
        );
    }
}

fn read_values(rule: &mut Reading<'_, '_>, action: Option<Action>, value: Option<&str>) {
    let old = rule.members.text("old-value", rule.findings);
    for (name, stated) in [("value", value), ("old-value", old)] {
        if needs(action, name) && stated.is_none() {
            rule.members.missing(name, rule.findings);
        }
    }
}

fn read_expression(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    let Some(expression) = rule.members.text("expression", rule.findings) else {
        if action == Some(Action::AddColumn) {
            rule.findings.add(
                &rule.members.place("expression"),
                Code::ColumnWithoutExpression,
                "a column that is added without an expression is empty",
            );
        }
        return;
    };
    let place = rule.members.place("expression");
    if action.is_some_and(|action| action != Action::AddColumn) {
        rule.findings.add(
            &place,
            Code::ValueNotUsed,
            "an expression belongs to rule-action add-column: it does nothing here",
        );
    }
    if !closes(expression) {
        rule.findings.add(
            &place,
            Code::BadExpression,
            format!("a quote or parenthesis of the expression is not closed: {}", quoted(expression)),
        );
    }
    for header in headers(expression) {
        if !HEADERS.contains(&header) {
            let advice = nearest(header, &HEADERS)
                .map(|known| format!("; did you mean ${known}?"))
                .unwrap_or_default();
            rule.findings.add(
                &place,
                Code::UnknownHeader,
                format!("the expression uses a header that is not known here, {}{advice}", quoted(header)),
            );
        }
    }
}

/// True when every quote and parenthesis of an SQLite expression is closed.
fn closes(expression: &str) -> bool {
    let (mut depth, mut quote) = (0_usize, None);
    for c in expression.chars() {
        match (quote, c) {
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
            }
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(left) => depth = left,
                None => return false,
            },
            (None, _) => {}
        }
    }
    depth == 0 && quote.is_none()
}

/// The headers that an expression names, without their dollar.
fn headers(expression: &str) -> impl Iterator<Item = &str> {
    expression.split('$').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| name.starts_with("AR_H"))
    })
}

fn read_data_type(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    let found = rule.inside("data-type", |data_type| {
        let word = data_type.members.required_text("type", data_type.findings);
        if let Some(word) = word
            && !DATA_TYPES.contains(&word.to_ascii_lowercase().as_str())
        {
            let advice = nearest(word, &DATA_TYPES)
                .map(|known| format!("; did you mean {known}?"))
                .unwrap_or_default();
            data_type.findings.add(
                &data_type.members.place("type"),
                Code::UnknownDataType,
                format!("{} is no data type of DMS that is known here{advice}", quoted(word)),
            );
        }
        for name in ["length", "precision", "scale"] {
            data_type.number(name, 0..=u64::from(u32::MAX));
        }
    });
    if found.is_none() && needs(action, "data-type") {
        rule.members.missing("data-type", rule.findings);
    }
}

fn read_primary_key(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    let found = rule.inside("primary-key-def", |key| {
        key.members.required_text("name", key.findings);
        key.members.ignore(&["origin"]);
        match key.members.get("columns") {
            Some(columns) => {
                for column in columns.elements(key.findings) {
                    column.text(key.findings);
                }
            }
            None => key.members.missing("columns", key.findings),
        }
    });
    if found.is_none() && needs(action, "primary-key-def") {
        rule.members.missing("primary-key-def", rule.findings);
    }
}

fn read_before_image(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    let found = rule.inside("before-image-def", |image| {
        image.members.word("column-filter", &IMAGED_COLUMNS, image.findings);
        image.members.text("column-prefix", image.findings);
        image.members.text("column-suffix", image.findings);
    });
    if action != Some(Action::AddBeforeImage) {
        return;
    }
    if found.is_none() {
        rule.members.missing("before-image-def", rule.findings);
    }
    if rule.migration_type == Some(&MigrationType::FullLoad) {
        rule.findings.add(
            rule.members.path(),
            Code::RuleWithoutEffect,
            "a full load has no rows before a change: columns for them stay empty",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_parentheses_close() {
        for (expression, good) in [
            ("$A || '-' || $B", true),
            ("datetime('now', '(')", true),
            ("\"it's\"", true),
            ("'it''s'", true),
            ("(($A))", true),
            ("(($A)", false),
            ("$A)", false),
            (")(", false),
            ("'x", false),
        ] {
            assert_eq!(closes(expression), good, "{expression}");
        }
    }

    #[test]
    fn headers_of_an_expression() {
        let all: Vec<&str> = headers("$AR_H_USER || $NAME||$AR_H_TIMESTAMP, $ $é").collect();
        assert_eq!(all, ["AR_H_USER", "AR_H_TIMESTAMP"]);
    }
}
