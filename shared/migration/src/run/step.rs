//! The next step as the machine and people read it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The next step: the machine reads `What` and `Seconds`, people read `Why` in the console.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The act, or none.
    pub what: What,
    /// How long the machine waits afterwards, in seconds.
    pub seconds: u32,
    /// Why, in words.
    pub why: String,
}

/// The ways out of the hub, but for the report, which ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Create or adopt the task.
    Create,
    /// Start it.
    Start,
    /// Load tables of it again.
    Reload,
    /// Test a connection again.
    Test,
    /// Stop it.
    Stop,
    /// Look again later.
    Wait,
    /// Tell people this and go on.
    Tell(Occasion),
}

/// Why people are told something before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Occasion {
    /// The task has been started.
    Started,
    /// Tables are in error while the task goes on.
    TablesInError,
    /// A poll could not run; the task goes on unseen.
    LostSight,
    /// The task had failed and has been started again.
    StartedAgain,
    /// No row has moved for long.
    Stalled,
    /// At its pace the load will not be done when the window closes.
    WillNotFit,
    /// The task was told to stop and has not come to rest in a quarter of an hour.
    NotStopped,
    /// The execution was ended from outside, and the task goes on until its window closes.
    ClosingOut,
    /// The task could not be started for a quarter of an hour, or is starting for longer than the plan allows.
    NotStarted,
}

impl What {
    /// All that the hub knows, as the machine spells them. `report` is what a [`Reported`](super::document::Reported)
    /// document says.
    pub const WORDS: [&'static str; 8] =
        ["create", "start", "reload", "test", "stop", "wait", "tell", "report"];

    /// The word for the machine.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Create => "create",
            What::Start => "start",
            What::Reload => "reload",
            What::Test => "test",
            What::Stop => "stop",
            What::Wait => "wait",
            What::Tell(_) => "tell",
        }
    }
}

impl Step {
    /// Looks again after `seconds`.
    pub fn wait(seconds: u32, why: impl Into<String>) -> Step {
        Step { what: What::Wait, seconds, why: why.into() }
    }
}

/// A step as it stands in the document.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    occasion: Option<Occasion>,
    seconds: u32,
    why: String,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let occasion = match self.what {
            What::Tell(occasion) => Some(occasion),
            What::Create | What::Start | What::Reload | What::Test | What::Stop | What::Wait => None,
        };
        let what = self.what.as_str().to_owned();
        Written { what, occasion, seconds: self.seconds, why: self.why.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Step, D::Error> {
        use serde::de::Error;
        let written = Written::deserialize(deserializer)?;
        let what = match (written.what.as_str(), written.occasion) {
            ("create", None) => What::Create,
            ("start", None) => What::Start,
            ("reload", None) => What::Reload,
            ("test", None) => What::Test,
            ("stop", None) => What::Stop,
            ("wait", None) => What::Wait,
            ("tell", Some(occasion)) => What::Tell(occasion),
            ("tell", None) => return Err(D::Error::missing_field("Occasion")),
            (what, _) => return Err(D::Error::custom(format!("the next step {what:?} is not one"))),
        };
        Ok(Step { what, seconds: written.seconds, why: written.why })
    }
}
