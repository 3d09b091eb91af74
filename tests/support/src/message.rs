//! What holds for every message, whatever the run.

use std::sync::LazyLock;

use jiff::Timestamp;
use jsonschema::Validator;
use migration::message::Message;
use plan::clean::seen;
use plan::finding::Severity;
use serde_json::Value;

use crate::plans::root;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let text = std::fs::read_to_string(root().join("docs/message.schema.json")).expect("there is a schema");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::draft7::new(&schema).expect("the schema is one")
});

/// The members of a message that hold lists.
const LISTS: [&str; 4] = ["/ToDo", "/Findings", "/Verdict/Reasons", "/Verdict/NamedTables"];

/// Holds a message for machines to its schema, and what people read of it to one clock.
#[track_caller]
pub fn valid(json: &Value) {
    let refused: Vec<String> =
        SCHEMA.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(refused.is_empty(), "{refused:#?}\n{json:#}");
    let texts = |list: &str| json.pointer(list).and_then(Value::as_array).into_iter().flatten();
    let messages = texts("/Findings").filter_map(|finding| finding.get("Message"));
    for text in texts("/Verdict/Reasons").chain(messages).chain(json.get("Next")) {
        let text = text.as_str().unwrap_or_default();
        assert!(!text.split_whitespace().any(is_an_instant), "the window's clock is the only one: {text}");
    }
}

/// True for a word like `2026-11-21T05:00:00Z`, which names an instant on no window's clock.
fn is_an_instant(word: &str) -> bool {
    word.trim_matches(|c: char| c.is_ascii_punctuation()).parse::<Timestamp>().is_ok()
}

/// Holds a message to its schema, to the limits of SNS and to what a reader expects of every one. The message for
/// machines is returned.
pub fn sound(message: &Message) -> Value {
    let json = serde_json::to_value(&message.json).expect("a message is JSON");
    valid(&json);
    for list in LISTS.iter().filter(|list| !list.starts_with("/Verdict") || !json["Verdict"].is_null()) {
        assert!(json.pointer(list).is_some_and(Value::is_array), "{list} is no list: {json:#}");
    }
    let Message { subject, text, attributes, .. } = message;
    assert!(!subject.is_empty() && subject.len() < 100, "{subject:?}");
    assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject:?}");
    assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && seen(c) == c)), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("  - ") && line.contains(": aws ")), "{text}");
    assert!(attributes.len() <= 10, "{attributes:?}");
    for (name, value) in attributes {
        let fits = !value.is_empty() && value.len() <= 1024 && !value.contains(char::is_control);
        assert!(fits, "{name}: {value:?}");
    }
    if message.json.severity != Severity::Info {
        assert!(!message.json.to_do.is_empty() && text.contains("What to do next:"), "nothing to do: {text}");
        assert!(subject.starts_with("[!] "), "{subject}");
    }
    for command in commands(text) {
        assert!(!command.contains('<') && command.len() < 128 * 1024, "this does not paste: {command}");
    }
    chat(message);
    json
}

/// The commands of a text: each on a line of its own.
pub fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("      ")).filter(|line| line.starts_with("aws "))
}

/// The same for a chat: short, without a command, and nothing in it means anything to the chat.
fn chat(message: &Message) {
    let chat = serde_json::to_value(&message.chat).expect("a message is JSON");
    assert_eq!((&chat["version"], &chat["source"]), (&Value::from("1.0"), &Value::from("custom")));
    assert_eq!(chat["metadata"]["threadId"], Value::from(message.json.execution.clone()), "one thread a run");
    let content = &chat["content"];
    let texts =
        |list: &str| content[list].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let steps: Vec<&str> = texts("nextSteps");
    let keywords: Vec<&str> = texts("keywords");
    let text = |name: &str| content[name].as_str().unwrap_or_default().to_owned();
    assert!(text("title").chars().count() <= 200 && text("description").chars().count() <= 2_500, "{chat:#}");
    assert!(steps.len() <= 5 && steps.iter().all(|step| step.chars().count() <= 350), "{chat:#}");
    for word in [text("title").as_str(), text("description").as_str()].iter().chain(&steps).chain(&keywords) {
        // Links and ARNs of our own are what they are.
        let own = word.replace(message.json.links.execution.as_str(), "");
        assert!(!own.contains(['<', '>', '`', '*', '@']) && !own.contains("]("), "{own}");
        assert!(own.chars().all(|c| c == '\n' || seen(c) == c), "{own:?}");
    }
    let commands: Vec<&str> = commands(&message.text).collect();
    assert!(steps.iter().all(|step| !commands.iter().any(|command| step.contains(command))), "{steps:#?}");
    assert!(chat.to_string().len() < 64 * 1024);
}
