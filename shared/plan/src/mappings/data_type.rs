//! The data types of DMS itself, into which the types of all engines are translated (DMS user guide, transformation
//! rules; data types for AWS DMS).

use super::rule::Reading;
use crate::finding::Code;
use crate::located::{nearest, quoted};

/// The type that a rule gives to its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChangedTo<'a> {
    /// DMS's word for it, as it is written.
    pub(super) word: Option<&'a str>,
    /// Its length, where one is stated.
    pub(super) length: Option<u64>,
}

/// The words that are known.
pub(crate) const DATA_TYPES: [&str; 25] = [
    "blob", "boolean", "bytes", "clob", "date", "datetime", "int1", "int2", "int4", "int8", "list", "map",
    "nclob", "numeric", "real4", "real8", "set", "string", "time", "tuple", "uint1", "uint2", "uint4",
    "uint8", "wstring",
];

/// What databases call their types, and what DMS calls them.
const OF_SQL: [(&str, &str); 42] = [
    ("bigint", "int8"),
    ("binary", "bytes"),
    ("bit", "boolean"),
    ("bool", "boolean"),
    ("bytea", "bytes"),
    ("char", "string"),
    ("character", "string"),
    ("character varying", "string"),
    ("date time", "datetime"),
    ("datetime2", "datetime"),
    ("decimal", "numeric"),
    ("double", "real8"),
    ("double precision", "real8"),
    ("float", "real8"),
    ("float4", "real4"),
    ("float8", "real8"),
    ("image", "blob"),
    ("int", "int4"),
    ("integer", "int4"),
    ("json", "clob"),
    ("jsonb", "clob"),
    ("longblob", "blob"),
    ("longtext", "clob"),
    ("mediumint", "int4"),
    ("mediumtext", "clob"),
    ("money", "numeric"),
    ("nchar", "wstring"),
    ("ntext", "nclob"),
    ("number", "numeric"),
    ("nvarchar", "wstring"),
    ("nvarchar2", "wstring"),
    ("raw", "bytes"),
    ("real", "real4"),
    ("smallint", "int2"),
    ("text", "clob"),
    ("timestamp", "datetime"),
    ("timestamptz", "datetime"),
    ("tinyint", "int1"),
    ("uuid", "string"),
    ("varbinary", "bytes"),
    ("varchar", "string"),
    ("varchar2", "string"),
];

/// Reads the data type of a rule; `None` when it states none.
pub(super) fn read<'a>(rule: &mut Reading<'_, 'a>) -> Option<ChangedTo<'a>> {
    rule.inside("data-type", |data_type| {
        let word = data_type.required_text("type");
        if let Some(word) = word {
            check(data_type, word);
        }
        let length = data_type.number("length", 0..=u64::from(u32::MAX));
        for name in ["precision", "scale"] {
            data_type.number(name, 0..=u64::from(u32::MAX));
        }
        ChangedTo { word, length }
    })
}

fn check(data_type: &mut Reading<'_, '_>, word: &str) {
    if DATA_TYPES.contains(&word.to_ascii_lowercase().as_str()) {
        return;
    }
    let advice = match of_sql(word) {
        Some(here) => format!("; DMS calls it {here}"),
        None => {
            nearest(word, &DATA_TYPES).map(|known| format!("; did you mean {known}?")).unwrap_or_default()
        }
    };
    data_type.findings.add(
        &data_type.members.place("type"),
        Code::UnknownDataType,
        format!("{} is no data type of DMS that is known here{advice}", quoted(word)),
    );
}

/// DMS's word for a type as a database writes it, with or without its length.
fn of_sql(written: &str) -> Option<&'static str> {
    let name = written.split('(').next().unwrap_or_default().trim().to_ascii_lowercase();
    if name == "tinyint" && written.contains("(1)") {
        return Some("boolean");
    }
    OF_SQL
        .iter()
        .find(|(sql, _)| *sql == name)
        .map(|(_, here)| *here)
        .or_else(|| DATA_TYPES.iter().copied().find(|known| *known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_databases_have_a_word_of_dms() {
        for (written, here) in [
            ("decimal", Some("numeric")),
            ("DECIMAL(10, 2)", Some("numeric")),
            ("varchar(50)", Some("string")),
            ("int", Some("int4")),
            ("tinyint(1)", Some("boolean")),
            ("numeric(10,2)", Some("numeric")),
            ("geometry", None),
            ("", None),
        ] {
            assert_eq!(of_sql(written), here, "{written}");
        }
        assert!(OF_SQL.iter().all(|(sql, here)| DATA_TYPES.contains(here) && !DATA_TYPES.contains(sql)));
    }
}
