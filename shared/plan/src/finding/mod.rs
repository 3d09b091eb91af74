//! What is wrong or worth knowing about a plan, with its place in the plan as the user wrote it.

mod code;
mod reason;

use serde::{Deserialize, Serialize};

pub use code::{Chapter, Code};
pub use reason::{Reason, RestsOn};

/// The most findings one report carries; the rest is a count, so that a hostile plan cannot fill a message.
pub const MAX_FINDINGS: usize = 100;

/// With so many findings nobody looks for what was meant by one more: that is most of the work, and few are shown.
const CROWD: usize = 100 * MAX_FINDINGS;

/// The most bytes of one report, as JSON: it travels beside the plan in a document of 256 KiB.
pub const MAX_REPORT_BYTES: usize = 40 * 1024;

/// The most bytes of a place; a longer one ends at something around it.
const MAX_PATH_BYTES: usize = 1000;

/// The most characters of a message; what AWS or a database says may be longer.
const MAX_MESSAGE: usize = 4_000;

/// How much a finding, a verdict or a message weighs, the heaviest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody must act. A finding: the plan is rejected.
    Error,
    /// Somebody should look by daylight. A finding: the plan runs, and the report names this.
    Warning,
    /// Nobody needs to do anything. A finding: something was understood in a way that the user may want to know.
    Info,
}

impl Severity {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// One thing found in a plan or in the resources it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Finding {
    /// Errors first when sorted.
    pub severity: Severity,
    /// JSON pointer into the plan; empty for the plan as a whole.
    pub path: String,
    /// What it is about.
    pub code: Code,
    /// What is wrong and how to mend it: one sentence, lower case, no full stop.
    pub message: String,
    /// What DMS itself would say, where it would refuse the same and its words are known. It names no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dms_error: Option<String>,
    /// How many findings it stands for: one, itself; with [`Code::MoreFindings`] those that are not shown.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: usize,
}

fn one() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Collects findings while a plan is read, so that every fault is reported at once.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Notes a finding at this place; how much it weighs follows from its code.
    pub fn add(&mut self, path: &str, code: Code, message: impl Into<String>) {
        let (severity, path, message) = (code.severity(), bounded(path), in_short(message.into()));
        self.0.push(Finding { severity, path, code, message, dms_error: None, count: 1 });
    }

    /// As [`Findings::add`], for a fault to which DMS's own answer is recorded.
    pub fn refused(&mut self, path: &str, code: Code, message: impl Into<String>, words: impl Into<String>) {
        self.add(path, code, message);
        if let Some(noted) = self.0.last_mut() {
            noted.dms_error = Some(words.into());
        }
    }

    /// How much has been noted so far, for [`Findings::dms_would_say`].
    pub fn mark(&self) -> usize {
        self.0.len()
    }

    /// DMS would answer with these words to every error that was noted since `mark`, unless others are known already.
    pub fn dms_would_say(&mut self, mark: usize, words: &str) {
        for finding in self.0.iter_mut().skip(mark) {
            if finding.severity == Severity::Error && finding.dms_error.is_none() {
                finding.dms_error = Some(words.to_owned());
            }
        }
    }

    /// True when there are so many that advice on one more is not worth its search.
    pub fn is_crowded(&self) -> bool {
        self.0.len() >= CROWD
    }

    /// True when at least one finding rejects the plan.
    pub fn reject(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// The findings, errors first, each once, at most [`MAX_FINDINGS`] in [`MAX_REPORT_BYTES`]; one more says how many
    /// were left out.
    pub fn into_sorted(self) -> Vec<Finding> {
        let mut report = Vec::new();
        self.add_to(&mut report);
        report
    }

    /// Makes one report of these findings and of one that there is already: in one order and one bound, and with one
    /// count of all that was ever left out. Nothing stands in it that weighs less than what is left out.
    pub fn add_to(self, report: &mut Vec<Finding>) {
        let found = std::mem::take(report).into_iter().chain(self.0);
        let (counts, mut all): (Vec<Finding>, Vec<Finding>) = found.partition(Finding::counts_others);
        all.sort();
        all.dedup();
        let left_out: usize = counts.iter().map(|counted| counted.count).sum();
        let heaviest = counts.iter().map(|count| count.severity).min();
        let mut bytes = 0;
        let fits = |finding: &&Finding| {
            bytes += serde_json::to_string(finding).map_or(0, |text| text.len() + 1);
            bytes <= MAX_REPORT_BYTES && heaviest.is_none_or(|heaviest| finding.severity <= heaviest)
        };
        let shown = all.iter().take(MAX_FINDINGS).take_while(fits).count();
        let left_out = left_out + all.len() - shown;
        let next = all.get(shown).map(|next| next.severity);
        all.truncate(shown);
        all.extend(next.into_iter().chain(heaviest).min().map(|severity| Finding::more(severity, left_out)));
        *report = all;
    }
}

impl Finding {
    /// Stands for so many others, none of which weighs more than this.
    fn more(severity: Severity, left_out: usize) -> Finding {
        Finding {
            severity,
            path: String::new(),
            code: Code::MoreFindings,
            message: format!("{left_out} more findings are not shown; mend these first"),
            dms_error: None,
            count: left_out,
        }
    }

    /// True when it stands for others, which are not shown: at least one of them weighs as much as this.
    pub fn counts_others(&self) -> bool {
        self.code == Code::MoreFindings
    }
}

