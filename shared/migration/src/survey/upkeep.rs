//! What AWS does to a replication instance by a date of its own, against the window of a plan: maintenance that waits for
//! the instance, and the end of its version of DMS.

use jiff::Timestamp;

use crate::survey::maintenance::Weekly;
use crate::survey::resources::Instance;
use crate::time::clock::on_the_clock_of;
use crate::time::graces::LONGEST_RUN;
use crate::time::window::{self, Opening};
use plan::Plan;
use plan::finding::{Code, Findings};
use plan::located::quoted;

/// A maintenance action that waits for an instance, as DescribePendingMaintenanceActions shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingAction {
    /// DMS's word for it, such as `db-upgrade`.
    pub action: String,
    /// What DMS says that it is.
    pub description: Option<String>,
    /// It is applied in the first weekly maintenance after this instant.
    pub auto_applied_after: Option<Timestamp>,
    /// It is applied then, whatever the weekly maintenance is.
    pub forced: Option<Timestamp>,
    /// When it is applied, after all that was asked for.
    pub current: Option<Timestamp>,
}

/// A version of DMS, as DescribeEngineVersions shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineVersion {
    /// Its number, such as `3.5.4`.
    pub version: String,
    /// When an instance with `AutoMinorVersionUpgrade` is upgraded from it.
    pub auto_upgrade: Option<Timestamp>,
    /// When every instance is upgraded from it.
    pub force_upgrade: Option<Timestamp>,
}

/// Warns of each maintenance action that comes inside a window of the plan, or before the next one.
pub fn check_actions(
    path: &str,
    plan: &Plan,
    instance: &Instance,
    actions: &[PendingAction],
    now: Timestamp,
    findings: &mut Findings,
) {
    let work = Work::of(plan, now);
    for action in actions {
        let weekly = || Weekly::read(&instance.maintenance)?.next(action.auto_applied_after?.max(now));
        let dates = [
            (action.forced, "is forced", "whatever its maintenance window is"),
            (action.current, "is applied", "as DMS has it now"),
            (weekly(), "is applied", "in its first weekly maintenance after the date that DMS names"),
        ];
        let Some((what, why, when)) = work.first(dates) else { continue };
        let description = action.description.as_deref().filter(|text| !text.is_empty());
        findings.add(
            path,
            Code::MaintenancePending,
            format!(
                "the maintenance {}{} of the replication instance {what} {when}, {why}: it may restart the instance, and the load \
                 with it; apply it before, with the tasks stopped, or move the window",
                quoted(&action.action),
                description.map(|text| format!(" ({})", quoted(text))).unwrap_or_default(),
            ),
        );
    }
}

/// Warns when the version of the instance ends inside a window of the plan, or before the next one.
pub fn check_version(
    path: &str,
    plan: &Plan,
    instance: &Instance,
    versions: &[EngineVersion],
    now: Timestamp,
    findings: &mut Findings,
) {
    let Some(version) = versions.iter().find(|version| version.version == instance.engine_version) else {
        return;
    };
    let dates = [
        (version.force_upgrade, "is forced", "for every instance of this version"),
        (
            version.auto_upgrade.filter(|_| instance.upgrades_itself),
            "begins",
            "since the instance has AutoMinorVersionUpgrade",
        ),
    ];
    let Some((what, why, when)) = Work::of(plan, now).first(dates) else { return };
    findings.add(
        path,
        Code::EngineVersionEnds,
        format!(
            "the upgrade of the replication instance from version {} {what} {when}, {why}: its tasks are stopped for it, and go on \
             with another version; upgrade it before, with the tasks stopped, or move the window",
            quoted(&version.version),
        ),
    );
}

/// When a run of the plan may be at work, as far ahead as it is looked.
struct Work<'a> {
    plan: &'a Plan,
    now: Timestamp,
    /// Each from its beginning to its end, the first one first.
    spans: Vec<(Timestamp, Timestamp)>,
    windowed: bool,
}

