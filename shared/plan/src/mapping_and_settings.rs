//! What only shows when the mapping of a task and its settings are seen together.

use serde_json::Value;

use super::settings::flag;
use crate::finding::{Code, Findings};

/// Holds the two documents of a task against each other; each has its place.
pub(super) fn check(
    (mapping, rules_at): (&Value, &str),
    (settings, settings_at): (Option<&Value>, &str),
    findings: &mut Findings,
) {
    let on = |pointer: &str| settings.is_some_and(|settings| flag(settings, pointer));
    let validates = on("/ValidationSettings/EnableValidation");
    let images = on("/BeforeImageSettings/EnableBeforeImage");
    let (mut validation, mut image, mut mask) = (None, None, None);
    let rules = mapping.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, rule) in rules.iter().enumerate() {
        let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default();
        let first = match (text("rule-type"), text("rule-action")) {
            ("validation", _) => &mut validation,
            ("transformation", "add-before-image-columns") => &mut image,
            ("transformation", action) if action.starts_with("data-masking-") => &mut mask,
            _ => continue,
        };
        first.get_or_insert(at);
    }
    if let (Some(at), false) = (validation, validates) {
        findings.add(
            &format!("{rules_at}/rules/{at}"),
            Code::ValidationRuleWithoutValidation,
            "a validation rule says how a column is compared, and nothing is compared: set ValidationSettings.EnableValidation \
             to true",
        );
    }
    if let (Some(at), true) = (image, images) {
        findings.add(
            &format!("{settings_at}/BeforeImageSettings/EnableBeforeImage"),
            Code::BeforeImagesTwice,
            format!(
                "BeforeImageSettings and the rule add-before-image-columns at {rules_at}/rules/{at} exclude each other: keep \
                 the settings for Kinesis and Kafka, the rule for columns of another target"
            ),
        );
    }
    if let (Some(at), true) = (mask, validates) {
        findings.add(
            &format!("{rules_at}/rules/{at}"),
            Code::MaskedNotValidated,
            "DMS does not compare masked columns, and of a table whose key is masked it compares no row",
        );
    }
}
