//! A DMS client as the functions have it: the SDK's standard retry for calls that read, none for calls that change something.

use dms_simulator::Fault;
use migration::run::answer::Refusal;
use serde_json::Value;

use crate::account::{Account, is_throttled};
use crate::error::StepError;
use crate::tally::Tally;

/// Attempts in all (SDK, standard retry).
const ATTEMPTS: u32 = 3;

/// The first backoff at its longest, in seconds; the next is twice as long. Each is drawn between none and the whole of it.
const BACKOFF: f64 = 1.0;

/// What a process may spend on retries before it gives up at the first attempt (SDK, standard retry quota).
const MOST_QUOTA: u32 = 500;

/// What one retry costs of it.
const RETRY_COST: u32 = 5;

/// The SDK's retry quota of one Lambda process, which serves one step after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    left: u32,
    /// The cost of the last retry, which a success gives back.
    held: bool,
}

impl Default for Quota {
    fn default() -> Self {
        Quota { left: MOST_QUOTA, held: false }
    }
}

impl Quota {
    fn spend(&mut self) -> bool {
        let enough = self.left >= RETRY_COST;
        if enough {
            self.left -= RETRY_COST;
            self.held = true;
        }
        enough
    }

    fn succeed(&mut self) {
        let back = if self.held { RETRY_COST } else { 1 };
        self.held = false;
        self.left = (self.left + back).min(MOST_QUOTA);
    }
}

/// What became of a call that did not succeed; the classes of `migration_aws::trouble` that a simulator without lost answers
/// can lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such thing.
    NotFound,
    /// DMS was too busy; nothing happened.
    Throttled(String),
    /// DMS said no; nothing happened.
    Refused(Refusal),
}

impl Trouble {
    fn of(operation: &str, fault: Fault) -> Trouble {
        match fault.code.as_str() {
            _ if is_throttled(&fault) => Trouble::Throttled(format!("{operation}: {fault}")),
            "ResourceNotFoundFault" => Trouble::NotFound,
            _ => {
                let passing = passes(&fault);
                Trouble::Refused(Refusal { code: fault.code, message: fault.message, passing })
            }
        }
    }

    /// The error of a step that cannot go on without the answer.
    pub fn into_error(self) -> StepError {
        match self {
            Trouble::Throttled(text) => StepError::Throttled(text),
            Trouble::NotFound => StepError::unforeseen("DMS does not find what the step needs"),
            Trouble::Refused(refusal) => {
                StepError::unforeseen(format!("DMS refused: {}: {}", refusal.code, refusal.message))
            }
        }
    }
}

/// True for a refusal that DMS takes back, by the product's rule.
fn passes(fault: &Fault) -> bool {
    let message = fault.message.to_ascii_lowercase();
    let parts = ["cannot be started", "test connection", "already being tested", "cannot start"];
    fault.code == "InvalidResourceStateFault" && parts.iter().any(|part| message.contains(part))
}

/// The client of a step that is under way.
#[derive(Debug)]
pub struct Client<'a> {
    account: &'a Account,
    quota: Quota,
    tally: &'a mut Tally,
}

impl<'a> Client<'a> {
    /// The client of a process with this much quota left.
    pub fn of(account: &'a Account, quota: Quota, tally: &'a mut Tally) -> Client<'a> {
        Client { account, quota, tally }
    }

    /// The account that it asks.
    pub fn account(&self) -> &'a Account {
        self.account
    }

    /// What the process has left when the step is over.
    pub fn into_quota(self) -> Quota {
        self.quota
    }

    /// A call that changes nothing: repeated when DMS is too busy.
    ///
    /// # Errors
    /// What became of the last attempt.
    pub async fn read(&mut self, operation: &str, input: &Value) -> Result<Value, Trouble> {
        let mut attempt = 1;
        loop {
            match self.call(operation, input) {
                Err(Trouble::Throttled(text)) => {
                    if attempt == ATTEMPTS || !self.quota.spend() {
                        return Err(Trouble::Throttled(text));
                    }
                    let whole = BACKOFF * f64::from(1u32 << (attempt - 1));
                    self.account.clock.sleep(whole * self.account.draw()).await;
                    attempt += 1;
                }
                Err(trouble) => return Err(trouble),
                Ok(answer) => {
                    self.quota.succeed();
                    return Ok(answer);
                }
            }
        }
    }

    /// A call that changes something: made once.
    ///
    /// # Errors
    /// What became of it.
    pub fn change(&mut self, operation: &str, input: &Value) -> Result<Value, Trouble> {
        let answer = self.call(operation, input);
        if answer.is_ok() {
            self.quota.succeed();
        }
        answer
    }

    fn call(&mut self, operation: &str, input: &Value) -> Result<Value, Trouble> {
        self.tally.calls += 1;
        let answer = self.account.call(operation, input).map_err(|fault| Trouble::of(operation, fault));
        self.tally.throttled += u32::from(matches!(answer, Err(Trouble::Throttled(_))));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_only_meets_a_busy_dms_runs_out_of_retries_and_regains_one_by_one() {
        let mut quota = Quota::default();
        assert_eq!((0..1000).filter(|_| quota.spend()).count(), 100);
        quota.succeed();
        assert!(quota.spend(), "a success gives the last retry back");
        for _ in 0..4 {
            quota.held = false;
            quota.succeed();
            assert!(!quota.spend());
        }
        quota.succeed();
        assert!(quota.spend());
    }
}
