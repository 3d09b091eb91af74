//! The text for people: what happened, why, which tables, what to do next, in the order in which a tired reader asks.

use jiff::{SignedDuration, Timestamp};

use super::links::Links;
use super::news::{Event, News};
use crate::run::acts::{StartAct, Stop};
use crate::run::answer::Answer;
use crate::run::commands;
use crate::run::drive::{Drive, Whose};
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::tables::counted;
use crate::run::task::Origin;
use crate::run::verdict::Verdict;
use crate::time::clock::on_the_clock;
use crate::time::graces::FIRST_BLIND_SECONDS;
use crate::time::window::{self, Opening};
use plan::clean::one_line;
use plan::finding::Severity;
use plan::{Mode, Plan};

/// The most notes about the plan that a text shows.
const MAX_NOTES: usize = 20;

/// Writes the text.
pub(super) fn text(news: News<'_>, links: &Links) -> String {
    let mut lines = vec![labelled("Migration", &news.run.name)];
    match news.event {
        Event::Finished(verdict) => ending(verdict, &mut lines),
        Event::OnTheWay(occasion) => on_the_way(news, occasion, &mut lines),
    }
    circumstances(news, &mut lines);
    let to_do = match news.event {
        Event::OnTheWay(occasion) => meanwhile(news, occasion),
        Event::Finished(verdict) => {
            named(verdict, &mut lines);
            verdict.to_do.clone()
        }
    };
    section("What to do next:", &to_do, &mut lines);
    section("Worth knowing about the plan:", &notes(news), &mut lines);
    lines.push(String::new());
    lines.push(labelled("Execution", &links.execution));
    lines.extend(links.task.iter().map(|link| labelled("DMS task", link)));
    lines.join("\n")
}

fn labelled(label: &str, value: &str) -> String {
    let label = if label.is_empty() { String::new() } else { format!("{label}:") };
    format!("{label:<11} {}", one_line(value))
}

fn section(title: &str, items: &[String], lines: &mut Vec<String>) {
    if !items.is_empty() {
        lines.push(format!("\n{title}"));
        lines.extend(items.iter().map(|item| format!("  - {}", one_line(item))));
    }
}

/// What happened in the end.
fn ending(verdict: &Verdict, lines: &mut Vec<String>) {
    lines.push(labelled("Verdict", verdict.outcome.as_str()));
    for (nth, reason) in verdict.reasons.iter().enumerate() {
        lines.push(labelled(if nth == 0 { "Why" } else { "" }, reason));
    }
    if verdict.tables > 0 {
        let verified = if verdict.verified { "rows verified" } else { "rows not verified" };
        let tables = format!("{} of {} complete, {verified}", verdict.tables_loaded, verdict.tables);
        lines.push(labelled("Tables", &tables));
        lines.push(labelled("Rows", &format!("{} read for the load", grouped(verdict.rows))));
    }
}

/// What happens on the way, and what was seen last.
fn on_the_way(news: News<'_>, occasion: Occasion, lines: &mut Vec<String>) {
    let headline = match occasion {
        Occasion::Started => "the task has been started".to_owned(),
        Occasion::TablesInError => {
            format!("{} in error so far; the task goes on", counted(news.errored() as usize))
        }
        Occasion::LostSight if news.run.drive.is_under_way() => {
            "the task goes on and cannot be seen just now: a step of ours could not run".to_owned()
        }
        Occasion::LostSight => {
            "nothing has been started yet, and the task cannot be seen just now: a step of ours could not run"
                .to_owned()
        }
        Occasion::StartedAgain => match news.run.drive.restarts() {
            1 => "the task had failed and was started again, once so far".to_owned(),
            times => format!("the task had failed and was started again, {times} times so far"),
        },
        Occasion::Stalled => stalled(news),
        Occasion::WillNotFit => "at its pace the load will not be done when its window closes".to_owned(),
        Occasion::NotStopped => not_stopped(news),
        Occasion::NotStarted => news.next.to_owned(),
    };
    lines.push(labelled("News", &headline));
    if let Some(caught) = news.caught {
        lines.push(labelled("Error", &caught.in_words()));
    }
    let Some(progress) = news.progress else { return };
    let mut seen = progress.status.to_string();
    if let Some(stats) = &progress.stats {
        let (loaded, loading) = (stats.tables_loaded, stats.tables_loading);
        let (queued, errored) = (stats.tables_queued, stats.tables_errored);
        let all = counted((loaded + loading + queued + errored) as usize);
        seen +=
            &format!("; {loaded} of {all} loaded, {loading} loading, {queued} queued, {errored} in error");
    }
    seen += &format!("; at {}", on_the_clocks(news, progress.seen));
    lines.push(labelled("Last seen", &seen));
    if let Some(eta) = news.run.pace.as_ref().and_then(|pace| pace.eta(news.run.previous_load, news.now)) {
        let end = format!("{} at this pace ({})", on_the_clocks(news, eta.at), eta.basis.in_words());
        lines.push(labelled("Load ends", &end));
    }
}

