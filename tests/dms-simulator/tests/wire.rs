//! The wire protocol.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{SOURCE, TARGET, request, world};
use dms_simulator::{Simulator, http};
use jiff::Timestamp;
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-03-01T22:00:00.125Z".parse().unwrap()
}

fn ask(dms: &mut Simulator, target: Option<&str>, body: &[u8]) -> (u16, Value, String) {
    let reply = http::answer(dms, now(), target, body);
    assert_eq!(reply.content_type, "application/x-amz-json-1.1");
    (reply.status, serde_json::from_slice(&reply.body).unwrap(), reply.request_id)
}

#[test]
fn answers_and_faults_look_as_aws_sends_them() {
    let mut dms = Simulator::new(world(), 1);
    let create = "AmazonDMSv20160101.CreateReplicationTask";
    let body = request("nightly", "full-load", Value::Null).to_string();
    let (status, answer, first) = ask(&mut dms, Some(create), body.as_bytes());
    assert_eq!(status, 200);
    let task = &answer["ReplicationTask"];
    assert_eq!(
        task["ReplicationTaskCreationDate"],
        json!(1_772_402_400.125),
        "epoch seconds with a fraction"
    );
    let (status, fault, second) = ask(&mut dms, Some(create), body.as_bytes());
    assert_eq!(status, 400);
    assert_eq!(fault["__type"], "ResourceAlreadyExistsFault");
    assert_eq!(fault["resourceArn"], task["ReplicationTaskArn"]);
    assert!(first != second && first.len() == 36, "{first} {second}");

    let (status, answer, _) = ask(&mut dms, Some("AmazonDMSv20160101.DescribeEndpoints"), b"");
    assert_eq!((status, answer["Endpoints"].as_array().unwrap().len()), (200, 2));
    for (target, body, expected) in [
        (None, "{}", "UnknownOperationException"),
        (Some("AmazonSSM.DescribeEndpoints"), "{}", "UnknownOperationException"),
        (Some("AmazonDMSv20160101.MakeCoffee"), "{}", "UnknownOperationException"),
        (Some("AmazonDMSv20160101.DescribeEndpoints"), "{", "SerializationException"),
        (Some("AmazonDMSv20160101.DescribeEndpoints"), "[]", "SerializationException"),
    ] {
        let (status, fault, _) = ask(&mut dms, target, body.as_bytes());
        assert_eq!((status, fault["__type"].as_str()), (400, Some(expected)), "{target:?} {body}");
    }
}

#[test]
fn the_same_seed_gives_the_same_arns() {
    let tail = |seed: u64, identifier: &str| {
        let mut dms = Simulator::new(world(), seed);
        let body = request(identifier, "full-load", Value::Null);
        let answer = dms.call(now(), "CreateReplicationTask", &body).unwrap();
        answer["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned()
    };
    assert_eq!(tail(5, "a"), tail(5, "b"));
    assert_ne!(tail(5, "a"), tail(6, "a"));
    let mut lengths: Vec<usize> =
        (0..20).map(|seed| tail(seed, "a").rsplit(':').next().unwrap().len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    assert_eq!(lengths, [26, 39]);
}

#[tokio::test]
async fn the_router_serves_it_over_http() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = http::router(Simulator::new(world(), 1), now);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonDMSv20160101.DescribeEndpoints\r\n\
                   Content-Length: 2\r\nConnection: close\r\n\r\n{}";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        answer.contains("x-amzn-requestid: ") && answer.contains("application/x-amz-json-1.1"),
        "{answer}"
    );
    assert!(answer.contains(SOURCE) && answer.contains(TARGET), "{answer}");
}
