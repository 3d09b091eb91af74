//! The axis of time on which a night is drawn: from where to where, and where its ticks stand.

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::clock::Clock;
use crate::page::{Night, Span};

/// The most ticks: what a phone has room for.
const MAX_TICKS: i64 = 6;

/// Minutes from one tick to the next.
const STEPS: [i64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 5_760];

/// A run that takes a smaller part of its window than this is drawn alone: in the whole window nothing of it would show.
const LEAST_PART: i64 = 4;

/// The shortest time that is drawn.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

/// An axis of time. Places on it are percents, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    from: Timestamp,
    to: Timestamp,
}

impl Axis {
    /// The axis of a night: its whole window, or the run alone where that is a small part of it. `None` where nothing is
    /// known of when it was.
    pub(super) fn of(night: &Night) -> Option<Axis> {
        let (began, ended) = work(night)?;
        let window = night.window.map(|window| (window.began(), window.ended().unwrap_or(ended)));
        let (from, to) =
            window.map_or((began, ended), |(opens, closes)| (opens.min(began), closes.max(ended)));
        let (whole, part) = (to.duration_since(from), ended.duration_since(began).max(SHORTEST));
        if part.as_secs().saturating_mul(LEAST_PART) >= whole.as_secs() && whole >= SHORTEST {
            return Some(Axis { from, to });
        }
        let margin = SignedDuration::from_secs(part.as_secs() / 10);
        let from = began.saturating_sub(margin).unwrap_or(began);
        let to = began.saturating_add(part).and_then(|end| end.saturating_add(margin)).unwrap_or(ended);
        Some(Axis { from, to })
    }

    /// Where it begins.
    pub(super) fn from(self) -> Timestamp {
        self.from
    }

    /// Where it ends.
    pub(super) fn to(self) -> Timestamp {
        self.to
    }

    /// Where an instant stands; `None` outside.
    pub(super) fn place(self, at: Timestamp) -> Option<f64> {
        (self.from <= at && at <= self.to).then(|| self.part(at))
    }

    /// Where a span begins and how long it is, as far as it is inside. One without an end goes on to `end`.
    pub(super) fn stretch(self, span: Span, end: Timestamp) -> Option<(f64, f64)> {
        let (began, ended) = (span.began(), span.ended().unwrap_or(end));
        if ended < self.from || began > self.to || ended < began {
            return None;
        }
        let from = self.part(began.max(self.from));
        Some((from, self.part(ended.min(self.to)) - from))
    }

    fn part(self, at: Timestamp) -> f64 {
        let whole = self.to.duration_since(self.from).as_secs_f64().max(1.0);
        (at.duration_since(self.from).as_secs_f64() / whole * 100.0).clamp(0.0, 100.0)
    }

    /// The ticks, on full minutes, hours or days of the clock: where they stand, and what they are called.
    pub(super) fn ticks(self, clock: Clock<'_>) -> Vec<(f64, String)> {
        let minutes = self.to.duration_since(self.from).as_mins().max(1);
        let step =
            STEPS.into_iter().find(|step| minutes / step <= MAX_TICKS).unwrap_or(STEPS[STEPS.len() - 1]);
        let first = self.from.to_zoned_datetime(clock.zone().clone()).datetime();
        let of_day = i64::from(first.hour()) * 60 + i64::from(first.minute());
        let mut local = first.date().to_datetime(jiff::civil::Time::midnight());
        local = local.saturating_add((of_day / step * step).minutes());
        let mut ticks: Vec<(Timestamp, f64, String)> = Vec::new();
        // A change of clocks takes a tick away or moves one.
        for _ in 0..=MAX_TICKS + 3 {
            if let Ok(at) =
                clock.zone().to_ambiguous_zoned_datetime(local).compatible().map(|zoned| zoned.timestamp())
                && let Some(place) = self.place(at)
                && ticks.last().is_none_or(|(last, ..)| *last < at)
            {
                let form = if step >= 1_440 || local.time().hour() == 0 && local.time().minute() == 0 {
                    "%a %-d"
                } else {
                    "%H:%M"
                };
                ticks.push((at, place, clock.written(at, form)));
            }
            local = local.saturating_add(step.minutes());
        }
        ticks.into_iter().map(|(_, place, word)| (place, word)).collect()
    }
}

