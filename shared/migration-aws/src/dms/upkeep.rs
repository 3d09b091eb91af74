//! What AWS is going to do to a replication instance: maintenance that waits for it, and the ends of versions of DMS.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types;
use migration::survey::upkeep::{EngineVersion, PendingAction};
use plan::Arn;

use crate::error::StepError;
use crate::pages::Pages;
use crate::timestamp;

/// The most pages that are read. One page holds 100, and an instance has a few actions, DMS a few dozen versions.
const MAX_PAGES: usize = 10;

/// The maintenance actions that wait for an instance.
///
/// # Errors
/// When DMS does not answer, may not be asked, or its pages do not come to an end.
pub async fn pending_actions(dms: &Client, instance: &Arn) -> Result<Vec<PendingAction>, StepError> {
    let instance = instance.to_string();
    let pages = dms
        .describe_pending_maintenance_actions()
        .replication_instance_arn(&instance)
        .into_paginator()
        .send();
    let attempt = "describing the pending maintenance of the replication instance";
    let mut pages = Pages::new(attempt, pages, MAX_PAGES, |page| page.marker());
    let mut actions = Vec::new();
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(actions),
            // As with tasks: that there is none may be a fault.
            Err(failure) if failure.is_not_found() => return Ok(actions),
            Err(failure) => return Err(failure.into()),
        };
        let of_it = page
            .pending_maintenance_actions()
            .iter()
            .filter(|of| of.resource_identifier() == Some(&instance));
        actions.extend(of_it.flat_map(|of| of.pending_maintenance_action_details()).map(read));
    }
}

fn read(action: &types::PendingMaintenanceAction) -> PendingAction {
    PendingAction {
        action: action.action().unwrap_or_default().to_owned(),
        description: action.description().map(str::to_owned),
        auto_applied_after: action.auto_applied_after_date().and_then(timestamp),
        forced: action.forced_apply_date().and_then(timestamp),
        current: action.current_apply_date().and_then(timestamp),
    }
}

/// The versions of DMS.
///
/// # Errors
/// When DMS does not answer, may not be asked, or its pages do not come to an end.
pub async fn engine_versions(dms: &Client) -> Result<Vec<EngineVersion>, StepError> {
    let pages = dms.describe_engine_versions().into_paginator().send();
    let mut pages = Pages::new("describing the versions of DMS", pages, MAX_PAGES, |page| page.marker());
    let mut versions = Vec::new();
    while let Some(page) = pages.next().await? {
        versions.extend(page.engine_versions().iter().map(|version| EngineVersion {
            version: version.version().unwrap_or_default().to_owned(),
            auto_upgrade: version.auto_upgrade_date().and_then(timestamp),
            force_upgrade: version.force_upgrade_date().and_then(timestamp),
        }));
    }
    Ok(versions)
}
