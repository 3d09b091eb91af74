//! The ARN of an execution of a state machine.

use std::fmt;
use std::str::FromStr;

use plan::Arn;
use serde::{Deserialize, Serialize};

/// The longest text that is taken for the ARN of an execution, in bytes: both names have up to 80 characters.
const MAX_BYTES: usize = 1024;

/// The ARN of an execution: its state machine, and its name. Unlike most names in an ARN, both may hold letters beyond
/// ASCII (Step Functions API reference, StartExecution).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExecutionArn {
    machine: Arn,
    name: String,
}

/// A text that is not the ARN of an execution.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAnExecution;

impl ExecutionArn {
    /// The ARN of the state machine.
    pub fn machine(&self) -> &Arn {
        &self.machine
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The execution of this name of the same machine.
    pub fn sibling(&self, name: String) -> ExecutionArn {
        ExecutionArn { machine: self.machine.clone(), name }
    }

    /// The name of the stack that has this machine, as `template.yaml` names machines.
    pub fn stack(&self) -> &str {
        let name = self.machine.tail();
        name.strip_suffix("-migration").filter(|stack| !stack.is_empty()).unwrap_or(name)
    }
}

impl FromStr for ExecutionArn {
    type Err = NotAnExecution;

    fn from_str(text: &str) -> Result<ExecutionArn, NotAnExecution> {
        if text.len() > MAX_BYTES || text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(NotAnExecution);
        }
        match text.split(':').collect::<Vec<_>>()[..] {
            ["arn", partition, "states", region, account, "execution", machine, name]
                if partition.starts_with("aws")
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && [region, machine, name].iter().all(|part| !part.is_empty()) =>
            {
                Ok(ExecutionArn {
                    machine: Arn {
                        partition: partition.to_owned(),
                        service: "states".to_owned(),
                        region: region.to_owned(),
                        account: account.to_owned(),
                        resource: format!("stateMachine:{machine}"),
                    },
                    name: name.to_owned(),
                })
            }
            _ => Err(NotAnExecution),
        }
    }
}

impl fmt::Display for ExecutionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, account, .. } = &self.machine;
        write!(
            f,
            "arn:{partition}:{service}:{region}:{account}:execution:{}:{}",
            self.machine.tail(),
            self.name
        )
    }
}

impl fmt::Display for NotAnExecution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the ARN of an execution")
    }
}

impl std::error::Error for NotAnExecution {}

impl TryFrom<String> for ExecutionArn {
    type Error = NotAnExecution;

    fn try_from(text: String) -> Result<ExecutionArn, NotAnExecution> {
        text.parse()
    }
}

impl From<ExecutionArn> for String {
    fn from(arn: ExecutionArn) -> String {
        arn.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_has_a_machine_and_a_name_in_any_script() {
        for name in ["night-1", "nächtlich", "夜間", "a+b=c@d"] {
            let text = format!("arn:aws-cn:states:cn-north-1:123456789012:execution:migration:{name}");
            let arn: ExecutionArn = text.parse().unwrap();
            assert_eq!(arn.to_string(), text);
            assert_eq!(
                arn.machine().to_string(),
                "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:migration"
            );
        }
    }

    #[test]
    fn a_stack_is_told_from_the_name_of_its_machine() {
        for (machine, stack) in
            [("dms-prod-migration", "dms-prod"), ("migration", "migration"), ("-migration", "-migration")]
        {
            let arn: ExecutionArn =
                format!("arn:aws:states:eu-west-1:123456789012:execution:{machine}:a").parse().unwrap();
            assert_eq!(arn.stack(), stack);
        }
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        let long =
            format!("arn:aws:states:eu-central-1:123456789012:execution:migration:{}", "x".repeat(MAX_BYTES));
        for text in [
            "",
            "night-1",
            "arn:aws:states:eu-central-1:123456789012:stateMachine:migration",
            "arn:aws:states:eu-central-1:123456789012:express:migration:night-1:4a",
            "arn:aws:states:eu-central-1:123456789012:execution:migration:",
            "arn:aws:states:eu-central-1:12345678901:execution:migration:night-1",
            "arn:aws:lambda:eu-central-1:123456789012:execution:migration:night-1",
            "arn:aws:states:eu-central-1:123456789012:execution:migration:night 1",
            "arn:aws:states:eu-central-1:123456789012:execution:migration:night\n1",
            &long,
        ] {
            assert_eq!(text.parse::<ExecutionArn>(), Err(NotAnExecution), "{text}");
        }
    }
}
