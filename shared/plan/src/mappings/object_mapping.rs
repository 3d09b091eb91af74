//! Object-mapping rules: how rows become the records of Kinesis and Kafka, or the items of DynamoDB (DMS user guide,
//! using object mapping to migrate data).

use super::rule::Reading;

/// What becomes of a row.
pub(crate) const ACTIONS: [(&str, ()); 2] = [("map-record-to-record", ()), ("map-record-to-document", ())];

pub(super) fn read(rule: &mut Reading<'_, '_>) {
    rule.members.required_word("rule-action", &ACTIONS, rule.findings);
    rule.text("target-table-name");
    // What the parameters hold differs from target to target and grows; DMS reads them when the task starts.
    if let Some(node) = rule.members.get("mapping-parameters")
        && !node.value.is_object()
    {
        node.wrong_type("an object", rule.findings);
    }
}
