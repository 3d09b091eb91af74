//! A request body, member by member.
//!
//! Unknown members are ignored, as AWS ignores them. Nulls count as absent.

use jiff::Timestamp;
use serde_json::Value;

use crate::fault::Fault;
use crate::identifier;
use crate::scenario::Behaviour;
use crate::time;

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a>(&'a Value);

/// One `Filters` entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(body: &'a Value) -> Result<Self, Fault> {
        if body.is_object() { Ok(Self(body)) } else { Err(wrong_type("the request", "a structure")) }
    }

    fn member(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.member(name).is_some()
    }

    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.member(name).map(|value| value.as_str().ok_or_else(|| wrong_type(name, "a string"))).transpose()
    }

    pub(crate) fn required_text(self, name: &str) -> Result<&'a str, Fault> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn choice(self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Fault> {
        match self.text(name)? {
            // AWS's own test of its JavaScript SDK has the code; the text is of this simulator.
            Some(value) if !allowed.contains(&value) => Err(Fault::invalid_value(format!(
                "Value '{value}' at '{}' is none of [{}]",
                lower_first(name),
                allowed.join(", ")
            ))),
            other => Ok(other),
        }
    }

    pub(crate) fn required_choice(self, name: &str, allowed: &[&str]) -> Result<&'a str, Fault> {
        self.choice(name, allowed)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn integer(self, name: &str) -> Result<Option<i64>, Fault> {
        self.member(name)
            .map(|value| value.as_i64().ok_or_else(|| wrong_type(name, "an integer")))
            .transpose()
    }

    pub(crate) fn flag(self, name: &str) -> Result<bool, Fault> {
        self.member(name)
            .map_or(Ok(false), |value| value.as_bool().ok_or_else(|| wrong_type(name, "a boolean")))
    }

    pub(crate) fn instant(self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.member(name)
            .map(|value| time::from_wire(value).ok_or_else(|| wrong_type(name, "a timestamp")))
            .transpose()
    }

    pub(crate) fn list(self, name: &str) -> Result<Option<&'a [Value]>, Fault> {
        self.member(name)
            .map(|value| value.as_array().map(Vec::as_slice).ok_or_else(|| wrong_type(name, "a list")))
            .transpose()
    }

    pub(crate) fn required_list(self, name: &str) -> Result<&'a [Value], Fault> {
        self.list(name)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn texts(self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        let Some(listed) = self.list(name)? else { return Ok(None) };
        listed
            .iter()
            .map(|value| {
                value.as_str().map(str::to_owned).ok_or_else(|| wrong_type(name, "a list of strings"))
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    pub(crate) fn required_texts(self, name: &str) -> Result<Vec<String>, Fault> {
        self.texts(name)?.ok_or_else(|| missing(name))
    }

    /// The filters. What DMS answers to a name that is none of these has no witness; the refusal is a sister service's.
    pub(crate) fn filters(self, known: &[&str], behaviour: &Behaviour) -> Result<Vec<Filter>, Fault> {
        let mut filters = Vec::new();
        for listed in self.list("Filters")?.unwrap_or_default() {
            let filter = Input::new(listed)?;
            let name = filter.required_text("Name")?;
            if !known.contains(&name) {
                if behaviour.unknown_filter_is_ignored {
                    continue;
                }
                return Err(Fault::invalid_value(format!("Unrecognized filter name: {name}")));
            }
            let values = filter.required_texts("Values")?;
            if name.ends_with("-id") {
                // Seen with an ARN among the identifiers of tasks; the other two are taken to be alike.
                let checked = |value: &String| identifier::check(value, 255, &format!("Filter: {name}"));
                values.iter().try_for_each(checked)?;
            }
            filters.push(Filter { name: name.to_owned(), values });
        }
        Ok(filters)
    }
}

impl Filter {
    /// Whether one of the values is this text, letter case aside (identifiers come back in lower case).
    pub(crate) fn takes(&self, text: &str) -> bool {
        self.values.iter().any(|value| value.eq_ignore_ascii_case(text))
    }
}

fn missing(name: &str) -> Fault {
    Fault::validation(format!(
        "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
        lower_first(name)
    ))
}

fn wrong_type(name: &str, expected: &str) -> Fault {
    Fault::serialization(format!("{name} is not {expected}"))
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}
