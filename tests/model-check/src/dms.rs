//! DMS and the tables of its target, as small as they can be without losing what a decision can get wrong.
//!
//! One task and [`TABLES`] tables. Time is a number of minutes. What DMS does by itself is not decided here:
//! [`Dms::moves`] says what can happen, and whoever explores chooses. What it answers to a call is decided here, by the
//! settings: the legality of each call in each status, and what each kind of start does to rows.

use migration::run::lag::LagPoint;
use migration::run::observation;
use migration::run::stop_reason::StopReason;
use migration::run::table::Validation;
use plan::MigrationType;
use plan::settings::PrepMode;
use plan::table_name::TableName;

/// How many tables there are: two are enough to be complete, half complete, and complete but for the last one.
pub const TABLES: usize = 2;

/// Minutes within which DMS starts a task again that it has stopped to recycle it. Nothing is documented; less than the
/// patience with which it is waited for.
const COMES_BACK_WITHIN: Minute = 4;

/// Minutes since the beginning of the story.
pub type Minute = u16;

/// An instant as DMS dates it: no two of a task's are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Date {
    minute: Minute,
    second: u8,
}

/// What a task moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `full-load`.
    FullLoad,
    /// `cdc`.
    Cdc,
    /// `full-load-and-cdc`.
    LoadAndCdc,
}

impl Kind {
    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::FullLoad => "full-load",
            Kind::Cdc => "cdc",
            Kind::LoadAndCdc => "full-load-and-cdc",
        }
    }
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Created, never started.
    Ready,
    /// A start was accepted.
    Starting,
    /// At work.
    Running,
    /// A stop was accepted.
    Stopping,
    /// At rest.
    Stopped,
    /// At rest after a failure.
    Failed,
    /// Being changed by somebody; then what it was before.
    Modifying,
    /// On its way out.
    Deleting,
}

impl Status {
    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ready => "ready",
            Status::Starting => "starting",
            Status::Running => "running",
            Status::Stopping => "stopping",
            Status::Stopped => "stopped",
            Status::Failed => "failed",
            Status::Modifying => "modifying",
            Status::Deleting => "deleting",
        }
    }

    fn is_idle(self) -> bool {
        matches!(self, Status::Ready | Status::Stopped | Status::Failed)
    }
}

/// Why a task came to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `NORMAL`.
    Normal,
    /// `FULL_LOAD_ONLY_FINISHED`.
    Finished,
    /// A failure for a cause that may pass.
    Environment,
    /// A failure for a cause that does not pass.
    Configuration,
    /// `STOPPED_DUE_TO_LOW_MEMORY`.
    LowMemory,
    /// `RECYCLE_TASK`: DMS may start it again by itself.
    Recycle,
}

impl Reason {
    fn text(self) -> &'static str {
        match self {
            Reason::Normal => "Stop Reason NORMAL",
            Reason::Finished => "Stop Reason FULL_LOAD_ONLY_FINISHED",
            Reason::Environment => {
                "Last Error Task 'X' was stopped after 7 recovery attempts Stop Reason FATAL_ERROR Error Level FATAL"
            }
            Reason::Configuration => {
                "Last Error ARCHIVELOG mode is not configured Stop Reason FATAL_ERROR Error Level FATAL"
            }
            Reason::LowMemory => "Stop Reason STOPPED_DUE_TO_LOW_MEMORY",
            Reason::Recycle => "Stop Reason RECYCLE_TASK",
        }
    }
}

/// Why DMS itself ends a task, at work or on its way up.
const FAILURES: [Reason; 4] =
    [Reason::Environment, Reason::Configuration, Reason::LowMemory, Reason::Recycle];

/// Where a table is in its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Load {
    /// `Before load`.
    Before,
    /// `Full load`.
    Loading,
    /// `Table completed`.
    Completed,
    /// `Table error`.
    Errored,
    /// `Table cancelled`.
    Cancelled,
    /// `Table is being reloaded`.
    Reloading,
}

