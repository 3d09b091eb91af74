//! Why a code is worth its place: what it costs to ignore it, and what the rule rests on.
//!
//! An error needs a recorded refusal of DMS, a documented "must", or a contradiction in the plan itself. Everything else
//! is a warning, or weighs nothing, and says why. A test holds every code to that.

mod mappings;
mod plan;
mod settings;
mod survey;

use std::fmt;

use super::Code;

/// The reason of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it costs to ignore it, as Markdown without a full stop.
    pub cost: &'static str,
    /// What the rule rests on.
    pub rests_on: RestsOn,
}

/// What a rule rests on, as Markdown without a full stop. The guide is DMS's user guide, in words of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestsOn {
    /// DMS refuses it, and these are its recorded words.
    Answer(&'static str),
    /// A document says that it must be so: DMS's guide or API reference, AWS's, or our manual for our own members.
    Must(&'static str),
    /// The plan contradicts itself.
    Contradiction(&'static str),
    /// A document says how it is, and not what comes of another way.
    Limit(&'static str),
    /// It was seen in the field.
    Seen(&'static str),
    /// It follows from how this product works.
    Ours(&'static str),
}

impl RestsOn {
    /// True for what an error may rest on.
    pub fn refuses(self) -> bool {
        matches!(self, RestsOn::Answer(_) | RestsOn::Must(_) | RestsOn::Contradiction(_))
    }
}

impl fmt::Display for RestsOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestsOn::Answer(words) => write!(f, "**answer**: {words}"),
            RestsOn::Must(source) => write!(f, "**must**: {source}"),
            RestsOn::Contradiction(source) => write!(f, "**contradiction**: {source}"),
            RestsOn::Limit(source) => write!(f, "**limit**: {source}"),
            RestsOn::Seen(source) => write!(f, "**seen**: {source}"),
            RestsOn::Ours(source) => write!(f, "**our own**: {source}"),
        }
    }
}

/// The reason of a code; `None` for one of another release.
pub(super) fn of(code: &Code) -> Option<Reason> {
    plan::of(code).or_else(|| mappings::of(code)).or_else(|| settings::of(code)).or_else(|| survey::of(code))
}
