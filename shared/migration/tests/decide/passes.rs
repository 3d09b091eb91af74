//! DMS's counters held against its list of tables, one counter at a time, and the names that are not listed.

use migration::run::observation::Stats;
use migration::run::table::Table;
use migration::run::tables::TablePass;
use plan::table_name::NamedByMapping;

use support::cases::{table, table_name};

fn counted([loaded, loading, queued, errored]: [u32; 4]) -> Stats {
    Stats {
        tables_loaded: loaded,
        tables_loading: loading,
        tables_queued: queued,
        tables_errored: errored,
        ..Stats::default()
    }
}

/// So many tables that are complete, complete with rows refused, in error, and unfinished.
fn listed([complete, refused, errored, unfinished]: [usize; 4]) -> TablePass {
    let states = [
        ("Table completed", complete),
        ("Table completed", refused),
        ("Table error", errored),
        ("Full load", unfinished),
    ];
    let mut tables: Vec<Table> = Vec::new();
    for (kind, (state, count)) in states.into_iter().enumerate() {
        for _ in 0..count {
            let mut one = table(tables.len(), state, "Not enabled");
            one.refused_rows = u64::from(kind == 1);
            tables.push(one);
        }
    }
    TablePass::over(&tables)
}

#[test]
fn tables_that_are_incomplete_by_the_counters() {
    for (counters, list, incomplete) in [
        ([0; 4], [3, 0, 0, 0], 0),
        ([3, 0, 0, 0], [3, 0, 0, 0], 0),
        ([3, 0, 0, 0], [2, 1, 0, 0], 0),
        ([3, 0, 0, 0], [2, 0, 1, 0], 1),
        ([3, 2, 0, 0], [3, 0, 0, 0], 2),
        ([3, 0, 2, 0], [3, 0, 0, 0], 2),
        ([3, 0, 0, 2], [3, 0, 0, 0], 2),
        ([1, 2, 3, 4], [20, 0, 0, 0], 9),
        ([7, 1, 1, 1], [2, 1, 0, 0], 7),
    ] {
        assert_eq!(
            listed(list).incomplete_by_counters(&counted(counters)),
            incomplete,
            "{counters:?} {list:?}"
        );
    }
}

#[test]
fn counters_that_say_what_the_list_says() {
    for (counters, list, agree) in [
        ([0; 4], [3, 0, 1, 0], true),
        ([3, 0, 0, 0], [3, 0, 0, 0], true),
        ([3, 0, 0, 0], [2, 1, 0, 0], true),
        ([3, 0, 0, 0], [4, 0, 0, 0], false),
        ([2, 1, 2, 3], [2, 0, 3, 3], true),
        ([2, 1, 2, 3], [2, 0, 3, 2], false),
        ([2, 0, 0, 1], [2, 0, 1, 0], true),
        ([2, 0, 0, 1], [2, 0, 0, 0], false),
        ([0, 0, 0, 1], [0, 0, 0, 1], true),
    ] {
        assert_eq!(listed(list).agrees_with(&counted(counters)), agree, "{counters:?} {list:?}");
    }
}

#[test]
fn names_that_the_document_could_not_carry_are_counted() {
    let absent = |names: &[usize], count: usize, tables: usize| -> Vec<String> {
        let tables: Vec<Table> =
            (0..tables).map(|nth| table(nth, "Table completed", "Not enabled")).collect();
        let names = names.iter().map(|nth| table_name(*nth)).collect();
        let absent = TablePass::absent(&tables, &NamedByMapping { tables: names, count });
        absent.into_iter().map(|table| table.name).collect()
    };
    assert_eq!(absent(&[0, 1], 2, 2), [""; 0]);
    assert_eq!(absent(&[0, 9], 2, 1), ["shop.t9"]);
    assert_eq!(absent(&[0, 1], 5, 5), [""; 0]);
    assert_eq!(absent(&[0, 1], 5, 2), ["3 more tables"]);
    assert_eq!(absent(&[0, 9], 5, 2), ["shop.t9", "2 more tables"]);
    assert_eq!(
        absent(&[0, 1], 2, 0),
        ["shop.t0", "shop.t1"],
        "all names were carried: none is counted beyond them"
    );
}

#[test]
fn rows_that_differ_are_those_that_failed_and_those_that_were_suspended() {
    let mut one = table(0, "Table completed", "Validated");
    (one.validation_failed, one.validation_suspended) = (2, 3);
    let pass = TablePass::over(&[one]);
    assert_eq!(pass.mismatched.len(), 1);
    assert_eq!(pass.mismatched[0].state, "5 rows differ");
}

#[test]
fn rows_are_verified_where_there_are_tables_and_every_one_was_compared() {
    let verified = |words: &[&str]| {
        let tables: Vec<Table> =
            words.iter().enumerate().map(|(nth, word)| table(nth, "Table completed", word)).collect();
        TablePass::over(&tables).verified()
    };
    assert!(verified(&["Validated"; 2]));
    assert!(!verified(&[]), "nothing was compared");
    for word in ["Mismatched records", "Pending records", "No primary key", "Not enabled"] {
        assert!(!verified(&["Validated", word]), "{word}");
    }
}
