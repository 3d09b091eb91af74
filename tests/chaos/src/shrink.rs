//! The fewest events with which a story still breaks the same rule.

use referee::Rule;
use virtual_aws::Definition;

use crate::story::Story;

/// Drops events one at a time, for as long as the rule is broken without one.
pub fn shrink(story: &Story, rule: Rule, definition: &Definition) -> Story {
    let breaks = |story: &Story| {
        story
            .tell(definition)
            .is_ok_and(|told| told.violations.iter().any(|violation| violation.rule == rule))
    };
    let mut least = story.clone();
    let mut at = 0;
    while at < least.events.len() {
        let mut events = least.events.clone();
        events.remove(at);
        let fewer = least.with(events);
        if breaks(&fewer) {
            least = fewer;
            at = 0;
        } else {
            at += 1;
        }
    }
    least
}
