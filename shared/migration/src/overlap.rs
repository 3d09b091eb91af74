//! Whether two patterns of selection rules can select the same name, and so whether two tasks may write the same tables.

use crate::table_name::{Piece, Ranges, pieces};

/// Patterns with more pieces than this are taken to overlap: no name in a database is that long.
const MOST_PIECES: usize = 300;

/// True when some name is selected by both patterns. Case does not count, as in [`crate::table_name`].
pub fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (pieces(one), pieces(other));
    if one.len().max(other.len()) > MOST_PIECES {
        return true;
    }
    // The places that both can have come to by the same text: a row for each place in `one`, and in it those in `other`.
    let mut row = closure(vec![false; other.len() + 1], &other, true);
    for piece in &one {
        row = match piece {
            // It takes nothing, or whatever `other` takes.
            Piece::Any => {
                let first = row.iter().position(|reached| *reached).unwrap_or(row.len());
                (0..row.len()).map(|at| at >= first).collect()
            }
            Piece::One(ranges) => {
                let mut next = vec![false; other.len() + 1];
                for (at, against) in other.iter().enumerate().filter(|(at, _)| row[*at]) {
                    match against {
                        Piece::Any => next[at] = true,
                        Piece::One(others) if meet(ranges.as_ref(), others.as_ref()) => next[at + 1] = true,
                        Piece::One(_) => {}
                    }
                }
                closure(next, &other, false)
            }
        };
    }
    row[other.len()]
}

/// Adds the places behind a `%` that takes nothing.
fn closure(mut row: Vec<bool>, other: &[Piece], begins: bool) -> Vec<bool> {
    row[0] |= begins;
    for (at, piece) in other.iter().enumerate() {
        if row[at] && matches!(piece, Piece::Any) {
            row[at + 1] = true;
        }
    }
    row
}

/// True when some character is taken by both.
fn meet(one: Option<&Ranges>, other: Option<&Ranges>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.meets(other),
        (Some(ranges), None) | (None, Some(ranges)) => !ranges.is_empty(),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_name::like;
    use proptest::prelude::*;

    #[test]
    fn patterns_overlap_when_a_name_fits_both() {
        for (one, other, expected) in [
            ("orders", "orders", true),
            ("orders", "ORDERS", true),
            ("orders", "order", false),
            ("%", "", true),
            ("%", "%", true),
            ("ord%", "%ers", true),
            ("ord%", "cust%", false),
            ("a%", "%b", true),
            ("a%c", "b%c", false),
            ("t_", "t1", true),
            ("t_", "t", false),
            ("t[ab]", "t[bc]", true),
            ("t[ab]", "t[cd]", false),
            ("t[a-f]", "t[e-z]", true),
            ("t[_]x", "t_x", true),
            ("t[_]x", "tax", false),
            ("%a%", "%b%", true),
            ("___", "%", true),
            ("___", "__", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn patterns_of_any_length_are_decided_soon() {
        assert!(overlap(&"a%".repeat(150), &"a%b%".repeat(75)));
        assert!(!overlap(&"%a".repeat(150), &"%b".repeat(150)), "they end differently");
        assert!(overlap(&"x".repeat(100_000), "y"), "too long to be a name");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn a_name_that_both_select_is_an_overlap(
            name in "[ab]{0,5}", one in "[ab%_]{0,6}|[ab%]{0,2}\\[[ab]\\][ab%]{0,2}", other in "[ab%_]{0,6}",
        ) {
            if like(&one, &name) && like(&other, &name) {
                prop_assert!(overlap(&one, &other));
            }
        }

        #[test]
        fn an_overlap_of_short_patterns_has_a_name(one in "[ab%_]{0,4}", other in "[ab%_]{0,4}") {
            // No more is needed than a character for each piece of both.
            let names = (0u32..=8).flat_map(|length| (0..1u32 << length).map(move |bits| {
                (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect::<String>()
            }));
            let found = names.into_iter().any(|name| like(&one, &name) && like(&other, &name));
            prop_assert_eq!(overlap(&one, &other), found);
        }
    }
}
