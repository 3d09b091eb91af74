//! Holds a settings document against the catalogue: names, types, ranges and words, each fault at its own place.
//!
//! What DMS has learned since is never refused: an unknown name or a new word is a warning.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::DMS_ERROR;
use super::catalogue::{Kind, SETTINGS, Setting, home};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::{escaped, nearest, quoted, shown};
use crate::meant;

/// Checks the document that stands at `place`. A number or flag that was written as text becomes what it means.
pub(super) fn check(
    settings: &mut Value,
    place: &str,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) {
    let only_loads = migration_type == Some(&MigrationType::FullLoad);
    let mark = findings.mark();
    if let Value::Object(keys) = settings {
        Walk { place, only_loads, findings }.section(place, keys, SETTINGS);
    }
    findings.dms_would_say(mark, DMS_ERROR);
}

struct Walk<'a> {
    place: &'a str,
    only_loads: bool,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn section(&mut self, path: &str, keys: &mut Map<String, Value>, known: &'static [Setting]) {
        for (name, value) in keys.iter_mut().filter(|(_, value)| !value.is_null()) {
            let path = format!("{path}/{}", escaped(name));
            match known.iter().find(|setting| setting.name == name) {
                Some(setting) => self.setting(&path, value, setting),
                None => self.unknown(&path, name, known),
            }
        }
    }

    fn setting(&mut self, path: &str, value: &mut Value, setting: &'static Setting) {
        match &setting.kind {
            Kind::Flag => self.flag(path, value, setting),
            Kind::Whole(range) => self.whole(path, value, range, setting),
            Kind::Text if value.is_string() => {}
            Kind::Text => self.bad(path, value, "text", setting),
            Kind::Word(words) => self.word(path, value, words, setting),
            Kind::OpenWord(words) => self.open_word(path, value, words, setting),
            Kind::CodePoint if is_code_point(value) => {}
            Kind::CodePoint => self.bad(path, value, "a code point in hexadecimal digits", setting),
            Kind::Section(known) => match value {
                Value::Object(keys) => self.section(path, keys, known),
                _ => self.bad(path, value, "an object", setting),
            },
            Kind::List(known) => match value {
                Value::Array(elements) => self.list(path, elements, known, setting),
                _ => self.bad(path, value, "a list of objects", setting),
            },
            Kind::Anything => {}
        }
        if self.only_loads && setting.only_with_cdc && says_something(value) {
            let name = self.name(path);
            self.findings.add(
                path,
                Code::SettingWithoutCdc,
                format!(
                    "{name} means nothing for a full load, which replicates no changes; take it out, or choose \
                     another MigrationType"
                ),
            );
        }
    }

    fn list(
        &mut self,
        path: &str,
        elements: &mut [Value],
        known: &'static [Setting],
        setting: &'static Setting,
    ) {
        for (at, element) in elements.iter_mut().enumerate() {
            let path = format!("{path}/{at}");
            match element {
                Value::Object(keys) => self.section(&path, keys, known),
                _ => self.bad(&path, element, "an object", setting),
            }
        }
    }

    fn flag(&mut self, path: &str, value: &mut Value, setting: &Setting) {
        let meant = match &*value {
            Value::Bool(_) => return,
            Value::String(text) if text.eq_ignore_ascii_case("true") => true,
            Value::String(text) if text.eq_ignore_ascii_case("false") => false,
            _ => return self.bad(path, value, "true or false", setting),
        };
        self.written_as_text(path, value, meant.into());
    }

    fn whole(
        &mut self,
        path: &str,
        value: &mut Value,
        range: &RangeInclusive<i64>,
        setting: &'static Setting,
    ) {
        let number = match &*value {
            Value::String(text) => text.trim().parse().ok(),
            other => whole_number(other),
        };
        let Some(number) = number.filter(|number| range.contains(number)) else {
            return self.bad(path, value, &format!("a whole number {}", from_to(range)), setting);
        };
        if value.is_string() {
            self.written_as_text(path, value, number.into());
        }
        *value = number.into();
        if let Some(recommended) = setting.recommended.as_ref().filter(|range| !range.contains(&number)) {
            let name = self.name(path);
            self.findings.add(
                path,
                Code::UnusualSetting,
                format!(
                    "{name} is {number}, and AWS recommends a number {}: tasks have failed with more",
                    from_to(recommended)
                ),
            );
        }
    }

    fn word(&mut self, path: &str, value: &Value, words: &[&str], setting: &Setting) {
        if value.as_str().is_some_and(|word| words.contains(&word)) {
            return;
        }
        let advice =
            value.as_str().map(|word| meant::question(setting.name, word, words)).unwrap_or_default();
        if setting.name == "TargetTablePrepMode" {
            self.findings.add(
                path,
                Code::BadPrepMode,
                format!(
                    "FullLoadSettings.TargetTablePrepMode must be one of {}, not {}{advice}",
                    words.join(", "),
                    shown(value)
                ),
            );
        } else {
            self.bad_word(path, value, &format!("one of {}", words.join(", ")), &advice, setting);
        }
    }

    fn open_word(&mut self, path: &str, value: &Value, words: &[&str], setting: &Setting) {
        match value.as_str() {
            None => self.bad(path, value, &format!("one of {}", words.join(", ")), setting),
            Some(word) if words.contains(&word) => {}
            Some(word) => {
                let name = self.name(path);
                let advice = meant::question(setting.name, word, words);
                self.findings.add(
                    path,
                    Code::UnusualSetting,
                    format!(
                        "{name} is {}, which is none of the words that DMS documents ({}){}",
                        quoted(word),
                        words.join(", "),
                        advice
                    ),
                );
            }
        }
    }

    fn unknown(&mut self, path: &str, name: &str, known: &[Setting]) {
        let section = path.rsplit_once('/').map_or("", |(section, _)| section);
        let advice = match home(name).as_deref() {
            Some("") => "; it belongs at the top of the settings".to_owned(),
            Some(home) => format!("; it belongs in {home}"),
            None => {
                let names: Vec<&str> = known.iter().map(|setting| setting.name).collect();
                nearest(name, &names).map(|known| format!("; did you mean {known}?")).unwrap_or_default()
            }
        };
        let section = match self.name(section) {
            section if section.is_empty() => "the settings".to_owned(),
            section => section,
        };
        self.findings.add(
            path,
            Code::UnknownSetting,
            format!("{} is not known in {section}, and DMS may pass over it{advice}", quoted(name)),
        );
    }

    fn bad(&mut self, path: &str, value: &Value, wanted: &str, setting: &Setting) {
        self.bad_word(path, value, wanted, "", setting);
    }

    fn bad_word(&mut self, path: &str, value: &Value, wanted: &str, advice: &str, setting: &Setting) {
        let default = match setting.default_value() {
            Some(Value::Number(number)) => format!(" ({number} by default)"),
            Some(Value::String(word)) if !word.is_empty() => format!(" ({word} by default)"),
            _ => String::new(),
        };
        let name = self.name(path);
        self.findings.add(
            path,
            Code::BadSetting,
            format!("{name} must be {wanted}{default}, not {}{advice}", shown(value)),
        );
    }

    fn written_as_text(&mut self, path: &str, value: &mut Value, meant: Value) {
        let name = self.name(path);
        self.findings.add(
            path,
            Code::SettingAsText,
            format!("{name} is the text {} where DMS wants {meant}; it is sent without quotes", shown(value)),
        );
        *value = meant;
    }

    /// A place as people write it: `FullLoadSettings.CommitRate`.
    fn name(&self, path: &str) -> String {
        path.strip_prefix(self.place).unwrap_or(path).trim_start_matches('/').replace('/', ".")
    }
}

