//! Schemas that databases keep for themselves: a selection that takes one copies users, password hashes and settings of
//! the server along, or fails on them. DMS does not leave all of them out by itself.

use std::collections::HashSet;

use serde_json::Value;

use super::engine::Engine;
use super::located::quoted;
use super::table_name::{Pattern, Steps, literal, lower};
use crate::finding::{Code, Findings};

/// The most steps that are taken in one mapping; behind it nothing is named.
const MAX_STEPS: usize = 1_000_000;

/// Patterns of more bytes than this are not read: nobody writes such a one for a schema.
const LONGEST_PATTERN: usize = 1000;

/// The system schemas of an engine, and what is in them.
fn of(engine: Engine) -> &'static [(&'static str, &'static str)] {
    match engine {
        Engine::MySql => &[
            ("mysql", "users with their password hashes, and the server's own tables"),
            ("sys", "views of the server's performance"),
            ("performance_schema", "the server's performance counters"),
            ("information_schema", "the server's catalogue"),
        ],
        Engine::PostgreSql => &[
            ("pg_catalog", "roles with their password hashes, and the server's catalogue"),
            ("information_schema", "the server's catalogue"),
        ],
        Engine::SqlServer => {
            &[("sys", "logins and the server's catalogue"), ("INFORMATION_SCHEMA", "the server's catalogue")]
        }
        Engine::Oracle => &[
            ("SYS", "users with their password hashes, and the data dictionary"),
            ("SYSTEM", "tables of the server's own tools"),
        ],
        Engine::Db2 => &[
            ("SYSIBM", "the server's catalogue"),
            ("SYSCAT", "the server's catalogue"),
            ("SYSSTAT", "the server's statistics"),
        ],
    }
}

/// Warns of a selection that takes a system schema, or whose pattern can mean one of some engine. The source is not
/// known here: a mapping that excludes all of one engine's is taken to be for that engine.
pub(super) fn check<'a>(selections: impl Iterator<Item = Selection<'a>>, findings: &mut Findings) {
    let selections = Selections::of(selections);
    let Some((place, pattern)) = selections.suspect() else { return };
    let taken: Vec<(Engine, Vec<&str>)> = Engine::ALL
        .into_iter()
        .map(|engine| (engine, selections.takes(engine).into_iter().map(|(name, _)| name).collect()))
        .collect();
    let is_for_one =
        |(engine, names): &(Engine, Vec<&str>)| names.is_empty() && selections.excludes_some(*engine);
    if taken.iter().any(is_for_one) {
        return;
    }
    let named: Vec<String> = taken
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(engine, names)| format!("{} ({})", names.join(", "), engine.name()))
        .collect();
    if named.is_empty() {
        return;
    }
    findings.add(
        &format!("{place}/object-locator/schema-name"),
        Code::SystemSchemaSelected,
        format!(
            "{} takes schemas that databases keep for themselves, and DMS is known to have copied MySQL's with the password \
             hashes in them: {}; exclude those of your source, or name your own schemas",
            quoted(pattern),
            named.join("; ")
        ),
    );
}

/// Rejects a selection that takes a system schema of the source's engine into a target of another. Both are DMS's words
/// for an engine; where the source's is not known nothing is said.
pub fn check_engines(mapping: &Value, source: &str, target: &str, findings: &mut Findings) {
    let Some(engine) = Engine::of(source).filter(|engine| Engine::of(target) != Some(*engine)) else {
        return;
    };
    let rules = mapping.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let places: Vec<String> = (0..rules.len()).map(|at| format!("/Task/TableMappings/rules/{at}")).collect();
    let selections =
        Selections::of(rules.iter().zip(&places).filter_map(|(rule, place)| Selection::of(rule, place)));
    let Some((place, _)) = selections.suspect() else { return };
    let taken = selections.takes(engine);
    if taken.is_empty() {
        return;
    }
    let (names, holds): (Vec<&str>, Vec<String>) =
        taken.iter().map(|(name, holds)| (*name, format!("{name} ({holds})"))).unzip();
    findings.add(
        &format!("{place}/object-locator/schema-name"),
        Code::SystemSchemaToAnotherEngine,
        format!(
            "the mapping takes system schemas of its {source} source, and would copy them into {target}: {}; exclude {}, or \
             name your own schemas",
            holds.join(", "),
            names.join(", ")
        ),
    );
}

