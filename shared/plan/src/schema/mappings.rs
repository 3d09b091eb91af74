//! Table mappings: a list of rules, told apart by their type. What DMS passes over, the rules may hold too.

#![allow(dead_code, reason = "only their schemas are used")]

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::parts::{
    NumberOrDigits, TextOfARule, besides, only, optional_members, or_else_absent, stated, unstated, when,
    words, words_that,
};
use crate::mappings::data_type::DATA_TYPES;
use crate::mappings::filters::{OPERATORS, Takes};
use crate::mappings::locator::TABLE_TYPES;
use crate::mappings::object_mapping;
use crate::mappings::rule::{TYPES, Type};
use crate::mappings::selection::{Action, MAX_LOAD_ORDER};
use crate::mappings::table_settings::{LOB_MODES, Lobs, MAX_COLUMNS, PARALLEL_LOADS, Parallel};
use crate::mappings::transformation::{ACTIONS, IMAGED_COLUMNS, TARGETS, Target};

/// The most that DMS counts to in a mapping.
const MAX_NUMBER: u64 = u32::MAX as u64;

/// A text that may be empty, and one that may not.
type Text = TextOfARule<0>;
type FullText = TextOfARule<1>;

/// What is migrated, rule by rule.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) struct TableMappings {
    /// The rules. At least one of them selects tables.
    #[schemars(extend("contains" = {
        "required": ["rule-type", "rule-action"],
        "properties": {
            "rule-type": { "const": "selection" },
            "rule-action": { "enum": ["include", "explicit"] },
        },
    }))]
    rules: Vec<Rule>,
}

/// A rule of a mapping; what it holds beside these members depends on its `rule-type`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
struct AnyRule {
    /// What the rule is about. Choose it first: what else the rule holds depends on it.
    rule_type: Type,
    /// Digits. Where rules collide, DMS takes the one with the lowest.
    #[schemars(extend("examples" = ["1"]))]
    rule_id: RuleId,
    /// A name for people.
    rule_name: FullText,
}

struct Rule;

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut rule = AnyRule::json_schema(generator);
        let of_type = TYPES.map(|(word, kind)| {
            let members = match kind {
                Type::Selection => generator.subschema_for::<Selection>(),
                Type::Transformation => generator.subschema_for::<Transformation>(),
                Type::TableSettings => generator.subschema_for::<TableSettings>(),
                Type::ObjectMapping => generator.subschema_for::<ObjectMapping>(),
                Type::PostProcessing => generator.subschema_for::<PostProcessing>(),
                Type::Validation => generator.subschema_for::<Validation>(),
            };
            when("rule-type", &[word], members.to_value())
        });
        besides(&mut rule, of_type);
        rule
    }
}

#[derive(JsonSchema)]
#[schemars(extend(
    "type" = ["string", "integer"],
    "pattern" = "^[0-9]{1,20}$",
    "patternErrorMessage" = "digits, such as \"1\"",
    "minimum" = 0,
))]
struct RuleId(String);

/// The objects that a rule is about, by name or by pattern: `%` is any text, `_` any character, `[_]` an underscore.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = optional_members)]
struct Locator {
    /// The schema, by name or by pattern.
    schema_name: Option<Text>,
    /// The table, by name or by pattern.
    table_name: Option<Text>,
    /// The column, by name or by pattern.
    column_name: Option<Text>,
    /// Whether tables are meant, views, or both.
    table_type: Option<TableType>,
    /// The type of the columns that are meant.
    data_type: Option<Text>,
    /// The tablespace of a table; only Oracle has any.
    table_tablespace_name: Option<Text>,
    /// The tablespace of an index; only Oracle has any.
    index_tablespace_name: Option<Text>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&TABLE_TYPES)))]
struct TableType(String);

/// That the locator states these members, unless it names a tablespace.
fn locates(members: &[&str]) -> Value {
    let tablespaces = [stated(&["table-tablespace-name"]), stated(&["index-tablespace-name"])];
    located(json!({ "if": { "anyOf": tablespaces }, "else": stated(members) }))
}

