//! From JSON to a plan: everything wrong is found at once, and a plan comes out only when nothing is.

use jiff::Timestamp;
use serde_json::Value;

use super::clean::line_of;
use super::located::{Members, Node, deeper_than, quoted};
use super::members::MEMBERS;
use super::text::{self, NotTaken};
use super::{Arn, ExternalTask, MAX_LEVELS, MAX_PLAN_BYTES, Notify, Plan, TaskPlan, Until};
use super::{embedded, meant, members, request, slips, stop_position, synonyms, together, window};
use crate::finding::{Code, Finding, Findings, reject};

/// How often a task is started again after a failure that may pass, unless the plan says otherwise.
pub(super) const DEFAULT_RESTARTS: u32 = 5;

/// The most often that a plan may want it.
pub(super) const MAX_RESTARTS: u64 = 100;

/// After how many minutes without a row moved people are told, unless the plan says otherwise.
pub(super) const DEFAULT_STALL_MINUTES: u32 = 60;

/// The longest that a plan may want to wait before it tells them: a day, in minutes.
pub(super) const MAX_STALL_MINUTES: u64 = 24 * 60;

/// The lag at which a replication counts as caught up, unless the plan says otherwise, in seconds.
pub(super) const DEFAULT_LAG_SECONDS: u32 = 60;

/// The most lag that a plan may call caught up: a day, in seconds.
pub(super) const MAX_LAG_SECONDS: u64 = 86_400;

/// The longest name of a team, in characters.
pub(super) const MAX_TEAM: usize = 64;

/// The longest name of a task that a message shows, in characters.
const MAX_NAME: usize = 255;

/// What came of reading a plan.
#[derive(Debug)]
pub struct Reading {
    /// The plan, when no finding rejects it.
    pub plan: Option<Plan>,
    /// All that was found, errors first.
    pub findings: Vec<Finding>,
    /// What people call the task, as far as it could be read: a rejection names it too.
    pub name: Option<String>,
    /// Whom to tell about a rejection.
    pub notify: Notify,
}

/// Reads the text of a plan: what [`read`] finds, and what is lost before a JSON value comes of a text.
pub fn read_text(text: &str) -> Reading {
    read_text_with(text, None)
}

/// As [`read_text`], for who has a clock: what lies behind `now` is found as well, and dates that are named lie before it.
pub fn read_text_at(text: &str, now: Timestamp) -> Reading {
    read_text_with(text, Some(now))
}

fn read_text_with(text: &str, now: Option<Timestamp>) -> Reading {
    let mut findings = Findings::default();
    match text::parse(text) {
        Ok(parsed) => {
            for place in &parsed.repeated {
                embedded::repeated_key(place, &mut findings);
            }
            read_value(&parsed.value, now, findings)
        }
        Err(fault) => {
            not_taken(fault, &mut findings);
            nothing_of(findings)
        }
    }
}

/// Nothing but what is wrong.
fn nothing_of(findings: Findings) -> Reading {
    Reading { plan: None, findings: findings.into_sorted(), name: None, notify: Notify::default() }
}

fn not_taken(fault: NotTaken, findings: &mut Findings) {
    match fault {
        NotTaken::TooDeep => too_deep(findings),
        NotTaken::NotJson { what, line, column } => findings.add(
            "",
            Code::NotJson,
            format!("the plan is not JSON: {what} (line {line}, column {column})"),
        ),
    }
}

/// A text where a plan is expected: that of a plan, or one that no reader of JSON takes, which is how a function is handed
/// it.
fn instead_of_a_plan(parsed: Result<text::Text, NotTaken>, mut findings: Findings) -> Findings {
    match parsed {
        Ok(_) => findings.add(
            "",
            Code::WrongType,
            "the plan must be an object, not a string: this is its text; take the outer quotes and their backslashes away",
        ),
        Err(fault) => not_taken(fault, &mut findings),
    }
    findings
}

/// Reads a plan.
///
/// # Examples
/// ```
/// let plan = serde_json::json!({"Task": {"ReplicationTaskIdentifier": "nightly-orders"}});
/// let reading = plan::read::read(&plan);
/// assert!(reading.plan.is_some());
/// ```
pub fn read(plan: &Value) -> Reading {
    read_value(plan, None, Findings::default())
}

