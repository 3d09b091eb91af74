//! Any bytes as the text of a plan: a finding, never a panic, and the same JSON as another reader sees.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use support::sound;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // The command and Lambda take text only.
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    sound::text_reads_soundly(text);
    Corpus::Keep
});
