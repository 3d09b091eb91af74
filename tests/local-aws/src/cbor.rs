//! CBOR, as AWS's newest protocol writes its messages, to and from the JSON that everything here is thought in.

use ciborium::Value as Cbor;
use ciborium::value::Integer;
use serde_json::{Map, Number, Value};

/// CBOR's tag for an instant in epoch seconds.
const EPOCH: u64 = 1;

/// The document as JSON: an instant becomes its number of seconds, bytes become a list of numbers. `None` when it is
/// no CBOR, or holds what JSON cannot.
pub(crate) fn read(bytes: &[u8]) -> Option<Value> {
    json(ciborium::from_reader(bytes).ok()?)
}

/// The document as CBOR. Numbers in the members of these names are instants, alone or in a list.
pub(crate) fn write(document: &Value, instants: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A vector takes every byte: there is nothing that could fail.
    let _ = ciborium::into_writer(&cbor(document, instants, false), &mut bytes);
    bytes
}

fn json(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(it) => it.into(),
        Cbor::Text(text) => text.into(),
        Cbor::Bytes(bytes) => bytes.into(),
        Cbor::Integer(number) => i64::try_from(number)
            .map(Number::from)
            .or_else(|_| u64::try_from(number).map(Number::from))
            .ok()?
            .into(),
        Cbor::Float(number) => Number::from_f64(number)?.into(),
        Cbor::Tag(_, tagged) => json(*tagged)?,
        Cbor::Array(items) => items.into_iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Cbor::Map(members) => {
            let members =
                members.into_iter().map(|(name, value)| Some((name.into_text().ok()?, json(value)?)));
            members.collect::<Option<Map<_, _>>>()?.into()
        }
        _ => return None,
    })
}

fn cbor(value: &Value, instants: &[&str], is_instant: bool) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(it) => Cbor::Bool(*it),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) => {
            let integer = number.as_i64().map(Integer::from).or_else(|| number.as_u64().map(Integer::from));
            let number =
                integer.map_or_else(|| Cbor::Float(number.as_f64().unwrap_or_default()), Cbor::Integer);
            if is_instant { Cbor::Tag(EPOCH, Box::new(number)) } else { number }
        }
        Value::Array(items) => {
            Cbor::Array(items.iter().map(|item| cbor(item, instants, is_instant)).collect())
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                (Cbor::Text(name.clone()), cbor(value, instants, instants.contains(&name.as_str())))
            });
            Cbor::Map(members.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_the_same_after_there_and_back() {
        let document = json!({
            "Whole": [0, -7, 9_007_199_254_740_993_i64, u64::MAX], "Broken": [0.5, -1.25e300],
            "Text": "ä", "Yes": true, "Nothing": null, "Inside": { "At": 1_772_402_400.5, "List": [1, 2] },
        });
        assert_eq!(read(&write(&document, &["At", "List"])), Some(document));
    }

    #[test]
    fn instants_carry_their_tag_and_nothing_else_does() {
        let document = json!({ "At": [5], "Values": [5] });
        // {"At": [1(5)], "Values": [5]}, by hand.
        let expected = [b"\xa2\x62At\x81\xc1\x05".as_slice(), b"\x66Values\x81\x05"].concat();
        assert_eq!(write(&document, &["At"]), expected);
    }

    #[test]
    fn what_is_no_document_is_not_read() {
        // Nothing, half a map, a map with a number for a name, a number that JSON does not have.
        for bytes in [&b""[..], b"\xa1\x61a", b"\xa1\x01\x02", b"\xf9\x7e\x00"] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        // An open-ended map, as the SDK writes it, with a half-precision number.
        assert_eq!(read(b"\xbf\x61a\xf9\x3e\x00\xff"), Some(json!({ "a": 1.5 })));
    }
}