/// As [`read`], for who has a clock: what lies behind `now` is found as well, and dates that are named lie before it.
pub fn read_at(plan: &Value, now: Timestamp) -> Reading {
    read_value(plan, Some(now), Findings::default())
}

fn too_deep(findings: &mut Findings) {
    findings.add(
        "",
        Code::NestedTooDeeply,
        format!("the plan has more than {MAX_LEVELS} levels of lists and objects"),
    );
}

fn read_value(plan: &Value, now: Option<Timestamp>, mut findings: Findings) -> Reading {
    let top = Node::top(plan);
    let bytes = plan.to_string().len();
    if bytes > MAX_PLAN_BYTES {
        findings.add(
            "",
            Code::PlanTooLarge,
            format!(
                "the plan has {bytes} bytes, the most is {MAX_PLAN_BYTES}: wildcards in the mapping make it smaller"
            ),
        );
    }
    if deeper_than(MAX_LEVELS, plan) {
        too_deep(&mut findings);
    }
    if let Some(fault) =
        plan.as_str().filter(|text| text.trim_start().starts_with(['{', '['])).map(text::parse)
    {
        return nothing_of(instead_of_a_plan(fault, findings));
    }
    let (read, name, notify) = match Members::open(&top, &mut findings) {
        Some(members) => read_members(members, now, &mut findings),
        None => (None, None, Notify::default()),
    };
    if let Some(now) = now {
        stop_position::check(plan, now, &mut findings);
    }
    let findings = findings.into_sorted();
    let plan = read.filter(|_| !reject(&findings));
    Reading { plan, findings, name, notify }
}

