//! The word that was meant where another one stands. Advice that is taken changes what a run does, so one of two words
//! that are alike is never chosen: then nothing is said.

use super::window::Day;

/// How other tools call what a member's words mean: DMS's API and its console, and what people say.
const SAID: &[(&str, &[&str], &str)] = &[
    ("MigrationType", &["Migrate existing data", "Migrate"], "full-load"),
    (
        "MigrationType",
        &["Replicate data changes only", "Replicate", "Replication", "Change data capture"],
        "cdc",
    ),
    (
        "MigrationType",
        &["Migrate existing data and replicate ongoing changes", "Migrate and replicate"],
        "full-load-and-cdc",
    ),
    ("Start", &["start-replication"], "Auto"),
    ("Start", &["resume-processing"], "Resume"),
    ("Start", &["reload-target"], "Reload"),
    ("Start", &["Snapshot"], "Refresh"),
    ("AtClose", &["Pause", "Halt", "End"], "Stop"),
    ("AtClose", &["Continue", "KeepRunning", "RunOn"], "LeaveRunning"),
    ("Then", &["Pause", "Halt", "End"], "Stop"),
    ("Then", &["Continue", "KeepRunning", "RunOn"], "LeaveRunning"),
    ("OnAbort", &["Pause", "Halt", "End"], "Stop"),
    ("OnAbort", &["Continue", "KeepRunning", "RunOn"], "LeaveRunning"),
    ("Until", &["Close", "AtClose", "WindowCloses"], "Stopped"),
    ("Until", &["Loaded"], "FullLoadComplete"),
    ("Until", &["CutOver", "Synced", "InSync", "UpToDate"], "CaughtUp"),
    ("OnDrift", &["Update", "Change"], "Modify"),
    ("OnDrift", &["Fail"], "Reject"),
    ("OnTableErrors", &["Retry"], "Reload"),
    ("Mode", &["DryRun", "Check"], "Preflight"),
    ("Mode", &["Run"], "Migrate"),
    ("rule-action", &["drop-column", "delete-column"], "remove-column"),
    ("rule-action", &["lower", "lowercase", "to-lower", "to-lowercase"], "convert-lowercase"),
    ("rule-action", &["upper", "uppercase", "to-upper", "to-uppercase"], "convert-uppercase"),
    ("TargetTablePrepMode", &["Drop tables on target"], "DROP_AND_CREATE"),
];

/// The days by their whole names, in the order of [`Day::WORDS`].
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Parts of a word that say nothing about which one is meant.
const FILLERS: [&str; 5] = ["and", "only", "the", "then", "to"];

/// A longer text is no word.
const LONGEST: usize = 60;

/// A question for the word that was meant, to be put behind a finding; empty where none is alike.
pub(crate) fn question(member: &str, written: &str, known: &[&str]) -> String {
    let is_a_time = written.starts_with(|c: char| c.is_ascii_digit()) && written.contains(':');
    if is_a_time && matches!(member, "Start" | "Until") {
        let (side, its) = if member == "Start" { ("start", "Opens") } else { ("stop", "Closes") };
        return format!("; the time at which a run is to {side} is {its} in Window");
    }
    word(member, written, known).map(|word| format!("; did you mean {word}?")).unwrap_or_default()
}

/// The known word that a member was to hold.
fn word<'k>(member: &str, written: &str, known: &[&'k str]) -> Option<&'k str> {
    let letters = letters_of(written);
    if letters.is_empty() || written.len() > LONGEST {
        return None;
    }
    let among_known = |word: &str| known.iter().copied().find(|known| *known == word);
    the_only(known, |word| letters_of(word) == letters)
        .or_else(|| {
            let called_so = |said: &str| letters_of(said) == letters;
            let (_, _, word) =
                SAID.iter().find(|(of, said, _)| *of == member && said.iter().any(|s| called_so(s)))?;
            among_known(word)
        })
        .or_else(|| if member == "Days" { among_known(day(&letters)?) } else { None })
        .or_else(|| by_parts(written, known))
        .or_else(|| the_only(known, |word| letters.len() >= 4 && letters_of(word).starts_with(&letters)))
        .or_else(|| the_only(known, |word| is_ending_of(&letters_of(word), &letters)))
        .or_else(|| by_slip(&letters, known))
}

