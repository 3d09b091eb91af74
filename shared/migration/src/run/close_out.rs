//! A run that closes out another one: an execution that was ended from outside, and could not tell its end.

use jiff::Timestamp;
use plan::digest::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::execution_arn::ExecutionArn;
use crate::run::verdict::Outcome;

/// How deep executions close out each other: the second closes out what the first could not. Where it dies as well, the
/// watch tells the operations topic.
pub const MAX_DEPTH: u8 = 2;

/// What the names of all executions begin with that close out another one.
const PREFIX: &str = "close-";

/// The member of an execution's input that makes it close out another one.
const MEMBER: &str = "CloseOut";

/// What an execution is given to close out another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Order {
    /// The execution that ended without telling it.
    pub execution: ExecutionArn,
    /// How often it had been redriven when it ended.
    #[serde(default)]
    pub redrive_count: u64,
    /// 1 where that is a run of a plan; one more where it is one that had to close out another.
    #[serde(default = "first")]
    pub depth: u8,
    /// The run of the plan, where that is another execution: what was to close it out has died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<ExecutionArn>,
}

fn first() -> u8 {
    1
}

impl Order {
    /// Reads the input of an execution; `None` for one that has a plan.
    ///
    /// # Errors
    /// When it has the member and something else stands in it.
    pub fn read(input: &Value) -> Option<Result<Order, String>> {
        let order = input.get(MEMBER)?;
        Some(Order::deserialize(order).map_err(|error| {
            format!("the input's {MEMBER} must be an object with Execution and RedriveCount: {error}")
        }))
    }

    /// The run of the plan that is closed out.
    pub fn run(&self) -> &ExecutionArn {
        self.run.as_ref().unwrap_or(&self.execution)
    }

    /// The input of the execution that is started with it.
    pub fn input(&self) -> Value {
        serde_json::json!({ MEMBER: self })
    }

    /// The name of the execution that closes out `dead`, redriven so often and at this depth. It is the same each time, so
    /// that events, sweeps and doubles of them come to one execution.
    pub fn name(dead: &ExecutionArn, redrives: u64, depth: u8) -> String {
        format!("{PREFIX}{:.32}-{redrives}-{depth}", sha256(&dead.to_string()))
    }
}

/// True for a name that [`Order::name`] gives.
pub fn closes_out(name: &str) -> bool {
    let Some((hash, counts)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let is_hash = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash && counts.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// That a run is closed out: its execution has ended without telling it, and another one does what is left to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CloseOut {
    /// The execution that closes it out.
    pub by: ExecutionArn,
    /// How often that one was redriven.
    pub redrives: u64,
    /// How the execution of the run ended.
    pub how: HowEnded,
    /// When it ended.
    pub ended: Timestamp,
    /// From when on nothing of it can land any more: nothing is done before.
    pub acts_from: Timestamp,
    /// The last of the other executions that were looked at, in the order of their beginnings: what one was given does not
    /// change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<Examined>,
    /// Those among them that work on the same task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_task: Vec<ExecutionArn>,
    /// Since when, without a break, one of them has been seen to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_since: Option<Timestamp>,
}

/// The place of an execution in the order of their beginnings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Examined {
    /// When it began.
    pub began: Timestamp,
    /// Its name.
    pub name: String,
}

/// How an execution ended that did not tell it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HowEnded {
    /// Somebody stopped it.
    Aborted,
    /// It ran for the longest time that the machine allows.
    TimedOut,
    /// Step Functions ended it with this error.
    Failed(String),
}

impl HowEnded {
    /// How, in words.
    pub fn in_words(&self) -> String {
        match self {
            HowEnded::Aborted => "somebody stopped its execution".to_owned(),
            HowEnded::TimedOut => "its execution came to the machine's longest time".to_owned(),
            HowEnded::Failed(error) => format!("its execution failed with {error}"),
        }
    }
}

/// True when an execution that failed with this error has told its end: the error is the name of a verdict.
pub fn is_told_by(error: &str) -> bool {
    Outcome::ALL.iter().any(|outcome| !outcome.good() && outcome.as_str() == error)
}

/// Who else has to do with the task that a run closes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    /// Nobody looked: the run closes out nothing.
    #[default]
    NotLooked,
    /// Nobody.
    Nobody,
    /// The execution that is closed out runs again: it was redriven.
    RunsAgain,
    /// Another run of ours that has a plan for the task runs now.
    Run(ExecutionArn),
    /// One has had to do with the task since, and has ended.
    Ran(ExecutionArn),
    /// There are more executions to look at.
    NotThrough,
    /// It could not be told, and why.
    NotKnown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DEAD: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";

    #[test]
    fn an_order_is_told_from_a_plan_and_comes_back() {
        let order = Order { execution: DEAD.parse().unwrap(), redrive_count: 1, depth: 2, run: None };
        assert_eq!(Order::read(&order.input()), Some(Ok(order)));
        let short = json!({"CloseOut": {"Execution": DEAD}});
        let read = Order::read(&short).unwrap().unwrap();
        assert_eq!((read.redrive_count, read.depth), (0, 1));
        assert_eq!(Order::read(&json!({"Task": {}})), None);
        assert_eq!(Order::read(&json!([])), None);
        for wrong in
            [json!(7), json!({}), json!({"Execution": "night-1"}), json!({"Execution": DEAD, "X": 1})]
        {
            assert!(Order::read(&json!({"CloseOut": wrong})).unwrap().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_the_same_each_time_and_fits() {
        let dead: ExecutionArn = DEAD.parse().unwrap();
        let name = Order::name(&dead, 0, 1);
        assert_eq!(name, Order::name(&dead, 0, 1));
        assert!(closes_out(&name) && name.len() <= 80, "{name}");
        assert!(!["", "close-orders", "close-orders-1-1", "night-1"].into_iter().any(closes_out));
        let long: ExecutionArn = format!("{DEAD}{}", "ä".repeat(60)).parse().unwrap();
        assert!(Order::name(&long, u64::MAX, 2).len() <= 80);
        let others = [Order::name(&dead, 1, 1), Order::name(&dead, 0, 2), Order::name(&long, 0, 1)];
        assert!(!others.contains(&name));
    }

    #[test]
    fn only_the_names_of_bad_verdicts_tell_an_end() {
        for error in ["Failed", "Rejected", "Unknown", "Aborted", "PartlyFailed", "Interrupted"] {
            assert!(is_told_by(error), "{error}");
        }
        for error in ["", "States.Runtime", "Migration.Unavailable", "Succeeded", "failed"] {
            assert!(!is_told_by(error), "{error}");
        }
    }
}
