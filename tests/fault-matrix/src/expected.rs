//! What must come of each cell, by rule. The first rule that is about a cell says it; a cell that no rule is about must
//! come to what the undisturbed story comes to.

use referee::Rule as Referee;

use crate::cell::Cell;
use crate::kind::Kind::{self, *};
use crate::outcome::{Rows, role};

/// What is expected.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The verdicts that may be told of the execution that is struck, where they are not those of the basis.
    pub own: &'static [&'static str],
    /// The same of others; an empty list says that nothing is told.
    pub others: &'static [(&'static str, &'static [&'static str])],
    pub basis: Basis,
    pub acts: Acts,
    /// What becomes of tables, where that is not as in the basis.
    pub rows: &'static [(&'static str, Rows)],
    /// What the task is at in the end, where that is not as in the basis.
    pub task: Option<&'static str>,
    /// Those who run the stack are told that nobody could close out a run, where that is not as in the basis.
    pub given_up: Option<bool>,
    /// Rules of the referee that are broken, which is accepted.
    pub broken: &'static [Referee],
    /// Why it is so.
    pub why: &'static str,
}

/// What a cell is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The story without its trouble.
    Undisturbed,
    /// The story without the run that is struck: nothing comes of that one.
    WithoutIt,
}

/// What the execution that is struck has done to DMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    Same,
    /// The same, and these once more.
    Again(&'static [&'static str]),
    /// What it had done before its trouble came, and nothing more.
    UntilThen,
    /// What it had done before its trouble came, and these.
    UntilThenAnd(&'static [&'static str]),
    /// These, and nothing else.
    Only(&'static [&'static str]),
}

const SAME: Expected = Expected {
    own: &[],
    others: &[],
    basis: Basis::Undisturbed,
    acts: Acts::Same,
    rows: &[],
    task: None,
    given_up: None,
    broken: &[],
    why: "it is absorbed, and costs a little time",
};

/// Its load came to its end, once.
const WHOLE: Rows = Rows { complete: true, copies: 1, emptied: 0 };

/// Its load was cut off, once.
const PART: Rows = Rows { complete: false, copies: 1, emptied: 0 };

/// Its load has begun, and goes on.
const LOADS: Rows = Rows { complete: false, copies: 0, emptied: 0 };

/// The run ends with this verdict, and has done nothing from then on: all else is as if it had not been.
const fn nothing_more(own: &'static [&'static str], why: &'static str) -> Expected {
    Expected { own, basis: Basis::WithoutIt, acts: Acts::UntilThen, why, ..SAME }
}

/// The run ends with this verdict, and all that is done is done as ever.
const fn told_as(own: &'static [&'static str], why: &'static str) -> Expected {
    Expected { own, why, ..SAME }
}

/// Which cells a rule is about; an empty list is about all.
struct About {
    stories: &'static [&'static str],
    executions: &'static [&'static str],
    function: &'static str,
    operations: &'static [&'static str],
    kinds: &'static [Kind],
    /// What the task is at when trouble comes.
    statuses: &'static [&'static str],
}

impl About {
    fn is_about(&self, cell: &Cell) -> bool {
        let names = |list: &[&str], name: &str| list.is_empty() || list.contains(&name);
        names(self.stories, cell.story)
            && names(self.executions, &role(&cell.place.execution))
            && self.function == cell.place.function
            && names(self.operations, &cell.place.operation)
            && names(self.statuses, &cell.place.status)
            && (self.kinds.is_empty() || self.kinds.contains(&cell.kind))
    }

    /// Only in these stories.
    const fn told_in(self, stories: &'static [&'static str]) -> About {
        About { stories, ..self }
    }

    /// Only while the task is at this.
    const fn while_it_is(self, statuses: &'static [&'static str]) -> About {
        About { statuses, ..self }
    }
}

