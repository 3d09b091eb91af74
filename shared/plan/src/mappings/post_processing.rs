//! Post-processing rules: tags for what is written to S3 (DMS user guide, S3 object tagging).

use super::rule::Reading;

pub(super) fn read(rule: &mut Reading<'_, '_>) {
    rule.members.required_word("rule-action", &[("add-tag", ())], rule.findings);
    let Some(tags) = rule.members.get("tag-set") else {
        rule.members.missing("tag-set", rule.findings);
        return;
    };
    for tag in tags.elements(rule.findings) {
        rule.enter("tag-set", &tag, |tag| {
            tag.required_text("key");
            tag.text("value");
        });
    }
}