impl Load {
    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Load::Before => "Before load",
            Load::Loading => "Full load",
            Load::Completed => "Table completed",
            Load::Errored => "Table error",
            Load::Cancelled => "Table cancelled",
            Load::Reloading => "Table is being reloaded",
        }
    }
}

/// How a start treats what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// `start-replication`.
    Fresh,
    /// `resume-processing`.
    Resume,
    /// `reload-target`.
    Reload,
}

/// Where a replication stands, in a story that waits for it to catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replication {
    /// It searches the source's log: it reads nothing, and its latencies are zero.
    Searching,
    /// It reads, and is far behind.
    Behind,
    /// It reads, and is a second behind.
    Current,
}

/// What validation says about a table, in a story that compares rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compared {
    /// Not loaded yet.
    NotYet,
    /// Its rows are being compared.
    Pending,
    /// All are equal.
    Equal,
    /// Some differ.
    Differing,
}

/// Whose doing something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// That of an execution of the story, counted from 0.
    Run(u8),
    /// A person's, in the console.
    Person,
    /// DMS's own, or before the story.
    Nobody,
}

/// What became of rows in the target that nobody had consented to lose or to have twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// Rows of a table that was complete were replaced.
    CompleteTableReplaced,
    /// Rows are there twice.
    RowsDoubled,
    /// Rows that were there before the task were removed under DO_NOTHING. Cannot happen unless the model is wrong.
    OldRowsLost,
}

/// One table of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Target {
    /// Loads whose rows, or some of them, are in it.
    pub copies: u8,
    /// One of them was complete.
    pub complete: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Task {
    /// What it moves.
    pub kind: Kind,
    /// `TRUNCATE_BEFORE_LOAD`, or `DO_NOTHING`.
    pub truncates: bool,
    /// `CreatePkAfterFullLoad`.
    pub keys_last: bool,
    /// What it is doing.
    pub status: Status,
    /// What it did before it was modified.
    before_modifying: Status,
    /// Why it came to rest last.
    pub reason: Option<Reason>,
    /// It has been started at least once.
    pub has_run: bool,
    /// The last start of any kind.
    pub started: Option<Date>,
    /// Whose run it is: a task that DMS starts again by itself goes on with the run that it was.
    pub by: By,
    /// Whose call the last start was.
    asked_by: By,
    /// How the last start was made.
    pub start: Start,
    fresh: Option<Date>,
    stopped: Option<Date>,
    load_finished: Option<Date>,
    /// How many dates it has given out.
    dates: u8,
    /// Its tables.
    pub tables: [Load; TABLES],
    /// The night in which each was loaded to the end, as [`night`] counts; 0 before the story.
    pub loaded_in: [u8; TABLES],
    /// What validation says of each; `None` in a story that compares no rows.
    pub compared: Option<[Compared; TABLES]>,
    /// Where its replication stands, and since when; `None` in a story that waits for no lag, and while it is not at work.
    pub replication: Option<(Replication, Minute)>,
    /// The story waits for its lag.
    pub lags: bool,
    /// The execution that its owner tag names.
    pub owner: Option<u8>,
    /// Rows of them are arriving: a table that a failure left in its load still shows that it is in it.
    loading: [bool; TABLES],
    /// When anything of it changed last.
    pub changed: Minute,
}

/// Why DMS does not take a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// `ResourceNotFoundFault`.
    NotFound,
    /// `InvalidResourceStateFault`.
    InvalidState,
    /// `InvalidParameterCombinationException`.
    InvalidCombination,
}

/// What can happen without anybody's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// `starting` is over.
    Up,
    /// A table's load comes to its end.
    TableLoaded(usize),
    /// A table's load ends in an error.
    TableFails(usize),
    /// The rows of a table are compared, and equal.
    Compared(usize),
    /// Rows of a table are found to differ.
    Differs(usize),
    /// The replication has found its place in the source's log, and reads.
    Reads,
    /// The replication has caught up.
    CatchesUp,
    /// `stopping` is over.
    Down,
    /// The task comes to rest for this reason.
    Ends(Reason),
    /// DMS starts a task again that it had stopped to recycle it.
    ComesBack,
    /// `modifying` is over.
    Modified,
    /// `deleting` is over.
    Gone,
}

