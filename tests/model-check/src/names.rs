//! Names and instants that every story shares.

use jiff::{SignedDuration, Timestamp};
use migration::run::observation::{Connection, ConnectionState, Route};
use plan::Arn;

use crate::dms::Minute;

/// The task's ARN, as a plan names it.
pub const TASK: &str = "arn:aws:dms:eu-central-1:123456789012:task:A";

/// The executions of every story; each has its number behind it.
pub const EXECUTION: &str = "arn:aws:states:eu-central-1:123456789012:execution:migration:story-";

/// When every story begins, in seconds of Unix time: an evening in 2026.
const EVENING: i64 = 1_795_208_400;

/// Names that an observation carries.
#[derive(Clone, Debug)]
pub struct Names {
    pub task: Arn,
    /// Its endpoints and instance.
    pub route: Route,
}

impl Default for Names {
    fn default() -> Self {
        let arn = |resource: &str| Arn {
            partition: "aws".to_owned(),
            service: "dms".to_owned(),
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            resource: resource.to_owned(),
        };
        let route = Route { source: arn("endpoint:S"), target: arn("endpoint:T"), instance: arn("rep:I") };
        Names { task: arn("task:A"), route }
    }
}

impl Names {
    /// Both connections, tested with success.
    pub fn connections(&self) -> Vec<Connection> {
        let tested =
            |endpoint: &Arn| Connection { endpoint: endpoint.clone(), state: ConnectionState::Successful };
        vec![tested(&self.route.source), tested(&self.route.target)]
    }
}

/// The instant of a minute.
pub fn at(minute: Minute) -> Timestamp {
    let evening = Timestamp::from_second(EVENING).unwrap_or(Timestamp::UNIX_EPOCH);
    evening + SignedDuration::from_mins(i64::from(minute))
}

/// The minute of an instant, rounded up.
pub fn minute(instant: Timestamp) -> Minute {
    let seconds = instant.as_second() - EVENING;
    Minute::try_from(seconds.max(0).div_euclid(60) + i64::from(seconds.max(0) % 60 != 0))
        .unwrap_or(Minute::MAX)
}
