//! CloudWatch's GetMetricData for DMS: on the wire, and as the real SDK reads it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use aws_sdk_cloudwatch::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use ciborium::{Value as Cbor, cbor};
use common::with_stack;
use dms_simulator::{Scenario, Simulator};
use local_aws::{Clock, Fault, LocalAws, World};
use serde_json::json;

const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:INSTANCE";
const EVENING: &str = "2026-10-24T22:00:00Z";
const EVENING_SECONDS: i64 = 1_792_879_200;
const PATH: &str = "/service/GraniteServiceVersion20100801/operation/GetMetricData";

/// A world whose task `NIGHTLY` has replicated for an hour, and is one second less behind each second: by an hour and
/// forty seconds now.
fn world() -> Arc<World> {
    let endpoint = |name: &str| format!("arn:aws:dms:us-east-1:123456789012:endpoint:{name}");
    let scenario: Scenario = serde_json::from_value(json!({
        "ReplicationInstances":
            [{ "ReplicationInstanceArn": INSTANCE, "ReplicationInstanceIdentifier": "nightly-instance" }],
        "Endpoints": [
            { "EndpointArn": endpoint("S"), "EndpointType": "source" },
            { "EndpointArn": endpoint("T"), "EndpointType": "target" },
        ],
        "SourceTables": [{ "SchemaName": "s", "TableName": "t", "LoadSeconds": 10 }],
        "Tasks": [{
            "ReplicationTaskArn": "arn:aws:dms:us-east-1:123456789012:task:NIGHTLY",
            "ReplicationTaskIdentifier": "nightly", "SourceEndpointArn": endpoint("S"),
            "TargetEndpointArn": endpoint("T"), "ReplicationInstanceArn": INSTANCE,
            "MigrationType": "cdc", "State": "Replicating",
        }],
        "Lag": { "BehindSeconds": 7240, "CatchUpPerSecond": 1, "SourceShare": 0.25 },
    }))
    .unwrap();
    let evening = EVENING.parse().unwrap();
    let mut dms = Simulator::new(scenario, 7);
    // Its history counts back from here, and not from whenever the first call comes.
    dms.advance(evening);
    Arc::new(World::new(Clock::starting_at(evening, 1)).with_dms(dms))
}

/// The status, the head and the body of the answer to a request in CBOR.
fn post(aws: &LocalAws, key: &str, body: &Cbor) -> (u16, String, Cbor) {
    let mut bytes = Vec::new();
    ciborium::into_writer(body, &mut bytes).unwrap();
    let address = aws.endpoint().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nsmithy-protocol: rpc-v2-cbor\r\n\
         Content-Type: application/cbor\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={key}/20261024/us-east-1/monitoring/aws4_request, SignedHeaders=host, \
         Signature=0\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    )
    .unwrap();
    stream.write_all(&bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, ciborium::from_reader(&answer[end + 4..]).unwrap())
}

fn query(id: &str, metric: &str, instance: &str, task: &str) -> Cbor {
    cbor!({
        "Id" => id,
        "MetricStat" => {
            "Metric" => {
                "Namespace" => "AWS/DMS", "MetricName" => metric,
                "Dimensions" => [
                    { "Name" => "ReplicationInstanceIdentifier", "Value" => instance },
                    { "Name" => "ReplicationTaskIdentifier", "Value" => task },
                ],
            },
            "Period" => 60, "Stat" => "Average",
        },
    })
    .unwrap()
}

/// An instant as the SDK writes it: a tag, and a number with a fraction.
fn instant(seconds: i64) -> Cbor {
    Cbor::Tag(1, Box::new(Cbor::Float(seconds as f64)))
}

fn request(queries: Vec<Cbor>, from: i64, until: i64) -> Cbor {
    let text = |text: &str| Cbor::Text(text.to_owned());
    Cbor::Map(vec![
        (text("MetricDataQueries"), Cbor::Array(queries)),
        (text("StartTime"), instant(from)),
        (text("EndTime"), instant(until)),
    ])
}

