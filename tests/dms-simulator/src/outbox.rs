//! The way of DMS's events to whoever listens, which loses, doubles, delays and swaps them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::news::News;
use crate::random::Random;
use crate::scenario::Events;
use crate::time;

/// Events that were sent and that nobody has taken yet.
#[derive(Debug)]
pub(crate) struct Outbox {
    ids: Random,
    sent: u32,
    underway: BTreeMap<(Timestamp, u64), Sent>,
    next_place: u64,
    /// Those that wait until their task sends another, in the order in which they will come then.
    overtaken: Vec<Sent>,
}

#[derive(Debug, Clone)]
struct Sent {
    id: String,
    at: Timestamp,
    task_arn: String,
    identifier: String,
    news: News,
    copies: u32,
}

impl Outbox {
    pub(crate) fn new(ids: Random) -> Self {
        Self { ids, sent: 0, underway: BTreeMap::new(), next_place: 0, overtaken: Vec::new() }
    }

    /// DMS sends an event about the task of this ARN and identifier.
    pub(crate) fn send(
        &mut self,
        at: Timestamp,
        (task_arn, identifier): (&str, &str),
        news: News,
        rules: &Events,
    ) {
        self.sent += 1;
        let number = self.sent;
        let sent = Sent {
            id: self.ids.request_id(),
            at,
            task_arn: task_arn.to_owned(),
            identifier: identifier.to_owned(),
            news,
            copies: if rules.double.take(number) { 2 } else { 1 },
        };
        let (before, others) = self.overtaken.drain(..).partition(|waiting| waiting.task_arn == task_arn);
        self.overtaken = others;
        let arriving: Vec<Sent> = match rules.lose.take(number) {
            true => before,
            false => std::iter::once(sent).chain(before).collect(),
        };
        if rules.out_of_order.take(number) {
            self.overtaken.extend(arriving);
            return;
        }
        let due = time::after(at, rules.delay_seconds);
        for sent in arriving {
            self.next_place += 1;
            self.underway.insert((due, self.next_place), sent);
        }
    }

    /// Takes out what has arrived by then.
    pub(crate) fn delivered(&mut self, now: Timestamp) -> Vec<Value> {
        let mut delivered = Vec::new();
        while let Some(first) = self.underway.first_entry()
            && first.key().0 <= now
        {
            let Sent { id, at, task_arn, identifier, news, copies } = first.remove();
            let event = news.event(&id, at, &task_arn, &identifier);
            delivered.extend(std::iter::repeat_n(event, copies as usize));
        }
        delivered
    }

    /// Nobody listened so far, and the count begins again.
    pub(crate) fn forget(&mut self) {
        self.sent = 0;
        self.underway.clear();
        self.overtaken.clear();
    }
}