/// The same of a task that somebody else keeps: what the plan's reader says of a mapping, and what is said once the
/// engines are known, in one decision. The mapping is in no plan, so its rules are counted from 1 in the message.
pub fn check_external(mapping: &Value, source: &str, target: &str, findings: &mut Findings) {
    let Some(engine) = Engine::of(source) else { return };
    let rules = mapping.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let places: Vec<String> = (1..=rules.len()).map(|number| number.to_string()).collect();
    let selections =
        Selections::of(rules.iter().zip(&places).filter_map(|(rule, place)| Selection::of(rule, place)));
    let Some((number, pattern)) = selections.suspect() else { return };
    let taken = selections.takes(engine);
    if taken.is_empty() {
        return;
    }
    let holds: Vec<String> = taken.iter().map(|(name, holds)| format!("{name} ({holds})")).collect();
    let code = match Engine::of(target) == Some(engine) {
        true => Code::SystemSchemaSelected,
        false => Code::SystemSchemaToAnotherEngine,
    };
    findings.add(
        "/Task",
        code,
        format!(
            "the mapping of the task takes system schemas of its {source} source ({} in the selection that is number {number} of \
             its rules), and would copy them into {target}: {}; have whoever keeps the task exclude them",
            quoted(pattern),
            holds.join(", ")
        ),
    );
}

/// A selection rule, as far as it is about schemas.
pub(super) struct Selection<'a> {
    /// The place of the rule.
    pub(super) place: &'a str,
    /// False for a rule that excludes.
    pub(super) includes: bool,
    pub(super) schema: &'a str,
    pub(super) table: &'a str,
}

impl<'a> Selection<'a> {
    fn of(rule: &'a Value, place: &'a str) -> Option<Selection<'a>> {
        let text = |value: &'a Value, name: &str| value.get(name).and_then(Value::as_str);
        let locator = rule.get("object-locator")?;
        let selects = text(rule, "rule-type") == Some("selection");
        let includes = match text(rule, "rule-action")? {
            "include" | "explicit" => true,
            "exclude" => false,
            _ => return None,
        };
        let (schema, table) = (text(locator, "schema-name")?, text(locator, "table-name")?);
        selects.then_some(Selection { place, includes, schema, table })
    }

    /// True when it is about all tables of its schemas, or takes some of a schema that it names. Only a schema that is
    /// left out as a whole is left out; and a pattern of schemas beside one of tables, as `%` beside `orders`, means
    /// tables of the user's own.
    fn counts(&self) -> bool {
        let all_tables = !self.table.is_empty() && self.table.bytes().all(|byte| byte == b'%');
        all_tables || (self.includes && literal(self.schema).is_some())
    }
}

/// The schemas that the selection rules take and leave out, as far as a system schema has such a name.
struct Selections<'a> {
    /// The place of the first rule of each pattern, and the pattern.
    included: Vec<(&'a str, &'a str, Pattern)>,
    /// Patterns of schemas that are left out as a whole.
    excluded: Vec<Pattern>,
}

impl<'a> Selections<'a> {
    fn of(rules: impl Iterator<Item = Selection<'a>>) -> Selections<'a> {
        let mut selections = Selections { included: Vec::new(), excluded: Vec::new() };
        let (mut seen, mut last) = (HashSet::new(), None);
        for rule in rules {
            let Selection { place, includes, schema, .. } = rule;
            // Most rules are about the schema of the rule before.
            let key = (includes, schema);
            if last == Some(key) || !rule.counts() || !seen.insert(key) {
                continue;
            }
            last = Some(key);
            if !can_mean_one(schema) {
                continue;
            }
            if includes {
                selections.included.push((place, schema, Pattern::of(schema)));
            } else {
                selections.excluded.push(Pattern::of(schema));
            }
        }
        selections
    }

    /// The first rule that takes a system schema of any engine.
    fn suspect(&self) -> Option<(&'a str, &'a str)> {
        self.included.first().map(|(place, schema, _)| (*place, *schema))
    }

    /// The system schemas of an engine that are taken, and what is in them.
    fn takes(&self, engine: Engine) -> Vec<(&'static str, &'static str)> {
        let mut steps = Steps::new(MAX_STEPS);
        let mut meets = |pattern: &Pattern, name: &str| pattern.selects(&lower(name), &mut steps);
        of(engine)
            .iter()
            .filter(|(name, _)| self.included.iter().any(|(_, _, pattern)| meets(pattern, name)))
            .filter(|(name, _)| {
                !self.excluded.iter().any(|pattern| pattern.selects(&lower(name), &mut Steps::new(MAX_STEPS)))
            })
            .copied()
            .collect()
    }

    /// True when a rule leaves out a system schema of this engine.
    fn excludes_some(&self, engine: Engine) -> bool {
        let mut steps = Steps::new(MAX_STEPS);
        of(engine)
            .iter()
            .any(|(name, _)| self.excluded.iter().any(|pattern| pattern.selects(&lower(name), &mut steps)))
    }
}

/// True for a pattern or name that a system schema of some engine has. Most names of a mapping have none, so this comes
/// first and reads no pattern for them.
fn can_mean_one(schema: &str) -> bool {
    let names = || Engine::ALL.into_iter().flat_map(of).map(|(name, _)| *name);
    if schema.len() > LONGEST_PATTERN {
        return false;
    }
    match literal(schema) {
        Some(name) => names().any(|system| system.eq_ignore_ascii_case(&name)),
        None => {
            let pattern = Pattern::of(schema);
            names().any(|system| pattern.selects(&lower(system), &mut Steps::new(MAX_STEPS)))
        }
    }
}
