//! Which tables have a bar of their own: those in error and those that are being loaded first, then those that wait.
//! What is finished has none.

use crate::screen::TableShown;

/// The tables with bars, and the others in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// In their order.
    pub tables: Vec<TableShown>,
    /// `+23 more, 8 loading; 12 of 48 complete`.
    pub rest: Option<String>,
}

/// Chooses at most `most` tables.
pub fn chosen(tables: &[TableShown], most: usize) -> Bars {
    let mut open: Vec<&TableShown> = tables.iter().filter(|table| rank(table) < Rank::Finished).collect();
    // Of one rank they stay as they are: bars do not change places.
    open.sort_by_key(|table| rank(table));
    let (shown, more) = open.split_at(open.len().min(most));
    let finished = tables.len() - open.len();
    let counted = |wanted: Rank| more.iter().filter(|table| rank(table) == wanted).count();
    let mut rest = Vec::new();
    if !more.is_empty() {
        let mut words = format!("+{} more", more.len());
        for (wanted, word) in [(Rank::Error, "in error"), (Rank::Loading, "loading")] {
            if counted(wanted) > 0 {
                words += &format!(", {} {word}", counted(wanted));
            }
        }
        rest.push(words);
    }
    if finished > 0 {
        rest.push(format!("{finished} of {} complete", tables.len()));
    }
    Bars {
        tables: shown.iter().map(|table| (*table).clone()).collect(),
        rest: (!rest.is_empty()).then(|| rest.join("; ")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Error,
    Loading,
    Waiting,
    Finished,
}

fn rank(table: &TableShown) -> Rank {
    match table.state.as_str() {
        "Table error" | "Table does not exist" => Rank::Error,
        "Full load" | "Table is being reloaded" => Rank::Loading,
        "Table completed" => Rank::Finished,
        _ => Rank::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, state: &str) -> TableShown {
        TableShown { name: name.to_owned(), state: state.to_owned(), rows: 1, of: 2 }
    }

    #[test]
    fn trouble_comes_first_and_what_is_finished_is_counted() {
        let tables = [
            table("a", "Table completed"),
            table("b", "Before load"),
            table("c", "Full load"),
            table("d", "Table error"),
            table("e", "Full load"),
            table("f", "Full load"),
        ];
        let names = |bars: &Bars| bars.tables.iter().map(|table| table.name.clone()).collect::<Vec<_>>();
        let bars = chosen(&tables, 2);
        assert_eq!(names(&bars), ["d", "c"]);
        assert_eq!(bars.rest.as_deref(), Some("+3 more, 2 loading; 1 of 6 complete"));
        let bars = chosen(&tables, 12);
        assert_eq!(names(&bars), ["d", "c", "e", "f", "b"]);
        assert_eq!(bars.rest.as_deref(), Some("1 of 6 complete"));
        assert_eq!(chosen(&[], 12), Bars::default());
    }
}
