//! What a page shows: plain values, whoever has them. How it looks is decided in [`html`](crate::html).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use migration::run::table::TableState;
use migration::run::verdict::Outcome;
use plan::finding::Severity;

/// What a page shows: one plan in one night, or in several.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What people call the migration.
    pub name: String,
    /// Where it ran.
    pub place: Option<Place>,
    /// The clock on which every time of the page stands: that of the plan's window.
    pub zone: TimeZone,
    /// What is to be known before anything else is believed, such as that DMS was a simulated one. Empty for nothing.
    pub note: String,
    /// The plan as it is understood: pairs of a heading and a sentence.
    pub understood: Vec<(String, String)>,
    /// The first night.
    first: Night,
    /// The nights after it.
    others: Vec<Night>,
}

/// Where a run was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The name of the stack.
    pub stack: String,
    /// The execution's ARN.
    pub execution: String,
}

impl Page {
    /// A page about one night.
    pub fn new(name: impl Into<String>, zone: TimeZone, night: Night) -> Page {
        Page {
            name: name.into(),
            place: None,
            zone,
            note: String::new(),
            understood: Vec::new(),
            first: night,
            others: Vec::new(),
        }
    }

    /// The same page with one more night, after those that it has.
    pub fn and(mut self, night: Night) -> Page {
        self.others.push(night);
        self
    }

    /// All nights, in their order; there is at least one.
    pub fn nights(&self) -> Vec<&Night> {
        std::iter::once(&self.first).chain(&self.others).collect()
    }

    /// The night with which the page ends.
    pub fn last(&self) -> &Night {
        self.others.last().unwrap_or(&self.first)
    }
}

/// One night: a run from its beginning to where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Night {
    /// How it ended, or where it stands.
    pub ending: Ending,
    /// From when to when it ran; none where nothing is known but what it was given.
    pub ran: Option<Span>,
    /// From when to when its window is open; none without a window.
    pub window: Option<Span>,
    /// From when to when the task loaded, as DMS dates it.
    pub load: Option<Span>,
    /// The tables.
    pub tables: Tables,
    /// What the run did, in the order in which it did it.
    pub acts: Vec<Act>,
    /// How far a replication was behind.
    pub lag: Lag,
    /// What people were told, in the order in which they were told it.
    pub messages: Vec<Message>,
}

impl Night {
    /// A night of which nothing more is known.
    pub fn new(ending: Ending, ran: Option<Span>) -> Night {
        Night {
            ending,
            ran,
            window: None,
            load: None,
            tables: Tables::default(),
            acts: Vec::new(),
            lag: Lag::default(),
            messages: Vec::new(),
        }
    }
}

/// How a run ended, or where it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It is over.
    Over(Verdict),
    /// It goes on.
    GoesOn {
        /// What it does next and why, in words.
        next: String,
    },
}

/// The verdict on a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// How loud it is.
    pub severity: Severity,
    /// Why, most important first.
    pub reasons: Vec<String>,
    /// What a person does next. A line may end with a command, after a colon.
    pub to_do: Vec<String>,
}

/// From an instant to a later one, or to one that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    began: Timestamp,
    ended: Option<Timestamp>,
}

impl Span {
    /// From here to there; the two in whatever order.
    pub fn between(one: Timestamp, other: Timestamp) -> Span {
        Span { began: one.min(other), ended: Some(one.max(other)) }
    }

    /// From here on, to an end that is not known.
    pub fn from(began: Timestamp) -> Span {
        Span { began, ended: None }
    }

    /// From here to there, where an end is known. An end before the beginning is none: DMS may still show that of an
    /// earlier load.
    pub fn since(began: Timestamp, ended: Option<Timestamp>) -> Span {
        Span { began, ended: ended.filter(|ended| *ended >= began) }
    }

    /// When it began.
    pub fn began(self) -> Timestamp {
        self.began
    }

    /// When it ended.
    pub fn ended(self) -> Option<Timestamp> {
        self.ended
    }

    /// How long it was, where its end is known.
    pub fn length(self) -> Option<SignedDuration> {
        self.ended.map(|ended| ended.duration_since(self.began))
    }
}

/// The tables of a run: those that are listed, and how many there are beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    listed: Vec<Table>,
    total: usize,
    complete: usize,
    rows: u64,
    verified: bool,
}

impl Tables {
    /// All tables, by name. Their counts are theirs.
    pub fn all(listed: Vec<Table>) -> Tables {
        let complete = listed.iter().filter(|table| table.fate == Fate::Complete).count();
        let rows = listed.iter().fold(0, |rows: u64, table| rows.saturating_add(table.rows));
        Tables { total: listed.len(), complete, rows, listed, verified: false }
    }

    /// Some of them by name, and the counts of all, as a verdict has them. What is listed is counted at the least.
    pub fn some(listed: Vec<Table>, total: usize, complete: usize, rows: u64) -> Tables {
        let total = total.max(listed.len());
        Tables { listed, total, complete: complete.min(total), rows, verified: false }
    }

    /// The same, where the rows of every table were compared and found equal, or were not.
    pub fn verified(mut self, verified: bool) -> Tables {
        self.verified = verified;
        self
    }

