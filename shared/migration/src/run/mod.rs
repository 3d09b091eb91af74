//! What is known of a run: the document that travels between the steps, what DMS said this time, and the verdict.

pub mod acts;
pub mod answer;
pub mod close_out;
pub mod commands;
pub mod document;
pub mod drive;
pub mod drove;
pub mod execution;
pub mod execution_arn;
pub mod identity;
pub mod instance_status;
pub mod lag;
pub mod load;
pub mod machine;
pub mod next;
pub mod observation;
pub mod status;
pub mod step;
pub mod stop_reason;
pub mod table;
pub mod tables;
pub mod task;
pub mod verdict;
