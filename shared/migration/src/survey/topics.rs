//! Whether the stack may publish to the topics that a plan names.

use plan::Plan;
use plan::finding::{Code, Findings};

/// Warns of a topic that the stack's own permission does not cover. `allowed` holds what it covers, as the template
/// states it: ARNs, in which `*` and `?` stand for what they stand for in a policy. Where it is empty nothing is known.
pub fn check(plan: &Plan, allowed: &[String], findings: &mut Findings) {
    let topics = [
        ("/Notify/TopicArn", &plan.notify.topic_arn, "the messages go to the stack's topic instead"),
        ("/Notify/ChatTopicArn", &plan.notify.chat_topic_arn, "the chat gets nothing"),
    ];
    for (path, topic, else_what) in topics {
        let Some(topic) = topic else { continue };
        let topic = topic.to_string();
        if !allowed.is_empty() && !allowed.iter().any(|allowed| covers(allowed, &topic)) {
            findings.add(
                path,
                Code::TopicNotAllowed,
                format!(
                    "the stack's own permission does not let it publish to {topic}: unless the topic's policy does, \
                     {else_what}; name it in the stack's parameter OtherTopicArns"
                ),
            );
        }
    }
}

/// Whether a resource of a policy covers an ARN. Takes at most as many steps as one text is long times the other.
fn covers(resource: &str, arn: &str) -> bool {
    let (resource, arn) = (resource.as_bytes(), arn.as_bytes());
    let (mut at, mut in_arn) = (0, 0);
    // Where the last `*` stands, and the first byte of the ARN that it does not stand for.
    let mut star: Option<(usize, usize)> = None;
    while in_arn < arn.len() {
        match resource.get(at) {
            Some(b'*') => {
                star = Some((at, in_arn));
                at += 1;
            }
            Some(byte) if *byte == b'?' || arn.get(in_arn) == Some(byte) => {
                at += 1;
                in_arn += 1;
            }
            _ => match &mut star {
                Some((after, taken)) => {
                    *taken += 1;
                    (at, in_arn) = (*after + 1, *taken);
                }
                None => return false,
            },
        }
    }
    resource.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::read;
    use proptest::prelude::*;
    use serde_json::json;

    const HOME: &str = "arn:aws:sns:eu-central-1:123456789012:";

    #[test]
    fn a_topic_that_the_stack_was_not_given_is_named() {
        let topic = |name: &str| format!("{HOME}{name}");
        for (allowed, named, found) in [
            (vec![topic("own")], Some("own"), false),
            (vec![topic("own"), topic("team")], Some("team"), false),
            (vec![topic("own")], Some("team"), true),
            (vec![topic("own"), topic("team-*")], Some("team-orders"), false),
            (vec![topic("own"), topic("team-*")], Some("teams"), true),
            (vec![topic("own")], None, false),
            (vec![], Some("team"), false),
        ] {
            let mut plan = json!({"Task": {"ReplicationTaskIdentifier": "orders"}});
            if let Some(named) = named {
                plan["Notify"] = json!({"TopicArn": topic(named)});
            }
            for member in ["TopicArn", "ChatTopicArn"] {
                let mut plan = plan.clone();
                if member == "ChatTopicArn" && named.is_some() {
                    plan["Notify"] = json!({"ChatTopicArn": plan["Notify"]["TopicArn"]});
                }
                let mut findings = Findings::default();
                check(&read::read(&plan).plan.expect("a good plan"), &allowed, &mut findings);
                let findings = findings.into_sorted();
                assert_eq!(findings.len(), usize::from(found), "{allowed:?} {named:?}: {findings:?}");
                let path = format!("/Notify/{member}");
                assert!(findings.iter().all(|it| it.code == Code::TopicNotAllowed && it.path == path));
            }
        }
    }

    #[test]
    fn a_resource_covers_what_it_covers_in_a_policy() {
        for (resource, arn, covered) in [
            ("a", "a", true),
            ("a", "A", false),
            ("a", "ab", false),
            ("ab", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*", "anything", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("a*b*c", "axbxbxc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a**", "a", true),
        ] {
            assert_eq!(covers(resource, arn), covered, "{resource} {arn}");
        }
    }

    proptest! {
        #[test]
        fn covering_is_what_it_is_by_definition(resource in "[ab*?]{0,8}", arn in "[ab]{0,8}") {
            fn by_definition(resource: &[u8], arn: &[u8]) -> bool {
                match (resource.split_first(), arn.split_first()) {
                    (None, None) => true,
                    (Some((b'*', rest)), None) => by_definition(rest, arn),
                    (Some((b'*', rest)), Some((_, after))) => by_definition(rest, arn) || by_definition(resource, after),
                    (Some((byte, rest)), Some((first, after))) => (*byte == b'?' || byte == first) && by_definition(rest, after),
                    _ => false,
                }
            }
            prop_assert_eq!(covers(&resource, &arn), by_definition(resource.as_bytes(), arn.as_bytes()));
        }
    }
}
