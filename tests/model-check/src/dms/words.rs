//! What the model says of a task in DMS's words, and what can be done with it or happen to it.

/// How many tables there are: two are enough to be complete, half complete, and complete but for the last one.
pub const TABLES: usize = 2;

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

    pub fn is_idle(self) -> bool {
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
    pub(super) fn text(self) -> &'static str {
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
pub(super) const FAILURES: [Reason; 4] =
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
