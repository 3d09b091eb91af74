//! Transformation rules: what is changed on the way, from the name of a schema to the type of a column (DMS user guide,
//! transformation rules and actions).

use super::data_type::{self, ChangedTo};
use super::expression;
use super::locator::Locator;
use super::masks::Mask;
use super::rule::Reading;
use crate::MigrationType;
use crate::finding::Code;
use crate::located::quoted;
use crate::table_name::literal;

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
    /// Another name, as a value or as an expression.
    Rename,
    /// A prefix or suffix more or less.
    Affix,
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
    Mask(Mask),
}

impl Action {
    /// The members without which it cannot be done.
    pub(crate) fn needs(self) -> &'static [&'static str] {
        match self {
            Action::Affix | Action::AddColumn => &["value"],
            Action::Replace => &["value", "old-value"],
            Action::ChangeDataType => &["data-type"],
            Action::DefinePrimaryKey => &["primary-key-def"],
            Action::AddBeforeImage => &["before-image-def"],
            // A name comes from a value or an expression; what a mask needs is a warning.
            Action::Rename
            | Action::Convert
            | Action::RemoveColumn
            | Action::IncludeColumn
            | Action::Mask(_) => &[],
        }
    }

    /// The one kind of object that it changes; `None` when it changes names, which all kinds have.
    pub(crate) fn only_for(self) -> Option<Target> {
        match self {
            Action::Rename | Action::Affix | Action::Replace | Action::Convert => None,
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
    Masking(Mask),
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
    ("add-prefix", Action::Affix),
    ("remove-prefix", Action::Affix),
    ("replace-prefix", Action::Replace),
    ("add-suffix", Action::Affix),
    ("remove-suffix", Action::Affix),
    ("replace-suffix", Action::Replace),
    ("remove-column", Action::RemoveColumn),
    ("include-column", Action::IncludeColumn),
    ("add-column", Action::AddColumn),
    ("add-before-image-columns", Action::AddBeforeImage),
    ("change-data-type", Action::ChangeDataType),
    ("define-primary-key", Action::DefinePrimaryKey),
    ("data-masking-digits-mask", Action::Mask(Mask::Digits)),
    ("data-masking-digits-randomize", Action::Mask(Mask::RandomDigits)),
    ("data-masking-hash-mask", Action::Mask(Mask::Hash)),
];

/// The columns that may be written as they were before a change.
pub(crate) const IMAGED_COLUMNS: [(&str, ()); 3] = [("pk-only", ()), ("non-lob", ()), ("all", ())];

/// What a transformation says.
pub(super) struct Transformation<'a> {
    pub(super) locator: Locator<'a>,
    pub(super) change: Change<'a>,
    /// The type that its columns get.
    pub(super) changed_to: Option<ChangedTo<'a>>,
}

pub(super) fn read<'a>(rule: &mut Reading<'_, 'a>) -> Transformation<'a> {
    let action = rule.members.required_word("rule-action", &ACTIONS, rule.findings);
    let target = read_target(rule, action);
    let locator = Locator::read(rule, matches!(target, Some(Target::Table | Target::Column)));
    let word = rule.members.get("rule-action").and_then(|node| node.value.as_str());
    if let (Some(target), Some(action)) = (target, action) {
        check_target(rule, target, action);
        check_tablespace(rule, &locator, target);
        if target == Target::Column {
            check_column(rule, &locator, action);
        }
        if action == Action::DefinePrimaryKey && !locator.names_one() {
            rule.findings.add(
                &rule.members.place("object-locator"),
                Code::KeyWithPattern,
                "define-primary-key cannot be used with a wildcard in the name of a schema or table: write a rule with the \
                 exact names for each table",
            );
        }
    }
    let value = rule.text("value");
    read_values(rule, target, action);
    if let (Some(Action::Rename), Some(new)) = (action, value) {
        check_new_name(rule, &locator, target, new);
    }
    if let Some(Action::Mask(mask)) = action {
        mask.check_value(rule, value);
    }
    let by_expression = action == Some(Action::AddColumn) || names_by_expression(action, target);
    expression::read(rule, action.is_none() || by_expression);
    if action == Some(Action::AddColumn) && rule.members.get("expression").is_none() {
        rule.findings.add(
            &rule.members.place("expression"),
            Code::ColumnWithoutExpression,
            "a column that is added without an expression is empty",
        );
    }
    let data_type = data_type::read(rule);
    if rule.members.get("data-type").is_none() && needs(action, "data-type") {
        rule.members.missing("data-type", rule.findings);
    }
    read_primary_key(rule, action);
    read_before_image(rule, action);
    // Console exports carry it, always null; with a value it is a rule of another type.
    rule.members.get("parallel-load");
    let change = match (action, target) {
        (Some(Action::Rename | Action::Affix | Action::Replace | Action::Convert), Some(target)) => {
            Change::Name(target)
        }
        (Some(Action::AddColumn), _) => Change::NewColumn(value),
        (Some(Action::Mask(mask)), _) => Change::Masking(mask),
        (_, target) => Change::Other(target, word),
    };
    let changed_to = data_type.filter(|_| action == Some(Action::ChangeDataType));
    Transformation { locator, change, changed_to }
}

