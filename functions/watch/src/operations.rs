//! What those who run the stack are told: a run that nobody could close out.

use migration::message::operations;
use migration::run::execution_arn::ExecutionArn;
use migration_aws::error::StepError;
use migration_aws::sns;

use crate::Watch;

/// Tells the operations topic of a run that nobody could close out; `last` is the execution that died over it at last.
pub(super) async fn given_up(
    watch: &Watch,
    run: &ExecutionArn,
    last: &ExecutionArn,
) -> Result<(), StepError> {
    sns::publish_notice(&watch.sns, &watch.operations_topic, &operations::given_up(run, last)).await
}
