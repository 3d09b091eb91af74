//! Text from outside, made fit for one line of a log, a message or a command.

/// The most characters of a line in a message.
const MAX_LINE: usize = 1000;

/// The text as one line of a message, as [`line_of`] makes it.
pub fn one_line(text: &str) -> String {
    line_of(text, MAX_LINE)
}

/// The text as one line: control characters and runs of white space become one blank, and at most `max` characters are
/// kept.
pub fn line_of(text: &str, max: usize) -> String {
    let bounded: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect();
    bounded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn line_breaks_and_escapes_do_not_survive() {
        assert_eq!(line_of("orders\r\nforged\u{1b}[31m  line ", 100), "orders forged [31m line");
        assert_eq!(line_of("abcdef", 3), "abc");
        assert_eq!(line_of("\n", 3), "");
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_bounded_line(text in "(?s).{0,60}", max in 0usize..80) {
            let line = line_of(&text, max);
            prop_assert!(line.chars().count() <= max);
            prop_assert!(!line.contains(char::is_control) && !line.contains("  ") && line.trim() == line);
        }
    }
}
