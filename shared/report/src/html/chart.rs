//! The night as bars on an axis of time: the window, the run, what it did, the load, the tables.
//!
//! Each lane is a drawing of its own beside its label. Places in it are percents, so that it is as wide as there is room
//! for, while words keep their size.

use jiff::Timestamp;
use maud::{Markup, html};

use super::axis::{self, Axis};
use super::clock::{Clock, length};
use super::room::fitting;
use super::text::{line, name};
use crate::page::{Act, Fate, Night, Span, Table};

/// The most tables that have a lane, and the bytes that all lanes may take.
pub(super) const MAX_LANES: usize = 24;
const LANES_ROOM: usize = 90_000;

/// The most acts that are marked in a night, and in all nights.
const MAX_MARKS: usize = 60;
const ALL_MARKS: usize = 120;

/// The most rows of words over the marks of acts, and how much of the width a character takes on a phone, in percent.
const WORD_ROWS: usize = 4;
const CHARACTER: f64 = 1.9;

/// How much of the width the word at the opening or at the close takes on a phone, in percent.
const EDGE: f64 = 25.0;

/// Heights in pixels: of a lane with a bar, of the bar, of a row of words.
const LANE: usize = 18;
const BAR: usize = 10;
const ROW: usize = 15;

/// The chart of a night; nothing where it is not known when it was. `share` of its room is this night's.
pub(super) fn chart(night: &Night, clock: Clock<'_>, share: usize) -> Markup {
    let Some((ran, axis)) = night.ran.zip(Axis::of(night)) else { return html! {} };
    let end = axis::last_known(night, ran.began());
    let canvas = Canvas { axis, end, marks: marks(night, axis), clock };
    let tables = night.tables.most_telling();
    let drawn: Vec<&Table> = tables.iter().copied().filter(|table| table.load().is_some()).collect();
    let lanes = fitting(drawn.iter(), (MAX_LANES, LANES_ROOM / share), |table| table_lane(table, &canvas));
    let beside = drawn.len() - lanes.written.len();
    html! {
        figure class="chart" {
            (axis_lane(axis, clock))
            @if let Some(window) = night.window {
                (window_lane(window, &canvas))
            }
            (lane("Run", ran, &canvas, "run"))
            (acts_lane(&night.acts, &canvas, (ALL_MARKS / share).min(MAX_MARKS)))
            @if let Some(load) = night.load {
                (lane("Load", load, &canvas, "load"))
            }
            @for lane in &lanes.written { (lane) }
            figcaption {
                "Times are on the clock of " (clock.called(axis.from())) ". "
                @if let Some(change) = clock.change(axis.from(), axis.to()) { (change) " " }
                @if night.window.is_some_and(|window| !is_inside(window, axis)) {
                    "Only the time of the run is drawn, and not the whole window. "
                }
                @if beside > 0 { (beside) " more tables were loaded and are not drawn. " }
            }
        }
        "\n"
    }
}

/// What all lanes of a night have in common.
struct Canvas<'z> {
    axis: Axis,
    /// The last instant of which anything is known: what has no end goes on to there.
    end: Timestamp,
    /// Instants that every lane marks, with the class of their line.
    marks: Vec<(f64, &'static str)>,
    clock: Clock<'z>,
}

/// Opening and close, where they are drawn.
fn marks(night: &Night, axis: Axis) -> Vec<(f64, &'static str)> {
    let Some(window) = night.window else { return Vec::new() };
    let places = [Some(window.began()), window.ended()].into_iter().flatten();
    places.filter_map(|at| axis.place(at)).map(|place| (place, "edge")).collect()
}

fn is_inside(window: Span, axis: Axis) -> bool {
    axis.place(window.began()).is_some() && window.ended().is_none_or(|closes| axis.place(closes).is_some())
}

/// A percent as it stands in a drawing.
pub(super) fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

