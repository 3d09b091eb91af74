//! Texts from outside, made fit to be read in a page: bounded, without what is not seen and changes what is. That nothing
//! of them means anything to a browser is the template's doing, which escapes all that it is given.

use maud::{Markup, html};
use plan::clean::{line_of, seen};

/// The most characters of a name where it is read, and where it stands in full.
const MAX_NAME: usize = 120;
const MAX_FULL_NAME: usize = 400;

/// The most characters of a sentence.
const MAX_SENTENCE: usize = 2_000;

/// A name, as one line. The whole stands in its title, as far as a title goes.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi title=(line(text, MAX_FULL_NAME)) { (line(text, MAX_NAME)) } }
}

/// A sentence, as one line.
pub(super) fn sentence(text: &str) -> String {
    line(text, MAX_SENTENCE)
}

/// A text as one line of this many characters at the most; what was cut ends with an ellipsis.
pub(super) fn line(text: &str, max: usize) -> String {
    cut(line_of(text, max + 1).chars(), max)
}

/// A text of several lines, of this many characters at the most.
pub(super) fn lines(text: &str, max: usize) -> String {
    let text = text.chars().filter(|c| *c != '\r').take(max + 1);
    cut(text.map(|c| if c != '\n' && c.is_control() { ' ' } else { seen(c) }), max)
}

fn cut(text: impl Iterator<Item = char>, max: usize) -> String {
    let mut text: String = text.collect();
    if let Some((end, _)) = text.char_indices().nth(max) {
        let last = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        text.truncate(last);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_marked_and_control_characters_are_blanks() {
        assert_eq!(
            line("orders\u{202e}txt\u{200b}\u{feff}.exe", 99),
            "orders\u{fffd}txt\u{fffd}\u{fffd}.exe"
        );
        assert_eq!(line("a\u{0}b\u{1b}[31m\n\tc\u{85}d", 99), "a b [31m c d");
        assert_eq!(line("\u{fffe}\u{1fffe}\u{fdd0}", 99), "\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(lines("a\r\nb\u{7}\u{202e}", 99), "a\nb \u{fffd}");
        assert_eq!(line("שלום ädel 你好", 99), "שלום ädel 你好", "letters of every script stay");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(lines("äääääää", 3), "ää…");
        assert_eq!(line("x", 0), "…");
    }

    #[test]
    fn a_name_is_cut_and_stands_whole_in_its_title() {
        let long = "n".repeat(200);
        let shown = name(&long).into_string();
        assert!(shown.contains(&format!("title=\"{long}\"")) && shown.contains("…</bdi>"), "{shown}");
        let shown = name("\"><script>alert(1)</script>").into_string();
        assert_eq!(shown.matches('<').count(), 2, "{shown}");
    }
}
