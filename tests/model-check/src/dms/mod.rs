//! DMS and the tables of its target, as small as they can be without losing what a decision can get wrong.
//!
//! One task and [`TABLES`] tables. Time is a number of minutes. What DMS does by itself is not decided here:
//! [`Dms::moves`] says what can happen, and whoever explores chooses. What it answers to a call is decided here, by the
//! settings: the legality of each call in each status, and what each kind of start does to rows.

mod shown;
mod words;

pub use shown::table_name;
use words::FAILURES;
pub use words::{
    By, Compared, Consent, Harm, Kind, Load, Move, Reason, Refused, Replace, Replication, Start, Status,
    TABLES, Target,
};

/// Minutes within which DMS starts a task again that it has stopped to recycle it. Nothing is documented; less than the
/// patience with which it is waited for.
const COMES_BACK_WITHIN: Minute = 4;

/// Minutes since the beginning of the story.
pub type Minute = u16;

/// An instant as DMS dates it: no two of a task's are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Date {
    /// Before the story it is negative.
    minute: i32,
    second: u8,
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
    /// DMS has gone on with the changes after a table error, and takes the load for done from then on.
    taken_for_loaded: bool,
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
            taken_for_loaded: false,
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
            && (self.load_finished.is_some() || self.taken_for_loaded || self.tables.contains(&Load::Errored))
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
    pub fn pass_the_day(&mut self, opening: Minute) {
        let Some(task) = &mut self.task else { return };
        task.changed = 0;
        task.loaded_before(opening);
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
                if i32::from(now) - stopped <= i32::from(COMES_BACK_WITHIN) {
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
            // Nobody can know what a deleted task had loaded: a new one prepares the target as its plan states.
            Move::Gone => {
                self.task = None;
                self.target = [Target::default(); TABLES];
            }
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
            task.taken_for_loaded = true;
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
    /// All dates become those of a time long before this opening, in their order.
    pub fn loaded_before(&mut self, opening: Minute) {
        let mut dates = [&mut self.fresh, &mut self.started, &mut self.stopped, &mut self.load_finished];
        dates.sort_by_key(|date| date.map(|date| (date.minute, date.second)));
        let mut ranks: Vec<Date> = dates.iter().filter_map(|date| **date).collect();
        ranks.dedup();
        let long_ago = i32::from(opening) - i32::from(DAY / 2);
        for date in dates.into_iter().flatten() {
            let rank = ranks.iter().position(|known| known == date).unwrap_or_default();
            *date = Date { minute: long_ago, second: u8::try_from(rank).unwrap_or(u8::MAX) };
        }
        self.dates = 0;
        if let Some((_, since)) = &mut self.replication {
            *since = opening.saturating_sub(DAY / 2);
        }
    }

    fn begin(&mut self, start: Start, by: By, now: Minute) {
        let date = self.date(now);
        if start != Start::Resume {
            self.fresh = Some(date);
            self.load_finished = None;
            self.taken_for_loaded = false;
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
        Date { minute: i32::from(minute), second: self.dates }
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
}
