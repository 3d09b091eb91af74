//! Text from outside, made fit for one line of a log, a message or a command, and for a terminal.

/// The most characters of a line in a message.
const MAX_LINE: usize = 1000;

/// The text as one line of a message, as [`line_of`] makes it.
pub fn one_line(text: &str) -> String {
    line_of(text, MAX_LINE)
}

/// The text as one line: control characters and runs of white space become one blank, what is not seen is marked, and at
/// most `max` characters are kept.
pub fn line_of(text: &str, max: usize) -> String {
    let blank = |c: char| c.is_control() || c.is_whitespace();
    let bounded: String = text.chars().map(|c| if blank(c) { ' ' } else { seen(c) }).take(max).collect();
    bounded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The character, or a mark in place of one that is not seen: those that turn the direction of what follows, those
/// without a width, and those that are no characters.
pub fn seen(c: char) -> char {
    match c {
        '\u{061c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        c if u32::from(c) & 0xfffe == 0xfffe => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The lines of a text as a terminal may have them: it obeys nothing in them.
pub fn for_a_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{b7}' } else { seen(c) }).collect()
}

/// JSON as a terminal may have it. What it would obey is escaped, and the JSON is the same.
pub fn json_for_a_terminal(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        // Controls of ASCII stand escaped in every JSON text, but for its line breaks.
        if ('\u{7f}'..='\u{9f}').contains(&c) || seen(c) != c {
            shown.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(c);
        }
    }
    shown
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

    #[test]
    fn what_is_not_seen_is_marked() {
        let fetch = "aws dms \u{202e}stop-replication-task\u{2066}\u{200b}\u{feff}";
        assert_eq!(line_of(fetch, 100), "aws dms \u{fffd}stop-replication-task\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(line_of("a\u{2028}b\u{85}c\u{a0}d", 100), "a b c d", "blanks of every kind are blanks");
        assert_eq!(line_of("שלום ädel 你好", 99), "שלום ädel 你好", "letters of every script stay");
    }

    #[test]
    fn a_terminal_is_told_nothing() {
        assert_eq!(
            for_a_terminal("a\u{1b}[31m\r\nb\u{9b}2J\u{202e}\u{7}"),
            "a\u{b7}[31m\u{b7}\nb\u{b7}2J\u{fffd}\u{b7}"
        );
        let value = serde_json::json!({"\u{9b}31m": "a\u{7f}\u{85}\u{1b}\u{202e}é🦀\u{fffe}\u{e0001}"});
        let shown = json_for_a_terminal(&format!("{value:#}"));
        assert!(!shown.contains(|c: char| (c.is_control() && c != '\n') || seen(c) != c), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
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
