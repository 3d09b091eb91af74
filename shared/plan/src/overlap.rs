//! Whether two patterns of selection rules can select the same name, and so whether two tasks may write the same
//! tables.

use crate::table_name::{Pattern, Piece, Steps};

/// Patterns with more pieces than this are taken to overlap: no name in a database is that long.
const MAX_PIECES: usize = 300;

/// True when some name is selected by both patterns.
pub fn overlap(one: &Pattern, other: &Pattern, steps: &mut Steps) -> bool {
    let of_one_length = one.has_one_length() && other.has_one_length();
    let (one, other) = (one.pieces(), other.pieces());
    if one.len().max(other.len()) > MAX_PIECES {
        return true;
    }
    // Most are the names of tables, in which a `_` stands for one character. Many begin alike, so the end is looked at
    // first.
    if of_one_length {
        let meet = |(one, other): (&Piece, &Piece)| match (one, other) {
            (Piece::One(one), Piece::One(other)) => steps.take(1) && one.meets(other, steps),
            _ => false,
        };
        return one.len() == other.len() && one.iter().zip(other).rev().all(meet);
    }
    // The places that both can have come to by the same text: a row for each place in `one`, and in it those in
    // `other`.
    let mut row = closure(vec![false; other.len() + 1], other, true);
    for piece in one {
        let reached = row.iter().position(|reached| *reached);
        let Some(first) = reached.filter(|_| steps.take(row.len())) else { return false };
        row = match piece {
            // It takes nothing, or whatever `other` takes.
            Piece::Any => (0..row.len()).map(|at| at >= first).collect(),
            Piece::One(one) => {
                let mut next = vec![false; other.len() + 1];
                for (at, against) in other.iter().enumerate().filter(|(at, _)| row[*at]) {
                    match against {
                        Piece::Any => next[at] = true,
                        Piece::One(another) if one.meets(another, steps) => next[at + 1] = true,
                        Piece::One(_) => {}
                    }
                }
                closure(next, other, false)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_name::lower;
    use proptest::prelude::*;

    fn overlap(one: &str, other: &str) -> bool {
        super::overlap(&Pattern::of(one), &Pattern::of(other), &mut Steps::new(usize::MAX))
    }

    fn like(pattern: &str, name: &str) -> bool {
        Pattern::of(pattern).selects(&lower(name), &mut Steps::new(usize::MAX))
    }

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