/// The words of the axis, over the lanes.
pub(super) fn axis_lane(axis: Axis, clock: Clock<'_>) -> Markup {
    html! {
        div class="lane axis" {
            div class="label" {}
            svg class="ticks" width="100%" height=(ROW) aria-hidden="true" {
                @for (place, word) in axis.ticks(clock) {
                    text x=(percent(place)) y=(ROW - 4) text-anchor=(anchor(place)) { (word) }
                }
            }
        }
        "\n"
    }
}

/// How a word at this place is aligned, so that none leaves the drawing.
fn anchor(place: f64) -> &'static str {
    match place {
        place if place < 6.0 => "start",
        place if place > 94.0 => "end",
        _ => "middle",
    }
}

/// The lines that go through all lanes.
fn grid(canvas: &Canvas<'_>) -> Markup {
    html! {
        @for (place, _) in canvas.axis.ticks(canvas.clock) {
            line class="tick" x1=(percent(place)) x2=(percent(place)) y1="0" y2="100%" {}
        }
        @for (place, class) in &canvas.marks {
            line class=(class) x1=(percent(*place)) x2=(percent(*place)) y1="0" y2="100%" {}
        }
    }
}

fn lane(label: &str, span: Span, canvas: &Canvas<'_>, class: &str) -> Markup {
    html! {
        div class="lane" {
            div class="label" { b { (label) } span { (length_in_words(span)) } }
            svg role="img" width="100%" height=(LANE) {
                title { (label) ": " (in_full(span, canvas)) }
                (grid(canvas))
                (drawn(span, class, 0, canvas))
            }
        }
        "\n"
    }
}

/// The window, with its opening and its close over the bar where those are drawn and have room.
fn window_lane(window: Span, canvas: &Canvas<'_>) -> Markup {
    let clock = canvas.clock;
    let opens = canvas.axis.place(window.began()).map(|place| (place, "start", "opens ", window.began()));
    let closes =
        window.ended().and_then(|at| canvas.axis.place(at).map(|place| (place, "end", "closes ", at)));
    let apart = opens.zip(closes).is_none_or(|((from, ..), (to, ..))| to - from > 2.0 * EDGE);
    let fits = |(place, anchor, ..): &(f64, &str, &str, Timestamp)| match *anchor {
        "start" => *place < 100.0 - EDGE,
        _ => *place > EDGE,
    };
    html! {
        div class="lane" {
            div class="label" { b { "Window" } span { (window_in_words(window, clock)) } }
            svg role="img" width="100%" height=(ROW + LANE) {
                title { "Window: " (window_in_words(window, clock)) }
                (grid(canvas))
                @for (place, anchor, word, at) in [opens, closes].into_iter().flatten().filter(|_| apart).filter(fits) {
                    text x=(percent(place)) dx=(beside(anchor)) y=(ROW - 4) text-anchor=(anchor) {
                        (word) (clock.written(at, "%H:%M"))
                    }
                }
                (drawn(window, "window", ROW, canvas))
            }
        }
        "\n"
    }
}

/// The bar of a span, so far from above.
fn drawn(span: Span, class: &str, top: usize, canvas: &Canvas<'_>) -> Markup {
    let Some((from, length)) = canvas.axis.stretch(span, canvas.end) else { return html! {} };
    let (top, bottom) = (top + (LANE - BAR) / 2, top + (LANE + BAR) / 2);
    // What is too short to be seen is drawn as a line.
    html! {
        rect class={ "bar " (class) } x=(percent(from)) y=(top) width=(percent(length)) height=(BAR) rx="2" {}
        line class={ "bar " (class) } x1=(percent(from)) x2=(percent(from)) y1=(top) y2=(bottom) {}
    }
}

/// A table's lane. Of one that is complete its label says how long it took, of another one what became of it.
fn table_lane(table: &Table, canvas: &Canvas<'_>) -> Markup {
    let Some(load) = table.load() else { return html! {} };
    let state = line(table.state(), 60);
    let class = fate(table.fate());
    html! {
        div class="lane" {
            div class="label" {
                (name(table.name()))
                @match table.fate() {
                    Fate::Complete => span { (length_in_words(load)) },
                    Fate::ToLookAt | Fate::Unfinished => span class=(class) { (state) },
                }
            }
            svg role="img" width="100%" height=(LANE) {
                title { (line(table.name(), 120)) ": " (state) ", " (in_full(load, canvas)) }
                (grid(canvas))
                (drawn(load, class, 0, canvas))
            }
        }
        "\n"
    }
}

