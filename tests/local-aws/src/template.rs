//! A SAM template, and what its references mean here: functions by their plain names, everything else as told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::place::Place;
use crate::yaml;

/// How deep references may nest before they are taken for a circle.
const DEPTH: u32 = 32;

/// A template that was read, with what is known about its resources.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) path: PathBuf,
    pub(crate) document: Value,
    known: BTreeMap<String, String>,
}

/// A resolved value; `None` stands for `AWS::NoValue`.
type Resolved = Result<Option<Value>, String>;

impl Template {
    /// Reads a SAM template.
    ///
    /// `known` says what a reference means that only a deployment could answer: `NotificationTopic` for
    /// `!Ref NotificationTopic`, `Queue.Arn` for `!GetAtt Queue.Arn`, the name of a parameter for another value than
    /// its default, [`Place::references`] for another place than the default.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no YAML object.
    pub fn read(path: impl Into<PathBuf>, known: BTreeMap<String, String>) -> Result<Self> {
        let path = path.into();
        let text =
            std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let document = yaml::read(&text).map_err(|why| Error::Template { path: path.clone(), why })?;
        Ok(Self { path, document, known })
    }

    /// The directory that the template's paths start from.
    pub(crate) fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The resources of a type, by logical id.
    pub(crate) fn resources(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        let resources = self.document.get("Resources").and_then(Value::as_object);
        resources.into_iter().flatten().filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// The local name of a function: the binary that it is built from, or its logical id in kebab case without
    /// `Function`.
    pub(crate) fn function_name(&self, logical_id: &str) -> Option<String> {
        let (id, resource) = self.resources("AWS::Serverless::Function").find(|(id, _)| *id == logical_id)?;
        let binary = resource.pointer("/Metadata/BuildProperties/Binary").and_then(Value::as_str);
        Some(binary.map_or_else(|| kebab(id.strip_suffix("Function").unwrap_or(id)), str::to_owned))
    }

    /// The text that a value of the template stands for here.
    pub(crate) fn text(&self, value: &Value, place: &str) -> Result<Option<String>> {
        let resolved = self.resolve(value, DEPTH).and_then(|value| value.map(plain).transpose());
        resolved.map_err(|why| Error::Template { path: self.path.clone(), why: format!("{place}: {why}") })
    }

    fn resolve(&self, value: &Value, depth: u32) -> Resolved {
        let Some(depth) = depth.checked_sub(1) else {
            return Err("references go round in a circle".to_owned());
        };
        let Some((function, argument)) = intrinsic(value) else { return Ok(Some(value.clone())) };
        match (function, argument) {
            ("Ref", Value::String(name)) => self.reference(name, depth),
            ("Fn::GetAtt", Value::Array(path)) => {
                let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                self.attribute(&path.join(".")).map(Some)
            }
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &json!({}), depth),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(text), variables] => self.substitute(text, variables, depth),
                _ => Err(format!("Fn::Sub cannot be read: {argument}")),
            },
            ("Fn::Join", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(between), items] => self.join(between, items, depth),
                _ => Err(format!("Fn::Join cannot be read: {argument}")),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), yes, no] => self.resolve(
                    if self.holds(&json!({ "Condition": condition }), depth)? { yes } else { no },
                    depth,
                ),
                _ => Err(format!("Fn::If cannot be read: {argument}")),
            },
            _ => Err(format!("{function} means nothing here; teach the local AWS, or write it without")),
        }
    }

    /// What `!Ref name` means.
    fn reference(&self, name: &str, depth: u32) -> Resolved {
        let parameter = || self.document.pointer(&format!("/Parameters/{name}/Default"));
        if let Some(value) = self.known.get(name) {
            return Ok(Some(json!(value)));
        }
        match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::StackName" => return Ok(Some(json!("local"))),
            _ => {}
        }
        if let Some(value) = Place::default().references().get(name) {
            return Ok(Some(json!(value)));
        }
        // SAM lets the published version and the alias of a function be referred to with a suffix.
        let function = name.strip_suffix(".Version").or_else(|| name.strip_suffix(".Alias")).unwrap_or(name);
        if let Some(local) = self.function_name(function) {
            return Ok(Some(json!(local)));
        }
        match parameter() {
            Some(default) => self.resolve(default, depth),
            None => Err(format!("{name} is not known here: give its value, or the parameter a default")),
        }
    }

    /// What `!GetAtt name.attribute` means.
    fn attribute(&self, path: &str) -> Result<Value, String> {
        if let Some(value) = self.known.get(path) {
            return Ok(json!(value));
        }
        let function = path.strip_suffix(".Arn").and_then(|id| self.function_name(id));
        function.map(|name| json!(name)).ok_or_else(|| format!("{path} is not known here: give its value"))
    }

    /// `Fn::Sub`: each `${X}` is a variable, a reference, or an attribute; `${!X}` is the text `${X}`.
    fn substitute(&self, text: &str, variables: &Value, depth: u32) -> Resolved {
        let replaced = replace(text, |name| {
            if let Some(literal) = name.strip_prefix('!') {
                return Ok(format!("${{{literal}}}"));
            }
            let value = match variables.get(name) {
                Some(value) => self.resolve(value, depth)?,
                None if self.attribute(name).is_ok() => Some(self.attribute(name)?),
                None => self.reference(name, depth)?,
            };
            value.map_or_else(|| Ok(String::new()), plain)
        });
        replaced.map(|text| Some(json!(text)))
    }

    fn join(&self, between: &str, items: &Value, depth: u32) -> Resolved {
        let items = match self.resolve(items, depth)? {
            Some(Value::Array(items)) => items,
            // A list parameter is one text with commas.
            Some(Value::String(list)) => list.split(',').map(|item| json!(item)).collect(),
            other => return Err(format!("Fn::Join needs a list, not {other:?}")),
        };
        let mut texts = Vec::new();
        for item in &items {
            texts.extend(self.resolve(item, depth)?.map(plain).transpose()?);
        }
        Ok(Some(json!(texts.join(between))))
    }

    /// Whether a condition holds.
    fn holds(&self, condition: &Value, depth: u32) -> Result<bool, String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err("conditions go round in a circle".to_owned());
        };
        match intrinsic(condition) {
            Some(("Condition", Value::String(name))) => {
                let named = self.document.pointer(&format!("/Conditions/{name}"));
                self.holds(named.ok_or_else(|| format!("there is no condition {name}"))?, depth)
            }
            Some(("Fn::Equals", Value::Array(sides))) => {
                let sides: Vec<_> =
                    sides.iter().map(|side| self.resolve(side, depth)).collect::<Result<_, _>>()?;
                Ok(sides.windows(2).all(|pair| pair[0] == pair[1]))
            }
            Some((function @ ("Fn::Not" | "Fn::And" | "Fn::Or"), Value::Array(parts))) => {
                let parts: Vec<bool> =
                    parts.iter().map(|part| self.holds(part, depth)).collect::<Result<_, _>>()?;
                Ok(match function {
                    "Fn::And" => parts.iter().all(|part| *part),
                    "Fn::Or" => parts.iter().any(|part| *part),
                    _ => parts.iter().all(|part| !part),
                })
            }
            _ => Err(format!("a condition cannot be read: {condition}")),
        }
    }
}