fn read_members(
    mut plan: Members<'_>,
    now: Option<Timestamp>,
    findings: &mut Findings,
) -> (Option<Plan>, Option<String>, Notify) {
    // Editors, people and Step Functions leave these in a plan; none of them says anything about the migration.
    plan.ignore(&["$schema", "Comment", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"]);
    let scheduled_time = read_scheduled_time(&mut plan, findings);
    let task_node = plan.get("Task");
    if task_node.is_none() {
        plan.missing("Task", findings);
    }
    let name = task_node.as_ref().and_then(task_name);
    let task = task_node.as_ref().and_then(|node| read_task(node, findings));
    let mode = plan.listed_word("Mode", findings).unwrap_or_default();
    let window = plan.get("Window").and_then(|node| window::read(&node, now, findings));
    let start = plan.listed_word("Start", findings).unwrap_or_default();
    let on_drift = plan.listed_word("OnDrift", findings).unwrap_or_default();
    let on_abort = plan.listed_word("OnAbort", findings).unwrap_or_default();
    let until = plan.listed_word("Until", findings);
    let lag_seconds = read_lag_seconds(&mut plan, until, findings);
    let then = plan.listed_word("Then", findings).unwrap_or_default();
    let on_table_errors = plan.listed_word("OnTableErrors", findings).unwrap_or_default();
    let on_validation_errors = plan.listed_word("OnValidationErrors", findings).unwrap_or_default();
    let restarts = read_number(&mut plan, "Restarts", MAX_RESTARTS, DEFAULT_RESTARTS, findings);
    let stall_minutes =
        read_number(&mut plan, "StallMinutes", MAX_STALL_MINUTES, DEFAULT_STALL_MINUTES, findings);
    let notify = plan.get("Notify").map(|node| read_notify(&node, findings));
    let notify = notify.unwrap_or(Notify { warning: true, ..Notify::default() });
    let plan_path = plan.path().to_owned();
    let says_when_it_is_scheduled = plan.get("ScheduledTime").is_some();
    plan.close(findings);

    let read = task.map(|task| Plan {
        task,
        mode,
        window,
        on_drift,
        on_abort,
        start,
        until,
        lag_seconds,
        then,
        on_table_errors,
        on_validation_errors,
        restarts,
        stall_minutes,
        notify: notify.clone(),
        scheduled_time,
    });
    if let Some(read) = &read {
        together::check(read, &plan_path, findings);
        if !says_when_it_is_scheduled {
            together::check_duration(read, &plan_path, findings);
        }
    }
    (read, name, notify)
}

/// The instant that EventBridge Scheduler puts in place of `<aws.scheduler.scheduled-time>`. The literal itself means
/// that somebody started the run by hand.
fn read_scheduled_time(plan: &mut Members<'_>, findings: &mut Findings) -> Option<Timestamp> {
    let node = plan.get("ScheduledTime")?;
    let text = node.text(findings)?;
    if text.starts_with('<') {
        return None;
    }
    let time = text.parse().ok();
    if time.is_none() {
        findings.add(
            &node.path,
            Code::BadTime,
            format!(
                "ScheduledTime must be <aws.scheduler.scheduled-time>, which EventBridge Scheduler replaces, or a UTC \
                 time, not {}{}",
                quoted(text),
                slips::of_epoch_for_text(node.value, |time| time.to_string())
            ),
        );
    }
    time
}

/// What people call the task of a plan, whatever else is wrong with it.
pub fn name(plan: &Value) -> Option<String> {
    task_name(&Node::top(plan.get("Task")?))
}

fn task_name(node: &Node<'_>) -> Option<String> {
    let task = node.value.pointer("/ReplicationTasks/0").unwrap_or(node.value);
    let text = |name: &str| task.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text("ReplicationTaskIdentifier")
        .or_else(|| text("ReplicationTaskArn"))
        .map(|name| line_of(name, MAX_NAME))
}

/// A task, or the answer of `describe-replication-tasks` that holds one.
fn read_task(node: &Node<'_>, findings: &mut Findings) -> Option<TaskPlan> {
    if let Some(name) =
        slips::inside_itself(node.value, &["ReplicationTask"]).filter(|_| holds_one(node.value))
    {
        findings.add(
            &format!("{}/{name}", node.path),
            Code::WrappedInItself,
            "the task stands inside ReplicationTask, as create- and modify-replication-task answer it: state what is inside it",
        );
        return None;
    }
    let Some(list) = node.value.get("ReplicationTasks").and_then(Value::as_array) else {
        return read_one_task(node, findings);
    };
    let mut answer = Members::open(node, findings)?;
    answer.ignore(&["ReplicationTasks", "Marker"]);
    answer.close(findings);
    let [task] = &list[..] else {
        findings.add(
            &node.path,
            Code::NotOneTask,
            format!("the describe-replication-tasks answer holds {} tasks; keep the one to run", list.len()),
        );
        return None;
    };
    read_one_task(&Node { value: task, path: format!("{}/ReplicationTasks/0", node.path) }, findings)
}

fn holds_one(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.len() == 1)
}

fn read_one_task(node: &Node<'_>, findings: &mut Findings) -> Option<TaskPlan> {
    let mut members = Members::open(node, findings)?;
    match &members.present()[..] {
        ["ReplicationTaskArn"] => {
            let text = members.required_text("ReplicationTaskArn", findings)?;
            let path = members.place("ReplicationTaskArn");
            let arn = request::check_dms_arn(&path, "ReplicationTaskArn", text, "task", findings)?;
            Some(TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)))
        }
        ["ReplicationTaskIdentifier"] => {
            let text = members.required_text("ReplicationTaskIdentifier", findings)?;
            request::check_identifier(
                &members.place("ReplicationTaskIdentifier"),
                text,
                request::MAX_IDENTIFIER,
                findings,
            );
            Some(TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(text.to_owned())))
        }
        present if present.iter().any(|name| name.starts_with("ReplicationConfig")) => {
            findings.add(
                &node.path,
                Code::NotSupportedYet,
                "the task names a DMS Serverless replication; it is not supported yet",
            );
            None
        }
        present if is_named_with_more(present) => {
            refuse_what_is_beside_the_name(members, findings);
            None
        }
        _ => request::read(node, findings).map(|request| TaskPlan::Request(Box::new(request))),
    }
}

/// What only a task that is described in full has.
const DESCRIBES: [&str; 4] =
    ["SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn", "TableMappings"];

/// True for a task that is named, and of which nothing is described: six missing members would hide what is wrong.
fn is_named_with_more(present: &[&str]) -> bool {
    present.iter().any(|name| synonyms::names_a_task(name))
        && !present.iter().any(|name| DESCRIBES.iter().any(|known| slips::same_name(known, name)))
}

