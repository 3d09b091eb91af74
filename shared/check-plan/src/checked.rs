//! A plan, read: what is wrong with it, and what it will do.

use jiff::Timestamp;
use migration::understood::{self, Understood, understand};
use plan::finding::{Finding, reject};
use plan::read::read_text_at;

use crate::described::{self, Described};
use crate::order;

/// What came of checking a plan.
pub struct Checked {
    /// All that was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// What the plan will do, where no finding rejects it.
    pub understood: Option<Understood>,
    /// True when tasks are described, and the plan describes its own: nothing is taken from there.
    pub describes_itself: bool,
}

impl Checked {
    /// Checks the text of a plan at `now`, with what DMS answered about tasks, for a plan that only names its own.
    ///
    /// # Errors
    /// When tasks are described, and none of them is the one that the plan names.
    pub fn at(text: &str, tasks: Option<&[Described]>, now: Timestamp) -> Result<Checked, String> {
        let reading = read_text_at(text, now);
        let mut findings = reading.findings;
        let (mut understood, mut describes_itself) = (None, false);
        if let Some(plan) = &reading.plan {
            let task = tasks.map(|tasks| described::of(plan, tasks)).transpose()?.flatten();
            described::findings(plan, task, now).add_to(&mut findings);
            let described = task.map(understood::Described::read);
            understood = (!reject(&findings)).then(|| understand(plan, described.as_ref(), now));
            describes_itself = tasks.is_some() && plan.request().is_some();
        }
        Ok(Checked { findings: order::by_place(text, findings), understood, describes_itself })
    }
}