/// The same value with its members in their order: CBOR gives them none, and JSON's own depends on how it is built.
fn in_order(value: Cbor) -> Cbor {
    match value {
        Cbor::Map(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, in_order(value))).collect();
            members.sort_by_key(|(name, _)| name.as_text().map(str::to_owned));
            Cbor::Map(members)
        }
        Cbor::Array(items) => Cbor::Array(items.into_iter().map(in_order).collect()),
        value => value,
    }
}

#[test]
fn two_metrics_come_in_cbor_with_the_youngest_point_first() {
    with_stack(async |aws| {
        let world = world();
        aws.worlds().bind("lag-wire", &world);
        let queries = ["CDCLatencySource", "CDCLatencyTarget"]
            .map(|metric| query(metric, metric, "nightly-instance", "NIGHTLY"));
        // From the middle of a minute on, which counts as its beginning; the last minute is not shown yet.
        let request = request(queries.to_vec(), EVENING_SECONDS - 150, EVENING_SECONDS);
        let (status, head, answer) =
            tokio::task::spawn_blocking(move || post(aws, "lag-wire", &request)).await.unwrap();
        assert_eq!(status, 200);
        assert!(head.contains("smithy-protocol: rpc-v2-cbor"), "{head}");
        assert!(head.contains("content-type: application/cbor"), "{head}");
        let minute = |before: i64| Cbor::Tag(1, Box::new(Cbor::Integer((EVENING_SECONDS - before).into())));
        let result = |name: &str, values: [f64; 3]| {
            Cbor::Map(vec![
                ("Id".into(), name.into()),
                ("Label".into(), name.into()),
                ("StatusCode".into(), "Complete".into()),
                ("Timestamps".into(), Cbor::Array([60, 120, 180].map(minute).to_vec())),
                ("Values".into(), Cbor::Array(values.map(Cbor::Float).to_vec())),
            ])
        };
        let expected = Cbor::Map(vec![
            ("Messages".into(), Cbor::Array(Vec::new())),
            (
                "MetricDataResults".into(),
                Cbor::Array(vec![
                    result("CDCLatencySource", [925.0, 940.0, 955.0]),
                    result("CDCLatencyTarget", [3700.0, 3760.0, 3820.0]),
                ]),
            ),
        ]);
        assert_eq!(in_order(answer), in_order(expected));

        let calls = aws.recorder().of_execution("lag-wire");
        let call = &calls[0];
        assert_eq!((call.service.as_str(), call.operation.as_str()), ("cloudwatch", "GetMetricData"));
        assert_eq!(call.request["StartTime"], (EVENING_SECONDS - 150) as f64);
        assert_eq!(call.answer["MetricDataResults"][0]["Values"][2], 955.0);
        assert_eq!((call.status, call.error.as_deref()), (Some(200), None));
    });
}

#[test]
fn what_an_instance_has_left_comes_by_its_name_alone() {
    with_stack(async |aws| {
        aws.worlds().bind("left", &world());
        let of = |metric: &str, instance: &str| {
            let metric = cbor!({ "Namespace" => "AWS/DMS", "MetricName" => metric,
                                 "Dimensions" => [{ "Name" => "ReplicationInstanceIdentifier", "Value" => instance }] })
            .unwrap();
            let stat = cbor!({ "Metric" => metric, "Period" => 300, "Stat" => "Minimum" }).unwrap();
            cbor!({ "Id" => "q", "MetricStat" => stat }).unwrap()
        };
        for (query, value) in [
            (of("FreeStorageSpace", "nightly-instance"), Some("40000000000.0")),
            (of("FreeableMemory", "nightly-instance"), Some("2500000000.0")),
            (of("FreeStorageSpace", INSTANCE), None),
            (query("q", "FreeableMemory", "nightly-instance", "NIGHTLY"), None),
        ] {
            let request = request(vec![query.clone()], EVENING_SECONDS - 3600, EVENING_SECONDS);
            let (status, _, answer) =
                tokio::task::spawn_blocking(move || post(aws, "left", &request)).await.unwrap();
            assert_eq!(status, 200);
            let text = format!("{answer:?}");
            assert_eq!(
                text.matches("Tag(").count(),
                if value.is_some() { 12 } else { 0 },
                "{query:?}: {text}"
            );
            assert!(value.is_none_or(|value| text.contains(value)), "{text}");
        }
    });
}

