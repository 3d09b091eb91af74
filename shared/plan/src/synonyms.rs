//! What other tools and people call the members of a plan: whoever comes from cron, Terraform, the DMS console or the
//! AWS CLI writes `TaskArn`, `End` or `Timezone`, names that are too unlike ours for a likeness of letters to tell.

use serde_json::Value;

use super::members::{MEMBERS, Member};
use super::slips::same_name;

/// Our name of a member, and what else it is called. Spelling, capitals and hyphens do not count.
const CALLED: &[(&str, &[&str])] = &[
    ("MigrationType", &["Type", "TaskType"]),
    ("ReplicationInstanceArn", &["Instance", "InstanceArn", "ReplicationInstance"]),
    ("ReplicationTaskArn", &["Arn", "TaskArn"]),
    (
        "ReplicationTaskIdentifier",
        &["Id", "Identifier", "Name", "ReplicationTaskId", "TaskId", "TaskIdentifier", "TaskName"],
    ),
    ("ReplicationTaskSettings", &["Settings", "TaskSettings"]),
    ("SourceEndpointArn", &["Source", "SourceArn", "SourceEndpoint"]),
    ("TableMappings", &["Mapping", "Mappings", "Rules", "TableMapping"]),
    ("TargetEndpointArn", &["Target", "TargetArn", "TargetEndpoint"]),
    ("AtClose", &["AtEnd", "CloseAction", "OnClose", "OnEnd"]),
    ("Closes", &["Close", "ClosesAt", "End", "EndTime", "Ends", "EndsAt", "Stop", "StopTime", "To", "Until"]),
    ("Days", &["Day", "DaysOfWeek", "Weekdays"]),
    ("Duration", &["Hours", "Length"]),
    ("Except", &["Exclude", "Excludes", "Holidays", "Skip"]),
    ("Opens", &["Begin", "Begins", "From", "Open", "OpensAt", "Start", "StartTime", "Starts", "StartsAt"]),
    ("StopLead", &["Lead", "StopBefore"]),
    ("TimeZone", &["Tz", "Zone"]),
    ("ChatTopicArn", &["Chat", "ChatTopic", "Slack", "SlackTopicArn"]),
    ("On", &["Events", "When"]),
    ("TopicArn", &["Sns", "SnsTopic", "SnsTopicArn", "Topic"]),
    ("LagSeconds", &["Lag", "MaxLag"]),
    ("Mode", &["DryRun"]),
    ("Notify", &["Notification", "Notifications"]),
    ("Restarts", &["MaxRetries", "Retries"]),
    ("Window", &["Hours", "MaintenanceWindow"]),
];

/// What no plan says, because something else does.
const NOT_SAID: &[(&[&str], &str)] = &[
    (
        &["Cron", "Rate", "Schedule", "ScheduleExpression"],
        "a plan holds no schedule: EventBridge Scheduler starts its runs, and Window says when they may work",
    ),
    (
        &["Email", "EmailAddress", "Mail"],
        "a plan names no address: it is subscribed to the SNS topic that TopicArn in Notify names",
    ),
];

/// What is said of a member that is called otherwise here, or that belongs elsewhere, beginning with `; `. `path` is the
/// object that it stands in.
pub(super) fn advice(path: &str, name: &str, value: &Value) -> Option<String> {
    let here = home(path)?;
    let is_here = |member: &Member| here.contains(&member.home);
    let elsewhere = MEMBERS.iter().find(|member| member.name == name && !is_here(member));
    // `Start` says how a task is started, and `Until` when it is done; in a window a time is meant.
    let is_a_time = value.as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    if let Some(member) = elsewhere.filter(|_| !is_a_time) {
        return Some(format!("; it belongs in {}", member.home));
    }
    let known = |wanted: &&str| MEMBERS.iter().find(|member| member.name == *wanted);
    let meant: Vec<&Member> = CALLED
        .iter()
        .filter(|(_, called)| called.iter().any(|called| same_name(called, name)))
        .filter_map(|(member, _)| known(member))
        .chain(MEMBERS.iter().filter(|member| same_name(member.name, name)))
        .collect();
    if let Some(member) = meant.iter().find(|member| is_here(member)) {
        return Some(format!("; did you mean {}?", member.name));
    }
    if let Some(member) = elsewhere {
        return Some(format!("; it belongs in {}", member.home));
    }
    if let Some((_, said)) =
        NOT_SAID.iter().find(|(called, _)| called.iter().any(|called| same_name(called, name)))
    {
        return Some(format!("; {said}"));
    }
    match meant[..] {
        [member] => Some(format!("; it is called {}, and belongs in {}", member.name, member.home)),
        _ => None,
    }
}

