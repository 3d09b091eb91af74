//! Data resync: mismatched rows are fetched once more, after a load or by a schedule (DMS user guide, data resync and
//! its settings).

use std::ops::RangeInclusive;

use super::stated::{Stated, VALIDATES};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::quoted;

/// The minutes that a resync may take.
const MINUTES: RangeInclusive<i64> = 5..=14_400;

/// The most items of a list in one field of a schedule.
const MAX_ITEMS: usize = 10;

const ENABLED: &str = "/ResyncSettings/EnableResync";
const SCHEDULE: &str = "/ResyncSettings/ResyncSchedule";
const MOST: &str = "/ResyncSettings/MaxResyncTime";
const VALIDATION_TASK: &str = "/ResyncSettings/ValidationTaskId";

/// Checks what the settings say about a resync.
pub(super) fn check(stated: &Stated<'_>, findings: &mut Findings) {
    let incomplete = stated.word(SCHEDULE).is_none() || stated.number(MOST).is_none();
    if stated.on(ENABLED) && stated.replicates() && incomplete {
        findings.add(
            &stated.at(ENABLED),
            Code::ContradictorySettings,
            "DMS refuses EnableResync for a task that replicates without both ResyncSchedule (a cron expression) and \
             MaxResyncTime: state them",
        );
    }
    if stated.word(SCHEDULE).is_some() && stated.is(&MigrationType::FullLoad) {
        findings.add(
            &stated.at(SCHEDULE),
            Code::ContradictorySettings,
            "DMS refuses ResyncSchedule for a full load, which is resynced once after its validation: take it out",
        );
    }
    let mut unfit = |pointer: &str, says: String| findings.add(&stated.at(pointer), Code::UnfitResync, says);
    // Exports hold 0 where there is no resync.
    let minutes = stated.number(MOST).filter(|minutes| *minutes != 0 || stated.on(ENABLED));
    if let Some(minutes) = minutes.filter(|minutes| !MINUTES.contains(minutes)) {
        unfit(
            MOST,
            format!(
                "MaxResyncTime is {minutes}, and the guide has a time from {} to {} minutes there",
                MINUTES.start(),
                MINUTES.end()
            ),
        );
    }
    if let Some(wrong) = stated.word(SCHEDULE).and_then(wrong_with) {
        unfit(SCHEDULE, wrong);
    }
    let task = stated.word(VALIDATION_TASK);
    if task.is_some_and(|task| task.contains(':')) {
        unfit(
            VALIDATION_TASK,
            "ValidationTaskId is what stands behind the last colon of the validation task's ARN, not the whole of it"
                .to_owned(),
        );
    }
    if !stated.on(ENABLED) {
        return;
    }
    if stated.on("/ValidationSettings/ValidationOnly") {
        unfit(
            ENABLED,
            "a task with ValidationOnly moves no rows and cannot resync them: enable the resync in the task that replicates, \
             and give it this task's id as ValidationTaskId"
                .to_owned(),
        );
    } else if !stated.on(VALIDATES) && stated.is(&MigrationType::FullLoad) {
        unfit(
            ENABLED,
            "a full load is resynced from what its own validation found: set ValidationSettings.EnableValidation to true"
                .to_owned(),
        );
    } else if !stated.on(VALIDATES) && task.is_none() {
        unfit(
            ENABLED,
            "a resync repairs what a validation found, and this task has none: set ValidationSettings.EnableValidation to \
             true, or name the task that validates as ValidationTaskId"
                .to_owned(),
        );
    }
}

/// The fields of a schedule, and the numbers that each may hold.
const FIELDS: [(&str, RangeInclusive<u32>); 5] = [
    ("minute", 0..=59),
    ("hour", 0..=23),
    ("day of the month", 1..=31),
    ("month", 1..=12),
    ("day of the week", 0..=6),
];