/// A number without a fraction, also where it was written with one that is nothing.
fn whole_number(value: &Value) -> Option<i64> {
    /// Up to here a floating-point number stands for one whole number only.
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = |number: &f64| number.fract() == 0.0 && number.abs() <= MAX_EXACT;
    value.as_i64().or_else(|| value.as_f64().filter(whole).map(|number| number as i64))
}

fn is_code_point(value: &Value) -> bool {
    match value {
        Value::String(digits) => u32::from_str_radix(digits, 16).is_ok(),
        other => other.as_u64().is_some(),
    }
}

/// True when a setting asks for something: a flag that is off and a number that is 0 do not.
fn says_something(value: &Value) -> bool {
    value.as_bool().unwrap_or(true) && value.as_i64() != Some(0)
}

fn from_to(range: &RangeInclusive<i64>) -> String {
    match range.end() {
        &i64::MAX => format!("from {}", range.start()),
        end => format!("from {} to {end}", range.start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What is found in a document of a task of this type, as severity, code and place.
    fn found(document: &Value, migration_type: &str) -> Vec<String> {
        let mut findings = Findings::default();
        let migration_type = MigrationType::from(migration_type.to_owned());
        check(&mut document.clone(), "/S", Some(&migration_type), &mut findings);
        let sorted = findings.into_sorted();
        sorted.iter().map(|found| format!("{:?} {} {}", found.severity, found.code, found.path)).collect()
    }

    /// Every section and key with its default; sections that are off by default hold the defaults of their keys.
    fn spelled_out(settings: &[Setting]) -> Value {
        let keys = settings.iter().filter_map(|setting| {
            let value = match setting.kind {
                Kind::Section(keys) => Some(spelled_out(keys)),
                Kind::List(keys) => Some(json!([spelled_out(keys)])),
                _ => setting.default_value(),
            };
            Some((setting.name.to_owned(), value?))
        });
        Value::Object(keys.collect())
    }

    /// Every name of the catalogue.
    fn names(settings: &[Setting]) -> Vec<&'static str> {
        settings.iter().flat_map(|setting| [vec![setting.name], names(setting.keys())].concat()).collect()
    }

    #[test]
    fn what_dms_takes_by_default_is_taken() {
        for migration_type in ["full-load", "cdc", "full-load-and-cdc", "zero-etl"] {
            assert_eq!(
                found(&spelled_out(SETTINGS), migration_type),
                Vec::<String>::new(),
                "{migration_type}"
            );
        }
    }

    #[test]
    fn every_key_refuses_what_it_cannot_hold() {
        fn wrong(kind: &Kind) -> Option<Value> {
            match kind {
                Kind::Anything => None,
                Kind::Whole(range) if *range.end() < i64::MAX => Some(json!(range.end() + 1)),
                Kind::Whole(range) => Some(json!(range.start() - 1)),
                Kind::Word(_) => Some(json!("NONE_OF_THEM")),
                Kind::Text | Kind::OpenWord(_) => Some(json!(5)),
                Kind::Flag | Kind::CodePoint | Kind::Section(_) | Kind::List(_) => Some(json!("x")),
            }
        }
        fn refuses(settings: &'static [Setting], path: &str) {
            for setting in settings {
                let Some(mut value) = wrong(&setting.kind) else { continue };
                let path = format!("{path}/{}", setting.name);
                let mut findings = Findings::default();
                Walk { place: "/S", only_loads: false, findings: &mut findings }
                    .setting(&path, &mut value, setting);
                assert!(findings.reject(), "{path} takes {value}");
                refuses(setting.keys(), &path);
            }
        }
        refuses(SETTINGS, "/S");
    }

    #[test]
    fn a_number_keeps_its_value() {
        for (written, meant) in [
            (json!(5), Some(5)),
            (json!(5.0), Some(5)),
            (json!(-1.0), Some(-1)),
            (json!(i64::MAX), Some(i64::MAX)),
            (json!(5.5), None),
            (json!(u64::MAX), None),
            (json!(1e300), None),
            (json!(true), None),
        ] {
            assert_eq!(whole_number(&written), meant, "{written}");
        }
    }

    /// Any JSON whose objects like to use DMS's names.
    fn any_settings() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            proptest::sample::select(vec![
                "",
                "true",
                "-1",
                "9223372036854775808",
                "STOP_TASK",
                "\u{202e}\n"
            ])
            .prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 8, |inner| {
            let known = proptest::sample::select(names(SETTINGS)).prop_map(str::to_owned);
            let name = prop_oneof![4 => known, 1 => ".{0,20}"];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((name, inner), 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_document_is_checked_soundly(mut document in any_settings()) {
            let before = document.clone();
            let mut findings = Findings::default();
            check(&mut document, "/S", None, &mut findings);
            for finding in findings.into_sorted() {
                prop_assert!(finding.path.is_empty() || finding.path.starts_with("/S/"), "{finding:?}");
                prop_assert!(!finding.message.contains(|c: char| c.is_control()), "{finding:?}");
                prop_assert!(finding.message.len() < 1000, "{finding:?}");
            }
            // What was rewritten is not rewritten again.
            let mut again = document.clone();
            check(&mut again, "/S", None, &mut Findings::default());
            prop_assert_eq!(&again, &document);
            prop_assert_eq!(before.as_object().map(Map::len), document.as_object().map(Map::len));
        }

        #[test]
        fn a_part_of_the_defaults_is_taken(
            sections in proptest::sample::subsequence(SETTINGS, 0..=SETTINGS.len()), seed in any::<u64>(),
        ) {
            let mut document = spelled_out(&sections);
            let mut nth = seed;
            for section in document.as_object_mut().into_iter().flat_map(Map::values_mut) {
                if let Some(keys) = section.as_object_mut() {
                    keys.retain(|_, _| { nth = nth.rotate_left(1); nth & 1 == 1 });
                }
            }
            prop_assert_eq!(found(&document, "full-load"), Vec::<String>::new());
        }
    }
}