/// The `rule-target`. Where the action leaves one kind of object only, a rule without it is taken for that: one has
/// been seen in production.
fn read_target(rule: &mut Reading<'_, '_>, action: Option<Action>) -> Option<Target> {
    let only = action.and_then(Action::only_for);
    let (Some(only), None) = (only, rule.members.get("rule-target")) else {
        return rule.members.required_word("rule-target", &TARGETS, rule.findings);
    };
    let word = TARGETS.iter().find(|(_, target)| *target == only).map_or("", |(word, _)| *word);
    rule.findings.add(
        &rule.members.place("rule-target"),
        Code::RuleTargetMissing,
        format!(
            "rule-target is missing; the action changes a {word} and nothing else, and a task in production runs without \
             it: write \"rule-target\": \"{word}\""
        ),
    );
    Some(only)
}

fn needs(action: Option<Action>, member: &str) -> bool {
    action.is_some_and(|action| action.needs().contains(&member))
}

/// True where the new name may be an expression.
fn names_by_expression(action: Option<Action>, target: Option<Target>) -> bool {
    action == Some(Action::Rename) && matches!(target, Some(Target::Schema | Target::Table | Target::Column))
}

/// A name that is written out is the same for all objects that the rule is about.
fn check_new_name(rule: &mut Reading<'_, '_>, locator: &Locator<'_>, target: Option<Target>, new: &str) {
    let (several, name) = match target {
        Some(Target::Table) => ("tables", locator.table),
        Some(Target::Column) => ("columns", locator.column),
        _ => return,
    };
    if name.is_some_and(|name| literal(name).is_none()) {
        rule.findings.add(
            &rule.members.place("value"),
            Code::SeveralIntoOne,
            format!(
                "every one of the {several} that the pattern means gets the name {}, and DMS does not put two {several} \
                 into one: name one exactly, or make the new name with an expression",
                quoted(new)
            ),
        );
    }
}