/// Calls of a function for a run with a plan.
const fn of_a_run(
    function: &'static str,
    operations: &'static [&'static str],
    kinds: &'static [Kind],
) -> About {
    About { stories: &[], executions: &["night", "next"], function, operations, kinds, statuses: &[] }
}

/// Calls of a function for what closes a dead run out.
const fn of_a_close_out(
    function: &'static str,
    operations: &'static [&'static str],
    kinds: &'static [Kind],
) -> About {
    About { executions: &["close"], ..of_a_run(function, operations, kinds) }
}

/// Calls of a function for what reports the end of a task that was left running.
const fn of_a_report(
    function: &'static str,
    operations: &'static [&'static str],
    kinds: &'static [Kind],
) -> About {
    About { executions: &["left"], ..of_a_run(function, operations, kinds) }
}

/// Calls of the watch itself.
const fn of_the_watch(operations: &'static [&'static str], kinds: &'static [Kind]) -> About {
    About { executions: &["watch"], ..of_a_run("watch", operations, kinds) }
}

/// What must come of this cell, and the number of the rule that says it.
pub fn of(cell: &Cell) -> (Expected, Option<usize>) {
    let rule = RULES.iter().position(|(about, _)| about.is_about(cell));
    (rule.map_or(SAME, |rule| RULES[rule].1), rule)
}

/// How many rules there are.
pub fn rules() -> usize {
    RULES.len()
}

/// Why a rule is one.
pub fn why(rule: usize) -> &'static str {
    RULES.get(rule).map_or("", |(_, expected)| expected.why)
}

const OUTLOOK: &[&str] = &["DescribePendingMaintenanceActions", "DescribeEngineVersions", "GetMetricData"];
const READ: &[&str] = &[
    "DescribeEndpoints",
    "DescribeReplicationInstances",
    "DescribeReplicationTasks",
    "DescribeConnections",
    "ListTagsForResource",
    "DescribeExecution",
];
const TASK: &[&str] = &["DescribeReplicationTasks"];
const LOOKS_BESIDE: &[&str] = &["DescribeExecution", "ListTagsForResource", "ListExecutions"];
const ABORTED: &[&str] = &["closed-out", "closed-out-late", "given-up"];
const TWICE: &str = "the second of two starts finds the task at work, and of a task that this run has not created another \
                     run may have made the start: it is joined, left by default, and nobody can tell whose start it was";
/// Whatever befalls a call or an invocation of a poll but once, or for ten minutes, and keeps it from its end.
const ONCE_OR_TEN: &[Kind] = &[
    Broken500,
    Broken503,
    LostBefore,
    LostAfter,
    HangsBefore,
    HangsAfter,
    Cut,
    Denied,
    InvalidState,
    KilledBefore,
    KilledAfter,
    TenBroken,
    NotInvoked,
    NotAllowed,
    LambdaBroken,
    EndsBefore,
    EndsAfter,
    TimesOutBefore,
    TimesOutAfter,
    OutOfMemory,
];
const LASTS: &[Kind] = &[AlwaysThrottled, AlwaysBroken, AlwaysDenied];

