//! The page of a run, from the documents that its steps have left. The last one alone says how the run ended; the ones
//! before it add what it has forgotten: earlier acts, how the lag went, what people were told on the way.

use std::collections::BTreeMap;

use jiff::Timestamp;
use migration::message::{self, News};
use migration::run::acts::{CreateCall, StartAct, Stop};
use migration::run::answer::Answer;
use migration::run::document::{Caught, Document, Opened};
use migration::run::execution::Run;
use migration::run::step::What;
use migration::run::tables::counted;
use migration::run::task::{Progress, Task};
use migration::run::verdict::Verdict;
use migration::time::clock::zone_of;
use migration::understood::{Understood, understand_run};
use plan::{Plan, Until};
use serde_json::Value;

use crate::page::{self, Act, Ending, Lag, Message, Night, Page, Place, Span, Table, Tables};

/// A document as a step has left it, or was given it.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// When, as far as that is known.
    pub when: When,
    /// The document.
    pub document: Document,
}

/// When a document was as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nobody knows.
    Unknown,
    /// At about this time.
    At(Timestamp),
    /// A step was given it, and this was the present to that step: what it told, it told then.
    Given(Timestamp),
}

impl When {
    fn known(self) -> Option<Timestamp> {
        match self {
            When::Unknown => None,
            When::At(at) | When::Given(at) => Some(at),
        }
    }
}

impl Page {
    /// The page of a run, from one document of it.
    pub fn from_document(document: &Document) -> Page {
        Page::from_story(&[], document)
    }

    /// The page of a run, from the document in which it stands now and those before it, in their order.
    pub fn from_story(before: &[Left], document: &Document) -> Page {
        let known = Known::of(document);
        let night = Night::from_story(before, document);
        let zone = zone_of(known.plan.and_then(|plan| plan.window.as_ref()));
        let mut page = Page::new(known.name(), zone, night);
        page.place = known.run.map(place);
        if let (Some(plan), Some(run)) = (known.plan, known.run) {
            page.understood = in_words(&understand_run(plan, known.task, run.started));
        }
        page
    }
}

/// What a plan is understood to do, as a page shows it: a heading for each sentence.
pub fn in_words(understood: &Understood) -> Vec<(String, String)> {
    let words = understood.in_words().into_iter();
    words
        .flat_map(|(about, sentences)| sentences.into_iter().map(move |says| (about.to_owned(), says)))
        .collect()
}

impl Night {
    /// One run, from the document in which it stands now and those before it, in their order.
    pub fn from_story(before: &[Left], document: &Document) -> Night {
        let known = Known::of(document);
        let ran = known.run.map(|run| Span::since(run.started, known.verdict.map(|verdict| verdict.at)));
        let all = || before.iter().map(|left| (left.when, &left.document)).chain([(When::Unknown, document)]);
        let mut acts = acts(all().map(|(_, document)| document));
        acts.extend(known.progress.filter(|_| known.verdict.is_none()).map(last_seen));
        let waits_for_the_lag = known.plan.filter(|plan| plan.until == Some(Until::CaughtUp));
        Night {
            window: known.run.filter(|run| run.windowed()).map(|run| Span::between(run.opened, run.closes)),
            load: known.run.zip(known.progress).and_then(|(run, progress)| load(run, progress)),
            tables: tables(&known),
            acts,
            lag: Lag::new(
                all().filter_map(|(_, document)| lag(Known::of(document).progress?)),
                waits_for_the_lag.map(|plan| plan.lag_seconds),
            ),
            messages: messages(all()),
            ..Night::new(ending(document), ran)
        }
    }
}

/// What a document holds, in whatever state it is.
#[derive(Clone, Copy, Default)]
struct Known<'d> {
    input: Option<&'d Value>,
    plan: Option<&'d Plan>,
    run: Option<&'d Run>,
    task: Option<&'d Task>,
    progress: Option<&'d Progress>,
    verdict: Option<&'d Verdict>,
}

