//! The weekly maintenance of a replication instance against the window of a plan: an instance that is restarted in the
//! middle of a load restarts the load.

use jiff::Timestamp;

use crate::survey::resources::Instance;
use crate::time::clock::on_the_clock_of;
use crate::time::window;
use plan::Plan;
use plan::finding::{Code, Findings};

const DAY: i64 = 24 * 60 * 60;
const WEEK: i64 = 7 * DAY;

/// The seconds from a Monday's midnight to the epoch, which was on a Thursday.
const MONDAY_TO_EPOCH: i64 = 3 * DAY;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Says when the maintenance of the instance falls into the window, in the week from now.
pub fn check(path: &str, plan: &Plan, instance: &Instance, now: Timestamp, findings: &mut Findings) {
    let Some(plan_window) = &plan.window else { return };
    let Some(weekly) = Weekly::read(&instance.maintenance) else { return };
    let openings = window::this_week(plan_window, plan.scheduled_time, now);
    let Some((opened, closes)) = openings.into_iter().find(|(opened, closes)| weekly.meets(*opened, *closes))
    else {
        return;
    };
    findings.add(
        path,
        Code::MaintenanceInWindow,
        format!(
            "the weekly maintenance of the replication instance ({} UTC) falls into the window from {} to {}: it may restart \
             the instance, and the load with it; move one of the two",
            instance.maintenance,
            on_the_clock_of(plan, opened),
            on_the_clock_of(plan, closes)
        ),
    );
}

/// A span of each week, in seconds from Monday's midnight, in UTC.
pub(super) struct Weekly {
    begins: i64,
    lasts: i64,
}

impl Weekly {
    /// Reads DMS's form, `sun:06:00-sun:14:00`. What has another form says nothing.
    pub(super) fn read(text: &str) -> Option<Weekly> {
        let (begins, ends) = text.split_once('-')?;
        let (begins, ends) = (second_of_week(begins)?, second_of_week(ends)?);
        Some(Weekly { begins, lasts: (ends - begins).rem_euclid(WEEK) })
    }

    /// When it begins next, at or after an instant.
    pub(super) fn next(&self, from: Timestamp) -> Option<Timestamp> {
        let second = (from.as_second() + MONDAY_TO_EPOCH).rem_euclid(WEEK);
        let until = (self.begins - second).rem_euclid(WEEK);
        Timestamp::from_second(from.as_second().checked_add(until)?).ok()
    }

    /// True when the two have a moment in common. The week is a circle: each is looked for from the other's beginning.
    fn meets(&self, opened: Timestamp, closes: Timestamp) -> bool {
        let open = closes.duration_since(opened).as_secs();
        let opens = (opened.as_second() + MONDAY_TO_EPOCH).rem_euclid(WEEK);
        let until_maintenance = (self.begins - opens).rem_euclid(WEEK);
        let since_maintenance = (opens - self.begins).rem_euclid(WEEK);
        self.lasts > 0 && (until_maintenance < open || since_maintenance < self.lasts)
    }
}

