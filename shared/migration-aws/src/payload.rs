//! What Lambda hands to a function, read whatever an execution was given. JSON may be nested more deeply than readers go,
//! and have numbers beyond any that a computer counts with: an execution is started with it all the same, and must end in
//! a message.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// Around what the execution was given stand the payload and the document.
const FRAMES: u32 = 2;

/// Reads a payload. What cannot be read, inside of its frames, becomes its own text: whoever reads a plan says what is
/// wrong with it.
pub fn read(payload: &RawValue) -> Value {
    inside(payload, FRAMES)
}

fn inside(raw: &RawValue, frames: u32) -> Value {
    if let Ok(value) = serde_json::from_str(raw.get()) {
        return value;
    }
    let framed =
        (frames > 0).then(|| serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(raw.get()).ok());
    match framed.flatten() {
        Some(members) => {
            members.into_iter().map(|(name, member)| (name, inside(&member, frames - 1))).collect()
        }
        None => Value::from(raw.get()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_text(text: &str) -> Value {
        let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
        read(&raw)
    }

    #[test]
    fn what_can_be_read_is_read() {
        let payload =
            json!({"Now": "2026-11-20T22:00:00Z", "Migration": {"Input": {"Task": [1, 2.5, null]}}});
        assert_eq!(read_text(&payload.to_string()), payload);
        assert_eq!(read_text("[1]"), json!([1]));
    }

    #[test]
    fn what_no_reader_takes_is_its_text_and_its_frames_stay() {
        for input in [
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            "{\"Task\":".repeat(500) + "1" + &"}".repeat(500),
            "{\"LagSeconds\":1e999999}".to_owned(),
            format!("[{}]", "9".repeat(100_000)),
        ] {
            let payload = format!(
                "{{\"Now\":\"2026-11-20T22:00:00Z\",\"Retries\":1,\"Migration\":{{\"Version\":2,\"State\":\"Opened\",\
                 \"Input\":{input}}}}}"
            );
            let wanted = json!({"Now": "2026-11-20T22:00:00Z", "Retries": 1,
                "Migration": {"Version": 2, "State": "Opened", "Input": input}});
            assert_eq!(read_text(&payload), wanted);
        }
        let deep = "[".repeat(1_000) + &"]".repeat(1_000);
        assert_eq!(read_text(&deep), json!(deep), "a payload without frames");
    }
}