#[test]
fn what_does_not_exist_is_empty_and_what_cloudwatch_refuses_is_refused() {
    with_stack(async |aws| {
        let world = world();
        aws.worlds().bind("lag-odd", &world);
        let ask = async |queries: Vec<Cbor>, from: i64, until: i64| {
            let request = request(queries, from, until);
            tokio::task::spawn_blocking(move || post(aws, "lag-odd", &request)).await.unwrap()
        };
        let (from, until) = (EVENING_SECONDS - 600, EVENING_SECONDS);
        for (metric, instance, task) in [
            ("CDCLatencySource", INSTANCE, "NIGHTLY"),
            ("CDCLatencySource", "nightly-instance", "nightly"),
            ("CDCIncomingChanges", "nightly-instance", "NIGHTLY"),
        ] {
            let (status, _, answer) = ask(vec![query("q", metric, instance, task)], from, until).await;
            assert_eq!(status, 200);
            let text = format!("{answer:?}");
            assert!(
                !text.contains("Tag(") && text.contains("Complete"),
                "{metric} {instance} {task}: {text}"
            );
        }
        // CloudWatch knows a metric only by all of its dimensions, and no more.
        for dimensions in [
            vec![("ReplicationTaskIdentifier", "NIGHTLY")],
            vec![
                ("ReplicationInstanceIdentifier", "nightly-instance"),
                ("ReplicationTaskIdentifier", "NIGHTLY"),
                ("Colour", "red"),
            ],
        ] {
            let listed: Vec<Cbor> = dimensions
                .iter()
                .map(|(name, value)| cbor!({ "Name" => name, "Value" => value }).unwrap())
                .collect();
            let metric = cbor!({ "Namespace" => "AWS/DMS", "MetricName" => "CDCLatencySource",
                                 "Dimensions" => listed })
            .unwrap();
            let stat = cbor!({ "Metric" => metric, "Period" => 60, "Stat" => "Sum" }).unwrap();
            let query = cbor!({ "Id" => "q", "MetricStat" => stat }).unwrap();
            let (status, _, answer) = ask(vec![query], from, until).await;
            assert_eq!(status, 200);
            assert!(!format!("{answer:?}").contains("Tag("), "{dimensions:?}: {answer:?}");
        }
        let stat = |period: i64, stat: &str| {
            let metric = cbor!({ "Namespace" => "AWS/DMS", "MetricName" => "CDCLatencySource" }).unwrap();
            cbor!({ "Id" => "q", "MetricStat" => { "Metric" => metric, "Period" => period, "Stat" => stat } })
                .unwrap()
        };
        for (queries, until, code) in [
            (vec![stat(60, "Average")], from, "ValidationError"),
            (vec![stat(30, "Average")], until, "ValidationError"),
            (vec![stat(60, "Mood")], until, "ValidationError"),
            (vec![cbor!({ "Id" => "q", "Expression" => "a+b" }).unwrap()], until, "ValidationError"),
        ] {
            let (status, head, answer) = ask(queries.clone(), from, until).await;
            assert_eq!(status, 400);
            assert!(head.contains("smithy-protocol: rpc-v2-cbor"), "{head}");
            let members = answer.into_map().unwrap();
            assert_eq!(members[0], ("__type".into(), code.into()), "{queries:?}");
            assert!(members[1].1.as_text().is_some_and(|text| !text.is_empty()), "{members:?}");
        }
        let (status, _, answer) =
            tokio::task::spawn_blocking(move || post(aws, "lag-odd", &Cbor::Map(Vec::new()))).await.unwrap();
        assert_eq!(status, 400);
        assert!(format!("{answer:?}").contains("MissingRequiredParameterException"), "{answer:?}");
    });
}

fn sdk(aws: &LocalAws, key: &str) -> aws_sdk_cloudwatch::Client {
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new(key, "secret", None, None, "test"))
        .region(Region::new("us-east-1"))
        .endpoint_url(aws.endpoint())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_cloudwatch::Client::from_conf(config)
}