const RULES: &[(About, Expected)] = &[
    // --- runs that somebody stops after half an hour
    (of_a_run("validate", &[], &[AlwaysThrottled]).told_in(ABORTED), STOPPED_BEFORE),
    (
        of_a_run("create-task", &[], &[AlwaysThrottled]).told_in(&["closed-out", "closed-out-late"]),
        STOPPED_BEFORE,
    ),
    (
        of_a_run(
            "start",
            &["DescribeReplicationTasks", "StartReplicationTask"],
            &[AlwaysThrottled, AlwaysBroken],
        )
        .told_in(&["closed-out", "closed-out-late"]),
        STOPPED_BEFORE,
    ),
    (of_a_run("start", TASK, &[AlwaysDenied]).told_in(&["closed-out", "closed-out-late"]), STOPPED_BEFORE),
    (
        of_a_run(
            "poll",
            &["DescribeReplicationTasks", "DescribeConnections"],
            &[AlwaysThrottled, AlwaysBroken],
        )
        .told_in(&["closed-out", "closed-out-late"])
        .while_it_is(&["none"]),
        STOPPED_BEFORE,
    ),
    (
        of_a_run("poll", TASK, &[AlwaysDenied])
            .told_in(&["closed-out", "closed-out-late"])
            .while_it_is(&["none"]),
        STOPPED_BEFORE,
    ),
    (of_a_run("create-task", &[], &[AlwaysThrottled]).told_in(&["given-up"]), STOPPED_BEFORE_AND_GIVEN_UP),
    (
        of_a_run(
            "start",
            &["DescribeReplicationTasks", "StartReplicationTask"],
            &[AlwaysThrottled, AlwaysBroken],
        )
        .told_in(&["given-up"]),
        STOPPED_BEFORE_AND_GIVEN_UP,
    ),
    (of_a_run("start", TASK, &[AlwaysDenied]).told_in(&["given-up"]), STOPPED_BEFORE_AND_GIVEN_UP),
    (
        of_a_run(
            "poll",
            &["DescribeReplicationTasks", "DescribeConnections"],
            &[AlwaysThrottled, AlwaysBroken],
        )
        .told_in(&["given-up"])
        .while_it_is(&["none"]),
        STOPPED_BEFORE_AND_GIVEN_UP,
    ),
    (
        of_a_run("poll", TASK, &[AlwaysDenied]).told_in(&["given-up"]).while_it_is(&["none"]),
        STOPPED_BEFORE_AND_GIVEN_UP,
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], LASTS).told_in(ABORTED),
        Expected { why: "it is stopped before anybody asks which tables are complete", ..SAME },
    ),
    // --- validate
    (
        of_a_run("validate", &["DescribeEndpoints", "DescribeReplicationInstances"], &[NotFound]),
        nothing_more(&["Rejected"], "what DMS does not know cannot be used, and a finding says so"),
    ),
    (
        of_a_run("validate", &["DescribeConnections"], &[NotFound])
            .told_in(&["refresh", "adopted", "nights"])
            .while_it_is(&["stopped", "ready"]),
        Expected {
            acts: Acts::Again(&["TestConnection", "TestConnection"]),
            why: "DMS knows no connection that was not tested: both are tested once more",
            ..SAME
        },
    ),
    (
        of_a_run("validate", &["TestConnection"], &[Denied, InvalidState]),
        Expected {
            acts: Acts::UntilThenAnd(&["TestConnection"]),
            ..nothing_more(&["Rejected"], "a test that DMS will not make is a finding; the other one is made")
        },
    ),
    (
        of_a_run("validate", &["TestConnection"], &[AlwaysDenied]),
        nothing_more(&["Rejected"], "tests that DMS will not make are findings"),
    ),
    (
        of_a_run("validate", OUTLOOK, &[TenBroken, AlwaysThrottled, AlwaysBroken, AlwaysDenied]),
        Expected { why: "what only makes a pre-flight's report richer is named as missing", ..SAME },
    ),
    (
        of_a_run("validate", &["TestConnection"], &[TenBroken, AlwaysBroken]).told_in(&["preflight"]),
        nothing_more(&["Rejected"], "the tests could not be begun, and a pre-flight needs them"),
    ),
    (
        of_a_run("validate", &["TestConnection"], &[AlwaysThrottled]).told_in(&["preflight"]),
        nothing_more(&["Failed"], "the step is repeated for hours, and comes to nothing"),
    ),
    (
        of_a_run("validate", READ, &[AlwaysThrottled]).told_in(&["preflight"]),
        nothing_more(&["Failed"], "the step is repeated for hours, and comes to nothing"),
    ),
    (
        of_a_run("validate", &[], &[AlwaysThrottled]),
        nothing_more(&["Skipped"], "a busy DMS is waited out until the window is over"),
    ),
    (
        of_a_run("validate", READ, &[TenBroken, AlwaysBroken, AlwaysDenied]),
        nothing_more(&["Failed"], "a run that cannot look at what its plan names starts nothing"),
    ),
    // --- create-task
    (
        of_a_run("create-task", &["CreateReplicationTask", "ModifyReplicationTask"], &[InvalidState]),
        nothing_more(&["Rejected"], "DMS will not make the task for what the plan asks"),
    ),
    (
        of_a_run("create-task", &["CreateReplicationTask", "ModifyReplicationTask"], &[Denied]),
        nothing_more(&["Failed"], "the role may not make the task, and that is not the plan's fault"),
    ),
    (
        of_a_run("create-task", &["AddTagsToResource"], &[Doubled]),
        Expected { acts: Acts::Again(&["AddTagsToResource"]), why: "the same tag twice is one tag", ..SAME },
    ),
    (
        of_a_run("create-task", &[], &[AlwaysThrottled]),
        nothing_more(&["Skipped"], "a busy DMS is waited out until the window is over"),
    ),
    (
        of_a_run("create-task", &["DescribeExecution"], &[AlwaysDenied]),
        Expected { why: "an execution that may not be looked at is somebody else's, and told so", ..SAME },
    ),
    (
        of_a_run("create-task", &[], &[TenBroken, AlwaysBroken, AlwaysDenied]),
        nothing_more(
            &["Failed"],
            "a step that could not run three times ends the run, and nothing is started",
        ),
    ),
    // --- start
    (
        of_a_run("start", TASK, LASTS),
        nothing_more(&["Skipped"], "nothing is started unseen; the run tries until its window is over"),
    ),
    (
        of_a_run("start", TASK, &[KilledBefore, KilledAfter]).told_in(&["nights"]).while_it_is(&["stopped"]),
        nothing_more(&["Unknown"], "a resume that may have been made is not made again under DO_NOTHING"),
    ),
    (
        of_a_run("start", &["Invoke"], &[LambdaBroken, EndsBefore, TimesOutBefore])
            .told_in(&["nights"])
            .while_it_is(&["stopped"]),
        nothing_more(&["Unknown"], "a resume that may have been made is not made again under DO_NOTHING"),
    ),
    (
        of_a_run(
            "start",
            &["StartReplicationTask"],
            &[Broken500, Broken503, LostBefore, HangsBefore, KilledBefore, TenBroken, AlwaysBroken],
        )
        .told_in(&["nights"])
        .while_it_is(&["stopped"]),
        nothing_more(&["Unknown"], "a resume that may have been made is not made again under DO_NOTHING"),
    ),
    (
        of_a_run("start", &["StartReplicationTask"], &[Denied])
            .told_in(&["nights", "refresh"])
            .while_it_is(&["stopped"]),
        nothing_more(&["Failed"], "the role may not start the task, whose tags have counted for long"),
    ),
    (
        of_a_run("start", &["StartReplicationTask"], &[Denied]).told_in(&["adopted", "external"]),
        nothing_more(&["Failed"], "the role may not start the task, whose tags have counted for long"),
    ),
    (
        of_a_run("start", &["StartReplicationTask"], &[NotFound, InvalidState])
            .told_in(&["restarted"])
            .while_it_is(&["failed"]),
        Expected {
            rows: &[("shop.customers", PART), ("shop.orders", PART)],
            ..nothing_more(&["Failed"], "DMS will not start the task again: its failure is the end")
        },
    ),
    (
        of_a_run("start", &["StartReplicationTask"], &[NotFound, InvalidState, AlwaysDenied]),
        nothing_more(&["Failed"], "DMS will not start the task, and nothing says that this passes"),
    ),
    (
        of_a_run("start", &["StartReplicationTask"], &[AlwaysThrottled, AlwaysBroken]),
        nothing_more(&["Skipped"], "the run tries until its window is over"),
    ),
    (
        of_a_run(
            "start",
            &["ReloadTables"],
            &[
                Broken500,
                Broken503,
                LostBefore,
                HangsBefore,
                KilledBefore,
                TenBroken,
                AlwaysBroken,
                Denied,
                NotFound,
                InvalidState,
                AlwaysDenied,
                AlwaysThrottled,
            ],
        ),
        Expected {
            own: &["PartlyFailed"],
            acts: Acts::UntilThen,
            rows: &[("shop.refunds", PART)],
            why: "a table is loaded again once: a request that may have been made, or was refused, is not repeated",
            ..SAME
        },
    ),
    (
        of_a_run("start", &["TestConnection"], LASTS),
        nothing_more(
            &["Rejected"],
            "a connection that is not tested with success keeps the task from its start",
        ),
    ),
    (
        of_a_run("start", &["StartReplicationTask", "Invoke"], &[Doubled, Twice]).told_in(&["external"]),
        Expected {
            own: &["Unknown"],
            acts: Acts::UntilThenAnd(&["start-replication"]),
            rows: &[("shop.orders", LOADS)],
            task: Some("running"),
            why: TWICE,
            ..SAME
        },
    ),
    (
        of_a_run("start", &["StartReplicationTask", "Invoke"], &[Doubled, Twice])
            .told_in(&["nights"])
            .while_it_is(&["stopped"]),
        told_as(&["SucceededWithWarnings"], TWICE),
    ),
    (
        of_a_run("start", TASK, &[KilledBefore, KilledAfter])
            .told_in(&["reloaded"])
            .while_it_is(&["running"]),
        NOT_RELOADED,
    ),
    (
        of_a_run("start", &["Invoke"], &[LambdaBroken, EndsBefore, TimesOutBefore])
            .told_in(&["reloaded"])
            .while_it_is(&["running"]),
        NOT_RELOADED,
    ),
    // --- poll
    (
        of_a_run("poll", &["DescribeConnections"], &[NotFound])
            .told_in(&["tested-again"])
            .while_it_is(&["ready"]),
        Expected {
            acts: Acts::Again(&["TestConnection"]),
            why: "DMS knows no connection that was not tested: one is tested once more",
            ..SAME
        },
    ),
    (
        of_a_run("poll", &["DescribeReplicationTasks", "DescribeConnections"], &[AlwaysThrottled])
            .told_in(&["preflight"]),
        nothing_more(&["Unknown"], "a pre-flight waits an hour for a busy DMS"),
    ),
    (
        of_a_run("poll", &["DescribeReplicationTasks", "Invoke"], ONCE_OR_TEN)
            .told_in(&["left-running"])
            .while_it_is(&["running"]),
        PERHAPS_NOT_SEEN,
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], &[TenBroken]).told_in(&["left-running"]),
        PERHAPS_NOT_SEEN,
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], &[AlwaysThrottled, AlwaysDenied])
            .told_in(&["left-running"]),
        Expected { why: "a task that is left running is told without its tables", ..SAME },
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], &[AlwaysThrottled, AlwaysDenied])
            .told_in(&["reloaded"]),
        Expected { own: &["LeftRunning"], ..NOT_RELOADED },
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], &[AlwaysBroken]).told_in(&["reloaded"]),
        Expected { own: &["Unknown"], ..NOT_RELOADED },
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], LASTS).told_in(&["restarted"]),
        Expected {
            acts: Acts::Only(&[
                "CreateReplicationTask",
                "TestConnection",
                "TestConnection",
                "start-replication",
            ]),
            rows: &[("shop.customers", PART), ("shop.orders", PART)],
            task: Some("failed"),
            ..told_as(&["Unknown"], "whether a resume is safe cannot be told without its tables")
        },
    ),
    (
        of_a_run("poll", &["DescribeReplicationInstances"], &[AlwaysBroken]).told_in(&["restarted"]),
        Expected {
            acts: Acts::UntilThen,
            rows: &[("shop.customers", PART), ("shop.orders", PART)],
            task: Some("failed"),
            ..told_as(&["Unknown"], "no poll can run until the window is over")
        },
    ),
    (
        of_a_run("poll", &["DescribeReplicationInstances"], &[AlwaysThrottled]).told_in(&["restarted"]),
        Expected {
            acts: Acts::UntilThen,
            rows: &[("shop.customers", PART), ("shop.orders", PART)],
            task: Some("failed"),
            ..told_as(&["Failed"], "an end is believed when the instance is seen, or the window is over")
        },
    ),
    (
        of_a_run("poll", &["DescribeReplicationInstances"], &[AlwaysDenied]).told_in(&["restarted"]),
        Expected { why: "an instance that may not be seen counts as available", ..SAME },
    ),
    (
        of_a_run("poll", &["DescribeConnections"], &[AlwaysThrottled]).told_in(&["adopted"]),
        Expected {
            acts: Acts::UntilThenAnd(&["ModifyReplicationTask", "AddTagsToResource"]),
            ..nothing_more(&["Skipped"], "nothing is started unseen; the run looks until its window is over")
        },
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics", "DescribeConnections"], &[AlwaysThrottled])
            .told_in(&["nights", "refresh"])
            .while_it_is(&["stopped", "ready"]),
        Expected {
            acts: Acts::UntilThenAnd(&["AddTagsToResource"]),
            ..nothing_more(&["Skipped"], "nothing is started unseen; the run looks until its window is over")
        },
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], &[AlwaysDenied])
            .told_in(&["nights", "refresh"])
            .while_it_is(&["stopped"]),
        Expected {
            acts: Acts::UntilThenAnd(&["AddTagsToResource"]),
            ..nothing_more(&["Failed"], "how to start a task whose tables may not be seen is not known")
        },
    ),
    (
        of_a_run(
            "poll",
            &["DescribeReplicationTasks", "DescribeConnections", "DescribeTableStatistics"],
            &[AlwaysThrottled],
        )
        .while_it_is(&["none", "stopped", "ready"]),
        nothing_more(&["Skipped"], "nothing is started unseen; the run looks until its window is over"),
    ),
    (
        of_a_run(
            "poll",
            &["DescribeReplicationTasks", "DescribeTableStatistics"],
            &[AlwaysBroken, AlwaysDenied],
        )
        .while_it_is(&["none", "stopped", "ready"]),
        nothing_more(&["Unknown"], "no poll can run until the window is over"),
    ),
    (
        of_a_run("poll", &["DescribeConnections"], &[AlwaysBroken]),
        nothing_more(&["Unknown"], "no poll can run until the window is over"),
    ),
    (
        of_a_run("poll", &["DescribeTableStatistics"], LASTS),
        told_as(&["Unknown"], "a success needs every table, and no table could be seen"),
    ),
    (
        of_a_run("poll", &["DescribeReplicationInstances", "GetMetricData"], LASTS),
        told_as(
            &["Paused"],
            "a lag that cannot be read is never small: the replication is paused at its close",
        ),
    ),
    // --- stop
    (
        of_a_run("stop", &["StopReplicationTask"], &[AlwaysThrottled]).told_in(&["nights"]),
        Expected { others: &[("next", &["Skipped"])], ..NEVER_STOPPED },
    ),
    (
        of_a_run("stop", &["StopReplicationTask"], &[AlwaysBroken, AlwaysDenied]).told_in(&["nights"]),
        Expected { others: &[("next", &["Skipped"])], ..LOADED_MEANWHILE },
    ),
    (of_a_run("stop", &["StopReplicationTask"], &[AlwaysThrottled]).told_in(&["external"]), NEVER_STOPPED),
    (
        of_a_run("stop", &["StopReplicationTask"], &[AlwaysBroken, AlwaysDenied]).told_in(&["external"]),
        LOADED_MEANWHILE,
    ),
    (
        of_a_run("stop", &["StopReplicationTask"], &[AlwaysThrottled]),
        Expected { rows: &[], task: Some("running"), ..NEVER_STOPPED },
    ),
    (
        of_a_run("stop", &["StopReplicationTask"], &[AlwaysBroken, AlwaysDenied]),
        Expected {
            own: &["Failed"],
            acts: Acts::UntilThen,
            task: Some("running"),
            why: "a stop that DMS does not take is given up after four hours, and told",
            ..SAME
        },
    ),
    // --- what closes out a dead run
    (
        of_a_close_out("validate", &[], &[TenBroken, AlwaysBroken, AlwaysDenied]).told_in(&["given-up"]),
        Expected {
            own: &["Unknown"],
            given_up: Some(false),
            why: "what closes out a run and cannot read what is left of it says so, with the run's name and what to do",
            ..SAME
        },
    ),
    (
        of_a_close_out("validate", &[], &[AlwaysThrottled]).told_in(&["given-up"]),
        Expected { why: "it is stopped before it can give up", ..SAME },
    ),
    (
        of_a_close_out("validate", &[], &[TenBroken, AlwaysBroken, AlwaysDenied]),
        Expected {
            own: &["Unknown"],
            others: &[("night", &[])],
            why: "what closes out a run and cannot read what is left of it says so, with the run's name and what to do",
            ..LEFT_ALONE
        },
    ),
    (
        of_a_close_out("validate", &[], &[AlwaysThrottled]),
        Expected {
            own: &["Unknown"],
            others: &[("night", &[])],
            why: "it tries for hours; then it says that the run could not be closed out, with its name and what to do",
            ..LEFT_ALONE
        },
    ),
    (
        of_a_close_out("poll", &["ListTagsForResource"], &[Denied, InvalidState, AlwaysDenied])
            .while_it_is(&["running"]),
        Expected {
            why: "where it cannot be told who else works on the task it is left alone, and people get the command",
            ..LEFT_ALONE
        },
    ),
    (
        of_a_close_out("poll", &["ListExecutions"], &[Denied, InvalidState, NotFound, AlwaysDenied])
            .while_it_is(&["running"]),
        Expected {
            why: "where it cannot be told who else works on the task it is left alone, and people get the command",
            ..LEFT_ALONE
        },
    ),
    (
        of_a_close_out("poll", LOOKS_BESIDE, &[AlwaysThrottled, AlwaysBroken]),
        Expected {
            others: &[("night", &["Unknown"])],
            why: "no poll can run until the window closes, and then the machine stops the task unseen",
            ..SAME
        },
    ),
    (
        of_a_close_out("poll", TASK, &[AlwaysBroken, AlwaysDenied]),
        Expected {
            others: &[("night", &["Unknown"])],
            why: "no poll can run until the window closes, and then the machine stops the task unseen",
            ..SAME
        },
    ),
    (
        of_a_close_out("poll", &["DescribeTableStatistics"], &[AlwaysBroken]),
        Expected { others: &[("night", &["Unknown"])], why: "no poll can run any more", ..SAME },
    ),
    (
        of_a_close_out("stop", &["StopReplicationTask"], LASTS),
        Expected {
            why: "a stop that DMS does not take is given up after four hours, and told",
            ..LEFT_ALONE
        },
    ),
    (
        of_a_close_out("stop", &["DescribeExecution"], &[AlwaysDenied]),
        Expected { why: "an execution that may not be looked at is none of ours", ..SAME },
    ),
    (
        of_a_close_out("stop", LOOKS_BESIDE, &[AlwaysDenied]),
        Expected {
            why: "nothing is stopped that may be another's: after four hours people get the command",
            ..LEFT_ALONE
        },
    ),
    // --- what reports the end of a task that was left running
    (
        of_a_report("validate", &["DescribeExecution"], &[Denied, InvalidState, AlwaysDenied]),
        told_as(&["Skipped"], "a run that may not be looked at is none of ours"),
    ),
    (
        of_a_report("validate", &[], &[TenBroken, AlwaysBroken, AlwaysDenied, AlwaysThrottled]),
        told_as(&["Unknown"], "what cannot look at the task says so, and what to do"),
    ),
    // --- the watch
    (
        of_the_watch(
            &["DescribeReplicationTasks", "ListTagsForResource", "DescribeExecution", "StartExecution"],
            LASTS,
        )
        .told_in(&["left-running"]),
        Expected {
            others: &[("left", &[])],
            why: "a watch that cannot look, or can start nothing, is told by an alarm of the stack",
            ..SAME
        },
    ),
    (
        of_the_watch(&["DescribeExecution", "StartExecution"], LASTS).told_in(&["given-up"]),
        Expected {
            given_up: Some(false),
            broken: &[Referee::Told],
            why: "a watch that cannot look, or can start nothing, is told by an alarm of the stack",
            ..SAME
        },
    ),
    (
        of_the_watch(&["ListExecutions", "DescribeExecution"], LASTS).told_in(&["closed-out-late"]),
        Expected {
            others: &[("night", &[])],
            broken: &[Referee::Told],
            why: "a watch that cannot look is told by an alarm of the stack",
            ..LEFT_ALONE
        },
    ),
    (
        of_the_watch(&["DescribeExecution"], LASTS).told_in(&["closed-out"]),
        Expected {
            others: &[("night", &[])],
            broken: &[Referee::Told],
            why: "a watch that cannot look is told by an alarm of the stack",
            ..LEFT_ALONE
        },
    ),
    (
        of_the_watch(&["StartExecution"], LASTS).told_in(&["closed-out", "closed-out-late"]),
        Expected {
            others: &[("night", &[])],
            broken: &[Referee::Told],
            why: "a watch that can start nothing is told by an alarm of the stack",
            ..LEFT_ALONE
        },
    ),
    (
        of_the_watch(&["Publish"], LASTS),
        Expected {
            given_up: Some(false),
            broken: &[Referee::Told],
            why: "a watch that cannot tell those who run the stack is told by an alarm",
            ..SAME
        },
    ),
];

