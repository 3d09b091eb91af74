//! The text for people: what happened, why, which tables, what to do next, in the order in which a tired reader asks.

use super::body::Cost;
use super::news::{Event, News};
use super::numbers::{grouped, in_words};
use super::place::{Links, Log};
use crate::run::acts::StartAct;
use crate::run::answer::Answer;
use crate::run::drive::{Drive, Whose};
use crate::run::step::Occasion;
use crate::run::tables::counted;
use crate::run::task::Origin;
use crate::run::verdict::Verdict;
use crate::time::window::{self, Opening};
use plan::clean::{line_of, one_line};
use plan::finding::Severity;
use plan::{Mode, Plan};

/// The most notes about the plan that a text shows.
const MAX_NOTES: usize = 20;

/// The most characters of a command: what a machine and an execution with the longest names need, and more.
const MAX_COMMAND: usize = 8_000;

/// Writes the text.
pub(super) fn text(news: News<'_>, to_do: &[String], links: &Links, log: Option<&Log>) -> String {
    let mut lines = vec![labelled("Migration", news.name())];
    match news.event {
        Event::Finished(verdict) => ending(verdict, &mut lines),
        Event::OnTheWay(occasion) => on_the_way(news, occasion, &mut lines),
    }
    circumstances(news, &mut lines);
    if let Event::Finished(verdict) = news.event {
        named(verdict, &mut lines);
    }
    if !to_do.is_empty() {
        lines.push("\nWhat to do next:".to_owned());
        to_do.iter().for_each(|item| step(item, &mut lines));
    }
    let notes = notes(news);
    if !notes.is_empty() {
        lines.push("\nWorth knowing about the plan:".to_owned());
        lines.extend(notes.iter().map(|item| format!("  - {}", one_line(item))));
    }
    lines.push(String::new());
    lines.push(labelled("Stack", &stack(news)));
    lines.push(labelled("Execution", &links.execution));
    lines.extend(links.task.iter().map(|link| labelled("DMS task", link)));
    lines.extend(log.iter().flat_map(|log| log_lines(log)));
    if matches!(news.event, Event::Finished(_)) {
        lines.push(labelled("Cost", &cost(news)));
    }
    lines.join("\n")
}

/// Something to do; a command in it stands on a line of its own, to be copied as a whole. It is never cut.
fn step(item: &str, lines: &mut Vec<String>) {
    match item.split_once(": aws ") {
        Some((what, command)) => {
            lines.push(format!("  - {}:", one_line(what)));
            lines.push(format!("      aws {}", line_of(command, MAX_COMMAND)));
        }
        None => lines.push(format!("  - {}", one_line(item))),
    }
}

/// Where the run is: the stack, its account and Region.
fn stack(news: News<'_>) -> String {
    let machine = news.run.execution.machine();
    format!("{} in {}", line_of(news.stack(), 128), machine.home())
}

/// Where the task's log is. It is promised only where the settings that were seen turn it on.
fn log_lines(log: &Log) -> Vec<String> {
    if log.is_off() {
        return vec![labelled("Task log", "none: EnableLogging is off in the task's settings")];
    }
    let condition = match log.enabled {
        Some(_) => "",
        None => ", where EnableLogging is on in the task's settings",
    };
    let words = match &log.group {
        Some(group) => format!("group {group}, stream {}{condition}", log.stream),
        None => format!(
            "group dms-tasks- and the name of the replication instance, stream {}{condition}",
            log.stream
        ),
    };
    let link = log.link.iter().map(|link| labelled("", link));
    std::iter::once(labelled("Task log", &words)).chain(link).collect()
}

fn labelled(label: &str, value: &str) -> String {
    let label = if label.is_empty() { String::new() } else { format!("{label}:") };
    format!("{label:<12} {}", one_line(value))
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
        let rows = match verdict.rows {
            0 => "none read for a load by this run".to_owned(),
            rows => format!("{} read for the load", grouped(rows)),
        };
        lines.push(labelled("Rows", &rows));
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
        Occasion::NotStarted | Occasion::ClosingOut => news.next.to_owned(),
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
    seen += &format!("; at {}", news.on_the_clock(progress.seen));
    lines.push(labelled("Last seen", &seen));
    if let Some(eta) = news.eta() {
        let end = format!("{} at this pace ({})", news.on_the_clock(eta.at), eta.basis.in_words());
        lines.push(labelled("Load ends", &end));
    }
}

fn not_stopped(news: News<'_>) -> String {
    let Some(stop) = &news.run.stop else {
        return "the task was told to stop and has not stopped yet".to_owned();
    };
    let since = news.on_the_clock(stop.decided);
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
            news.on_the_clock(*since)
        );
        lines.push(labelled("Joined", &joined));
    }
    if let Some(close_out) = &run.close_out {
        let told = format!("the execution {}, since the run's own has ended", close_out.by.name());
        lines.push(labelled("Told by", &told));
    }
    // A plan that was rejected may have a window, but nothing came of it.
    if let Some(plan) = plan {
        lines.push(labelled("Window", &hours(news, plan)));
    }
    lines.push(labelled("Began", &news.on_the_clock(run.started)));
    if news.took().as_secs() > 0 {
        let label = if matches!(news.event, Event::Finished(_)) { "Took" } else { "So far" };
        lines.push(labelled(label, &in_words(news.took())));
    }
    if let Some(opens) = news.next_opening() {
        lines.push(labelled("Next window", &format!("opens at {}", news.on_the_clock(opens))));
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
        let closes = news.on_the_clock(news.run.closes);
        let is_open = news.now < news.run.closes;
        return if is_open { format!("open until {closes}") } else { format!("closed at {closes}") };
    }
    match window::at(window, plan.scheduled_time, news.now) {
        Opening::Open { closes, .. } if plan.mode == Mode::Preflight => {
            format!("open until {}", news.on_the_clock(closes))
        }
        Opening::Shut { next: Some(next) } if plan.mode == Mode::Preflight => {
            format!("shut, opens next at {}", news.on_the_clock(next))
        }
        _ => "shut".to_owned(),
    }
}

/// What Step Functions can have billed, and what is not in it.
fn cost(news: News<'_>) -> String {
    let cents = Cost::of(news).cents();
    format!("at most ${}.{:02} for Step Functions so far; DMS is billed by itself", cents / 100, cents % 100)
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

fn notes(news: News<'_>) -> Vec<String> {
    let findings = news.findings.iter().filter(|finding| finding.severity != Severity::Error);
    findings.take(MAX_NOTES).map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
}
