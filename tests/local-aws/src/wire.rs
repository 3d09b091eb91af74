//! Reads off a request which service and operation it means, and writes refusals the way that service would.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use crate::cbor;
use crate::faults::ErrorAnswer;

/// How a service writes its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON, the operation in `X-Amz-Target`.
    Json,
    /// A form, the operation in `Action`; answers are XML.
    Query,
    /// The operation is in the path.
    Rest,
    /// CBOR (Smithy RPC v2), service and operation in the path: `/service/.../operation/GetMetricData`.
    Cbor,
}

/// The header, and its value, that a message in CBOR has in both directions.
const SMITHY_PROTOCOL: (&str, &str) = ("smithy-protocol", "rpc-v2-cbor");

const CBOR: &str = "application/cbor";

/// What CloudWatch is called here. It signs as `monitoring`, where nobody would look for it.
pub const CLOUDWATCH: &str = "cloudwatch";

/// What CloudWatch is called in paths.
const CLOUDWATCH_IN_PATHS: &str = "GraniteServiceVersion20100801";

/// What a request is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    /// How it is written.
    pub protocol: Protocol,
    /// The service, by its signing name; CloudWatch by [`CLOUDWATCH`].
    pub service: String,
    pub operation: String,
    /// What is asked: JSON, CBOR as JSON, or a form as an object of strings.
    pub request: Value,
    /// Who signed it.
    pub access_key: Option<String>,
}

impl Meaning {
    /// Reads a request.
    pub fn of(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let credential = text(header::AUTHORIZATION.as_str()).and_then(Credential::of);
        let target = text("x-amz-target").and_then(|target| target.split_once('.'));
        let signed_for = credential.as_ref().map(|credential| credential.service.clone());
        let (protocol, service, operation, request) = if text(SMITHY_PROTOCOL.0) == Some(SMITHY_PROTOCOL.1) {
            let mut parts = uri.path().rsplit('/');
            let operation = parts.next().unwrap_or_default().to_owned();
            let service = signed_for.or_else(|| parts.nth(1).map(str::to_owned)).unwrap_or_default();
            (Protocol::Cbor, service, operation, cbor::read(body).unwrap_or_default())
        } else if let Some((prefix, operation)) = target {
            let service = signed_for.unwrap_or_else(|| prefix.to_owned());
            (Protocol::Json, service, operation.to_owned(), serde_json::from_slice(body).unwrap_or_default())
        } else if text("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
        {
            let form = form(body);
            let operation = form.get("Action").and_then(Value::as_str).unwrap_or_default().to_owned();
            (Protocol::Query, signed_for.unwrap_or_default(), operation, form.into())
        } else {
            let request = serde_json::from_slice(body).unwrap_or_default();
            (Protocol::Rest, signed_for.unwrap_or_default(), uri.path().to_owned(), request)
        };
        let access_key = credential.map(|credential| credential.key);
        let service = match service.as_str() {
            "monitoring" | CLOUDWATCH_IN_PATHS => CLOUDWATCH.to_owned(),
            // One part of DMS is asked by a target without a signature when a person uses curl.
            prefix if prefix.starts_with("AmazonDMSv") => "dms".to_owned(),
            _ => service,
        };
        Self { protocol, service, operation, request, access_key }
    }

    /// The name of the execution that a call to Step Functions is about.
    pub(crate) fn execution(&self) -> Option<String> {
        if self.service != "states" {
            return None;
        }
        let member = if self.operation == "StartExecution" { "name" } else { "executionArn" };
        let named = self.request.get(member)?.as_str()?;
        named.rsplit(':').next().map(str::to_owned)
    }
}

/// The signer of a request and the service that it was signed for; the signature itself is not checked.
struct Credential {
    key: String,
    service: String,
}

impl Credential {
    /// Reads `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`.
    fn of(authorization: &str) -> Option<Self> {
        let scope = authorization.split_once("Credential=")?.1.split([',', ' ']).next()?;
        let mut parts = scope.split('/');
        let (key, service) = (parts.next()?.to_owned(), parts.nth(2)?.to_owned());
        Some(Self { key, service })
    }
}

fn form(body: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect()
}

/// The document in an answer, where it is JSON or CBOR.
pub fn document(answer: &Response<Bytes>) -> Value {
    if answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == CBOR) {
        return cbor::read(answer.body()).unwrap_or_default();
    }
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

/// An answer in CBOR. Numbers in the members of these names are instants.
pub fn in_cbor(document: &Value, instants: &[&str]) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(cbor::write(document, instants)));
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(CBOR));
    let (name, value) = SMITHY_PROTOCOL;
    answer.headers_mut().insert(name, header::HeaderValue::from_static(value));
    answer.headers_mut().insert("x-amzn-requestid", header::HeaderValue::from_static(REQUEST_ID));
    answer
}

/// The code of the error in an answer, wherever the protocol puts it.
pub fn error_code(answer: &Response<Bytes>) -> Option<String> {
    if answer.status().is_success() {
        return None;
    }
    let from_header = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let json = document(answer);
    let from_json = json.get("__type").or_else(|| json.get("code")).and_then(Value::as_str);
    let text = std::str::from_utf8(answer.body()).unwrap_or_default();
    let from_xml =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let code = from_header.or(from_json).or(from_xml)?;
    // `com.amazonaws.dms#Fault:http://...` is `Fault`.
    let code = code.rsplit('#').next()?.split(':').next()?;
    Some(code.to_owned())
}

