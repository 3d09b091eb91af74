//! What the engines of the two endpoints mean for a task: what DMS's user guide grants to some of them only.
//!
//! An engine that this version does not know is held to nothing.

use serde_json::Value;

use plan::engine::Engine;
use plan::finding::{Code, Findings};
use plan::located::quoted;
use plan::settings::flag;
use plan::start_position::StartPosition;
use plan::system_schemas;
use plan::{MigrationType, TaskRequest};

/// Engines that follow the same rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    MySql,
    PostgreSql,
    SqlServer,
    Oracle,
    Db2,
    MongoDb,
    DocumentDb,
    S3,
    Streams,
    DynamoDb,
    /// Known, and nothing here depends on it.
    Other,
}

impl From<Engine> for Family {
    fn from(engine: Engine) -> Family {
        match engine {
            Engine::MySql => Family::MySql,
            Engine::PostgreSql => Family::PostgreSql,
            Engine::SqlServer => Family::SqlServer,
            Engine::Oracle => Family::Oracle,
            Engine::Db2 => Family::Db2,
        }
    }
}

impl Family {
    /// The family of an engine by DMS's word for it (DMS API reference, `EngineName`).
    fn of(engine: &str) -> Option<Family> {
        let word = engine.to_ascii_lowercase();
        // Db2 for z/OS has Db2's system schemas, and nothing else of Db2 that matters here is documented for it.
        if let Some(engine) = Engine::of(&word).filter(|_| word != "db2-zos") {
            return Some(engine.into());
        }
        Some(match word.as_str() {
            "mongodb" => Family::MongoDb,
            "docdb" | "documentdb" => Family::DocumentDb,
            "s3" => Family::S3,
            "kinesis" | "kafka" => Family::Streams,
            "dynamodb" => Family::DynamoDb,
            "redshift"
            | "redshift-serverless"
            | "db2-zos"
            | "sybase"
            | "elasticsearch"
            | "opensearch"
            | "neptune"
            | "babelfish"
            | "redis"
            | "timestream" => Family::Other,
            _ => return None,
        })
    }

    /// True where DMS can compare the rows of source and target.
    fn validates(self, is_target: bool) -> bool {
        matches!(self, Family::MySql | Family::PostgreSql | Family::SqlServer | Family::Oracle | Family::Db2)
            || (is_target && self == Family::S3)
    }
}

/// Says that an engine is not known here. DMS learns engines; the plan may be right all the same.
pub fn check_known(path: &str, engine: &str, findings: &mut Findings) {
    if !engine.is_empty() && Family::of(engine).is_none() {
        findings.add(
            path,
            Code::UnknownEngine,
            format!(
                "the endpoint's engine {} is not known to this version: its rules are not checked",
                quoted(engine)
            ),
        );
    }
}

/// Holds a request against what its two engines can do.
pub fn check(request: &TaskRequest, source: &str, target: &str, findings: &mut Findings) {
    if let Some(family) = Family::of(source) {
        check_start(request, source, family, findings);
    }
    let ends = Ends { source, target, read: Family::of(source), written: Family::of(target) };
    if let Some(mapping) = request.table_mappings.json() {
        system_schemas::check_engines(mapping, source, target, findings);
    }
    let rules = request.table_mappings.json().and_then(|mapping| mapping.get("rules")?.as_array());
    for (at, rule) in rules.into_iter().flatten().enumerate() {
        ends.check_rule(&format!("/Task/TableMappings/rules/{at}"), rule, findings);
    }
    let settings = request.replication_task_settings.as_ref().and_then(|document| document.json());
    if settings.is_some_and(|settings| flag(settings, "/ValidationSettings/EnableValidation")) {
        ends.check_validation(findings);
    }
}

