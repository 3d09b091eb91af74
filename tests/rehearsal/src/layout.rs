//! The screen as text: lines of a given width, without a terminal.

use plan::clean::{for_a_terminal, json_for_a_terminal, one_line};

use crate::fold::Shown;
use crate::told::{Mail, Night};
use crate::wrap::{message, wrapped};

/// Where the words of a line of the story begin, behind its time and its step.
pub const WORDS: usize = 27;

/// Where the step of a line of the story begins.
pub const STEP: usize = 14;

/// Dollars for a state transition.
const TRANSITION: f64 = 0.025 / 1000.0;

/// A line of the story.
pub fn line(shown: &Shown, width: usize) -> Vec<String> {
    match shown {
        Shown::Line(line) => {
            wrapped(&format!("{:<12}  {:<12} {}", line.time, line.step, line.words), width, WORDS)
        }
        Shown::Folded(folded) => {
            wrapped(&format!("{}{}", " ".repeat(WORDS), one_line(&folded.words())), width, WORDS)
        }
    }
}

/// What follows the story of a night: every message to people in full, those to machines where they are asked for, what
/// the run would have cost, and the verdict as the last line.
pub fn ending(night: &Night, width: usize, json: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for mail in &night.mails {
        lines.push(String::new());
        lines.extend(mail_to_people(mail, width));
        if json {
            lines.extend([String::new(), "--- to machines, by SQS ---".to_owned()]);
            // Machines read it: it says the same.
            lines.extend(json_for_a_terminal(&format!("{:#}", mail.json)).lines().map(str::to_owned));
        }
    }
    if night.mails.is_empty() {
        lines.extend([String::new(), "no message was sent".to_owned()]);
    }
    let cost = &night.cost;
    let dollars = cost.transitions as f64 * TRANSITION;
    lines.push(String::new());
    lines.extend(wrapped(
        &format!(
            "Cost: {} state transitions (${dollars:.4}), {} Lambda invocations, {} DMS calls",
            cost.transitions, cost.invocations, cost.dms_calls
        ),
        width,
        6,
    ));
    lines.push(format!("Messages: {}", night.mails.len()));
    lines.push(verdict(&night.verdict));
    lines
}

/// The last line of a rehearsal.
pub fn verdict(word: &str) -> String {
    format!("Verdict: {word}")
}

fn mail_to_people(mail: &Mail, width: usize) -> Vec<String> {
    let title = format!("--- to people, by e-mail: {} ---", one_line(&mail.subject));
    let mut lines = wrapped(&title, width, 4);
    lines.extend(message(&for_a_terminal(&mail.text), width));
    lines
}
