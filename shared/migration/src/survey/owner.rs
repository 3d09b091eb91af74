//! The tag that says which execution drives a task that we created.
//!
//! It is for words, not for locking: DMS refuses the second of two starts, and that is the lock. Tag values hold
//! letters, digits, blanks and `_ . : / = + -` only (DMS API reference), execution names may hold more.

use crate::run::execution_arn::ExecutionArn;

/// The most characters that a tag value holds.
const MAX_VALUE: usize = 256;

/// An execution ARN as a tag value: what a tag cannot hold stands as `=` and two hexadecimal digits a byte.
pub fn tag_value(execution: &ExecutionArn) -> String {
    let mut value = String::new();
    for byte in execution.to_string().bytes() {
        let coded = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b':' | b'/' | b'+' | b'-' => {
                (byte as char).to_string()
            }
            _ => format!("={byte:02X}"),
        };
        if value.len() + coded.len() > MAX_VALUE {
            break;
        }
        value.push_str(&coded);
    }
    value
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
            prop_assert!(value.len() <= MAX_VALUE);
            prop_assert!(value.chars().all(|c| c.is_ascii_alphanumeric() || "_.:/=+-".contains(c)));
            if name.is_ascii() || value.len() < MAX_VALUE - 2 {
                prop_assert_eq!(execution(&value), Some(arn));
            }
        }

        #[test]
        fn anything_in_a_tag_is_read_without_a_panic(value in "\\PC{0,300}") {
            let _ = execution(&value);
        }
    }

    #[test]
    fn a_tag_that_somebody_else_wrote_names_no_execution() {
        assert_eq!(execution("team=payments"), None);
        assert_eq!(execution("arn:x=Z"), None);
    }
}