/// A place that is not too long to be shown, else the nearest one around it that is not, and a mark that this is not
/// all.
fn bounded(path: &str) -> String {
    if path.len() <= MAX_PATH_BYTES {
        return path.to_owned();
    }
    let around = &path[..path.floor_char_boundary(MAX_PATH_BYTES)];
    format!("{}/…", around.rsplit_once('/').map_or("", |(around, _)| around))
}

/// A message without control characters, that leaves room for others in a report.
fn in_short(message: String) -> String {
    let is_short = message.len() <= MAX_MESSAGE;
    if is_short && !message.contains(char::is_control) {
        return message;
    }
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_MESSAGE).collect()
}

/// True when one of these findings rejects the plan.
pub fn reject(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dms_would_say_goes_with_the_errors_of_one_document() {
        let mut findings = Findings::default();
        findings.add("/a", Code::BadArn, "elsewhere");
        let mark = findings.mark();
        findings.add("/b", Code::BadArn, "of this document");
        findings.add("/b", Code::Drift, "of this document");
        findings.dms_would_say(mark, "Invalid document");
        findings.dms_would_say(mark, "something else");
        let said: Vec<Option<String>> = findings.into_sorted().into_iter().map(|f| f.dms_error).collect();
        assert_eq!(said, [None, Some("Invalid document".to_owned()), None]);
    }

    #[test]
    fn a_report_is_bounded_whatever_its_findings_say() {
        let mut findings = Findings::default();
        for n in 0..MAX_FINDINGS {
            findings.add(&format!("/{n}/{}", "\\/".repeat(10_000)), Code::BadArn, "\\".repeat(900));
        }
        let sorted = findings.into_sorted();
        assert_eq!(sorted.last().unwrap().code, Code::MoreFindings);
        assert!(sorted.len() > 10);
        assert!(sorted[0].path.starts_with("/0/\\/\\") && sorted[0].path.ends_with("\\/…"));
        let bytes = serde_json::to_string(&sorted).unwrap().len();
        assert!((MAX_REPORT_BYTES / 2..MAX_REPORT_BYTES + 500).contains(&bytes), "{bytes} bytes");
    }

    #[test]
    fn what_aws_says_leaves_room_for_the_rest_and_is_one_line() {
        let mut findings = Findings::default();
        findings.add("/a", Code::BadArn, format!("DMS says: {}", "\u{1b}[31m\n".repeat(100_000)));
        findings.add("/b", Code::BadArn, "short");
        let sorted = findings.into_sorted();
        assert_eq!(sorted.len(), 2, "{sorted:#?}");
        assert!(sorted[0].message.starts_with("DMS says:  [31m "), "{:?}", &sorted[0].message[..40]);
        assert!(sorted.iter().all(|finding| !finding.message.contains(char::is_control)));
    }

    #[test]
    fn reports_that_are_joined_are_one_report() {
        let many = |kind: &str, code: Code, number: usize, bytes: usize| {
            let mut findings = Findings::default();
            for n in 0..number {
                findings.add(&format!("/{kind}/{n:04}"), code.clone(), "x".repeat(bytes));
            }
            findings
        };
        let mut report = many("plan", Code::Drift, MAX_FINDINGS + 7, 350).into_sorted();
        let shown = report.len() - 1;
        many("plan", Code::Drift, 1, 350).add_to(&mut report);
        assert_eq!(report.len(), shown + 1, "one that is shown is no other");
        many("drift", Code::Drift, 30, 350).add_to(&mut report);
        many("instance", Code::InstanceSeen, 10, 350).add_to(&mut report);
        many("home", Code::BadArn, 20, 350).add_to(&mut report);
        assert!(report.is_sorted_by_key(|finding| finding.severity), "{report:?}");
        let (last, others) = report.split_last().unwrap();
        let left_out = MAX_FINDINGS + 7 + 30 + 10 + 20 - others.len();
        assert_eq!(last.severity, Severity::Warning, "none that rejects the plan is left out");
        assert_eq!(last.message, format!("{left_out} more findings are not shown; mend these first"));
        assert_eq!(last.count, left_out);
        assert!(others.iter().all(|finding| finding.count == 1 && !finding.counts_others()));
        assert_eq!(others.iter().filter(|finding| finding.severity == Severity::Error).count(), 20);
        let bytes = serde_json::to_string(&report).unwrap().len();
        assert!(bytes < MAX_REPORT_BYTES + 500, "{bytes} bytes");
        // Where errors are left out, no warning is shown in what room there is.
        let mut report = many("plan", Code::BadArn, 11, MAX_MESSAGE).into_sorted();
        many("drift", Code::Drift, 1, 10).add_to(&mut report);
        let (last, others) = report.split_last().unwrap();
        assert_eq!(others.len(), 10);
        assert!(report.iter().all(|finding| finding.severity == Severity::Error), "{report:#?}");
        assert!(last.message.starts_with("2 more findings"), "{}", last.message);
    }

    #[test]
    fn sorted_errors_first_each_once_and_bounded() {
        let mut findings = Findings::default();
        findings.add("/b", Code::InstanceSeen, "info");
        findings.add("/a", Code::BadArn, "same");
        findings.add("/a", Code::BadArn, "same");
        assert!(findings.reject());
        for n in 0..MAX_FINDINGS + 5 {
            findings.add(&format!("/{n:04}"), Code::Drift, "many");
        }
        let sorted = findings.into_sorted();
        assert_eq!(sorted.len(), MAX_FINDINGS + 1);
        assert_eq!(sorted[0].message, "same");
        assert_ne!(sorted[1].message, "same");
        assert_eq!(sorted[MAX_FINDINGS].message, "7 more findings are not shown; mend these first");
    }
}
