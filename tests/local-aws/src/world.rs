//! Worlds: each a DMS and a time of its own, side by side behind one endpoint.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, Response};
use dms_simulator::Simulator;
use dms_simulator::model::ServiceModel;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::clock::{Clock, real_now};
use crate::cloudwatch;
use crate::dms::Dms;
use crate::faults::ErrorAnswer;
use crate::head::{self, Memory};
use crate::wire::{Protocol, in_cbor, refusal};

/// One DMS and one clock, with the executions that live in them.
#[derive(Debug)]
pub struct World {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    clock: Clock,
    memory: Memory,
    dms: Option<Dms>,
}

impl World {
    /// A world with a time of its own and no DMS: calls to DMS are answered with an error that says so.
    pub fn new(clock: Clock) -> Self {
        Self { state: Mutex::new(State { clock, memory: Memory::default(), dms: None }) }
    }

    /// The same world with this DMS, whose metrics CloudWatch tells.
    pub fn with_dms(self, simulator: Simulator) -> Self {
        self.lock().dms = Some(Dms::new(simulator));
        self
    }

    /// The same world with a check of every call to its DMS, and of every answer, against AWS's own service model;
    /// [`World::findings`] tells what does not fit. A world without a DMS has nothing to check.
    pub fn checked_by(self, model: Arc<ServiceModel>) -> Self {
        if let Some(dms) = &mut self.lock().dms {
            dms.model = Some(model);
        }
        self
    }

    /// Looks into this world's DMS, or meddles with it, while no call passes, and after all has happened that the
    /// time says has. `None` when there is no DMS.
    pub fn simulator<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> Option<T> {
        let State { clock, dms, .. } = &mut *self.lock();
        dms.as_mut().map(|dms| {
            dms.simulator.advance(clock.local(real_now()));
            look(&mut dms.simulator)
        })
    }

    /// What time it is in this world.
    pub fn now(&self) -> Timestamp {
        self.lock().clock.local(real_now())
    }

    /// Moves this world's time forward at once. A negative number does nothing.
    pub fn leap(&self, seconds: i64) {
        self.lock().clock.leap(seconds);
    }

