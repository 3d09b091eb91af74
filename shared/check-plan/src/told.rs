//! What a plan will do, for people and for machines.

use migration::understood::Understood;
use plan::clean::one_line;
use serde_json::{Value, json};
use textwrap::{Options, WordSplitter};

/// Wider lines than this are hard to read, however wide the terminal is.
const WIDEST: usize = 110;

/// The width of lines where no terminal says another one.
const USUAL: usize = 100;

/// The width of the headings.
const HEADING: usize = 11;

/// How wide lines may be: as the terminal, within reason.
pub fn width() -> usize {
    match textwrap::termwidth() {
        // What textwrap answers where there is no terminal.
        80 if std::env::var_os("COLUMNS").is_none() && !is_terminal() => USUAL,
        columns => columns.clamp(40, WIDEST),
    }
}

fn is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdout())
}

/// What a plan will do, in lines of at most this width: a heading, and a sentence on a line of its own, or on several.
pub fn for_people(understood: &Understood, width: usize) -> String {
    let mut lines = String::new();
    for (heading, sentences) in understood.in_words() {
        for (nth, sentence) in sentences.iter().enumerate() {
            let heading = if nth == 0 { heading } else { "" };
            let first = format!("  {heading:<HEADING$}");
            let rest = format!("  {:<HEADING$}  ", "");
            let options = Options::new(width)
                .word_splitter(WordSplitter::NoHyphenation)
                .initial_indent(&first)
                .subsequent_indent(&rest);
            lines.push_str(&textwrap::fill(&one_line(sentence), options));
            lines.push('\n');
        }
    }
    lines
}

/// The same for machines: its parts, and under `Says` the sentences that people read.
pub fn for_machines(understood: &Understood) -> Value {
    let mut told = json!(understood);
    let says: Vec<Value> = understood
        .in_words()
        .into_iter()
        .map(|(about, sentences)| json!({ "About": about, "Sentences": sentences }))
        .collect();
    told["Says"] = Value::from(says);
    told
}
