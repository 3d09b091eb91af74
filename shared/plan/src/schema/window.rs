//! The window: hours of the day, or a span.

#![allow(dead_code, reason = "only their schemas are used")]

use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::parts::{DATE, optional_members, stated, unstated};
use crate::window::{AtClose, Day, MAX_MINIMUM_MINUTES};

/// When a run may work: hours of the day with `Opens`, `Closes` and `TimeZone`, or a span with `Duration`; not both.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields, transform = hours_or_a_span)]
pub(super) struct Window {
    /// The time of day from which work may begin.
    opens: Option<TimeOfDay>,
    /// The time of day at which work is over. At or before `Opens` it is on the next day.
    closes: Option<TimeOfDay>,
    /// Whose clocks `Opens` and `Closes` are read on, by IANA name.
    #[schemars(extend("examples" = ["Europe/Berlin", "America/New_York", "UTC"]))]
    time_zone: Option<TimeZoneName>,
    /// The days on whose evening the window opens: Thursday's night reaches into Friday and is Thursday's. By default
    /// every day.
    days: Option<Vec<Day>>,
    /// The dates on which it does not open.
    except: Option<Vec<Date>>,
    /// The window is open this long from `ScheduledTime`, or from the start of the execution where there is none. At
    /// most 13 days.
    #[schemars(extend("examples" = ["PT7H"]))]
    duration: Option<Span>,
    /// What happens to a task that runs when the window closes. By default it is stopped, and with `cdc` left running;
    /// for `full-load-and-cdc` it must be stated.
    at_close: Option<AtClose>,
    /// How long before the close DMS is asked to stop, because stopping takes time. At most a day.
    #[schemars(extend("examples" = ["PT10M"]))]
    stop_lead: Option<Span>,
    /// A run that finds less time than this before it would have to stop begins nothing.
    #[schemars(range(max = MAX_MINIMUM_MINUTES), extend("default" = 0))]
    minimum_minutes: Option<u64>,
}

fn hours_or_a_span(schema: &mut Schema) {
    optional_members(schema);
    let mut hours = stated(&["Opens", "Closes", "TimeZone"]);
    // Elsewhere an empty list is absent; a window without days would never open.
    hours["properties"]["Days"] = json!({ "minItems": 1 });
    schema.insert("if".to_owned(), stated(&["Duration"]));
    schema.insert("then".to_owned(), unstated(&["Opens", "Closes", "TimeZone", "Days", "Except"]));
    schema.insert("else".to_owned(), hours);
}

#[derive(JsonSchema)]
#[schemars(extend(
    "pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "patternErrorMessage" = "a time of day like 22:00",
))]
struct TimeOfDay(String);

#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[A-Za-z0-9_+/-]+$", "patternErrorMessage" = "an IANA name like Europe/Berlin"))]
struct TimeZoneName(String);

#[derive(JsonSchema)]
#[schemars(extend("pattern" = format!("^{DATE}"), "patternErrorMessage" = "a date like 2026-12-24"))]
struct Date(String);

/// Years and months have no fixed length, so there may be none of them.
#[derive(JsonSchema)]
#[schemars(extend(
    "pattern" = "^P(0+[Yy])?(0+[Mm])?([0-9]+[Ww])?([0-9]+[Dd])?([Tt]([0-9]+([.,][0-9]+)?[HhMmSs])+)?$",
    "patternErrorMessage" = "an ISO 8601 span like PT7H or PT10M",
))]
struct Span(String);
