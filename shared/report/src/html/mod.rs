//! The page as one HTML file: no script, nothing from elsewhere, to be read on a screen, on a phone and on paper.
//!
//! Every text from outside goes through `text.rs`, which bounds it, and through the template, which escapes it. Every list
//! has a room of so many bytes, which the nights of a page share: a page never takes more than [`MAX_BYTES`].

mod axis;
mod chart;
mod clock;
mod lag;
mod room;
mod text;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use migration::message::numbers::grouped;
use plan::finding::Severity;

use crate::page::{Act, Ending, Fate, Message, Night, Page, Span, Table, Verdict};
use clock::{Clock, length};
use room::{Shown, fitting};
use text::{line, lines, name, sentence};

/// No page takes more than this, in bytes, whatever there is to show.
pub const MAX_BYTES: usize = 1_000_000;

/// Nothing from elsewhere is taken, and no script is run, should one have come in after all.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("style.css");

/// The most nights that are shown, from the first on.
const MAX_NIGHTS: usize = 31;

/// How many elements of each list a night shows at the most, and how many bytes all nights may take for it.
const REASONS: (usize, usize) = (60, 40_000);
const STEPS: (usize, usize) = (30, 50_000);
const TABLES: (usize, usize) = (200, 110_000);
const ACTS: (usize, usize) = (200, 80_000);
const MESSAGES: (usize, usize) = (40, 180_000);
const UNDERSTOOD: (usize, usize) = (40, 40_000);

/// The most characters of a message, and of a command.
const MAX_MESSAGE: usize = 20_000;
const MAX_COMMAND: usize = 4_000;

/// Writes the page.
pub fn write(page: &Page) -> String {
    let mut nights = page.nights();
    let left = nights.len().saturating_sub(MAX_NIGHTS);
    nights.truncate(MAX_NIGHTS);
    let clock = Clock::of(&page.zone, nights.iter().flat_map(|night| bounds(night)));
    let several = page.nights().len() > 1;
    let share = nights.len();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (in_short(page)) }
                style { (PreEscaped(STYLE)) }
            }
            "\n"
            body {
                (heading(page, several))
                @if !page.note.is_empty() { p class="note" { (sentence(&page.note)) } "\n" }
                @if several { (overview(&nights, left, clock)) }
                @for (nth, night) in nights.iter().enumerate() {
                    @if several {
                        (verdict(&night.ending, html! {
                            h2 { "Night " (nth + 1) @if let Some(ran) = night.ran { ": " (clock.day(ran.began())) } }
                        }, share))
                    }
                    (self::night(night, page, clock, (share, several)))
                }
                (understood(page))
                (footer(page))
            }
        }
        "\n"
    };
    markup.into_string()
}

/// What the page is about, as its title says it: `Paused: orders`.
pub fn in_short(page: &Page) -> String {
    let ending = match page.nights().len() {
        1 => outcome(&page.last().ending).to_owned(),
        _ => counted(page),
    };
    format!("{ending}: {}", line(&page.name, 120))
}

/// From when to when anything of a night was.
fn bounds(night: &Night) -> impl Iterator<Item = jiff::Timestamp> + Clone {
    let axis = axis::Axis::of(night);
    axis.map(|axis| [axis.from(), axis.to()]).into_iter().flatten()
}

/// The word for how a run ended.
fn outcome(ending: &Ending) -> &'static str {
    match ending {
        Ending::Over(verdict) => verdict.outcome.as_str(),
        Ending::GoesOn { .. } => "Goes on",
    }
}

/// How loud an ending is: the class, and what that asks of people.
fn loudness(ending: &Ending) -> (&'static str, &'static str) {
    match ending {
        Ending::Over(Verdict { severity: Severity::Info, .. }) => ("good", "needs nobody"),
        Ending::Over(Verdict { severity: Severity::Warning, .. }) => ("odd", "to look at by daylight"),
        Ending::Over(Verdict { severity: Severity::Error, .. }) => ("bad", "needs somebody now"),
        Ending::GoesOn { .. } => ("going", "the run is not over"),
    }
}

/// The name, and how it ended: what is read first. Of several nights, how each of them did.
fn heading(page: &Page, several: bool) -> Markup {
    if !several {
        return verdict(&page.last().ending, html! { h1 { (name(&page.name)) } }, 1);
    }
    html! {
        header class={ "verdict " (loudness(worst(page)).0) } {
            p class="word" { b { (counted(page)) } }
            h1 { (name(&page.name)) }
        }
        "\n"
    }
}

/// The ending that asks for most.
fn worst(page: &Page) -> &Ending {
    let weight = |ending: &Ending| match ending {
        Ending::Over(Verdict { severity: Severity::Error, .. }) => 3,
        Ending::Over(Verdict { severity: Severity::Warning, .. }) => 2,
        Ending::GoesOn { .. } => 1,
        Ending::Over(Verdict { severity: Severity::Info, .. }) => 0,
    };
    let last = &page.last().ending;
    page.nights()
        .into_iter()
        .map(|night| &night.ending)
        .fold(last, |worst, ending| if weight(ending) > weight(worst) { ending } else { worst })
}

