//! Every finding about what a plan names: what AWS answers that causes it, and a near miss that does not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod engines;
mod resources;
mod untold;
mod writers;

use plan::finding::Chapter;
use support::findings::hold;

#[test]
fn every_finding_has_its_place_and_spares_the_near_miss() {
    let cases = [resources::cases(), engines::cases(), writers::cases()];
    hold(Chapter::Survey, &cases.into_iter().flatten().collect::<Vec<_>>());
}
