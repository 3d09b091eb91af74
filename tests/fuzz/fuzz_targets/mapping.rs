//! Rules that nearly mean something, as an object and as its text: both say the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use support::{plans, sound, sown};

fuzz_target!(|bytes: &[u8]| {
    let (which, seed) = bytes.split_first().unwrap_or((&0, &[]));
    let base = plans::of_each_type()[usize::from(which % 3)].clone();
    let plan = base.with("/Task/TableMappings", sown::mapping(&mut sown::Seed::new(seed))).0;
    sound::reads_alike_as_object_and_as_text(&plan, "/Task/TableMappings");
});
