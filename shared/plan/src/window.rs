//! The window as the user writes it. What it means at a given instant is not for this crate to say.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::located::{Members, Node, nearer_than, nearest, quoted};
use super::shape::has_shape;
use super::{meant, members, time_slips};
use crate::finding::{Code, Findings};

/// The longest a window may be open: the machine's longest run is 14 days.
const LONGEST: SignedDuration = SignedDuration::from_hours(13 * 24);

/// The longest time before the close at which a plan may want to begin nothing: a day, in minutes.
pub(super) const MAX_MINIMUM_MINUTES: u64 = 24 * 60;

/// No night is longer than this: an opening that is, is most often that of the day between two nights.
const LONG_OPENING: SignedDuration = SignedDuration::from_hours(16);

/// How alike a zone in another area must be to be meant, of 1: CEST is no misspelt CET.
const ALIKE: f64 = 0.95;

/// Two years of them.
const CLOCK_CHANGES: usize = 4;

/// When a run may work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Window {
    /// Daily hours, or a span from the scheduled time.
    pub when: When,
    /// What happens to a task that runs at the close; by migration type when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_close: Option<AtClose>,
    /// How long before the close DMS is asked to stop.
    pub stop_lead: SignedDuration,
    /// A run with less time than this until the close does not begin; in minutes.
    pub minimum_minutes: u32,
}

/// The two forms of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum When {
    /// Hours of the day.
    Hours(Hours),
    /// A span that begins at the scheduled time, or at the start of the execution.
    Duration(SignedDuration),
}

/// Hours of certain days, on the clocks of one time zone. A close at or before the opening is on the next day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Hours {
    /// Local time of the opening.
    pub opens: Time,
    /// Local time of the close.
    pub closes: Time,
    /// IANA name, `Europe/Berlin`.
    pub time_zone: String,
    /// Days of the week on which it opens.
    pub days: Vec<Day>,
    /// Dates on which it does not open.
    pub except: Vec<Date>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// All seven, with the words a plan uses.
    pub const WORDS: [(&'static str, Day); 7] = [
        ("Mon", Day::Mon),
        ("Tue", Day::Tue),
        ("Wed", Day::Wed),
        ("Thu", Day::Thu),
        ("Fri", Day::Fri),
        ("Sat", Day::Sat),
        ("Sun", Day::Sun),
    ];
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Day::Mon,
            Weekday::Tuesday => Day::Tue,
            Weekday::Wednesday => Day::Wed,
            Weekday::Thursday => Day::Thu,
            Weekday::Friday => Day::Fri,
            Weekday::Saturday => Day::Sat,
            Weekday::Sunday => Day::Sun,
        }
    }
}

/// What happens to a running task when its window closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AtClose {
    /// It is stopped and observed stopped.
    Stop,
    /// It goes on.
    LeaveRunning,
}

/// Reads a window; `None` when it does not say when it opens. Dates that findings name lie behind `now`, where it is known.
pub fn read(node: &Node<'_>, now: Option<Timestamp>, findings: &mut Findings) -> Option<Window> {
    let mut members = Members::open(node, findings)?;
    let duration = read_span(&mut members, "Duration", findings);
    let when = if members.get("Duration").is_some() {
        for name in ["Opens", "Closes", "TimeZone", "Days", "Except"] {
            if members.get(name).is_some() {
                findings.add(
                    &members.place(name),
                    Code::WindowTwice,
                    format!("{name} and Duration exclude each other: a window has hours or a span"),
                );
            }
        }
        let fits = |duration: &SignedDuration| *duration > SignedDuration::ZERO && *duration <= LONGEST;
        if duration.is_some_and(|duration| !fits(&duration)) {
            findings.add(
                &members.place("Duration"),
                Code::BadDuration,
                "Duration must be an ISO 8601 span of at most 13 days, like PT7H",
            );
        }
        duration.filter(fits).map(When::Duration)
    } else {
        read_hours(&mut members, now, findings).map(When::Hours)
    };
    let at_close = members.listed_word("AtClose", findings);
    let stop_lead = read_span(&mut members, "StopLead", findings).unwrap_or_default();
    let lead_place = members.place("StopLead");
    if stop_lead.is_negative() || stop_lead > SignedDuration::from_hours(24) {
        findings.add(
            &lead_place,
            Code::BadDuration,
            "StopLead must be an ISO 8601 span of at most a day, like PT10M",
        );
    }
    if at_close == Some(AtClose::LeaveRunning) && !stop_lead.is_zero() {
        findings.add(
            &lead_place,
            Code::StopLeadWithoutStop,
            "StopLead means nothing with AtClose LeaveRunning",
        );
    }
    let minimum_minutes = members.whole_number("MinimumMinutes", MAX_MINIMUM_MINUTES, findings).unwrap_or(0);
    members.close(findings);
    let window =
        Window { when: when?, at_close, stop_lead, minimum_minutes: u32::try_from(minimum_minutes).ok()? };
    check_length(&window, &node.path, findings);
    Some(window)
}

