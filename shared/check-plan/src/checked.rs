//! A plan, read: what is wrong with it, and what it will do.

use jiff::Timestamp;
use migration::understood::{Described, Understood, understand};
use plan::finding::{Finding, Findings, reject};
use plan::read::read_text_at;
use plan::{Plan, TaskPlan, together};

/// What came of checking a plan.
pub struct Checked {
    /// All that was found.
    pub findings: Vec<Finding>,
    /// What the plan will do, where no finding rejects it.
    pub understood: Option<Understood>,
}

impl Checked {
    /// Checks the text of a plan at `now`, with what is known of a task that it only names.
    ///
    /// # Errors
    /// When the description is of another task than the plan's.
    pub fn at(text: &str, described: Option<&Described>, now: Timestamp) -> Result<Checked, String> {
        let reading = read_text_at(text, now);
        let mut findings = reading.findings;
        let Some(plan) = reading.plan else { return Ok(Checked { findings, understood: None }) };
        if let Some(described) = described {
            is_meant(described, &plan)?;
            let mut of_its_type = Findings::default();
            together::check_type(&plan, described.migration_type(), "", &mut of_its_type);
            of_its_type.add_to(&mut findings);
        }
        let understood = (!reject(&findings)).then(|| understand(&plan, described, now));
        Ok(Checked { findings, understood })
    }
}

/// A description that would be passed over is refused.
fn is_meant(described: &Described, plan: &Plan) -> Result<(), String> {
    match &plan.task {
        TaskPlan::Request(_) => {
            Err("--task is for a plan that only names its task, and this one describes it".to_owned())
        }
        TaskPlan::External(_) if described.is_of(plan) => Ok(()),
        TaskPlan::External(_) => {
            Err(format!("--task describes the task {}, and the plan names {}", described.name(), plan.name()))
        }
    }
}
