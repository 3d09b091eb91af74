//! Pages of an answer: `MaxRecords` and `Marker`.

use crate::fault::Fault;
use crate::input::Input;

const LEAST: i64 = 20;
const DEFAULT: i64 = 100;

/// The asked-for page of a list, and the marker of the next one if there is one. `most` is the greatest `MaxRecords`
/// that may be asked for; `cap` cuts pages short whatever is asked. The texts of the refusals are from memory of a
/// sister service.
pub(crate) fn page<T>(
    input: Input,
    mut items: Vec<T>,
    most: i64,
    cap: Option<u32>,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let size = input.integer("MaxRecords")?.unwrap_or(DEFAULT);
    if !(LEAST..=most).contains(&size) {
        return Err(Fault::invalid_value(format!(
            "Invalid value {size} for MaxRecords. Must be between {LEAST} and {most}"
        )));
    }
    // A page of nothing would have no end.
    let size = usize::try_from(cap.map_or(size, |cap| size.min(i64::from(cap.max(1))))).unwrap_or(usize::MAX);
    let start = match input.text("Marker")?.filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => position(marker)
            .ok_or_else(|| Fault::invalid_value(format!("Invalid or expired Marker: {marker}")))?,
    };
    let rest = items.split_off(start.min(items.len()));
    let next = (rest.len() > size).then(|| marker(start + size));
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
