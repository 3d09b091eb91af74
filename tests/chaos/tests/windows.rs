//! Two who share no line agree on when a window is open: the product, and the referee who judges it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may end where it is")]

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use migration::time::window::{Opening, at_the_beginning};
use referee::window::{self, Allowed};
use serde_json::{Value, json};

/// Zones whose clocks change by an hour, by half an hour, at midnight, by two hours, the other way round, and never.
const ZONES: [&str; 10] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Antarctica/Troll",
    "Europe/Dublin",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "UTC",
];

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// How many windows are asked about.
const ROUNDS: u32 = 800;

/// A window at random, and the plan around it.
fn plan(random: &mut Rng, near: Timestamp) -> Value {
    // Hours at which clocks change come more often than others.
    let hour = |random: &mut Rng| if random.bool() { random.u8(0..4) } else { random.u8(0..24) };
    let time = |random: &mut Rng| format!("{:02}:{:02}", hour(random), random.u8(0..60));
    let mut window = json!({
        "Opens": time(random), "Closes": time(random), "TimeZone": random.choice(ZONES).unwrap_or("UTC"),
    });
    if random.u8(0..4) == 0 {
        let days: Vec<&str> = DAYS.into_iter().filter(|_| random.bool()).collect();
        window["Days"] = if days.is_empty() { json!(["Sun"]) } else { json!(days) };
    }
    if random.u8(0..4) == 0 {
        window["Except"] = json!([near.strftime("%Y-%m-%d").to_string()]);
    }
    json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Window": window})
}

/// An instant of the years 2026 to 2029, among which is a leap year; every second one near a change of some clock.
fn instant(random: &mut Rng) -> Timestamp {
    let first = "2026-01-01T00:00:00Z".parse::<Timestamp>().expect("an instant");
    let near = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2027-03-14T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2027-04-03T15:00:00Z",
        "2027-10-02T15:30:00Z",
        "2026-09-06T04:00:00Z",
        "2027-04-04T03:00:00Z",
        "2028-02-29T00:00:00Z",
        "2028-12-31T23:59:59Z",
    ];
    match random.choice(near).filter(|_| random.bool()) {
        Some(near) => {
            let near = near.parse::<Timestamp>().expect("an instant");
            near + SignedDuration::from_secs(random.i64(-90_000..90_000))
        }
        None => first + SignedDuration::from_secs(random.i64(0..4 * 365 * 86_400)),
    }
}

#[test]
fn the_product_and_the_referee_agree_on_every_window() {
    let mut random = Rng::with_seed(11);
    let (mut open, mut early, mut shut) = (0, 0, 0);
    for _ in 0..ROUNDS {
        let mut now = instant(&mut random);
        let input = plan(&mut random, now);
        let read = plan::read::read(&input).plan.unwrap_or_else(|| panic!("{input} is a plan"));
        let asked = read.window.as_ref().expect("a window");
        // Every third one begins within moments of an opening.
        if let (0, Opening::Shut { next: Some(next) }) = (random.u8(0..3), at_the_beginning(asked, None, now))
        {
            now = next - SignedDuration::from_millis(random.i64(-100..61_000));
        }
        let product = match at_the_beginning(asked, None, now) {
            Opening::Open { opened, closes } => Some((opened, closes)),
            Opening::Shut { .. } => None,
        };
        let referee = match window::of(&input, now) {
            Allowed::In(window) => Some((window.opened, window.closes)),
            Allowed::Never => None,
            Allowed::Always => panic!("{input} has a window"),
        };
        assert_eq!(product, referee, "{now}: {input}");
        match product {
            Some((opened, _)) if opened > now => early += 1,
            Some(_) => open += 1,
            None => shut += 1,
        }
    }
    assert!(open > 100 && early > 40 && shut > 100, "{open} open, {early} early, {shut} shut");
}
