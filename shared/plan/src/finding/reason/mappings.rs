//! Reasons of the codes about table mappings.

use super::{Reason, RestsOn};
use crate::finding::Code;

/// The reason of a code that is noted here.
pub(super) fn of(code: &Code) -> Option<Reason> {
    use RestsOn::{Answer, Contradiction, Limit, Must, Seen};
    let reason = |cost, rests_on| Some(Reason { cost, rests_on });
    match code {
        Code::AboutNothingSelected => reason(
            "the rule does nothing, and the table is not there in the morning, or not changed",
            Limit(
                "guide, table mapping: only what a selection rule includes is migrated, and rules are about that",
            ),
        ),
        Code::ActionNotForTarget => reason(
            "the task is refused, or goes on without the change",
            Must("guide, transformation rules: which action is available for which kind of object"),
        ),
        Code::BadExpression => reason(
            "the task fails when it loads the first row",
            Contradiction("a quote or parenthesis that is never closed is no expression of SQLite"),
        ),
        Code::BadKeyOrigin => reason(
            "the table gets no key, or another kind of key",
            Limit("guide, transformation rules: `origin` is `primary-key` (the default) or `unique-index`"),
        ),
        Code::BadMask => reason(
            "digits arrive in the clear, or the task fails at the first row",
            Limit(
                "guide, data masking: digits become one printable ASCII character, which is neither empty nor white \
             space",
            ),
        ),
        Code::BadPattern => reason(
            "no table has such a name, so none is selected",
            Limit("guide, wildcards: a bracket holds the characters it stands for"),
        ),
        Code::BadRuleId => {
            reason("the task is refused", Must("guide, all rules: `rule-id` is a numeric value"))
        }
        Code::BareList => {
            reason("the task is refused", Must("guide, table mapping: an object with a list `rules`"))
        }
        Code::BeforeImageWithoutName => reason(
            "a column and the one for its value before a change get one name",
            Limit("guide, transformation rules: prefix and suffix must not both be empty texts"),
        ),
        Code::BeforeImagesTwice => reason(
            "the value before a change is written twice, or the task is refused",
            Limit("guide, before images: the rule and `BeforeImageSettings` exclude each other"),
        ),
        Code::BoundaryOfOtherWidth => reason(
            "the task is refused, or rows between two boundaries are missing",
            Must("guide, table settings: a boundary has one value for each column"),
        ),
        Code::ChangedTwice => reason(
            "one of the two changes does not happen",
            Limit(
                "guide, transformation rules: one action for an object; of several the one with the lowest \
             `rule-id`",
            ),
        ),
        Code::ColumnNotTransformable => reason(
            "the column arrives unchanged, or the task fails",
            Limit(
                "guide, transformation rules: none on columns whose names hold special characters or are written \
             from right to left",
            ),
        ),
        Code::ColumnWithoutExpression => reason(
            "the new column is empty in every row",
            Limit("guide, transformation rules: `expression` says what the new column holds"),
        ),
        Code::ConsoleMember => {
            reason("nothing", Seen("mappings that the console exported are in production with it"))
        }
        Code::EqualRuleIds => reason(
            "the task may be refused, and which rule wins is not defined",
            Limit(
                "guide: `rule-id` is unique; DMS refuses two equal ones of selection rules, for others no answer is \
             recorded, and a sample of AWS shares one",
            ),
        ),
        Code::EqualRuleNames => {
            reason("nothing that is known", Limit("guide: `rule-name` is unique; DMS takes equal ones"))
        }
        Code::EqualSelectionIds => {
            reason("the task is refused", Answer("Error in mapping rules. Duplicate ruleid 1"))
        }
        Code::ExplicitWithPattern => reason(
            "the task is refused, or selects nothing",
            Must("guide, selection rules: `explicit` names exactly one table"),
        ),
        Code::FilterOfExcluded => reason(
            "rows are migrated that were to be left out",
            Must("guide, source filters: for `include` rules only"),
        ),
        Code::FilterWithPattern => reason(
            "the task fails on the first table without that column",
            Limit("guide, source filters: the table is named exactly"),
        ),
        Code::IncludedAndExcluded => reason(
            "the table is not there in the morning",
            Limit("guide, selection rules: what is excluded is not migrated"),
        ),
        Code::KeyOfAColumn => {
            reason("nothing that is known", Seen("in production, though the guide has `table` there"))
        }
        Code::KeyWithPattern => reason(
            "the tables get no key, and updates of them are slow or refused",
            Limit("guide, transformation rules: not with a wildcard in the name of a schema or table"),
        ),
        Code::LeadingZeros => reason(
            "two rules may be one, and the task refused",
            Limit("no answer of DMS is recorded; its reader makes texts of numbers, and compares texts"),
        ),
        Code::MaskBeforeType => reason(
            "the mask fails on the old type, or is lost",
            Limit("guide, data masking: the change of type has a smaller `rule-id`, so that it comes first"),
        ),
        Code::MaskNotForType => reason(
            "the task stops at the first row, or a hash is cut off",
            Limit(
                "guide, data masking: digits of `string` and `wstring`, random digits also of whole numbers and \
             `numeric`; a hash has 64 characters",
            ),
        ),
        Code::MaskedNotValidated => reason(
            "rows count as verified without their masked columns",
            Limit("guide, data masking: masked columns are left out of validation"),
        ),
        Code::MissingMember => reason(
            "the task is refused, or the member is guessed",
            Must(
                "guide and API reference: the members that each object states; of a selection without locator DMS \
             answers \"Error in mapping rules. Rule with ruleId = 1 failed validation. object locator cannot be \
             null\"",
            ),
        ),
        Code::NegativeConditionBesideOthers => reason(
            "every row is migrated",
            Must("guide, source filters: a negative condition stands alone in its filter"),
        ),
        Code::NoRules => reason("the task is refused", Answer("Valid Table mappings is required")),
        Code::NoSelectionRule => reason(
            "the task is refused",
            Answer("Error in mapping rules. At least one selection rule is required."),
        ),
        Code::NotJson => {
            reason("the task is refused", Answer("Invalid Table Mappings document. Invalid json"))
        }
        Code::NothingSelected => reason(
            "the task starts, and fails without a table",
            Contradiction("DMS migrates what a rule includes, and none does"),
        ),
        Code::RuleIdAsNumber => reason("nothing", Seen("DMS takes both")),
        Code::RuleNameAsNumber => reason(
            "nothing that is known",
            Seen("eight public generators write it so, and DMS's reader makes texts of numbers"),
        ),
        Code::RuleTargetMissing => reason(
            "the task may be refused",
            Seen(
                "one task in production changes types without it; the guide lists it for every transformation",
            ),
        ),
        Code::RuleWithoutEffect => reason(
            "what the rule was to do does not happen",
            Limit("guide: the members that such a rule works by"),
        ),
        Code::SelectedTwice => reason(
            "nothing; one of the rules is forgotten when the other is changed",
            Limit("guide, selection rules: a table is migrated once"),
        ),
        Code::SettingsInSelection => reason(
            "tables load one part at a time, and LOBs are cut off as for all others",
            Limit("guide, table settings: a rule type of its own"),
        ),
        Code::SettingsWithPattern => reason(
            "the task is refused",
            Answer(
                "Error in mapping rules. Rule with ruleId = 1 failed validation. Exact schema and table name \
             required when using table settings rule.",
            ),
        ),
        Code::SeveralIntoOne => reason(
            "rows of several tables meet in one, or the task fails",
            Limit(
                "guide, transformation rules: two source tables do not go into one target table, and names must be \
             unique",
            ),
        ),
        Code::StarIsNoWildcard => {
            reason("no table has such a name, so none is selected", Limit("guide, wildcards: `%` and `_`"))
        }
        Code::SystemSchemaSelected => reason(
            "password hashes of the source stand in the target, or the load fails on tables of the server",
            Seen("a post-mortem: `%` selected 47 system tables of MySQL"),
        ),
        Code::SystemSchemaToAnotherEngine => reason(
            "password hashes of the source stand in the target, and its own system schemas are written to",
            Contradiction(
                "the target is no server of this engine, and the tables are of use to such a server only",
            ),
        ),
        Code::TextAsNumber => reason(
            "a number may be written in another way than the name has it",
            Seen("DMS's reader makes texts of numbers; no answer to one here is recorded"),
        ),
        Code::TooManyColumns => {
            reason("the task is refused", Must("guide, table settings: at most ten columns"))
        }
        Code::UnknownDataType => reason(
            "the task fails when it begins, or the column keeps its type",
            Limit("guide, transformation rules: the data types of DMS"),
        ),
        Code::UnknownHeader => reason(
            "the task fails at the first row, or the column is empty",
            Limit("guide, transformation expressions: the headers and metadata that there are"),
        ),
        Code::UnknownRuleMember => reason(
            "what the member was to do does not happen",
            Seen("DMS passes over members that it does not know"),
        ),
        Code::UnknownWord => reason(
            "the task is refused",
            Answer(
                "Invalid table mappings document. (a `rule-type`, or the `rule-action` of a selection; of other \
             words the guide and this manual list all)",
            ),
        ),
        Code::ValidationRuleWithoutValidation => reason(
            "nothing is compared, though a rule says how",
            Limit("guide, validation: rules replace the function of a validation that is on"),
        ),
        Code::ValueNotText => {
            reason("the row may not be found", Limit("guide, source filters: values are texts"))
        }
        Code::ValueNotUsed => reason(
            "what the member was to do does not happen",
            Limit("guide: which members go with which action or operator"),
        ),
        Code::ViewsAreOnlyLoaded => reason(
            "changes of the views never arrive",
            Limit("guide, selection rules: views are for full-load tasks"),
        ),
        Code::WrongTablespace => reason(
            "the rule does nothing, or the task is refused",
            Limit(
                "guide, transformation rules: one of the two names in a rule, the one of its `rule-target`",
            ),
        ),
        _ => None,
    }
}