/// That the locator names one table: neither name is a pattern.
fn locates_one() -> Value {
    let one = json!({
        "pattern": "^([^%\\[]|\\[_\\])*$", "patternErrorMessage": "one exact name, without wildcards",
    });
    located(json!({ "properties": { "schema-name": one.clone(), "table-name": one } }))
}

fn located(locator: Value) -> Value {
    json!({ "properties": { "object-locator": locator } })
}

const TABLES: [&str; 2] = ["schema-name", "table-name"];

/// A selection rule: which tables are migrated, and which are not.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "SelectionRule", transform = selection)]
struct Selection {
    /// The tables that are selected.
    object_locator: Locator,
    /// What happens to them.
    rule_action: Action,
    /// Which rows of one table are migrated. Filters are joined by AND, the conditions of one filter by OR.
    filters: Option<Vec<Filter>>,
    /// Tables with a higher number are loaded first.
    load_order: Option<NumberOrDigits<0, MAX_LOAD_ORDER>>,
}

fn selection(schema: &mut Schema) {
    optional_members(schema);
    let exact = when("rule-action", &["explicit"], locates_one());
    let whole = when("rule-action", &["exclude"], unstated(&["filters"]));
    besides(schema, [locates(&TABLES), exact, whole]);
}

/// Which rows of a table are migrated.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
struct Filter {
    /// The side that is filtered.
    filter_type: FilterType,
    /// The column of the source that is compared.
    column_name: FullText,
    /// Conditions, joined by OR.
    #[schemars(length(min = 1), transform = negative_alone)]
    filter_conditions: Vec<Condition>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
enum FilterType {
    Source,
}

/// Joined by OR to another, a condition of what a row is not lets every row through.
fn negative_alone(schema: &mut Schema) {
    let negative = json!({
        "type": "object", "required": ["filter-operator"],
        "properties": { "filter-operator": { "enum": words_that(&OPERATORS, |(_, negates)| negates) } },
    });
    schema.insert("if".to_owned(), json!({ "contains": negative }));
    schema.insert("then".to_owned(), json!({ "maxItems": 1 }));
}

/// A comparison of a column.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = condition)]
struct Condition {
    /// How the column is compared. `ste` is at most, `lte` too; `gte` is at least.
    filter_operator: Operator,
    /// What it is compared with, as text.
    value: Option<Value>,
    /// With `between` and `notbetween`: the first value.
    start_value: Option<Value>,
    /// With `between` and `notbetween`: the last value.
    end_value: Option<Value>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&OPERATORS)))]
struct Operator(String);

fn condition(schema: &mut Schema) {
    let needs = [Takes::One, Takes::Two].map(|takes| {
        // An empty text is a value to compare with.
        let there = json!({ "not": { "type": "null" }, "minItems": 1 });
        let values: Map<String, Value> =
            takes.values().iter().map(|name| ((*name).to_owned(), there.clone())).collect();
        let operators = words_that(&OPERATORS, |(taken, _)| taken == takes);
        when("filter-operator", &operators, json!({ "required": takes.values(), "properties": values }))
    });
    besides(schema, needs);
}

/// A transformation rule: what is changed on the way.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "TransformationRule", transform = transformation)]
struct Transformation {
    /// The kind of object that is changed. An action that changes one kind only has been seen without it.
    rule_target: Option<RuleTarget>,
    /// What is done to it.
    rule_action: TransformationAction,
    /// The objects that are changed.
    object_locator: Locator,
    /// The new name, prefix or suffix, or the name of the new column.
    value: Option<Text>,
    /// The prefix or suffix that is replaced.
    old_value: Option<Text>,
    /// With `add-column`: what the column holds, in SQLite's words; `$NAME` is the column NAME. With `rename`: the new
    /// name.
    expression: Option<Text>,
    /// The type of the column.
    data_type: Option<DataType>,
    /// With `define-primary-key`: the key.
    primary_key_def: Option<PrimaryKey>,
    /// With `add-before-image-columns`: which columns, and how they are called.
    before_image_def: Option<BeforeImage>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&TARGETS)))]
struct RuleTarget(String);

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&ACTIONS)))]
struct TransformationAction(String);

