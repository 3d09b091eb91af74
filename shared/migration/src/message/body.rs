//! The message for machines. Its members keep their names; `docs/message.schema.json` is written from these types.
//!
//! They are types of their own, and not those of the travelling document, so that the document may change. Every member
//! is always there: what is not known is `null`, and a list without elements is empty.

use jiff::Timestamp;
use plan::finding::Severity;
use serde::Serialize;

use super::news::{Event, News, Word};
use super::place::{Links, Log};
use crate::pace::load::Basis;
use crate::run::acts::StartKind;
use crate::run::drive::{Drive, Whose};
use crate::run::step::Occasion;
use crate::run::task::Origin;
use crate::run::verdict::Outcome;

/// The version of the message. A member that is added does not change it.
const VERSION: u32 = 1;

/// What Step Functions bills for a state transition in most Regions, in millionths of a dollar.
const MICRODOLLARS_A_TRANSITION: u32 = 25;

/// The most characters of a text in a message that had to be shortened.
const MAX_SHORTENED: usize = 1_000;

/// A message of the DMS orchestrator, as subscribers that are machines get it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A message"))]
#[serde(rename_all = "PascalCase")]
pub struct Body {
    /// The version of this form: 1.
    pub version: u32,
    /// The same for the same news, however often it is delivered, and for no other.
    pub id: String,
    /// What kind of news this is.
    pub event: Word,
    /// What happened on the way; null at the end of a run.
    pub occasion: Option<Occasion>,
    /// How loud it is.
    pub severity: Severity,
    /// The identifier of the task; the ARN by which the plan names it, as long as the identifier is not known.
    pub migration: String,
    /// The team that the plan names.
    pub team: Option<String>,
    /// The account in which the run is.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The name of the stack that runs it.
    pub stack: String,
    /// The ARN of the execution.
    pub execution: String,
    /// The DMS task; null before it was seen.
    pub task: Option<Task>,
    /// How the run has ended; null on the way.
    pub verdict: Option<Verdict>,
    /// What a person does now. A line may end with a command.
    pub to_do: Vec<String>,
    /// The next step of the run, or why it ends, in words.
    pub next: String,
    /// How the run started the task; null where it started nothing.
    pub start: Option<Start>,
    /// What the run follows that it has not started itself.
    pub joined: Option<Joined>,
    /// The execution that tells this, where the run's own was ended from outside.
    pub closed_out_by: Option<String>,
    /// How often the run has started the task again after a failure.
    pub restarts: u32,
    /// Where the task stood when it was last seen.
    pub progress: Option<Progress>,
    /// When the load will be done; null where that is not known, and at the end.
    #[serde(rename = "ETA")]
    pub eta: Option<Eta>,
    /// The last error of a step of ours that could not run.
    pub trouble: Option<String>,
    /// When the run began.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub started: Timestamp,
    /// How long it has taken, in seconds.
    pub seconds: i64,
    /// The window in which it runs; null without one.
    pub window: Option<Window>,
    /// When the plan's window opens next; null on the way, and where that is not known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Instant>"))]
    pub next_opening: Option<Timestamp>,
    /// The most that Step Functions can have billed for the run so far.
    pub cost: Cost,
    /// What was found about the plan.
    pub findings: Vec<Finding>,
    /// Where the task writes its log; null before the task was seen.
    pub log: Option<LogPlace>,
    /// Pages of the console.
    pub links: Pages,
    /// True when the whole was too large for SNS: lists are empty then, and texts are cut.
    pub shortened: bool,
}

/// An instant in UTC.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(inline, extend("format" = "date-time"))]
struct Instant(#[allow(dead_code, reason = "only the schema is taken from it")] String);

/// The DMS task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    /// Its ARN.
    pub replication_task_arn: String,
    /// Its identifier.
    pub replication_task_identifier: String,
    /// DMS's word for its type.
    pub migration_type: String,
    /// Whose it is.
    pub origin: Origin,
}

/// How a run has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// True when the execution ends SUCCEEDED.
    pub good: bool,
    /// Why, the most important first.
    pub reasons: Vec<String>,
    /// True when DMS has compared the rows of every table and found them equal.
    pub verified: bool,
    /// How many tables there are.
    pub tables: usize,
    /// How many of them are complete.
    pub tables_loaded: usize,
    /// Tables to look at, by name.
    pub named_tables: Vec<NamedTable>,
    /// How many more there are to look at.
    pub more_tables: usize,
    /// Rows read for the load, as DMS counts them.
    pub rows: u64,
    /// DMS's word for what the task did when it was last seen.
    pub task_status: Option<String>,
    /// DMS's last error, as it wrote it.
    pub last_failure: Option<String>,
    /// When this was established.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub at: Timestamp,
}

