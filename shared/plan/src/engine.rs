//! Families of database engines, by DMS's word for an engine.

use super::start_position::StartPosition;

/// Engines that keep their log and their system schemas alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// MySQL, MariaDB and Aurora MySQL.
    MySql,
    /// PostgreSQL and Aurora PostgreSQL.
    PostgreSql,
    /// SQL Server and Azure SQL.
    SqlServer,
    /// Oracle.
    Oracle,
    /// Db2.
    Db2,
}

impl Engine {
    /// Each of them.
    pub const ALL: [Engine; 5] =
        [Engine::MySql, Engine::PostgreSql, Engine::SqlServer, Engine::Oracle, Engine::Db2];

    /// The family of an engine (DMS API reference, `EngineName`); `None` for all others.
    pub fn of(name: &str) -> Option<Engine> {
        Some(match name.to_ascii_lowercase().as_str() {
            "mysql" | "mariadb" | "aurora" | "aurora-serverless" => Engine::MySql,
            "postgres" | "aurora-postgresql" | "aurora-postgresql-serverless" => Engine::PostgreSql,
            "sqlserver" | "azuredb" | "azure-sql-managed-instance" => Engine::SqlServer,
            "oracle" => Engine::Oracle,
            "db2" | "db2-zos" => Engine::Db2,
            _ => return None,
        })
    }

    /// The engine whose log has positions of this form.
    pub fn of_position(position: &str) -> Option<Engine> {
        match StartPosition::read(position)? {
            StartPosition::Binlog => Some(Engine::MySql),
            StartPosition::SlotLsn => Some(Engine::PostgreSql),
            StartPosition::PublicationLsn => Some(Engine::SqlServer),
            StartPosition::Scn => Some(Engine::Oracle),
            StartPosition::Date(_) | StartPosition::Checkpoint => None,
        }
    }

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::MySql => "MySQL",
            Engine::PostgreSql => "PostgreSQL",
            Engine::SqlServer => "SQL Server",
            Engine::Oracle => "Oracle",
            Engine::Db2 => "Db2",
        }
    }
}