/// True for a name of a task's own name, spelled as DMS spells it or otherwise.
pub(super) fn names_a_task(name: &str) -> bool {
    let own = ["ReplicationTaskArn", "ReplicationTaskIdentifier"];
    let is_called = |(member, called): &(&str, &[&str])| {
        own.contains(member) && called.iter().any(|called| same_name(called, name))
    };
    own.iter().any(|own| same_name(own, name)) || CALLED.iter().any(is_called)
}

/// Whose members stand in the object at this place, as [`MEMBERS`] has it; `None` for objects that hold others.
fn home(path: &str) -> Option<&'static [&'static str]> {
    match path {
        "" => Some(&["the plan", "the plan, beside Task"]),
        "/Task" | "/Task/ReplicationTasks/0" => Some(&["Task"]),
        "/Window" => Some(&["Window"]),
        "/Notify" => Some(&["Notify"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_name_leads_to_a_member_and_is_none_of_its_object() {
        for (member, called) in CALLED {
            let member =
                MEMBERS.iter().find(|known| known.name == *member).unwrap_or_else(|| panic!("{member}"));
            for called in *called {
                let own =
                    MEMBERS.iter().find(|known| known.home == member.home && same_name(known.name, called));
                assert!(own.is_none(), "{called} is a member beside {}", member.name);
            }
        }
    }

    #[test]
    fn a_member_is_found_by_its_meaning() {
        for (path, name, value, said) in [
            ("/Task", "TaskArn", json!("x"), "; did you mean ReplicationTaskArn?"),
            ("/Task", "TaskId", json!("x"), "; did you mean ReplicationTaskIdentifier?"),
            ("/Task/ReplicationTasks/0", "Mappings", json!({}), "; did you mean TableMappings?"),
            ("/Window", "End", json!("05:00"), "; did you mean Closes?"),
            ("/Window", "Ends", json!("05:00"), "; did you mean Closes?"),
            ("/Window", "Close", json!("05:00"), "; did you mean Closes?"),
            ("/Window", "Until", json!("05:00"), "; did you mean Closes?"),
            ("/Window", "Until", json!("Stopped"), "; it belongs in the plan, beside Task"),
            ("/Window", "Start", json!("22:00"), "; did you mean Opens?"),
            ("/Window", "Start", json!("Reload"), "; it belongs in the plan, beside Task"),
            ("/Window", "Begin", json!("22:00"), "; did you mean Opens?"),
            ("/Window", "OnClose", json!("Stop"), "; did you mean AtClose?"),
            ("/Window", "Timezone", json!("UTC"), "; did you mean TimeZone?"),
            ("/Notify", "Topic", json!("x"), "; did you mean TopicArn?"),
            ("", "OnClose", json!("Stop"), "; it is called AtClose, and belongs in Window"),
            ("", "Timezone", json!("UTC"), "; it is called TimeZone, and belongs in Window"),
            ("", "TaskArn", json!("x"), "; it is called ReplicationTaskArn, and belongs in Task"),
            ("", "StopLead", json!("PT10M"), "; it belongs in Window"),
            ("/Window", "Restarts", json!("1"), "; it belongs in the plan, beside Task"),
        ] {
            assert_eq!(advice(path, name, &value).as_deref(), Some(said), "{path}/{name}");
        }
        let schedule = advice("", "Schedule", &json!("cron(0 22 * * ? *)"));
        assert!(schedule.is_some_and(|said| said.contains("EventBridge Scheduler starts its runs")));
        for (path, name) in [("/Task/Tags/0", "Name"), ("", "Banana"), ("/Window", "x"), ("", "")] {
            assert_eq!(advice(path, name, &json!(1)), None, "{path}/{name}");
        }
    }
}