/// A locator names the tablespace that the rule is about, and no other.
fn check_tablespace(rule: &mut Reading<'_, '_>, locator: &Locator<'_>, target: Target) {
    if locator.table_space.is_some() && locator.index_space.is_some() {
        return;
    }
    let says = match target {
        Target::TableTablespace if locator.table_space.is_none() => {
            "rule-target is table-tablespace, and the locator states no table-tablespace-name: name the tablespace"
        }
        Target::IndexTablespace if locator.index_space.is_none() => {
            "rule-target is index-tablespace, and the locator states no index-tablespace-name: name the tablespace"
        }
        Target::TableTablespace | Target::IndexTablespace => return,
        _ if locator.names_a_tablespace() => {
            "the locator names a tablespace, and rule-target is none: write table-tablespace or index-tablespace there, or \
             take the name out"
        }
        _ => return,
    };
    rule.findings.add(&rule.members.place("object-locator"), Code::WrongTablespace, says);
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

/// An action on columns that are there says which, and DMS cannot change columns of every name.
fn check_column(rule: &mut Reading<'_, '_>, locator: &Locator<'_>, action: Action) {
    let place = format!("{}/column-name", rule.members.place("object-locator"));
    let Some(column) = locator.column else {
        let stated = rule.members.get("object-locator").and_then(|node| node.value.get("column-name"));
        if !action.names_its_columns() && !stated.is_some_and(|name| name.is_number() || name.is_boolean()) {
            rule.findings.add(
                &place,
                Code::MissingMember,
                "column-name is missing: the rule changes columns; % means all",
            );
        }
        return;
    };
    let special = outside_brackets(column).find(|c| ['#', '\\', '/', '-'].contains(c));
    let why = match special {
        Some(special) => format!("it holds {special}, and with #, \\, / or - in a name"),
        None if column.chars().any(is_written_from_the_right) => {
            "it is written from right to left, and for such names".to_owned()
        }
        None => return,
    };
    rule.findings.add(
        &place,
        Code::ColumnNotTransformable,
        format!(
            "{} is no name of a column that DMS can transform: {why} it makes no transformations; rename the column in the \
             source, or in a view of it",
            quoted(column)
        ),
    );
}

/// The characters of a pattern that stand for themselves: between brackets a hyphen makes a range.
fn outside_brackets(pattern: &str) -> impl Iterator<Item = char> {
    let mut inside = false;
    pattern.chars().filter(move |c| {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => return !inside,
        }
        false
    })
}

/// Hebrew, Arabic, and the scripts beside them.
fn is_written_from_the_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

fn read_values(rule: &mut Reading<'_, '_>, target: Option<Target>, action: Option<Action>) {
    rule.text("old-value");
    for name in ["value", "old-value"] {
        if needs(action, name) && rule.members.get(name).is_none() {
            rule.members.missing(name, rule.findings);
        }
    }
    let by_expression = names_by_expression(action, target) && rule.members.get("expression").is_some();
    if action == Some(Action::Rename) && rule.members.get("value").is_none() && !by_expression {
        rule.members.missing("value", rule.findings);
    }
}

/// Where a key may come from.
const ORIGINS: [&str; 2] = ["primary-key", "unique-index"];

fn read_primary_key(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    rule.inside("primary-key-def", |key| {
        key.required_text("name");
        if let Some(origin) = key.text("origin")
            && !ORIGINS.contains(&origin)
        {
            key.findings.add(
                &key.members.place("origin"),
                Code::BadKeyOrigin,
                format!("origin is primary-key or unique-index, not {}", quoted(origin)),
            );
        }
        match key.members.get("columns") {
            Some(columns) => {
                for column in columns.elements(key.findings) {
                    key.text_of(&column);
                }
            }
            None => key.members.missing("columns", key.findings),
        }
    });
    if rule.members.get("primary-key-def").is_none() && needs(action, "primary-key-def") {
        rule.members.missing("primary-key-def", rule.findings);
    }
}

fn read_before_image(rule: &mut Reading<'_, '_>, action: Option<Action>) {
    rule.inside("before-image-def", |image| {
        image.members.word("column-filter", &IMAGED_COLUMNS, image.findings);
        let prefix = image.text("column-prefix");
        let suffix = image.text("column-suffix");
        // Without a word about it DMS puts BI_ before the name.
        if image.members.is_empty_text("column-prefix") && prefix.is_none() && suffix.is_none() {
            image.findings.add(
                image.members.path(),
                Code::BeforeImageWithoutName,
                "column-prefix and column-suffix are both empty, so that a column and the one for its value before a change \
                 would have one name: state one of them, or leave both out for the prefix BI_",
            );
        }
    });
    if action != Some(Action::AddBeforeImage) {
        return;
    }
    if rule.members.get("before-image-def").is_none() {
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
    fn a_hyphen_between_brackets_is_no_part_of_a_name() {
        let shown = |pattern: &str| outside_brackets(pattern).collect::<String>();
        assert_eq!(shown("a-b[c-d]e"), "a-be");
        assert_eq!(shown("[a-d]%"), "%");
    }
}
