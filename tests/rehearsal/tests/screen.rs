//! The whole screen of a rehearsal, at 80 and at 100 columns, from a story that is the same every time.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are tests, their helpers included"
)]

use dms_simulator::Scenario;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use local_aws::Place;
use plan::read::read;
use rehearsal::arguments::{Kept, Pace};
use rehearsal::fold::Fold;
use rehearsal::made_up::{self, Existing, MadeUp};
use rehearsal::nights::{AtTheEnd, TableAtTheEnd, summary};
use rehearsal::rehearse::Rehearsal;
use rehearsal::story::{Kind, Line};
use rehearsal::told::{Cost, Mail, Night};
use rehearsal::{layout, wrap};
use serde_json::{Value, json};

const BEGINS: &str = "2026-11-24T21:00:30Z";

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn rehearsal(pace: Pace) -> Rehearsal {
    let input = json!({
        "Task": {"ReplicationTaskArn": "arn:aws-cn:dms:cn-north-1:210987654321:task:K55IUCGBASJS5VHZJIINA45FII"},
        "Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"},
    });
    let plan = read(&input).plan;
    let place = rehearsal::home::of(&input, &Scenario::default());
    let existing = Existing::MadeUp(Kept::default());
    let MadeUp { scenario, said } = made_up::world(plan.as_ref().unwrap(), existing, &place).unwrap();
    Rehearsal {
        name: "nightly.json".to_owned(),
        input,
        plan,
        scenario,
        said,
        place,
        zone: zone(),
        begins: BEGINS.parse().unwrap(),
        pace,
        nights: 1,
        json: false,
        seed: 7,
    }
}

/// Steps of a night, at seconds after its beginning.
fn story() -> Vec<Line> {
    let running = "the task is running: 4 tables loaded, 0 loading, 0 queued, 0 in error";
    let behind = |seconds: u32| format!("the task is running and {seconds} s behind its source");
    let mut steps: Vec<(i64, &str, Result<&str, String>)> = vec![
        (0, "validate", Ok("wait 1 s: the plan is good and its window is open: look at the task")),
        (
            1,
            "poll",
            Ok(
                "start the task: resume-processing: the load is complete and replication goes on where it stopped",
            ),
        ),
        (2, "start", Ok("resume-processing: Accepted")),
        (17, "poll", Ok("error Migration.Transient: DMS did not answer in 20 seconds; it is asked again")),
    ];
    steps.extend((1..39).map(|nth| (60 * nth, "poll", Err(running.to_owned()))));
    steps.extend((0..3).map(|nth| (3_000 + 60 * i64::from(nth), "poll", Err(behind(30 - nth)))));
    steps.push((25_170, "poll", Ok("stop the task: the window closes")));
    steps.push((25_170, "stop", Ok("Accepted")));
    steps.push((
        25_200,
        "poll",
        Ok("report: the window closed and the task was stopped; 4 of 4 tables are complete"),
    ));
    let begins: Timestamp = BEGINS.parse().unwrap();
    let line = |(seconds, step, told): (i64, &str, Result<&str, String>)| {
        let at = begins + SignedDuration::from_secs(seconds);
        let (words, kind) = match told {
            Ok(words) if words.starts_with("error") => (words.to_owned(), Kind::Error),
            Ok(words) => (words.to_owned(), Kind::Act),
            Err(why) => {
                let sight = if why.contains("behind") { "behind" } else { "running" }.to_owned();
                (format!("wait 60 s: {why}"), Kind::Wait { sight, why })
            }
        };
        let time = at.to_zoned_datetime(zone()).strftime("%a %H:%M:%S").to_string();
        Line { at, time, step: step.to_owned(), words, kind }
    };
    steps.into_iter().map(line).collect()
}

fn night() -> Night {
    let text = "\
Migration:   kept-elsewhere
Verdict:     Paused
Why:         the window closed and the task was stopped; 4 of 4 tables are complete
             rows not verified

What to do next:
  - the next run resumes: the load is complete and replication goes on where it stopped
  - have DMS tell you when it fails, on a topic that lets dms.amazonaws.com publish:
      aws dms create-event-subscription --region cn-north-1 --subscription-name kept-elsewhere --source-type \
replication-task --sns-topic-arn \"$(aws cloudformation describe-stacks --region cn-north-1 --stack-name local --query \
\"Stacks[].Outputs[?OutputKey=='NotificationTopicArn'].OutputValue\" --output text)\"

Execution:   https://console.amazonaws.cn/states/home?region=cn-north-1#/v2/executions/details/arn:aws-cn:states:cn-north-1:210987654321:execution:local-migration:rehearsal
";
    let begins: Timestamp = BEGINS.parse().unwrap();
    Night {
        execution: "rehearsal".to_owned(),
        began: begins,
        ended: begins + SignedDuration::from_secs(25_200),
        opened: None,
        closes: None,
        lines: story(),
        tables: Vec::new(),
        lag: Vec::new(),
        mails: vec![Mail {
            at: begins,
            topic: "arn:aws-cn:sns:cn-north-1:210987654321:migrations".to_owned(),
            subject: "Paused: kept-elsewhere (DMS, local, cn-north-1, 210987654321)".to_owned(),
            text: text.to_owned(),
            json: json!({"Event": "Finished", "Verdict": {"Outcome": "Paused"}}),
        }],
        cost: Cost { transitions: 989, invocations: 332, dms_calls: 662 },
        status: "SUCCEEDED".to_owned(),
        verdict: "Paused".to_owned(),
        reasons: vec!["the window closed".to_owned()],
        document: Value::Null,
    }
}