fn transformation(schema: &mut Schema) {
    optional_members(schema);
    let of_columns = words_that(&ACTIONS, |action| action.only_for() == Some(Target::Column));
    // A key of a column has been seen at work; it is warned of.
    let of_tables = words_that(&ACTIONS, |action| action.only_for() == Some(Target::Table));
    let named_by_locator = words_that(&ACTIONS, |action| !action.names_its_columns());
    let of_names = words_that(&ACTIONS, |action| action.only_for().is_none());
    let target = |words: &[&str]| json!({ "properties": { "rule-target": { "anyOf": [{ "enum": words }, or_else_absent()] } } });
    let new_name = json!({ "anyOf": [stated(&["value"]), stated(&["expression"])] });
    let column = located(stated(&["column-name"]));
    let needs = ["value", "old-value", "data-type", "primary-key-def", "before-image-def"].map(|member| {
        let needy = words_that(&ACTIONS, |action| action.needs().contains(&member));
        when("rule-action", &needy, stated(&[member]))
    });
    let conditions = [
        locates(&["schema-name"]),
        when("rule-target", &["table", "column"], locates(&TABLES)),
        when("rule-target", &["column"], when("rule-action", &named_by_locator, column)),
        when("rule-action", &of_names, stated(&["rule-target"])),
        when("rule-action", &["rename"], new_name),
        when("rule-action", &of_columns, target(&["column"])),
        when("rule-action", &of_tables, target(&["table", "column"])),
    ];
    besides(schema, conditions.into_iter().chain(needs));
}

/// A data type of DMS.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = optional_members)]
struct DataType {
    /// Its name.
    r#type: DataTypeName,
    /// How long it is.
    length: Option<NumberOrDigits<0, MAX_NUMBER>>,
    /// How many digits it has.
    precision: Option<NumberOrDigits<0, MAX_NUMBER>>,
    /// How many of them stand behind the point.
    scale: Option<NumberOrDigits<0, MAX_NUMBER>>,
}

/// A name that is not known may be one that DMS has learned since.
#[derive(JsonSchema)]
#[schemars(transform = only(json_schema!({
    "anyOf": [{ "enum": DATA_TYPES }, { "type": ["string", "number", "boolean"], "minLength": 1 }],
})))]
struct DataTypeName(String);

/// The primary key of a table.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = optional_members)]
struct PrimaryKey {
    /// Its name.
    name: FullText,
    /// Where it comes from.
    origin: Option<Text>,
    /// Its columns.
    #[schemars(length(min = 1))]
    columns: Vec<Text>,
}

/// The columns of a row before it was changed.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = optional_members)]
struct BeforeImage {
    /// Of which columns.
    column_filter: Option<ImagedColumns>,
    /// What stands before the name of a column.
    column_prefix: Option<Text>,
    /// What stands behind the name of a column.
    column_suffix: Option<Text>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&IMAGED_COLUMNS)))]
struct ImagedColumns(String);

/// A rule of table settings: how one table is loaded.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "TableSettingsRule", transform = table_settings)]
struct TableSettings {
    /// The one table that they are about.
    object_locator: Locator,
    /// How its parts are loaded side by side.
    parallel_load: Option<ParallelLoad>,
    /// What becomes of its LOBs.
    lob_settings: Option<LobSettings>,
}

fn table_settings(schema: &mut Schema) {
    optional_members(schema);
    besides(schema, [locates(&TABLES), locates_one()]);
}

/// How the parts of a table are loaded side by side.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = parallel_load)]
struct ParallelLoad {
    /// By what the table is cut into parts.
    r#type: Option<ParallelLoadType>,
    /// With `partitions-list`: the partitions to load.
    partitions: Option<Vec<Text>>,
    /// With `partitions-list`: the subpartitions to load.
    subpartitions: Option<Vec<Text>>,
    /// With `ranges`: the columns by which the table is cut.
    columns: Option<Vec<Text>>,
    /// With `ranges`: where it is cut, with a value for each of the columns.
    boundaries: Option<Value>,
    /// For MongoDB and DocumentDB: how many parts.
    number_of_partitions: Option<NumberOrDigits<1, MAX_NUMBER>>,
    /// For MongoDB and DocumentDB: whether the number of documents is taken from the collection's metadata.
    collection_count_from_metadata: Option<Value>,
    /// For MongoDB and DocumentDB: how many documents are passed over at once.
    max_records_skip_per_page: Option<NumberOrDigits<0, MAX_NUMBER>>,
    /// For MongoDB and DocumentDB: how many documents are taken at once.
    batch_size: Option<NumberOrDigits<0, MAX_NUMBER>>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&PARALLEL_LOADS)))]
