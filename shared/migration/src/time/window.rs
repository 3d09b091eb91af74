//! What a window means at a given instant: is it open, when does it close, when does it open next.
//!
//! Local times are turned into instants once. A time that a clock change skips stands for the instant of the change;
//! a time that comes twice stands for its first coming.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use plan::window::{Hours, When, Window};

use super::graces::{OPENS_WITHIN, START_MARGIN};

/// How far ahead the next opening is looked for; a window on one day of the week with a few exceptions is found.
const DAYS_AHEAD: i32 = 60;

/// A window's answer for one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is open.
    Open {
        /// When it opened; for a run that begins moments before, when it will.
        opened: Timestamp,
        /// When it closes; always later than the instant that was asked about.
        closes: Timestamp,
    },
    /// It is shut.
    Shut {
        /// When it opens next, where that can be said.
        next: Option<Timestamp>,
    },
}

/// Says whether a run may work at `now`. `scheduled` is the instant for which EventBridge Scheduler started it: a span
/// counts from there, so that a late start does not move the close.
pub fn at(window: &Window, scheduled: Option<Timestamp>, now: Timestamp) -> Opening {
    match &window.when {
        When::Duration(duration) => {
            let opened = scheduled.unwrap_or(now);
            match opened.checked_add(*duration) {
                Ok(closes) if opened <= now && now < closes => Opening::Open { opened, closes },
                _ => Opening::Shut { next: (opened > now).then_some(opened) },
            }
        }
        When::Hours(hours) => hours_at(hours, now),
    }
}

/// As [`at`], for a run that begins at `now`. One that comes moments before an opening is that opening's, also where the
/// one before it closes just then: there would be no time left in it.
pub fn at_the_beginning(window: &Window, scheduled: Option<Timestamp>, now: Timestamp) -> Opening {
    let soon = now.saturating_add(OPENS_WITHIN).unwrap_or(now);
    match at(window, scheduled.or(Some(now)), soon) {
        Opening::Open { opened, closes } if opened > now => Opening::Open { opened, closes },
        Opening::Open { .. } | Opening::Shut { .. } => at(window, scheduled, now),
    }
}

/// With less than this before the end of a run's time nothing is started.
pub fn least_left(window: Option<&Window>) -> SignedDuration {
    let minimum = window.map_or(0, |window| i64::from(window.minimum_minutes));
    SignedDuration::from_mins(minimum).max(START_MARGIN)
}

/// How far ahead [`this_week`] looks.
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When the window opens, and closes, in the week from `now`: the opening under way first, where there is one. Of a
/// span only the one opening is known, whatever schedule repeats it.
pub fn this_week(
    window: &Window,
    scheduled: Option<Timestamp>,
    now: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let soon = |(opened, _): &(Timestamp, Timestamp)| opened.duration_since(now) < A_WEEK;
    match &window.when {
        When::Duration(duration) => {
            span(scheduled.unwrap_or(now), *duration, now).filter(soon).into_iter().collect()
        }
        When::Hours(hours) => openings(hours, now).take_while(soon).collect(),
    }
}

/// The openings of a window that has hours, each with its close: the one under way at `now` first, where there is one,
/// and those of the next two months.
pub fn openings(hours: &Hours, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    // The name was looked up when the plan was read; a database without it shuts the window rather than guess.
    let zone = TimeZone::get(&hours.time_zone).ok();
    let today = zone.clone().map(|zone| now.to_zoned_datetime(zone).date());
    let dates = (-1..DAYS_AHEAD).filter_map(move |ahead| today?.checked_add(ahead.days()).ok());
    dates
        .filter_map(move |date| occurrence(hours, zone.as_ref()?, date))
        .filter(move |(opened, closes)| opened < closes && now < *closes)
}

/// The opening of a span, where it is not over.
fn span(opened: Timestamp, duration: SignedDuration, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let closes = opened.checked_add(duration).ok()?;
    (opened < closes && now < closes).then_some((opened, closes))
}

/// An instant without its fraction: Choice states compare whole seconds, and nobody reads nanoseconds.
pub fn whole_seconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

fn hours_at(hours: &Hours, now: Timestamp) -> Opening {
    match openings(hours, now).next() {
        Some((opened, closes)) if opened <= now => Opening::Open { opened, closes },
        first => Opening::Shut { next: first.map(|(opened, _)| opened) },
    }
}

/// The window that opens on this date, if one does.
fn occurrence(hours: &Hours, zone: &TimeZone, date: Date) -> Option<(Timestamp, Timestamp)> {
    if !hours.days.contains(&date.weekday().into()) || hours.except.contains(&date) {
        return None;
    }
    let closing_date = if hours.closes > hours.opens { date } else { date.tomorrow().ok()? };
    Some((instant(zone, date, hours.opens)?, instant(zone, closing_date, hours.closes)?))
}

