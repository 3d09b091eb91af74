//! Where a person can look: pages of the console, and the task's log.

use plan::Arn;
use plan::clean::line_of;

use super::news::News;
use crate::run::commands;

/// Pages of the console.
pub(super) struct Links {
    /// The execution's.
    pub(super) execution: String,
    /// The task's, once it is known.
    pub(super) task: Option<String>,
}

impl Links {
    pub(super) fn of(news: News<'_>) -> Links {
        let machine = news.run.execution.machine();
        let execution = format!(
            "https://{}/states/home?region={}#/v2/executions/details/{}",
            console(machine),
            escaped(&machine.region, "%"),
            escaped(&news.run.execution.to_string(), "%")
        );
        let task = news.task.map(|task| {
            format!(
                "https://{}/dms/v2/home?region={}#taskDetails/{}",
                console(&task.arn),
                escaped(&task.arn.region, "%"),
                escaped(&line_of(&task.identifier, 256), "%")
            )
        });
        Links { execution, task }
    }
}

/// Where DMS writes what it says while the task works.
pub(super) struct Log {
    /// The log group, once the name of the replication instance is known.
    pub(super) group: Option<String>,
    /// The log stream.
    pub(super) stream: String,
    /// Whether the task's settings have it written, where they were seen.
    pub(super) enabled: Option<bool>,
    /// The page of the console, where the group is known.
    pub(super) link: Option<String>,
    /// The command that prints its last lines.
    pub(super) command: String,
}

impl Log {
    /// The log of the task, once the task is known.
    pub(super) fn of(news: News<'_>) -> Option<Log> {
        let task = news.task?;
        // An instance is named with letters, digits and hyphens. Another name is no name of a log group.
        let is_name = |name: &&str| {
            name.len() <= 63 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let instance = news.run.instance.as_deref().filter(is_name);
        let group = instance.map(commands::log_group);
        let stream = line_of(&commands::log_stream(&task.arn), 512);
        let link = group.as_ref().map(|group| {
            let region = escaped(&task.arn.region, "%");
            format!(
                "https://{}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}/log-events/{}",
                console(&task.arn),
                escaped(&stream, "$25")
            )
        });
        let enabled = task.settings.as_ref().map(|settings| settings.logging);
        let command =
            commands::show_log(&task.arn, instance, news.run.route.as_ref().map(|route| &route.instance));
        Some(Log { group, stream, enabled, link, command })
    }

    /// True when the task's settings are known to write none.
    pub(super) fn is_off(&self) -> bool {
        self.enabled == Some(false)
    }
}

/// The console of an ARN's partition.
fn console(arn: &Arn) -> String {
    match arn.partition.as_str() {
        "aws-cn" => "console.amazonaws.cn".to_owned(),
        "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{}.console.aws.amazon.com", escaped(&arn.region, "%")),
    }
}

/// A text as a part of a link. What is not plain is written by its bytes after `mark`: CloudWatch's pages want `$25`,
/// which is a per cent sign that was escaped itself.
fn escaped(text: &str, mark: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match plain(byte) {
            true => escaped.push(char::from(byte)),
            false => escaped.push_str(&format!("{mark}{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_console() {
        for (arn, host) in [
            ("arn:aws:dms:eu-west-1:123456789012:task:A", "eu-west-1.console.aws.amazon.com"),
            ("arn:aws-cn:dms:cn-north-1:123456789012:task:A", "console.amazonaws.cn"),
            ("arn:aws-us-gov:dms:us-gov-west-1:123456789012:task:A", "console.amazonaws-us-gov.com"),
        ] {
            assert_eq!(console(&arn.parse().unwrap()), host);
        }
    }

    #[test]
    fn a_link_has_no_blank_and_no_line_in_it() {
        assert_eq!(escaped("night-1", "%"), "night-1");
        assert_eq!(escaped("a b\n<é>#?", "%"), "a%20b%0A%3C%C3%A9%3E%23%3F");
        assert_eq!(escaped("a/b", "$25"), "a$252Fb");
    }
}