fn not_stopped(news: News<'_>) -> String {
    let Some(stop) = &news.run.stop else {
        return "the task was told to stop and has not stopped yet".to_owned();
    };
    let since = on_the_clocks(news, stop.decided);
    match (stop.taken(), &stop.answer) {
        (Some(_), _) => {
            format!("the task was told to stop at {since}, DMS took it, and it has not stopped yet")
        }
        (None, Answer::Refused(refusal)) => format!(
            "the task is told to stop since {since}, and DMS does not take it: {}: {}",
            refusal.code, refusal.message
        ),
        (None, _) => format!("the task is told to stop since {since}, and DMS has not said that it takes it"),
    }
}

fn stalled(news: News<'_>) -> String {
    let still = news.run.pace.as_ref().map(|pace| news.now.duration_since(pace.moved)).unwrap_or_default();
    format!("nothing of the load has moved for {}; the task runs on", in_words(still))
}

/// How it was started, in which window, how long it took, and whose task it is.
fn circumstances(news: News<'_>, lines: &mut Vec<String>) {
    let News { plan, run, task, .. } = news;
    if let Some(start) = run.drive.start() {
        lines.push(labelled("Start", &started(start)));
    }
    if let Drive::Joined { whose, since, .. } = &run.drive {
        let whose = match whose {
            Whose::SomebodyElse => "somebody else, or another run, had started it".to_owned(),
            Whose::EndedRun(execution) => format!("the run {execution}, which has ended, had started it"),
            Whose::Doubtful { .. } => "whether this execution had started it is not known".to_owned(),
        };
        let joined = format!(
            "the task was under way when this run came, since {}: {whose}",
            on_the_clocks(news, *since)
        );
        lines.push(labelled("Joined", &joined));
    }
    // A plan that was rejected may have a window, but nothing came of it.
    if let Some(plan) = plan {
        lines.push(labelled("Window", &hours(news, plan)));
    }
    lines.push(labelled("Began", &on_the_clocks(news, run.started)));
    if news.took().as_secs() > 0 {
        let label = if matches!(news.event, Event::Finished(_)) { "Took" } else { "So far" };
        lines.push(labelled(label, &in_words(news.took())));
    }
    if let Some(task) = task {
        let whose = match task.origin {
            Origin::Created => "created by this run",
            Origin::Adopted => "created by an earlier run",
            Origin::External => "kept by somebody else",
        };
        lines.push(labelled("Task", &format!("{} ({whose})", task.identifier)));
    }
}

/// Whether the plan's window is open, and when it will be.
fn hours(news: News<'_>, plan: &Plan) -> String {
    let Some(window) = &plan.window else { return "none".to_owned() };
    if news.run.windowed() {
        return format!("open until {}", on_the_clocks(news, news.run.closes));
    }
    match window::at(window, plan.scheduled_time, news.now) {
        Opening::Open { closes, .. } if plan.mode == Mode::Preflight => {
            format!("open until {}", on_the_clocks(news, closes))
        }
        Opening::Shut { next: Some(next) } if plan.mode == Mode::Preflight => {
            format!("shut, opens next at {}", on_the_clocks(news, next))
        }
        _ => "shut".to_owned(),
    }
}

fn started(start: &StartAct) -> String {
    let how = format!("{} because {}", start.kind.as_str(), start.why);
    match &start.answer {
        Answer::Accepted => how,
        Answer::Refused(_) => format!("{how}; DMS refused it"),
        Answer::NotCalled(_) => format!("{how}; it was held back"),
        Answer::Lost => format!("{how}; whether DMS took it is not known"),
    }
}

