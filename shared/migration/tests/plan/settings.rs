//! Task settings.

use serde_json::json;

use crate::common::plans::{cdc, full_load, load_and_cdc};
use crate::{Case, member, plan};

pub(crate) fn cases() -> Vec<Case> {
    let settings = "/Task/ReplicationTaskSettings";
    let mode = |mode: &str| json!({"FullLoadSettings": {"TargetTablePrepMode": mode}});
    let mut logging = mode("TRUNCATE_BEFORE_LOAD");
    logging["Logging"] = json!({"EnableLogging": true, "CloudWatchLogGroup": null});
    let mut group = logging.clone();
    group["Logging"]["CloudWatchLogGroup"] = json!("dms-tasks-orders");
    vec![
        member("not-json", settings, &full_load(), json!("{"), json!(mode("DROP_AND_CREATE").to_string())),
        member("read-only-setting", settings, &full_load(), group, logging),
        member("bad-prep-mode", settings, &full_load(), mode("TRUNCATE"), mode("TRUNCATE_BEFORE_LOAD")),
        member(
            "bad-prep-mode",
            settings,
            &full_load(),
            json!({"FullLoadSettings": {"TargetTablePrepMode": 1}}),
            json!({"FullLoadSettings": {"TargetTablePrepMode": null}}),
        ),
        plan("prep-mode-not-stated", settings, full_load().without(settings), full_load()),
        plan("prep-mode-not-stated", settings, load_and_cdc().without(settings), cdc()),
    ]
}
