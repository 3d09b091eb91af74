//! What the schemas of all members have in common: what counts as absent, what must be stated, words, and forms of
//! text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::arn::MAX_ARN;

/// The name of the definition of [`absent`].
pub(super) const ABSENT: &str = "Absent";

/// What the reader takes for a member that is not there: null, an empty text, an empty list. Put so that an editor
/// offers none of them.
pub(super) fn absent() -> Value {
    json!({ "not": { "type": ["boolean", "number", "object"] }, "maxLength": 0, "maxItems": 0 })
}

/// The place of [`absent`], for whatever may be it instead.
pub(super) fn or_else_absent() -> Value {
    json!({ "$ref": format!("#/definitions/{ABSENT}") })
}

/// Lets every member of an object that is an `Option` be absent in all the ways that the reader knows, not as null
/// only.
pub(super) fn optional_members(schema: &mut Schema) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        optional(property);
    }
}

/// A member that is absent, or else held to what it may be: so a validator answers a wrong word with the words that there
/// are, where of several ways to be right it would say that none is met. The ways stand beside it once more for editors,
/// which offer words from there alone; there everything is taken.
fn optional(property: &mut Map<String, Value>) {
    let null = json!({ "type": "null" });
    let is_annotation = |name: &str| ["default", "description", "doNotSuggest", "examples"].contains(&name);
    let ways: Vec<Value> = if let Some(any) = property.get_mut("anyOf").and_then(Value::as_array_mut) {
        std::mem::take(any).into_iter().filter(|way| *way != null).flat_map(ways_in).collect()
    } else {
        let types = match property.get("type") {
            Some(Value::Array(types)) if types.contains(&json!("null")) => types.clone(),
            Some(only) if only == "null" => Vec::new(),
            _ => return,
        };
        let mut way: Map<String, Value> = property
            .iter()
            .filter(|(name, _)| !is_annotation(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        let mut types: Vec<Value> = types.into_iter().filter(|name| name != "null").collect();
        let one = types.pop();
        let one_or_more =
            one.map(|one| if types.is_empty() { one } else { [types, vec![one]].concat().into() });
        one_or_more
            .into_iter()
            .map(|types| {
                way.insert("type".to_owned(), types);
                way.clone().into()
            })
            .collect()
    };
    property.retain(|name, _| is_annotation(name));
    let offered: Vec<Value> = ways.iter().cloned().chain([json!(true)]).collect();
    property.insert("anyOf".to_owned(), offered.into());
    property.insert("if".to_owned(), or_else_absent());
    property.insert("else".to_owned(), one_of_ways(ways));
}

/// The ways that one way is, where it is nothing but a choice.
fn ways_in(way: Value) -> Vec<Value> {
    match way.as_object().filter(|way| way.len() == 1).and_then(|way| way.get("anyOf")) {
        Some(Value::Array(ways)) => ways.clone(),
        _ => vec![way],
    }
}

/// The ways to write a member, told apart by whether it is a text.
fn one_of_ways(ways: Vec<Value>) -> Value {
    let (mut texts, mut others): (Vec<Value>, Vec<Value>) =
        ways.into_iter().partition(|way| way["type"] == "string");
    match (texts.pop(), others.pop()) {
        (None, None) => json!(false),
        (Some(way), None) | (None, Some(way)) if texts.is_empty() && others.is_empty() => way,
        (Some(text), Some(other)) if texts.is_empty() && others.is_empty() => {
            json!({ "if": { "type": "string" }, "then": text, "else": other })
        }
        (text, other) => {
            let ways: Vec<Value> = texts.into_iter().chain(others).chain(text).chain(other).collect();
            json!({ "anyOf": ways })
        }
    }
}

/// That these members are there and say something.
pub(super) fn stated(members: &[&str]) -> Value {
    let says_something = json!({ "not": { "type": "null" }, "minLength": 1, "minItems": 1 });
    let properties: Map<String, Value> =
        members.iter().map(|member| ((*member).to_owned(), says_something.clone())).collect();
    json!({ "required": members, "properties": properties })
}

/// That none of these members says anything.
pub(super) fn unstated(members: &[&str]) -> Value {
    let properties: Map<String, Value> =
        members.iter().map(|member| ((*member).to_owned(), or_else_absent())).collect();
    json!({ "properties": properties })
}

/// That this holds where a member is one of these words.
pub(super) fn when(member: &str, words: &[&str], then: Value) -> Value {
    json!({ "if": { "required": [member], "properties": { member: { "enum": words } } }, "then": then })
}

/// Adds what must hold besides.
pub(super) fn besides(schema: &mut Schema, conditions: impl IntoIterator<Item = Value>) {
    schema.insert("allOf".to_owned(), conditions.into_iter().collect());
}

/// The words of a list that means something else by each.
pub(super) fn words<T>(list: &[(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(word, _)| *word).collect()
}

/// The words of a list whose meaning is like this.
pub(super) fn words_that<T: Copy>(
    list: &[(&'static str, T)],
    is_like_this: impl Fn(T) -> bool,
) -> Vec<&'static str> {
    list.iter().filter(|(_, meaning)| is_like_this(*meaning)).map(|(word, _)| *word).collect()
}

/// A choice of words as one list, with what each means beside it: so an editor that is shown another word names them
/// all, and shows the meaning of each.
pub(super) fn words_with_meanings(schema: &mut Schema) {
    let Some(choices) = schema.get("oneOf").and_then(Value::as_array) else { return };
    let words: Option<Vec<&Value>> = choices.iter().map(|choice| choice.get("const")).collect();
    let meanings: Vec<&Value> = choices.iter().filter_map(|choice| choice.get("description")).collect();
    let Some(words) = words else { return };
    let list = json!({ "type": "string", "enum": words, "enumDescriptions": meanings });
    schema.remove("oneOf");
    schema.ensure_object().extend(list.as_object().cloned().unwrap_or_default());
}

/// Descriptions without the line breaks of the source.
pub(super) fn unwrapped(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    let unwrap = |text: &mut Value| {
        if let Some(wrapped) = text.as_str() {
            *text = wrapped.replace('\n', " ").into();
        }
    };
    schema.get_mut("description").into_iter().for_each(unwrap);
    let meanings = schema.get_mut("enumDescriptions").and_then(Value::as_array_mut);
    meanings.into_iter().flatten().for_each(unwrap);
}

/// A whole number between these bounds, or its digits as text, as DMS and its console write it.
pub(super) struct NumberOrDigits<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> JsonSchema for NumberOrDigits<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NumberOrDigits_{LEAST}_{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"], "minimum": LEAST, "maximum": MOST,
            "pattern": format!("^{BLANKS}\\+?[0-9]+{BLANKS}$"),
        })
    }
}

/// What Rust trims from a text, in the words of JavaScript.
pub(super) const BLANKS: &str = "[\\s\\u0085]*";

/// Puts this schema in the place of the one that a type has by its shape.
pub(super) fn only(schema: Schema) -> impl FnMut(&mut Schema) {
    move |of_its_shape| *of_its_shape = schema.clone()
}

/// A text of a rule: DMS's reader makes one of a number or a flag too. `LEAST` is how many characters it has at least.
pub(super) struct TextOfARule<const LEAST: usize>;

impl<const LEAST: usize> JsonSchema for TextOfARule<LEAST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("TextOfARule_{LEAST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"], "minLength": LEAST })
    }
}

