//! A Lambda function that does what its payload says: the function of this package's own tests.
//!
//! `{"Do": "answer", "Answer": ...}` answers that (or the payload's `Migration`, or the whole payload); `fail`,
//! `exit` and `hang` do so; `call` makes one call to AWS and answers with its status and body, or with `Lost`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::var_os("REFUSE_TO_BEGIN").is_some() {
        std::process::exit(7);
    }
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let deadline = event.context.deadline;
        handle(event.payload, deadline).await
    }))
    .await
}

async fn handle(payload: Value, deadline: u64) -> Result<Value, Diagnostic> {
    eprintln!("asked: {payload}");
    match payload["Do"].as_str() {
        Some("fail") => Err(Diagnostic {
            error_type: "EchoError".to_owned(),
            error_message: "it was asked to fail".to_owned(),
        }),
        Some("exit") => std::process::exit(3),
        Some("hang") => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            Ok(Value::Null)
        }
        Some("environment") => {
            Ok(json!({ "Deadline": deadline, "Variables": std::env::vars().collect::<Vec<_>>() }))
        }
        Some("call") => Ok(call(&payload["Service"], &payload["Target"], &payload["Input"])
            .unwrap_or_else(|error| json!({ "Lost": error.to_string() }))),
        _ => Ok(payload.get("Answer").or(payload.get("Migration")).unwrap_or(&payload).clone()),
    }
}

/// One call as any SDK would make it, signed in form only.
fn call(service: &Value, target: &Value, input: &Value) -> std::io::Result<Value> {
    let variable = |name: &str| std::env::var(name).map_err(std::io::Error::other);
    let (endpoint, key) = (variable("AWS_ENDPOINT_URL")?, variable("AWS_ACCESS_KEY_ID")?);
    let address = endpoint.trim_start_matches("http://");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let scope = format!("{key}/20000101/us-east-1/{}/aws4_request", text(service));
    let body = input.to_string();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Amz-Target: {}\r\nContent-Type: \
         application/x-amz-json-1.0\r\nAuthorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, \
         Signature=0\r\nContent-Length: {}\r\n\r\n{body}",
        text(target),
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| std::io::Error::other("the connection ended without an answer"))?;
    let status: u16 = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| body.into());
    Ok(json!({ "Status": status, "Body": body }))
}