/// Where a replication begins, in the words of its source.
fn check_start(request: &TaskRequest, source: &str, family: Family, findings: &mut Findings) {
    if request.migration_type != MigrationType::Cdc {
        return;
    }
    let (time, position) = ("/Task/CdcStartTime", "/Task/CdcStartPosition");
    match family {
        Family::PostgreSql if request.cdc_start_time.is_some() => findings.add(
            time,
            Code::CdcStartTimeNotForSource,
            format!("a {source} source cannot begin at a time: give a CdcStartPosition, an LSN of its slot like 4AF/B00000D0"),
        ),
        Family::DocumentDb if request.cdc_start_time.is_some() => findings.add(
            time,
            Code::CdcStartTimeIgnored,
            format!("a {source} source does not look at CdcStartTime: the replication begins when the task starts"),
        ),
        _ => {}
    }
    let Some(form) = request.cdc_start_position.as_deref().and_then(StartPosition::read) else { return };
    if matches!(form, StartPosition::Date(_) | StartPosition::Checkpoint) {
        return;
    }
    let wanted = match family {
        Family::MySql => StartPosition::Binlog,
        Family::PostgreSql => StartPosition::SlotLsn,
        Family::SqlServer => StartPosition::PublicationLsn,
        Family::Oracle => StartPosition::Scn,
        _ => {
            findings.add(
                position,
                Code::CdcStartPositionNotDocumented,
                format!("DMS documents positions in the log for MySQL, PostgreSQL, SQL Server and Oracle sources, not for {source}"),
            );
            return;
        }
    };
    if form != wanted {
        findings.add(
            position,
            Code::CdcStartPositionNotForSource,
            format!(
                "CdcStartPosition is {}, and a {source} source has {}",
                form.in_words(),
                wanted.in_words()
            ),
        );
    }
}

/// The engines at the two ends, and their families where they are known.
struct Ends<'a> {
    source: &'a str,
    target: &'a str,
    read: Option<Family>,
    written: Option<Family>,
}

impl Ends<'_> {
    fn check_rule(&self, path: &str, rule: &Value, findings: &mut Findings) {
        let is_target = |families: &[Family]| self.written.is_none_or(|family| families.contains(&family));
        match rule.get("rule-type").and_then(Value::as_str).unwrap_or_default() {
            "object-mapping" if !is_target(&[Family::Streams, Family::DynamoDb]) => findings.add(
                path,
                Code::RuleNotForTarget,
                format!(
                    "object-mapping rules are for Kinesis, Kafka and DynamoDB targets, not for {}",
                    self.target
                ),
            ),
            "post-processing" if !is_target(&[Family::S3]) => findings.add(
                path,
                Code::RuleNotForTarget,
                format!("post-processing rules are for S3 targets, not for {}", self.target),
            ),
            "transformation" if !is_target(&[Family::Oracle]) => {
                let what = rule.get("rule-target").and_then(Value::as_str).unwrap_or_default();
                if matches!(what, "table-tablespace" | "index-tablespace") {
                    findings.add(
                        path,
                        Code::TablespaceNotForTarget,
                        format!("a {what} is what an Oracle target has, not a {} one", self.target),
                    );
                }
            }
            "table-settings" => {
                let load = rule.get("parallel-load").unwrap_or(&Value::Null);
                self.check_parallel_load(&format!("{path}/parallel-load"), load, findings);
            }
            _ => {}
        }
    }

    fn check_parallel_load(&self, path: &str, load: &Value, findings: &mut Findings) {
        let kind = load.get("type").and_then(Value::as_str).unwrap_or("none");
        let subpartitions = kind == "subpartitions-auto"
            || load.get("subpartitions").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if self.read == Some(Family::PostgreSql) && !matches!(kind, "ranges" | "none") {
            findings.add(
                path,
                Code::ParallelLoadNotForSource,
                format!("a {} source loads in parallel by ranges only, not by {}", self.source, quoted(kind)),
            );
        } else if subpartitions && self.read.is_some_and(|family| family != Family::Oracle) {
            findings.add(
                path,
                Code::ParallelLoadNotForSource,
                format!("subpartitions are for Oracle sources, not for {}", self.source),
            );
        }
        let collections =
            self.read.is_none_or(|family| matches!(family, Family::MongoDb | Family::DocumentDb));
        for member in [
            "number-of-partitions",
            "collection-count-from-metadata",
            "max-records-skip-per-page",
            "batch-size",
        ] {
            if !collections && load.get(member).is_some_and(|value| !value.is_null()) {
                findings.add(
                    path,
                    Code::ParallelLoadOfCollections,
                    format!("{member} is for MongoDB and DocumentDB sources, not for {}", self.source),
                );
            }
        }
    }

    fn check_validation(&self, findings: &mut Findings) {
        for (engine, family, is_target) in
            [(self.source, self.read, false), (self.target, self.written, true)]
        {
            if family.is_some_and(|family| !family.validates(is_target)) {
                findings.add(
                    "/Task/ReplicationTaskSettings",
                    Code::ValidationNotForEngine,
                    format!("DMS validates rows of Oracle, PostgreSQL, MySQL, SQL Server and Db2, and in S3, not of {engine}: none \
                             will be called verified"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_word_for_an_engine_is_looked_up_without_a_panic(engine in "\\PC{0,12}") {
            let _ = Family::of(&engine);
        }
    }
}
