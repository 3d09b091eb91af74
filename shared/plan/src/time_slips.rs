//! Times of day, spans, minutes and dates as people write them, and how a plan writes the same. Each is a question of
//! spelling alone: what can mean two things has no answer here.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span, SpanRelativeTo};

/// What a text is not longer than when it is a time.
const LONGEST: usize = 40;

/// What is said of a text where a time of day is wanted: how this time is written, or where a span belongs. Empty where
/// it is neither.
pub(super) fn of_time_of_day(text: &str) -> String {
    if let Some(time) = time_of_day(text) {
        return format!(": write {}", time.strftime("%H:%M"));
    }
    match span(text) {
        Some(_) => {
            ": that is a span; a window that is open for a span has a Duration, and neither Opens nor Closes"
                .to_owned()
        }
        None => String::new(),
    }
}

/// What is said of a text where a span is wanted.
pub(super) fn of_span(text: &str) -> String {
    let meant = span(text).or_else(|| {
        // `07:00` is seven hours where no time of day can stand.
        let (hours, minutes) = text.trim().split_once(':')?;
        let two_digits = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = |part: &str| part.parse::<i64>().ok().filter(|_| two_digits(part));
        Some(Span::new().hours(number(hours)?).minutes(number(minutes).filter(|minutes| *minutes < 60)?))
    });
    match meant.filter(|span| !span.is_zero()) {
        Some(span) => format!(": write {}", span),
        None => String::new(),
    }
}

/// What is said of a text where a number of such units is wanted.
pub(super) fn of_number(text: &str, unit: SignedDuration) -> String {
    let number = text.trim();
    if !number.is_empty() && number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!(": write {} without quotes", number.parse().unwrap_or(0_u64));
    }
    let whole = |length: SignedDuration| {
        let (length, unit) = (length.as_secs(), unit.as_secs());
        (unit > 0 && length % unit == 0).then(|| length / unit)
    };
    let number = span(text)
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
        .and_then(whole);
    number.map(|number| format!(": write {number}")).unwrap_or_default()
}

/// What is said of a text where a date is wanted.
pub(super) fn of_date(text: &str) -> String {
    let parts: Vec<&str> = text.trim().split(['.', '/', '-']).collect();
    let number = |part: &str| part.parse::<i8>().ok();
    let date = match parts[..] {
        [year, month, day] if year.len() == 4 => {
            year.parse().ok().and_then(|year| Date::new(year, number(month)?, number(day)?).ok())
        }
        // With slashes half of the world writes the month first.
        [day, month, year] if year.len() == 4 && text.contains('.') => {
            year.parse().ok().and_then(|year| Date::new(year, number(month)?, number(day)?).ok())
        }
        _ => None,
    };
    date.map(|date| format!(": write {date}")).unwrap_or_default()
}

/// The time that `5:00`, `05.00`, `24:00`, `5pm`, `22h`, `22h30`, `2200` or `22:00:00` is.
fn time_of_day(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() > LONGEST {
        return None;
    }
    let (digits, half) = ["am", "pm", "a.m.", "p.m."]
        .iter()
        .find_map(|mark| {
            text.strip_suffix(mark).map(|digits| (digits.trim_end(), Some(mark.starts_with('p'))))
        })
        .unwrap_or((text.as_str(), None));
    let digits = digits.strip_suffix([':', '.', 'h']).unwrap_or(digits);
    let parts: Vec<&str> = digits.split([':', '.', 'h']).collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = match parts[..] {
        [whole] if whole.len() == 4 && whole.is_ascii() => vec![&whole[..2], &whole[2..]],
        _ => parts,
    };
    if !parts.iter().all(is_number) {
        return None;
    }
    let number = |at: usize| parts.get(at).map_or(Some(0), |part| part.parse::<i8>().ok());
    let (hour, minute) = (number(0)?, number(1)?);
    let is_whole = parts.len() <= 3 && number(2)? == 0;
    let hour = match (half, hour) {
        (None, 24) if minute == 0 => 0,
        (None, hour) => hour,
        (Some(afternoon), 1..=12) => hour % 12 + if afternoon { 12 } else { 0 },
        (Some(_), _) => return None,
    };
    Time::new(hour, minute, 0, 0).ok().filter(|_| is_whole)
}

