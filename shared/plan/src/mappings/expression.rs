//! Expressions of SQLite in a transformation: what a new column holds, or a new name (DMS user guide, using
//! transformation rule expressions).

use super::rule::Reading;
use crate::finding::Code;
use crate::located::{nearest, quoted};

/// What DMS offers of a change beside its columns.
const HEADERS: [&str; 6] = [
    "AR_H_CHANGE_SEQ",
    "AR_H_COMMIT_TIMESTAMP",
    "AR_H_OPERATION",
    "AR_H_STREAM_POSITION",
    "AR_H_TIMESTAMP",
    "AR_H_USER",
];

/// What DMS offers of the place that a row comes from.
const METADATA: [&str; 4] = [
    "AR_M_SOURCE_COLUMN_DATATYPE",
    "AR_M_SOURCE_COLUMN_NAME",
    "AR_M_SOURCE_SCHEMA",
    "AR_M_SOURCE_TABLE_NAME",
];

/// Reads the expression of a rule; `is_used` where its action takes one.
pub(super) fn read(rule: &mut Reading<'_, '_>, is_used: bool) {
    let Some(expression) = rule.text("expression") else { return };
    let place = rule.members.place("expression");
    if !is_used {
        rule.findings.add(
            &place,
            Code::ValueNotUsed,
            "an expression belongs to rule-action add-column, or to rename of a schema, table or column: it does nothing here",
        );
    }
    if !closes(expression) {
        rule.findings.add(
            &place,
            Code::BadExpression,
            format!("a quote or parenthesis of the expression is not closed: {}", quoted(expression)),
        );
    }
    for header in headers(expression) {
        let known: &[&str] = if header.starts_with("AR_M") { &METADATA } else { &HEADERS };
        if !known.contains(&header) {
            let advice =
                nearest(header, known).map(|known| format!("; did you mean ${known}?")).unwrap_or_default();
            rule.findings.add(
                &place,
                Code::UnknownHeader,
                format!("the expression uses a header that is not known here, {}{advice}", quoted(header)),
            );
        }
    }
}

/// True when every quote and parenthesis of an SQLite expression is closed.
fn closes(expression: &str) -> bool {
    let (mut depth, mut quote) = (0_usize, None);
    for c in expression.chars() {
        match (quote, c) {
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
            }
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(left) => depth = left,
                None => return false,
            },
            (None, _) => {}
        }
    }
    depth == 0 && quote.is_none()
}

/// The headers that an expression names, without their dollar.
fn headers(expression: &str) -> impl Iterator<Item = &str> {
    expression.split('$').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|name| name.starts_with("AR_H") || name.starts_with("AR_M"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_parentheses_close() {
        for (expression, good) in [
            ("$A || '-' || $B", true),
            ("datetime('now', '(')", true),
            ("\"it's\"", true),
            ("'it''s'", true),
            ("(($A))", true),
            ("(($A)", false),
            ("$A)", false),
            (")(", false),
            ("'x", false),
        ] {
            assert_eq!(closes(expression), good, "{expression}");
        }
    }

    #[test]
    fn headers_of_an_expression() {
        let all: Vec<&str> = headers("$AR_H_USER || $NAME||$AR_M_SOURCE_SCHEMA, $ $é").collect();
        assert_eq!(all, ["AR_H_USER", "AR_M_SOURCE_SCHEMA"]);
    }
}
