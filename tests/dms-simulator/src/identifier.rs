//! What an identifier may look like.

use crate::fault::Fault;

/// Letters, digits and single hyphens, a letter first, no hyphen last. The rule is the model's; the text
/// is what DMS says of a filter's value, and inferred for the members of a request.
pub(crate) fn check(identifier: &str, most: usize, member: &str) -> Result<(), Fault> {
    let fits = (1..=most).contains(&identifier.len())
        && identifier.starts_with(|first: char| first.is_ascii_alphabetic())
        && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !identifier.ends_with('-')
        && !identifier.contains("--");
    if fits {
        return Ok(());
    }
    Err(Fault::invalid_value(format!(
        "The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain only \
         ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}