/// The zone that was meant, or what zones look like. Only what can hardly be another: advice that is taken opens the
/// window by somebody else's clocks.
fn like_time_zone(name: &str) -> String {
    let name = name.trim();
    let known: Vec<String> = jiff::tz::db().available().map(|known| known.to_string()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match of_town(name, &known).or_else(|| of_area(name, &known)).or_else(|| nearer_than(ALIKE, name, &known))
    {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "Europe/Berlin and America/New_York are".to_owned(),
    }
}

/// The zone of this town, when only one is called so. Every country has an east; that only one of them has a zone of
/// that name says nothing.
fn of_town<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let town = |zone: &str| zone.rsplit('/').next().unwrap_or_default().replace('_', " ").to_lowercase();
    let wanted = town(name);
    let mut zones = known.iter().copied().filter(|zone| town(zone) == wanted);
    let zone = zones.next().filter(|_| !["north", "east", "south", "west"].contains(&wanted.as_str()))?;
    zones.next().is_none().then_some(zone)
}

/// The zone that is most like this one, of those in its area.
fn of_area<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let (area, _) = name.split_once('/')?;
    let beside =
        |zone: &&str| zone.split_once('/').is_some_and(|(known, _)| known.eq_ignore_ascii_case(area));
    nearest(name, &known.iter().copied().filter(beside).collect::<Vec<_>>())
}

fn read_hours(members: &mut Members<'_>, now: Option<Timestamp>, findings: &mut Findings) -> Option<Hours> {
    let opens = read_time(members, "Opens", findings);
    let closes = read_time(members, "Closes", findings);
    let time_zone = members.required_text("TimeZone", findings);
    if let Some(name) = time_zone
        && TimeZone::get(name).is_err()
    {
        findings.add(
            &members.place("TimeZone"),
            Code::UnknownTimeZone,
            format!("{} is no IANA time zone; {}", quoted(name), like_time_zone(name)),
        );
    }
    let mut days = Vec::new();
    match members.get("Days") {
        // Elsewhere an empty list is absent. Here that would open a window every day that somebody has emptied.
        None if members.is_empty_list("Days") => findings.add(
            &members.place("Days"),
            Code::WindowNeverOpens,
            "Days names no day: the window never opens; leave Days out for every day",
        ),
        None => days.extend(Day::WORDS.iter().map(|(_, day)| *day)),
        Some(list) => {
            for element in list.elements(findings) {
                let Some(word) = element.text(findings) else { continue };
                match Day::WORDS.iter().find(|(known, _)| *known == word) {
                    Some((_, day)) => days.push(*day),
                    None => {
                        let question = || meant::question("Days", word, members::words("Days"));
                        let meant = match findings.is_crowded() {
                            true => String::new(),
                            false => meant::days(word).unwrap_or_else(question),
                        };
                        findings.add(
                            &element.path,
                            Code::UnknownWord,
                            format!(
                                "Days holds Mon, Tue, Wed, Thu, Fri, Sat and Sun, not {}{meant}",
                                quoted(word)
                            ),
                        );
                    }
                }
            }
        }
    }
    let mut except = Vec::new();
    for element in members.get("Except").map(|list| list.elements(findings)).unwrap_or_default() {
        let Some(text) = element.text(findings) else { continue };
        match text.parse::<Date>() {
            Ok(date) => except.push(date),
            Err(_) => findings.add(
                &element.path,
                Code::BadDate,
                format!(
                    "Except holds dates like 2026-12-24, not {}{}",
                    quoted(text),
                    time_slips::of_date(text)
                ),
            ),
        }
    }
    let zone = time_zone.filter(|name| TimeZone::get(name).is_ok())?;
    if let Some(said) = of_fixed_offset(zone) {
        findings.add(&members.place("TimeZone"), Code::FixedOffsetZone, said);
    }
    if let Some(gap) = opens.and_then(|opens| gap_around(opens, zone, now)) {
        findings.add(
            &members.place("Opens"),
            Code::OpensInTheGap,
            format!(
                "on {gap}, when the clocks of {zone} go forward, there is no such time: an EventBridge schedule at this time is \
                 skipped on such a night; open before or after the hour that is left out"
            ),
        );
    }
    Some(Hours { opens: opens?, closes: closes?, time_zone: zone.to_owned(), days, except })
}

