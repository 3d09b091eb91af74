//! Table mappings.

use serde_json::json;

use crate::common::plans::{full_load, mapping};
use crate::{Case, member};

pub(crate) fn cases() -> Vec<Case> {
    let excluded = json!({"rules": [{"rule-type": "transformation", "rule-id": "1"}]});
    vec![
        member("not-json", "/Task/TableMappings", &full_load(), json!("{rules: []}"), mapping()),
        member("no-rules", "/Task/TableMappings", &full_load(), json!({"Rules": []}), mapping()),
        member("no-selection-rule", "/Task/TableMappings", &full_load(), excluded, mapping()),
    ]
}