/// The execution is stopped before it has started anything.
const STOPPED_BEFORE: Expected =
    nothing_more(&["Aborted"], "it is stopped while it waits, and what closes it out finds nothing started");

const STOPPED_BEFORE_AND_GIVEN_UP: Expected = Expected {
    given_up: Some(true),
    ..nothing_more(&[], "it is stopped while it waits, and so is what closes it out")
};

/// DMS is too busy for a stop, for ever.
const NEVER_STOPPED: Expected = Expected {
    own: &["Unknown"],
    acts: Acts::UntilThen,
    rows: &[("shop.orders", WHOLE)],
    why: "it is asked to stop for four hours; a poll that meets a busy DMS looks at nothing, and does not know what came of it",
    ..SAME
};

/// No stop is taken, and the load comes to its end before that is given up.
const LOADED_MEANWHILE: Expected = Expected {
    own: &["Succeeded"],
    acts: Acts::UntilThen,
    rows: &[("shop.orders", WHOLE)],
    why: "it is asked to stop for four hours, in which the load comes to its end, and is seen to",
    ..SAME
};

/// A poll that is made again, or the one at the close.
const PERHAPS_NOT_SEEN: Expected = told_as(
    &["LeftRunning", "Unknown"],
    "a poll that cannot run at the close of a task that may go on ends the run: it was not seen. Any other is made again",
);

/// The table in error is not loaded again.
const NOT_RELOADED: Expected = Expected {
    own: &["PartlyFailed"],
    acts: Acts::Only(&["CreateReplicationTask", "TestConnection", "TestConnection", "start-replication"]),
    rows: &[("shop.refunds", PART)],
    why: "a table is loaded again once, where its state is seen, and a request that may have been made is not repeated",
    ..SAME
};

/// Nobody stops the task of a dead run: it goes on.
const LEFT_ALONE: Expected =
    Expected { acts: Acts::UntilThen, rows: &[("shop.orders", LOADS)], task: Some("running"), ..SAME };
