//! Listens on loopback and serves one router, with one ability that `axum::serve` lacks: to hang up on a caller.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How many ports are tried until one is free under both loopback addresses.
const PORTS_TRIED: u32 = 20;

/// How long nothing is accepted after accepting failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Marks a response that the caller never gets: the connection ends instead.
#[derive(Debug, Clone, Copy)]
struct HangUp;

#[derive(Debug, thiserror::Error)]
#[error("the answer was lost on purpose")]
struct AnswerLost;

/// A response that ends the connection without a byte.
pub(crate) fn hang_up() -> Response<Body> {
    let mut response = ().into_response();
    response.extensions_mut().insert(HangUp);
    response
}

/// Listeners on one port of 127.0.0.1 and, where there is IPv6, of ::1, for clients that ask for `localhost`.
#[derive(Debug)]
pub(crate) struct Listeners {
    port: u16,
    listeners: Vec<TcpListener>,
}

impl Listeners {
    /// Opens a port that is free under both addresses.
    pub(crate) async fn open() -> std::io::Result<Self> {
        let mut taken = None;
        for _ in 0..PORTS_TRIED {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => return Ok(Self { port, listeners: vec![v4, v6] }),
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => taken = Some(error),
                Err(_) => return Ok(Self { port, listeners: vec![v4] }),
            }
        }
        Err(taken.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()))
    }

    /// The address to tell others.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Serves `router` until `stop` says so or its sender is gone.
    pub(crate) fn serve(self, router: Router, stop: &watch::Receiver<bool>) {
        for listener in self.listeners {
            tokio::spawn(accept(listener, router.clone(), stop.clone()));
        }
    }
}

async fn accept(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let stopped = stop.clone();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = async {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(converse(stream, router.clone(), stopped.clone()))),
                    // Out of file descriptors, most likely: nothing tells when there are some again.
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                }
            }
        } => {}
    }
}

async fn converse(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    // Small messages go back and forth here; without this each may wait 40 ms for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = router.call(request);
        async move {
            let response = answer.await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<HangUp>().is_some() { Err(AnswerLost) } else { Ok(response) }
        }
    });
    tokio::select! {
        // An error is a client that went away, or one that was hung up on.
        _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
