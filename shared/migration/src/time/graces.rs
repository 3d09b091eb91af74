//! Every grace and patience of a run: how long something is waited for, or tried, before it counts as what it looks
//! like.
//!
//! A judge that waits names the constant here, so that a number is changed in one place and its reason stands beside
//! it.

use jiff::SignedDuration;

/// Clocks of DMS and of Step Functions may differ by this much.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

// Before the start.

/// The longest run: the machine itself ends an execution after 14 days, and there must be time left to report.
pub const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(13 * 24 + 12);

/// The longest pre-flight: a connection test and a busy DMS are waited for that long.
pub const LONGEST_PREFLIGHT: SignedDuration = SignedDuration::from_hours(1);

/// So long before its window opens a run may begin: it waits for the opening. Schedulers, machines and functions have
/// clocks of their own. One that comes earlier has another window in mind, and is skipped.
pub const OPENS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// How long a task that was just created may be missing from DMS's list.
pub const CREATED_APPEARS_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// How long after its opening a run waits for the end of a run whose window has closed and that still drives the task: that
/// one is stopping it. After so long people are told that a stop takes its time.
pub const RUN_BEFORE_ENDS_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// How long after its opening a run does not follow a task that somebody else keeps and that was started before: a run
/// whose window closes then may be about to stop it.
pub const RUN_BEFORE_STOPS_WITHIN: SignedDuration = SignedDuration::from_mins(3);

/// Seconds between two looks at who drives the task.
pub const OWNER_LOOKED_AT_SECONDS: u32 = 60;

/// Seconds until the look after a task was created: DMS takes some twenty to make it ready.
pub const AFTER_CREATION_SECONDS: u32 = 15;

/// Seconds until the look after a task was adopted.
pub const AFTER_ADOPTION_SECONDS: u32 = 1;

/// How many times the task is tried to be created when the step itself cannot run.
pub const MAX_CREATES: u32 = 3;

/// So many repeats of a step look again for an execution that was seen before and is not found.
pub const UNKNOWN_REPEATS: u64 = 2;

/// So many repeats of a pre-flight's step begin a connection test again whose answer was lost.
pub const LOST_TEST_REPEATS: u64 = 3;

/// So many repeats of a pre-flight's step wait for a service that is too busy to say what only makes the report richer.
pub const BUSY_OUTLOOK_REPEATS: u64 = 3;

/// How many looks in a row a pre-flight makes for a task that DMS does not list: its lists are eventually consistent.
pub const PREFLIGHT_MISSING_LOOKS: u32 = 2;

/// How many looks must find no task of somebody else's before a run says that there is none.
pub const MISSING_LOOKS: u32 = 3;

/// Over how long these looks must lie.
pub const MISSING_FOR: SignedDuration = SignedDuration::from_mins(2);

/// How many polls in a row must find no such task, and something else must say so, before it counts as deleted.
pub const DELETED_LOOKS: u32 = 3;

/// Over how long these polls must lie.
pub const DELETED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Over how long where nothing else may be asked.
pub const DELETED_UNCONFIRMED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How long the tables of a task at rest are waited for that DMS refuses to show.
pub const REFUSED_PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How long after the close the tables of a task at rest are waited for that DMS is too busy to show.
pub const UNSHOWN_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// How long a refusal that passes or a connection test is waited out in a run without a window, how long a start that
/// was taken may not show while the task is on its way, how long tables that DMS refuses to show are waited for before a
/// start, and how long a date that DMS shows may be an old one.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How long a task that is busy with something else is waited for before its start, and an instance that is being
/// changed before an end is believed, in a run without a window.
pub const BUSY_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// After so long a wait before the start people are told what the run waits for.
pub const START_TOLD_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// How long a connection test takes at most, as a rule. None is begun that would not be over while its end still counts.
pub const TEST_TAKES: SignedDuration = SignedDuration::from_mins(3);

/// The shortest pause before a call that was refused, or a test that failed, is repeated.
pub const SHORTEST_REPEAT_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// The longest such pause.
pub const LONGEST_REPEAT_PAUSE: SignedDuration = SignedDuration::from_mins(15);

// The start.

/// With less than this before the end of its work a run starts nothing: what starts takes its time, and so does a stop.
/// A step that comes so long after its decision is made a second time, by a redrive.
pub const START_MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// How long after a start the task may still show what it was before.
pub const START_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// The pause before the first restart; each further one is twice as long, up to [`LONGEST_RESTART_PAUSE`], and none is
/// longer than half of the time that is left. The pauses of a plan's default make half an hour.
pub const FIRST_RESTART_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// The longest pause before a restart.
pub const LONGEST_RESTART_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// How long after the first look that shows it an end that nobody of ours asked for is believed.
pub const SECOND_LOOK_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How long after a stop of its own, or a failure that passes, DMS may take to start the task again.
pub const DMS_RESTARTS_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How long another run that drives a task may take to start it again after a failure: its longest pause, and a poll.
pub const DRIVER_RESTARTS_WITHIN: SignedDuration = SignedDuration::from_mins(18);

// The load.

/// A pace is measured over at least this long before anything is concluded from it.
pub const MEASURED_OVER: SignedDuration = SignedDuration::from_mins(10);

/// How often the rows of a load are looked at while nothing else moves, when the plan asks for no stall to be told.
pub const ROWS_LOOKED_AT_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// How long after a stop the counters and the table list may still disagree: statistics are updated late.
pub const STATISTICS_SETTLE: SignedDuration = SignedDuration::from_mins(2);

/// How long after a load rows may still be compared while the task goes on replicating. Afterwards they are reported as
/// pending: with replication validation never comes to an end.
pub const VALIDATION_PATIENCE: SignedDuration = SignedDuration::from_mins(30);

// The lag.

/// How old the newest point of the lag may be: CloudWatch shows a point a minute or two after its minute.
pub const LAG_IS_FRESH_FOR: SignedDuration = SignedDuration::from_mins(4);

/// How long a lag of zero is waited on for a sign that the task reads its source at all.
pub const ZERO_PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How far back points of the lag are asked for.
pub const LAG_LOOK_BACK: SignedDuration = SignedDuration::from_mins(15);

// The stop.

/// How long a task that was told to stop may take before people are told that it has not stopped yet.
pub const STOP_PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How long a task is told to stop, or seen to be stopping, before the run gives up and says so; while no poll can run
/// too.
pub const STOP_GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(4);

/// How often a task that goes on running is told to stop again.
pub const STOP_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// How long a new tag may not count for what IAM allows.
pub const TAGS_COUNT_AFTER: SignedDuration = SignedDuration::from_mins(5);

// After an execution was ended from outside.

/// How long after an execution has ended its last call may still land: the function's time-out, and what DMS takes to
/// show it.
pub const NOTHING_LANDS_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Runs that are closed out look for the first time within so long after that: hundreds may have ended together.
pub const CLOSE_OUT_SPREAD: SignedDuration = SignedDuration::from_mins(3);

/// A run that is closed out waits so long on another one that has a plan for its task, before it leaves the task to that
/// one: many that begin are rejected or skipped within moments.
pub const BESIDE_PATIENCE: SignedDuration = SignedDuration::from_mins(5);

// While no poll can run.

/// Seconds before the first look after a poll could not run; the machine doubles it.
pub const FIRST_BLIND_SECONDS: u32 = 15;

/// The blind wait grows to this many seconds at least.
pub const SHORTEST_MAX_BLIND_SECONDS: u32 = 900;
