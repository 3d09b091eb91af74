//! Which calls a poll makes: each is one of the few that DMS allows per second.

use migration::decide::{self, Wanted};
use migration::observation::{Stats, TaskSeen};
use serde_json::json;

use crate::cases::{Case, full_load, kept, load_and_cdc};

const NOTHING: Wanted = Wanted { tables: false, connections: false };
const TABLES: Wanted = Wanted { tables: true, connections: false };
const CONNECTIONS: Wanted = Wanted { tables: false, connections: true };
const BOTH: Wanted = Wanted { tables: true, connections: true };

/// What the poll looks at, the counters being what they were at the last one.
fn unchanged(mut case: Case) -> Wanted {
    let last = counters(&case);
    decide::wanted(&case.run().clone(), &case.seen, last.as_ref())
}

fn counters(case: &Case) -> Option<Stats> {
    match &case.seen {
        TaskSeen::Seen(task) => task.stats.clone(),
        TaskSeen::Unseen | TaskSeen::NotThere => None,
    }
}

#[test]
fn calls_are_made_where_the_decision_needs_them() {
    let replicating = load_and_cdc(json!({})).started(1).began(1).fresh(1).loaded(20).status("running");
    for (fact, case, wanted) in [
        ("the task does not exist", full_load(json!({})).not_created(), CONNECTIONS),
        ("it was not seen", full_load(json!({})).unseen(), NOTHING),
        ("it is being created", full_load(json!({})).status("creating"), NOTHING),
        ("it has never run", full_load(json!({})), CONNECTIONS),
        ("it has run before", full_load(json!({})).last_week("NORMAL"), BOTH),
        (
            "DMS did not take the start",
            full_load(json!({})).started(1).put_off("cannot be started"),
            CONNECTIONS,
        ),
        ("DMS took the start", full_load(json!({})).started(1), NOTHING),
        ("it is on its way up", full_load(json!({})).started(1).status("starting"), NOTHING),
        (
            "it runs and nothing has moved",
            full_load(json!({})).started(1).began(1).status("running"),
            NOTHING,
        ),
        ("its load is over", replicating, TABLES),
        ("it has come to rest", full_load(json!({})).started(1).began(1).stopped(5, "NORMAL"), TABLES),
        (
            "it was joined and failed before DMS dated its start",
            kept(json!({})).status("starting").joined().status("failed"),
            TABLES,
        ),
    ] {
        assert_eq!(unchanged(case), wanted, "{fact}");
    }
}

#[test]
fn tables_are_read_when_the_counters_have_moved() {
    let mut case = full_load(json!({})).started(1).began(1).status("running").counters([1, 0, 0, 0]);
    let before = counters(&case);
    case = case.counters([2, 0, 0, 0]);
    assert_eq!(decide::wanted(&case.run().clone(), &case.seen, before.as_ref()), TABLES);
    let mut stopping = case.status("stopping");
    assert_eq!(decide::wanted(&stopping.run().clone(), &stopping.seen, before.as_ref()), TABLES);
}

#[test]
fn settings_are_read_once() {
    let mut case = full_load(json!({}));
    assert!(!decide::wants_settings(case.document.task.as_ref()));
    case.known().facts = None;
    assert!(decide::wants_settings(case.document.task.as_ref()));
    assert!(decide::wants_settings(None));
}
