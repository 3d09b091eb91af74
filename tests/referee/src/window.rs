//! When a plan's window closes, computed from the plan's JSON and the zone's clock alone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan};
use serde_json::Value;

/// So long before its window opens an execution may begin: it waits for the opening.
const BEGINS_BEFORE: SignedDuration = SignedDuration::from_secs(60);

/// The window in which an execution works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub opened: Timestamp,
    pub closes: Timestamp,
    /// When a task that is stopped at the close is asked to stop.
    pub stop_due: Timestamp,
}

/// What the plan allows an execution that begins then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// There is no window.
    Always,
    In(Window),
    /// The window is shut.
    Never,
}

impl Allowed {
    pub fn window(self) -> Option<Window> {
        match self {
            Allowed::In(window) => Some(window),
            _ => None,
        }
    }
}

pub fn of(plan: &Value, began: Timestamp) -> Allowed {
    let Some(window) = plan.get("Window").filter(|window| !window.is_null()) else { return Allowed::Always };
    let text = |name: &str| window.get(name).and_then(Value::as_str);
    let lead = text("StopLead").and_then(length).unwrap_or_default();
    let open_at = |now: Timestamp| {
        let found = match text("Duration").and_then(length) {
            Some(lasts) => {
                let opened = scheduled(plan).unwrap_or(began);
                Some((opened, opened + lasts))
            }
            None => hours(window, now),
        };
        found.filter(|(opened, closes)| *opened <= now && now < *closes)
    };
    let soon = open_at(began + BEGINS_BEFORE).filter(|(opened, _)| *opened > began);
    match soon.or_else(|| open_at(began)) {
        Some((opened, closes)) => Allowed::In(Window { opened, closes, stop_due: closes - lead }),
        None => Allowed::Never,
    }
}

/// The instant that EventBridge Scheduler has put into the plan.
pub fn scheduled(plan: &Value) -> Option<Timestamp> {
    plan.get("ScheduledTime")?.as_str()?.parse().ok()
}

fn length(text: &str) -> Option<SignedDuration> {
    text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// The opening that is under way at this instant, by hours of the day.
fn hours(window: &Value, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let text = |name: &str| window.get(name).and_then(Value::as_str);
    let listed = |name: &str| window.get(name).and_then(Value::as_array);
    let zone = TimeZone::get(text("TimeZone")?).ok()?;
    let time = |name: &str| text(name)?.parse::<Time>().ok();
    let (opens, closes) = (time("Opens")?, time("Closes")?);
    let today = zone.to_datetime(now).date();
    (-2..=1).filter_map(|ahead: i32| today.checked_add(ahead.days()).ok()).find_map(|date: Date| {
        let weekday = date.strftime("%a").to_string();
        let among = listed("Days").is_none_or(|days| days.iter().any(|day| day == weekday.as_str()));
        let except =
            listed("Except").is_some_and(|dates| dates.iter().any(|day| day == date.to_string().as_str()));
        if !among || except {
            return None;
        }
        let until = if closes > opens { date } else { date.tomorrow().ok()? };
        let (opened, closes) = (first_at(&zone, date, opens)?, first_at(&zone, until, closes)?);
        (opened <= now && now < closes).then_some((opened, closes))
    })
}

/// The first instant at which the clocks show this time of this date, or a later one: the first coming of a time that
/// comes twice, and the change itself for one that is skipped.
fn first_at(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    let wanted = DateTime::from_parts(date, time);
    // No clock is more than fifteen hours from UTC.
    let from = TimeZone::UTC.to_timestamp(wanted).ok()? - SignedDuration::from_hours(15);
    (0..=30 * 60)
        .map(|minute| from + SignedDuration::from_mins(minute))
        .find(|at| zone.to_datetime(*at) >= wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn closes(plan: &Value, began: &str) -> Option<String> {
        of(plan, at(began)).window().map(|window| window.closes.to_string())
    }

    #[test]
    fn a_night_in_berlin_closes_by_the_clocks_of_berlin() {
        let plan = json!({"Window": {"Opens": "22:00", "Closes": "02:30", "TimeZone": "Europe/Berlin",
            "Days": ["Sat"], "Except": ["2026-11-07"]}});
        // The hour that is skipped stands for the change, the one that comes twice for its first coming.
        for (began, expected) in [
            ("2026-03-28T22:00:00Z", Some("2026-03-29T01:00:00Z")),
            ("2026-10-24T22:00:00Z", Some("2026-10-25T00:30:00Z")),
            ("2026-11-14T21:00:00Z", Some("2026-11-15T01:30:00Z")),
            ("2026-11-14T20:59:59Z", Some("2026-11-15T01:30:00Z")),
            ("2026-11-14T20:58:59Z", None),
            ("2026-11-15T01:30:00Z", None),
            ("2026-11-15T23:00:00Z", None),
            ("2026-11-07T23:00:00Z", None),
        ] {
            assert_eq!(closes(&plan, began).as_deref(), expected, "{began}");
        }
    }

    #[test]
    fn a_span_counts_from_the_scheduled_time() {
        let plan = json!({"ScheduledTime": "2026-11-20T22:00:00Z", "Window": {"Duration": "PT7H", "StopLead": "PT10M"}});
        let Allowed::In(window) = of(&plan, at("2026-11-20T22:14:00Z")) else { panic!("it is open") };
        assert_eq!(window.closes, at("2026-11-21T05:00:00Z"));
        assert_eq!(window.stop_due, at("2026-11-21T04:50:00Z"));
        assert_eq!(of(&plan, at("2026-11-21T05:00:00Z")), Allowed::Never);
        assert_eq!(of(&json!({}), at("2026-11-21T05:00:00Z")), Allowed::Always);
        let by_hand =
            json!({"ScheduledTime": "<aws.scheduler.scheduled-time>", "Window": {"Duration": "P1DT1H"}});
        assert_eq!(closes(&by_hand, "2026-11-20T22:00:00Z").as_deref(), Some("2026-11-21T23:00:00Z"));
    }
}