/// A table to look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct NamedTable {
    /// `schema.table`.
    pub name: String,
    /// DMS's word for its load or for its validation, or what else is to be known.
    pub state: String,
    /// Rows read for its load.
    pub rows: u64,
}

/// How a run started the task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Start {
    /// DMS's word for the start.
    #[serde(rename = "Type")]
    pub kind: StartKind,
    /// Why this one.
    pub why: String,
}

/// What a run follows that it has not started itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Joined {
    /// Whose start it is.
    pub whose: WhoseStart,
    /// When the task was started.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub since: Timestamp,
    /// The ended execution that started it.
    pub execution: Option<String>,
}

/// Whose start a run follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum WhoseStart {
    /// Somebody else's, or another run's.
    SomebodyElse,
    /// That of a run which has ended.
    EndedRun,
    /// This execution's own, of which only the repeat has an answer, or somebody else's at the same moment.
    Doubtful,
}

/// Where the task stood when it was last seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Progress {
    /// DMS's word for what it did.
    pub status: String,
    /// DMS's counters of its tables; null for a task that has never run.
    pub tables: Option<Counters>,
    /// Rows read for the load.
    pub rows: u64,
    /// How many seconds a replication was behind its source; null where that is not known or not asked for.
    pub lag_seconds: Option<u32>,
    /// When this was seen.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub seen: Timestamp,
}

/// DMS's counters of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Counters {
    /// Loaded.
    pub loaded: u32,
    /// Being loaded.
    pub loading: u32,
    /// Waiting.
    pub queued: u32,
    /// In error.
    pub errored: u32,
}

/// When a load will be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Eta {
    /// When, at its pace.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub at: Timestamp,
    /// From what that is known.
    pub basis: EtaBasis,
}

/// From what the end of a load is foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EtaBasis {
    /// How long the load before took.
    PreviousTime,
    /// The rows of the load before, and how fast rows move now.
    PreviousLoad,
    /// DMS's percent, which is an estimate itself.
    Percent,
}

/// The window in which a run works.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Window {
    /// When it closes.
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub closes: Timestamp,
}

/// What Step Functions can have billed at the most.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Cost {
    /// State transitions.
    pub transitions_at_most: u32,
    /// Dollars, at $0.000025 a transition.
    pub dollars_at_most: f64,
}

/// One thing found about the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// JSON pointer into the plan; empty for the plan as a whole.
    pub path: String,
    /// Its code, as `docs/plan.md` lists it.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: String,
    /// What DMS itself would say, where that is known.
    pub dms_error: Option<String>,
    /// How many findings it stands for.
    pub count: usize,
}

/// Where a task writes its log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct LogPlace {
    /// The log group; null while the name of the replication instance is not known.
    pub group: Option<String>,
    /// The log stream.
    pub stream: String,
    /// Whether the task's settings turn EnableLogging on; null while they were not seen.
    pub enabled: Option<bool>,
    /// The page of the console.
    pub link: Option<String>,
    /// The command that prints its last lines.
    pub command: String,
}

/// Pages of the console.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Pages {
    /// The execution's.
    pub execution: String,
    /// The task's; null before it was seen.
    pub task: Option<String>,
}

impl Body {
    pub(super) fn of(news: News<'_>, to_do: Vec<String>, links: &Links, log: Option<&Log>) -> Body {
        let run = news.run;
        let machine = run.execution.machine();
        Body {
            version: VERSION,
            id: news.id(),
            event: news.word(),
            occasion: news.event.occasion(),
            severity: news.severity(),
            migration: news.name().to_owned(),
            team: run.notify.team.clone(),
            account: machine.account.clone(),
            region: machine.region.clone(),
            stack: news.stack().to_owned(),
            execution: run.execution.to_string(),
            task: news.task.map(|task| Task {
                replication_task_arn: task.arn.to_string(),
                replication_task_identifier: task.identifier.clone(),
                migration_type: task.migration_type.clone().into(),
                origin: task.origin,
            }),
            verdict: match news.event {
                Event::Finished(verdict) => Some(verdict.into()),
                Event::OnTheWay(_) => None,
            },
            to_do,
            next: news.next.to_owned(),
            start: run.drive.start().map(|start| Start { kind: start.kind, why: start.why.clone() }),
            joined: joined(&run.drive),
            closed_out_by: run.close_out.as_ref().map(|close_out| close_out.by.to_string()),
            restarts: run.drive.restarts(),
            progress: news.progress.map(Progress::from),
            eta: news.eta().map(|eta| Eta { at: eta.at, basis: eta.basis.into() }),
            trouble: news.trouble(),
            started: run.started,
            seconds: news.took().as_secs(),
            window: run.windowed().then_some(Window { closes: run.closes }),
            next_opening: news.next_opening(),
            cost: Cost::of(news),
            findings: news.findings.iter().map(Finding::from).collect(),
            log: log.map(|log| LogPlace {
                group: log.group.clone(),
                stream: log.stream.clone(),
                enabled: log.enabled,
                link: log.link.clone(),
                command: log.command.clone(),
            }),
            links: Pages { execution: links.execution.clone(), task: links.task.clone() },
            shortened: false,
        }
    }

