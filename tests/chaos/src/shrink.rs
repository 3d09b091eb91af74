//! The fewest events with which a story still goes wrong.

use crate::story::Story;

/// Drops events one at a time, for as long as the story breaks without one what it broke with all.
pub fn shrink(story: &Story, breaks: impl Fn(&Story) -> bool) -> Story {
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
