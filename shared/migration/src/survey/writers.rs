//! Other tasks that write into the same target: two that load one table empty, drop or double each other's rows.

use crate::run::status::Status;
use serde_json::Value;

use crate::run::observation::Task;
use crate::run::status::Phase;
use plan::finding::{Code, Findings};
use plan::located::quoted;
use plan::overlap::overlap;
use plan::settings::PrepMode;
use plan::table_name::{Pattern, Steps};
use plan::{Arn, ExternalTask, MigrationType, Plan, TaskPlan};

/// The most tasks that are named one by one.
const MAX_NAMED: usize = 10;

/// The most steps that are taken to compare the patterns of all tasks with the plan's: a function has its seconds.
/// Behind it tasks are counted only.
const MAX_STEPS: usize = 50_000_000;

/// The most steps that are taken to see which names one mapping changes. What is selected behind it may have any.
const MAX_STEPS_OF_ONE: usize = 4_000_000;

/// A task of a target endpoint.
#[derive(Clone, Debug)]
pub struct Writer {
    /// Its ARN.
    pub arn: String,
    /// Its identifier.
    pub identifier: String,
    /// The source endpoint that it reads.
    pub source: Arn,
    /// DMS's word for what it does.
    pub status: Status,
    /// It is on its way up or at work.
    pub at_work: bool,
    /// It is loading tables, which it empties or drops first: its TargetTablePrepMode.
    pub replaces: Option<PrepMode>,
    /// What it writes.
    pub selection: Selection,
}

impl Writer {
    /// A task as DMS describes it, with its settings and its mapping.
    pub fn of(task: &Task, mappings: &Value) -> Writer {
        let at_work = matches!(task.phase(), Phase::Starting | Phase::Running);
        let loaded = task.stats.as_ref().is_some_and(|stats| {
            stats.full_load_finish_date.is_some() && stats.full_load_finish_date >= stats.fresh_start_date
        });
        let loads = at_work && task.migration_type != MigrationType::Cdc && !loaded;
        let prep_mode = task.settings.as_ref().map(|settings| settings.prep_mode.clone());
        Writer {
            arn: task.arn.to_string(),
            identifier: task.identifier.clone(),
            source: task.route.source.clone(),
            status: task.status.clone(),
            at_work,
            replaces: prep_mode.filter(|mode| loads && *mode != PrepMode::DoNothing),
            selection: Selection::of(mappings),
        }
    }
}

/// The tables that a mapping writes, as patterns.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    written: Vec<Written>,
    excluded: Vec<Tables>,
}

/// A pattern of schemas, and one of tables in them.
type Tables = (Pattern, Pattern);

/// What one rule selects, and what that is called in the target.
#[derive(Clone, Debug)]
struct Written {
    selected: Tables,
    /// What transformations make of these names, where they concern them; not all of it is known.
    renamed: Option<Tables>,
}

/// What two mappings have in common.
enum Shared<'a> {
    Nothing,
    /// Two rules that can write the same table.
    Rules(&'a Written, &'a Written),
    /// It takes too many steps to say.
    Unknown,
}

impl Selection {
    /// Reads it from table mappings.
    pub fn of(mappings: &Value) -> Selection {
        let rules = mappings.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let renaming: Vec<Renaming<'_>> = rules.iter().filter_map(Renaming::of).collect();
        let mut steps = Steps::new(MAX_STEPS_OF_ONE);
        let mut selection = Selection::default();
        for rule in rules.iter().filter(|rule| text(rule, "/rule-type") == "selection") {
            match text(rule, "/rule-action") {
                "exclude" => selection.excluded.push(located(rule)),
                "include" | "explicit" => {
                    selection.written.push(Written::of(located(rule), &renaming, &mut steps));
                }
                _ => {}
            }
        }
        selection
    }

