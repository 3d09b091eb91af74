//! Tells people; SNS is never too busy here.

use migration::commit;
use migration::decide::cut_short;
use migration::decide::opening;
use migration::run::document::Migration;
use serde_json::Value;

use super::Request;

/// The message on the way that the document asks for.
pub fn on_the_way(document: &mut Migration) {
    if let Some(occasion) = document.next.as_ref().and_then(|next| next.occasion) {
        commit::told(document, occasion);
    }
}

/// The message with which a run ends. A run that no step has left a verdict for gets one here.
pub fn at_the_end(document: &mut Migration, input: &Value, request: Request<'_>) {
    if document.run.is_none() {
        document.run = opening::open(input, request.execution, request.now).run;
    }
    if document.verdict.is_none() {
        document.verdict = Some(cut_short::verdict(document, false, request.now));
    }
}