/// How often each outcome came, in the order in which they came first: `3 nights: 2 Paused, 1 Succeeded`.
fn counted(page: &Page) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in page.nights().into_iter().map(|night| outcome(&night.ending)) {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{} nights: {}", page.nights().len(), counts.join(", "))
}

/// How a run ended, under a title: the word, what it asks for, and why.
fn verdict(ending: &Ending, title: Markup, share: usize) -> Markup {
    let (class, asks) = loudness(ending);
    let reasons = match ending {
        Ending::Over(verdict) => shown_reasons(&verdict.reasons, share),
        Ending::GoesOn { next } => shown_reasons(std::slice::from_ref(next), share),
    };
    html! {
        header class={ "verdict " (class) } {
            p class="word" { b { (outcome(ending)) } span { " – " (asks) } }
            (title)
            ul { @for reason in &reasons.written { (reason) } }
            (and_more(reasons.left, "reasons"))
        }
        "\n"
    }
}

fn shown_reasons(reasons: &[String], share: usize) -> Shown {
    fitting(reasons.iter(), (REASONS.0, REASONS.1 / share), |reason| html! { li { (sentence(reason)) } "\n" })
}

fn and_more(left: usize, what: &str) -> Markup {
    html! { @if left > 0 { p class="quiet" { "and " (grouped(left as u64)) " more " (what) } "\n" } }
}

/// The title of a part of a night: one step lower where there are several nights.
fn titled(title: &str, several: bool) -> Markup {
    html! { @if several { h3 { (title) } } @else { h2 { (title) } } }
}

/// What a person does next.
fn steps(ending: &Ending, (share, several): (usize, bool)) -> Markup {
    let Ending::Over(verdict) = ending else { return html! {} };
    if verdict.to_do.is_empty() {
        return html! {};
    }
    let steps = fitting(verdict.to_do.iter(), (STEPS.0, STEPS.1 / share), |step| {
        html! {
            li {
                @match step.split_once(": aws ") {
                    Some((what, command)) => {
                        (sentence(what)) ":"
                        pre { code { "aws " (line(command, MAX_COMMAND)) } }
                    }
                    None => (sentence(step)),
                }
            }
            "\n"
        }
    });
    html! {
        section {
            (titled("What to do next", several))
            ul { @for step in &steps.written { (step) } }
            (and_more(steps.left, "steps"))
        }
        "\n"
    }
}

/// One line for each night.
fn overview(nights: &[&Night], left: usize, clock: Clock<'_>) -> Markup {
    html! {
        section {
            h2 { "The nights" }
            div class="scroll" {
                table {
                    thead { tr {
                        th scope="col" { "Night" } th scope="col" { "Began" } th scope="col" { "Ended" }
                        th scope="col" { "Verdict" } th scope="col" class="number" { "Tables complete" }
                        th scope="col" class="number" { "Rows read" }
                    } }
                    tbody {
                        @for (nth, night) in nights.iter().enumerate() {
                            tr {
                                td { (nth + 1) }
                                td class="when" { @if let Some(ran) = night.ran { (clock.time(ran.began())) } }
                                td class="when" { @if let Some(ended) = night.ran.and_then(Span::ended) { (clock.time(ended)) } }
                                td class=(loudness(&night.ending).0) { (outcome(&night.ending)) }
                                td class="number" { (night.tables.complete()) " of " (night.tables.total()) }
                                td class="number" { (grouped(night.tables.rows())) }
                            }
                            "\n"
                        }
                    }
                }
            }
            (and_more(left, "nights"))
        }
        "\n"
    }
}

/// All that is known of a night, beside its verdict.
fn night(night: &Night, page: &Page, clock: Clock<'_>, (share, several): (usize, bool)) -> Markup {
    html! {
        (steps(&night.ending, (share, several)))
        (facts(night, page, clock, several))
        section {
            @if !several { h2 { "The night" } }
            (chart::chart(night, clock, share))
            (lag::curve(night, clock, share))
            (acts(&night.acts, clock, share))
            (tables(night, clock, share))
        }
        "\n"
        (messages(&night.messages, clock, (share, several)))
    }
}

fn facts(night: &Night, page: &Page, clock: Clock<'_>, several: bool) -> Markup {
    let fact = |label: &str, words: Markup| html! { div { dt { (label) } dd { (words) } } "\n" };
    let tables = &night.tables;
    html! {
        dl class="facts" {
            @if let Some(ran) = night.ran {
                (fact("Began", clock.date(ran.began())))
                @if let Some(ended) = ran.ended() { (fact("Ended", clock.date(ended))) }
                @if let Some(took) = ran.length() { (fact("Took", html! { (length(took)) })) }
            }
            @match night.window {
                Some(window) => (fact("Window", html! {
                    (clock.minute(window.began()))
                    @if let Some(closes) = window.ended() { " to " (clock.minute(closes)) }
                    @if let Some(long) = window.length() { ", " (length(long)) }
                })),
                None => (fact("Window", html! { "none" })),
            }
            @if tables.total() > 0 {
                (fact("Tables", html! {
                    (grouped(tables.complete() as u64)) " of " (grouped(tables.total() as u64)) " complete"
                }))
                (fact("Rows", html! {
                    (grouped(tables.rows())) " read for the load, "
                    @if tables.are_verified() { "every row compared" } @else { "not compared" }
                }))
            }
            @if let Some(place) = page.place.as_ref().filter(|_| !several) { (self::place(place)) }
        }
        "\n"
    }
}

