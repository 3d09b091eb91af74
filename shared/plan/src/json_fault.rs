//! What a person sees where a text stops to be JSON, instead of what a parser expected there.

use super::located::quoted;

/// What stands at a place of the text; `words` are the parser's. Line and column count from 1, the column in bytes.
pub(super) fn seen(text: &str, words: &str, line: usize, column: usize) -> String {
    if text.trim().is_empty() {
        return "there is nothing in it".to_owned();
    }
    if words.starts_with("EOF") {
        return at_the_end(text);
    }
    if let Some(said) = pasted_with_its_quotes(&text[..offset(text, line, column)]) {
        return said;
    }
    if words.starts_with("control character") {
        return "a line break or another control character stands inside a text, where JSON wants \\n"
            .to_owned();
    }
    if words.starts_with("invalid escape") || words.contains("hex escape") || words.contains("surrogate") {
        return "a \\ stands before something that it cannot escape; a \\ itself is written \\\\".to_owned();
    }
    if words.starts_with("trailing comma") {
        return "a comma stands before the closing bracket, with nothing behind it".to_owned();
    }
    let at = offset(text, line, column);
    let (before, rest) = (text[..at].trim_end(), &text[at..]);
    let word = word_at(text, at);
    if words.starts_with("trailing characters") {
        return format!("the document is over before {}: a bracket too many, or two documents", shown(rest));
    }
    if let Some(said) = of_a_character(rest) {
        return said.to_owned();
    }
    if let Some((_, right)) = WORDS.iter().find(|(wrong, _)| *wrong == word) {
        return format!("{} is no word of JSON, which writes {right}", quoted(word));
    }
    if text[..word_start(text, at)].trim().is_empty() && !word.is_empty() {
        let yaml = if rest.contains(":\n") || rest.contains(": ") { ", as in YAML" } else { "" };
        return format!("it begins with {}{yaml}, and a document in JSON begins with {{", quoted(word));
    }
    if words.starts_with("key must be a string") {
        return format!("a name stands without quotes: {}", shown(rest));
    }
    match rest.chars().next() {
        Some(c @ ('}' | ']' | ',' | ':')) if words.starts_with("expected value") => {
            format!("a value is missing before {c}")
        }
        _ if words.starts_with("expected `:`") => {
            format!("a name is not followed by a colon, but by {}", shown(rest))
        }
        _ if words.starts_with("expected `,`")
            && before.ends_with(['"', '}', ']'])
            && rest.starts_with('"') =>
        {
            format!("a comma is missing before {}", shown(rest))
        }
        _ if words.starts_with("expected `,`") => {
            format!("{} stands where a comma or the closing bracket is wanted", shown(rest))
        }
        _ if words.contains("number") => format!("{} is no number in JSON", quoted(word)),
        _ if !word.is_empty() => format!("{} stands without quotes", quoted(word)),
        _ => format!("{} stands where JSON does not take it", shown(rest)),
    }
}

/// A document that was put between quotes as it stands: its first quote ends the text that was to hold it. `before` is
/// what precedes the fault.
fn pasted_with_its_quotes(before: &str) -> Option<String> {
    // A line break in the text is a fault before any quote is.
    let before = before.trim_end();
    let before = before.strip_suffix('"').unwrap_or(before).trim_end();
    let outside = before.trim_end_matches(|c: char| "{[".contains(c) || c.is_whitespace());
    let opened = before.len() > outside.len();
    let name = outside.strip_suffix('"')?.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    let name = name.rsplit('"').next().filter(|_| opened)?;
    let (whose, it) = match name {
        "TableMappings" => ("the mapping's", "the mapping"),
        "ReplicationTaskSettings" => ("the settings'", "the settings"),
        _ => ("the document's", "the document"),
    };
    Some(format!(
        "{whose} own quotes end the text of {}: take away the outer quotes around {it}",
        quoted(name)
    ))
}

