//! Where everything happens: the partition, Region and account that every ARN of a local AWS names.

use std::collections::BTreeMap;

/// A partition, a Region and an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// `us-east-1`, ...
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

impl Default for Place {
    /// Moto's own account, in `us-east-1`.
    fn default() -> Self {
        Self {
            partition: "aws".to_owned(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
        }
    }
}

impl Place {
    /// The ARN of a resource of a service here.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self { partition, region, account } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The ARN of a role here: IAM has no Regions.
    pub fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }

    /// What a template's pseudo parameters mean here, by their names.
    pub fn references(&self) -> BTreeMap<String, String> {
        let suffix = if self.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        [
            ("AWS::Partition", self.partition.as_str()),
            ("AWS::Region", &self.region),
            ("AWS::AccountId", &self.account),
            ("AWS::URLSuffix", suffix),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_references_name_the_place() {
        let china = Place {
            partition: "aws-cn".to_owned(),
            region: "cn-north-1".to_owned(),
            account: "210987654321".to_owned(),
        };
        assert_eq!(china.arn("sns", "migrations"), "arn:aws-cn:sns:cn-north-1:210987654321:migrations");
        assert_eq!(china.role("migration"), "arn:aws-cn:iam::210987654321:role/migration");
        assert_eq!(china.references()["AWS::URLSuffix"], "amazonaws.com.cn");
        assert_eq!(Place::default().references()["AWS::URLSuffix"], "amazonaws.com");
    }
}
