//! Mappings, settings and damaged texts that grow from bytes. Each begins as something good, and each byte may change
//! one thing, so that what comes of it reaches the checks behind the first one. No bytes left: no more changes.

use serde_json::{Map, Value, json};

/// The bytes that decide.
pub struct Seed<'a>(&'a [u8]);

impl<'a> Seed<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Seed(bytes)
    }

    fn byte(&mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(usize::from(*first))
    }

    fn choose<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.byte().unwrap_or_default() % choices.len()]
    }

    fn number(&mut self) -> Value {
        match self.byte().unwrap_or_default() {
            0 => json!(u64::MAX),
            1 => json!(i64::MIN),
            2 => json!(2_147_483_648_u64),
            3 => json!(0.25),
            4 => json!(-1),
            5 => json!(1e300),
            small => json!(small),
        }
    }

    fn word(&mut self) -> String {
        let word = (*self.choose(&WORDS)).to_owned();
        match self.byte().unwrap_or_default() {
            0 => word.repeat(60),
            1 => word.to_uppercase(),
            2 => format!("{word}{}", self.choose(&WORDS)),
            3 => word.chars().rev().collect(),
            _ => word,
        }
    }

    /// Changes a value, or parts of it, or nothing.
    fn change(&mut self, value: &mut Value, levels: usize) {
        let Some(byte) = self.byte() else { return };
        match byte {
            0..=3 => *value = self.number(),
            4..=13 => *value = Value::from(self.word()),
            14 => *value = Value::Null,
            15 => *value = json!([]),
            16 => *value = json!({}),
            17 => *value = json!([value.clone(), value.clone()]),
            18 => *value = Value::from(byte % 2 == 0),
            19 if levels > 0 => {
                let depth = self.byte().unwrap_or_default() % levels;
                *value = (0..depth).fold(value.take(), |inner, _| json!([inner]));
            }
            20 => *value = Value::from(value.to_string()),
            _ => match value {
                Value::Array(list) => {
                    list.iter_mut().for_each(|element| self.change(element, levels.saturating_sub(1)));
                }
                Value::Object(object) => self.change_members(object, levels.saturating_sub(1)),
                _ => {}
            },
        }
    }

    fn change_members(&mut self, object: &mut Map<String, Value>, levels: usize) {
        let names: Vec<String> = object.keys().cloned().collect();
        for name in names {
            let Some(byte) = self.byte() else { return };
            match byte {
                0..=5 => drop(object.remove(&name)),
                6..=8 => {
                    let value = object.remove(&name).unwrap_or_default();
                    object.insert(self.word(), value);
                }
                9..=11 => drop(object.insert(self.word(), json!("x"))),
                _ => {
                    if let Some(value) = object.get_mut(&name) {
                        self.change(value, levels);
                    }
                }
            }
        }
    }
}

/// Words that mean something in a mapping or in settings, some that nearly do, and some that mean trouble.
const WORDS: [&str; 96] = [
    "",
    "%",
    "_",
    "[",
    "[]",
    "[_]",
    "[a-d]%",
    "*",
    "orders",
    "Orders",
    "ORD%",
    "o[rx]ders",
    "%s",
    "a.b",
    "a/b",
    "~",
    "1",
    "01",
    "4294967296",
    "-1",
    "true",
    "false",
    "null",
    "{}",
    "[",
    "{\"rules\":[]}",
    "\u{202e}",
    "\n",
    "é",
    "𝟚",
    "\u{0}",
    "'",
    "\"",
    "$",
    "$AR_H_USER",
    "$AR_H_USR",
    "$A || '-'",
    "(",
    "x)",
    "selection",
    "transformation",
    "table-settings",
    "object-mapping",
    "post-processing",
    "validation",
    "include",
    "exclude",
    "explicit",
    "rename",
    "add-prefix",
    "replace-prefix",
    "convert-lowercase",
    "remove-column",
    "add-column",
    "change-data-type",
    "define-primary-key",
    "add-before-image-columns",
    "data-masking-hash-mask",
    "schema",
    "table",
    "column",
    "table-tablespace",
    "view",
    "all",
    "rule-id",
    "rule-name",
    "rule-action",
    "object-locator",
    "schema-name",
    "table-name",
    "column-name",
    "filters",
    "filter-conditions",
    "between",
    "noteq",
    "notnull",
    "ranges",
    "partitions-list",
    "partitions-auto",
    "limited",
    "unlimited",
    "string",
    "int4",
    "numeric",
    "Logging",
    "EnableLogging",
    "FullLoadSettings",
    "TargetTablePrepMode",
    "DO_NOTHING",
    "TRUNCATE_BEFORE_LOAD",
    "ValidationSettings",
    "EnableValidation",
    "LOGGER_SEVERITY_X",
    "ReplicationTaskSettings",
    "map-record-to-record",
    "add-tag",
];