/// From when to when a night's run worked, as far as anything of it is known.
fn work(night: &Night) -> Option<(Timestamp, Timestamp)> {
    let ran = night.ran?;
    Some((ran.began(), ran.ended().unwrap_or_else(|| last_known(night, ran.began()))))
}

/// The last instant of which something is known.
pub(super) fn last_known(night: &Night, began: Timestamp) -> Timestamp {
    let acts = night.acts.iter().map(|act| act.at);
    let lag = night.lag.points().iter().map(|(at, _)| *at);
    let messages = night.messages.iter().map(|message| message.at);
    acts.chain(lag).chain(messages).chain(night.ran.and_then(Span::ended)).fold(began, Timestamp::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Ending;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night(window: Option<(&str, &str)>, ran: (&str, &str)) -> Night {
        let ran = Span::between(at(ran.0), at(ran.1));
        let window = window.map(|(opens, closes)| Span::between(at(opens), at(closes)));
        Night { window, ..Night::new(Ending::GoesOn { next: String::new() }, Some(ran)) }
    }

    fn words(axis: Axis, zone: &TimeZone) -> Vec<String> {
        let clock = Clock::of(zone, [axis.from, axis.to].into_iter());
        axis.ticks(clock).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn a_short_run_in_a_long_window_is_drawn_alone() {
        let window = Some(("2026-11-20T21:00:00Z", "2026-11-21T04:00:00Z"));
        let long = night(window, ("2026-11-20T21:00:00Z", "2026-11-20T23:00:00Z"));
        let axis = Axis::of(&long).unwrap();
        assert_eq!((axis.from, axis.to), (at("2026-11-20T21:00:00Z"), at("2026-11-21T04:00:00Z")));
        let short = night(window, ("2026-11-20T21:00:00Z", "2026-11-20T21:10:00Z"));
        let axis = Axis::of(&short).unwrap();
        assert_eq!((axis.from, axis.to), (at("2026-11-20T20:59:00Z"), at("2026-11-20T21:11:00Z")));
        let close = Span::between(at("2026-11-20T21:00:00Z"), at("2026-11-21T04:00:00Z"));
        let (from, length) = axis.stretch(close, axis.to).unwrap();
        assert!((from + length - 100.0).abs() < 0.01, "what goes on is cut at the edge");
        assert_eq!(axis.place(at("2026-11-21T04:00:00Z")), None);
    }

    #[test]
    fn ticks_are_few_and_stand_on_full_hours_of_the_clock() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let axis = Axis { from: at("2026-11-20T21:00:00Z"), to: at("2026-11-21T04:00:00Z") };
        assert_eq!(words(axis, &berlin), ["22:00", "Sat 21", "02:00", "04:00"]);
        let india = TimeZone::get("Asia/Kolkata").unwrap();
        assert_eq!(words(axis, &india), ["04:00", "06:00", "08:00"]);
        let fold = Axis { from: at("2026-10-24T22:00:00Z"), to: at("2026-10-25T03:00:00Z") };
        assert_eq!(words(fold, &berlin), ["Sun 25", "01:00", "02:00", "03:00", "04:00"]);
        let days = Axis { from: at("2026-11-20T21:00:00Z"), to: at("2026-12-03T04:00:00Z") };
        let days = words(days, &berlin);
        assert!(days.len() <= 7 && days.contains(&"Sun 22".to_owned()), "{days:?}");
    }

    #[test]
    fn a_run_without_a_length_is_drawn_all_the_same() {
        let axis = Axis::of(&night(None, ("2026-11-20T21:00:00Z", "2026-11-20T21:00:00Z"))).unwrap();
        assert_eq!(axis.to.duration_since(axis.from), SignedDuration::from_secs(72));
    }
}
