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

/// How the names of the Regions of each partition begin; a longer beginning stands before a shorter one (botocore's
/// `partitions.json`).
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// Where the Regions of the partition `aws` are.
const CONTINENTS: [&str; 9] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];

/// The partition of a Region; `None` for a name of a kind that is not known.
fn partition_of(region: &str) -> Option<&'static str> {
    let listed = PARTITIONS.iter().find(|(beginning, _)| region.starts_with(beginning));
    let parts: Vec<&str> = region.split('-').collect();
    let usual = parts.len() == 3 && CONTINENTS.contains(&parts[0]);
    listed.map(|(_, partition)| *partition).or(usual.then_some("aws"))
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

    /// The ARN that was meant, where this one names a Region of another partition.
    pub fn in_its_partition(&self) -> Option<Arn> {
        let partition = partition_of(&self.region).filter(|partition| *partition != self.partition)?;
        Some(Arn { partition: partition.to_owned(), ..self.clone() })
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
    fn a_region_has_one_partition() {
        for (partition, regions) in [
            (
                "aws",
                &[
                    "us-east-1",
                    "eu-central-1",
                    "ap-southeast-7",
                    "sa-east-1",
                    "ca-west-1",
                    "me-south-1",
                    "af-south-1",
                    "il-central-1",
                    "mx-central-1",
                ][..],
            ),
            ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
            ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
            ("aws-iso", &["us-iso-east-1", "us-iso-west-1"]),
            ("aws-iso-b", &["us-isob-east-1", "us-isob-west-1"]),
            ("aws-iso-e", &["eu-isoe-west-1"]),
            ("aws-iso-f", &["us-isof-east-1", "us-isof-south-1"]),
            ("aws-eusc", &["eusc-de-east-1"]),
        ] {
            for region in regions {
                assert_eq!(partition_of(region), Some(partition), "{region}");
            }
        }
        for unknown in ["local", "us-moon-east-1", "xx-east-1", "eu", "antarctica-south-1", ""] {
            assert_eq!(partition_of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn an_arn_of_another_partition_is_told_as_it_was_meant() {
        let meant = |text: &str| text.parse::<Arn>().unwrap().in_its_partition().map(|arn| arn.to_string());
        assert_eq!(
            meant("arn:aws:dms:cn-north-1:123456789012:task:A").as_deref(),
            Some("arn:aws-cn:dms:cn-north-1:123456789012:task:A")
        );
        assert_eq!(
            meant("arn:aws-us-gov:dms:us-east-1:123456789012:task:A").as_deref(),
            Some("arn:aws:dms:us-east-1:123456789012:task:A")
        );
        for good in
            ["arn:aws-cn:dms:cn-north-1:123456789012:task:A", "arn:aws-x:dms:somewhere:123456789012:task:A"]
        {
            assert_eq!(meant(good), None, "{good}");
        }
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