impl<'d> Known<'d> {
    fn of(document: &'d Document) -> Known<'d> {
        match document {
            Document::Opened(opened) => Known { input: Some(&opened.input), ..Known::default() },
            Document::Running(running) => Known {
                plan: Some(&running.plan),
                run: Some(&running.run),
                task: running.task.as_ref(),
                progress: running.progress.as_ref(),
                ..Known::default()
            },
            Document::Reported(reported) => Known {
                plan: reported.plan.as_ref(),
                run: Some(&reported.run),
                task: reported.task.as_ref(),
                progress: reported.progress.as_ref(),
                verdict: Some(&reported.verdict),
                ..Known::default()
            },
        }
    }

    /// What people call the task: its identifier once it is known, however the plan names it.
    fn name(&self) -> String {
        let by_run = || self.run.map(|run| run.name.clone());
        let by_input = || self.input.and_then(|input| Some(plan::read::read(input).plan?.name()));
        let named = self.task.map(|task| task.identifier.clone()).or_else(by_run).or_else(by_input);
        named.unwrap_or_else(|| "a migration".to_owned())
    }
}

fn place(run: &Run) -> Place {
    let machine = run.execution.machine();
    Place {
        account: machine.account.clone(),
        region: machine.region.clone(),
        stack: run.execution.stack().to_owned(),
        execution: run.execution.to_string(),
    }
}

fn ending(document: &Document) -> Ending {
    match document {
        Document::Opened(Opened { caught, .. }) => Ending::GoesOn {
            next: caught.as_ref().map_or_else(|| "the plan is to be read".to_owned(), Caught::in_words),
        },
        Document::Running(running) => {
            Ending::GoesOn { next: format!("{}: {}", running.next.what.as_str(), running.next.why) }
        }
        Document::Reported(reported) => {
            let told = News::of_the_end(reported, reported.verdict.at).compose();
            let verdict = &reported.verdict;
            Ending::Over(page::Verdict {
                outcome: verdict.outcome,
                severity: verdict.severity,
                reasons: verdict.reasons.clone(),
                to_do: told.json.to_do,
            })
        }
    }
}

/// The load of this run. DMS shows the dates of an earlier one until the next begins.
fn load(run: &Run, progress: &Progress) -> Option<Span> {
    let stats = progress.stats.as_ref()?;
    let load = Span::since(stats.full_load_start_date?, stats.full_load_finish_date);
    (load.began() >= run.opened || load.ended().is_some_and(|ended| ended >= run.started)).then_some(load)
}

/// The tables that the verdict names, and the counts of all. On the way there are DMS's counters alone.
fn tables(known: &Known<'_>) -> Tables {
    if let Some(verdict) = known.verdict {
        let named = verdict.named_tables.iter();
        let named = named.map(|table| Table::new(&table.name, &table.state, table.rows)).collect();
        return Tables::some(named, verdict.tables, verdict.tables_loaded, verdict.rows)
            .verified(verdict.verified);
    }
    let Some(progress) = known.progress else { return Tables::default() };
    let Some(stats) = &progress.stats else { return Tables::default() };
    let total = stats.tables_loaded + stats.tables_loading + stats.tables_queued + stats.tables_errored;
    Tables::some(Vec::new(), total as usize, stats.tables_loaded as usize, progress.rows)
}

fn lag(progress: &Progress) -> Option<(Timestamp, u32)> {
    Some((progress.seen, progress.lag_seconds?))
}

/// The acts that the documents hold, each once. Of one that several hold the last one knows best what came of it.
fn acts<'d>(documents: impl Iterator<Item = &'d Document>) -> Vec<Act> {
    let mut acts: BTreeMap<(Timestamp, usize, String), String> = BTreeMap::new();
    for document in documents {
        for (order, act) in acts_of(&Known::of(document)).into_iter().enumerate() {
            acts.insert((act.at, order, act.word), act.why);
        }
    }
    acts.into_iter().map(|((at, _, word), why)| Act { at, word, why }).collect()
}

