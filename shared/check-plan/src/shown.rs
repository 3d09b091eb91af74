//! Findings for people: the line of the plan, a caret under the place, what is wrong and how to mend it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use plan::clean::seen;
use plan::finding::{Finding, Severity, reject};

use crate::place::{Document, Place};

/// More of one line than this is not shown: a plan may be one line.
const WIDEST: usize = 160;

/// All findings of one file, and how many there are.
pub fn findings(file: &str, text: &str, findings: &[Finding], colours: bool) -> String {
    let text = &harmless(text);
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let document = Document::read(text);
    let mut shown = String::new();
    let places = document.places(findings.iter().map(|finding| finding.path.as_str()));
    for (finding, place) in findings.iter().zip(&places) {
        shown.push_str(&renderer.render(&[group(file, place, finding)]));
        shown.push_str("\n\n");
    }
    let follows = if reject(findings) { "" } else { "; this is what will happen" };
    shown.push_str(&format!("{file}: {}{follows}\n", counted(findings)));
    shown
}

/// The text without what the renderer lets through: control characters beyond ASCII, which some terminals obey, and
/// what nobody sees. Each is replaced by marks of the same length, so that every place stays where it is.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = ('\u{80}'..='\u{9f}').contains(&c) || seen(c) != c;
        match (hidden, c.len_utf8()) {
            (false, _) => shown.push(c),
            (true, 3) => shown.push('\u{fffd}'),
            (true, bytes) => shown.extend(std::iter::repeat_n('\u{b7}', bytes / 2)),
        }
    }
    shown
}

fn group<'a>(file: &str, place: &'a Place<'_>, finding: &'a Finding) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.code.as_str());
    let lines = Lines::around(place);
    let origin = if place.inside.is_empty() {
        file.to_owned()
    } else {
        format!("{file}, in the text of {}", place.inside)
    };
    let mut caret = AnnotationKind::Primary.span(lines.span);
    if !finding.path.is_empty() {
        caret = caret.label(finding.path.as_str());
    }
    let snippet = Snippet::source(lines.text).line_start(lines.first).fold(false).annotation(caret);
    let group = match lines.cut {
        None => title.element(snippet.path(origin)),
        Some((line, column)) => {
            title.element(Origin::path(origin).line(line).char_column(column)).element(snippet)
        }
    };
    match &finding.dms_error {
        Some(words) => group.element(Level::NOTE.message(format!("DMS would say: {words}"))),
        None => group,
    }
}

/// The line of a place, with the one before it, or a piece of it when it is long.
struct Lines<'t> {
    text: &'t str,
    /// The number of the first line.
    first: usize,
    /// Of a piece of a line: the number of the line, and the column of the place in characters, both from 1.
    cut: Option<(usize, usize)>,
    span: Range<usize>,
}

impl<'t> Lines<'t> {
    fn around(place: &'t Place<'_>) -> Lines<'t> {
        let text = place.text;
        let Range { start, end } = place.span.clone();
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let from = text[..line.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
        let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = end.min(to).max(start);
        let wide = to - line > WIDEST || line - from > WIDEST;
        let from =
            if wide { text.floor_char_boundary(line.max(start.saturating_sub(WIDEST / 3))) } else { from };
        let to = if wide { text.floor_char_boundary(to.min(start + WIDEST)) } else { to };
        let end = end.min(to);
        let number = |at: usize| text[..at].matches('\n').count() + 1;
        Lines {
            text: &text[from..to],
            first: number(from),
            cut: wide.then(|| (number(start), text[line..start].chars().count() + 1)),
            span: start - from..end - from,
        }
    }
}

/// The words for a number of findings of each weight.
fn counted(findings: &[Finding]) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let count = findings.iter().filter(|finding| finding.severity == severity).count();
            let plural = if count == 1 || severity == Severity::Info { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", severity.as_str()))
        })
        .collect();
    if counts.is_empty() { "no faults".to_owned() } else { counts.join(", ") }
}