/// The class of what became of a table.
pub(super) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::ToLookAt => "bad",
        Fate::Unfinished => "odd",
        Fate::Complete => "good",
    }
}

/// The acts as marks, with their words over them as far as those have room. Of more than `most` the first and the last
/// are drawn.
fn acts_lane(acts: &[Act], canvas: &Canvas<'_>, most: usize) -> Markup {
    let inside = acts.iter().filter_map(|act| canvas.axis.place(act.at).map(|place| (place, act)));
    let mut placed: Vec<(f64, &Act)> = inside.collect();
    if let Some(beyond) = placed.len().checked_sub(most) {
        placed.drain(most / 2..most / 2 + beyond);
    }
    if placed.is_empty() {
        return html! {};
    }
    let rows = rows(&placed);
    let used = rows.iter().flatten().max().map_or(0, |row| row + 1);
    let top = used * ROW;
    html! {
        div class="lane" {
            div class="label" { b { "Acts" } span { (acts.len()) } }
            svg role="img" width="100%" height=(top + LANE) {
                title { "What the run did, and when" }
                desc {
                    @for (nth, (_, act)) in placed.iter().enumerate() {
                        @if nth > 0 { ", " }
                        (line(&act.word, 40)) " at " (canvas.clock.second(act.at))
                    }
                }
                (grid(canvas))
                @for ((place, act), row) in placed.iter().zip(&rows) {
                    g {
                        title { (line(&act.word, 40)) " at " (canvas.clock.second(act.at)) }
                        @if let Some(row) = row {
                            line class="stem" x1=(percent(*place)) x2=(percent(*place))
                                y1=((used - 1 - row) * ROW + ROW - 2) y2=(top + LANE / 2) {}
                            text x=(percent(*place)) dx=(beside(anchor_of(*place, act))) y=((used - 1 - row) * ROW + ROW - 4) text-anchor=(anchor_of(*place, act)) {
                                (line(&act.word, 24))
                            }
                        }
                        circle class="act" cx=(percent(*place)) cy=(top + LANE / 2) r="4" {}
                    }
                }
            }
        }
        "\n"
    }
}

/// How wide a word is at the most, in percent of a drawing on a phone.
fn width(act: &Act) -> f64 {
    act.word.chars().take(24).count() as f64 * CHARACTER
}

fn anchor_of(place: f64, act: &Act) -> &'static str {
    match width(act) / 2.0 {
        half if place < half => "start",
        half if place > 100.0 - half => "end",
        _ => "middle",
    }
}

/// How far a word that begins or ends at a line stands from it, in pixels.
fn beside(anchor: &str) -> &'static str {
    match anchor {
        "start" => "4",
        "end" => "-4",
        _ => "0",
    }
}

/// From where to where the word of an act goes.
fn extent(place: f64, act: &Act) -> (f64, f64) {
    let width = width(act);
    match anchor_of(place, act) {
        "start" => (place, place + width),
        "end" => (place - width, place),
        _ => (place - width / 2.0, place + width / 2.0),
    }
}

/// A word that has its row: from where to where it goes, and where its stem stands, which goes down through all lower
/// rows.
struct Word {
    row: usize,
    from: f64,
    to: f64,
    place: f64,
}

impl Word {
    /// True when neither stands on the other, nor on its stem.
    fn is_clear_of(&self, other: &Word) -> bool {
        let meets =
            |one: &Word, stem: &Word| one.row < stem.row && one.from <= stem.place && stem.place <= one.to;
        let beside = self.to < other.from || other.to < self.from;
        (self.row != other.row || beside) && !meets(self, other) && !meets(other, self)
    }
}

