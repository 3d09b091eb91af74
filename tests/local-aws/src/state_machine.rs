//! What a template says about its state machines and functions, ready to be used here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::function::FunctionConfig;
use crate::template::{Template, replace};

const FUNCTION: &str = "AWS::Serverless::Function";
const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";

/// A state machine with every substitution done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateMachine {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its definition, in Amazon States Language.
    pub definition: String,
}

/// What a template says about one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSettings {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its local name, which is its program's too.
    pub name: String,
    /// Its `Timeout`; 3 seconds when there is none.
    pub timeout: Duration,
    /// Its `MemorySize` in MB; 128 when there is none.
    pub memory: u32,
    /// Its variables, the template's `Globals` included.
    pub environment: BTreeMap<String, String>,
}

impl FunctionSettings {
    /// The function with these settings and this program.
    pub fn config(self, program: impl Into<PathBuf>) -> FunctionConfig {
        let Self { name, timeout, memory, environment, .. } = self;
        FunctionConfig { timeout, memory, environment, ..FunctionConfig::new(name, program) }
    }
}

impl Template {
    /// The state machine with this logical id, its `DefinitionSubstitutions` done.
    ///
    /// # Errors
    ///
    /// When there is none, when its definition cannot be read, when a substitution has no local value, or when the
    /// definition holds a `${X}` that nobody substitutes. A substitution that is not used is an error too.
    pub fn state_machine(&self, logical_id: &str) -> Result<StateMachine> {
        let wrong = |why: String| Error::Template { path: self.path.clone(), why };
        let machine = self.resources(STATE_MACHINE).find(|(id, _)| *id == logical_id);
        let (_, machine) = machine.ok_or_else(|| wrong(format!("there is no state machine {logical_id}")))?;
        let properties = &machine["Properties"];
        let uri = properties["DefinitionUri"].as_str();
        let uri = uri.ok_or_else(|| wrong(format!("{logical_id} has no DefinitionUri that is a path")))?;
        let path = self.directory().join(uri);
        let text =
            std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;

        let mut values = BTreeMap::new();
        for (name, value) in properties["DefinitionSubstitutions"].as_object().into_iter().flatten() {
            let value = self.text(value, &format!("{logical_id}, DefinitionSubstitutions, {name}"))?;
            if !text.contains(&format!("${{{name}}}")) {
                return Err(wrong(format!("{logical_id}: the substitution {name} is not used in {uri}")));
            }
            values.insert(name.clone(), value.unwrap_or_default());
        }
        let definition = replace(&text, |name| {
            let value = values.get(name).cloned();
            value.ok_or_else(|| {
                format!("${{{name}}} is substituted by nobody; add it to DefinitionSubstitutions")
            })
        });
        let definition = definition.map_err(|why| Error::Template { path, why })?;
        Ok(StateMachine { logical_id: logical_id.to_owned(), definition })
    }

    /// Every function of the template, in the order of their logical ids.
    ///
    /// # Errors
    ///
    /// When a setting or a variable has no local value.
    pub fn functions(&self) -> Result<Vec<FunctionSettings>> {
        let ids = self.resources(FUNCTION).map(|(id, _)| id);
        ids.map(|id| self.settings(id)).collect()
    }

    fn settings(&self, id: &str) -> Result<FunctionSettings> {
        let own = |path: &str| self.document.pointer(&format!("/Resources/{id}/Properties/{path}"));
        let global = |path: &str| self.document.pointer(&format!("/Globals/Function/{path}"));
        let number = |member: &str, default: u32| {
            let Some(value) = own(member).or_else(|| global(member)) else { return Ok(default) };
            let text = self.text(value, &format!("{id}, {member}"))?.unwrap_or_default();
            text.parse().map_err(|_| Error::Template {
                path: self.path.clone(),
                why: format!("{id}, {member}: {text:?} is not a number"),
            })
        };
        let mut environment = BTreeMap::new();
        let variables = [global("Environment/Variables"), own("Environment/Variables")];
        for (name, value) in variables.into_iter().flatten().filter_map(Value::as_object).flatten() {
            if let Some(value) = self.text(value, &format!("{id}, Environment, {name}"))? {
                environment.insert(name.clone(), value);
            }
        }
        Ok(FunctionSettings {
            logical_id: id.to_owned(),
            name: self.function_name(id).unwrap_or_else(|| id.to_owned()),
            timeout: Duration::from_secs(number("Timeout", 3)?.into()),
            memory: number("MemorySize", 128)?,
            environment,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn template() -> Template {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/template.yaml");
        Template::read(path, [("Topic".to_owned(), "arn:topic".to_owned())].into()).unwrap()
    }

    #[test]
    fn a_state_machine_is_substituted() {
        let machine = template().state_machine("Machine").unwrap();
        let definition: Value = serde_json::from_str(&machine.definition).unwrap();
        let task = json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "poll", "Payload.$": "$" },
            "End": true,
        });
        assert_eq!(definition["States"]["Poll"], task);
    }

    #[test]
    fn functions_have_the_globals_and_their_own_settings() {
        let functions = template().functions().unwrap();
        let of = |name: &str| functions.iter().find(|function| function.name == name).unwrap();
        let environment = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        assert_eq!(functions.len(), 3);
        assert_eq!(of("poll").timeout, Duration::from_secs(30));
        assert_eq!(of("poll").memory, 256);
        assert_eq!(of("poll").environment, environment(&[("LEVEL", "info")]));
        assert_eq!(of("watch").memory, 512);
        assert_eq!(of("watch").environment, environment(&[("LEVEL", "debug"), ("TOPIC_ARN", "arn:topic")]));
        let config = of("watch").clone().config("target/watch");
        assert_eq!((config.name.as_str(), config.memory), ("watch", 512));
    }

    #[test]
    fn a_state_machine_that_cannot_be_used_says_why() {
        for (id, why) in [
            ("NoSuch", "there is no state machine NoSuch"),
            (
                "Unresolved",
                "Unresolved, DefinitionSubstitutions, PollFunction: NoSuchFunction.Version is not known",
            ),
            ("Leftover", "${Partition} is substituted by nobody"),
            ("Unused", "Unused: the substitution Nothing is not used in machine.asl.json"),
            ("Missing", "failed to read"),
            ("Bare", "Bare has no DefinitionUri"),
        ] {
            let error = template().state_machine(id).unwrap_err().to_string();
            assert!(error.contains(why), "{id}: {error}");
        }
    }
}
