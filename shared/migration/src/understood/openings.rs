//! When the run may work: the next openings of its window, with the close and the length of each.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use plan::Plan;
use plan::window::{Hours, When};
use serde::Serialize;

use crate::time::graces::LONGEST_RUN;
use crate::time::window;

/// How many openings are told.
const TOLD: usize = 3;

/// When a run may work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Openings {
    /// At any time: the plan has no window.
    AnyTime,
    /// For so long from the scheduled time, or from the start of the execution.
    #[serde(rename_all = "PascalCase")]
    Span {
        /// How long, in seconds.
        seconds: i64,
        /// The scheduled time, where the plan states one.
        #[serde(skip_serializing_if = "Option::is_none")]
        scheduled: Option<Timestamp>,
        /// True when that span has passed as this is told.
        is_over: bool,
    },
    /// In the hours of certain days, on the clocks of a zone.
    #[serde(rename_all = "PascalCase")]
    Hours {
        /// IANA name of the zone.
        time_zone: String,
        /// The next ones, the one under way first; none where the window does not open in the next two months.
        next: Vec<Opened>,
    },
}

/// One opening of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Opened {
    /// When it opens, or has opened.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
    /// True when it is open as this is told.
    pub is_open: bool,
}

pub(super) fn openings(plan: &Plan, now: Timestamp) -> Openings {
    let Some(window) = &plan.window else { return Openings::AnyTime };
    match &window.when {
        When::Duration(duration) => {
            let closes = plan.scheduled_time.and_then(|opens| opens.checked_add(*duration).ok());
            let is_over = closes.is_some_and(|closes| closes <= now);
            Openings::Span { seconds: duration.as_secs(), scheduled: plan.scheduled_time, is_over }
        }
        When::Hours(hours) => Openings::Hours { time_zone: hours.time_zone.clone(), next: next(hours, now) },
    }
}

fn next(hours: &Hours, now: Timestamp) -> Vec<Opened> {
    let openings = window::openings(hours, now).take(TOLD);
    openings.map(|(opens, closes)| Opened { opens, closes, is_open: opens <= now }).collect()
}

impl Openings {
    /// In sentences, on the window's own clock.
    pub(super) fn in_words(&self) -> Vec<String> {
        match self {
            Openings::AnyTime => {
                vec![format!("none: the run may work at any time, for {} at most", in_hours(LONGEST_RUN))]
            }
            Openings::Span { seconds, scheduled, is_over } => {
                let length = in_hours(SignedDuration::from_secs(*seconds));
                vec![match scheduled {
                    Some(at) if *is_over => {
                        format!("was open from the ScheduledTime, {at}, for {length}: a run is Skipped now")
                    }
                    Some(at) => format!("opens at the ScheduledTime, {at}, for {length}"),
                    None => format!(
                        "opens at the ScheduledTime that a schedule puts in, else when the execution starts, for {length}"
                    ),
                }]
            }
            Openings::Hours { next, .. } if next.is_empty() => {
                vec!["does not open in the next two months: every run is Skipped".to_owned()]
            }
            Openings::Hours { time_zone, next } => {
                let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
                next.iter().map(|opened| opened.in_words(&zone)).collect()
            }
        }
    }
}

impl Opened {
    fn in_words(&self, zone: &TimeZone) -> String {
        let [opens, closes] = [self.opens, self.closes].map(|at| at.to_zoned_datetime(zone.clone()));
        let verb = if self.is_open { "is open since" } else { "opens" };
        let day = if opens.date() == closes.date() { "" } else { "%a " };
        let zone_of_close =
            if opens.strftime("%Z").to_string() == closes.strftime("%Z").to_string() { "" } else { " %Z" };
        format!(
            "{verb} {}, closes {}, {}",
            opens.strftime("%a %Y-%m-%d %H:%M %Z"),
            closes.strftime(&format!("{day}%H:%M{zone_of_close}")),
            in_hours(self.closes.duration_since(self.opens))
        )
    }
}

/// A length of time in days, hours and minutes: `13 days 12 h`, `7 h 30 min`.
fn in_hours(length: SignedDuration) -> String {
    let minutes = length.as_mins();
    let (days, hours, minutes) = (minutes / 60 / 24, minutes / 60 % 24, minutes % 60);
    // A night is told in hours, also where it is longer than a day.
    let (days, hours) = if days < 3 { (0, hours + 24 * days) } else { (days, hours) };
    let parts = [(days, "days"), (hours, "h"), (minutes, "min")];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if words.is_empty() { format!("{} s", length.as_secs()) } else { words.join(" ") }
}

/// When the next run begins, where that can be said, or `now`.
pub(super) fn next_opening(plan: &Plan, now: Timestamp) -> Timestamp {
    let next = match openings(plan, now) {
        Openings::Hours { next, .. } => next.first().map(|opened| opened.opens),
        Openings::Span { scheduled, .. } => scheduled,
        Openings::AnyTime => None,
    };
    next.unwrap_or(now)
}