/// Minutes of a day: a story of many nights opens each so long after the one before.
pub const DAY: Minute = 24 * 60;

/// The night of a minute, from its opening to that of the next one; the first is 1.
pub fn night(minute: Minute) -> u8 {
    u8::try_from(1 + minute / DAY).unwrap_or(u8::MAX)
}

/// Tables that were loaded before the story were loaded so long before.
const A_DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The task and the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dms {
    /// Nothing when it was deleted, or never created.
    pub task: Option<Task>,
    /// Its target.
    pub target: [Target; TABLES],
    /// What an act of ours did to it that nobody wanted.
    pub harm: Option<Harm>,
}

/// Which complete tables a reload of the task may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replace {
    /// None.
    Nothing,
    /// Those that were loaded in an earlier night.
    EarlierNights,
    /// All.
    Everything,
}

/// What the plan has consented to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Consent {
    /// Complete tables that may be replaced by a reload of the task.
    pub replace: Replace,
    /// Unfinished tables may be loaded on top of their rows: they were emptied by hand.
    pub double: bool,
}

impl Task {
    /// A task that was never started.
    pub fn new(kind: Kind, truncates: bool, keys_last: bool) -> Task {
        Task {
            kind,
            truncates,
            keys_last,
            status: Status::Ready,
            before_modifying: Status::Ready,
            reason: None,
            has_run: false,
            started: None,
            by: By::Nobody,
            asked_by: By::Nobody,
            start: Start::Fresh,
            fresh: None,
            stopped: None,
            load_finished: None,
            dates: 0,
            tables: [Load::Before; TABLES],
            loaded_in: [0; TABLES],
            compared: None,
            replication: None,
            lags: false,
            owner: None,
            loading: [false; TABLES],
            changed: 0,
        }
    }

    /// The same, in a story that compares rows.
    pub fn validating(self) -> Task {
        Task { compared: Some([Compared::NotYet; TABLES]), ..self }
    }

    /// The same, in a story that waits for its lag.
    pub fn lagging(self) -> Task {
        Task { lags: true, ..self }
    }

    /// Every table was loaded in this night.
    pub fn is_of(&self, night: u8) -> bool {
        self.loaded_in.iter().all(|loaded| *loaded == night)
    }

    /// Nothing has shown for half an hour that it reads its source.
    pub fn is_silent(&self, now: Minute) -> bool {
        matches!(self.replication, Some((Replication::Searching, since)) if now >= since + 30)
    }

    /// It reads its source and has caught up.
    pub fn is_current(&self) -> bool {
        matches!(self.replication, Some((Replication::Current, _)))
    }

    /// True while it works.
    pub fn is_at_work(&self) -> bool {
        matches!(self.status, Status::Starting | Status::Running)
    }

    /// Rows of this table are arriving.
    pub fn is_loading(&self, table: usize) -> bool {
        self.loading[table]
    }

    /// Every table is complete.
    pub fn is_complete(&self) -> bool {
        self.tables.iter().all(|load| *load == Load::Completed)
    }

    /// The load is over, whatever came of it.
    pub fn is_loaded(&self) -> bool {
        self.load_finished.is_some() && !self.loading.contains(&true)
    }

    /// DMS skips the load of a resumed full-load-and-cdc task once it takes it for done, or after a table error.
    fn skips_the_load(&self) -> bool {
        self.start == Start::Resume
            && self.kind == Kind::LoadAndCdc
            && (self.load_finished.is_some() || self.tables.contains(&Load::Errored))
    }
}

impl Dms {
    /// With this task, and a target without rows of it.
    pub fn with(task: Option<Task>) -> Dms {
        Dms { task, target: [Target::default(); TABLES], harm: None }
    }