fn place(place: &crate::page::Place) -> Markup {
    html! {
        div { dt { "Stack" } dd { (name(&place.stack)) } } "\n"
        div { dt { "Account" } dd { (line(&place.account, 40)) ", " (line(&place.region, 40)) } } "\n"
        div class="wide" { dt { "Execution" } dd { (line(&place.execution, 400)) } } "\n"
    }
}

fn tables(night: &Night, clock: Clock<'_>, share: usize) -> Markup {
    let mut all = night.tables.most_telling();
    if all.is_empty() {
        return html! {};
    }
    // All that is not complete; of the rest what the chart draws.
    let telling = all.iter().filter(|table| table.fate() != Fate::Complete).count();
    all.truncate(telling.max(chart::MAX_LANES));
    let dated = all.iter().any(|table| table.load().is_some());
    let shown = fitting(all.iter(), (TABLES.0, TABLES.1 / share), |table| row(table, dated, clock));
    let more = night.tables.total() - shown.written.len();
    html! {
        h3 { "Tables" }
        div class="scroll" {
            table {
                thead { tr {
                    th scope="col" { "Table" } th scope="col" { "State" }
                    th scope="col" class="number" { "Rows read" }
                    @if dated {
                        th scope="col" { "Load began" } th scope="col" { "ended" }
                        th scope="col" class="number" { "took" }
                    }
                } }
                tbody { @for row in &shown.written { (row) } }
            }
        }
        (and_more(more, &format!(
            "tables; {} of {} are complete",
            grouped(night.tables.complete() as u64),
            grouped(night.tables.total() as u64)
        )))
        "\n"
    }
}

fn row(table: &Table, dated: bool, clock: Clock<'_>) -> Markup {
    let load = table.load();
    html! {
        tr {
            td class="name" { (name(table.name())) }
            td class=(chart::fate(table.fate())) { (line(table.state(), 120)) }
            td class="number" { (grouped(table.rows())) }
            @if dated {
                td class="when" { @if let Some(load) = load { (clock.time(load.began())) } }
                td class="when" { @if let Some(ended) = load.and_then(Span::ended) { (clock.time(ended)) } }
                td class="number" { @if let Some(took) = load.and_then(Span::length) { (length(took)) } }
            }
        }
        "\n"
    }
}

fn acts(acts: &[Act], clock: Clock<'_>, share: usize) -> Markup {
    if acts.is_empty() {
        return html! {};
    }
    let shown = fitting(acts.iter(), (ACTS.0, ACTS.1 / share), |act| {
        html! {
            tr {
                td class="when" { (clock.time(act.at)) }
                td class="act" { b { (line(&act.word, 60)) } }
                td { (line(&act.why, 500)) }
            }
            "\n"
        }
    });
    html! {
        h3 { "What the run did" }
        div class="scroll" {
            table {
                thead { tr { th scope="col" { "Time" } th scope="col" { "Act" } th scope="col" { "Why" } } }
                tbody { @for row in &shown.written { (row) } }
            }
        }
        (and_more(shown.left, "acts"))
        "\n"
    }
}

fn messages(messages: &[Message], clock: Clock<'_>, (share, several): (usize, bool)) -> Markup {
    if messages.is_empty() {
        return html! {};
    }
    // An escaped character takes six bytes at the most; one beyond ASCII four.
    let longest = (MESSAGES.1 / share / 8).min(MAX_MESSAGE);
    let shown = fitting(messages.iter(), (MESSAGES.0, MESSAGES.1 / share), |message| {
        html! {
            details open {
                summary { (clock.time(message.at)) " " b { (line(&message.subject, 200)) } }
                pre { (lines(&message.text, longest)) }
            }
            "\n"
        }
    });
    html! {
        section {
            (titled("What people were told", several))
            @for message in &shown.written { (message) }
            (and_more(shown.left, "messages"))
        }
        "\n"
    }
}

fn understood(page: &Page) -> Markup {
    if page.understood.is_empty() {
        return html! {};
    }
    let mut above = None;
    let shown = fitting(page.understood.iter(), UNDERSTOOD, |(heading, words)| {
        let is_new = above.replace(heading) != Some(heading);
        html! { @if is_new { dt { (line(heading, 200)) } } dd { (sentence(words)) } "\n" }
    });
    html! {
        section {
            h2 { "The plan as understood" }
            dl class="plan" { @for pair in &shown.written { (pair) } }
            (and_more(shown.left, "sentences"))
        }
        "\n"
    }
}

fn footer(page: &Page) -> Markup {
    let zone = page.zone.iana_name().unwrap_or("UTC");
    html! {
        footer {
            "Every time on this page is on the clock of " (zone) ". The page holds no script and asks nobody for anything."
        }
        "\n"
    }
}
