//! How much of a list a page has room for: the first of it, as they are written, and the number of the rest.

use maud::Markup;

/// What is shown of a list.
pub(super) struct Shown {
    /// The elements that fit, written.
    pub(super) written: Vec<Markup>,
    /// How many more there are.
    pub(super) left: usize,
}

/// The first elements, at most so many, that take no more than this number of bytes together.
pub(super) fn fitting<T>(
    elements: impl ExactSizeIterator<Item = T>,
    (most, room): (usize, usize),
    write: impl FnMut(T) -> Markup,
) -> Shown {
    let all = elements.len();
    let mut taken = 0;
    let fits = |written: &Markup| {
        taken += written.0.len();
        taken <= room
    };
    let written: Vec<Markup> = elements.take(most).map(write).take_while(fits).collect();
    Shown { left: all - written.len(), written }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn neither_the_number_nor_the_bytes_are_exceeded() {
        let shown = |most, room| {
            let shown = fitting(["ab", "<", "ab"].into_iter(), (most, room), |text| html! { (text) });
            (shown.written.len(), shown.left)
        };
        assert_eq!(shown(9, 99), (3, 0));
        assert_eq!(shown(2, 99), (2, 1));
        assert_eq!(shown(9, 6), (2, 1), "an escaped character counts as it is written");
        assert_eq!(shown(9, 5), (1, 2));
        assert_eq!(shown(9, 0), (0, 3));
    }
}