fn second_of_week(text: &str) -> Option<i64> {
    let (day, time) = text.trim().split_once(':')?;
    let day = DAYS.iter().position(|known| day.eq_ignore_ascii_case(known))?;
    let (hours, minutes) = time.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes);
    fits.then(|| i64::try_from(day).unwrap_or(0) * DAY + hours * 3600 + minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn found(window: Value, maintenance: &str, now: &str) -> Option<String> {
        let plan = json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Window": window});
        let reading = plan::read::read(&plan);
        let plan = reading.plan.unwrap_or_else(|| panic!("{:?}", reading.findings));
        let instance = Instance { maintenance: maintenance.to_owned(), ..Instance::default() };
        let mut findings = Findings::default();
        check("/Task", &plan, &instance, now.parse().unwrap(), &mut findings);
        findings.into_sorted().pop().map(|finding| finding.message)
    }

    fn night(days: &[&str]) -> Value {
        json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "Days": days})
    }

    #[test]
    fn maintenance_meets_the_window_on_the_clocks_of_both() {
        let every: Vec<&str> = vec!["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        // Noon of a Friday in winter, when Berlin is an hour ahead of UTC, and of one in summer, when it is two.
        let (winter, summer) = ("2026-11-20T11:00:00Z", "2026-07-17T11:00:00Z");
        for (fact, days, maintenance, now, meets) in [
            ("in the middle of a night", &every[..], "sat:01:00-sat:01:30", winter, true),
            ("in the day", &every[..], "sat:06:00-sat:14:00", winter, false),
            ("it ends when the window opens", &every[..], "fri:20:30-fri:21:00", winter, false),
            ("it ends a minute later", &every[..], "fri:20:30-fri:21:01", winter, true),
            ("it begins when the window closes", &every[..], "sat:04:00-sat:04:30", winter, false),
            ("it begins a minute earlier", &every[..], "sat:03:59-sat:04:30", winter, true),
            ("summer time moves the window in UTC", &every[..], "sat:03:00-sat:03:30", summer, false),
            ("and the other end of it", &every[..], "fri:20:00-fri:20:30", summer, true),
            ("in a night on which the window does not open", &["Mon"], "sat:01:00-sat:01:30", winter, false),
            ("in the night of Monday", &["Mon"], "tue:01:00-tue:01:30", winter, true),
            ("over the end of the week", &["Sun"], "sun:23:30-mon:00:30", winter, true),
            ("longer than the night", &["Mon"], "mon:12:00-wed:12:00", winter, true),
            ("capital letters", &every[..], "SAT:01:00-SAT:01:30", winter, true),
            ("no time at all", &every[..], "sat:01:00-sat:01:00", winter, false),
            ("another form", &every[..], "saturdays", winter, false),
            ("another form of the time", &every[..], "sat:25:00-sat:26:00", winter, false),
            ("none", &every[..], "", winter, false),
        ] {
            let found = found(night(days), maintenance, now);
            assert_eq!(found.is_some(), meets, "{fact}: {found:?}");
        }
    }

    #[test]
    fn the_first_opening_that_it_meets_is_named() {
        let message = found(night(&["Fri", "Sat"]), "sat:22:00-sun:04:00", "2026-11-20T11:00:00Z").unwrap();
        assert!(message.contains("from 2026-11-21 22:00 CET to 2026-11-22 05:00 CET"), "{message}");
    }

    #[test]
    fn the_opening_under_way_and_a_span_count_too() {
        let maintenance = "sat:01:00-sat:01:30";
        assert!(found(night(&["Fri"]), maintenance, "2026-11-21T00:30:00Z").is_some());
        assert!(found(json!({"Duration": "PT7H"}), maintenance, "2026-11-20T21:00:00Z").is_some());
        assert!(found(json!({"Duration": "PT7H"}), maintenance, "2026-11-21T02:00:00Z").is_none());
        assert!(found(json!({"Duration": "P10D"}), maintenance, "2026-11-21T02:00:00Z").is_some());
    }

    proptest! {
        #[test]
        fn two_spans_meet_as_their_minutes_do(
            begins in 0i64..7 * 24 * 4, lasts in 0i64..7 * 24 * 4, opens in 0i64..20_000, open in 1i64..13 * 24 * 4,
        ) {
            let quarter = 15 * 60;
            let weekly = Weekly { begins: begins * quarter, lasts: lasts * quarter };
            let opened = Timestamp::from_second(opens * quarter).unwrap();
            let closes = Timestamp::from_second((opens + open) * quarter).unwrap();
            let in_maintenance = |at: i64| (at * quarter + MONDAY_TO_EPOCH - weekly.begins).rem_euclid(WEEK) < weekly.lasts;
            prop_assert_eq!(weekly.meets(opened, closes), (opens..opens + open).any(in_maintenance));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,30}|[a-z]{3}:[0-9]{1,30}:[0-9]{1,3}-[a-z]{3}:[0-9:]{5}") {
            let _ = Weekly::read(&text);
        }
    }
}
