//! The rehearsal on a terminal: a line for each decision, a bar for each table, and what is waited for. Plain lines
//! where there is no terminal; no colours with `NO_COLOR`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::story::Line;
use plan::clean::one_line;

/// The most tables that have a bar of their own.
const MAX_BARS: usize = 12;

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
    waiting: ProgressBar,
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
        let waiting = bars.add(ProgressBar::new_spinner());
        waiting.enable_steady_tick(Duration::from_millis(120));
        Screen { bars, tables: BTreeMap::new(), waiting, colours, live }
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        self.bars.suspend(|| print_line(text));
    }

    pub fn step(&self, line: &Line) {
        let Line { time, step, words } = line;
        let step = format!("{step:<12}");
        let (step, words) = if self.colours {
            let colour = match words.as_str() {
                words if words.starts_with("error") => "31",
                words if words.starts_with("wait") => "2",
                _ => "0",
            };
            (format!("\x1b[36m{step}\x1b[0m"), format!("\x1b[{colour}m{words}\x1b[0m"))
        } else {
            (step, words.clone())
        };
        self.say(&format!("{time}  {step} {words}"));
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
        for table in tables.iter().take(MAX_BARS) {
            let bar = self.tables.entry(table.name.clone()).or_insert_with(|| {
                let bar = self.bars.insert_before(&self.waiting, ProgressBar::new(table.of));
                let style = if self.colours { "{bar:24.cyan/blue}" } else { "{bar:24}" };
                let template = format!("  {{prefix:28!}} {style} {{human_pos:>9}} rows  {{msg}}");
                if let Ok(style) = ProgressStyle::with_template(&template) {
                    bar.set_style(style);
                }
                bar.set_prefix(one_line(&table.name));
                bar
            });
            bar.set_length(table.of.max(1));
            bar.set_position(table.rows);
            bar.set_message(one_line(&table.state));
        }
    }

    /// Ends what moves, so that what follows stands below it.
    pub fn end(&mut self) {
        self.waiting.finish_and_clear();
        for bar in self.tables.values() {
            bar.abandon();
        }
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

/// Prints a line; a reader that has gone away ends the rehearsal quietly elsewhere.
#[expect(clippy::print_stdout, reason = "this room is the terminal")]
fn print_line(text: &str) {
    println!("{text}");
}
