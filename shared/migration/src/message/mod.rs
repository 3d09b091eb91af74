//! What people and machines are told by SNS: a subject, a text that needs no console, JSON beside it, and the same for
//! a chat.

mod body;
mod chat;
mod news;
pub mod numbers;
pub mod operations;
mod place;
mod text;
mod to_do;

use plan::Arn;
use plan::clean::line_of;

#[cfg(feature = "schema")]
pub use body::schema_text;
pub use body::{
    Body, Cost, Counters, Eta, EtaBasis, Finding, Joined, LogPlace, NamedTable, Pages, Progress, Start, Task,
    Verdict, WhoseStart, Window,
};
pub use chat::Chat;
pub use news::{Event, News, Word};
use place::{Links, Log};

/// SNS takes subjects under 100 characters.
const MAX_SUBJECT: usize = 99;

/// The most characters of the stack's name in a subject, and of a word of AWS.
const MAX_STACK: usize = 20;
const MAX_REGION: usize = 16;

/// The most characters of a text that had to be shortened.
const MAX_SHORTENED: usize = 16_000;

/// One message, ready to publish.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// ASCII without control characters, under 100 characters.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For machines.
    pub json: Body,
    /// For a chat.
    pub chat: Chat,
    /// Message attributes to filter by: ten at the most, which is what SNS delivers as they are.
    pub attributes: Vec<(&'static str, String)>,
}

impl Message {
    /// The same news in less than 16 KB for machines and 64 KB for people. SNS refuses a message that is too large as a
    /// whole, and a shortened one is better than none.
    pub fn shortened(mut self) -> Message {
        if self.text.chars().count() > MAX_SHORTENED {
            self.text = self.text.chars().take(MAX_SHORTENED).collect();
            self.text.push_str("\n\nThis message was shortened: the output of the execution has the whole.");
        }
        Message { json: self.json.shortened(), ..self }
    }
}

impl News<'_> {
    /// Composes the message.
    pub fn compose(self) -> Message {
        let links = Links::of(self);
        let log = Log::of(self);
        let to_do = to_do::to_do(self, log.as_ref());
        Message {
            subject: self.subject(),
            text: text::text(self, &to_do, &links, log.as_ref()),
            chat: Chat::of(self, &to_do, &links),
            attributes: self.attributes(),
            json: Body::of(self, to_do, &links, log.as_ref()),
        }
    }

    fn attributes(self) -> Vec<(&'static str, String)> {
        let machine = self.run.execution.machine();
        let mut attributes = vec![
            ("Event", self.word().as_str().to_owned()),
            ("Severity", self.severity().as_str().to_owned()),
            ("Migration", attribute(self.name())),
            ("Account", attribute(&machine.account)),
            ("Region", attribute(&machine.region)),
            ("Stack", attribute(self.stack())),
        ];
        match self.event {
            Event::Finished(verdict) => attributes.push(("Verdict", verdict.outcome.as_str().to_owned())),
            Event::OnTheWay(occasion) => attributes.push(("Occasion", format!("{occasion:?}"))),
        }
        if let Some(team) = &self.run.notify.team {
            attributes.push(("Team", attribute(team)));
        }
        attributes
    }

    /// What happened and to which task; then where, in brackets. A name that is too long is cut, what happened never
    /// is.
    fn subject(self) -> String {
        let machine = self.run.execution.machine();
        let what = ascii(&format!("{}{}: ", self.mark(), self.in_short()), MAX_SUBJECT);
        let place = format!(
            " (DMS, {}, {}, {})",
            cut(&ascii(self.stack(), 256), MAX_STACK),
            cut(&ascii(&machine.region, 256), MAX_REGION),
            machine.account
        );
        let room = MAX_SUBJECT.saturating_sub(what.len() + place.len());
        // A plan may name a task by its ARN, of which only the tail tells one from another.
        let arn = self.name().parse::<Arn>().ok();
        let name = arn.as_ref().map_or(self.name(), Arn::tail);
        let subject = format!("{what}{}{place}", cut(&ascii(name, 1_000), room));
        ascii(&subject, MAX_SUBJECT)
    }
}

/// Printable ASCII, which is the safe subset of what SNS takes as a subject; bounded.
fn ascii(text: &str, max: usize) -> String {
    let clean = text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(max).collect()
}

/// An ASCII text of this length at the most; what was cut ends with two dots.
fn cut(text: &str, max: usize) -> String {
    match text.get(..max.saturating_sub(2)) {
        Some(start) if text.len() > max => format!("{start}.."),
        _ => text.to_owned(),
    }
}

/// An attribute's value: one bounded line, and never an empty one, which SNS refuses.
fn attribute(text: &str) -> String {
    let line = line_of(text, 256);
    if line.is_empty() { "-".to_owned() } else { line }
}
