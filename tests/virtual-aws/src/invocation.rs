//! One invocation of a function in one of Lambda's sandboxes, with all that can happen to it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use local_aws::{FunctionEnd, Passing};
use migration_aws::error::chain;
use serde_json::{Value, json};

use crate::connector::Connector;
use crate::functions::{self, Clients, Function};
use crate::world::World;

/// Seconds that a function may take; the template says so.
const FUNCTION_TIMEOUT: f64 = 60.0;

/// Why an invocation gave no document, as Step Functions sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error's name: `Migration.Throttled`, `Runtime.ExitError`.
    pub error: String,
    /// What is said about it.
    pub cause: String,
}

impl Failure {
    /// A function's error, as Lambda hands it to Step Functions.
    fn of_function(error: &str, message: &str) -> Failure {
        let cause = json!({"errorType": error, "errorMessage": message}).to_string();
        Failure { error: error.to_owned(), cause }
    }

    fn of_end(end: FunctionEnd) -> Failure {
        match end {
            FunctionEnd::Killed => Failure::of_function(
                "Runtime.ExitError",
                "RequestId: 0 Error: Runtime exited with error: signal: killed",
            ),
            FunctionEnd::TimedOut => {
                Failure::of_function("Sandbox.Timedout", "RequestId: 0 Error: Task timed out")
            }
        }
    }
}

/// A process of a function: it serves one invocation after the other.
#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) connector: Connector,
    pub(crate) clients: Clients,
}

impl World {
    /// Invokes a function on behalf of an execution.
    ///
    /// # Errors
    /// Why it gave no document.
    pub async fn invoke(
        &self,
        function: Function,
        execution: &str,
        payload: Value,
    ) -> Result<Value, Failure> {
        let trouble = self.faults().strike(Passing {
            service: "lambda",
            operation: "Invoke",
            function: Some(function.name()),
            execution: Some(execution),
            local: self.clock().now(),
        });
        if let Some(delay) = trouble.delay {
            self.clock().sleep_for(delay.as_secs_f64()).await;
        }
        if let Some(answer) = trouble.answer {
            // What Lambda itself refuses has no errorType; Step Functions names it after the service.
            return Err(Failure { error: format!("Lambda.{}", answer.code), cause: answer.message });
        }
        if let Some(end) = trouble.before {
            return Err(Failure::of_end(end));
        }
        let Some(sandbox) = self.take_sandbox(function) else {
            let error = "Lambda.ResourceNotFoundException".to_owned();
            return Err(Failure { error, cause: format!("there is no function {}", function.name()) });
        };
        sandbox.connector.occupant().execution = execution.to_owned();
        self.clock().sleep_for(self.half_a_step()).await;
        let answer = self.serve(&sandbox, function, payload).await.and_then(|answer| match trouble.after {
            Some(end) => Err(end),
            None => Ok(answer),
        });
        match answer {
            Ok(answer) => {
                self.give_sandbox_back(function, sandbox);
                self.clock().sleep_for(self.half_a_step()).await;
                answer
            }
            // The process is gone, and what it knew with it.
            Err(end) => Err(Failure::of_end(end)),
        }
    }

    /// What the function answers; or how its process ended on the way.
    async fn serve(
        &self,
        sandbox: &Sandbox,
        function: Function,
        payload: Value,
    ) -> Result<Result<Value, Failure>, FunctionEnd> {
        let mut handler = pin!(functions::respond(function, &sandbox.clients, payload, self.clock().now()));
        let mut timeout = pin!(self.clock().sleep_for(FUNCTION_TIMEOUT));
        poll_fn(|context| {
            if let Poll::Ready(answer) = handler.as_mut().poll(context) {
                return Poll::Ready(Ok(
                    answer.map_err(|error| Failure::of_function(error.name(), &chain(&error)))
                ));
            }
            if let Some(end) = sandbox.connector.occupant().ended {
                return Poll::Ready(Err(end));
            }
            timeout.as_mut().poll(context).map(|()| Err(FunctionEnd::TimedOut))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use local_aws::Template;
    use migration::time::graces::START_MARGIN;
    use migration_aws::serve;

    use super::*;

    #[test]
    fn the_template_tells_every_function_its_time_out_and_gives_those_of_the_machine_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let topics = ["NotificationTopic", "OperationsTopic"];
        let topics = topics.map(|topic| (topic.to_owned(), "arn:topic".to_owned()));
        let functions = Template::read(path, topics.into()).unwrap().functions().unwrap();
        for function in &functions {
            let told = function.environment.get(serve::FUNCTION_TIMEOUT);
            assert_eq!(told, Some(&function.timeout.as_secs().to_string()), "{}", function.name);
        }
        // The watch is called by events, and not by the machine.
        let of_the_machine = functions.iter().filter(|function| function.name != "watch");
        let timeouts = of_the_machine.map(|function| function.timeout.as_secs_f64());
        assert_eq!(timeouts.collect::<Vec<_>>(), [FUNCTION_TIMEOUT; Function::ALL.len()]);
        // A start that is made within its time-out is not made after the close.
        assert!(START_MARGIN.as_secs_f64() / 2.0 >= FUNCTION_TIMEOUT);
    }
}