/// What is wrong with a cron expression, by the rules that the guide has for those of a resync.
fn wrong_with(schedule: &str) -> Option<String> {
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() || schedule.contains('(') {
        return Some(format!(
            "ResyncSchedule has five fields, minute, hour, day of the month, month and day of the week, such as \"0 0 * * \
             6\", and no cron(...) around them, not {}",
            quoted(schedule)
        ));
    }
    FIELDS.iter().zip(fields).find_map(|((name, range), field)| {
        let why = wrong_with_field(field, range, *name == "day of the month")?;
        Some(format!("ResyncSchedule {} has {} as its {name}: {why}", quoted(schedule), quoted(field)))
    })
}

fn wrong_with_field(field: &str, range: &RangeInclusive<u32>, takes_last: bool) -> Option<String> {
    // One example of the guide has a question mark for "any", though its rules do not know it.
    if ["*", "?"].contains(&field) || (takes_last && field == "L") {
        return None;
    }
    let items: Vec<&str> = field.split(',').collect();
    if items.len() > MAX_ITEMS {
        return Some(format!("DMS passes over all items behind the tenth, here are {}", items.len()));
    }
    // An example of the guide ends a list with a comma.
    let items = items.split_last().map_or(&items[..], |(last, others)| match (last, others) {
        (&"", [_, ..]) => others,
        _ => &items[..],
    });
    items.iter().find_map(|item| {
        let (span, step) = item.split_once('/').map_or((*item, None), |(span, step)| (span, Some(step)));
        if let Some(step) = step {
            if step.parse::<u32>().ok().is_none_or(|step| step == 0) {
                return Some(format!("behind the / stands a number, not {}", quoted(step)));
            }
            if span != "*" && !span.contains('-') {
                return Some("a / stands behind * or a range only".to_owned());
            }
        }
        if span == "*" {
            return None;
        }
        let ends: Vec<&str> = span.splitn(2, '-').collect();
        let numbers: Vec<Option<u32>> = ends.iter().map(|end| end.parse().ok()).collect();
        let letters = ends.iter().all(|end| end.len() == 3 && end.chars().all(|c| c.is_ascii_alphabetic()));
        match numbers[..] {
            _ if letters => Some(format!(
                "the guide's rules take no names, only numbers from {} to {}, though one of its examples has MON-FRI",
                range.start(),
                range.end()
            )),
            [Some(one)] if range.contains(&one) => None,
            [Some(from), Some(to)] if range.contains(&from) && range.contains(&to) && from <= to => None,
            _ => Some(format!("it holds numbers from {} to {}", range.start(), range.end())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn schedules_are_held_to_the_rules_of_the_guide() {
        for schedule in [
            "0 0 * * 6",
            "0 0,2,4,6 * * *",
            "0 0,2,4,6, * * *",
            "*/15 2-7/2 L * *",
            "1-2,3-4,5,7-10 * * * *",
            "30 9 ? * 1-5",
        ] {
            assert_eq!(wrong_with(schedule), None, "{schedule}");
        }
        for (schedule, said) in [
            ("0 0 * *", "five fields"),
            ("cron(0 0 * * ? *)", "five fields"),
            ("0 0 * * ? *", "five fields"),
            ("60 0 * * *", "its minute: it holds numbers from 0 to 59"),
            ("0 24 * * *", "its hour: it holds numbers from 0 to 23"),
            ("0 0 0 * *", "its day of the month: it holds numbers from 1 to 31"),
            ("0 0 * 13 *", "its month: it holds numbers from 1 to 12"),
            ("0 0 * * 7", "its day of the week: it holds numbers from 0 to 6"),
            ("0 0 * * MON-FRI", "take no names"),
            ("0 0 * * L", "its day of the week"),
            ("0 5-2 * * *", "its hour"),
            ("5/15 * * * *", "behind * or a range"),
            ("*/x * * * *", "behind the /"),
            ("1,2,3,4,5,6,7,8,9,10,11 * * * *", "behind the tenth"),
        ] {
            let found = wrong_with(schedule).unwrap_or_default();
            assert!(found.contains(said), "{schedule}: {found}");
        }
    }

    proptest! {
        #[test]
        fn any_schedule_is_read_soundly(schedule in "\\PC{0,30}|[0-9*,/?L -]{0,30}") {
            let _ = wrong_with(&schedule);
        }
    }
}
