//! The schema as a file, and the files that name it.

use std::collections::BTreeSet;

use plan::homes::HOMES;
use plan::request::READ_ONLY;
use plan::schema;
use serde_json::Value;

use support::plans::{event, events, root};
use support::schema::{read, refusals, takes};

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_file_is_what_the_types_say() {
    let kept = std::fs::read_to_string(root().join("docs/plan.schema.json")).unwrap_or_default();
    assert!(
        kept == schema::text(),
        "docs/plan.schema.json is not what the types say: `make schema` writes it"
    );
}

#[test]
fn every_event_names_the_schema_first_and_fits_it() {
    for name in events() {
        let text = text(&format!("events/{name}.json"));
        let first = text.trim_start().trim_start_matches('{').trim_start();
        let named = first.starts_with("\"$schema\": \"../docs/plan.schema.json\",");
        assert!(named, "events/{name}.json does not begin with the schema");
        let plan = event(&name);
        // What cannot be a plan is refused by both.
        assert_eq!(takes(&plan), read(&plan).plan.is_some(), "{name}: {:#?}", refusals(&plan));
    }
}

#[test]
fn every_example_in_the_manual_fits() {
    let manual = text("docs/plan.md");
    let examples = manual.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    for example in examples {
        let plan: Value = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        assert!(takes(&plan), "{example}\n{:#?}", refusals(&plan));
    }
}

/// The members of an object, by the names of their definitions; the top has none.
fn members(definitions: &[&str]) -> BTreeSet<String> {
    let schema = schema::schema();
    let of = |name: &&str| match *name {
        "" => schema["properties"].clone(),
        name => schema["definitions"][name]["properties"].clone(),
    };
    let members =
        definitions.iter().map(of).flat_map(|members| members.as_object().cloned().unwrap_or_default());
    members.map(|(name, _)| name).collect()
}

#[test]
fn its_members_are_those_of_the_reader() {
    let plan = ["the plan", "the plan, beside Task"];
    let passed_over = ["$schema", "Comment", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"];
    let pasted = READ_ONLY.into_iter().chain(["Marker"]).collect::<Vec<_>>();
    for (definitions, homes, besides) in [
        (&[""][..], &plan[..], &passed_over[..]),
        (&["DmsTask", "Answer"], &["Task"], &pasted),
        (&["Window"], &["Window"], &[]),
        (&["Notify"], &["Notify"], &[]),
    ] {
        let at_home = HOMES.iter().filter(|(_, home)| homes.contains(home)).map(|(name, _)| *name);
        let wanted: BTreeSet<String> = at_home.chain(besides.iter().copied()).map(str::to_owned).collect();
        assert_eq!(members(definitions), wanted, "{homes:?}");
    }
}

#[test]
fn every_member_is_described() {
    let schema = schema::schema();
    let definitions = schema["definitions"].as_object().expect("definitions");
    let objects =
        definitions.iter().filter(|(name, _)| *name != "TaskSettings").map(|(name, of)| (name.as_str(), of));
    for (object, definition) in objects.chain([("the plan", &schema)]) {
        for (name, member) in definition["properties"].as_object().into_iter().flatten() {
            let said = member["description"].as_str().unwrap_or_default();
            assert!(said.ends_with('.') && !said.contains('\n'), "{object}: {name} is described as {said:?}");
        }
    }
}