/// The acts that one document holds. Each kind has its place, so that two of one instant keep their order.
fn acts_of(known: &Known<'_>) -> Vec<Act> {
    let Some(run) = known.run else { return Vec::new() };
    let act = |at, word: &str, why: String| Act { at, word: word.to_owned(), why };
    let kinds: [Option<Act>; 9] = [
        Some(act(run.started, "run begins", format!("the execution {}", run.execution.name()))),
        known.task.and_then(|task| task.created).map(|at| {
            let what = if run.modified {
                "the task was made what the plan describes"
            } else {
                "the task is created"
            };
            act(at, "create", what.to_owned())
        }),
        run.create_refusal.as_ref().map(|refused| {
            let word = match refused.call {
                CreateCall::Create => "create refused",
                CreateCall::Modify => "modify refused",
            };
            act(refused.last, word, format!("{}: {}", refused.refusal.code, refused.refusal.message))
        }),
        run.test.as_ref().map(|test| {
            act(
                test.last,
                "test",
                and(&format!("the connection of {}", test.endpoint), answered(&test.answer)),
            )
        }),
        run.drive
            .joined()
            .map(|since| act(since, "joined", "the task was under way when the run came".to_owned())),
        run.drive.start().map(start),
        run.reload.as_ref().map(|reload| {
            let names: Vec<String> = reload.tables.iter().map(ToString::to_string).collect();
            let words = format!("{}: {}", counted(names.len()), names.join(", "));
            act(reload.decided, "reload", and(&words, answered(&reload.answer)))
        }),
        run.stop.as_ref().map(stop),
        known.verdict.map(|verdict| {
            let why = verdict.reasons.first().cloned().unwrap_or_default();
            act(verdict.at, verdict.outcome.as_str(), why)
        }),
    ];
    kinds.into_iter().flatten().collect()
}

fn start(start: &StartAct) -> Act {
    Act {
        at: start.decided,
        word: start.kind.as_str().to_owned(),
        why: and(&start.why, answered(&start.answer)),
    }
}

fn stop(stop: &Stop) -> Act {
    let tries = match stop.tries {
        1 => String::new(),
        tries => format!(", asked for {tries} times"),
    };
    let answer = match stop.taken() {
        Some(_) => answered(&Answer::Accepted),
        None => answered(&stop.answer),
    };
    let why = and(&stop.words, format!("{answer}{tries}"));
    Act { at: stop.decided, word: "stop".to_owned(), why }
}

/// Why a call was made, and what came back.
fn and(why: &str, answer: String) -> String {
    if why.is_empty() { answer } else { format!("{why}; {answer}") }
}

/// What came back from a call.
fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Accepted => "DMS took it".to_owned(),
        Answer::Refused(refusal) => format!("DMS refused it: {}: {}", refusal.code, refusal.message),
        Answer::NotCalled(why) => format!("it was not made: {why}"),
        Answer::Lost => "no answer is known".to_owned(),
    }
}

/// Where the task stood when it was last seen, of a run that goes on.
fn last_seen(progress: &Progress) -> Act {
    let counts = progress.stats.as_ref().map(|stats| {
        format!(
            "; {} loaded, {} loading, {} queued, {} in error",
            counted(stats.tables_loaded as usize),
            stats.tables_loading,
            stats.tables_queued,
            stats.tables_errored
        )
    });
    let why = format!("the task is {}{}", progress.status, counts.unwrap_or_default());
    Act { at: progress.seen, word: "last seen".to_owned(), why }
}

/// What people were told, each once: a document that is to be told is left by one step, given to the next and kept by it.
/// Where the step that told it is known, its message is word for word the one that was sent.
fn messages<'d>(documents: impl Iterator<Item = (When, &'d Document)>) -> Vec<Message> {
    let mut told: Vec<(String, When, Message)> = Vec::new();
    for (when, document) in documents {
        let Some((at, message)) = composed(document, when.known()) else { continue };
        let message::Message { subject, text, json, .. } = message;
        let message = Message { at, subject, text };
        match told.iter_mut().find(|(id, ..)| *id == json.id) {
            None => told.push((json.id, when, message)),
            Some((_, known @ (When::Unknown | When::At(_)), before)) if matches!(when, When::Given(_)) => {
                (*known, *before) = (when, message);
            }
            Some(_) => {}
        }
    }
    told.into_iter().map(|(.., message)| message).collect()
}

/// The message that a document asks for, told at this time; else when what it tells was seen.
fn composed(document: &Document, at: Option<Timestamp>) -> Option<(Timestamp, message::Message)> {
    match document {
        Document::Opened(_) => None,
        Document::Running(running) => {
            let What::Tell(occasion) = running.next.what else { return None };
            let seen = running.progress.as_ref().map(|progress| progress.seen);
            let at = at.or(seen).unwrap_or(running.run.started);
            Some((at, News::on_the_way(running, occasion, at).compose()))
        }
        Document::Reported(reported) => {
            let at = at.unwrap_or(reported.verdict.at);
            Some((at, News::of_the_end(reported, at).compose()))
        }
    }
}
