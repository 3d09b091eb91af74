//! What is known of a run: the document that travels between the steps, what DMS said this time, and the verdict.

pub mod commands;
pub mod document;
pub mod identity;
pub mod lag;
pub mod load;
pub mod next;
pub mod observation;
pub mod status;
pub mod stop_reason;
pub mod table;
pub mod tables;
pub mod verdict;
