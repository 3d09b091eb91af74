//! Plans at random: every member that decides what becomes of rows, windows and tasks.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::worlds::{INSTANCE, KEPT, SOURCE, TARGET};

/// What is drawn first, since world and plan must agree on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// DMS's word.
    pub(crate) migration_type: &'static str,
    /// Somebody else keeps the task.
    pub(crate) external: bool,
    /// The window has hours of the day; else it is a span.
    pub(crate) hours: bool,
    pub(crate) windowed: bool,
    /// When the window opens, on the clock of the zone.
    pub(crate) zone: &'static str,
}

pub(crate) fn kind(random: &mut Rng) -> Kind {
    let migration_type = match random.u8(0..100) {
        0..60 => "full-load",
        60..85 => "full-load-and-cdc",
        _ => "cdc",
    };
    Kind {
        migration_type,
        external: random.u8(0..100) < 22,
        hours: random.bool(),
        windowed: random.u8(0..100) < 92,
        zone: one(random, &["Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe"]),
    }
}

/// One of these.
pub(crate) fn one<T: Copy>(random: &mut Rng, of: &[T]) -> T {
    of[random.usize(0..of.len())]
}

/// True so many times in a hundred.
pub(crate) fn often(random: &mut Rng, percent: u8) -> bool {
    random.u8(0..100) < percent
}

/// When the window opens and closes, on the clocks of its zone.
pub(crate) const OPENS: &str = "22:00";

pub(crate) fn plan(random: &mut Rng, kind: Kind) -> Value {
    let mode = task_mode(random, kind);
    let replaces = matches!(mode, Some("TRUNCATE_BEFORE_LOAD" | "DROP_AND_CREATE"));
    let loads = kind.migration_type != "cdc";
    let mut plan = json!({"Task": task(random, kind, mode)});
    if kind.windowed {
        plan["Window"] = window(random, kind);
    }
    let stops = plan.pointer("/Window/AtClose").and_then(Value::as_str) == Some("Stop");
    if loads && (replaces || kind.external) {
        state(random, &mut plan, "Start", 55, &["Refresh", "Refresh", "Reload", "Resume"]);
    } else if loads {
        state(random, &mut plan, "Start", 35, &["Resume"]);
    }
    match kind.migration_type {
        "full-load-and-cdc" => {
            state(random, &mut plan, "Until", 50, &["CaughtUp", "FullLoadComplete"]);
            state(random, &mut plan, "Then", 50, &["Stop", "LeaveRunning"]);
        }
        "cdc" => {
            if !stops || often(random, 50) {
                plan["Until"] = json!("CaughtUp");
            }
            if plan["Until"] == "CaughtUp" {
                state(random, &mut plan, "Then", 50, &["Stop", "LeaveRunning"]);
            }
        }
        _ => {}
    }
    if loads {
        let words: &[&str] =
            if replaces || kind.external { &["Warn", "Reload", "Reload"] } else { &["Warn"] };
        state(random, &mut plan, "OnTableErrors", 45, words);
    }
    state(random, &mut plan, "OnAbort", 60, &["AsAtClose", "Stop", "LeaveRunning"]);
    state(random, &mut plan, "OnDrift", 30, &["Ignore", "Modify", "Reject"]);
    if often(random, 30) {
        plan["Restarts"] = json!(random.u8(0..4));
    }
    if often(random, 15) {
        plan["StallMinutes"] = json!(one(random, &[0, 15, 120]));
    }
    if often(random, 4) {
        plan["Mode"] = json!("Preflight");
    }
    if often(random, 20) {
        plan["Notify"] = json!({"Team": "payments", "On": ["Finished", "Warning", "Started"]});
    }
    plan
}

fn state(random: &mut Rng, plan: &mut Value, member: &str, percent: u8, words: &[&str]) {
    if often(random, percent) {
        plan[member] = json!(one(random, words));
    }
}

fn task_mode(random: &mut Rng, kind: Kind) -> Option<&'static str> {
    match random.u8(0..100) {
        _ if kind.external || kind.migration_type == "cdc" => None,
        0..45 => Some("TRUNCATE_BEFORE_LOAD"),
        45..65 => Some("DROP_AND_CREATE"),
        65..82 => Some("DO_NOTHING"),
        _ => None,
    }
}

fn task(random: &mut Rng, kind: Kind, mode: Option<&str>) -> Value {
    if kind.external {
        return match random.u8(0..2) {
            0 => json!({"ReplicationTaskArn": KEPT}),
            _ => json!({"ReplicationTaskIdentifier": "kept"}),
        };
    }
    let mut settings = json!({});
    if let Some(mode) = mode {
        settings["FullLoadSettings"] = json!({"TargetTablePrepMode": mode});
    }
    if often(random, 12) && kind.migration_type != "cdc" {
        settings["ValidationSettings"] = json!({"EnableValidation": true});
    }
    json!({
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": kind.migration_type,
        "TableMappings": {"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]},
        "ReplicationTaskSettings": settings,
    })
}

fn window(random: &mut Rng, kind: Kind) -> Value {
    let mut window = if kind.hours {
        let closes = one(random, &["23:30", "00:30", "02:30", "03:00", "05:00", "09:00"]);
        json!({"Opens": OPENS, "Closes": closes, "TimeZone": kind.zone})
    } else {
        json!({"Duration": one(random, &["PT1H", "PT2H30M", "PT5H", "PT7H", "PT10H"])})
    };
    match kind.migration_type {
        "full-load-and-cdc" => window["AtClose"] = json!(one(random, &["Stop", "Stop", "LeaveRunning"])),
        "cdc" => state(random, &mut window, "AtClose", 75, &["Stop", "Stop", "LeaveRunning"]),
        _ => state(random, &mut window, "AtClose", 40, &["Stop", "Stop", "LeaveRunning"]),
    }
    if often(random, 20) && window.get("AtClose").is_none_or(|stated| stated == "Stop") {
        window["StopLead"] = json!(one(random, &["PT5M", "PT10M", "PT20M"]));
    }
    if often(random, 15) {
        window["MinimumMinutes"] = json!(one(random, &[5, 15, 30]));
    }
    window
}
