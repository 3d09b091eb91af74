//! Amazon Resource Names, read leniently: DMS draws the tails at random and has changed their length before.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest text that is taken for an ARN, in bytes.
pub(super) const MAX_ARN: usize = 512;

/// An ARN in its six parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// `dms`, `sns`, `states`, ...
    pub service: String,
    /// `eu-central-1`, ...
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// All that follows the account, colons included.
    pub resource: String,
}

/// A text that is no ARN.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an ARN of the form arn:partition:service:region:account:resource")]
pub struct NotAnArn;

impl Arn {
    /// The resource type of a DMS ARN (`task`, `endpoint`, `rep`, `replication-config`): what stands before the
    /// first colon of the resource.
    pub fn kind(&self) -> &str {
        self.resource.split(':').next().unwrap_or_default()
    }

    /// True when both are in the same partition, account and Region.
    pub fn is_beside(&self, other: &Arn) -> bool {
        (&self.partition, &self.region, &self.account) == (&other.partition, &other.region, &other.account)
    }

    /// Where it is, in words: account and Region, and the partition where it is not the usual one.
    pub fn home(&self) -> String {
        let partition =
            if self.partition == "aws" { String::new() } else { format!(" ({})", self.partition) };
        format!("account {}, Region {}{partition}", self.account, self.region)
    }

    /// What stands after the last colon of the resource. For a DMS task this is what CloudWatch and the task's log
    /// stream call it.
    pub fn tail(&self) -> &str {
        self.resource.rsplit(':').next().unwrap_or_default()
    }
}

impl FromStr for Arn {
    type Err = NotAnArn;

    fn from_str(text: &str) -> Result<Self, NotAnArn> {
        let sane = text.len() <= MAX_ARN && text.chars().all(|c| c.is_ascii_graphic());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts[..] {
            ["arn", partition, service, region, account, resource]
                if sane
                    && partition.starts_with("aws")
                    && !service.is_empty()
                    && !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|b| b.is_ascii_digit())
                    && !resource.is_empty() =>
            {
                Ok(Arn {
                    partition: partition.to_owned(),
                    service: service.to_owned(),
                    region: region.to_owned(),
                    account: account.to_owned(),
                    resource: resource.to_owned(),
                })
            }
            _ => Err(NotAnArn),
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

impl TryFrom<String> for Arn {
    type Error = NotAnArn;

    fn try_from(text: String) -> Result<Self, NotAnArn> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> String {
        arn.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dms_arn_has_a_kind_and_a_tail() {
        let arn: Arn =
            "arn:aws:dms:eu-central-1:123456789012:task:K55IUCGBASJS5VHZJIINA45FII".parse().unwrap();
        assert_eq!((arn.kind(), arn.tail()), ("task", "K55IUCGBASJS5VHZJIINA45FII"));
        assert_eq!(arn.to_string().parse::<Arn>().unwrap(), arn);
    }

    #[test]
    fn what_is_not_an_arn_is_refused() {
        for text in [
            "",
            "now",
            "arn:aws:dms:eu-central-1:1234:task:X",
            "arn:aws:dms:eu-central-1:123456789012:",
            "arn:aws:dms:eu-central-1:123456789012:task:a b",
            "arn:aws:dms:eu-central-1:123456789012:task:a\nb",
        ] {
            assert_eq!(text.parse::<Arn>(), Err(NotAnArn), "{text:?}");
        }
    }
}
