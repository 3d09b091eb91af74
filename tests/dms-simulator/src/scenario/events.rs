//! How well EventBridge delivers what DMS tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The delivery of the events about tasks. DMS calls it best effort; by default everything comes once, at once and in
/// order. Events are counted from 1 in the order in which DMS sends them, over all tasks; the history that a scenario
/// gives its tasks sends none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Events {
    /// Which never come; none by default.
    pub lose: EventNumbers,
    /// Which come twice; none by default.
    pub double: EventNumbers,
    /// Which come only after the next one of the same task; none by default. One that no other follows never comes.
    pub out_of_order: EventNumbers,
    /// How late each comes; 0 by default.
    pub delay_seconds: f64,
    /// A full load that ends with table errors is told as a failure (`DMS-EVENT-0078`), as one account has seen it.
    /// False by default: it is told as a stop.
    pub table_errors_are_failures: bool,
}

/// Some of the events, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct EventNumbers {
    /// Every n-th: 2 means the second, the fourth and so on.
    pub every: Option<u32>,
    /// These, counted from 1.
    pub numbers: Vec<u32>,
}

impl EventNumbers {
    /// Every n-th event.
    pub fn every(count: u32) -> Self {
        Self { every: Some(count), numbers: Vec::new() }
    }

    /// The events of these numbers.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self { every: None, numbers: numbers.into_iter().collect() }
    }

    pub(crate) fn take(&self, number: u32) -> bool {
        self.numbers.contains(&number) || self.every.is_some_and(|every| number.checked_rem(every) == Some(0))
    }
}