/// The request id of every answer that is made here: nobody looks one up, but moto fails without.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// A refusal, written the way the service would.
pub fn refusal(protocol: Protocol, error: &ErrorAnswer) -> Response<Bytes> {
    let ErrorAnswer { status, code, message } = error;
    let (kind, body) = match protocol {
        Protocol::Json => {
            ("application/x-amz-json-1.1", json!({ "__type": code, "message": message }).to_string())
        }
        Protocol::Cbor => {
            let mut answer = in_cbor(&json!({ "__type": code, "message": message }), &[]);
            *answer.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return answer;
        }
        Protocol::Rest => ("application/json", json!({ "message": message, "Message": message }).to_string()),
        Protocol::Query => {
            let fault = if *status < 500 { "Sender" } else { "Receiver" };
            let escaped = message.replace('&', "&amp;").replace('<', "&lt;");
            let error = format!("<Type>{fault}</Type><Code>{code}</Code><Message>{escaped}</Message>");
            let id = format!("<RequestId>{REQUEST_ID}</RequestId>");
            ("text/xml", format!("<ErrorResponse><Error>{error}</Error>{id}</ErrorResponse>"))
        }
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response.headers_mut().insert("x-amzn-requestid", header::HeaderValue::from_static(REQUEST_ID));
    if let (Protocol::Rest, Ok(code)) = (protocol, code.parse()) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// An answer on its way out.
pub(crate) fn send(answer: Response<Bytes>) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    Response::from_parts(parts, Body::from(body)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=ASIA7/20300101/us-east-1/sns/aws4_request, SignedHeaders=host, \
                          Signature=0";

    #[test]
    fn each_protocol_is_understood() {
        let root = Uri::from_static("/");
        let target = headers(&[("x-amz-target", "AmazonDMSv20160101.StopReplicationTask")]);
        let json = Meaning::of(&root, &target, br#"{"ReplicationTaskArn":"a"}"#);
        assert_eq!((json.service.as_str(), json.operation.as_str()), ("dms", "StopReplicationTask"));
        assert_eq!(json.request["ReplicationTaskArn"], "a");
        assert_eq!(json.access_key, None);

        let form = headers(&[
            ("authorization", SIGNED),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ]);
        let query = Meaning::of(&root, &form, b"Action=Publish&Message=a%20b+c");
        assert_eq!((query.service.as_str(), query.operation.as_str()), ("sns", "Publish"));
        assert_eq!(query.request["Message"], "a b c");
        assert_eq!(query.access_key.as_deref(), Some("ASIA7"));

        let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
        let signed =
            "AWS4-HMAC-SHA256 Credential=ASIA7/20300101/us-east-1/monitoring/aws4_request, Signature=0";
        for more in [&[("authorization", signed)][..], &[]] {
            let headers = headers(&[&[("smithy-protocol", "rpc-v2-cbor")], more].concat());
            let rpc = Meaning::of(&Uri::from_static(path), &headers, b"\xbf\x65Start\xc1\x05\xff");
            assert_eq!((rpc.protocol, rpc.service.as_str()), (Protocol::Cbor, "cloudwatch"));
            assert_eq!((rpc.operation.as_str(), rpc.request), ("GetMetricData", json!({ "Start": 5 })));
        }

        let rest = Meaning::of(&Uri::from_static("/queue"), &HeaderMap::new(), b"not json");
        assert_eq!((rest.protocol, rest.operation.as_str()), (Protocol::Rest, "/queue"));
        assert_eq!(rest.request, Value::Null);
    }

    #[test]
    fn a_refusal_is_read_back_in_each_protocol() {
        let error = ErrorAnswer { status: 400, code: "ThrottlingException".into(), message: "a < b".into() };
        for protocol in [Protocol::Json, Protocol::Query, Protocol::Rest, Protocol::Cbor] {
            let answer = refusal(protocol, &error);
            assert_eq!(error_code(&answer).as_deref(), Some("ThrottlingException"), "{protocol:?}");
            assert_eq!(answer.status().as_u16(), 400);
        }
        assert_eq!(error_code(&Response::new(Bytes::from_static(b"{}"))), None);
    }

    #[test]
    fn a_call_to_step_functions_names_its_execution() {
        let target =
            |operation: &'static str| headers(&[("x-amz-target", operation), ("authorization", SIGNED)]);
        let of = |operation, body: &[u8]| {
            let mut meaning = Meaning::of(&Uri::from_static("/"), &target(operation), body);
            meaning.service = "states".to_owned();
            meaning.execution()
        };
        assert_eq!(of("AWSStepFunctions.StartExecution", br#"{"name":"one"}"#).as_deref(), Some("one"));
        let describe = br#"{"executionArn":"arn:aws:states:r:1:execution:m:two"}"#;
        assert_eq!(of("AWSStepFunctions.DescribeExecution", describe).as_deref(), Some("two"));
        assert_eq!(of("AWSStepFunctions.ListStateMachines", b"{}"), None);
    }
}
