//! The same news for a chat: Amazon Q Developer's custom notification. What is outside its schema is dropped there.
//!
//! It has no commands. A chat client turns quotes and hyphens into typographic ones, and a command that was pasted from
//! there does something else; the message itself has them.

use std::collections::BTreeMap;

use plan::clean::line_of;
use serde::Serialize;

use super::news::{Event, News};
use super::place::Links;

/// Bounds of our own, so that nothing is cut where nobody sees it: Slack takes 3,000 characters in a block of text, and
/// the rest is what a person reads in a chat.
const MAX_TITLE: usize = 200;
const MAX_DESCRIPTION: usize = 2_500;
const MAX_REASONS: usize = 5;
const MAX_STEPS: usize = 5;
const MAX_LINE: usize = 300;
const MAX_WORD: usize = 60;
const MAX_CONTEXT: usize = 1_024;

/// A custom notification.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    version: &'static str,
    source: &'static str,
    id: String,
    content: Content,
    metadata: Metadata,
}

/// What people read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

/// What groups messages and what actions of the chat can use.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    thread_id: String,
    summary: String,
    event_type: &'static str,
    related_resources: Vec<String>,
    additional_context: BTreeMap<&'static str, String>,
}

impl Chat {
    pub(super) fn of(news: News<'_>, to_do: &[String], links: &Links) -> Chat {
        let machine = news.run.execution.machine();
        let execution = news.run.execution.to_string();
        let (stack, severity) = (news.stack(), news.severity().as_str());
        let what = news.in_short();
        let title = plain(&format!("{}{what}: {}", news.mark(), news.name()), MAX_TITLE);
        let mut keywords = vec![plain(&what, MAX_WORD), severity.to_owned(), plain(stack, MAX_WORD)];
        keywords.extend(news.run.notify.team.iter().map(|team| plain(team, MAX_WORD)));
        let mut context = BTreeMap::from([
            ("Migration", news.name().to_owned()),
            ("Severity", severity.to_owned()),
            ("Account", machine.account.clone()),
            ("Region", machine.region.clone()),
            ("Stack", stack.to_owned()),
            ("Execution", execution.clone()),
        ]);
        context.extend(news.task.map(|task| ("Task", task.arn.to_string())));
        context.extend(news.run.notify.team.iter().map(|team| ("Team", team.clone())));
        if let Event::Finished(verdict) = news.event {
            context.insert("Verdict", verdict.outcome.as_str().to_owned());
        }
        context.values_mut().for_each(|value| *value = line_of(value, MAX_CONTEXT));
        Chat {
            version: "1.0",
            source: "custom",
            id: news.id(),
            content: Content {
                text_type: "client-markdown",
                title: title.clone(),
                description: description(news, links),
                next_steps: to_do.iter().take(MAX_STEPS).map(|step| without_command(step)).collect(),
                keywords,
            },
            metadata: Metadata {
                thread_id: execution.clone(),
                summary: title,
                event_type: news.word().as_str(),
                related_resources: std::iter::once(execution)
                    .chain(news.task.map(|task| task.arn.to_string()))
                    .collect(),
                additional_context: context,
            },
        }
    }
}

/// Why, how far, and where.
fn description(news: News<'_>, links: &Links) -> String {
    let machine = news.run.execution.machine();
    let mut lines: Vec<String> = match news.event {
        Event::Finished(verdict) => {
            let more = verdict.reasons.len().saturating_sub(MAX_REASONS);
            let reasons = verdict.reasons.iter().take(MAX_REASONS).map(|reason| plain(reason, MAX_LINE));
            let rest = (more > 0).then(|| format!("and {more} more"));
            reasons.chain(rest).collect()
        }
        Event::OnTheWay(_) => vec![plain(news.next, MAX_LINE)],
    };
    lines.push(format!("{} in {}", plain(news.stack(), MAX_WORD), machine.home()));
    let mut text: String = lines.join("\n").chars().take(MAX_DESCRIPTION - MAX_CONTEXT).collect();
    let link = &links.execution;
    if link.chars().count() < MAX_CONTEXT {
        text.push('\n');
        text.push_str(link);
    }
    text
}

/// A step without the command that ends it.
fn without_command(step: &str) -> String {
    match step.split_once(": aws ") {
        Some((what, _)) => format!("{} (the command is in the message by mail)", plain(what, MAX_LINE)),
        None => plain(step, MAX_LINE),
    }
}

/// A bounded line in which nothing means anything to a chat: no mention, no link with another name, no mark-up but what
/// stands inside of words, such as DMS's.
fn plain(text: &str, max: usize) -> String {
    let line = line_of(text, max).replace("](", "] (");
    line.chars().map(substitute).collect()
}

/// A character that looks alike and means nothing, for one that means something.
fn substitute(c: char) -> char {
    match c {
        '<' => '\u{2039}',
        '>' => '\u{203a}',
        '*' => '\u{2217}',
        '`' => '\u{02bc}',
        '@' => '\u{ff20}',
        c => c,
    }
}
