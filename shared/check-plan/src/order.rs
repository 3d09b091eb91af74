//! The order in which findings are printed: that of the file, as whoever mends them goes through it.
//!
//! The reader's own order, errors first, is that of messages, which are cut short where there are too many.

use plan::finding::Finding;

use crate::place::Document;

/// Findings by their place in this text; of one place the heaviest first, and last how many are not shown.
pub fn by_place(text: &str, findings: Vec<Finding>) -> Vec<Finding> {
    let document = Document::read(text);
    let keys: Vec<(bool, usize, usize)> = document
        .places(findings.iter().map(|finding| finding.path.as_str()))
        .iter()
        .zip(&findings)
        .map(|(place, finding)| (finding.counts_others(), place.outer, place.span.start))
        .collect();
    let mut placed: Vec<_> = keys.into_iter().zip(findings).collect();
    placed.sort();
    placed.into_iter().map(|(_, finding)| finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::finding::{Code, Findings};

    #[test]
    fn findings_stand_as_their_places_in_the_file() {
        let text = r#"{"Window": {"Days": []}, "Task": {"TableMappings": "{\"rules\": [{\"b\": 1, \"a\": 2}]}", "Tags": 1}}"#;
        let mut findings = Findings::default();
        for (path, code) in [
            ("/Task/Tags", Code::BadArn),
            ("/Task/TableMappings/rules/0/a", Code::BadRuleId),
            ("/Task/TableMappings/rules/0/b", Code::UnknownRuleMember),
            ("/Window/Days", Code::OpenAllDay),
            ("/Window/Days", Code::WindowNeverOpens),
            ("", Code::PlanTooLarge),
        ] {
            findings.add(path, code, "x");
        }
        let shown: Vec<String> = by_place(text, findings.into_sorted())
            .into_iter()
            .map(|finding| format!("{} {}", finding.path, finding.code))
            .collect();
        let wanted = [
            " plan-too-large",
            "/Window/Days window-never-opens",
            "/Window/Days open-all-day",
            "/Task/TableMappings/rules/0/b unknown-rule-member",
            "/Task/TableMappings/rules/0/a bad-rule-id",
            "/Task/Tags bad-arn",
        ];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn how_many_are_not_shown_is_said_last() {
        let mut findings = Findings::default();
        for n in 0..150 {
            findings.add(&format!("/{n}"), Code::BadArn, "x");
        }
        let shown = by_place("{}", findings.into_sorted());
        assert_eq!(shown.last().map(|finding| &finding.code), Some(&Code::MoreFindings));
    }
}
