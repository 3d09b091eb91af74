//! The JSON Schema of a plan, as an editor holds a plan against it.

use std::sync::LazyLock;

use jsonschema::Validator;
use plan::read::{self, Reading};
use plan::schema;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft7::new(&schema::schema()).expect("the schema is one"));

/// What the schema refuses of a plan, each with its place.
pub fn refusals(plan: &Value) -> Vec<String> {
    SCHEMA.iter_errors(plan).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// True when the schema takes a plan.
pub fn takes(plan: &Value) -> bool {
    SCHEMA.is_valid(plan)
}

/// Reads a plan, and holds the schema to what comes of it: it takes every plan that is read without an error.
pub fn read(plan: &Value) -> Reading {
    let reading = read::read(plan);
    if reading.plan.is_some() && !takes(plan) {
        panic!("the schema refuses a plan that is read without an error\n{plan:#}\n{:#?}", refusals(plan));
    }
    reading
}
