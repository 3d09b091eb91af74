//! Settings as a document states them, asked by pointer.

use serde_json::Value;

use super::flag;
use crate::MigrationType;

/// Whether DMS compares rows.
pub(super) const VALIDATES: &str = "/ValidationSettings/EnableValidation";

/// A settings document, the place where it stands, and the type of its task.
pub(super) struct Stated<'a> {
    pub(super) settings: &'a Value,
    pub(super) place: &'a str,
    pub(super) migration_type: Option<&'a MigrationType>,
}

impl Stated<'_> {
    pub(super) fn on(&self, pointer: &str) -> bool {
        flag(self.settings, pointer)
    }

    pub(super) fn off(&self, pointer: &str) -> bool {
        self.settings.pointer(pointer).and_then(Value::as_bool) == Some(false)
    }

    pub(super) fn word(&self, pointer: &str) -> Option<&str> {
        self.settings.pointer(pointer).and_then(Value::as_str).filter(|word| !word.is_empty())
    }

    pub(super) fn number(&self, pointer: &str) -> Option<i64> {
        self.settings.pointer(pointer).and_then(Value::as_i64)
    }

    pub(super) fn replicates(&self) -> bool {
        matches!(self.migration_type, Some(MigrationType::Cdc | MigrationType::FullLoadAndCdc))
    }

    pub(super) fn is(&self, migration_type: &MigrationType) -> bool {
        self.migration_type == Some(migration_type)
    }

    pub(super) fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.place)
    }
}