fn sdk_query(metric: &str, period: i32, stat: &str) -> MetricDataQuery {
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .namespace("AWS/DMS")
        .metric_name(metric)
        .dimensions(dimension("ReplicationTaskIdentifier", "NIGHTLY"))
        .dimensions(dimension("ReplicationInstanceIdentifier", "nightly-instance"))
        .build();
    let stat = MetricStat::builder().metric(metric).period(period).stat(stat).build();
    MetricDataQuery::builder().id("lag").label("how late").metric_stat(stat).build()
}

#[test]
fn the_real_sdk_reads_points_and_errors() {
    with_stack(async |aws| {
        let world = world();
        aws.worlds().bind("lag-sdk", &world);
        let client = sdk(aws, "lag-sdk");
        let ask = |query: MetricDataQuery, scan: Option<ScanBy>| {
            client
                .get_metric_data()
                .metric_data_queries(query)
                .start_time(DateTime::from_secs(EVENING_SECONDS - 600))
                .end_time(DateTime::from_millis((EVENING_SECONDS - 180) * 1000 + 500))
                .set_scan_by(scan)
                .send()
        };
        let points = |answer: aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput| {
            let result = &answer.metric_data_results()[0];
            assert_eq!((result.id(), result.label()), (Some("lag"), Some("how late")));
            assert_eq!(result.status_code().map(|code| code.as_str()), Some("Complete"));
            let minutes = result.timestamps().iter().map(|at| (EVENING_SECONDS - at.secs()) / 60);
            minutes.zip(result.values().to_vec()).collect::<Vec<_>>()
        };
        let source = |minute: i64| (minute, (3640 + 60 * minute) as f64 / 4.0);
        let newest_first: Vec<_> = (3..=10).map(source).collect();
        let answer = ask(sdk_query("CDCLatencySource", 60, "Average"), None).await.unwrap();
        assert_eq!(points(answer), newest_first);
        let oldest_first: Vec<_> = newest_first.iter().rev().copied().collect();
        let scan = Some(ScanBy::TimestampAscending);
        let answer = ask(sdk_query("CDCLatencySource", 60, "Maximum"), scan.clone()).await.unwrap();
        assert_eq!(points(answer), oldest_first);
        // 21:50 to 21:54 and 21:55 to 21:57; the latency is greatest when it is oldest, and has a broken minimum.
        for (stat, expected) in [
            ("Maximum", [(10, source(10).1), (5, source(5).1)]),
            ("Minimum", [(10, source(6).1), (5, source(3).1)]),
            ("Average", [(10, source(8).1), (5, source(4).1)]),
            ("SampleCount", [(10, 5.0), (5, 3.0)]),
        ] {
            let answer = ask(sdk_query("CDCLatencySource", 300, stat), scan.clone()).await.unwrap();
            assert_eq!(points(answer), expected, "{stat}");
        }
        let answer = ask(sdk_query("NoSuchMetric", 60, "Average"), None).await.unwrap();
        assert_eq!(points(answer), []);

        let fault =
            aws.faults().add(Fault::on("cloudwatch", "GetMetricData").execution("lag-sdk").nth(1).throttle());
        let error = ask(sdk_query("CDCLatencySource", 60, "Average"), None).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("ThrottlingException"), Some("Rate exceeded")));
        aws.faults().remove(fault);
        let calls = aws.recorder().calls("cloudwatch", "GetMetricData");
        let struck = calls.iter().find(|call| call.fault.is_some()).unwrap();
        assert_eq!(struck.error.as_deref(), Some("ThrottlingException"));
        assert_eq!(struck.execution.as_deref(), Some("lag-sdk"));

        let nobody = Arc::new(World::new(Clock::real()));
        aws.worlds().bind("lag-nobody", &nobody);
        let client = sdk(aws, "lag-nobody");
        let lost = client.get_metric_data().start_time(DateTime::from_secs(0)).send().await.unwrap_err();
        assert_eq!(lost.code(), Some("InternalFailure"));
    });
}