    /// StartReplicationTask.
    ///
    /// # Errors
    /// As DMS refuses it.
    pub fn start(&mut self, start: Start, by: By, now: Minute) -> Result<(), Refused> {
        let task = self.task.as_mut().ok_or(Refused::NotFound)?;
        if !task.status.is_idle() {
            return Err(Refused::InvalidState);
        }
        match start {
            Start::Fresh if task.has_run => return Err(Refused::InvalidCombination),
            Start::Resume if !task.has_run => return Err(Refused::InvalidCombination),
            Start::Reload if task.kind == Kind::Cdc => return Err(Refused::InvalidCombination),
            _ => {}
        }
        task.begin(start, by, now);
        Ok(())
    }

    /// StopReplicationTask.
    ///
    /// # Errors
    /// As DMS refuses it.
    pub fn stop(&mut self, now: Minute) -> Result<(), Refused> {
        let task = self.task.as_mut().ok_or(Refused::NotFound)?;
        if !task.is_at_work() {
            return Err(Refused::InvalidState);
        }
        task.interrupt(Load::Cancelled);
        task.status = Status::Stopping;
        task.changed = now;
        Ok(())
    }

    /// DeleteReplicationTask, by a person.
    ///
    /// # Errors
    /// As DMS refuses it.
    pub fn delete(&mut self, now: Minute) -> Result<(), Refused> {
        let task = self.task.as_mut().ok_or(Refused::NotFound)?;
        if !task.status.is_idle() {
            return Err(Refused::InvalidState);
        }
        task.status = Status::Deleting;
        task.changed = now;
        Ok(())
    }

    /// ModifyReplicationTask, by a person: of something that decides nothing here.
    ///
    /// # Errors
    /// As DMS refuses it.
    pub fn modify(&mut self, now: Minute) -> Result<(), Refused> {
        let task = self.task.as_mut().ok_or(Refused::NotFound)?;
        if !task.status.is_idle() {
            return Err(Refused::InvalidState);
        }
        task.before_modifying = task.status;
        task.status = Status::Modifying;
        task.changed = now;
        Ok(())
    }

    /// ReloadTables: TargetTablePrepMode is applied to these tables, and they are loaded again.
    ///
    /// # Errors
    /// As DMS refuses it.
    pub fn reload_tables(
        &mut self,
        tables: &[usize],
        by: By,
        consent: Consent,
        now: Minute,
    ) -> Result<(), Refused> {
        let task = self.task.as_mut().ok_or(Refused::NotFound)?;
        let under_way = tables.iter().any(|table| task.loading[*table]);
        if task.status != Status::Running || task.kind == Kind::Cdc || under_way {
            return Err(Refused::InvalidState);
        }
        for &table in tables {
            task.tables[table] = Load::Reloading;
            task.loading[table] = true;
        }
        task.changed = now;
        for &table in tables {
            self.fill(table, by, consent, now);
        }
        Ok(())
    }

    /// The hours until the next night's opening go by: of all dates only their order counts.
    pub fn sleep(&mut self, opening: Minute) {
        let Some(task) = &mut self.task else { return };
        task.changed = 0;
        let mut dates = [&mut task.fresh, &mut task.started, &mut task.stopped, &mut task.load_finished];
        dates.sort_by_key(|date| date.map(|date| (date.minute, date.second)));
        let mut ranks: Vec<Date> = dates.iter().filter_map(|date| **date).collect();
        ranks.dedup();
        let long_ago = opening.saturating_sub(DAY / 2);
        for date in dates.into_iter().flatten() {
            let rank = ranks.iter().position(|known| known == date).unwrap_or_default();
            *date = Date { minute: long_ago, second: u8::try_from(rank).unwrap_or(u8::MAX) };
        }
        task.dates = 0;
        if let Some((_, since)) = &mut task.replication {
            *since = long_ago;
        }
    }