/// An object or the text of one, which must be an object too.
#[derive(JsonSchema)]
#[schemars(inline, extend("contentMediaType" = "application/json", "pattern" = "^[ \\t\\r\\n]*\\{"))]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct TextOfAnObject(String);

/// How a date begins in every form that is read; what follows it is left to the reader.
pub(super) const DATE: &str = "([0-9]{4}|[+-][0-9]{6})-?[0-9]{2}-?[0-9]{2}";

/// A pattern for texts that end where it ends.
pub(super) fn whole(pattern: &str) -> String {
    format!("^({pattern})$")
}

/// A pattern for texts that hold none of these ASCII characters and no control character. Letters of all languages are
/// left to the reader: whether a character is one differs between editors.
pub(super) fn none_of(characters: &str) -> String {
    let escape = |c: char| if "[\\]^-".contains(c) { format!("\\{c}") } else { c.to_string() };
    let escaped: String = characters.chars().map(escape).collect();
    format!("^[^\\u0000-\\u001f\\u007f{escaped}]*$")
}

/// An ARN of this service, with this pattern of its resource.
fn arn(service: &str, resource: &str) -> String {
    format!("^arn:aws[!-9;-~]*:{service}:[!-9;-~]+:[0-9]{{12}}:{resource}$")
}

/// The schema of an ARN: its pattern, and what an editor says where it is another.
fn arn_schema(service: &str, resource: &str, example: &str) -> Schema {
    json_schema!({
        "type": "string", "maxLength": MAX_ARN, "pattern": arn(service, resource),
        "patternErrorMessage": format!("this must be an ARN like {example}"),
    })
}

/// The ARN of a resource of DMS.
pub(super) fn dms_arn(kind: &str) -> Schema {
    arn_schema("dms", &format!("{kind}:[!-~]+"), &format!("arn:aws:dms:<region>:<account>:{kind}:<id>"))
}

/// The ARN of an SNS topic.
pub(super) fn topic_arn() -> Schema {
    arn_schema("sns", "[!-9;-~]+", "arn:aws:sns:<region>:<account>:<name>")
}

/// The schema of an identifier as DMS takes it.
pub(super) fn identifier(most: usize) -> Schema {
    json_schema!({
        "type": "string", "maxLength": most, "pattern": "^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$",
        "patternErrorMessage": "letters, digits and single hyphens, a letter first, no hyphen at the end",
    })
}
