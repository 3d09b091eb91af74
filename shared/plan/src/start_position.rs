//! The forms of `CdcStartPosition` (DMS API reference; user guide, change data capture).

use jiff::civil::DateTime;

/// Where a replication begins, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartPosition {
    /// A date and time, in UTC.
    Date(DateTime),
    /// What DMS has written down at a stop.
    Checkpoint,
    /// A file of MySQL's binary log, and an offset in it.
    Binlog,
    /// A position in PostgreSQL's log.
    SlotLsn,
    /// A position in SQL Server's log.
    PublicationLsn,
    /// A system change number of Oracle.
    Scn,
}

impl StartPosition {
    /// The form of a text; `None` when it has none that DMS documents.
    pub fn read(text: &str) -> Option<StartPosition> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Before dates: one of those may be written in eight digits, a change number often is.
        if digits(text) {
            return Some(StartPosition::Scn);
        }
        if text.starts_with("checkpoint:") {
            return Some(StartPosition::Checkpoint);
        }
        if let Ok(date) = text.parse() {
            return Some(StartPosition::Date(date));
        }
        if text.split_once('/').is_some_and(|(one, other)| hexadecimal(one) && hexadecimal(other)) {
            return Some(StartPosition::SlotLsn);
        }
        let parts: Vec<&str> = text.split(':').collect();
        if parts.len() == 3 && parts.iter().all(|part| hexadecimal(part)) {
            return Some(StartPosition::PublicationLsn);
        }
        let (file, offset) = text.rsplit_once(':')?;
        (file.contains('.') && digits(offset)).then_some(StartPosition::Binlog)
    }

    /// What it is, with an example.
    pub fn in_words(self) -> &'static str {
        match self {
            StartPosition::Date(_) => "a date (2018-03-08T12:12:12)",
            StartPosition::Checkpoint => "a checkpoint of DMS (checkpoint:...)",
            StartPosition::Binlog => "a position in a MySQL binary log (mysql-bin-changelog.000024:373)",
            StartPosition::SlotLsn => "an LSN of PostgreSQL (4AF/B00000D0)",
            StartPosition::PublicationLsn => "an LSN of SQL Server (00000014:00000061:0001)",
            StartPosition::Scn => "an SCN of Oracle (digits)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_a_position_is_told_from_the_others() {
        for (text, form) in [
            ("mysql-bin-changelog.000024:373", Some(StartPosition::Binlog)),
            ("4AF/B00000D0", Some(StartPosition::SlotLsn)),
            ("00000014:00000061:0001", Some(StartPosition::PublicationLsn)),
            ("1234567", Some(StartPosition::Scn)),
            ("20991231", Some(StartPosition::Scn)),
            (
                "2018-03-08T12:12:12",
                Some(StartPosition::Date(jiff::civil::date(2018, 3, 8).at(12, 12, 12, 0))),
            ),
            ("2018-03-08", Some(StartPosition::Date(jiff::civil::date(2018, 3, 8).at(0, 0, 0, 0)))),
            ("checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002", Some(StartPosition::Checkpoint)),
            ("now", None),
            ("", None),
            ("mysql-bin-changelog:373", None),
            ("4AF/B00000D0/1", None),
            ("00000014:00000061", None),
        ] {
            assert_eq!(StartPosition::read(text), form, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,30}") {
            let _ = StartPosition::read(&text);
        }
    }
}