    /// All that can happen by itself now.
    pub fn moves(&self, now: Minute) -> Vec<Move> {
        let Some(task) = &self.task else { return Vec::new() };
        match task.status {
            Status::Starting => {
                let mut moves = vec![Move::Up];
                moves.extend(FAILURES.map(Move::Ends));
                moves
            }

            Status::Running => {
                let under_way = (0..TABLES).filter(|table| task.loading[*table]);
                let mut moves: Vec<Move> =
                    under_way.flat_map(|table| [Move::TableLoaded(table), Move::TableFails(table)]).collect();
                moves.extend(FAILURES.map(Move::Ends));
                for (table, compared) in task.compared.iter().flatten().enumerate() {
                    if *compared == Compared::Pending {
                        moves.extend([Move::Compared(table), Move::Differs(table)]);
                    }
                }
                match task.replication {
                    Some((Replication::Searching, _)) => moves.push(Move::Reads),
                    Some((Replication::Behind, _)) => moves.push(Move::CatchesUp),
                    Some((Replication::Current, _)) | None => {}
                }
                moves
            }
            Status::Stopping => vec![Move::Down],
            // When DMS itself starts a task again, it does so within minutes.
            Status::Stopped if task.reason == Some(Reason::Recycle) => {
                let stopped = task.stopped.map_or(0, |date| date.minute);
                if now.saturating_sub(stopped) <= COMES_BACK_WITHIN {
                    vec![Move::ComesBack]
                } else {
                    Vec::new()
                }
            }
            Status::Modifying => vec![Move::Modified],
            Status::Deleting => vec![Move::Gone],
            Status::Ready | Status::Stopped | Status::Failed => Vec::new(),
        }
    }

    /// Lets it happen.
    pub fn happen(&mut self, what: Move, consent: Consent, now: Minute) {
        let Some(task) = &mut self.task else { return };
        task.changed = now;
        match what {
            Move::Up => self.up(consent, now),
            Move::TableLoaded(table) => {
                task.tables[table] = Load::Completed;
                task.loaded_in[table] = night(now);
                if let Some(compared) = &mut task.compared {
                    compared[table] = Compared::Pending;
                }
                task.loading[table] = false;
                self.target[table].complete = true;
                self.look_whether_loaded(now);
            }
            Move::TableFails(table) => {
                task.tables[table] = Load::Errored;
                task.loading[table] = false;
                self.look_whether_loaded(now);
            }
            Move::Compared(table) => task.compared_is(table, Compared::Equal),
            Move::Differs(table) => task.compared_is(table, Compared::Differing),
            Move::Reads => task.replication = Some((Replication::Behind, now)),
            Move::CatchesUp => task.replication = Some((Replication::Current, now)),
            Move::Down => task.come_to_rest(Status::Stopped, Reason::Normal, now),
            Move::Ends(reason) => {
                task.interrupt(Load::Loading);
                let status = match reason {
                    Reason::Environment | Reason::Configuration => Status::Failed,
                    _ => Status::Stopped,
                };
                task.come_to_rest(status, reason, now);
            }
            Move::ComesBack => {
                let by = task.by;
                task.begin(Start::Resume, by, now);
                task.asked_by = By::Nobody;
            }
            Move::Modified => task.status = task.before_modifying,
            Move::Gone => self.task = None,
        }
    }

    /// `starting` is over: the tables that are to be loaded begin, all at once.
    fn up(&mut self, consent: Consent, now: Minute) {
        let Some(task) = &mut self.task else { return };
        task.status = Status::Running;
        if task.lags && task.kind != Kind::FullLoad {
            task.replication = Some((Replication::Searching, now));
        }
        if task.kind == Kind::Cdc {
            task.tables = [Load::Completed; TABLES];
            return;
        }
        if task.skips_the_load() {
            return;
        }
        let fresh = task.start != Start::Resume;
        let by = task.asked_by;
        let wanted: Vec<usize> =
            (0..TABLES).filter(|table| fresh || task.tables[*table] != Load::Completed).collect();
        for &table in &wanted {
            task.tables[table] = Load::Loading;
            task.loading[table] = true;
        }
        for table in wanted {
            self.fill(table, by, consent, now);
        }
        self.look_whether_loaded(now);
    }

