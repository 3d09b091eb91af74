//! Numbers and spans of time as people read them.

use jiff::SignedDuration;

/// How long something took, in its two largest units: `7 h 2 min`, `3 min 5 s`, `5 s`. What is negative is nothing.
pub fn in_words(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// Thousands in groups: 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_spans_are_in_words() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(in_words(SignedDuration::from_secs(7 * 3600 + 120)), "7 h 2 min");
        assert_eq!(in_words(SignedDuration::from_secs(-1)), "0 s");
    }
}
