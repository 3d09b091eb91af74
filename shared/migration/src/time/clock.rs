//! The clock on which people read a run: that of its window. A message names no instant on another one.
//!
//! The judges write their reasons with it, so that the console, the log and the message say the same.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use plan::Plan;
use plan::window::{When, Window};

/// An instant on the clock of the plan's window, with the zone's name.
pub fn on_the_clock_of(plan: &Plan, instant: Timestamp) -> String {
    on_the_clock(plan.window.as_ref(), instant)
}

/// An instant on a window's clock, to the minute and with the zone's name: `2026-11-21 05:00 CET`. In UTC where no
/// window names a zone.
pub fn on_the_clock(window: Option<&Window>, instant: Timestamp) -> String {
    instant.to_zoned_datetime(zone_of(window)).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// The zone of a window's clock; UTC where no window names one.
pub fn zone_of(window: Option<&Window>) -> TimeZone {
    let zone = window.and_then(|window| match &window.when {
        When::Hours(hours) => TimeZone::get(&hours.time_zone).ok(),
        When::Duration(_) => None,
    });
    zone.unwrap_or(TimeZone::UTC)
}

/// So many minutes, in words.
pub fn in_minutes(minutes: impl Into<i128>) -> String {
    match minutes.into() {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use plan::window::{Day, Hours};

    fn window(when: When) -> Window {
        Window { when, at_close: None, stop_lead: SignedDuration::ZERO, minimum_minutes: 0 }
    }

    fn night(time_zone: &str) -> Window {
        window(When::Hours(Hours {
            opens: "22:00:00".parse().unwrap(),
            closes: "05:00:00".parse().unwrap(),
            time_zone: time_zone.to_owned(),
            days: Day::WORDS.iter().map(|(_, day)| *day).collect(),
            except: vec![],
        }))
    }

    #[test]
    fn an_instant_is_told_on_the_clock_of_the_window() {
        let at =
            |window: Option<Window>, instant: &str| on_the_clock(window.as_ref(), instant.parse().unwrap());
        // The two half past two of the night in which clocks go back.
        assert_eq!(at(Some(night("Europe/Berlin")), "2026-10-25T00:30:15Z"), "2026-10-25 02:30 CEST");
        assert_eq!(at(Some(night("Europe/Berlin")), "2026-10-25T01:30:15Z"), "2026-10-25 02:30 CET");
        assert_eq!(at(Some(night("America/Sao_Paulo")), "2026-10-25T01:30:15Z"), "2026-10-24 22:30 -03");
        let span = window(When::Duration(SignedDuration::from_hours(7)));
        for without_a_zone in [Some(span), Some(night("Atlantis/Capital")), None] {
            assert_eq!(at(without_a_zone, "2026-10-25T01:30:15.7Z"), "2026-10-25 01:30 UTC");
        }
    }

    #[test]
    fn one_minute_is_one() {
        assert_eq!([0, 1, 2].map(in_minutes), ["0 minutes", "1 minute", "2 minutes"]);
    }
}