    fn excludes(&self, other: &Written, steps: &mut Steps) -> bool {
        let (schema, table) = &other.selected;
        self.excluded
            .iter()
            .any(|(schemas, tables)| schemas.covers(schema, steps) && tables.covers(table, steps))
    }

    /// The first two rules that can write the same table; certain ones first.
    fn shares<'a>(&'a self, other: &'a Selection, steps: &mut Steps) -> Shared<'a> {
        let mut doubtful = Shared::Nothing;
        for one in &self.written {
            if self.excludes(one, steps) {
                continue;
            }
            for another in &other.written {
                let ((schemas, tables), (other_schemas, other_tables)) = (one.target(), another.target());
                let overlaps = overlap(tables, other_tables, steps) && overlap(schemas, other_schemas, steps);
                if !steps.take(1) {
                    return if let Shared::Nothing = doubtful { Shared::Unknown } else { doubtful };
                }
                if !overlaps {
                    continue;
                }
                if one.renamed.is_some() || another.renamed.is_some() {
                    if let Shared::Nothing = doubtful {
                        doubtful = Shared::Rules(one, another);
                    }
                } else if !self.excludes(another, steps)
                    && !other.excludes(one, steps)
                    && !other.excludes(another, steps)
                {
                    return Shared::Rules(one, another);
                }
            }
        }
        doubtful
    }
}

impl Written {
    fn of(selected: Tables, renaming: &[Renaming<'_>], steps: &mut Steps) -> Written {
        let mut concerns = |change: &&Renaming<'_>| {
            (change.of_schema || overlap(&change.table, &selected.1, steps))
                && overlap(&change.schema, &selected.0, steps)
        };
        let changes: Vec<&Renaming<'_>> = renaming.iter().filter(&mut concerns).collect();
        let mut name = |of_schema: bool, selected: &Pattern| {
            let mut changes = changes.iter().filter(|change| change.of_schema == of_schema);
            match (changes.next(), changes.next()) {
                (None, _) => selected.clone(),
                // One new name for all that is selected, or any name at all.
                (Some(change), None) if change.renames_all(selected, steps) => {
                    Pattern::of(change.value.unwrap_or("%"))
                }
                _ => Pattern::of("%"),
            }
        };
        let renamed = (!changes.is_empty()).then(|| (name(true, &selected.0), name(false, &selected.1)));
        let renamed = if steps.are_spent() { Some((Pattern::of("%"), Pattern::of("%"))) } else { renamed };
        Written { selected, renamed }
    }

    /// What it is called in the target.
    fn target(&self) -> &Tables {
        self.renamed.as_ref().unwrap_or(&self.selected)
    }

    /// True when a table of one is a table of the other, as far as names tell. Two sources that are selected by one
    /// wildcard may have different tables.
    fn is_surely(&self, other: &Written, same_source: bool, steps: &mut Steps) -> bool {
        let mut fits = |one: &Pattern, another: &Pattern| {
            (one.is_literal() && one.is(another))
                || (same_source && (one.covers(another, steps) || another.covers(one, steps)))
        };
        self.renamed.is_none()
            && other.renamed.is_none()
            && fits(&self.selected.0, &other.selected.0)
            && fits(&self.selected.1, &other.selected.1)
    }

    fn in_words(&self) -> String {
        let (schema, table) = &self.selected;
        quoted(&format!("{}.{}", schema.text(), table.text())).trim_matches('"').to_owned()
    }
}

/// A transformation that gives schemas or tables another name. One that only changes the case does not count.
struct Renaming<'a> {
    of_schema: bool,
    schema: Pattern,
    table: Pattern,
    /// The new name, of a plain renaming.
    value: Option<&'a str>,
}