/// A mapping of a handful of rules.
pub fn mapping(seed: &mut Seed<'_>) -> Value {
    let good = rules();
    let count = seed.byte().unwrap_or_default() % 12;
    let mut list: Vec<Value> = Vec::new();
    for at in 0..count {
        let mut rule = seed.choose(&good).clone();
        rule["rule-id"] = json!((at + 1).to_string());
        rule["rule-name"] = json!(format!("rule {at}"));
        seed.change(&mut rule, 40);
        list.push(rule);
    }
    let mut mapping = json!({ "rules": list });
    if seed.byte().is_some_and(|byte| byte < 8) {
        mapping[seed.word()] = json!(1);
    }
    mapping
}

/// Task settings in which some sections say something.
pub fn settings(seed: &mut Seed<'_>) -> Value {
    let mut settings = good_settings();
    seed.change(&mut settings, 40);
    match settings {
        Value::Object(_) => settings,
        other => json!({ "Logging": other }),
    }
}

/// A text in which bytes are gone, doubled, moved or replaced, and members stand twice.
pub fn damaged(text: &str, seed: &mut Seed<'_>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    while let Some(what) = seed.byte() {
        let (high, low) = (seed.byte().unwrap_or_default(), seed.byte().unwrap_or_default());
        if bytes.is_empty() {
            break;
        }
        let at = (high * 256 + low) % bytes.len();
        let end = (at + 1 + what / 8).min(bytes.len());
        match what % 8 {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => bytes[at..end].reverse(),
            3 => bytes[at] = b"{}[]:,\"\\0-e.+ \n\xff"[what / 8 % 16],
            4 => replace_a_number(&mut bytes, at, seed),
            5 => bytes.truncate(at),
            _ => repeat_a_line(&mut bytes, at),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Puts another number in the place of the next one.
fn replace_a_number(bytes: &mut Vec<u8>, at: usize, seed: &mut Seed<'_>) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(begins) = bytes[at..].iter().position(is_digit).map(|found| at + found) else { return };
    let ends =
        bytes[begins..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |found| begins + found);
    let numbers =
        ["0", "-0", "1e400", "1e-400", "18446744073709551616", "0.1", "01", "1E5", "-", "9007199254740993"];
    bytes.splice(begins..ends, seed.choose(&numbers).bytes());
}

/// Writes the line that stands here twice: in a text that is laid out, a member or the beginning of one.
fn repeat_a_line(bytes: &mut Vec<u8>, at: usize) {
    let begins = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
    let ends = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |found| at + found + 1);
    let mut line = bytes[begins..ends].to_vec();
    let last = line.iter().rposition(|byte| !byte.is_ascii_whitespace());
    if let Some(last) = last.filter(|last| line[*last] != b',') {
        line.insert(last + 1, b',');
    }
    bytes.splice(begins..begins, line);
}

/// One good rule of each kind.
fn rules() -> Vec<Value> {
    let about = json!({"schema-name": "orders", "table-name": "lines"});
    let column = json!({"schema-name": "orders", "table-name": "lines", "column-name": "note"});
    vec![
        json!({"rule-type": "selection", "rule-action": "include", "load-order": 5,
            "object-locator": {"schema-name": "orders", "table-name": "%", "table-type": "table"}}),
        json!({"rule-type": "selection", "rule-action": "exclude",
            "object-locator": {"schema-name": "orders", "table-name": "tmp%"}}),
        json!({"rule-type": "selection", "rule-action": "explicit", "object-locator": about, "filters": [{
            "filter-type": "source", "column-name": "id", "filter-conditions": [
                {"filter-operator": "between", "start-value": "1", "end-value": "9"},
                {"filter-operator": "noteq", "value": "5"}]}]}),
        json!({"rule-type": "transformation", "rule-target": "schema", "rule-action": "rename", "value": "sales",
            "object-locator": {"schema-name": "orders"}}),
        json!({"rule-type": "transformation", "rule-target": "table", "rule-action": "replace-prefix", "value": "t_",
            "old-value": "tab_", "object-locator": about}),
        json!({"rule-type": "transformation", "rule-target": "column", "rule-action": "add-column", "value": "at",
            "expression": "$AR_H_TIMESTAMP || '(' || $ID", "object-locator": about,
            "data-type": {"type": "string", "length": 50}}),
        json!({"rule-type": "transformation", "rule-target": "column", "rule-action": "change-data-type",
            "object-locator": column, "data-type": {"type": "numeric", "precision": 10, "scale": 2}}),
        json!({"rule-type": "transformation", "rule-target": "table", "rule-action": "define-primary-key",
            "object-locator": about, "primary-key-def": {"name": "key", "columns": ["id", "line"]}}),
        json!({"rule-type": "transformation", "rule-target": "column", "rule-action": "add-before-image-columns",
            "object-locator": about, "before-image-def": {"column-prefix": "BI_", "column-filter": "pk-only"}}),
        json!({"rule-type": "transformation", "rule-target": "table-tablespace", "rule-action": "rename", "value": "fast",
            "object-locator": {"schema-name": "orders", "table-tablespace-name": "slow"}}),
        json!({"rule-type": "table-settings", "object-locator": about, "parallel-load": {"type": "ranges",
            "columns": ["id", "line"], "boundaries": [["100", "1"], ["200", "2"]]},
            "lob-settings": {"mode": "limited", "bulk-max-size": 16}}),
        json!({"rule-type": "table-settings", "object-locator": about,
            "parallel-load": {"type": "partitions-list", "partitions": ["p1", "p2"]}}),
        json!({"rule-type": "object-mapping", "rule-action": "map-record-to-record", "object-locator": about,
            "target-table-name": "lines", "mapping-parameters": {"partition-key-type": "attribute-name"}}),
        json!({"rule-type": "post-processing", "rule-action": "add-tag", "object-locator": about,
            "tag-set": [{"key": "team", "value": "orders"}]}),
        json!({"rule-type": "validation", "rule-target": "column", "rule-action": "override-validation-function",
            "object-locator": column, "source-function": "trim(${column-name})", "target-function": "${column-name}"}),
    ]
}

fn good_settings() -> Value {
    json!({
        "BeforeImageSettings": {"EnableBeforeImage": true, "FieldName": "before", "ColumnFilter": "pk-only"},
        "ChangeProcessingTuning": {"BatchApplyMemoryLimit": 500, "CommitTimeout": 1, "MinTransactionSize": 1000},
        "CharacterSetSettings": {"CharacterReplacements": [{"SourceCharacterCodePoint": 35,
            "TargetCharacterCodePoint": "52"}], "CharacterSetSupport": {"CharacterSet": "UTF8"}},
        "ErrorBehavior": {"DataErrorPolicy": "LOG_ERROR", "TableErrorPolicy": "SUSPEND_TABLE", "FailOnNoTablesCaptured": true},
        "FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "MaxFullLoadSubTasks": 8, "CommitRate": "10000"},
        "Logging": {"EnableLogging": true, "EnableLogContext": true, "LogComponents": [
            {"Id": "SOURCE_UNLOAD", "Severity": "LOGGER_SEVERITY_DEFAULT"}]},
        "LoopbackPreventionSettings": null,
        "StreamBufferSettings": {"StreamBufferCount": 3, "StreamBufferSizeInMB": 8},
        "TTSettings": {"EnableTT": false},
        "TargetMetadata": {"SupportLobs": true, "LimitedSizeLobMode": true, "LobMaxSize": 32, "BatchApplyEnabled": false},
        "ValidationSettings": {"EnableValidation": true, "ThreadCount": 5, "ValidationOnly": false},
    })
}