/// Words of other languages, and JSON's.
const WORDS: [(&str, &str); 9] = [
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("None", "null"),
    ("NULL", "null"),
    ("nil", "null"),
    ("undefined", "null"),
    ("NaN", "no such number: null"),
];

fn of_a_character(rest: &str) -> Option<&'static str> {
    const BEGINNINGS: [(&str, &str); 13] = [
        ("'", "a single quote, and JSON's quotes are double"),
        ("\u{2018}", "a curly quote, as word processors write it, and JSON's are straight"),
        ("\u{2019}", "a curly quote, as word processors write it, and JSON's are straight"),
        ("\u{201c}", "a curly quote, as word processors write it, and JSON's are straight"),
        ("\u{201d}", "a curly quote, as word processors write it, and JSON's are straight"),
        ("\u{201e}", "a curly quote, as word processors write it, and JSON's are straight"),
        ("//", "a comment, and JSON has none"),
        ("/*", "a comment, and JSON has none"),
        ("#", "a comment, and JSON has none"),
        ("${", "a placeholder of a template that nobody has filled in"),
        ("{{", "a placeholder of a template that nobody has filled in"),
        ("<", "a placeholder that nobody has filled in, or XML"),
        ("\u{feff}", "an invisible mark of byte order (U+FEFF)"),
    ];
    BEGINNINGS.iter().find(|(begins, _)| rest.starts_with(begins)).map(|(_, said)| *said)
}

/// What is open where the text ends.
fn at_the_end(text: &str) -> String {
    let (mut open, mut quote) = (Vec::new(), None);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            // What stands behind it is no quote.
            (Some(_), b'\\') => at += 1,
            (Some(_), b'"') => quote = None,
            (Some(_), _) => {
                // Most of a document is inside texts.
                let rest = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\'));
                at += rest.unwrap_or(bytes.len() - at);
                continue;
            }
            (None, b'"') => quote = Some(at),
            (None, b'{' | b'[') => open.push(at),
            (None, b'}' | b']') => drop(open.pop()),
            (None, _) => {}
        }
        at += 1;
    }
    let line = |at: usize| 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    match (quote, open.last()) {
        (Some(at), _) => format!("it ends inside a text, whose quote in line {} nothing closes", line(at)),
        (None, Some(at)) => {
            format!("it ends, and nothing closes the {} in line {}", char::from(bytes[*at]), line(*at))
        }
        (None, None) => "it ends too early".to_owned(),
    }
}

/// The byte that a line and a column name.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let begins = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    text.floor_char_boundary((begins + column.saturating_sub(1)).min(text.len()))
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.$".contains(c)
}

/// Where the word begins in which a place is.
fn word_start(text: &str, at: usize) -> usize {
    text[..at].rfind(|c| !is_of_a_word(c)).map_or(0, |before| text.ceil_char_boundary(before + 1))
}

/// The word in which a place is; empty where none is.
fn word_at(text: &str, at: usize) -> &str {
    let start = word_start(text, at);
    let end = text[at..].find(|c| !is_of_a_word(c)).map_or(text.len(), |end| at + end);
    &text[start..end.max(start)]
}

