//! One invocation of a function in one of Lambda's sandboxes, with all that can happen to it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use local_aws::{FunctionEnd, Passing};
use migration_aws::error::chain;
use serde_json::{Value, json};

use crate::bend::Bend;
use crate::connector::Connector;
use crate::functions::{self, Clients, Function};
use crate::world::World;

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
        self.invoked(function, execution);
        let passing = Passing {
            service: "lambda",
            operation: "Invoke",
            function: Some(function.name()),
            execution: Some(execution),
            local: self.clock().now(),
        };
        let trouble = self.faults().strike(passing);
        let exhausted = self.bent(passing) == Some(Bend::OutOfMemory);
        self.struck(function, execution, trouble.words().or(exhausted.then(|| "out of memory".to_owned())));
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
        if trouble.twice {
            // What came of it is lost.
            let _first = self.invoke_once(function, execution, payload.clone(), None).await;
        }
        if exhausted {
            let answer = self.invoke_once(function, execution, payload, Some(FunctionEnd::Killed)).await;
            return answer
                .map_err(|Failure { cause, .. }| Failure { error: "Lambda.Unknown".to_owned(), cause });
        }
        self.invoke_once(function, execution, payload, trouble.after).await
    }

    async fn invoke_once(
        &self,
        function: Function,
        execution: &str,
        payload: Value,
        ends: Option<FunctionEnd>,
    ) -> Result<Value, Failure> {
        let Some(sandbox) = self.take_sandbox(function) else {
            let error = "Lambda.ResourceNotFoundException".to_owned();
            return Err(Failure { error, cause: format!("there is no function {}", function.name()) });
        };
        sandbox.connector.occupant().execution = execution.to_owned();
        self.clock().sleep_for(self.half_a_step()).await;
        let answer = self.serve(&sandbox, function, payload).await.and_then(|answer| match ends {
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

    /// Hands the watch an event.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn watch(&self, event: Value) -> Result<Value, Failure> {
        self.invoke(Function::Watch, "watch", event).await
    }

    /// What the function answers; or how its process ended on the way.
    async fn serve(
        &self,
        sandbox: &Sandbox,
        function: Function,
        payload: Value,
    ) -> Result<Result<Value, Failure>, FunctionEnd> {
        let mut handler = pin!(functions::respond(function, &sandbox.clients, payload, self.clock().now()));
        let mut timeout = pin!(self.clock().sleep_for(function.timeout()));
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
    use std::collections::BTreeMap;

    use local_aws::Template;
    use migration::time::graces::START_MARGIN;
    use migration_aws::serve;

    use super::*;

    #[test]
    fn the_template_gives_every_function_its_time_out_and_tells_it_of_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let topics = ["NotificationTopic", "OperationsTopic"];
        let topics = topics.map(|topic| (topic.to_owned(), "arn:topic".to_owned()));
        let functions = Template::read(path, topics.into()).unwrap().functions().unwrap();
        let mut timeouts = BTreeMap::new();
        for function in functions {
            let (name, told) =
                (function.name.clone(), function.environment.get(serve::FUNCTION_TIMEOUT).cloned());
            let timeout = function.config("program").timeout.as_secs_f64();
            assert_eq!(told, Some(timeout.to_string()), "{name}");
            timeouts.insert(name, timeout);
        }
        let known = Function::ALL.map(|function| (function.name().to_owned(), function.timeout()));
        assert_eq!(timeouts, BTreeMap::from(known));
        // A start that is made within its time-out is not made after the close.
        assert!(START_MARGIN.as_secs_f64() / 2.0 >= Function::Start.timeout());
    }
}