impl Work<'_> {
    /// The openings of the week from now, or else the next one. Without a window a run that begins now may last as long
    /// as a run lasts.
    fn of(plan: &Plan, now: Timestamp) -> Work<'_> {
        let Some(plan_window) = &plan.window else {
            let end = now.saturating_add(LONGEST_RUN).unwrap_or(now);
            return Work { plan, now, spans: vec![(now, end)], windowed: false };
        };
        let mut spans = window::this_week(plan_window, plan.scheduled_time, now);
        if let (true, Opening::Shut { next: Some(next) }) =
            (spans.is_empty(), window::at(plan_window, plan.scheduled_time, now))
            && let Opening::Open { opened, closes } = window::at(plan_window, plan.scheduled_time, next)
        {
            spans.push((opened, closes));
        }
        Work { plan, now, spans, windowed: true }
    }

    /// The earliest of these dates that matters: with what is said beside it, and where it falls in words.
    fn first<const N: usize>(
        &self,
        dates: [(Option<Timestamp>, &'static str, &'static str); N],
    ) -> Option<(&'static str, &'static str, String)> {
        let met =
            dates.into_iter().filter_map(|(date, what, why)| Some((date?, what, why, self.meets(date?)?)));
        let (_, what, why, when) = met.min_by_key(|(date, ..)| *date)?;
        Some((what, why, when))
    }

    /// Where a date falls, in words: it has passed, it is inside a window, or before one. One that comes after the last
    /// window that is looked at has its time.
    fn meets(&self, date: Timestamp) -> Option<String> {
        let at = on_the_clock_of(self.plan, date);
        let (opened, closes) = *self.spans.iter().find(|(_, closes)| date < *closes)?;
        let (opens, shuts) = (on_the_clock_of(self.plan, opened), on_the_clock_of(self.plan, closes));
        Some(if date <= self.now {
            format!("since {at}, so at any moment")
        } else if !self.windowed {
            format!("at {at}, within the time until {shuts} that a run without a window may take")
        } else if date < opened {
            format!("at {at}, before the window from {opens} to {shuts}")
        } else {
            format!("at {at}, inside the window from {opens} to {shuts}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::read;
    use serde_json::{Value, json};

    /// Noon of a Friday.
    const NOON: &str = "2026-11-20T11:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn plan(window: &Value) -> Plan {
        let task = "arn:aws:dms:us-east-1:123456789012:task:A";
        let mut input = json!({"Task": {"ReplicationTaskArn": task}, "Window": window});
        if window.is_null() {
            input.as_object_mut().unwrap().remove("Window");
        }
        read::read(&input).plan.expect("a good plan")
    }

    fn nightly() -> Value {
        json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin"})
    }

    fn on(days: &[&str]) -> Value {
        let mut window = nightly();
        window["Days"] = json!(days);
        window
    }

    fn instance() -> Instance {
        Instance {
            engine_version: "3.5.4".to_owned(),
            maintenance: "sun:01:00-sun:01:30".to_owned(),
            upgrades_itself: true,
            ..Instance::default()
        }
    }

    fn message(findings: Findings) -> Option<String> {
        findings.into_sorted().pop().map(|finding| finding.message)
    }

    fn action(window: &Value, action: PendingAction) -> Option<String> {
        let mut findings = Findings::default();
        check_actions("/Task", &plan(window), &instance(), &[action], at(NOON), &mut findings);
        message(findings)
    }

    fn forced(date: &str) -> PendingAction {
        PendingAction { action: "db-upgrade".to_owned(), forced: Some(at(date)), ..PendingAction::default() }
    }

    #[test]
    fn a_date_counts_inside_a_window_and_before_the_next_one() {
        for (fact, window, date, words) in [
            (
                "in this night",
                on(&["Fri"]),
                "2026-11-20T23:00:00Z",
                Some("inside the window from 2026-11-20 22:00 CET to 2026-11-21 05:00 CET"),
            ),
            (
                "at its opening",
                on(&["Fri"]),
                "2026-11-20T21:00:00Z",
                Some("inside the window from 2026-11-20 22:00 CET"),
            ),
            (
                "before it",
                on(&["Fri"]),
                "2026-11-20T20:59:59Z",
                Some("before the window from 2026-11-20 22:00 CET"),
            ),
            ("at its close", on(&["Fri"]), "2026-11-21T04:00:00Z", None),
            (
                "between two nights",
                nightly(),
                "2026-11-21T12:00:00Z",
                Some("before the window from 2026-11-21 22:00 CET"),
            ),
            ("after the week", nightly(), "2026-11-28T12:00:00Z", None),
            (
                "it has passed",
                nightly(),
                "2026-11-01T00:00:00Z",
                Some("is forced since 2026-11-01 01:00 CET, so at any moment"),
            ),
            (
                "without a window, while a run may last",
                Value::Null,
                "2026-12-03T22:59:59Z",
                Some("that a run without a window may take"),
            ),
            ("without a window, later", Value::Null, "2026-12-03T23:00:00Z", None),
            (
                "in the time of a span",
                json!({"Duration": "PT7H"}),
                "2026-11-20T17:59:59Z",
                Some("inside the window from 2026-11-20 11:00 UTC"),
            ),
            ("after a span", json!({"Duration": "PT7H"}), "2026-11-20T18:00:00Z", None),
        ] {
            let found = action(&window, forced(date));
            let holds = match words {
                Some(words) => found.as_deref().is_some_and(|found| found.contains(words)),
                None => found.is_none(),
            };
            assert!(holds, "{fact}: {found:?}");
        }
    }

    #[test]
    fn a_window_that_opens_next_after_a_week_is_looked_at_too() {
        let mut far = on(&["Fri"]);
        far["Except"] = json!(["2026-11-20", "2026-11-27"]);
        let found = action(&far, forced("2026-11-30T00:00:00Z")).unwrap();
        assert!(found.contains("before the window from 2026-12-04 22:00 CET"), "{found}");
        assert_eq!(action(&far, forced("2026-12-05T04:00:00Z")), None);
    }

    #[test]
    fn the_first_date_that_matters_is_told() {
        let all = |forced: Option<&str>, current: Option<&str>, after: Option<&str>| PendingAction {
            action: "system-update".to_owned(),
            description: Some("New \n patch".to_owned()),
            forced: forced.map(at),
            current: current.map(at),
            auto_applied_after: after.map(at),
        };
        let (night, later, never) = ("2026-11-20T22:00:00Z", "2026-11-21T22:00:00Z", "2027-01-01T00:00:00Z");
        for (dates, words) in [
            (all(Some(night), Some(later), None), Some("is forced at 2026-11-20 23:00 CET")),
            (all(Some(never), Some(later), None), Some("is applied at 2026-11-21 23:00 CET")),
            (
                all(Some(never), None, Some("2026-11-01T00:00:00Z")),
                Some("is applied at 2026-11-22 02:00 CET"),
            ),
            (all(None, None, Some("2026-11-22T01:00:00Z")), Some("is applied at 2026-11-22 02:00 CET")),
            (all(None, None, Some("2026-11-22T01:00:01Z")), None),
            (all(None, None, None), None),
            (all(Some(never), Some(never), Some(never)), None),
        ] {
            // Saturday's night is the last one that is looked at.
            let found = action(&on(&["Fri", "Sat"]), dates.clone());
            match words {
                Some(words) => assert!(found.as_deref().unwrap().contains(words), "{dates:?}: {found:?}"),
                None => assert_eq!(found, None, "{dates:?}"),
            }
            if let Some(found) = found {
                assert!(found.contains(r#""system-update" ("New \n patch")"#), "{found}");
            }
        }
    }

    #[test]
    fn only_the_version_of_the_instance_counts_and_a_minor_upgrade_only_where_it_is_wanted() {
        let ends = |version: &str, forced: Option<&str>, automatic: Option<&str>| EngineVersion {
            version: version.to_owned(),
            force_upgrade: forced.map(at),
            auto_upgrade: automatic.map(at),
        };
        let night = Some("2026-11-20T22:00:00Z");
        for (fact, version, upgrades_itself, words) in [
            ("forced", ends("3.5.4", night, None), false, Some("is forced at 2026-11-20 23:00 CET")),
            ("another version", ends("3.5.3", night, night), true, None),
            ("by itself", ends("3.5.4", None, night), true, Some("begins at 2026-11-20 23:00 CET")),
            ("not wanted", ends("3.5.4", None, night), false, None),
            ("next year", ends("3.5.4", Some("2027-03-31T00:00:00Z"), None), true, None),
            ("no date", ends("3.5.4", None, None), true, None),
        ] {
            let mut findings = Findings::default();
            let instance = Instance { upgrades_itself, ..instance() };
            let versions = [ends("3.6.1", night, night), version];
            check_version("/Task", &plan(&nightly()), &instance, &versions, at(NOON), &mut findings);
            let found = message(findings);
            match words {
                Some(words) => {
                    assert!(found.as_deref().is_some_and(|found| found.contains(words)), "{fact}: {found:?}")
                }
                None => assert_eq!(found, None, "{fact}"),
            }
        }
    }
}