impl<'a> Renaming<'a> {
    fn of(rule: &'a Value) -> Option<Renaming<'a>> {
        let (target, action) = (text(rule, "/rule-target"), text(rule, "/rule-action"));
        let renames = action == "rename" || action.ends_with("-prefix") || action.ends_with("-suffix");
        if text(rule, "/rule-type") != "transformation" || !renames || !matches!(target, "schema" | "table") {
            return None;
        }
        let (schema, table) = located(rule);
        Some(Renaming {
            of_schema: target == "schema",
            schema,
            table,
            value: rule.get("value").and_then(Value::as_str).filter(|_| action == "rename"),
        })
    }

    fn renames_all(&self, selected: &Pattern, steps: &mut Steps) -> bool {
        let pattern = if self.of_schema { &self.schema } else { &self.table };
        self.value.is_some() && pattern.covers(selected, steps)
    }
}

fn text<'a>(rule: &'a Value, pointer: &str) -> &'a str {
    rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The tables that a rule is about.
fn located(rule: &Value) -> Tables {
    let pattern = |pointer| Pattern::of(text(rule, pointer));
    (pattern("/object-locator/schema-name"), pattern("/object-locator/table-name"))
}

/// Names the other tasks that can write the same tables of the target as the task of a plan, which reads this source.
/// That task itself is among them when it exists.
pub fn check(plan: &Plan, source: &Arn, writers: &[Writer], findings: &mut Findings) {
    let is_own = |writer: &Writer| match &plan.task {
        TaskPlan::Request(request) => {
            writer.identifier.eq_ignore_ascii_case(&request.replication_task_identifier)
        }
        TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(identifier)) => {
            writer.identifier.eq_ignore_ascii_case(identifier)
        }
        TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => writer.arn == arn.to_string(),
    };
    let (path, ours) = match plan.request() {
        Some(request) => {
            ("/Task/TableMappings", request.table_mappings.json().map(Selection::of).unwrap_or_default())
        }
        // The mapping of a task that somebody else keeps is its own.
        None => {
            let own = writers.iter().find(|writer| is_own(writer));
            ("/Task", own.map(|own| own.selection.clone()).unwrap_or_default())
        }
    };
    // A task that is at work already is followed, and what it meets there it has met.
    let follows = writers.iter().any(|writer| is_own(writer) && writer.at_work);
    let mut steps = Steps::new(MAX_STEPS);
    let mut others: Vec<&Writer> = writers.iter().filter(|writer| !is_own(writer)).collect();
    // Should there be too many, those that are loading are named, then those that are at work.
    others.sort_by_key(|writer| (writer.replaces.is_none(), !writer.at_work));
    let (mut more, mut unknown) = (0, 0);
    for writer in others {
        let (one, another) = match ours.shares(&writer.selection, &mut steps) {
            Shared::Nothing => continue,
            Shared::Rules(one, another) => (one, another),
            Shared::Unknown => {
                unknown += 1;
                continue;
            }
        };
        let certain = one.is_surely(another, writer.source == *source, &mut steps);
        let name = quoted(&writer.identifier);
        match writer.replaces.as_ref().filter(|_| certain && !follows) {
            Some(prep_mode) => findings.add(
                path,
                Code::TargetBeingLoaded,
                format!(
                    "the task {name} is loading tables of this target now under {prep_mode}, and it selects {} where this plan \
                     selects {}: wait until its load is over, or give the two different tables",
                    another.in_words(),
                    one.in_words()
                ),
            ),
            None if more < MAX_NAMED => {
                more += 1;
                findings.add(
                    path,
                    Code::AnotherWriter,
                    format!(
                        "the task {name} ({}) {} the same tables of this target: it selects {}, this plan {}",
                        quoted(writer.status.as_str()),
                        if certain { "writes" } else { "may write" },
                        another.in_words(),
                        one.in_words()
                    ),
                );
            }
            None => {}
        }
    }
    if unknown > 0 {
        findings.add(
            path,
            Code::WritersNotCompared,
            format!(
                "{unknown} other tasks of this target have too many rules to be compared with this plan in time: see for \
                 yourself that none of them writes its tables"
            ),
        );
    }
}
