//! `docs/message.schema.json` is what the types of a message say.

#![allow(clippy::expect_used, reason = "a test may end where it is")]

use support::plans::root;

#[test]
fn the_schema_of_a_message_is_what_its_types_say() {
    let file = root().join("docs/message.schema.json");
    let wanted = migration::message::schema_text();
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&file, &wanted).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(kept, wanted, "docs/message.schema.json is not what the types say: `make docs` writes it");
}
