//! The account's request budget: a bucket of tokens that fills up again at a steady rate.

use jiff::Timestamp;

use crate::scenario::Throttling;
use crate::time;

/// How many tokens there were, and when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttle {
    counted: Option<(Timestamp, f64)>,
}

impl Throttle {
    /// Takes a token, or says that there is none.
    pub(crate) fn admits(&mut self, now: Timestamp, budget: &Throttling) -> bool {
        let (at, tokens) = self.counted.unwrap_or((now, budget.burst));
        let tokens = (tokens + time::between(at, now) * budget.per_second).min(budget.burst);
        let admitted = tokens >= 1.0;
        self.counted = Some((now, if admitted { tokens - 1.0 } else { tokens }));
        admitted
    }
}