fn screen(width: usize, json: bool) -> Vec<String> {
    let said = rehearsal(Pace::Skipping).beginning();
    let mut lines: Vec<String> = said.iter().flat_map(|line| wrap::wrapped(line, width, 2)).collect();
    let mut fold = Fold::default();
    let mut shown: Vec<_> = story().into_iter().flat_map(|line| fold.take(line)).collect();
    shown.extend(fold.end());
    lines.extend(shown.iter().flat_map(|shown| layout::line(shown, width)));
    lines.extend(layout::ending(&night(), width, json));
    lines
}

#[test]
fn the_screen_at_80_columns() {
    insta::assert_snapshot!("80-columns", screen(80, false).join("\n"));
}

#[test]
fn the_screen_at_100_columns_with_what_machines_get() {
    insta::assert_snapshot!("100-columns", screen(100, true).join("\n"));
}

#[test]
fn no_line_is_wider_than_the_screen_but_for_a_word_that_is() {
    for width in [80, 100] {
        for line in screen(width, false) {
            // A link stands behind its label, and nothing else does.
            let link = line.contains("https://") && line.split_whitespace().count() == 2;
            assert!(line.chars().count() <= width || link, "{width}: {line}");
        }
    }
}

#[test]
fn every_act_is_on_the_screen_and_the_verdict_is_its_last_line() {
    let lines = screen(100, false);
    let text: String = lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    for act in night().acts() {
        assert!(text.contains(&act.words), "{}", act.words);
    }
    assert_eq!(lines.last().map(String::as_str), Some("Verdict: Paused"));
}

#[test]
fn a_pace_that_makes_times_inexact_says_so() {
    let said = |pace| rehearsal(pace).beginning().join("\n");
    assert!(said(Pace::Speed(240)).contains("times are inexact: a wait is rounded up to 240 s"));
    for exact in [Pace::Speed(1), Pace::Skipping] {
        assert!(!said(exact).contains("inexact"));
    }
    assert!(said(Pace::Skipping).contains("account 210987654321, Region cn-north-1 (aws-cn)"));
    let usual = Rehearsal { place: Place::default(), ..rehearsal(Pace::Skipping) };
    assert!(usual.beginning().join("\n").contains("account 123456789012, Region us-east-1\n"));
}

#[test]
fn the_table_of_nights_fits_80_columns() {
    let table = |name: &str, rows: u64, loaded: Option<&str>, state: &str| TableAtTheEnd {
        name: name.to_owned(),
        state: state.to_owned(),
        rows,
        loaded: loaded.map(|at| at.parse().unwrap()),
    };
    let ends = [AtTheEnd {
        began: BEGINS.parse().unwrap(),
        verdict: "PartlyFailed".to_owned(),
        tables: vec![
            table(
                "billing.order_items_of_the_archive",
                1_234_567,
                Some("2026-11-23T22:10:00Z"),
                "Table completed",
            ),
            table("billing.orders", 7, None, "Table error"),
        ],
    }];
    let lines = summary(&ends, &zone(), 80);
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    insta::assert_snapshot!("nights", lines.join("\n"));
}

/// What a terminal obeys, and what turns or hides what a person reads.
const ESCAPES: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{85}\u{7f}\r\u{202e}\u{200b}";

#[test]
fn nothing_of_a_plan_or_of_dms_reaches_the_terminal_as_it_is() {
    let mut night = night();
    for mail in &mut night.mails {
        (mail.subject, mail.text) = (ESCAPES.to_owned(), format!("Why: {ESCAPES}\n  - {ESCAPES}"));
        mail.json = json!({ ESCAPES: ESCAPES });
    }
    let ends = [AtTheEnd {
        began: BEGINS.parse().unwrap(),
        verdict: "Failed".to_owned(),
        tables: vec![TableAtTheEnd {
            name: ESCAPES.to_owned(),
            state: ESCAPES.to_owned(),
            rows: 1,
            loaded: None,
        }],
    }];
    let lines = layout::ending(&night, 100, true).into_iter().chain(summary(&ends, &zone(), 100));
    for line in lines {
        let hidden = |c: char| c.is_control() || (plan::clean::seen(c) != c);
        assert!(!line.contains(hidden), "{line:?}");
    }
}
