//! The story as the screen tells it: every act in full, and polls that see nothing new counted.

use crate::story::{Kind, Line};

/// A line of the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// As it happened.
    Line(Line),
    /// Polls after one that was shown, in which nothing was new.
    Folded(Folded),
}

/// Polls in which nothing was new.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// How many.
    pub polls: usize,
    /// The local time of the last one.
    pub until: String,
    /// What the last one saw, where its numbers were others than the first one's.
    pub last: Option<String>,
}

impl Folded {
    /// In words.
    pub fn words(&self) -> String {
        match &self.last {
            None => format!("{} polls, unchanged, until {}", self.polls, self.until),
            Some(last) => format!("{} polls until {}, at last: {last}", self.polls, self.until),
        }
    }
}

/// Takes lines one by one and gives those that are to be shown.
#[derive(Debug, Default)]
pub struct Fold {
    /// The wait that was shown last.
    shown: Option<Line>,
    /// Waits like it that came since.
    held: Vec<Line>,
}

impl Fold {
    /// What is to be shown now that this line has come.
    pub fn take(&mut self, line: Line) -> Vec<Shown> {
        let again = self.shown.as_ref().is_some_and(|shown| shown.is_like(&line));
        if again {
            self.held.push(line);
            return Vec::new();
        }
        let mut lines = self.end();
        self.shown = matches!(line.kind, Kind::Wait { .. }).then(|| line.clone());
        lines.push(Shown::Line(line));
        lines
    }

    /// What is to be shown when no more lines come.
    pub fn end(&mut self) -> Vec<Shown> {
        let held = std::mem::take(&mut self.held);
        let Some(shown) = self.shown.take() else { return Vec::new() };
        match held.as_slice() {
            [] => Vec::new(),
            // One line says as much as one that says it is folded.
            [one] => vec![Shown::Line(one.clone())],
            [.., last] => {
                let changed = held.iter().any(|line| line.why() != shown.why());
                let last_words = changed.then(|| last.why().to_owned());
                vec![Shown::Folded(Folded { polls: held.len(), until: last.time.clone(), last: last_words })]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(minute: u32, state: &str, why: &str) -> Line {
        Line {
            at: jiff::Timestamp::UNIX_EPOCH,
            time: format!("Tue 22:{minute:02}:00"),
            step: "poll".to_owned(),
            words: format!("wait {minute} s: {why}"),
            kind: Kind::Wait { sight: state.to_owned(), why: why.to_owned() },
        }
    }

    fn act(words: &str) -> Line {
        Line { words: words.to_owned(), kind: Kind::Act, ..wait(59, "", "") }
    }

    fn told(lines: Vec<Line>) -> Vec<String> {
        let mut fold = Fold::default();
        let mut shown: Vec<Shown> = lines.into_iter().flat_map(|line| fold.take(line)).collect();
        shown.extend(fold.end());
        shown
            .into_iter()
            .map(|shown| match shown {
                Shown::Line(line) => line.words,
                Shown::Folded(folded) => folded.words(),
            })
            .collect()
    }

    #[test]
    fn polls_that_see_nothing_new_are_counted_and_acts_never() {
        let lines = vec![
            wait(1, "loading", "running"),
            wait(2, "loading", "running"),
            wait(3, "loading", "running"),
            wait(4, "loaded", "running"),
            wait(5, "loaded", "running"),
            act("stop the task"),
            act("stop the task"),
            wait(6, "loaded", "running"),
        ];
        assert_eq!(
            told(lines),
            [
                "wait 1 s: running",
                "2 polls, unchanged, until Tue 22:03:00",
                "wait 4 s: running",
                "wait 5 s: running",
                "stop the task",
                "stop the task",
                "wait 6 s: running",
            ]
        );
    }

    #[test]
    fn numbers_that_move_are_told_by_the_last_one() {
        let lines = vec![wait(1, "r", "3 s behind"), wait(2, "r", "2 s behind"), wait(3, "r", "1 s behind")];
        assert_eq!(told(lines), ["wait 1 s: 3 s behind", "2 polls until Tue 22:03:00, at last: 1 s behind"]);
    }

    #[test]
    fn an_end_without_lines_shows_nothing() {
        assert_eq!(told(Vec::new()), Vec::<String>::new());
    }
}
