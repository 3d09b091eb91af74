//! The `$id` of the schema: one address for each version, made here and nowhere else.

/// The address of the schema of this version. In a repository it is that of the file; without one it is a name, by which
/// a validator that was given the schema finds it, and which is never fetched.
pub(super) fn of(repository: &str, version: &str) -> String {
    match repository.trim_end_matches('/') {
        "" => format!("urn:dms-orchestrator:plan.schema.json:{version}"),
        repository => format!("{repository}/raw/v{version}/docs/plan.schema.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_version_and_the_file_where_there_is_one() {
        assert_eq!(of("", "1.2.3"), "urn:dms-orchestrator:plan.schema.json:1.2.3");
        let at_home = "https://example.com/team/orchestrator/raw/v1.2.3/docs/plan.schema.json";
        for repository in ["https://example.com/team/orchestrator", "https://example.com/team/orchestrator/"]
        {
            assert_eq!(of(repository, "1.2.3"), at_home);
        }
    }
}
