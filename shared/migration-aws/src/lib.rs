//! What several functions share about AWS.