/// The next few characters.
fn shown(rest: &str) -> String {
    let piece: String = rest.chars().take(20).take_while(|c| *c != '\n').collect();
    quoted(piece.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::text::{NotTaken, parse};

    fn seen(text: &str) -> String {
        match parse(text) {
            Err(NotTaken::NotJson { what, .. }) => what,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_person_is_told_what_stands_there() {
        for (text, said) in [
            ("", "there is nothing in it"),
            (" \n", "there is nothing in it"),
            ("{\"rules\": }", "a value is missing before }"),
            ("{\"rules\": [1,]}", "a comma stands before the closing bracket, with nothing behind it"),
            ("{\"a\": 1,}", "a comma stands before the closing bracket, with nothing behind it"),
            ("{rules: []}", "a name stands without quotes: \"rules: []}\""),
            ("{'rules': []}", "a single quote, and JSON's quotes are double"),
            (
                "{\u{201c}rules\u{201d}: []}",
                "a curly quote, as word processors write it, and JSON's are straight",
            ),
            ("{\"a\": True}", "\"True\" is no word of JSON, which writes true"),
            ("{\"a\": None}", "\"None\" is no word of JSON, which writes null"),
            ("{\"a\": nil}", "\"nil\" is no word of JSON, which writes null"),
            ("{\"a\": yes}", "\"yes\" stands without quotes"),
            ("{\"a\": 1 // why\n}", "a comment, and JSON has none"),
            ("{\n# why\n}", "a comment, and JSON has none"),
            ("{\"a\": ${b}}", "a placeholder of a template that nobody has filled in"),
            (
                "{\"a\": 1 \"b\": 2}",
                "\"\\\"b\\\": 2}\" stands where a comma or the closing bracket is wanted",
            ),
            ("{\"a\": \"1\" \"b\": 2}", "a comma is missing before \"\\\"b\\\": 2}\""),
            ("{\"a\" 1}", "a name is not followed by a colon, but by \"1}\""),
            ("{} {}", "the document is over before \"{}\": a bracket too many, or two documents"),
            ("{\"a\": 1}}", "the document is over before \"}\": a bracket too many, or two documents"),
            (
                "rules:\n  - a: b",
                "it begins with \"rules\", as in YAML, and a document in JSON begins with {",
            ),
            ("mappings.json", "it begins with \"mappings.json\", and a document in JSON begins with {"),
            ("nonsense", "it begins with \"nonsense\", and a document in JSON begins with {"),
            ("{\"rules\": [", "it ends, and nothing closes the [ in line 1"),
            ("{\n\"rules\": \"a", "it ends inside a text, whose quote in line 2 nothing closes"),
            (
                "{\"a\": \"b\nc\"}",
                "a line break or another control character stands inside a text, where JSON wants \\n",
            ),
            (
                "{\"a\": \"\\d\"}",
                "a \\ stands before something that it cannot escape; a \\ itself is written \\\\",
            ),
            (
                "{\"TableMappings\": \"{\"rules\": []}\"}",
                "the mapping's own quotes end the text of \"TableMappings\": take away the outer quotes around the mapping",
            ),
            (
                "{\"TableMappings\" : \"{\n  \"rules\": []\n}\"}",
                "the mapping's own quotes end the text of \"TableMappings\": take away the outer quotes around the mapping",
            ),
            (
                "{\"TableMappings\": \"\n{ \"rules\": []}\"}",
                "a line break or another control character stands inside a text, where JSON wants \\n",
            ),
            (
                "{\"ReplicationTaskSettings\": \"{ \"Logging\": {}}\"}",
                "the settings' own quotes end the text of \"ReplicationTaskSettings\": take away the outer quotes around the settings",
            ),
            (
                "{\"x\": \"[{\"Key\": 1}]\"}",
                "the document's own quotes end the text of \"x\": take away the outer quotes around the document",
            ),
            ("{\"a\": {\"b\" 1}}", "a name is not followed by a colon, but by \"1}}\""),
            ("{\"a\": \"{\", \"b\" 1}", "a name is not followed by a colon, but by \"1}\""),
            ("{\"a\": .5}", "\".5\" stands without quotes"),
            ("{\"a\": 01}", "\"01\" is no number in JSON"),
        ] {
            assert_eq!(seen(text), said, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_something_to_see(text in "\\PC{0,40}|[\\[\\]{}:,'\"\\\\a0 \n/#-]{0,30}") {
            if let Err(NotTaken::NotJson { what, .. }) = parse(&text) {
                prop_assert!(!what.is_empty() && !what.contains(|c: char| c.is_control()), "{what:?}");
                prop_assert!(what.chars().count() < 300, "{what}");
            }
        }
    }
}