    /// Those that are listed, the most telling first: what is to be looked at, then what is not complete, then the loads
    /// that took longest, then the largest.
    pub fn most_telling(&self) -> Vec<&Table> {
        let mut tables: Vec<&Table> = self.listed.iter().collect();
        tables.sort_by_key(|table| {
            let length = table.load.and_then(Span::length).unwrap_or_default();
            (table.fate, std::cmp::Reverse((length, table.rows)), table.name.as_str())
        });
        tables
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many of them are complete.
    pub fn complete(&self) -> usize {
        self.complete
    }

    /// Rows that were read for the load of all of them.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// True when the rows of every one were compared and found equal.
    pub fn are_verified(&self) -> bool {
        self.verified
    }
}

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    name: String,
    state: String,
    fate: Fate,
    rows: u64,
    load: Option<Span>,
}

/// What became of a table, in the order in which people look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// In error, or something else that somebody should look at. What DMS says in a word that is not known counts here.
    ToLookAt,
    /// Not loaded to the end.
    Unfinished,
    /// Loaded.
    Complete,
}

impl Table {
    /// A table with DMS's word for its load, or what else is to be known of it.
    pub fn new(name: impl Into<String>, state: impl Into<String>, rows: u64) -> Table {
        let state = state.into();
        let fate = match TableState::from(state.as_str()) {
            TableState::Completed => Fate::Complete,
            TableState::Error | TableState::Missing | TableState::Other(_) => Fate::ToLookAt,
            TableState::BeforeLoad | TableState::FullLoad | TableState::Reloading | TableState::Cancelled => {
                Fate::Unfinished
            }
        };
        Table { name: name.into(), state, fate, rows, load: None }
    }

    /// The same, loaded then.
    pub fn loaded(mut self, load: Span) -> Table {
        self.load = Some(load);
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// DMS's word for its load, or what else is to be known of it.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// What became of it.
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// Rows read for its load.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// From when to when it was loaded, where that is known.
    pub fn load(&self) -> Option<Span> {
        self.load
    }
}

/// Something that the run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// What, in a word or two.
    pub word: String,
    /// Why, or what came of it.
    pub why: String,
}

/// How far a replication was behind, over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lag {
    points: Vec<(Timestamp, u32)>,
    limit: Option<u32>,
}

impl Lag {
    /// These instants with the seconds by which the target was behind then. Of two for one instant the later one in the
    /// list counts. `limit` are the seconds at which it counts as caught up, where that is waited for.
    pub fn new(points: impl IntoIterator<Item = (Timestamp, u32)>, limit: Option<u32>) -> Lag {
        let points: std::collections::BTreeMap<Timestamp, u32> = points.into_iter().collect();
        Lag { points: points.into_iter().collect(), limit }
    }

    /// The points, in the order of time.
    pub fn points(&self) -> &[(Timestamp, u32)] {
        &self.points
    }

    /// The seconds at which the replication counts as caught up.
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// What people were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// The subject of the mail.
    pub subject: String,
    /// Its text, of several lines.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn the_tables_to_look_at_come_first_and_then_the_longest_loads() {
        let table = |name: &str, state: &str, seconds| {
            Table::new(name, state, 1).loaded(Span::between(second(0), second(seconds)))
        };
        let tables = Tables::all(vec![
            table("short", "Table completed", 1),
            table("cancelled", "Table cancelled", 0),
            table("long", "Table completed", 90),
            table("error", "Table error", 5),
            table("new word", "Table polished", 6),
        ]);
        let names: Vec<&str> = tables.most_telling().iter().map(|table| table.name()).collect();
        assert_eq!(names, ["new word", "error", "cancelled", "long", "short"]);
        assert_eq!((tables.total(), tables.complete(), tables.rows()), (5, 2, 5));
    }

    #[test]
    fn counts_never_contradict_the_list() {
        let listed = vec![Table::new("a", "Table error", 1), Table::new("b", "Table error", 1)];
        let tables = Tables::some(listed, 1, 9, 0);
        assert_eq!((tables.total(), tables.complete()), (2, 2));
    }

    #[test]
    fn a_span_never_ends_before_it_begins() {
        assert_eq!(Span::between(second(9), second(3)).length(), Some(SignedDuration::from_secs(6)));
        assert_eq!(Span::since(second(9), Some(second(3))).ended(), None);
    }

    #[test]
    fn the_lag_is_in_the_order_of_time_and_an_instant_has_one() {
        let lag = Lag::new([(second(60), 5), (second(0), 9), (second(60), 4)], None);
        assert_eq!(lag.points(), [(second(0), 9), (second(60), 4)]);
    }

    #[test]
    fn nights_are_in_their_order() {
        let night = |nth| Night::new(Ending::GoesOn { next: String::new() }, Some(Span::from(second(nth))));
        let page = Page::new("orders", TimeZone::UTC, night(0)).and(night(1)).and(night(2));
        let began: Vec<_> =
            page.nights().into_iter().filter_map(|night| night.ran).map(Span::began).collect();
        assert_eq!(began, [second(0), second(1), second(2)]);
        assert_eq!(page.last().ran, Some(Span::from(second(2))));
        assert_eq!(page.nights().len(), 3);
    }
}
