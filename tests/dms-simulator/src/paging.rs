//! Pages of an answer: `MaxRecords` and `Marker`.

use crate::fault::Fault;
use crate::input::Input;
use crate::scenario::Behaviour;

const LEAST: i64 = 20;
const DEFAULT: i64 = 100;

/// The asked-for page of a list, and the marker of the next one if there is one. `most` is the greatest `MaxRecords`
/// that may be asked for. What DMS answers to one beyond that, or to a marker of nobody's, has no witness: code and texts
/// are those of a sister service.
pub(crate) fn page<T>(
    input: Input,
    mut items: Vec<T>,
    most: i64,
    behaviour: &Behaviour,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let asked = input.integer("MaxRecords")?.unwrap_or(DEFAULT);
    let size = if behaviour.max_records_is_bent { asked.clamp(LEAST, most) } else { asked };
    if !(LEAST..=most).contains(&size) {
        return Err(Fault::invalid_value(format!(
            "Invalid value {size} for MaxRecords. Must be between {LEAST} and {most}"
        )));
    }
    // A page of nothing would have no end.
    let cap = behaviour.most_per_page.map_or(size, |cap| i64::from(cap.max(1)));
    let size = usize::try_from(size.min(cap)).unwrap_or(usize::MAX);
    let start = match input.text("Marker")?.filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => match position(marker) {
            Some(position) => position,
            None if behaviour.unknown_marker_starts_over => 0,
            None => return Err(Fault::invalid_value(format!("Invalid or expired Marker: {marker}"))),
        },
    };
    let rest = items.split_off(start.min(items.len()));
    let last = behaviour.last_marker_is_empty.then(String::new);
    let next = if rest.len() > size { Some(marker(start + size)) } else { last };
    Ok((rest.into_iter().take(size).collect(), next))
}

// Opaque to a client, so that none learns to count in it.
fn marker(position: usize) -> String {
    format!("djE6{:012x}", position ^ 0x5a5a_5a5a)
}

fn position(marker: &str) -> Option<usize> {
    let digits = marker.strip_prefix("djE6").filter(|digits| digits.len() == 12)?;
    usize::from_str_radix(digits, 16).ok().map(|hidden| hidden ^ 0x5a5a_5a5a)
}
