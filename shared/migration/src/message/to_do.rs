//! What a person does now. A message that is louder than information always has something, and a command where there
//! is one; the command stands after the last colon of its line.

use plan::finding::Severity;

use super::news::{Event, News};
use super::place::Log;
use crate::run::acts::Stop;
use crate::run::commands;
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::verdict::Outcome;
use crate::time::graces::FIRST_BLIND_SECONDS;

/// What there is to do.
pub(super) fn to_do(news: News<'_>, log: Option<&Log>) -> Vec<String> {
    let mut steps = match news.event {
        Event::Finished(verdict) => verdict.to_do.clone(),
        Event::OnTheWay(occasion) => meanwhile(news, occasion),
    };
    if news.severity() == Severity::Info {
        return steps;
    }
    steps.extend(log.filter(|log| !log.is_off() && is_about_the_task(news)).map(read_the_log));
    if steps.is_empty() {
        steps.push(match news.task {
            Some(task) => format!("look at the task: {}", commands::describe_task(&task.arn)),
            None => "look at the execution, and start the run again once what is named is mended".to_owned(),
        });
    }
    steps
}

fn read_the_log(log: &Log) -> String {
    let what = match log.enabled {
        Some(_) => "read the task's log",
        None => "read the task's log, where the task writes one",
    };
    format!("{what}: {}", log.command)
}

/// True when what the task itself did, or does, is the news.
fn is_about_the_task(news: News<'_>) -> bool {
    match news.event {
        Event::Finished(verdict) => {
            news.run.drive.is_under_way()
                && matches!(
                    verdict.outcome,
                    Outcome::SucceededWithWarnings
                        | Outcome::PartlyFailed
                        | Outcome::Failed
                        | Outcome::Interrupted
                        | Outcome::Unknown
                        | Outcome::Aborted
                )
        }
        Event::OnTheWay(occasion) => matches!(
            occasion,
            Occasion::TablesInError | Occasion::StartedAgain | Occasion::Stalled | Occasion::NotStopped
        ),
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
            "should it fail again and again: look for the cause that DMS names".to_owned(),
        ],
        Occasion::Stalled => {
            let look = |task: &crate::run::task::Task| {
                format!("look at the task: {}", commands::describe_task(&task.arn))
            };
            let locks = "look for locks and long transactions in source and target".to_owned();
            std::iter::once(locks).chain(news.task.map(look)).collect()
        }
        Occasion::WillNotFit => {
            let close = news.on_the_clock(run.stop_due);
            vec![
                format!("nothing, when the next window may go on: the task is stopped at {close} and resumed then"),
                "to let it finish: make the window longer, or the plan's AtClose LeaveRunning, for a run that is started \
                 after this one has ended"
                    .to_owned(),
            ]
        }
        Occasion::NotStarted => {
            let until = match run.windowed() {
                true => format!(" until {}", news.on_the_clock(run.stop_due)),
                false => String::new(),
            };
            vec![
                format!("nothing yet: the run waits for it{until}, and goes on as soon as it can"),
                "should it not pass by itself: mend what is named".to_owned(),
            ]
        }
        Occasion::ClosingOut => {
            let close = news.on_the_clock(run.stop_due);
            let goes_on =
                format!("nothing, when the task may go on: it is stopped at {close}, and that is told");
            let again =
                "to have it followed again: start a new execution with the same plan, which joins the task";
            let by_hand = news.task.map(|task| format!("to stop it now: {}", commands::stop_task(&task.arn)));
            std::iter::once(goes_on).chain([again.to_owned()]).chain(by_hand).collect()
        }
        Occasion::NotStopped => {
            let given_up = run.stop.as_ref().map(|stop| run.gives_up(stop));
            let until = given_up.map(|until| news.on_the_clock(until)).unwrap_or_default();
            let goes_on = format!(
                "nothing yet: the run goes on with it until {until}, and reports when the task has stopped"
            );
            let stopping = news.progress.is_some_and(|progress| progress.status.phase() == Phase::Stopping);
            let by_hand = news.task.map(|task| match stopping {
                // DMS refuses to stop a task that is stopping.
                true => format!("to see how far it is: {}", commands::describe_task(&task.arn)),
                false => format!("to stop it by hand: {}", commands::stop_task(&task.arn)),
            });
            let denied = run.stop.as_ref().and_then(Stop::denied);
            let permission = denied.map(|_| commands::ALLOW_STOP.to_owned());
            std::iter::once(goes_on).chain(permission).chain(by_hand).collect()
        }
        Occasion::LostSight => {
            let close = news.on_the_clock(run.stop_due);
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
