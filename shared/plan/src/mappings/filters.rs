//! Source filters: which rows of a table are migrated (DMS user guide, using source filters).

use super::rule::Reading;
use crate::finding::Code;
use crate::located::Node;

/// How many values an operator takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    None,
    One,
    Two,
}

impl Takes {
    /// The members that hold them.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Takes::None => &[],
            Takes::One => &["value"],
            Takes::Two => &["start-value", "end-value"],
        }
    }
}

/// Each operator, what it takes, and whether it says what a row must not be.
pub(crate) const OPERATORS: [(&str, (Takes, bool)); 9] = [
    ("lte", (Takes::One, false)),
    ("ste", (Takes::One, false)),
    ("gte", (Takes::One, false)),
    ("eq", (Takes::One, false)),
    ("noteq", (Takes::One, true)),
    ("between", (Takes::Two, false)),
    ("notbetween", (Takes::Two, true)),
    ("null", (Takes::None, false)),
    ("notnull", (Takes::None, true)),
];

pub(super) fn read<'a>(rule: &mut Reading<'_, 'a>, filters: &Node<'a>) {
    for filter in filters.elements(rule.findings) {
        rule.enter("filters", &filter, |inner| {
            inner.members.required_word("filter-type", &[("source", ())], inner.findings);
            inner.required_text("column-name");
            match inner.members.get("filter-conditions") {
                Some(conditions) => read_conditions(inner, &conditions),
                None => inner.members.missing("filter-conditions", inner.findings),
            }
        });
    }
}

fn read_conditions<'a>(filter: &mut Reading<'_, 'a>, conditions: &Node<'a>) {
    let list = conditions.elements(filter.findings);
    let mut negative = false;
    for condition in &list {
        let negates = filter.enter("filter-conditions", condition, read_condition);
        negative |= negates == Some(true);
    }
    // Conditions of one filter are joined by OR, and a row that is not one thing or not another is every row.
    if negative && list.len() > 1 {
        filter.findings.add(
            &conditions.path,
            Code::NegativeConditionBesideOthers,
            "noteq, notbetween and notnull stand alone in a filter: conditions of one filter are joined by OR; give each a filter \
             of its own, filters are joined by AND",
        );
    }
}

/// True when the condition says what a row must not be.
fn read_condition(condition: &mut Reading<'_, '_>) -> bool {
    let operator = condition.members.required_word("filter-operator", &OPERATORS, condition.findings);
    let Some((takes, negates)) = operator else {
        condition.members.ignore(&["value", "start-value", "end-value"]);
        return false;
    };
    let wanted = takes.values();
    for name in ["value", "start-value", "end-value"] {
        let node = condition.members.get(name);
        match (node, wanted.contains(&name)) {
            (None, true) if !condition.members.is_empty_text(name) => {
                condition.members.missing(name, condition.findings);
            }
            (Some(node), true) if !node.value.is_string() => condition.findings.add(
                &node.path,
                Code::ValueNotText,
                format!("DMS writes the {name} of a filter as text, \"5\" rather than 5"),
            ),
            (Some(node), false) => condition.findings.add(
                &node.path,
                Code::ValueNotUsed,
                format!("this operator takes no {name}: it does nothing here"),
            ),
            _ => {}
        }
    }
    negates
}