    /// The same in a size that SNS takes for certain: lists are empty, texts are cut. What is left out of the tables to
    /// look at is counted.
    pub(super) fn shortened(mut self) -> Body {
        let cut = |text: &mut String| *text = text.chars().take(MAX_SHORTENED).collect();
        if let Some(verdict) = &mut self.verdict {
            verdict.reasons.truncate(1);
            verdict.reasons.iter_mut().for_each(cut);
            verdict.more_tables += verdict.named_tables.len();
            verdict.named_tables.clear();
            verdict.last_failure = None;
        }
        if let Some(start) = &mut self.start {
            cut(&mut start.why);
        }
        [&mut self.next, &mut self.migration, &mut self.stack].into_iter().for_each(cut);
        self.team.iter_mut().chain(&mut self.trouble).for_each(cut);
        self.to_do.clear();
        self.findings.clear();
        self.shortened = true;
        self
    }
}

impl Cost {
    pub(super) fn of(news: News<'_>) -> Cost {
        let transitions_at_most = news.most_transitions();
        let micro = u64::from(transitions_at_most) * u64::from(MICRODOLLARS_A_TRANSITION);
        Cost { transitions_at_most, dollars_at_most: micro as f64 / 1e6 }
    }

    /// In whole cents, rounded up.
    pub(super) fn cents(self) -> u64 {
        let micro = u64::from(self.transitions_at_most) * u64::from(MICRODOLLARS_A_TRANSITION);
        micro.div_ceil(10_000)
    }
}

impl From<&crate::run::verdict::Verdict> for Verdict {
    fn from(verdict: &crate::run::verdict::Verdict) -> Verdict {
        let named = |table: &crate::run::verdict::NamedTable| NamedTable {
            name: table.name.clone(),
            state: table.state.clone(),
            rows: table.rows,
        };
        Verdict {
            outcome: verdict.outcome,
            good: verdict.good,
            reasons: verdict.reasons.clone(),
            verified: verdict.verified,
            tables: verdict.tables,
            tables_loaded: verdict.tables_loaded,
            named_tables: verdict.named_tables.iter().map(named).collect(),
            more_tables: verdict.more_tables,
            rows: verdict.rows,
            task_status: verdict.task_status.as_ref().map(ToString::to_string),
            last_failure: verdict.last_failure.clone(),
            at: verdict.at,
        }
    }
}

impl From<&crate::run::task::Progress> for Progress {
    fn from(progress: &crate::run::task::Progress) -> Progress {
        Progress {
            status: progress.status.to_string(),
            tables: progress.stats.as_ref().map(|stats| Counters {
                loaded: stats.tables_loaded,
                loading: stats.tables_loading,
                queued: stats.tables_queued,
                errored: stats.tables_errored,
            }),
            rows: progress.rows,
            lag_seconds: progress.lag_seconds,
            seen: progress.seen,
        }
    }
}

impl From<&plan::finding::Finding> for Finding {
    fn from(finding: &plan::finding::Finding) -> Finding {
        Finding {
            severity: finding.severity,
            path: finding.path.clone(),
            code: finding.code.to_string(),
            message: finding.message.clone(),
            dms_error: finding.dms_error.clone(),
            count: finding.count,
        }
    }
}

impl From<Basis> for EtaBasis {
    fn from(basis: Basis) -> EtaBasis {
        match basis {
            Basis::PreviousTime => EtaBasis::PreviousTime,
            Basis::PreviousLoad => EtaBasis::PreviousLoad,
            Basis::Percent => EtaBasis::Percent,
        }
    }
}

fn joined(drive: &Drive) -> Option<Joined> {
    let Drive::Joined { whose, since, .. } = drive else { return None };
    let (whose, execution) = match whose {
        Whose::SomebodyElse => (WhoseStart::SomebodyElse, None),
        Whose::EndedRun(execution) => (WhoseStart::EndedRun, Some(execution.to_string())),
        Whose::Doubtful { .. } => (WhoseStart::Doubtful, None),
    };
    Some(Joined { whose, since: *since, execution })
}

/// The schema of a message, as `docs/message.schema.json` holds it.
#[cfg(feature = "schema")]
pub fn schema_text() -> String {
    let settings = schemars::generate::SchemaSettings::draft07().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Body>().to_value();
    // Built beside crates that make JSON keep its order, the text would be another.
    schema.sort_all_objects();
    format!("{schema:#}\n")
}