    /// Skips a wait of the state machine of so many seconds, and tells the time then. `None` where the machine lives in
    /// real time and waits itself.
    pub(crate) fn skip(&self, seconds: f64) -> Option<Timestamp> {
        let clock = &mut self.lock().clock;
        clock.is_skipping().then(|| {
            // A wait longer than any duration is one to the end of time.
            clock.leap_over(SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX));
            clock.local(real_now())
        })
    }

    /// What was said to DMS, or by it, against its service model. A good test asserts that this is empty.
    pub fn findings(&self) -> Vec<String> {
        self.lock().dms.as_ref().map(|dms| dms.findings.clone()).unwrap_or_default()
    }

    /// DMS's answer to a call that comes now.
    pub(crate) fn dms(&self, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
        let mut state = self.lock();
        let now = state.clock.local(real_now());
        match &mut state.dms {
            Some(dms) => dms.answer(now, headers, body),
            None => refusal(Protocol::Json, &no_dms()),
        }
    }

    /// CloudWatch's answer to a GetMetricData that comes now.
    pub(crate) fn metrics(&self, request: &Value) -> Response<Bytes> {
        let State { clock, dms, .. } = &mut *self.lock();
        let simulator = dms.as_mut().map(|dms| &mut dms.simulator).ok_or_else(no_dms);
        let now = clock.local(real_now());
        match simulator.and_then(|simulator| cloudwatch::get_metric_data(simulator, now, request)) {
            Ok(answer) => in_cbor(&answer, &cloudwatch::INSTANTS),
            Err(error) => refusal(Protocol::Cbor, &error),
        }
    }

    /// Makes a function's payload local.
    pub(crate) fn inbound(&self, payload: &mut Value, execution: &str) {
        let state = self.lock();
        if state.clock.is_skipping() {
            return;
        }
        head::inbound(payload, execution, &state.clock, &state.memory);
    }

    /// Makes the documents in the history of an execution local.
    pub(crate) fn history(&self, answer: &mut Value, execution: &str) {
        let state = self.lock();
        if state.clock.is_skipping() {
            return;
        }
        head::history(answer, execution, &state.clock, &state.memory);
    }

    /// Makes a function's answer real, after a leap over the wait that follows it.
    pub(crate) fn outbound(&self, document: &mut Value, asked: &Value, function: &str, execution: &str) {
        let State { clock, memory, .. } = &mut *self.lock();
        if clock.is_skipping() {
            return;
        }
        head::outbound(document, asked, function, execution, clock, memory);
    }

    /// Leaps over the wait that follows a function's failure.
    pub(crate) fn failed(&self, payload: &Value, function: &str) {
        head::failed(payload, function, &mut self.lock().clock);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_dms() -> ErrorAnswer {
    let message = "there is no DMS in this world; give it a simulator before it is registered";
    ErrorAnswer { status: 500, code: "InternalFailure".to_owned(), message: message.to_owned() }
}

/// The worlds of one local AWS, and who lives in which. Clones share them.
#[derive(Debug, Clone)]
pub struct Worlds {
    registry: Arc<Mutex<Registry>>,
}

#[derive(Debug)]
struct Registry {
    default: Arc<World>,
    names: HashMap<String, Arc<World>>,
    prefixes: Vec<(String, Arc<World>)>,
}

impl Default for Worlds {
    /// Only the default world, in real time and without a DMS.
    fn default() -> Self {
        let default = Arc::new(World::new(Clock::real()));
        let registry = Registry { default, names: HashMap::new(), prefixes: Vec::new() };
        Self { registry: Arc::new(Mutex::new(registry)) }
    }
}

impl Worlds {
    /// Makes this the world of every execution, and of every other caller, that is not bound to one.
    pub fn set_default(&self, world: impl Into<Arc<World>>) {
        self.lock().default = world.into();
    }

    /// The execution of this name lives in this world. A caller that is no function speaks in it too when it signs
    /// its calls with that name as its access key id.
    pub fn bind(&self, execution: impl Into<String>, world: &Arc<World>) {
        self.lock().names.insert(execution.into(), Arc::clone(world));
    }

    /// Every execution whose name begins with `prefix` lives in this world, unless its own name is bound. Of two
    /// prefixes the longer one counts.
    pub fn bind_prefix(&self, prefix: impl Into<String>, world: &Arc<World>) {
        self.lock().prefixes.push((prefix.into(), Arc::clone(world)));
    }

    /// Nobody lives in this world any more.
    pub fn release(&self, world: &Arc<World>) {
        let mut registry = self.lock();
        registry.names.retain(|_, bound| !Arc::ptr_eq(bound, world));
        registry.prefixes.retain(|(_, bound)| !Arc::ptr_eq(bound, world));
    }

    /// The world of an execution, by name.
    pub fn of(&self, execution: Option<&str>) -> Arc<World> {
        let registry = self.lock();
        let bound = execution.and_then(|name| registry.bound(name));
        Arc::clone(bound.unwrap_or(&registry.default))
    }

    /// Whether this name is bound to a world.
    pub(crate) fn knows(&self, execution: &str) -> bool {
        self.lock().bound(execution).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    fn bound(&self, execution: &str) -> Option<&Arc<World>> {
        let named = self.names.get(execution);
        let prefixed = || self.prefixes.iter().filter(|(prefix, _)| execution.starts_with(prefix));
        named.or_else(|| prefixed().max_by_key(|(prefix, _)| prefix.len()).map(|(_, world)| world))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_lives_where_its_name_or_its_longest_prefix_says() {
        let worlds = Worlds::default();
        let [one, two, three] = [(); 3].map(|()| Arc::new(World::new(Clock::real())));
        worlds.bind("night-7", &one);
        worlds.bind_prefix("night-", &two);
        worlds.bind_prefix("night-7-", &three);
        let is = |name: Option<&str>, world: &Arc<World>| Arc::ptr_eq(&worlds.of(name), world);
        assert!(is(Some("night-7"), &one));
        assert!(is(Some("night-8"), &two));
        assert!(is(Some("night-7-again"), &three));
        assert!(!is(None, &one) && !is(Some("day"), &two));

        worlds.release(&two);
        assert!(Arc::ptr_eq(&worlds.of(Some("night-8")), &worlds.of(None)));
        worlds.set_default(Arc::clone(&two));
        assert!(is(Some("day"), &two));
    }
}