/// Tables that somebody should look at.
fn named(verdict: &Verdict, lines: &mut Vec<String>) {
    if verdict.named_tables.is_empty() {
        return;
    }
    lines.push("\nTables to look at:".to_owned());
    for table in &verdict.named_tables {
        let (name, state) = (one_line(&table.name), one_line(&table.state));
        lines.push(format!("  {name}: {state} ({} rows read)", grouped(table.rows)));
    }
    if verdict.more_tables > 0 {
        lines.push(format!("  and {} more", verdict.more_tables));
    }
}

/// What there is to do while the run goes on.
fn meanwhile(news: News<'_>, occasion: Occasion) -> Vec<String> {
    let run = news.run;
    match occasion {
        Occasion::Started => Vec::new(),
        Occasion::TablesInError => {
            let list = |task: &crate::run::task::Task| {
                format!("list the tables in error: {}", commands::list_tables_in_error(&task.arn))
            };
            let nothing = "nothing yet: the message at the end of the run names them".to_owned();
            std::iter::once(nothing).chain(news.task.map(list)).collect()
        }
        Occasion::StartedAgain => vec![
            "nothing yet: the message at the end of the run says how it went".to_owned(),
            "should it fail again and again: look at the task's log for the cause".to_owned(),
        ],
        Occasion::Stalled => {
            let look = |task: &crate::run::task::Task| {
                format!("look at the task: {}", commands::describe_task(&task.arn))
            };
            let locks =
                "look for locks and long transactions in source and target, and at the task's log".to_owned();
            std::iter::once(locks).chain(news.task.map(look)).collect()
        }
        Occasion::WillNotFit => {
            let close = on_the_clocks(news, run.stop_due);
            vec![
                format!("nothing, when the next window may go on: the task is stopped at {close} and resumed then"),
                "to let it finish: make the window longer, or the plan's AtClose LeaveRunning, for a run that is started \
                 after this one has ended"
                    .to_owned(),
            ]
        }
        Occasion::NotStarted => {
            let until = match run.windowed() {
                true => format!(" until {}", on_the_clocks(news, run.stop_due)),
                false => String::new(),
            };
            vec![
                format!("nothing yet: the run waits for it{until}, and goes on as soon as it can"),
                "should it not pass by itself: mend what is named".to_owned(),
            ]
        }
        Occasion::NotStopped => {
            let given_up = run.stop.as_ref().map(|stop| run.gives_up(stop));
            let until = given_up.map(|until| on_the_clocks(news, until)).unwrap_or_default();
            let goes_on = format!(
                "nothing yet: the run goes on with it until {until}, and reports when the task has stopped"
            );
            let stopping = news.progress.is_some_and(|progress| progress.status.phase() == Phase::Stopping);
            let by_hand = news.task.map(|task| match stopping {
                // DMS refuses to stop a task that is stopping.
                true => format!("to see how far it is: {}", commands::describe_task(&task.arn)),
                false => format!("to stop it by hand: {}", commands::stop_task(&task.arn)),
            });
            let denied = run.stop.as_ref().is_some_and(Stop::is_denied);
            let permission = denied.then(|| commands::ALLOW_STOP.to_owned());
            std::iter::once(goes_on).chain(permission).chain(by_hand).collect()
        }
        Occasion::LostSight => {
            let close = on_the_clocks(news, run.stop_due);
            vec![
                format!(
                    "nothing yet: the run looks for the task again, after {FIRST_BLIND_SECONDS} s at first, then after \
                     twice as long each time, up to {} min",
                    run.machine.max_blind_seconds / 60
                ),
                if run.stop_at_close {
                    format!("it is told to stop at {close}, seen or not")
                } else {
                    "until it is seen again nothing is started or stopped".to_owned()
                },
                "should no further message come: the log of the poll function has the error".to_owned(),
            ]
        }
    }
}

fn notes(news: News<'_>) -> Vec<String> {
    let findings = news.findings.iter().filter(|finding| finding.severity != Severity::Error);
    findings.take(MAX_NOTES).map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
}

/// An instant on the clock of the plan's window.
fn on_the_clocks(news: News<'_>, instant: Timestamp) -> String {
    on_the_clock(news.plan.and_then(|plan| plan.window.as_ref()), instant)
}

fn in_words(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// Thousands in groups: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_spans_are_in_words() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(in_words(SignedDuration::from_secs(7 * 3600 + 120)), "7 h 2 min");
        assert_eq!(in_words(SignedDuration::from_secs(-1)), "0 s");
    }
}
