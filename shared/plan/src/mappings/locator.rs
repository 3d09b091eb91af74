//! `object-locator`: the schemas, tables and columns that a rule is about, by name or by pattern.

use super::rule::Reading;
use crate::finding::Code;
use crate::located::quoted;
use crate::table_name::literal;

/// What a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Locator<'a> {
    pub(super) schema: Option<&'a str>,
    pub(super) table: Option<&'a str>,
    pub(super) column: Option<&'a str>,
    /// The tablespace of a table, which only Oracle has.
    pub(super) table_space: Option<&'a str>,
    /// The tablespace of an index, which only Oracle has.
    pub(super) index_space: Option<&'a str>,
    /// The type of the columns that are meant.
    pub(super) data_type: Option<&'a str>,
}

/// What DMS answers to a selection without a locator.
fn without_locator(id: Option<&str>) -> Option<String> {
    Some(format!(
        "Error in mapping rules. Rule with ruleId = {} failed validation. object locator cannot be null",
        id?
    ))
}

impl<'a> Locator<'a> {
    /// Reads the locator of a selection rule, to which DMS's answer is recorded when there is none.
    pub(super) fn of_selection(rule: &mut Reading<'_, 'a>, id: Option<&str>) -> Locator<'a> {
        let mark = rule.findings.mark();
        let locator = Locator::read(rule, true);
        if rule.findings.mark() > mark
            && rule.members.get("object-locator").is_none()
            && let Some(words) = without_locator(id)
        {
            rule.findings.dms_would_say(mark, &words);
        }
        locator
    }

    /// Reads the locator of a rule; `of_tables` when it must name tables, not just schemas.
    pub(super) fn read(rule: &mut Reading<'_, 'a>, of_tables: bool) -> Locator<'a> {
        rule.required("object-locator", |inner| {
            let mut locator = Locator {
                table_space: inner.text("table-tablespace-name"),
                index_space: inner.text("index-tablespace-name"),
                ..Locator::default()
            };
            let of_tables = of_tables && !locator.names_a_tablespace();
            locator.schema = inner.name("schema-name", !locator.names_a_tablespace());
            locator.table = inner.name("table-name", of_tables);
            locator.column = inner.name("column-name", false);
            locator.data_type = inner.text("data-type");
            read_table_type(inner);
            if locator.table_space.is_some() && locator.index_space.is_some() {
                inner.findings.add(
                    inner.members.path(),
                    Code::WrongTablespace,
                    "table-tablespace-name and index-tablespace-name stand in one locator, and DMS takes one of the two in \
                     a rule: give each tablespace a rule of its own",
                );
            }
            locator
        })
        .unwrap_or_default()
    }

    /// True when it names a tablespace of either kind.
    pub(super) fn names_a_tablespace(&self) -> bool {
        self.table_space.is_some() || self.index_space.is_some()
    }

    /// True when it names one table: neither name is a pattern.
    pub(super) fn names_one(&self) -> bool {
        [self.schema, self.table].iter().flatten().all(|name| literal(name).is_some())
    }
}

impl<'a> Reading<'_, 'a> {
    /// A name or pattern of the locator.
    fn name(&mut self, member: &'static str, required: bool) -> Option<&'a str> {
        let name = if required { self.required_text(member) } else { self.text(member) }?;
        if name.contains('*') {
            self.findings.add(
                &self.members.place(member),
                Code::StarIsNoWildcard,
                format!("{} holds a *, which stands for itself in DMS: any text is %", quoted(name)),
            );
        }
        let unclosed = name.rfind('[').is_some_and(|at| !name[at..].contains(']'));
        if unclosed || name.contains("[]") {
            self.findings.add(
                &self.members.place(member),
                Code::BadPattern,
                format!(
                    "{} has a [ that no ] closes, or nothing between them: write [ab] or [a-d] for one of some characters, \
                     [_] for an underscore",
                    quoted(name)
                ),
            );
        }
        Some(name)
    }
}

/// The types of tables, and whether they include views.
pub(crate) const TABLE_TYPES: [(&str, bool); 3] = [("table", false), ("view", true), ("all", true)];

/// Views are loaded, never replicated.
fn read_table_type(locator: &mut Reading<'_, '_>) {
    let views = locator.members.word("table-type", &TABLE_TYPES, locator.findings);
    if views == Some(true) && locator.replicates() {
        locator.findings.add(
            &locator.members.place("table-type"),
            Code::ViewsAreOnlyLoaded,
            "DMS migrates views in a full load only: give them a full-load task of their own",
        );
    }
}