fn refuse_what_is_beside_the_name(mut members: Members<'_>, findings: &mut Findings) {
    let present = members.present();
    let name =
        ["ReplicationTaskArn", "ReplicationTaskIdentifier"].into_iter().find(|name| present.contains(name));
    let mut known: Vec<&str> =
        MEMBERS.iter().filter(|member| member.home == "Task").map(|member| member.name).collect();
    known.extend(request::READ_ONLY.iter().filter(|name| **name != "ReplicationTaskArn"));
    for beside in known.iter().copied().filter(|known| present.contains(known)) {
        if Some(beside) == name {
            continue;
        }
        let end = match beside {
            "CdcStopPosition" => "; an end at the close of the window is AtClose Stop",
            _ => "",
        };
        findings.add(
            &members.place(beside),
            Code::ExternalWithMore,
            format!(
                "{beside} cannot stand here: a task that somebody else keeps is named by its ARN or its identifier, and by \
                 nothing else{end}; a task to create states {} too",
                DESCRIBES.join(", ")
            ),
        );
    }
    members.ignore(&known);
    members.close(findings);
}

/// The lag at which a replication counts as caught up; it means something with `Until` CaughtUp only.
fn read_lag_seconds(plan: &mut Members<'_>, until: Option<Until>, findings: &mut Findings) -> u32 {
    let place = plan.place("LagSeconds");
    let stated = plan.whole_number("LagSeconds", MAX_LAG_SECONDS, findings);
    if stated.is_some() && until != Some(Until::CaughtUp) {
        findings.add(&place, Code::LagWithoutCaughtUp, "LagSeconds means something with Until CaughtUp only");
    }
    if stated == Some(0) {
        findings.add(
            &place,
            Code::BadNumber,
            "LagSeconds must be at least 1: DMS publishes whole seconds, and a lag of 0 may mean that nothing is read",
        );
    }
    stated.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(DEFAULT_LAG_SECONDS)
}

fn read_number(
    plan: &mut Members<'_>,
    name: &'static str,
    most: u64,
    default: u32,
    findings: &mut Findings,
) -> u32 {
    plan.whole_number(name, most, findings).and_then(|number| u32::try_from(number).ok()).unwrap_or(default)
}

fn read_topic(notify: &mut Members<'_>, name: &'static str, findings: &mut Findings) -> Option<Arn> {
    let text = notify.text(name, findings)?;
    let topic = text.parse().ok().filter(|arn: &Arn| arn.service == "sns" && !arn.resource.contains(':'));
    if topic.is_none() {
        findings.add(
            &notify.place(name),
            Code::BadArn,
            format!(
                "{name} must be the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>, not {}",
                quoted(text)
            ),
        );
    }
    topic.filter(|topic| request::is_in_its_partition(&notify.place(name), name, topic, findings))
}

fn read_notify(node: &Node<'_>, findings: &mut Findings) -> Notify {
    let mut notify = Notify { warning: true, ..Notify::default() };
    let Some(mut members) = Members::open(node, findings) else { return notify };
    notify.topic_arn = read_topic(&mut members, "TopicArn", findings);
    notify.chat_topic_arn = read_topic(&mut members, "ChatTopicArn", findings);
    if let Some(text) = members.text("Team", findings) {
        if text.chars().count() <= MAX_TEAM && text.chars().all(|c| c.is_alphanumeric() || " _.-".contains(c))
        {
            notify.team = Some(text.to_owned());
        } else {
            findings.add(
                &members.place("Team"),
                Code::BadTeam,
                format!(
                    "Team must be up to {MAX_TEAM} letters, digits, blanks and _.-, not {}",
                    quoted(text)
                ),
            );
        }
    }
    if let Some(on) = members.get("On") {
        let mut words = Vec::new();
        for element in on.elements(findings) {
            let Some(word) = element.text(findings) else { continue };
            words.push(word);
            if !members::words("On").contains(&word) {
                let meant = match findings.is_crowded() {
                    true => String::new(),
                    false => meant::question("On", word, members::words("On")),
                };
                findings.add(
                    &element.path,
                    Code::UnknownWord,
                    format!("On holds Finished, Warning and Started, not {}{meant}", quoted(word)),
                );
            }
        }
        if on.value.is_array() && !words.contains(&"Finished") {
            findings.add(
                &on.path,
                Code::FinishedLeftOut,
                "On must hold Finished: every run ends with a message",
            );
        }
        notify.started = words.contains(&"Started");
        notify.warning = words.contains(&"Warning");
    }
    members.close(findings);
    notify
}
