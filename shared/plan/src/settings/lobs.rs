//! How LOBs travel: whole, or cut off at a size (DMS user guide, target metadata task settings; setting LOB support).
//!
//! Only what is stated counts, but for the way of LOBs: there DMS's defaults decide whether one is on.

use super::stated::{Stated, VALIDATES};
use crate::finding::{Code, Findings};

pub(super) const SIZE: &str = "/TargetMetadata/LobMaxSize";
pub(super) const LIMITED: &str = "/TargetMetadata/LimitedSizeLobMode";
const SUPPORT: &str = "/TargetMetadata/SupportLobs";
const WHOLE: &str = "/TargetMetadata/FullLobMode";

/// Where DMS cuts off LOBs by itself, in KB.
pub(super) const DEFAULT_SIZE: i64 = 32;

/// True when LOBs are migrated, and cut off at a size.
pub(super) fn are_cut(stated: &Stated<'_>) -> bool {
    !stated.off(SUPPORT) && !stated.on(WHOLE) && !stated.off(LIMITED)
}

/// Checks what the settings say about LOBs.
pub(super) fn check(stated: &Stated<'_>, findings: &mut Findings) {
    if stated.off(SUPPORT) {
        findings.add(
            &stated.at(SUPPORT),
            Code::LobsLeftOut,
            "with SupportLobs false DMS leaves LOB columns out of the target and says nothing, also those of long texts: \
             set it to true unless no table has such columns",
        );
        return;
    }
    if stated.on(WHOLE) && stated.on(LIMITED) {
        findings.add(
            &stated.at(LIMITED),
            Code::ContradictorySettings,
            "FullLobMode and LimitedSizeLobMode are both true, and a LOB can only go one way: whole, or cut off at \
             LobMaxSize; set one of them to false",
        );
    }
    if stated.off(LIMITED) && !stated.on(WHOLE) {
        findings.add(
            &stated.at(LIMITED),
            Code::LobWithoutMode,
            "neither LimitedSizeLobMode nor FullLobMode is on, and with SupportLobs DMS wants one of them: set \
             LimitedSizeLobMode to true with a LobMaxSize, or FullLobMode to true, or SupportLobs to false if no \
             table has LOB columns",
        );
    }
    if are_cut(stated) && stated.number(SIZE) == Some(0) {
        findings.add(
            &stated.at(SIZE),
            Code::LobsCutToNothing,
            "LobMaxSize is 0 in limited mode, where it is the most KB of a LOB that is migrated: state the size of the \
             largest, or set FullLobMode to true and LimitedSizeLobMode to false",
        );
    }
    if stated.on(WHOLE) && stated.on("/TargetMetadata/BatchApplyEnabled") {
        findings.add(
            &stated.at(WHOLE),
            Code::LobsNotInBatches,
            "with LOB columns DMS applies changes in batches in limited mode only: set LimitedSizeLobMode with a LobMaxSize, \
             or BatchApplyEnabled to false",
        );
    }
    check_compared_size(stated, findings);
}

/// Where LOBs are cut off, as much of them as was migrated is to be compared.
fn check_compared_size(stated: &Stated<'_>, findings: &mut Findings) {
    let compared = "/ValidationSettings/ValidationPartialLobSize";
    let (Some(part), true) = (stated.number(compared).filter(|part| *part > 0), stated.on(VALIDATES)) else {
        return;
    };
    let size = stated.number(SIZE).unwrap_or(DEFAULT_SIZE);
    if are_cut(stated) && part != size && !stated.on("/ValidationSettings/SkipLobColumns") {
        findings.add(
            &stated.at(compared),
            Code::OtherLobSizeValidated,
            format!(
                "ValidationPartialLobSize is {part} KB and LobMaxSize {size}: to compare LOBs that are cut off, DMS wants \
                 both to be equal"
            ),
        );
    }
}
