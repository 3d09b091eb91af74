//! Times as the page shows them: on the clock of the plan's window, and on no other.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use migration::message::numbers::in_words;

/// The clock of a page.
#[derive(Clone, Copy)]
pub(super) struct Clock<'z> {
    zone: &'z TimeZone,
    /// Clocks change while the page goes on: a time of day may come twice, and is told with the zone's name.
    changes: bool,
}

impl<'z> Clock<'z> {
    /// The clock of this zone, for a page about what happened between these instants.
    pub(super) fn of(zone: &'z TimeZone, instants: impl Iterator<Item = Timestamp> + Clone) -> Clock<'z> {
        let (first, last) = (instants.clone().min(), instants.max());
        let changes = first.zip(last).is_some_and(|(first, last)| change(zone, first, last).is_some());
        Clock { zone, changes }
    }

    /// The zone.
    pub(super) fn zone(self) -> &'z TimeZone {
        self.zone
    }

    /// What the zone is called, with what clocks in it say at this instant: `Europe/Berlin (CET)`.
    pub(super) fn called(self, at: Timestamp) -> String {
        let name = self.zone.iana_name().unwrap_or("UTC");
        let short = self.written(at, "%Z");
        if name == short { short } else { format!("{name} ({short})") }
    }

    /// When clocks change between these instants, in words.
    pub(super) fn change(self, from: Timestamp, to: Timestamp) -> Option<String> {
        let at = change(self.zone, from, to)?;
        let before = at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(at);
        let (hour, old, new) =
            (self.written(at, "%H:%M"), self.written(before, "%Z"), self.written(at, "%Z"));
        Some(format!("Clocks change from {old} to {new}, and show {hour} then."))
    }

    /// An instant to the minute: `Fri 22:00`.
    pub(super) fn minute(self, at: Timestamp) -> String {
        self.written(at, if self.changes { "%a %H:%M %Z" } else { "%a %H:%M" })
    }

    /// An instant to the second: `Fri 22:00:05`.
    pub(super) fn second(self, at: Timestamp) -> String {
        self.written(at, if self.changes { "%a %H:%M:%S %Z" } else { "%a %H:%M:%S" })
    }

    /// An instant to the second, marked up as one.
    pub(super) fn time(self, at: Timestamp) -> Markup {
        html! { time datetime=(self.machines(at)) title=(self.full(at)) { (self.second(at)) } }
    }

    /// An instant with its date, marked up as one.
    pub(super) fn date(self, at: Timestamp) -> Markup {
        html! { time datetime=(self.machines(at)) { (self.full(at)) } }
    }

    /// The day of an instant: `Fri 20 November 2026`.
    pub(super) fn day(self, at: Timestamp) -> String {
        self.written(at, "%a %-d %B %Y")
    }

    fn full(self, at: Timestamp) -> String {
        self.written(at, "%a %Y-%m-%d %H:%M:%S %Z")
    }

    fn machines(self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// An instant in a form of strftime.
    pub(super) fn written(self, at: Timestamp, form: &str) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime(form).to_string()
    }
}

/// How long something was; a round number of its largest unit without the next one: `7 h`, `20 min`.
pub(super) fn length(span: SignedDuration) -> String {
    let words = in_words(span);
    let round = words.strip_suffix(" 0 min").or_else(|| words.strip_suffix(" 0 s"));
    round.filter(|round| !round.is_empty()).map(str::to_owned).unwrap_or(words)
}

/// The first instant after one and up to the other at which clocks change.
fn change(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
    let offset = |at: Timestamp| zone.to_offset(at);
    let changes = zone.following(from).map(|change| change.timestamp()).take_while(|at| *at <= to);
    let second = SignedDuration::from_secs(1);
    changes.take(4).find(|at| offset(*at) != offset(at.saturating_sub(second).unwrap_or(*at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_length_is_one_number() {
        let lengths =
            [7 * 3_600, 7 * 3_600 + 120, 1_200, 65, 5, 0].map(SignedDuration::from_secs).map(length);
        assert_eq!(lengths, ["7 h", "7 h 2 min", "20 min", "1 min 5 s", "5 s", "0 s"]);
    }

    #[test]
    fn a_time_that_comes_twice_is_told_with_the_name_of_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let evening = at("2026-10-24T20:00:00Z");
        let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
        let clock = Clock::of(&zone, [evening, second].into_iter());
        assert_eq!(clock.minute(first), "Sun 02:30 CEST");
        assert_eq!(clock.minute(second), "Sun 02:30 CET");
        assert_eq!(clock.called(first), "Europe/Berlin (CEST)");
        let told = clock.change(evening, second).unwrap();
        assert_eq!(told, "Clocks change from CEST to CET, and show 02:00 then.");
        let before = Clock::of(&zone, [evening, first].into_iter());
        assert_eq!(before.second(evening), "Sat 22:00:00");
        assert_eq!(before.change(evening, first), None);
        assert!(before.time(evening).into_string().contains("datetime=\"2026-10-24T22:00:00+02:00\""));
        assert_eq!(Clock::of(&TimeZone::UTC, [].into_iter()).called(first), "UTC");
    }
}
