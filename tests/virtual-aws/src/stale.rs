//! Answers of yesterday: DMS is a distributed service, and a read may show what was true a while ago.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// What is answered again, and when.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    /// An operation, and the span in which its answers are old.
    pub(crate) spans: Vec<(String, Timestamp, Timestamp)>,
    /// The last answer before a span to each request, by operation and body.
    remembered: BTreeMap<(String, Vec<u8>), Remembered>,
}

#[derive(Debug)]
struct Remembered {
    at: Timestamp,
    answer: http::Response<Vec<u8>>,
}

impl Stale {
    /// The old answer that comes instead of this one, if one does. An error is never old, and no answer is older than its
    /// span is long.
    pub(crate) fn instead_of(
        &mut self,
        operation: &str,
        body: &[u8],
        answer: &http::Response<Vec<u8>>,
        now: Timestamp,
    ) -> Option<http::Response<Vec<u8>>> {
        let mut spans =
            self.spans.iter().filter(|(meant, _, until)| meant == operation && now < *until).peekable();
        spans.peek()?;
        let request = (operation.to_owned(), body.to_vec());
        if let Some((_, from, until)) = spans.find(|(_, from, _)| *from <= now) {
            let old = self.remembered.get(&request)?;
            let is_young_enough = now.duration_since(old.at) <= until.duration_since(*from);
            return is_young_enough.then(|| old.answer.clone());
        }
        if answer.status().is_success() {
            self.remembered.insert(request, Remembered { at: now, answer: answer.clone() });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_before_the_span_comes_again_within_it() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let mut stale = Stale::default();
        stale.spans.push(("Describe".to_owned(), second(10), second(20)));
        let answers: Vec<Option<String>> = [(1, "a"), (9, "b"), (10, "c"), (19, "d"), (20, "e")]
            .into_iter()
            .map(|(at, words)| {
                let answer = http::Response::new(words.as_bytes().to_vec());
                let old = stale.instead_of("Describe", b"of one", &answer, second(at))?;
                Some(String::from_utf8(old.into_body()).unwrap())
            })
            .collect();
        assert_eq!(answers, [None, None, Some("b".to_owned()), Some("b".to_owned()), None]);
        let answer = http::Response::new(Vec::new());
        assert!(stale.instead_of("Describe", b"of a third", &answer, second(1)).is_none());
        assert!(stale.instead_of("Describe", b"of a third", &answer, second(11)).is_some());
        assert!(
            stale.instead_of("Describe", b"of a third", &answer, second(12)).is_none(),
            "11 s is too old"
        );
        assert!(stale.instead_of("Describe", b"of another", &answer, second(15)).is_none());
        assert!(stale.instead_of("Stop", b"of one", &answer, second(15)).is_none());
    }
}