/// The function and its argument, when a value is `{"Ref": ...}`, `{"Condition": ...}` or `{"Fn::...": ...}`.
fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    (name == "Ref" || name == "Condition" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

fn plain(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(format!("{other} is not a text")),
    }
}

/// Replaces every `${name}` in a text by what `value` says.
pub(crate) fn replace(text: &str, value: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("`${{{after}` does not end"));
        };
        replaced.push_str(before);
        replaced.push_str(&value(name)?);
        rest = after;
    }
    replaced.push_str(rest);
    Ok(replaced)
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(known: &[(&str, &str)]) -> Template {
        let known = known.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/template.yaml");
        Template::read(path, known).unwrap()
    }

    fn resolved(template: &Template, yaml: &str) -> Result<Option<String>, String> {
        template.text(&yaml::read(yaml).unwrap(), "here").map_err(|error| error.to_string())
    }

    #[test]
    fn references_mean_their_local_values() {
        let template = template(&[("Topic", "arn:topic"), ("Queue.Arn", "arn:queue")]);
        for (yaml, value) in [
            ("!Ref PollFunction.Version", "poll"),
            ("!Ref CreateTaskFunction", "create-task"),
            ("!GetAtt CreateTaskFunction.Arn", "create-task"),
            ("!Ref WatcherFunction.Alias", "watch"),
            ("!Ref AWS::Partition", "aws"),
            ("!Ref Level", "info"),
            ("!Ref Topic", "arn:topic"),
            ("!GetAtt Queue.Arn", "arn:queue"),
            ("!Sub '${AWS::StackName}-${Topic}-${Queue.Arn}-${!Kept}'", "local-arn:topic-arn:queue-${Kept}"),
            ("!Sub ['${Here}-${Level}', { Here: !Ref Topic }]", "arn:topic-info"),
            ("!Join ['-', [a, !Ref Level, !Ref AWS::NoValue]]", "a-info"),
            ("!If [HasExtra, yes it has, !Ref Level]", "info"),
            ("!If [HasNone, none, some]", "none"),
            ("7", "7"),
        ] {
            assert_eq!(resolved(&template, yaml), Ok(Some(value.to_owned())), "{yaml}");
        }
        assert_eq!(resolved(&template, "!Ref AWS::NoValue"), Ok(None));
    }

    #[test]
    fn what_is_not_known_is_named() {
        let template = template(&[]);
        for (yaml, named) in [
            ("!Ref Topic", "here: Topic is not known here"),
            ("!GetAtt Queue.Arn", "here: Queue.Arn is not known here"),
            ("!Sub 'x-${Nobody}'", "here: Nobody is not known here"),
            ("!ImportValue other", "here: Fn::ImportValue means nothing here"),
            ("!If [NoSuch, a, b]", "here: there is no condition NoSuch"),
            ("!Ref Circle", "here: references go round in a circle"),
        ] {
            let error = resolved(&template, yaml).unwrap_err();
            assert!(error.contains(named), "{yaml}: {error}");
        }
    }

    #[test]
    fn a_known_value_comes_before_a_default() {
        let template = template(&[("Level", "debug"), ("Extra", "arn")]);
        assert_eq!(resolved(&template, "!Ref Level"), Ok(Some("debug".to_owned())));
        assert_eq!(resolved(&template, "!If [HasExtra, a, b]"), Ok(Some("a".to_owned())));
    }
}
