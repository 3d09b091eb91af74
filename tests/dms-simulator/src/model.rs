//! AWS's own service model, as the AWS CLI carries it: an independent word on what requests and answers look like.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// The environment variable that says where the model is.
pub const LOCATION: &str = "DMS_SERVICE_MODEL";

const UNDER_SITE_PACKAGES: &str = "site-packages/botocore/data/dms/2016-01-01/service-2.json.gz";

/// Why there is no model to check against.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is not where it should be.
    #[error("found no DMS service model under {0}; run `make venv`, or set DMS_SERVICE_MODEL to the file")]
    Missing(PathBuf),
    /// It could not be read.
    #[error("failed to read the DMS service model {path}: {cause}; run `make venv` to fetch it again")]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        cause: String,
    },
}

/// The operations of a service and the shapes of what they take and give.
#[derive(Debug, Deserialize)]
pub struct ServiceModel {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    input: Option<Reference>,
    output: Option<Reference>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    shape: String,
}

#[derive(Debug, Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: BTreeMap<String, Reference>,
    member: Option<Reference>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default, rename = "enum")]
    allowed: Vec<String>,
    #[serde(default, rename = "timestampFormat")]
    timestamp_format: Option<String>,
    max: Option<f64>,
    min: Option<f64>,
}

impl ServiceModel {
    /// Reads the model, gzipped or plain.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`].
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let unreadable = |cause: String| ModelError::Unreadable { path: path.to_owned(), cause };
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            GzDecoder::new(&bytes[..])
                .read_to_end(&mut text)
                .map_err(|error| unreadable(error.to_string()))?;
            text
        } else {
            bytes
        };
        serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// Reads the model from where `DMS_SERVICE_MODEL` says, else from the virtual environment of the workspace.
    ///
    /// # Errors
    /// [`ModelError`], with what to do.
    pub fn find() -> Result<Self, ModelError> {
        if let Some(path) = std::env::var_os(LOCATION) {
            return Self::load(Path::new(&path));
        }
        let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/lib");
        let pythons = std::fs::read_dir(&lib).into_iter().flatten().flatten();
        let found = pythons.map(|python| python.path().join(UNDER_SITE_PACKAGES)).find(|path| path.exists());
        Self::load(&found.ok_or(ModelError::Missing(lib))?)
    }

    /// The names of all operations.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// What is wrong with a request body: each a sentence with the place; nothing when it fits the model.
    pub fn check_input(&self, operation: &str, body: &Value) -> Vec<String> {
        self.check(operation, body, |operation| operation.input.as_ref())
    }

    /// What is wrong with an answer's body; nothing when it fits the model.
    pub fn check_output(&self, operation: &str, body: &Value) -> Vec<String> {
        let mut findings = self.check(operation, body, |operation| operation.output.as_ref());
        // The live service answers this one word in upper case, and its own model has it in lower case.
        let kind = |finding: &str| {
            finding.contains(".EndpointType: \"SOURCE\"") || finding.contains(".EndpointType: \"TARGET\"")
        };
        findings.retain(|finding| !kind(finding));
        findings
    }

    fn check(
        &self,
        operation: &str,
        body: &Value,
        side: impl Fn(&Operation) -> Option<&Reference>,
    ) -> Vec<String> {
        let mut findings = Vec::new();
        match self.operations.get(operation).map(side) {
            None => findings.push(format!("{operation} is not an operation of DMS")),
            Some(None) => {}
            Some(Some(reference)) => self.look(&reference.shape, body, operation, &mut findings),
        }
        findings
    }

    fn look(&self, name: &str, value: &Value, place: &str, findings: &mut Vec<String>) {
        let Some(shape) = self.shapes.get(name) else {
            findings.push(format!("{place}: the model has no shape {name}"));
            return;
        };
        let fits = match shape.kind.as_str() {
            "structure" => value.is_object(),
            "list" => value.is_array(),
            "string" | "blob" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            "long" => value.as_i64().is_some(),
            "double" => value.is_number(),
            "timestamp" => {
                if shape.timestamp_format.as_deref() == Some("iso8601") {
                    value.is_string()
                } else {
                    value.is_number()
                }
            }
            _ => true,
        };
        if !fits {
            findings.push(format!("{place}: {value} is not a {}", shape.kind));
            return;
        }
        if let Some(text) = value.as_str() {
            self.look_at_text(shape, text, place, findings);
        }
        if let (Some(members), "structure") = (value.as_object(), shape.kind.as_str()) {
            for required in shape.required.iter().filter(|required| !members.contains_key(*required)) {
                findings.push(format!("{place}: {required} is missing"));
            }
            for (member, value) in members {
                match shape.members.get(member) {
                    Some(reference) => {
                        self.look(&reference.shape, value, &format!("{place}.{member}"), findings);
                    }
                    None => findings.push(format!("{place}: {member} is not a member of {name}")),
                }
            }
        }
        if let (Some(items), Some(reference)) = (value.as_array(), &shape.member) {
            for (index, item) in items.iter().enumerate() {
                self.look(&reference.shape, item, &format!("{place}[{index}]"), findings);
            }
        }
    }

    fn look_at_text(&self, shape: &Shape, text: &str, place: &str, findings: &mut Vec<String>) {
        if !shape.allowed.is_empty() && !shape.allowed.iter().any(|allowed| allowed == text) {
            findings.push(format!("{place}: {text:?} is none of {}", shape.allowed.join(", ")));
        }
        let length = text.chars().count() as f64;
        if shape.max.is_some_and(|max| length > max) || shape.min.is_some_and(|min| length < min) {
            findings.push(format!("{place}: {length} characters are too many or too few"));
        }
    }
}