struct ParallelLoadType(String);

fn parallel_load(schema: &mut Schema) {
    optional_members(schema);
    let of_type = |wanted: Parallel| words_that(&PARALLEL_LOADS, |kind| kind == wanted);
    let parts = json!({ "anyOf": [stated(&["partitions"]), stated(&["subpartitions"])] });
    let mut ranges = stated(&["columns", "boundaries"]);
    ranges["properties"]["columns"]["maxItems"] = json!(MAX_COLUMNS);
    ranges["properties"]["boundaries"]["type"] = json!("array");
    ranges["properties"]["boundaries"]["items"] = json!({ "type": "array" });
    // The console writes every member, each null, where nothing is loaded in parallel.
    let nothing = json!({ "additionalProperties": or_else_absent() });
    besides(
        schema,
        [
            json!({ "if": nothing, "else": stated(&["type"]) }),
            when("type", &of_type(Parallel::List), parts),
            when("type", &of_type(Parallel::Ranges), ranges),
        ],
    );
}

/// What becomes of the LOBs of a table.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = lob_settings)]
struct LobSettings {
    /// Whether they are cut off at a size, migrated whole, or left out.
    mode: Option<LobMode>,
    /// In KB. With `limited`, what is larger is cut off; otherwise what is larger is fetched piece by piece.
    bulk_max_size: Option<NumberOrDigits<0, MAX_NUMBER>>,
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&LOB_MODES)))]
struct LobMode(String);

fn lob_settings(schema: &mut Schema) {
    optional_members(schema);
    let limited = words_that(&LOB_MODES, |mode| mode == Lobs::Limited);
    let something = json!({ "properties": { "bulk-max-size": { "not": { "enum": [0, "0"] } } } });
    besides(schema, [when("mode", &limited, something)]);
}

/// An object-mapping rule: how rows become the records of Kinesis and Kafka, or the items of DynamoDB.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "ObjectMappingRule", transform = of_tables)]
struct ObjectMapping {
    /// The tables whose rows are written.
    object_locator: Locator,
    /// What becomes of a row.
    rule_action: ObjectMappingAction,
    /// The table of items that is written.
    target_table_name: Option<Text>,
    /// How it is written; what stands here differs from target to target.
    mapping_parameters: Option<Map<String, Value>>,
}

fn of_tables(schema: &mut Schema) {
    optional_members(schema);
    besides(schema, [locates(&TABLES)]);
}

#[derive(JsonSchema)]
#[schemars(extend("enum" = words(&object_mapping::ACTIONS)))]
struct ObjectMappingAction(String);

/// A post-processing rule: how what is written to S3 is tagged.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "PostProcessingRule", transform = of_tables)]
struct PostProcessing {
    /// The tables whose objects are tagged.
    object_locator: Locator,
    /// What is done.
    rule_action: PostProcessingAction,
    /// The tags.
    #[schemars(length(min = 1))]
    tag_set: Vec<ObjectTag>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
enum PostProcessingAction {
    AddTag,
}

/// A tag of an object in S3.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", transform = optional_members)]
struct ObjectTag {
    /// Its key.
    key: FullText,
    /// Its value.
    value: Option<Text>,
}

/// A validation rule: with what function a column is compared.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "ValidationRule", transform = of_a_column)]
struct Validation {
    /// The kind of object that is compared.
    rule_target: ValidationTarget,
    /// What is done.
    rule_action: ValidationAction,
    /// The column that is compared.
    object_locator: Locator,
    /// The function on the side of the source.
    source_function: Option<Text>,
    /// The function on the side of the target.
    target_function: Option<Text>,
}

fn of_a_column(schema: &mut Schema) {
    optional_members(schema);
    besides(schema, [locates(&TABLES), located(stated(&["column-name"]))]);
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
enum ValidationTarget {
    Column,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
enum ValidationAction {
    OverrideValidationFunction,
}
