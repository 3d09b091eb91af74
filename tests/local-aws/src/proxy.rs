//! Passes a request on to moto, unchanged, and its answer back.

use std::net::SocketAddr;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderName, Request, Response, Uri, header, request};
use hyper_util::client::legacy::{Client, connect::HttpConnector};

use crate::client::{BODY_LIMIT, http_client};
use crate::error::{Error, Result};

/// Headers that belong to one connection and not to the message.
const CONNECTION_HEADERS: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::UPGRADE];

/// The way to moto.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    client: Client<HttpConnector, Body>,
    address: SocketAddr,
}

impl Proxy {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { client: http_client(), address }
    }

    /// Moto's answer to this request.
    pub(crate) async fn pass(&self, parts: &request::Parts, body: Bytes) -> Result<Response<Bytes>> {
        let failed = |why: String| Error::Call { what: format!("moto for {}", parts.uri.path()), why };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri: Uri =
            format!("http://{}{path}", self.address).parse().map_err(|error| failed(format!("{error}")))?;
        let mut request = Request::builder().method(parts.method.clone()).uri(uri);
        if let Some(headers) = request.headers_mut() {
            *headers = message_headers(&parts.headers);
        }
        let request = request.body(Body::from(body)).map_err(|error| failed(error.to_string()))?;
        let answer = self.client.request(request).await.map_err(|error| failed(error.to_string()))?;
        let (mut parts, body) = answer.into_parts();
        parts.headers = message_headers(&parts.headers);
        let body = to_bytes(Body::new(body), BODY_LIMIT).await.map_err(|error| failed(error.to_string()))?;
        Ok(Response::from_parts(parts, body))
    }
}

fn message_headers(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in CONNECTION_HEADERS {
        kept.remove(name);
    }
    kept
}
