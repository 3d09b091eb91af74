//! The HTTP client of a sandbox: what the SDK sends is answered in process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use local_aws::FunctionEnd;

use crate::functions::Function;
use crate::world::{Arrival, Inner, Passage};

/// What a sandbox is at.
#[derive(Debug, Default)]
pub(crate) struct Occupant {
    /// The name of the execution that it works for.
    pub(crate) execution: String,
    /// How its process came to its end, if it did.
    pub(crate) ended: Option<FunctionEnd>,
}

/// The HTTP client of one sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    world: Weak<Inner>,
    function: Function,
    occupant: Arc<Mutex<Occupant>>,
}

impl Connector {
    pub(crate) fn new(world: Weak<Inner>, function: Function) -> Connector {
        Connector { world, function, occupant: Arc::default() }
    }

    pub(crate) fn occupant(&self) -> MutexGuard<'_, Occupant> {
        self.occupant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone() -> ConnectorError {
        ConnectorError::io("the connection ended without an answer".into())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(world) = self.world.upgrade() else { return HttpConnectorFuture::ready(Err(Self::gone())) };
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let execution = self.occupant().execution.clone();
        let arrival = world.arrive(self.function, &execution, &request);
        match arrival.delay() {
            None => match world.pass(arrival, &request) {
                Passage::Answer(answer) => HttpConnectorFuture::ready(into_answer(answer)),
                Passage::Late(answer, seconds) => {
                    let nap = world.clock.sleep_for(seconds);
                    HttpConnectorFuture::new(async move {
                        nap.await;
                        into_answer(answer)
                    })
                }
                Passage::Lost => HttpConnectorFuture::ready(Err(Self::gone())),
                Passage::Ends(end) => {
                    self.occupant().ended = Some(end);
                    HttpConnectorFuture::new(std::future::pending())
                }
            },
            Some(seconds) => {
                let this = self.clone();
                let nap = world.clock.sleep_for(seconds);
                let mut waiting = Waiting { world, arrival: Some(arrival) };
                HttpConnectorFuture::new(async move {
                    nap.await;
                    let world = Arc::clone(&waiting.world);
                    let Some(arrival) = waiting.arrival.take() else { return Err(Self::gone()) };
                    match world.pass(arrival, &request) {
                        Passage::Answer(answer) => into_answer(answer),
                        Passage::Late(answer, seconds) => {
                            world.clock.sleep_for(seconds).await;
                            into_answer(answer)
                        }
                        Passage::Lost => Err(Self::gone()),
                        Passage::Ends(end) => {
                            this.occupant().ended = Some(end);
                            std::future::pending().await
                        }
                    }
                })
            }
        }
    }
}

/// A request that the service has not seen yet; the one who asked may not have the patience.
struct Waiting {
    world: Arc<Inner>,
    arrival: Option<Arrival>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(arrival) = self.arrival.take() {
            self.world.given_up(arrival);
        }
    }
}

fn into_answer(answer: http::Response<Vec<u8>>) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(answer.map(Into::into)).map_err(|error| ConnectorError::other(error.into(), None))
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
