//! Whether a mapping of any shape is checked in time that is linear in its size: `cargo bench -p check-plan --bench
//! mappings`.
//!
//! What is timed is what `check-plan` does with a file: reading it, and showing what was found with its line and a
//! caret.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "it prints a table")]

use std::time::Duration;

use check_plan::shown;

use plan::read::read_text;
use support::growth::cpu_time;
use support::shapes::{PAIRS, SHAPES, hold_against_itself};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    checked();
    in_an_execution();
}

/// What `check-plan` does with a file.
fn checked() {
    println!(
        "CPU time, the lesser of two runs; `grows` is the time per byte against the row before: 1.0 is linear\n"
    );
    println!(
        "| shape | rules | bytes | findings | read, ms | ns per byte | grows | show, ms | ns per byte | grows |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for shape in SHAPES {
        let (mut reading, mut showing) = (Column::default(), Column::default());
        for rules in SIZES {
            let text = (shape.plan)(rules);
            let findings = read_text(&text).findings;
            let read = reading.cells(cpu_time(|| read_text(&text)), text.len());
            let show =
                showing.cells(cpu_time(|| shown::findings("plan.json", &text, &findings, false)), text.len());
            println!("| {} | {rules} | {} | {} | {read} | {show} |", shape.name, text.len(), findings.len());
        }
    }
}

/// What a function does with a plan at the most that an execution takes, and with another task of the same mapping.
fn in_an_execution() {
    println!(
        "\n| mapping | rules | bytes | engines, ms | tables named, ms | read as a writer, ms | held against another, ms |"
    );
    println!("|---|---|---|---|---|---|---|");
    for shape in PAIRS {
        for rules in [100, 300, 900] {
            let text = (shape.plan)(rules);
            let plan = read_text(&text).plan.expect("it is a good plan");
            let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
            let cells = hold_against_itself(&plan).map(milliseconds).join(" | ");
            println!("| {} | {rules} | {} | {cells} |", shape.name, text.len());
        }
    }
}

/// The figures of one kind of work, size by size.
#[derive(Default)]
struct Column {
    before: Option<f64>,
}

impl Column {
    fn cells(&mut self, time: Duration, bytes: usize) -> String {
        let per_byte = time.as_secs_f64() * 1e9 / bytes as f64;
        let grows = self.before.replace(per_byte).map(|before| format!("{:.1}", per_byte / before));
        format!("{:.2} | {per_byte:.0} | {}", time.as_secs_f64() * 1e3, grows.unwrap_or_default())
    }
}