/// The date of the next change of clocks that leaves this time of day out. Where `now` is not known it is looked for from
/// a fixed instant on: the rule by which a zone changes its clocks goes on unchanged from then, as far as is known.
fn gap_around(time: Time, zone: &str, now: Option<Timestamp>) -> Option<Date> {
    let zone = TimeZone::get(zone).ok()?;
    let from = Timestamp::constant(1_767_225_600, 0); // 2026-01-01
    zone.following(now.unwrap_or(from)).take(CLOCK_CHANGES).find_map(|change| {
        let before = zone.to_offset(change.timestamp() - SignedDuration::from_secs(1));
        let date = before.to_datetime(change.timestamp()).date();
        let local = zone.to_ambiguous_timestamp(date.to_datetime(time));
        matches!(local.offset(), AmbiguousOffset::Gap { .. }).then_some(date)
    })
}

/// What is said of a zone whose clocks never change, where the place that is meant changes its own. UTC and its other
/// names are no such zone: whoever writes them does not mean the clocks of a place.
fn of_fixed_offset(zone: &str) -> Option<String> {
    let name = zone.to_ascii_uppercase();
    let (offset, advice) = match name.as_str() {
        "EST" => (
            "5 hours behind UTC".to_owned(),
            "America/New_York for the clocks of the east of the United States",
        ),
        "MST" => (
            "7 hours behind UTC".to_owned(),
            "America/Denver for the clocks of the Mountain states, America/Phoenix for those of Arizona",
        ),
        _ => {
            let offset = name.strip_prefix("ETC/GMT").unwrap_or_default();
            let hours =
                offset.strip_prefix(['+', '-']).filter(|hours| !hours.trim_start_matches('0').is_empty())?;
            // The names of these zones count to the west.
            let side = if offset.starts_with('+') { "behind" } else { "ahead of" };
            (
                format!("{hours} hours {side} UTC"),
                "the name of a place, like Europe/Berlin, for the clocks there",
            )
        }
    };
    Some(format!(
        "{zone} is {offset} all year: where the clocks go forward in spring, the window opens and closes an hour later on \
         them until autumn; write {advice}"
    ))
}

fn read_time(members: &mut Members<'_>, name: &'static str, findings: &mut Findings) -> Option<Time> {
    let text = members.required_text(name, findings)?;
    let time = Time::strptime("%H:%M", text).ok().filter(|_| has_shape(text, "00:00"));
    if time.is_none() {
        findings.add(
            &members.place(name),
            Code::BadTime,
            format!(
                "{name} must be a time of day like 22:00, not {}{}",
                quoted(text),
                time_slips::of_time_of_day(text)
            ),
        );
    }
    time
}

/// An ISO 8601 span; days count 24 hours.
fn read_span(
    members: &mut Members<'_>,
    name: &'static str,
    findings: &mut Findings,
) -> Option<SignedDuration> {
    let text = members.text(name, findings)?;
    let span = text
        .parse::<jiff::Span>()
        .ok()
        .filter(|_| text.starts_with('P'))
        .and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
    if span.is_none() {
        findings.add(
            &members.place(name),
            Code::BadDuration,
            format!(
                "{name} must be an ISO 8601 span like PT7H, not {}{}",
                quoted(text),
                time_slips::of_span(text)
            ),
        );
    }
    span
}

impl Hours {
    /// How long it is open on the clock: more than nothing, and at most a day, which is what equal times mean.
    pub fn length(&self) -> SignedDuration {
        let length = self.opens.duration_until(self.closes);
        if length.is_positive() { length } else { length + SignedDuration::from_hours(24) }
    }
}

/// A window that is shorter than what must fit into it never lets anything start; one that is open nearly all day is most
/// often written the wrong way round.
fn check_length(window: &Window, path: &str, findings: &mut Findings) {
    let length = match &window.when {
        When::Duration(duration) => *duration,
        When::Hours(hours) => hours.length(),
    };
    if let When::Hours(Hours { opens, closes, .. }) = &window.when {
        if opens == closes {
            findings.add(
                &format!("{path}/Closes"),
                Code::OpenAllDay,
                format!(
                    "Opens and Closes are both {}: the window is open for 24 hours, until that time of the next day",
                    opens.strftime("%H:%M")
                ),
            );
        } else if length > LONG_OPENING {
            findings.add(
                &format!("{path}/Closes"),
                Code::LongOpening,
                format!(
                    "from {} to {} the window is open for {} hours: if the night is meant, exchange Opens and Closes",
                    opens.strftime("%H:%M"),
                    closes.strftime("%H:%M"),
                    in_hours(length)
                ),
            );
        }
    }
    let lead =
        if window.at_close == Some(AtClose::LeaveRunning) { SignedDuration::ZERO } else { window.stop_lead };
    if lead + SignedDuration::from_mins(i64::from(window.minimum_minutes)) >= length {
        findings.add(
            path,
            Code::WindowTooShort,
            "StopLead and MinimumMinutes together are as long as the window: nothing could ever start in it",
        );
    }
}

/// Hours with a part of one, as `16.5`.
fn in_hours(length: SignedDuration) -> String {
    let tenths = length.as_mins() * 10 / 60;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}
