//! Where a replication begins and ends.

use plan::read;
use serde_json::json;

use crate::{Case, member, plan};
use support::plans::{cdc, event, full_load, load_and_cdc};

pub(crate) fn cases() -> Vec<Case> {
    let start = "/Task/CdcStartPosition";
    let time = "/Task/CdcStartTime";
    let stop = "/Task/CdcStopPosition";
    let mut cases = vec![
        plan(
            "cdc-start-twice",
            time,
            cdc().with(time, json!("2018-03-08T12:12:12")).with(start, json!("2018-03-08T12:12:12")),
            cdc().with(time, json!("1970-01-01T00:00:00")).with(start, json!("2018-03-08T12:12:12")),
        ),
        Case {
            code: "cdc-start-twice",
            path: time,
            bad: read::read(&event("contradictory-cdc-start")).findings,
            good: read::read(&event("cdc-only")).findings,
        },
        member("cdc-start-now", start, &cdc(), json!("now"), json!("")),
        member("bad-time", time, &cdc(), json!("yesterday"), json!(1520511132.5)),
        // CloudFormation's property of this name is in milliseconds, DMS's is in seconds.
        member("bad-time", time, &cdc(), json!(1_520_511_132_000_u64), json!(1_520_511_132)),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("2026-12-01T04:00:00"),
            json!("commit_time: 2026-12-01T04:00:00"),
        ),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("server_time:2026-12-01"),
            json!("server_time:2026-12-01T04:00:00"),
        ),
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("server_time:2026-12-01T04:00:00+01:00"),
            json!("commit_time:2026-12-01T04:00:00"),
        ),
        // As long as a time to the second, and it has an offset.
        member(
            "bad-cdc-stop-position",
            stop,
            &cdc(),
            json!("server_time:2026-12-01T04:00-05"),
            json!("server_time:2026-12-01T04:00:05"),
        ),
        plan(
            "stop-before-start",
            stop,
            cdc().with(time, json!("2026-12-01T04:00:00")),
            cdc().with(time, json!("2026-12-01T03:59:59")),
        ),
        plan(
            "stop-before-start",
            stop,
            cdc().with(start, json!("2026-12-01T05:00:00")),
            cdc().with(start, json!("20991231")),
        ),
        plan(
            "cdc-member-without-cdc",
            stop,
            full_load().with(stop, json!("server_time:2026-12-01T04:00:00")),
            load_and_cdc().with(stop, json!("server_time:2026-12-01T04:00:00")),
        ),
        plan(
            "cdc-member-without-cdc",
            time,
            full_load().with(time, json!("2018-03-08T12:12:12")),
            cdc().with(time, json!("2018-03-08T12:12:12")),
        ),
        plan(
            "cdc-start-with-full-load",
            start,
            load_and_cdc().with(start, json!("12345")),
            cdc().with(start, json!("12345")),
        ),
    ];
    for (bad, good) in [
        ("latest", "2018-03-08T12:12:12"),
        ("checkpoint", "checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002:677883278264080#0#0#*#0#93"),
        ("mysql-bin-changelog:373", "mysql-bin-changelog.000024:373"),
        ("4AF/B00000D0/1", "4AF/B00000D0"),
        ("00000014:00000061", "00000014:00000061:0001"),
        ("12 345", "12345"),
    ] {
        cases.push(member("bad-cdc-start-position", start, &cdc(), json!(bad), json!(good)));
    }
    cases
}

#[test]
fn a_time_in_milliseconds_is_told_from_one_in_seconds() {
    for (time, said) in [
        (
            json!(1_641_556_979_000_u64),
            "which has 13 digits and so is in milliseconds: DMS wants 1641556979 (2022-01-07T12:02:59Z)",
        ),
        (
            json!("1641556979000"),
            "which has 13 digits and so is in milliseconds: DMS wants 1641556979 (2022-01-07T12:02:59Z)",
        ),
        (json!(1_641_556_979_000_000_u64), "in microseconds: DMS wants 1641556979"),
        (json!("1641556979"), "take the quotes away"),
        (json!("yesterday"), "not \"yesterday\""),
    ] {
        let found = cdc().with("/Task/CdcStartTime", time.clone()).findings();
        assert!(found[0].message.contains(said), "{time}: {}", found[0].message);
        assert_eq!(found[0].code.as_str(), "bad-time");
    }
}

#[test]
fn where_only_text_is_taken_a_number_is_shown_as_the_text_of_its_time() {
    let said = |place: &str, text: &str| cdc().with(place, json!(text)).findings().remove(0).message;
    for (text, end) in [
        ("server_time:1641556979", "10 digits and so is in seconds: write server_time:2022-01-07T12:02:59"),
        ("server_time:1641556979000", "is in milliseconds: write server_time:2022-01-07T12:02:59"),
        ("commit_time:1641556979", "is in seconds: write commit_time:2022-01-07T12:02:59"),
        ("1641556979", "is in seconds: write server_time:2022-01-07T12:02:59"),
        ("server_time:12", "not \"server_time:12\""),
    ] {
        let said = said("/Task/CdcStopPosition", text);
        assert!(said.ends_with(end), "{text}: {said}");
    }
    for (text, end) in [
        ("1641556979", "10 digits and so is in seconds: write 2022-01-07T12:02:59Z"),
        ("1641556979000", "is in milliseconds: write 2022-01-07T12:02:59Z"),
        ("tomorrow", "not \"tomorrow\""),
    ] {
        let said = said("/ScheduledTime", text);
        assert!(said.ends_with(end), "{text}: {said}");
    }
}
