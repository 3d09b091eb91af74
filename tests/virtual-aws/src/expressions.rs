//! The JSONata expressions of the state machine, each known by its text. No interpreter of the language: an expression
//! that the machine gains is taught here, and the end-to-end tests hold each of them against JSONata itself.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// What an expression may look at.
#[derive(Debug)]
pub struct Scope<'a> {
    /// `$migration`, once it is assigned.
    pub migration: &'a Value,
    /// `$states.input`.
    pub input: &'a Value,
    /// `$states.result.Payload`, after a function has answered.
    pub payload: &'a Value,
    /// `$states.errorOutput`, in a Catch.
    pub error: &'a Value,
    /// `$states.context.State.EnteredTime`.
    pub entered: Timestamp,
    /// `$states.context.Execution.Id`.
    pub execution: &'a str,
    /// `$states.context.Execution.RedriveCount`.
    pub redrives: u32,
    /// `$states.context.State.RetryCount`.
    pub retries: u32,
}

/// The value of an expression; `text` is what stands between `{%` and `%}`.
///
/// # Errors
/// When the expression is not known, or is undefined or not what the machine expects for this scope.
pub fn evaluate(text: &str, scope: &Scope<'_>) -> Result<Value, String> {
    let at = |pointer: &str| {
        scope.migration.pointer(pointer).cloned().ok_or_else(|| format!("$migration has no {pointer}"))
    };
    let number = |pointer: &str| {
        at(pointer)?.as_i64().ok_or_else(|| format!("$migration has no whole number {pointer}"))
    };
    let due = |pointer: &str| {
        let instant = at(pointer)?.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        instant.ok_or_else(|| format!("$migration has no instant {pointer}"))
    };
    let over =
        |pointer: &str| Ok::<bool, String>(scope.entered.as_millisecond() >= due(pointer)?.as_millisecond());
    let truth = |pointer: &str| Ok::<bool, String>(at(pointer)? == Value::Bool(true));
    let with = |members: Value| merged(scope.migration, members);
    let doubled =
        |seconds: i64| Ok::<i64, String>((2 * seconds).min(number("/Run/Machine/MaxBlindSeconds")?));

    if let Some(word) = text.strip_prefix("$migration.Next.What = '").and_then(|rest| rest.strip_suffix('\''))
    {
        return Ok((at("/Next/What")? == word).into());
    }
    Ok(match text {
        "$states.context.State.EnteredTime" => scope.entered.to_string().into(),
        "$states.context.Execution.Id" => scope.execution.into(),
        "$exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0" => {
            scope.redrives.into()
        }
        "$exists($states.context.State.RetryCount) ? $states.context.State.RetryCount : 0" => {
            scope.retries.into()
        }
        "$states.input" => scope.input.clone(),
        "$states.errorOutput" => scope.error.clone(),
        "$states.result.Payload" => scope.payload.clone(),
        "$migration" => scope.migration.clone(),
        "$migration.Next.Seconds" => at("/Next/Seconds")?,
        "$migration.Verdict.Good" => at("/Verdict/Good")?,
        "$migration.Verdict.Outcome" => at("/Verdict/Outcome")?,
        "$migration.Verdict.Cause" => at("/Verdict/Cause")?,
        "{'Next': $states.result.Payload.Next}" => of_the_answer(scope, "Next"),
        "{'Verdict': $states.result.Payload.Verdict}" => of_the_answer(scope, "Verdict"),
        "$merge([$migration, {'Caught': $states.errorOutput}])" => with(json!({"Caught": scope.error})),
        "$merge([$migration, {'Caught': $states.errorOutput, 'Blind': {'Rounds': $migration.Blind.Rounds + 1, \
         'Seconds': $migration.Blind.Rounds = 0 ? $migration.Blind.Seconds : $min([$migration.Blind.Seconds + \
         $migration.Blind.Seconds, $migration.Run.Machine.MaxBlindSeconds])}}])" => {
            let (rounds, seconds) = (number("/Blind/Rounds")?, number("/Blind/Seconds")?);
            let seconds = if rounds == 0 { seconds } else { doubled(seconds)? };
            with(json!({"Caught": scope.error, "Blind": {"Rounds": rounds + 1, "Seconds": seconds}}))
        }
        "$merge([$migration, {'Caught': $states.errorOutput, 'Next': $merge([$migration.Next, {'Seconds': \
         $max([1, $min([$migration.Next.Seconds + $migration.Next.Seconds, \
         $migration.Run.Machine.MaxBlindSeconds])])}])}])" => {
            let seconds = doubled(number("/Next/Seconds")?)?.max(1);
            with(json!({"Caught": scope.error, "Next": merged(&at("/Next")?, json!({"Seconds": seconds}))}))
        }
        "$toMillis($states.context.State.EnteredTime) >= $toMillis($migration.Run.Machine.StopRetriesUntil)" => {
            over("/Run/Machine/StopRetriesUntil")?.into()
        }
        "$toMillis($states.context.State.EnteredTime) >= $toMillis($migration.Run.StopDue) and \
         $migration.Run.StopAtClose" => (over("/Run/StopDue")? && truth("/Run/StopAtClose")?).into(),
        "$toMillis($states.context.State.EnteredTime) >= $toMillis($migration.Run.StopDue)" => {
            over("/Run/StopDue")?.into()
        }
        "$migration.Blind.Rounds > ($migration.Caught.Error = 'Lambda.TooManyRequestsException' ? 6 : 1) and \
         $not($migration.Run.Machine.LostSight)" => {
            let busy = scope.migration.pointer("/Caught/Error").and_then(Value::as_str)
                == Some("Lambda.TooManyRequestsException");
            let patience = if busy { 6 } else { 1 };
            (number("/Blind/Rounds")? > patience && !truth("/Run/Machine/LostSight")?).into()
        }
        "$max([0, $min([$migration.Blind.Seconds, $ceil(($toMillis($migration.Run.StopDue) - \
         $toMillis($states.context.State.EnteredTime)) / 1000)])])" => {
            let millis = due("/Run/StopDue")?.as_millisecond() - scope.entered.as_millisecond();
            let ahead = millis.div_euclid(1000) + i64::from(millis.rem_euclid(1000) > 0);
            number("/Blind/Seconds")?.min(ahead).max(0).into()
        }
        unknown => return Err(format!("the driver does not know the expression {unknown:?}: teach it")),
    })
}

