//! The rehearsal on a terminal: a line for each decision, a bar for each table that is not finished, and what is waited
//! for. Plain lines where there is no terminal; no colours with `NO_COLOR`.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use plan::clean::{for_a_terminal, one_line};

use crate::bars::{Bars, chosen};
use crate::fold::Shown;
use crate::layout;
use crate::story::Kind;
use crate::wrap::wrapped;

/// The most tables that have a bar of their own.
const MAX_BARS: usize = 12;

/// The width where there is no terminal, in columns.
const USUAL_WIDTH: usize = 100;

/// The widths that are taken, in columns: below, a line of the story has no room for words.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=400;

/// A table as the screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShown {
    /// `schema.table`.
    pub name: String,
    /// DMS's word for its load.
    pub state: String,
    /// Rows so far.
    pub rows: u64,
    /// Rows in the source.
    pub of: u64,
}

/// Where the story is shown.
#[derive(Debug)]
pub struct Screen {
    bars: MultiProgress,
    tables: BTreeMap<String, ProgressBar>,
    rest: ProgressBar,
    waiting: ProgressBar,
    width: usize,
    colours: bool,
    live: bool,
}

impl Screen {
    /// The terminal, when there is one.
    pub fn new() -> Self {
        let live = std::io::stderr().is_terminal() && std::io::stdout().is_terminal();
        let colours = live && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let rest = bars.add(ProgressBar::new_spinner().with_style(plain_style()));
        let waiting = bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            waiting.set_style(style);
        }
        waiting.enable_steady_tick(Duration::from_millis(120));
        let columns = std::env::var("COLUMNS").ok();
        let terminal = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        let width = width(columns.as_deref(), terminal);
        Screen { bars, tables: BTreeMap::new(), rest, waiting, width, colours, live }
    }

    /// How wide it is, in columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Text that stays, as wide as the screen.
    pub fn say(&self, text: &str) {
        let text = for_a_terminal(text);
        let lines: Vec<String> = text.lines().flat_map(|line| wrapped(line, self.width, 2)).collect();
        self.print(&lines);
    }

    /// Lines that stay as they are.
    pub fn print(&self, lines: &[String]) {
        self.bars.suspend(|| {
            let mut out = std::io::stdout().lock();
            for line in lines {
                // A reader that has gone away ends the rehearsal quietly elsewhere.
                let _ = writeln!(out, "{line}");
            }
        });
    }

    /// A line of the story.
    pub fn step(&self, shown: &Shown) {
        let lines = layout::line(shown, self.width);
        self.print(&if self.colours { painted(shown, &lines) } else { lines });
    }

    /// What is waited for.
    pub fn waiting(&self, text: &str) {
        if self.live {
            self.waiting.set_message(one_line(text));
        }
    }

    /// Where the tables stand.
    pub fn tables(&mut self, tables: &[TableShown]) {
        if !self.live {
            return;
        }
        let Bars { tables, rest } = chosen(tables, MAX_BARS);
        let bars = &self.bars;
        self.tables.retain(|name, bar| {
            let stays = tables.iter().any(|table| table.name == *name);
            if !stays {
                bars.remove(bar);
            }
            stays
        });
        for table in &tables {
            let (bars, rest) = (&self.bars, &self.rest);
            let style = bar_style(self.width, self.colours);
            let bar = self.tables.entry(table.name.clone()).or_insert_with(|| {
                let bar = bars.insert_before(rest, ProgressBar::new(table.of));
                bar.set_style(style);
                bar.set_prefix(one_line(&table.name));
                bar
            });
            bar.set_length(table.of.max(1));
            bar.set_position(table.rows);
            bar.set_message(one_line(&table.state));
        }
        self.rest.set_message(rest.unwrap_or_default());
    }

    /// Takes away what moves, so that what follows stands below the story.
    pub fn end(&mut self) {
        self.waiting.set_message("");
        self.rest.set_message("");
        for (_, bar) in std::mem::take(&mut self.tables) {
            self.bars.remove(&bar);
        }
        if self.live {
            let _ = self.bars.clear();
        }
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

/// As wide as `COLUMNS` says, else the terminal, else as usual.
fn width(columns: Option<&str>, terminal: Option<usize>) -> usize {
    let asked = columns.and_then(|columns| columns.trim().parse().ok()).filter(|columns| *columns > 0);
    asked.or(terminal).unwrap_or(USUAL_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}

fn plain_style() -> ProgressStyle {
    ProgressStyle::with_template("  {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A bar that fits: its name and the bar itself share what the rest leaves.
fn bar_style(width: usize, colours: bool) -> ProgressStyle {
    let (name, bar) = if width < USUAL_WIDTH { (22, 14) } else { (30, 24) };
    let paint = if colours { ".cyan/blue" } else { "" };
    let template = format!("  {{prefix:{name}!}} {{bar:{bar}{paint}}} {{human_pos:>11}} rows  {{wide_msg}}");
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The lines of a step in colours: the step, what goes wrong, and what only waits.
fn painted(shown: &Shown, lines: &[String]) -> Vec<String> {
    let (colour, has_step) = match shown {
        Shown::Folded(_) => ("2", false),
        Shown::Line(line) => match line.kind {
            Kind::Wait { .. } => ("2", true),
            Kind::Act => ("0", true),
            Kind::Error => ("31", true),
        },
    };
    let paint = |(nth, line): (usize, &String)| {
        let at = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let (step, words) = (at(layout::STEP), at(layout::WORDS));
        if nth == 0 && has_step {
            let (time, step, words) = (&line[..step], &line[step..words], &line[words..]);
            return format!("{time}\x1b[36m{step}\x1b[0m\x1b[{colour}m{words}\x1b[0m");
        }
        format!("\x1b[{colour}m{line}\x1b[0m")
    };
    lines.iter().enumerate().map(paint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_what_is_asked_for_then_the_terminals_then_the_usual_one() {
        for (columns, terminal, expected) in [
            (None, None, 100),
            (None, Some(132), 132),
            (Some("80"), Some(132), 80),
            (Some("wide"), None, 100),
            (Some("0"), Some(80), 80),
            (Some("10"), None, 60),
            (Some("9999999"), None, 400),
        ] {
            assert_eq!(width(columns, terminal), expected, "{columns:?} {terminal:?}");
        }
    }

    #[test]
    fn colours_change_no_column() {
        let line = crate::story::Line {
            at: jiff::Timestamp::UNIX_EPOCH,
            time: "Tue 22:00:30".to_owned(),
            step: "create-task".to_owned(),
            words: "the task orders was created, and its words go on in a second line".to_owned(),
            kind: Kind::Act,
        };
        let shown = Shown::Line(line);
        let plain = layout::line(&shown, 60);
        let painted = painted(&shown, &plain);
        let stripped: Vec<String> =
            painted.iter().map(|line| console::strip_ansi_codes(line).into_owned()).collect();
        assert_eq!(stripped, plain);
        assert!(painted[0].starts_with("Tue 22:00:30  \x1b[36mcreate-task  \x1b[0m"), "{}", painted[0]);
    }
}
