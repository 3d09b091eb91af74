//! The JSON Schema of a plan, for editors: they complete members and words, show what each means, and underline what is
//! wrong while a plan is written.
//!
//! The types here mirror what people *write*; nothing is ever read into them. The schema is an aid and never the judge:
//! it takes whatever [`read`](super::read::read) takes without an error, and refuses what one place alone shows to be
//! wrong.

mod address;
mod mappings;
mod parts;
mod plan;
mod settings;
mod task;
mod window;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

/// Where the workspace is kept, as `Cargo.toml` says it; empty where it says nothing.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The version of the workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The schema, in draft-07: the newest that VS Code, Monaco and JetBrains take whole; of later ones they pass over
/// parts.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07()
        .with_transform(RecursiveTransform(parts::words_with_meanings))
        .with_transform(RecursiveTransform(parts::unwrapped));
    let mut schema = settings.into_generator().into_root_schema_for::<plan::Plan>();
    schema.insert("$id".to_owned(), address::of(REPOSITORY, VERSION).into());
    if let Some(definitions) = schema.get_mut("definitions").and_then(Value::as_object_mut) {
        // An editor shows the innermost description. What a word or an ARN is *for* stands at the member that holds it.
        for definition in definitions.values_mut().filter(|definition| definition["type"] != "object") {
            definition.as_object_mut().and_then(|definition| definition.remove("description"));
        }
        definitions.insert(parts::ABSENT.to_owned(), parts::absent());
    }
    schema.to_value()
}

/// The schema as `docs/plan.schema.json` holds it.
pub fn text() -> String {
    // Built beside crates that make JSON keep its order, the text would be another.
    let mut schema = schema();
    schema.sort_all_objects();
    format!("{schema:#}\n")
}
