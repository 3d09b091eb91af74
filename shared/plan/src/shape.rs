//! Texts of a fixed shape. Readers of times take blanks, offsets and fractions where a form has none; DMS and people do
//! not.

/// True when a text has a digit wherever the shape has a 0, and what the shape has everywhere else: `00:00` is a time
/// of day.
pub(super) fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_counts() {
        assert!(has_shape("22:05", "00:00"));
        for text in ["", " 9:00", "9:00", "22-00", "22:0x", "22:000", "2\u{e9}:00", "\u{0663}:00"] {
            assert!(!has_shape(text, "00:00"), "{text:?}");
        }
    }
}
