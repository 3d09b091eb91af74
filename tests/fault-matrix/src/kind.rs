//! The ways in which a call, or an invocation of a function, goes wrong.

use std::time::Duration;

use virtual_aws::{Bend, Fault, FaultTarget, FunctionEnd, World};

/// So long an answer hangs: more than a call is waited for.
const HANGS: Duration = Duration::from_secs(30);

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Throttled,
    Broken500,
    Broken503,
    LostBefore,
    LostAfter,
    HangsBefore,
    HangsAfter,
    Cut,
    Denied,
    NotFound,
    InvalidState,
    Stale,
    Doubled,
    NoPoints,
    KilledBefore,
    KilledAfter,
    /// For ten minutes, as are all such calls of this function for this execution.
    TenThrottled,
    TenBroken,
    /// From the first such call on for good.
    AlwaysThrottled,
    AlwaysBroken,
    AlwaysDenied,
    // What becomes of an invocation.
    NotInvoked,
    NotAllowed,
    LambdaBroken,
    EndsBefore,
    EndsAfter,
    TimesOutBefore,
    TimesOutAfter,
    OutOfMemory,
    Twice,
}

impl Kind {
    pub const ALL: [Kind; 30] = [
        Kind::Throttled,
        Kind::Broken500,
        Kind::Broken503,
        Kind::LostBefore,
        Kind::LostAfter,
        Kind::HangsBefore,
        Kind::HangsAfter,
        Kind::Cut,
        Kind::Denied,
        Kind::NotFound,
        Kind::InvalidState,
        Kind::Stale,
        Kind::Doubled,
        Kind::NoPoints,
        Kind::KilledBefore,
        Kind::KilledAfter,
        Kind::TenThrottled,
        Kind::TenBroken,
        Kind::AlwaysThrottled,
        Kind::AlwaysBroken,
        Kind::AlwaysDenied,
        Kind::NotInvoked,
        Kind::NotAllowed,
        Kind::LambdaBroken,
        Kind::EndsBefore,
        Kind::EndsAfter,
        Kind::TimesOutBefore,
        Kind::TimesOutAfter,
        Kind::OutOfMemory,
        Kind::Twice,
    ];

    /// It befalls an invocation, and no call.
    pub fn of_an_invocation(self) -> bool {
        self >= Kind::NotInvoked
    }

    /// It befalls every such call for ten minutes.
    pub fn lasts_ten_minutes(self) -> bool {
        matches!(self, Kind::TenThrottled | Kind::TenBroken)
    }

    /// It befalls every such call from the first one on.
    pub fn lasts(self) -> bool {
        matches!(self, Kind::AlwaysThrottled | Kind::AlwaysBroken | Kind::AlwaysDenied)
    }

    /// The SDK repeats a call that went wrong in this way, where it repeats calls at all.
    pub fn is_repeated(self) -> bool {
        matches!(
            self,
            Kind::Throttled
                | Kind::Broken500
                | Kind::Broken503
                | Kind::LostBefore
                | Kind::LostAfter
                | Kind::HangsBefore
                | Kind::HangsAfter
        )
    }

    pub fn words(self) -> &'static str {
        match self {
            Kind::Throttled => "throttled",
            Kind::Broken500 => "500",
            Kind::Broken503 => "503",
            Kind::LostBefore => "reset before",
            Kind::LostAfter => "reset after",
            Kind::HangsBefore => "hangs before",
            Kind::HangsAfter => "hangs after",
            Kind::Cut => "cut",
            Kind::Denied => "denied",
            Kind::NotFound => "not found",
            Kind::InvalidState => "invalid state",
            Kind::Stale => "stale",
            Kind::Doubled => "doubled",
            Kind::NoPoints => "empty",
            Kind::KilledBefore => "killed before",
            Kind::KilledAfter => "killed after",
            Kind::TenThrottled => "throttled for ten minutes",
            Kind::TenBroken => "500 for ten minutes",
            Kind::AlwaysThrottled => "always throttled",
            Kind::AlwaysBroken => "always 500",
            Kind::AlwaysDenied => "always denied",
            Kind::NotInvoked => "429",
            Kind::NotAllowed => "not allowed",
            Kind::LambdaBroken => "Lambda 500",
            Kind::EndsBefore => "dies before",
            Kind::EndsAfter => "dies after",
            Kind::TimesOutBefore => "time-out before",
            Kind::TimesOutAfter => "time-out after",
            Kind::OutOfMemory => "out of memory",
            Kind::Twice => "twice",
        }
    }

    /// Puts it in force for these calls.
    pub(crate) fn strike(self, world: &World, service: &str, calls: FaultTarget) {
        let faults = world.faults();
        let fault: Fault = match self {
            Kind::Throttled | Kind::TenThrottled | Kind::AlwaysThrottled => {
                let (status, code) = match service {
                    "sns" => (429, "Throttled"),
                    "cloudwatch" => (400, "Throttling"),
                    _ => (400, "ThrottlingException"),
                };
                calls.answer(status, code, "Rate exceeded")
            }
            Kind::Broken500 | Kind::TenBroken | Kind::AlwaysBroken => calls.break_down(),
            Kind::Broken503 => calls.answer(503, "ServiceUnavailable", "the service is unavailable"),
            Kind::LostBefore => calls.lose_request(),
            Kind::LostAfter => calls.lose_answer(),
            Kind::HangsBefore => calls.delay(HANGS),
            Kind::HangsAfter => calls.hold_answer(HANGS),
            Kind::Cut => calls.cut_answer(),
            Kind::Denied | Kind::AlwaysDenied => {
                let (status, code) = match service {
                    "sns" => (403, "AuthorizationError"),
                    "cloudwatch" => (403, "AccessDenied"),
                    _ => (400, "AccessDeniedException"),
                };
                calls.answer(status, code, "the caller is not authorized to perform this operation")
            }
            Kind::NotFound => {
                let (status, code) = match service {
                    "sns" => (404, "NotFound"),
                    "states" => (400, "ExecutionDoesNotExist"),
                    "cloudwatch" => (404, "ResourceNotFound"),
                    _ => (400, "ResourceNotFoundFault"),
                };
                calls.answer(status, code, "it was not found")
            }
            Kind::InvalidState => {
                let code = match service {
                    "sns" => "InvalidParameter",
                    "states" => "InvalidArn",
                    "cloudwatch" => "InvalidParameterValue",
                    _ => "InvalidResourceStateFault",
                };
                calls.answer(400, code, "its state is invalid")
            }
            Kind::Stale => return world.bend(calls, Bend::Stale),
            Kind::Doubled => return world.bend(calls, Bend::Doubled),
            Kind::NoPoints => return world.bend(calls, Bend::NoPoints),
            Kind::OutOfMemory => return world.bend(calls, Bend::OutOfMemory),
            Kind::KilledBefore | Kind::EndsBefore => calls.end_before(FunctionEnd::Killed),
            Kind::KilledAfter | Kind::EndsAfter => calls.end_after(FunctionEnd::Killed),
            Kind::NotInvoked => calls.answer(429, "TooManyRequestsException", "Rate Exceeded."),
            Kind::NotAllowed => calls.answer(403, "AccessDeniedException", "not authorized to invoke"),
            Kind::LambdaBroken => calls.answer(500, "ServiceException", "Lambda is broken"),
            Kind::TimesOutBefore => calls.end_before(FunctionEnd::TimedOut),
            Kind::TimesOutAfter => calls.end_after(FunctionEnd::TimedOut),
            Kind::Twice => calls.twice(),
        };
        faults.add(fault);
    }
}
