//! The tag that says which execution drives a task that we created.
//!
//! It is for words, not for locking: DMS refuses the second of two starts, and that is the lock. Tag values hold
//! letters, digits, blanks and `_ . : / = + -` only (DMS API reference), execution names may hold more.

use crate::run::execution_arn::ExecutionArn;

/// The most characters that a tag value holds.
const MAX_VALUE: usize = 256;

/// An execution ARN as a tag value: what a tag cannot hold stands as `=` and two hexadecimal digits a byte. Letters beyond
/// ASCII stand so too, as long as there is room; where there is none they stand as they are, since a name may have 80 of
/// them and a tag holds letters of every script. Only what is neither can be too long, and is cut.
pub fn tag_value(execution: &ExecutionArn) -> String {
    let text = execution.to_string();
    let in_ascii: String = text.chars().map(|letter| coded(letter, false)).collect();
    if in_ascii.len() <= MAX_VALUE {
        return in_ascii;
    }
    let mut value = String::new();
    let mut length = 0;
    for part in text.chars().map(|letter| coded(letter, true)) {
        length += part.chars().count();
        if length > MAX_VALUE {
            break;
        }
        value.push_str(&part);
    }
    value
}

/// A character as it stands in a tag value.
fn coded(letter: char, keeps_letters: bool) -> String {
    match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | ':' | '/' | '+' | '-' => letter.to_string(),
        _ if keeps_letters && is_a_letter_of_a_script(letter) => letter.to_string(),
        _ => letter.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("={byte:02X}")).collect(),
    }
}

/// True for what is certainly a letter to AWS (`\p{L}`), in the scripts in which names are commonly written. Marks that
/// join a letter are none.
fn is_a_letter_of_a_script(letter: char) -> bool {
    matches!(letter,
        '\u{00C0}'..='\u{00D6}' | '\u{00D8}'..='\u{00F6}' | '\u{00F8}'..='\u{024F}' // Latin
        | '\u{0391}'..='\u{03A1}' | '\u{03A3}'..='\u{03CE}' // Greek
        | '\u{0400}'..='\u{0481}' | '\u{048A}'..='\u{052F}' // Cyrillic
        | '\u{05D0}'..='\u{05EA}' | '\u{0620}'..='\u{064A}' // Hebrew, Arabic
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}' // Japanese
        | '\u{3400}'..='\u{4DB5}' | '\u{4E00}'..='\u{9FEF}' // Chinese
        | '\u{AC00}'..='\u{D7A3}' // Korean
    )
}

/// The execution ARN that a tag value stands for; `None` when the tag was written by something else.
pub fn execution(tag_value: &str) -> Option<ExecutionArn> {
    let mut bytes = Vec::with_capacity(tag_value.len());
    let mut rest = tag_value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_fits_comes_back(name in "[^\\pC\\pZ:]{1,40}") {
            let arn: ExecutionArn =
                format!("arn:aws:states:eu-central-1:123456789012:execution:migration:{name}").parse().unwrap();
            let value = tag_value(&arn);
            let length = value.chars().count();
            prop_assert!(length <= MAX_VALUE);
            prop_assert!(value.chars().all(|c| c.is_alphanumeric() || "_.:/=+-".contains(c)));
            if name.is_ascii() || length < MAX_VALUE - 11 {
                prop_assert_eq!(execution(&value), Some(arn));
            }
        }

        #[test]
        fn anything_in_a_tag_is_read_without_a_panic(value in "\\PC{0,300}") {
            let _ = execution(&value);
        }
    }

    #[test]
    fn the_longest_names_of_many_scripts_come_back() {
        for letter in ["夜", "ド", "간", "ж", "λ", "ü", "ع"] {
            let (stack, name) = ("s".repeat(56), letter.repeat(80));
            let arn = format!(
                "arn:aws-us-gov:states:ap-southeast-4:123456789012:execution:{stack}-migration:{name}"
            );
            let arn: ExecutionArn = arn.parse().unwrap();
            let value = tag_value(&arn);
            assert!(value.chars().count() <= MAX_VALUE, "{letter}");
            assert_eq!(execution(&value), Some(arn), "{letter}");
        }
    }

    #[test]
    fn a_name_that_fits_stands_in_ascii() {
        let arn = "arn:aws:states:eu-central-1:123456789012:execution:m:夜".parse().unwrap();
        assert!(tag_value(&arn).ends_with("execution:m:=E5=A4=9C"));
    }

    #[test]
    fn a_tag_that_somebody_else_wrote_names_no_execution() {
        assert_eq!(execution("team=payments"), None);
        assert_eq!(execution("arn:x=Z"), None);
    }
}