    /// Rows begin to arrive in a table, after its preparation.
    fn fill(&mut self, table: usize, by: By, consent: Consent, now: Minute) {
        let Some(task) = &self.task else { return };
        let target = &mut self.target[table];
        let mut harm = None;
        if task.truncates {
            // A reload of single tables in error replaces no complete one.
            let consented = match consent.replace {
                Replace::Nothing => false,
                Replace::EarlierNights => task.loaded_in[table] < night(now),
                Replace::Everything => true,
            };
            if target.complete && !consented {
                harm = Some(Harm::CompleteTableReplaced);
            }
            *target = Target::default();
        } else if target.copies > 0 && !consent.double {
            harm = Some(Harm::RowsDoubled);
        }
        target.copies = (target.copies + 1).min(3);
        if matches!(by, By::Run(_)) {
            self.harm = self.harm.or(harm);
        }
    }

    fn look_whether_loaded(&mut self, now: Minute) {
        let Some(task) = &mut self.task else { return };
        if task.loading.contains(&true) {
            return;
        }
        task.note_the_end_of_the_load(now);
        if task.kind == Kind::FullLoad {
            task.come_to_rest(Status::Stopped, Reason::Finished, now);
        }
    }
}

impl Task {
    fn begin(&mut self, start: Start, by: By, now: Minute) {
        let date = self.date(now);
        if start != Start::Resume {
            self.fresh = Some(date);
            self.load_finished = None;
        }
        self.status = Status::Starting;
        self.has_run = true;
        self.started = Some(date);
        self.stopped = None;
        self.replication = None;
        self.by = by;
        self.asked_by = by;
        self.start = start;
        self.changed = now;
    }

    fn date(&mut self, minute: Minute) -> Date {
        self.dates = (self.dates + 1).min(59);
        Date { minute, second: self.dates }
    }

    fn note_the_end_of_the_load(&mut self, now: Minute) {
        if self.load_finished.is_none() {
            self.load_finished = Some(self.date(now));
        }
    }

    /// Rows of a task at rest are compared no more.
    fn compared_is(&mut self, table: usize, what: Compared) {
        if let Some(compared) = &mut self.compared {
            compared[table] = what;
        }
    }

    fn interrupt(&mut self, state: Load) {
        for (load, loading) in self.tables.iter_mut().zip(&mut self.loading) {
            if std::mem::take(loading) {
                *load = state;
            }
        }
    }

    fn come_to_rest(&mut self, status: Status, reason: Reason, now: Minute) {
        self.status = status;
        self.reason = Some(reason);
        self.stopped = Some(self.date(now));
        self.changed = now;
    }

    /// As DescribeReplicationTasks shows it.
    pub fn described(&self, names: &crate::names::Names) -> observation::Task {
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
            validation: self.compared.is_some(),
            named: plan::table_name::NamedByMapping::default(),
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
        let began = self.started.map_or(0, |date| date.minute);
        let point = |minute: Minute| {
            let (source, target) = match replication {
                Replication::Searching => (0.0, 0.0),
                Replication::Behind => (90.0, 100.0),
                // Before it had caught up it was behind.
                Replication::Current if minute < since => (90.0, 100.0),
                Replication::Current => (0.0, 1.0),
            };
            LagPoint { at: crate::names::at(minute), source: Some(source), target: Some(target) }
        };
        (now.saturating_sub(15).max(began)..now).map(point).collect()
    }

    /// As DescribeTableStatistics shows its tables; none before the first run.
    pub fn statistics(&self) -> Vec<migration::run::table::Table> {
        if !self.has_run {
            return Vec::new();
        }
        let table = |(nth, load): (usize, &Load)| migration::run::table::Table {
            name: table_name(nth),
            state: migration::run::table::TableState::from(load.as_str()),
            rows: u64::from(*load != Load::Before),
            refused_rows: 0,
            load_ended: (*load == Load::Completed)
                .then(|| crate::names::at(0) + A_DAY * (i32::from(self.loaded_in[nth]) - 1)),
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
    pub fn minute(self) -> Minute {
        self.minute
    }

    fn instant(self) -> jiff::Timestamp {
        crate::names::at(self.minute) + jiff::SignedDuration::from_secs(i64::from(self.second))
    }
}

/// The name of the n-th table.
pub fn table_name(nth: usize) -> TableName {
    TableName::new("shop", format!("t{nth}"))
}
