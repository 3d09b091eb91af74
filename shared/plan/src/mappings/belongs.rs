//! Where the members of a rule belong: people put them one level too high or too low, into a rule of another type, or
//! call them as another tool does.

use super::rule::Type;

/// The members of every rule.
const OF_EVERY_RULE: [&str; 4] = ["rule-type", "rule-id", "rule-name", "object-locator"];

/// The members of a rule of this type beside those.
fn of_rule(rule_type: Type) -> &'static [&'static str] {
    match rule_type {
        Type::Selection => &["rule-action", "load-order", "filters"],
        Type::Transformation => &[
            "rule-target",
            "rule-action",
            "value",
            "old-value",
            "expression",
            "data-type",
            "primary-key-def",
            "before-image-def",
        ],
        Type::TableSettings => &["parallel-load", "lob-settings"],
        Type::ObjectMapping => &["rule-action", "target-table-name", "mapping-parameters"],
        Type::PostProcessing => &["rule-action", "tag-set"],
        Type::Validation => &["rule-target", "rule-action", "source-function", "target-function"],
    }
}

/// A member that holds others, the type of its rule (any, when `None`), and what it holds.
struct Holder {
    name: &'static str,
    of: Option<Type>,
    holds: &'static [&'static str],
}

const HOLDERS: [Holder; 10] = [
    Holder {
        name: "object-locator",
        of: None,
        holds: &[
            "schema-name",
            "table-name",
            "column-name",
            "table-type",
            "table-tablespace-name",
            "index-tablespace-name",
        ],
    },
    Holder { name: "filters", of: Some(Type::Selection), holds: &["filter-type", "filter-conditions"] },
    Holder {
        name: "filter-conditions",
        of: Some(Type::Selection),
        holds: &["filter-operator", "start-value", "end-value"],
    },
    Holder { name: "primary-key-def", of: Some(Type::Transformation), holds: &["name", "origin", "columns"] },
    Holder {
        name: "before-image-def",
        of: Some(Type::Transformation),
        holds: &["column-filter", "column-prefix", "column-suffix"],
    },
    Holder {
        name: "data-type",
        of: Some(Type::Transformation),
        holds: &["type", "length", "precision", "scale"],
    },
    Holder {
        name: "parallel-load",
        of: Some(Type::TableSettings),
        holds: &[
            "type",
            "partitions",
            "subpartitions",
            "columns",
            "boundaries",
            "number-of-partitions",
            "collection-count-from-metadata",
            "max-records-skip-per-page",
            "batch-size",
        ],
    },
    Holder { name: "lob-settings", of: Some(Type::TableSettings), holds: &["mode", "bulk-max-size"] },
    Holder {
        name: "mapping-parameters",
        of: Some(Type::ObjectMapping),
        holds: &[
            "partition-key-type",
            "partition-key-name",
            "attribute-mappings",
            "exclude-columns",
            "sort-key-name",
        ],
    },
    Holder { name: "tag-set", of: Some(Type::PostProcessing), holds: &["key", "value"] },
];

/// What a member of `lob-settings` is called elsewhere, and here.
const OF_LOBS: [(&str, &str); 10] = [
    ("lob-mode", "mode"),
    ("LobMode", "mode"),
    ("type", "mode"),
    ("max-lob-size", "bulk-max-size"),
    ("lob-max-size", "bulk-max-size"),
    ("LobMaxSize", "bulk-max-size"),
    ("inline-lob-max-size", "bulk-max-size"),
    ("InlineLobMaxSize", "bulk-max-size"),
    ("max-size", "bulk-max-size"),
    ("lob-chunk-size", "bulk-max-size"),
];

/// Where a member belongs that is not known in a rule of this type, inside this member of it (empty for the rule
/// itself).
pub(super) fn advice(rule_type: Option<Type>, within: &str, name: &str) -> Option<String> {
    let rule_type = rule_type?;
    let of_lobs = OF_LOBS.iter().find(|(elsewhere, _)| *elsewhere == name).map(|(_, here)| *here);
    if within == "lob-settings"
        && let Some(here) = of_lobs
    {
        return Some(format!("it is called {here} here"));
    }
    match (within, name) {
        ("filters", "value") => return Some("it belongs in filter-conditions".to_owned()),
        ("filter-conditions", "filter-type" | "column-name") => {
            return Some("it belongs in the filter itself, beside filter-conditions".to_owned());
        }
        _ => {}
    }
    if let Some(holder) = HOLDERS.iter().find(|holder| {
        holder.of.is_none_or(|of| of == rule_type) && holder.name != within && holder.holds.contains(&name)
    }) {
        return Some(format!("it belongs in {}", holder.name));
    }
    if !within.is_empty() {
        let in_the_rule = OF_EVERY_RULE.contains(&name) || of_rule(rule_type).contains(&name);
        return in_the_rule.then(|| format!("it belongs in the rule itself, beside {within}"));
    }
    if rule_type == Type::TableSettings {
        if let Some(here) = of_lobs.filter(|_| name != "type") {
            return Some(format!("it belongs in lob-settings, and is called {here} there"));
        }
        if ["rule-action", "rule-target", "filters", "load-order"].contains(&name) {
            return Some(format!("a table-settings rule has no {name}, only parallel-load and lob-settings"));
        }
    }
    let others: Vec<&str> = super::rule::TYPES
        .iter()
        .filter(|(_, other)| *other != rule_type && of_rule(*other).contains(&name))
        .map(|(word, _)| *word)
        .collect();
    (!others.is_empty()).then(|| format!("it belongs in a rule with rule-type {}", others.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_shown_where_it_belongs() {
        let transformation = Some(Type::Transformation);
        let settings = Some(Type::TableSettings);
        for (rule_type, within, name, said) in [
            (transformation, "", "name", Some("it belongs in primary-key-def")),
            (transformation, "", "length", Some("it belongs in data-type")),
            (
                transformation,
                "data-type",
                "expression",
                Some("it belongs in the rule itself, beside data-type"),
            ),
            (settings, "", "columns", Some("it belongs in parallel-load")),
            (settings, "", "lob-mode", Some("it belongs in lob-settings, and is called mode there")),
            (settings, "lob-settings", "max-lob-size", Some("it is called bulk-max-size here")),
            (
                settings,
                "",
                "filters",
                Some("a table-settings rule has no filters, only parallel-load and lob-settings"),
            ),
            (Some(Type::Selection), "", "value", Some("it belongs in a rule with rule-type transformation")),
            (Some(Type::Selection), "", "table-name", Some("it belongs in object-locator")),
            (
                Some(Type::Selection),
                "object-locator",
                "filters",
                Some("it belongs in the rule itself, beside object-locator"),
            ),
            (Some(Type::Selection), "filters", "value", Some("it belongs in filter-conditions")),
            (
                Some(Type::Selection),
                "filter-conditions",
                "column-name",
                Some("it belongs in the filter itself, beside filter-conditions"),
            ),
            (transformation, "", "nonsense", None),
            (transformation, "primary-key-def", "nonsense", None),
            (None, "", "name", None),
        ] {
            assert_eq!(advice(rule_type, within, name).as_deref(), said, "{rule_type:?} {within} {name}");
        }
    }
}