/// In which row the word of each act stands, the lowest first; `None` where every row is taken there. The last one, which
/// is the outcome, always has its word.
fn rows(placed: &[(f64, &Act)]) -> Vec<Option<usize>> {
    let backwards: Vec<usize> = (0..placed.len()).rev().collect();
    // Words that end at their mark are stacked from the earliest on, those that begin at it from the latest on: so the
    // stem of none goes through another.
    let (mut order, others): (Vec<usize>, Vec<usize>) =
        backwards.iter().partition(|nth| anchor_of(placed[**nth].0, placed[**nth].1) == "end");
    order.reverse();
    order.extend(others);
    let rows = stacked(placed, &order);
    if rows.last().is_some_and(Option::is_some) { rows } else { stacked(placed, &backwards) }
}

/// The rows of the words, each given the lowest that is free, in this order.
fn stacked(placed: &[(f64, &Act)], order: &[usize]) -> Vec<Option<usize>> {
    let mut words: Vec<Word> = Vec::new();
    let mut rows = vec![None; placed.len()];
    for nth in order {
        let (place, act) = placed[*nth];
        let (from, to) = extent(place, act);
        let word = |row| Word { row, from, to, place };
        let free = |word: &Word| words.iter().all(|other| word.is_clear_of(other));
        if let Some(word) = (0..WORD_ROWS).map(word).find(free) {
            rows[*nth] = Some(word.row);
            words.push(word);
        }
    }
    rows
}

fn window_in_words(window: Span, clock: Clock<'_>) -> String {
    match window.ended() {
        Some(closes) => format!("{} to {}", clock.minute(window.began()), clock.minute(closes)),
        None => format!("from {}", clock.minute(window.began())),
    }
}

/// How long something was.
fn length_in_words(span: Span) -> String {
    span.length().map_or_else(|| "goes on".to_owned(), length)
}

/// From when to when something was, and how long.
fn in_full(span: Span, canvas: &Canvas<'_>) -> String {
    let (clock, began) = (canvas.clock, canvas.clock.second(span.began()));
    match (span.ended(), span.length()) {
        (Some(ended), Some(long)) => format!("{began} to {}, {}", clock.second(ended), length(long)),
        _ => format!("from {began}, seen until {}", clock.second(canvas.end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(word: &str) -> Act {
        Act { at: Timestamp::UNIX_EPOCH, word: word.to_owned(), why: String::new() }
    }

    #[test]
    fn no_word_of_an_act_stands_on_another() {
        let words = ["run begins", "create", "start-replication", "reload", "stop", "PartlyFailed"].map(act);
        for spread in [0.0, 0.5, 1.0, 3.0, 7.0, 20.0] {
            let placed: Vec<(f64, &Act)> =
                words.iter().enumerate().map(|(nth, act)| ((nth as f64 * spread).min(100.0), act)).collect();
            let rows = rows(&placed);
            let words: Vec<(f64, f64, f64, usize)> = placed
                .iter()
                .zip(&rows)
                .filter_map(|((place, act), row)| {
                    let (from, to) = extent(*place, act);
                    row.map(|row| (from, to, *place, row))
                })
                .collect();
            for (nth, one) in words.iter().enumerate() {
                for other in &words[nth + 1..] {
                    let side_by_side = one.1 < other.0 || other.1 < one.0;
                    assert!(one.3 != other.3 || side_by_side, "{spread}: {one:?} {other:?}");
                    let (low, high) = if one.3 < other.3 { (one, other) } else { (other, one) };
                    let crossed = low.0 <= high.2 && high.2 <= low.1;
                    assert!(low.3 == high.3 || !crossed, "a stem of {high:?} goes through {low:?}");
                }
            }
            assert!(rows.last().unwrap().is_some(), "the outcome has its word");
        }
        for (stop, end) in [(99.4, 99.8), (0.1, 0.2)] {
            let placed = [(stop, &words[4]), (end, &words[5])];
            assert!(rows(&placed).iter().all(Option::is_some), "at the edge both have theirs: {placed:?}");
        }
    }
}
