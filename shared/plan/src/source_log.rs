//! Whether a replication that its window stops finds its place in the source's log again when the next window opens (DMS
//! user guide, the sources' requirements for ongoing replication).

use jiff::SignedDuration;

use super::engine::Engine;
use super::window::{AtClose, Day, Hours, When};
use super::{MigrationType, Plan, Then};
use crate::finding::{Code, Findings};

/// What is known offline: the span between two windows, and the engine where the start position shows it.
pub(super) fn check(plan: &Plan, migration_type: &MigrationType, path: &str, findings: &mut Findings) {
    let Some(stopped) = Stopped::by(plan, migration_type) else { return };
    let position = plan.request().and_then(|request| request.cdc_start_position.as_deref());
    let kept = match position.and_then(Engine::of_position) {
        Some(engine) => how_it_is_kept(engine, stopped.hours),
        None => "check how long it does: RDS SQL Server cuts it within minutes, MySQL keeps it for its binlog retention hours, \
                 on PostgreSQL the slot fills the source's disk, Oracle keeps it in archived logs"
            .to_owned(),
    };
    findings.add(
        &format!("{path}{}", stopped.place),
        Code::StoppedReplicationKeepsTheLog,
        format!("{}, and the source must keep its log until then: {kept}", stopped.span()),
    );
}

/// What is known once the source has been seen: whether this engine keeps its log until the next window. `engine` is
/// DMS's word for it; of one that is not known nothing is said.
pub fn check_engine(plan: &Plan, migration_type: &MigrationType, engine: &str, findings: &mut Findings) {
    let (Some(stopped), Some(family)) = (Stopped::by(plan, migration_type), Engine::of(engine)) else {
        return;
    };
    findings.add(
        stopped.place,
        Code::LogEndsBeforeNextWindow,
        format!("{}, and the source is {engine}: {}", stopped.span(), how_it_is_kept(family, stopped.hours)),
    );
}

fn how_it_is_kept(engine: Engine, hours: Option<i64>) -> String {
    let at_least =
        hours.map_or("longer than the pause".to_owned(), |hours| format!("{} hours or more", hours + 1));
    match engine {
        Engine::MySql => format!(
            "MySQL on RDS removes its binary log at once, unless the binlog retention hours are set: set them to {at_least}"
        ),
        Engine::PostgreSql => {
            "the slot of a stopped task keeps all of PostgreSQL's log, which fills the source's disk, unless \
             max_slot_wal_keep_size cuts it and the place is lost: watch the disk"
                .to_owned()
        }
        Engine::SqlServer => format!(
            "SQL Server on RDS cuts its log within minutes, and a stopped task cannot go on then: let the task run on, or \
             keep the log {at_least} (the polling interval of its capture job)"
        ),
        Engine::Oracle => {
            format!("Oracle must keep its archived redo logs: set archivelog retention hours to {at_least}")
        }
        Engine::Db2 => format!("Db2 must keep its archived logs for {at_least}"),
    }
}

/// A replication that is stopped at the end of a window.
struct Stopped {
    /// The member that stops it.
    place: &'static str,
    /// The longest time until the next window opens, where the plan says when that is.
    hours: Option<i64>,
}

impl Stopped {
    fn by(plan: &Plan, migration_type: &MigrationType) -> Option<Stopped> {
        let window = plan.window.as_ref()?;
        let replicates = matches!(migration_type, MigrationType::Cdc | MigrationType::FullLoadAndCdc);
        let place = match (window.at_close, plan.then) {
            (Some(AtClose::Stop), _) => "/Window/AtClose",
            (_, Then::Stop) => "/Then",
            _ => return None,
        };
        let hours = match &window.when {
            When::Hours(hours) => Some(longest_pause(hours)),
            When::Duration(_) => None,
        };
        // A window that is open all day pauses nothing.
        (replicates && hours != Some(0)).then_some(Stopped { place, hours })
    }

    fn span(&self) -> String {
        match self.hours {
            Some(hours) => {
                format!("the task stands still for up to {hours} hours, until the next window opens")
            }
            None => "the task stands still until its next run".to_owned(),
        }
    }
}

/// The longest time from a close to the next opening in a week without exceptions, in whole hours, rounded up.
fn longest_pause(hours: &Hours) -> i64 {
    let open = hours.length();
    let opens: Vec<bool> = Day::WORDS.iter().map(|(_, day)| hours.days.contains(day)).collect();
    let days_to_the_next = |from: usize| (1..=7_i64).find(|days| opens[(from + *days as usize) % 7]);
    let longest = (0..7).filter(|day| opens[*day]).filter_map(days_to_the_next).max().unwrap_or(1);
    let pause = SignedDuration::from_hours(24 * longest) - open;
    (pause.as_mins() + 59) / 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn the_longest_pause_is_that_over_the_days_without_a_window() {
        let hours = |opens: i8, closes: i8, days: &[Day]| Hours {
            opens: time(opens, 0, 0, 0),
            closes: time(closes, 30, 0, 0),
            time_zone: "UTC".to_owned(),
            days: days.to_vec(),
            except: Vec::new(),
        };
        let every = Day::WORDS.map(|(_, day)| day);
        assert_eq!(longest_pause(&hours(22, 5, &every)), 17);
        assert_eq!(longest_pause(&hours(22, 5, &[Day::Sun, Day::Mon, Day::Tue, Day::Wed, Day::Thu])), 65);
        assert_eq!(longest_pause(&hours(1, 5, &[Day::Sat])), 164);
        assert_eq!(longest_pause(&hours(22, 21, &every)), 1);
    }
}
