//! The task as DMS and CloudWatch show it.

use jiff::SignedDuration;
use migration::run::lag::LagPoint;
use migration::run::observation;
use migration::run::stop_reason::StopReason;
use migration::run::table::{self, TableState, Validation};
use plan::MigrationType;
use plan::settings::PrepMode;
use plan::table_name::{NamedByMapping, TableName};

use crate::dms::words::{Compared, Kind, Load, Replication, Status};
use crate::dms::{A_DAY, Date, Minute, Task};
use crate::names::{Names, at};

impl Task {
    /// As DescribeReplicationTasks shows it.
    pub fn described(&self, names: &Names) -> observation::Task {
        let rests = matches!(self.status, Status::Stopped | Status::Failed);
        let reason = self.reason.filter(|_| rests);
        let count = |wanted: &[Load]| {
            let loads = self.kind != Kind::Cdc;
            let tables = self.tables.iter().filter(|load| loads && wanted.contains(load));
            u32::try_from(tables.count()).unwrap_or(0)
        };
        let stats = self.started.map(|started| observation::Stats {
            tables_loaded: count(&[Load::Completed]),
            tables_loading: count(&[Load::Loading, Load::Reloading]),
            tables_queued: count(&[Load::Before]),
            tables_errored: count(&[Load::Errored]),
            percent: None,
            fresh_start_date: self.fresh.map(Date::instant),
            start_date: Some(started.instant()),
            stop_date: self.stopped.map(Date::instant),
            full_load_start_date: None,
            full_load_finish_date: self.load_finished.map(Date::instant),
        });
        observation::Task {
            arn: names.task.clone(),
            identifier: "orders".to_owned(),
            route: names.route.clone(),
            migration_type: MigrationType::from(self.kind.as_str().to_owned()),
            status: self.status.as_str().into(),
            stop_reason: reason.and_then(|reason| StopReason::parse(reason.text())),
            last_failure: reason
                .filter(|_| self.status == Status::Failed)
                .map(|reason| reason.text().to_owned()),
            stats,
            settings: Some(self.settings()),
            cdc_stop_position: None,
            task_start_date: None,
        }
    }

    /// The settings in force.
    pub fn settings(&self) -> observation::TaskSettings {
        observation::TaskSettings {
            prep_mode: if self.truncates { PrepMode::TruncateBeforeLoad } else { PrepMode::DoNothing },
            create_pk_after_full_load: self.keys_last,
            logging: false,
            validation: self.compared.is_some(),
            named: NamedByMapping::default(),
        }
    }

    fn has(&self, table: usize, what: Compared) -> bool {
        self.compared.is_some_and(|compared| compared[table] == what)
    }

    /// Every row was compared, and is equal.
    pub fn is_validated(&self) -> bool {
        self.compared.is_none_or(|compared| compared.iter().all(|table| *table == Compared::Equal))
    }

    /// As CloudWatch shows its lag: a point a minute while it runs, up to the minute before.
    pub fn lag(&self, now: Minute) -> Vec<LagPoint> {
        let Some((replication, since)) = self.replication.filter(|_| self.status == Status::Running) else {
            return Vec::new();
        };
        let began = self.started.map_or(0, |date| Minute::try_from(date.minute).unwrap_or_default());
        let point = |minute: Minute| {
            let (source, target) = match replication {
                Replication::Searching => (0.0, 0.0),
                Replication::Behind => (90.0, 100.0),
                // Before it had caught up it was behind.
                Replication::Current if minute < since => (90.0, 100.0),
                Replication::Current => (0.0, 1.0),
            };
            LagPoint { at: at(minute), source: Some(source), target: Some(target) }
        };
        let first = match replication {
            Replication::Current => since.saturating_sub(3),
            Replication::Searching | Replication::Behind => since,
        };
        (first.max(began)..now).map(point).collect()
    }

    /// As DescribeTableStatistics shows its tables; none before the first run.
    pub fn statistics(&self) -> Vec<table::Table> {
        if !self.has_run {
            return Vec::new();
        }
        let table = |(nth, load): (usize, &Load)| table::Table {
            name: table_name(nth),
            state: TableState::from(load.as_str()),
            rows: u64::from(*load != Load::Before),
            refused_rows: 0,
            load_ended: (*load == Load::Completed)
                .then(|| at(0) + A_DAY * (i32::from(self.loaded_in[nth]) - 1)),
            validation: match self.compared.map(|compared| compared[nth]) {
                None => Validation::NotEnabled,
                Some(Compared::NotYet | Compared::Pending) => Validation::from("Pending records"),
                Some(Compared::Equal) => Validation::Validated,
                Some(Compared::Differing) => Validation::from("Mismatched records"),
            },
            validation_failed: u64::from(self.has(nth, Compared::Differing)),
            validation_suspended: 0,
            validation_pending: u64::from(self.has(nth, Compared::Pending)),
            changes: u64::from(matches!(
                self.replication,
                Some((Replication::Behind | Replication::Current, _))
            )),
        };
        self.tables.iter().enumerate().map(table).collect()
    }
}

impl Date {
    /// Its minute.
    pub fn minute(self) -> i32 {
        self.minute
    }

    fn instant(self) -> jiff::Timestamp {
        at(0)
            + SignedDuration::from_mins(i64::from(self.minute))
            + SignedDuration::from_secs(i64::from(self.second))
    }
}

/// The name of the n-th table.
pub fn table_name(nth: usize) -> TableName {
    TableName::new("shop", format!("t{nth}"))
}