/// A value of the definition with its expressions evaluated.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn fill(template: &Value, scope: &Scope<'_>) -> Result<Value, String> {
    Ok(match template {
        Value::String(text) => match expression(text) {
            Some(text) => evaluate(text, scope)?,
            None => template.clone(),
        },
        Value::Array(values) => values.iter().map(|value| fill(value, scope)).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let filled = members.iter().map(|(name, value)| Ok((name.clone(), fill(value, scope)?)));
            Value::Object(filled.collect::<Result<Map<_, _>, String>>()?)
        }
        plain => plain.clone(),
    })
}

/// What stands between `{%` and `%}`.
fn expression(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// How long a Wait takes.
pub(crate) fn seconds(value: &Value) -> Result<SignedDuration, String> {
    let seconds = value.as_i64().filter(|seconds| (0..=99_999_999).contains(seconds));
    seconds.map(SignedDuration::from_secs).ok_or_else(|| format!("a Wait cannot take {value} seconds"))
}

fn of_the_answer(scope: &Scope<'_>, member: &str) -> Value {
    scope.payload.get(member).map_or_else(|| json!({}), |value| json!({ member: value }))
}

fn merged(base: &Value, over: Value) -> Value {
    let mut base = base.clone();
    if let (Value::Object(base), Value::Object(over)) = (&mut base, over) {
        base.extend(over);
    }
    base
}