/// The letters and digits of a word in lower case: all that counts where people write `Full load` and `full_load`.
fn letters_of(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The one word that is like this; none where there are two.
fn the_only<'k>(known: &[&'k str], is_alike: impl Fn(&str) -> bool) -> Option<&'k str> {
    let mut alike = known.iter().copied().filter(|word| is_alike(word));
    alike.next().filter(|_| alike.next().is_none())
}

/// `Warning` for `Warn`: a known word with an ending behind it.
fn is_ending_of(word: &str, letters: &str) -> bool {
    word.len() >= 4 && letters.strip_prefix(word).is_some_and(|ending| ending.len() <= 4)
}

/// The day whose name this begins, or is with one slip of the fingers.
fn day(letters: &str) -> Option<&'static str> {
    let at = match letters.len() {
        2.. => DAYS.iter().position(|day| day.starts_with(letters)),
        _ => None,
    };
    let slip = |day: &str| letters.len() >= 5 && strsim::osa_distance(day, letters) <= 1;
    let at = at.or_else(|| DAYS.iter().position(|day| slip(day)))?;
    Day::WORDS.get(at).map(|(word, _)| *word)
}

/// The parts of a word, in lower case: `to-lowercase` has two, and so has `FullLoad`.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_small = false;
    for c in word.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_small) {
            parts.push(String::new());
        }
        if c.is_alphanumeric() {
            parts.last_mut().into_iter().for_each(|part| part.extend(c.to_lowercase()));
        }
        was_small = c.is_lowercase();
    }
    parts.retain(|part| !part.is_empty() && !FILLERS.contains(&part.as_str()));
    parts
}

/// The one word with exactly these parts, else the one that has these among its own.
fn by_parts<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let wanted = parts(written);
    if !wanted.iter().any(|part| part.len() >= 3) {
        return None;
    }
    the_only(known, |word| parts(word) == wanted).or_else(|| {
        the_only(known, |word| {
            let has = parts(word);
            wanted.iter().all(|part| has.contains(part))
        })
    })
}

/// The one word that is a slip of the fingers away: one for a short word, two for a long one.
fn by_slip<'k>(letters: &str, known: &[&'k str]) -> Option<&'k str> {
    let most = match letters.chars().count() {
        ..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    (1..=most).find_map(|slips| {
        let is_alike = |word: &&&str| strsim::osa_distance(&letters_of(word), letters) == slips;
        let mut alike = known.iter().filter(is_alike);
        alike.next().map(|word| alike.next().is_none().then_some(*word))
    })?
}

/// What is said of an element of `Days` that means several: cron has `MON-FRI`, people say weekdays.
pub(crate) fn days(written: &str) -> Option<String> {
    if ["weekdays", "weekday", "workdays"].contains(&letters_of(written).as_str()) {
        return Some(each(0, 4));
    }
    if ["weekend", "weekends"].contains(&letters_of(written).as_str()) {
        return Some(each(5, 6));
    }
    let (from, to) = written.split_once(['-', '\u{2013}'])?;
    let at = |text: &str| {
        let word = day(&letters_of(text))?;
        Day::WORDS.iter().position(|(known, _)| *known == word)
    };
    Some(each(at(from)?, at(to)?))
}