/// The instant of a local time: in a gap the instant of the clock change, in a fold the first of the two.
fn instant(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    let local = DateTime::from_parts(date, time);
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
        AmbiguousOffset::Gap { after, .. } => {
            let earlier = after.to_timestamp(local).ok()?;
            let just_before = earlier.checked_sub(SignedDuration::from_secs(1)).ok()?;
            zone.following(just_before).next().map(|change| change.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::window::Day;
    use proptest::prelude::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hours(opens: &str, closes: &str) -> Hours {
        Hours {
            opens: opens.parse().unwrap(),
            closes: closes.parse().unwrap(),
            time_zone: "Europe/Berlin".to_owned(),
            days: Day::WORDS.iter().map(|(_, day)| *day).collect(),
            except: vec![],
        }
    }

    fn open(opened: &str, closes: &str) -> Opening {
        Opening::Open { opened: ts(opened), closes: ts(closes) }
    }

    #[test]
    fn a_night_over_midnight_belongs_to_the_day_it_opens_on() {
        let mut hours = hours("22:00:00", "05:00:00");
        hours.days = vec![Day::Fri];
        // Friday 2026-11-20, CET.
        let night = open("2026-11-20T21:00:00Z", "2026-11-21T04:00:00Z");
        assert_eq!(hours_at(&hours, ts("2026-11-20T21:00:00Z")), night);
        assert_eq!(hours_at(&hours, ts("2026-11-21T03:59:59Z")), night);
        let shut = Opening::Shut { next: Some(ts("2026-11-27T21:00:00Z")) };
        assert_eq!(hours_at(&hours, ts("2026-11-21T04:00:00Z")), shut);
        assert_eq!(hours_at(&hours, ts("2026-11-21T22:00:00Z")), shut);
    }

    #[test]
    fn an_exception_shuts_its_night_and_no_other() {
        let mut hours = hours("22:00:00", "05:00:00");
        hours.except = vec!["2026-12-24".parse().unwrap()];
        assert_eq!(
            hours_at(&hours, ts("2026-12-24T22:00:00Z")),
            Opening::Shut { next: Some(ts("2026-12-25T21:00:00Z")) }
        );
        assert!(matches!(hours_at(&hours, ts("2026-12-24T02:00:00Z")), Opening::Open { .. }));
    }

    #[test]
    fn the_night_clocks_go_back_is_an_hour_longer_and_closes_at_the_first_of_two() {
        let longer = hours("22:00:00", "05:00:00");
        assert_eq!(
            hours_at(&longer, ts("2026-10-25T00:30:00Z")),
            open("2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z")
        );
        let in_the_fold = hours("22:00:00", "02:30:00");
        assert_eq!(
            hours_at(&in_the_fold, ts("2026-10-25T00:00:00Z")),
            open("2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z")
        );
    }

    #[test]
    fn a_close_that_the_clocks_skip_is_the_instant_of_the_change() {
        let in_the_gap = hours("22:00:00", "02:30:00");
        assert_eq!(
            hours_at(&in_the_gap, ts("2027-03-28T00:00:00Z")),
            open("2027-03-27T21:00:00Z", "2027-03-28T01:00:00Z")
        );
    }

    #[test]
    fn a_window_wholly_in_the_gap_does_not_open_that_night() {
        let skipped = hours("02:10:00", "02:50:00");
        assert_eq!(
            hours_at(&skipped, ts("2027-03-28T00:59:59Z")),
            Opening::Shut { next: Some(ts("2027-03-29T00:10:00Z")) }
        );
    }

    #[test]
    fn a_span_counts_from_the_scheduled_time_and_a_late_retry_finds_it_shut() {
        let window = Window {
            when: When::Duration(SignedDuration::from_hours(2)),
            at_close: None,
            stop_lead: SignedDuration::ZERO,
            minimum_minutes: 0,
        };
        let scheduled = Some(ts("2026-11-20T21:00:00Z"));
        assert_eq!(
            at(&window, scheduled, ts("2026-11-20T21:40:00Z")),
            open("2026-11-20T21:00:00Z", "2026-11-20T23:00:00Z")
        );
        assert_eq!(at(&window, scheduled, ts("2026-11-20T23:00:00Z")), Opening::Shut { next: None });
    }

    proptest! {
        #[test]
        fn an_open_window_contains_now_and_a_shut_one_opens_later(
            opens in 0i8..24, closes in 0i8..24, minute in 0i8..60, second in 1_700_000_000i64..1_900_000_000,
        ) {
            let mut hours = hours("00:00:00", "00:00:00");
            hours.opens = Time::new(opens, minute, 0, 0).unwrap();
            hours.closes = Time::new(closes, 0, 0, 0).unwrap();
            let now = Timestamp::from_second(second).unwrap();
            match hours_at(&hours, now) {
                Opening::Open { opened, closes } => {
                    prop_assert!(opened <= now && now < closes);
                    prop_assert!(closes.duration_since(opened) <= SignedDuration::from_hours(25));
                }
                Opening::Shut { next } => prop_assert!(next.is_some_and(|next| next > now)),
            }
        }
    }
}