/// The span that `10m`, `10 minutes`, `1h 30m`, `7H`, `pt10m` or `T7H` is. A month has no length: what ISO 8601 takes for
/// months, `P10M`, is meant as minutes.
fn span(text: &str) -> Option<Span> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() > LONGEST || text.contains(':') || !text.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let has_length = |span: &Span| span.to_duration(SpanRelativeTo::days_are_24_hours()).is_ok();
    let with_a_time =
        text.strip_prefix('p').filter(|rest| !rest.contains('t')).map(|rest| format!("PT{rest}"));
    let forms = [Some(text.clone()), Some(format!("P{text}")), with_a_time];
    let read =
        |text: &String| text.parse::<Span>().ok().filter(has_length).filter(|span| !span.is_negative());
    forms.into_iter().flatten().find_map(|text| read(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_of_day_is_shown_its_spelling() {
        for (written, time) in [
            ("5:00", "05:00"),
            ("24:00", "00:00"),
            ("05.00", "05:00"),
            ("5pm", "17:00"),
            ("5 PM", "17:00"),
            ("5:30 p.m.", "17:30"),
            ("12am", "00:00"),
            ("12pm", "12:00"),
            ("22h", "22:00"),
            ("22h30", "22:30"),
            ("2200", "22:00"),
            ("22", "22:00"),
            ("22:00:00", "22:00"),
            (" 22:00", "22:00"),
        ] {
            assert_eq!(of_time_of_day(written), format!(": write {time}"), "{written}");
        }
        for written in
            ["25:00", "24:30", "22:60", "13pm", "0pm", "22:00:30", "22:00Z", "x", "", "1:2:3:4", "\u{0665}"]
        {
            assert_eq!(of_time_of_day(written), "", "{written}");
        }
        assert!(of_time_of_day("PT4H").starts_with(": that is a span"));
        assert!(of_time_of_day("4 hours").starts_with(": that is a span"));
    }

    #[test]
    fn a_span_is_shown_its_spelling() {
        for (written, span) in [
            ("10m", "PT10M"),
            ("10 minutes", "PT10M"),
            ("10 Min", "PT10M"),
            ("10min", "PT10M"),
            ("7h", "PT7H"),
            ("7H", "PT7H"),
            ("1h 30m", "PT1H30M"),
            ("1h30m", "PT1H30M"),
            ("P7H", "PT7H"),
            ("T7H", "PT7H"),
            ("P10M", "PT10M"),
            ("pt10m", "PT10M"),
            ("07:00", "PT7H"),
            ("0:10", "PT10M"),
            ("2 days", "P2D"),
        ] {
            assert_eq!(of_span(written), format!(": write {span}"), "{written}");
        }
        for written in ["10", "", "x", "soon", "-10m", "5 minutes ago", "00:00", "10:75", "0m"] {
            assert_eq!(of_span(written), "", "{written}");
        }
    }

    #[test]
    fn a_number_of_minutes_is_shown_its_spelling() {
        let minute = SignedDuration::from_mins(1);
        for (written, number) in [
            ("30", ": write 30 without quotes"),
            ("10m", ": write 10"),
            ("PT1H", ": write 60"),
            ("30s", ""),
            ("x", ""),
            ("", ""),
        ] {
            assert_eq!(of_number(written, minute), number, "{written}");
        }
    }

    #[test]
    fn a_date_is_shown_its_spelling() {
        for (written, date) in [
            ("24.12.2026", ": write 2026-12-24"),
            ("2026/12/24", ": write 2026-12-24"),
            ("2026-1-5", ": write 2026-01-05"),
            ("12/24/2026", ""),
            ("03/04/2026", ""),
            ("30.02.2026", ""),
            ("24.12.", ""),
            ("", ""),
        ] {
            assert_eq!(of_date(written), date, "{written}");
        }
    }

    proptest! {
        /// What is proposed is taken.
        #[test]
        fn any_text_has_an_answer(text in "\\PC{0,50}|[0-9]{1,3}[:.h ]?[0-9]{0,3}( ?[ap]m)?|[Pp]?[Tt]?[0-9]{1,12} ?[a-zA-Z]{1,8}") {
            if let Some(time) = of_time_of_day(&text).strip_prefix(": write ") {
                prop_assert!(Time::strptime("%H:%M", time).is_ok(), "{time}");
            }
            if let Some(span) = of_span(&text).strip_prefix(": write ") {
                prop_assert!(span.starts_with('P') && span.parse::<Span>().is_ok(), "{span}");
            }
            of_number(&text, SignedDuration::from_mins(1));
            of_date(&text);
        }
    }
}
