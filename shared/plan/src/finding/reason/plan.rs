//! Reasons of the codes about the members of a plan, its task and its window.

use super::{Reason, RestsOn};
use crate::finding::Code;

/// The reason of a code that is noted here.
pub(super) fn of(code: &Code) -> Option<Reason> {
    use RestsOn::{Answer, Contradiction, Limit, Must, Ours};
    let reason = |cost, rests_on| Some(Reason { cost, rests_on });
    match code {
        Code::ArnsApart => reason(
            "the task cannot be created",
            Must("API reference: an endpoint and an instance of a task are in one Region and account"),
        ),
        Code::AtCloseNotStated => reason(
            "the task is stopped in the morning, or runs into the day, as nobody decided",
            Must("this manual: both are common and neither is safe to guess"),
        ),
        Code::BadArn | Code::WrongArn => reason(
            "the call names nothing, or something else, and DMS refuses it",
            Must("API reference: each member takes the ARN of one kind of resource"),
        ),
        Code::WrongPartition => reason(
            "the ARN names nothing, and the run finds so when its window opens",
            Must("AWS general reference: an ARN begins with the partition that its Region is in"),
        ),
        Code::BadCdcStartPosition => reason(
            "the task is refused, or begins at another place of the log",
            Answer("Invalid CdcStartPosition format"),
        ),
        Code::BadCdcStopPosition => reason(
            "the replication has no end, or another",
            Must("API reference: `server_time:` or `commit_time:` and a UTC time to the second"),
        ),
        Code::BadDate => reason(
            "the window opens on a date that was to be left out",
            Must("this manual: `Except` holds dates"),
        ),
        Code::BadDuration => reason(
            "the window has another length than was meant",
            Must("this manual: ISO 8601 spans within the bounds named here"),
        ),
        Code::BadIdentifier => reason(
            "the task cannot be created",
            Must(
                "API reference: 1 to 255 letters, digits and hyphens, a letter first, no hyphen at the end, no two \
             in a row",
            ),
        ),
        Code::BadTag => {
            reason("the task cannot be created", Must("API reference: the lengths and characters of a tag"))
        }
        Code::BadTeam => reason(
            "a filter of a subscription never meets it",
            Must("this manual: 64 letters, digits, blanks and `_.-`"),
        ),
        Code::BadTime => reason(
            "the window or the replication begins at another time than was meant",
            Must("API reference: epoch seconds or a UTC time; this manual: `hh:mm`"),
        ),
        Code::CdcMemberWithoutCdc => reason(
            "nothing; it misleads whoever reads the plan",
            Limit("API reference: an example of AWS has one, and it is ignored"),
        ),
        Code::CdcStartNow => reason(
            "the task is refused, or begins at a place that nobody knows",
            Must(
                "API reference: a start is a date, a checkpoint or a position in the log; no such word is among \
             them",
            ),
        ),
        Code::CdcStartTwice => {
            reason("the task is refused", Must("API reference: the two exclude each other"))
        }
        Code::CdcStartWithFullLoad => reason(
            "changes between the load and the start are missing",
            Must("guide, change data capture: a start is for tasks that replicate changes only"),
        ),
        Code::DurationFromNow => reason(
            "a late start closes late",
            Ours("without a scheduled time there is nothing else to count from"),
        ),
        Code::CloseByType | Code::RunsPastTheClose => reason(
            "the task works into the day, or the run is rejected at the opening of its window",
            Ours(
                "a `cdc` task goes on at the close by default, a full load is stopped, and the third type must state it",
            ),
        ),
        Code::ExternalWithMore => reason(
            "the task is taken for one to create, and most of it is missing",
            Must("this manual: a task that somebody else keeps is named, and never changed"),
        ),
        Code::FixedOffsetZone => reason(
            "the window opens and closes an hour late for half of the year",
            Limit(
                "IANA time zones: these names have one offset, and those that begin with `Etc/GMT` count to the west",
            ),
        ),
        Code::LongOpening => reason("the run works by day", Ours("no night is longer than 16 hours")),
        Code::OpenAllDay => reason("nothing", Ours("a window of no length would never open")),
        Code::ReloadEveryNight => reason(
            "the rows in the target are replaced each night, and the source is read whole",
            Ours("`Refresh` and `Reload` are the consent to it"),
        ),
        Code::ResumeConsents => reason(
            "rows of unfinished tables are in the target twice",
            Ours("`Resume` is the consent to it under `DO_NOTHING`"),
        ),
        Code::StoppedEarly => reason(
            "the task stands still for most of its window",
            Ours("a run ends when what it waits for has come true"),
        ),
        Code::EndsBeforeItsStop => {
            reason("the task runs on past its window", Ours("the run that would stop it has ended"))
        }
        Code::FileInsteadOfText => reason(
            "the task is refused, or its target gets a file name for data",
            Contradiction("the member is to hold the content; the AWS CLI alone replaces such a name by it"),
        ),
        Code::FinishedLeftOut => {
            reason("a run ends and nobody hears of it", Must("this manual: every run ends with a message"))
        }
        Code::LagWithoutCaughtUp => {
            reason("nothing; the number is not used", Ours("only `CaughtUp` waits for a lag"))
        }
        Code::LogEndsBeforeNextWindow | Code::StoppedReplicationKeepsTheLog => reason(
            "the next resume fails for ever, and everything must be loaded again; or the source runs out of \
             disk",
            Limit(
                "guide, sources: binlog retention hours of RDS for MySQL, the slot of PostgreSQL, archived logs of \
             Oracle; AWS knowledge center: RDS for SQL Server cuts its log within minutes",
            ),
        ),
        Code::ManyTags => reason("the task cannot be created", Limit("AWS takes 50 tags on a resource")),
        Code::MoreFindings => reason("faults are found one night later", Ours("a message has a bound")),
        Code::NestedTooDeeply => reason(
            "the document cannot travel through the state machine",
            Must("readers of JSON stop at 128 levels, and the document around a plan has some of its own"),
        ),
        Code::NotOneTask => {
            reason("another task is run than was meant", Contradiction("a plan is about one task"))
        }
        Code::NotSupportedYet => reason(
            "the run would do something else than the plan says",
            Must("this manual: what cannot be honoured is refused, never ignored"),
        ),
        Code::OpensInTheGap => reason(
            "one night a year does not happen",
            Limit("EventBridge Scheduler leaves out a time that the clocks skip"),
        ),
        Code::OtherHome | Code::TopicElsewhere => reason(
            "nothing that the plan names is found, or its message is lost",
            Must("AWS: a service is called, and a topic published to, in its own Region"),
        ),
        Code::TopicAccountApart => reason(
            "the team is told nothing, if the topic's policy or its key does not let the stack in",
            Limit("IAM: a call into another account needs the permission of both"),
        ),
        Code::PauseCannotResume => reason(
            "the second night is rejected until somebody empties tables",
            Limit(
                "guide, full-load settings: under `DO_NOTHING` rows stay, and a resumed table is loaded from its \
             beginning",
            ),
        ),
        Code::PlanTooLarge => reason(
            "the run cannot be started",
            Must("Step Functions: 256 KiB of input, in which the plan is not alone"),
        ),
        Code::PrepModeNotStated => reason(
            "rows of an earlier load stay where an empty table was wanted",
            Ours("DMS would drop the tables by default, so a task created here always states a mode"),
        ),
        Code::ReadOnlyMember => {
            reason("nothing", Ours("it comes with a pasted answer of DMS, and no request has it"))
        }
        Code::ReloadOnTop => reason(
            "every row is in the target twice",
            Contradiction("`DO_NOTHING` keeps the rows that a reload brings once more"),
        ),
        Code::ReloadWithoutLoad => {
            reason("nothing is refreshed, night after night", Contradiction("a `cdc` task loads no table"))
        }
        Code::RepeatedKey => reason(
            "a rule or a setting is lost without a word",
            Contradiction("one name has two values, of which readers keep one"),
        ),
        Code::ReservedTag => reason(
            "the task cannot be created, or is taken for another run's",
            Must("API reference: no key begins with `aws:` or `dms:`; this manual: one key is ours"),
        ),
        Code::SameEndpoints => {
            reason("tables are dropped or loaded into themselves", Contradiction("the source is the target"))
        }
        Code::StopBeforeStart => reason(
            "the replication ends at once, and looks as if it were done",
            Contradiction("the end lies before the beginning"),
        ),
        Code::StopInThePast => reason(
            "every run ends at once, and looks as if it were done",
            Limit("API reference: DMS stops when it has come to that time"),
        ),
        Code::StopLeadWithoutStop => {
            reason("nothing; it misleads whoever reads the plan", Ours("only a stop at the close has a lead"))
        }
        Code::TagTwice => reason("one of the two values is lost", Contradiction("a key has two values")),
        Code::UnknownMember => reason(
            "a misspelt `Window` makes a run without a window",
            Must("this manual: only the members that it lists"),
        ),
        Code::UnknownMigrationType => reason(
            "the run would wait for what never comes",
            Must("API reference: three types; this version knows no other"),
        ),
        Code::UnknownTimeZone => {
            reason("the window opens by other clocks", Must("this manual: an IANA name"))
        }
        Code::UntilFullLoad => reason("nothing", Ours("both words mean the same for a full load")),
        Code::UntilNever => reason(
            "the run waits for ever, or until its window closes",
            Contradiction("nothing in the plan makes it come true"),
        ),
        Code::WindowNeverOpens => {
            reason("no night ever begins", Contradiction("a window without days never opens"))
        }
        Code::WindowTooShort => reason(
            "no night ever begins",
            Contradiction("what must fit into the window is as long as the window"),
        ),
        Code::WindowTwice => reason(
            "the window closes at another time than was meant",
            Contradiction("two ways to say one thing"),
        ),
        Code::WrappedInItself => reason(
            "what is inside it is not seen, so that the task is refused",
            Contradiction(
                "a member that holds itself says nothing at its own place; of a mapping DMS answers \"Valid Table \
             mappings is required\"",
            ),
        ),
        Code::WrongType => reason(
            "the document cannot be read",
            Must("this manual and the API reference: the type of each member"),
        ),
        _ => None,
    }
}
