//! Table-settings rules: how one table is loaded (DMS user guide, table and collection settings rules and operations).

use super::locator::Locator;
use super::rule::Reading;
use crate::finding::Code;
use crate::located::{Node, shown};

/// DMS takes at most this many columns for ranges.
pub(crate) const MAX_COLUMNS: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parallel {
    Auto,
    List,
    Ranges,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lobs {
    Limited,
    Other,
}

/// The ways to load one table in parallel.
pub(crate) const PARALLEL_LOADS: [(&str, Parallel); 5] = [
    ("partitions-auto", Parallel::Auto),
    ("subpartitions-auto", Parallel::Auto),
    ("partitions-list", Parallel::List),
    ("ranges", Parallel::Ranges),
    ("none", Parallel::None),
];

/// What becomes of the LOBs of one table.
pub(crate) const LOB_MODES: [(&str, Lobs); 3] =
    [("limited", Lobs::Limited), ("unlimited", Lobs::Other), ("none", Lobs::Other)];

pub(super) fn read(rule: &mut Reading<'_, '_>, locator: &Locator<'_>, id: Option<&str>) {
    if !locator.names_one() {
        let mark = rule.findings.mark();
        rule.findings.add(
            &rule.members.place("object-locator"),
            Code::SettingsWithPattern,
            "table-settings name one table exactly: write its schema and name without wildcards, and give each table a rule of its \
             own",
        );
        if let Some(id) = id {
            rule.findings.dms_would_say(
                mark,
                &format!(
                    "Error in mapping rules. Rule with ruleId = {id} failed validation. Exact schema and table name required \
                     when using table settings rule.",
                ),
            );
        }
    }
    let load = rule.inside("parallel-load", read_parallel_load);
    let lobs = rule.inside("lob-settings", read_lobs);
    if load.is_none() && lobs.is_none() {
        rule.findings.add(
            rule.members.path(),
            Code::RuleWithoutEffect,
            "table-settings without parallel-load and lob-settings do nothing",
        );
    }
}

fn read_parallel_load(load: &mut Reading<'_, '_>) {
    // The console writes every member of it, each null, where nothing is loaded in parallel.
    if load.members.present().is_empty() {
        return;
    }
    let kind = load.members.required_word("type", &PARALLEL_LOADS, load.findings);
    let partitions = load.members.get("partitions");
    let subpartitions = load.members.get("subpartitions");
    let columns = load.members.get("columns");
    let boundaries = load.members.get("boundaries");
    load.number("number-of-partitions", 1..=u64::from(u32::MAX));
    load.number("max-records-skip-per-page", 0..=u64::from(u32::MAX));
    load.number("batch-size", 0..=u64::from(u32::MAX));
    load.members.ignore(&["collection-count-from-metadata"]);
    for list in [&partitions, &subpartitions, &columns].into_iter().flatten() {
        for name in list.elements(load.findings) {
            load.text_of(&name);
        }
    }
    match kind {
        Some(Parallel::List) if partitions.is_none() && subpartitions.is_none() => {
            load.members.missing("partitions", load.findings);
        }
        Some(Parallel::Ranges) => read_ranges(load, columns.as_ref(), boundaries.as_ref()),
        Some(_) if columns.is_some() || boundaries.is_some() => {
            load.findings.add(
                load.members.path(),
                Code::ValueNotUsed,
                "columns and boundaries belong to \"type\": \"ranges\": they do nothing here",
            );
        }
        _ => {}
    }
}

fn read_ranges(load: &mut Reading<'_, '_>, columns: Option<&Node<'_>>, boundaries: Option<&Node<'_>>) {
    let (Some(columns), Some(boundaries)) = (columns, boundaries) else {
        for (name, node) in [("columns", columns), ("boundaries", boundaries)] {
            if node.is_none() {
                load.members.missing(name, load.findings);
            }
        }
        return;
    };
    let width = columns.value.as_array().map_or(0, Vec::len);
    if width > MAX_COLUMNS {
        load.findings.add(
            &columns.path,
            Code::TooManyColumns,
            format!("ranges are cut by at most {MAX_COLUMNS} columns, here are {width}"),
        );
    }
    for boundary in boundaries.elements(load.findings) {
        let values = boundary.elements(load.findings).len();
        if boundary.value.is_array() && values != width {
            load.findings.add(
                &boundary.path,
                Code::BoundaryOfOtherWidth,
                format!("a boundary has one value for each of the columns: {width}, not {values}"),
            );
        }
    }
}

fn read_lobs(lobs: &mut Reading<'_, '_>) {
    let mode = lobs.members.word("mode", &LOB_MODES, lobs.findings);
    let stated = lobs.members.get("bulk-max-size");
    let size = lobs.number("bulk-max-size", 0..=u64::from(u32::MAX));
    if let (Some(Lobs::Limited), Some(0), Some(node)) = (mode, size, stated) {
        lobs.findings.add(
            &node.path,
            Code::BadNumber,
            format!(
                "with mode limited bulk-max-size is the most KB of a LOB that is migrated, and cannot be {}",
                shown(node.value)
            ),
        );
    }
}
