//! The schema as a file, and the files that name it.

use std::collections::BTreeSet;

use plan::finding::Code;
use plan::members::MEMBERS;
use plan::request::READ_ONLY;
use plan::schema;
use serde_json::{Value, json};

use support::plans::{event, events, full_load, night, root};
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
fn every_example_in_the_pages_fits() {
    let manual = text("docs/plan.md") + &text("docs/guide.md") + &text("docs/recipes.md");
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
        let at_home = MEMBERS.iter().filter(|member| homes.contains(&member.home)).map(|member| member.name);
        let wanted: BTreeSet<String> = at_home.chain(besides.iter().copied()).map(str::to_owned).collect();
        assert_eq!(members(definitions), wanted, "{homes:?}");
    }
}

/// The words that a part of the schema offers, through the definitions that it names.
fn offered(part: &Value, definitions: &Value) -> Vec<String> {
    let listed = part["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let named = part["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/"));
    let named = named.into_iter().map(|name| &definitions[name]);
    let inside =
        part["anyOf"].as_array().into_iter().flatten().chain([&part["items"]]).filter(|p| p.is_object());
    listed.chain(named.chain(inside).flat_map(|part| offered(part, definitions))).collect()
}

#[test]
fn its_words_are_those_of_the_reader() {
    let schema = schema::schema();
    let definitions = &schema["definitions"];
    for member in MEMBERS.iter().filter(|member| !member.words.is_empty()) {
        let holder = match member.home {
            "Task" => &definitions["DmsTask"],
            home @ ("Window" | "Notify") => &definitions[home],
            _ => &schema,
        };
        let offered: BTreeSet<String> =
            offered(&holder["properties"][member.name], definitions).into_iter().collect();
        let wanted: BTreeSet<String> = member.words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(offered, wanted, "{}", member.name);
    }
}

/// Every word is taken, and another one is answered with all of them.
#[test]
fn its_words_are_taken() {
    for member in MEMBERS.iter().filter(|member| !member.words.is_empty()) {
        let holder = if member.home.contains(' ') { String::new() } else { format!("/{}", member.home) };
        let place = format!("{holder}/{}", member.name);
        let unknown = |word: &str| {
            let value = if ["Days", "On"].contains(&member.name) { json!([word]) } else { json!(word) };
            let sample = full_load().with("/Window", night()).with("/Notify", json!({})).with(&place, value);
            let found = sample.findings().into_iter().find(|found| found.code == Code::UnknownWord);
            found.map(|found| found.message)
        };
        for word in member.words {
            assert_eq!(unknown(word), None, "{place}");
        }
        let message = unknown("other").expect("another word is refused");
        assert!(member.words.iter().all(|word| message.contains(word)), "{place}: {message}");
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
