//! CloudFormation's YAML as JSON: its tags become the long forms that JSON templates use.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Reads one YAML document. `!Ref X` becomes `{"Ref": "X"}`, `!GetAtt A.B` becomes `{"Fn::GetAtt": ["A", "B"]}`, and
/// every other tag `!Name` becomes `{"Fn::Name": ...}`, except `!Condition`, which keeps its name.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| format!("it is no YAML: {error}"))?;
    match documents.as_slice() {
        [document] => json_of(document),
        documents => Err(format!("it holds {} documents instead of one", documents.len())),
    }
}

fn json_of(node: &Yaml<'_>) -> Result<Value, String> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Representation(text, _, None) => json!(text),
        Yaml::Representation(text, _, Some(tag)) => tagged(&tag.suffix, json!(text)),
        Yaml::Tagged(tag, inner) => tagged(&tag.suffix, json_of(inner)?),
        Yaml::Sequence(items) => items.iter().map(json_of).collect::<Result<_, _>>()?,
        Yaml::Mapping(members) => {
            let mut object = Map::new();
            for (name, value) in members {
                let name = match json_of(name)? {
                    Value::String(name) => name,
                    other => other.to_string(),
                };
                object.insert(name, json_of(value)?);
            }
            object.into()
        }
        Yaml::Alias(_) | Yaml::BadValue => {
            return Err("it holds an alias or a value that means nothing".to_owned());
        }
    })
}

fn tagged(tag: &str, value: Value) -> Value {
    match (tag, &value) {
        ("Ref" | "Condition", _) => json!({ tag: value }),
        ("GetAtt", Value::String(path)) => match path.split_once('.') {
            Some((name, attribute)) => json!({ "Fn::GetAtt": [name, attribute] }),
            None => json!({ "Fn::GetAtt": [path] }),
        },
        _ => json!({ format!("Fn::{tag}"): value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_long_forms_and_aliases_what_they_stand_for() {
        let text = "a: !Ref X.Version\nb: !GetAtt T.Arn\nc: !Sub 'x-${Y}'\nd: !If [C, !Ref A, *no]\n";
        assert!(read(text).is_err(), "an alias without an anchor");
        let text = "z: &no { n: 1 }\na: !Ref X.Version\nb: !GetAtt T.Arn\nc: !Sub x-${Y}\nd: !If [C, !Ref A, *no]\ne: 2012-10-17\n";
        let expected = json!({
            "z": { "n": 1 },
            "a": { "Ref": "X.Version" },
            "b": { "Fn::GetAtt": ["T", "Arn"] },
            "c": { "Fn::Sub": "x-${Y}" },
            "d": { "Fn::If": ["C", { "Ref": "A" }, { "n": 1 }] },
            "e": "2012-10-17",
        });
        assert_eq!(read(text), Ok(expected));
    }
}
