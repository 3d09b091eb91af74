//! Lines for a terminal of a given width: broken at blanks, with a hanging indent. A word that is longer than the line
//! stays whole, so that an ARN or a link can be copied.

use textwrap::{Options, WordSeparator, WordSplitter};

/// Where the values of a message stand, behind their labels.
const LABELS: usize = 13;

/// A text in lines of at most `width` columns; what is broken goes on behind `hang` blanks.
pub fn wrapped(text: &str, width: usize, hang: usize) -> Vec<String> {
    let (lead, words) = text.split_at(text.len() - text.trim_start_matches(' ').len());
    behind(lead, words, width, hang)
}

/// Words behind something that stays in front of the first of them, however long that is.
fn behind(first: &str, words: &str, width: usize, hang: usize) -> Vec<String> {
    let rest = " ".repeat(hang.min(width / 2));
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(words, options).into_iter().map(|line| line.into_owned()).collect()
}

/// A message to people in lines of at most `width` columns: a value goes on below its beginning, an item below its
/// first word, and a command so that it can be pasted.
pub fn message(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| message_line(line, width)).collect()
}

fn message_line(line: &str, width: usize) -> Vec<String> {
    let words = line.trim_start_matches(' ');
    let lead = line.len() - words.len();
    if words.starts_with("aws ") {
        return command(words, width, lead);
    }
    // A label, and the line of a value below it.
    let columns = line.split_at_checked(LABELS).filter(|(label, _)| {
        label.ends_with(' ') && (label.trim_end().ends_with(':') || label.trim().is_empty())
    });
    match columns {
        Some((label, value)) => behind(label, value, width, LABELS),
        None if words.starts_with("- ") => wrapped(line, width, lead + 2),
        None => wrapped(line, width, lead),
    }
}

/// A shell command, broken between its words with a backslash at each line's end.
fn command(command: &str, width: usize, lead: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(lead);
    let mut begun = false;
    for word in shell_words(command) {
        // Two columns for the backslash.
        if begun && textwrap::core::display_width(&line) + 1 + textwrap::core::display_width(word) + 2 > width
        {
            lines.push(format!("{line} \\"));
            line = " ".repeat(lead + 4);
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    lines.push(line);
    lines
}

/// What of a command a blank is in.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    /// The command itself, or a substitution, whose words a backslash may part.
    Words,
    Single,
    Double,
}

/// The words of a command as they stand there: a blank between quotes or behind a backslash parts none, and one in a
/// substitution does, even when that stands between quotes.
fn shell_words(command: &str) -> Vec<&str> {
    let (mut words, mut start, mut escaped) = (Vec::new(), 0, false);
    let mut inside = vec![Inside::Words];
    let mut before = ' ';
    for (at, character) in command.char_indices() {
        let innermost = inside.last().copied().unwrap_or(Inside::Words);
        match (innermost, character) {
            _ if escaped => escaped = false,
            (Inside::Words | Inside::Double, '\\') => escaped = true,
            (Inside::Words, '\'') => inside.push(Inside::Single),
            (Inside::Words, '"') => inside.push(Inside::Double),
            (Inside::Single, '\'') | (Inside::Double, '"') => drop(inside.pop()),
            (Inside::Words | Inside::Double, '(') if before == '$' => inside.push(Inside::Words),
            (Inside::Words, ')') if inside.len() > 1 => drop(inside.pop()),
            (Inside::Words, ' ') => {
                words.push(&command[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        before = character;
    }
    words.push(&command[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_behind_its_indent() {
        assert_eq!(
            wrapped("Tue 22:00:30  poll  wait 60 s: the task is running", 32, 20),
            ["Tue 22:00:30  poll  wait 60 s:", "                the task is", "                running"]
        );
        assert_eq!(wrapped("  - short", 80, 4), ["  - short"]);
        assert_eq!(wrapped("", 80, 4), [""]);
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        let arn = "arn:aws:dms:eu-central-1:123456789012:task:K55IUCGBASJS5VHZJIINA45FII";
        assert_eq!(
            wrapped(&format!("task {arn} is made up"), 40, 2),
            ["task", &format!("  {arn}"), "  is made up"]
        );
    }

    #[test]
    fn a_message_keeps_its_columns() {
        let text = "Why:         all 4 tables are complete and the task has stopped\n\nWhat to do:\n  - look at the table \
                    shop.orders and load it again";
        assert_eq!(
            message(text, 40),
            [
                "Why:         all 4 tables are complete",
                "             and the task has stopped",
                "",
                "What to do:",
                "  - look at the table shop.orders and",
                "    load it again",
            ]
        );
        let link = "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1";
        let labelled = format!("Execution:   {link}");
        assert_eq!(message(&labelled, 40), [labelled], "a link stays behind its label");
    }

    #[test]
    fn a_command_stays_one_that_can_be_pasted() {
        let text = "      aws dms reload-tables --tables 'SchemaName=a b,TableName=c' --x \"$(aws dms d --region r --query 'R[?a==\"b c\"]')\" end";
        let lines = message(text, 52);
        assert_eq!(
            lines,
            [
                "      aws dms reload-tables --tables \\",
                "          'SchemaName=a b,TableName=c' --x \"$(aws \\",
                "          dms d --region r --query \\",
                "          'R[?a==\"b c\"]')\" end",
            ]
        );
        let joined: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect();
        assert_eq!(joined.join(" "), text.trim());
    }
}
