//! Task settings that nearly mean something, as an object and as its text: both say the same.
#![no_main]
#![allow(dead_code, reason = "each target uses its part")]

#[path = "../../../shared/migration/tests/common/plans.rs"]
mod plans;
#[path = "../../../shared/migration/tests/common/schema.rs"]
mod schema;
#[path = "../../../shared/migration/tests/common/sound.rs"]
mod sound;
#[path = "../../../shared/migration/tests/common/sown.rs"]
mod sown;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (which, seed) = bytes.split_first().unwrap_or((&0, &[]));
    let base = plans::of_each_type()[usize::from(which % 3)].clone();
    let plan = base.with("/Task/ReplicationTaskSettings", sown::settings(&mut sown::Seed::new(seed))).0;
    sound::reads_alike_as_object_and_as_text(&plan, "/Task/ReplicationTaskSettings");
});