fn each(from: usize, to: usize) -> String {
    let count = (to + 7 - from) % 7 + 1;
    let days: Vec<String> = (from..from + count)
        .filter_map(|at| Day::WORDS.get(at % 7))
        .map(|(word, _)| format!("\"{word}\""))
        .collect();
    format!("; write each day: {}", days.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::MEMBERS;
    use proptest::prelude::*;

    fn meant(member: &str, written: &str) -> Option<&'static str> {
        word(member, written, crate::members::words(member))
    }

    const ACTIONS: [&str; 9] = [
        "add-prefix",
        "remove-prefix",
        "add-column",
        "remove-column",
        "include-column",
        "convert-lowercase",
        "convert-uppercase",
        "change-data-type",
        "define-primary-key",
    ];

    #[test]
    fn the_word_that_was_meant_is_found() {
        for (member, written, word) in [
            ("Start", "reload", "Reload"),
            ("Start", "reload-target", "Reload"),
            ("Start", "resume-processing", "Resume"),
            ("Start", "Rload", "Reload"),
            ("MigrationType", "Full load", "full-load"),
            ("MigrationType", "full_load", "full-load"),
            ("MigrationType", "FullLoad", "full-load"),
            ("MigrationType", "full-load-cdc", "full-load-and-cdc"),
            ("MigrationType", "Full load + CDC", "full-load-and-cdc"),
            ("MigrationType", "full-load-only", "full-load"),
            ("MigrationType", "CDC only", "cdc"),
            ("MigrationType", "Migrate existing data and replicate ongoing changes", "full-load-and-cdc"),
            ("AtClose", "leaverunning", "LeaveRunning"),
            ("AtClose", "leave_running", "LeaveRunning"),
            ("AtClose", "Pause", "Stop"),
            ("Until", "Stop", "Stopped"),
            ("Until", "cut-over", "CaughtUp"),
            ("Start", "Snapshot", "Refresh"),
            ("Until", "FullLoad", "FullLoadComplete"),
            ("Until", "caught up", "CaughtUp"),
            ("OnTableErrors", "Warning", "Warn"),
            ("Mode", "dry-run", "Preflight"),
            ("Days", "Monday", "Mon"),
            ("Days", "tue", "Tue"),
            ("Days", "THURS", "Thu"),
            ("Days", "Wednsday", "Wed"),
        ] {
            assert_eq!(meant(member, written), Some(word), "{member}: {written}");
        }
        let prep = ["DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"];
        assert_eq!(word("TargetTablePrepMode", "TRUNCATE", &prep), Some("TRUNCATE_BEFORE_LOAD"));
        assert_eq!(word("TargetTablePrepMode", "Do nothing", &prep), Some("DO_NOTHING"));
        for (written, action) in [
            ("to-lowercase", "convert-lowercase"),
            ("toLowerCase", "convert-lowercase"),
            ("LowerCase", "convert-lowercase"),
            ("drop-column", "remove-column"),
            ("data-type", "change-data-type"),
            ("includecolumn", "include-column"),
        ] {
            assert_eq!(word("rule-action", written, &ACTIONS), Some(action), "{written}");
        }
    }

    #[test]
    fn what_resembles_nothing_or_two_is_no_guess() {
        for written in
            ["", " ", "-", "x", "yes", "banana", "Never", "other", "42", "\u{540d}\u{524d}", "Tomorrow"]
        {
            for member in MEMBERS.iter().filter(|member| !member.words.is_empty()) {
                assert_eq!(meant(member.name, written), None, "{}: {written}", member.name);
            }
        }
        for (member, written) in [
            ("MigrationType", "load"),
            ("MigrationType", "both"),
            ("Days", "T"),
            ("Days", "Month"),
            ("Start", "Re"),
        ] {
            assert_eq!(meant(member, written), None, "{member}: {written}");
        }
        for written in ["column", "prefix", "convert", "rename-table"] {
            assert_eq!(word("rule-action", written, &ACTIONS), None, "{written}");
        }
    }

    #[test]
    fn what_means_several_days_is_written_as_them() {
        let weekdays = "; write each day: \"Mon\", \"Tue\", \"Wed\", \"Thu\", \"Fri\"";
        for written in ["MON-FRI", "Mon - Fri", "weekdays", "Monday-Friday"] {
            assert_eq!(days(written).as_deref(), Some(weekdays), "{written}");
        }
        assert_eq!(days("Sat-Sun").as_deref(), Some("; write each day: \"Sat\", \"Sun\""));
        assert_eq!(days("Fri-Mon").as_deref(), Some("; write each day: \"Fri\", \"Sat\", \"Sun\", \"Mon\""));
        for written in ["Mon", "", "-", "all-days", "Mon-"] {
            assert_eq!(days(written), None, "{written}");
        }
    }

    #[test]
    fn what_is_said_otherwise_leads_to_words_that_there_are() {
        for (member, said, word) in SAID {
            let known = crate::members::words(member);
            assert!(!said.is_empty() && (known.is_empty() || known.contains(word)), "{member}: {word}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer_that_is_a_known_word(written in "\\PC{0,70}") {
            for member in MEMBERS.iter().filter(|member| !member.words.is_empty()) {
                if let Some(word) = meant(member.name, &written) {
                    prop_assert!(member.words.contains(&word));
                }
            }
            days(&written);
        }
    }
}
