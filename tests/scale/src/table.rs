//! The table as the documentation shows it, between two marks.

use jiff::SignedDuration;
use migration::pace::budget;

use virtual_aws::Definition;

use crate::measured::{Measured, dollars};

/// The line before the table in the documentation.
pub const BEGIN: &str = "<!-- what `make scale` prints: begin -->";

/// The line behind it.
pub const END: &str = "<!-- what `make scale` prints: end -->";

/// Beside more history events than an execution may have.
const TOO_MANY: &str = "†";

const HEAD: [&str; 16] = [
    "migrations",
    "all started",
    "last throttled",
    "calls",
    "throttled",
    "polls",
    "transitions",
    "cost",
    "events, worst",
    "noticed, worst",
    "failed",
    "every 30 s: calls",
    "throttled",
    "transitions",
    "cost",
    "noticed, worst",
];

/// The table, and what is to be said of all rows together.
pub fn of(rows: &[Measured], definition: &Definition) -> String {
    let mut lines = vec![line(&HEAD.map(str::to_owned)), format!("|{}", "---|".repeat(HEAD.len()))];
    lines.extend(rows.iter().map(row));
    lines.push(String::new());
    lines.extend(most_retries(rows, definition));
    lines.push(format!(
        "{TOO_MANY} More than the {} history events at which an execution ends.",
        grouped(f64::from(budget::LIMIT))
    ));
    lines.join("\n")
}

/// The line of one row.
pub fn row(row: &Measured) -> String {
    line(&cells(row))
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cells(row: &Measured) -> [String; 16] {
    let transitions = row.mean(|run| run.tally.transitions);
    let loop_transitions = row.mean_of_loops(|watched| watched.transitions());
    let too_many = row.loops.iter().any(|watched| watched.events() > budget::LIMIT);
    let mark = if too_many { format!(" {TOO_MANY}") } else { String::new() };
    [
        row.row.to_string(),
        span(row.all_started_after()),
        row.last_throttled_after.map_or_else(|| "–".to_owned(), span),
        grouped(row.mean(|run| run.tally.calls)),
        grouped(row.mean(|run| run.tally.throttled)),
        grouped(row.mean(|run| run.tally.polls)),
        grouped(transitions),
        cost(transitions),
        grouped(f64::from(row.worst(|run| run.tally.events))),
        seconds(row.worst_delay()),
        row.failed().len().to_string(),
        grouped(row.mean_of_loops(|watched| watched.calls)),
        grouped(row.mean_of_loops(|watched| watched.throttled)),
        format!("{}{mark}", grouped(loop_transitions)),
        cost(loop_transitions),
        seconds(row.worst_delay_of_loops()),
    ]
}

/// How near the steps came to the last of their retries.
fn most_retries(rows: &[Measured], definition: &Definition) -> Option<String> {
    let all = rows.iter().flat_map(|row| &row.runs).flat_map(|run| &run.tally.retries);
    let (retries, state) = all.map(|(state, retries)| (retries, state)).max()?;
    let of = definition.max_attempts(state, "Migration.Throttled");
    Some(format!("The most retries that one step needed: {retries} of {of}, *{state}*.\n"))
}

fn span(span: SignedDuration) -> String {
    match span.as_secs() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}

fn seconds(span: SignedDuration) -> String {
    format!("{} s", grouped(span.as_secs_f64()))
}

fn cost(transitions: f64) -> String {
    format!("${:.3}", dollars(transitions))
}

/// A whole number with commas between its thousands; a part of one that is not nothing is shown as such.
fn grouped(number: f64) -> String {
    if number > 0.0 && number < 0.5 {
        return "< 1".to_owned();
    }
    let digits = format!("{number:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// A page with this text between the marks.
///
/// # Errors
/// When the page lacks a mark.
pub fn put_into(page: &str, text: &str) -> Result<String, String> {
    let (before, _, after) = parts(page)?;
    Ok(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

/// The first of these lines that does not stand between the marks.
///
/// # Errors
/// When the page lacks a mark.
pub fn lacks<'a>(page: &str, lines: &'a [String]) -> Result<Option<&'a String>, String> {
    let (_, shown, _) = parts(page)?;
    Ok(lines.iter().find(|line| !shown.lines().any(|shown| shown == line.as_str())))
}

/// What stands before, between and behind the marks.
fn parts(page: &str) -> Result<(&str, &str, &str), String> {
    let missing = |mark: &str| format!("docs/performance.md has no line {mark}");
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| missing(BEGIN))?;
    let (between, after) = rest.split_once(END).ok_or_else(|| missing(END))?;
    Ok((before, between, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_the_page_shows_them() {
        for (number, shown) in [
            (0.0, "0"),
            (0.2, "< 1"),
            (0.7, "1"),
            (999.4, "999"),
            (1_000.0, "1,000"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(grouped(number), shown);
        }
        assert_eq!(span(SignedDuration::from_secs(119)), "119 s");
        assert_eq!(span(SignedDuration::from_secs(150)), "3 min");
    }

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let written = put_into(&page, "new").unwrap();
        assert_eq!(written, format!("above\n{BEGIN}\nnew\n{END}\nbelow\n"));
        assert_eq!(put_into(&written, "new").unwrap(), written);
        assert!(put_into("no marks", "new").unwrap_err().contains("begin"));
    }

    #[test]
    fn a_line_that_the_page_does_not_show_is_found() {
        let page = format!("| c |\n{BEGIN}\n| a |\n| b |\n{END}\n");
        let lines = |cells: &[&str]| cells.iter().map(|cell| format!("| {cell} |")).collect::<Vec<_>>();
        assert_eq!(lacks(&page, &lines(&["b", "a"])).unwrap(), None);
        assert_eq!(lacks(&page, &lines(&["a", "c"])).unwrap().unwrap(), "| c |");
        assert!(lacks("no marks", &[]).unwrap_err().contains("begin"));
    }
}
