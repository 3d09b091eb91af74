//! Wiring of the `create-task` function.

use create_task::CreateTask;
use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let stated = std::env::var("DEFAULT_TAGS").unwrap_or_default();
    let default_tags = plan::tags::defaults(&stated).map_err(|why| {
        format!("DEFAULT_TAGS cannot be read: {why}; redeploy the stack with other DefaultTaskTags")
    })?;
    let aws = DmsAndStepFunctions::of(&clients::configuration("create-task").await);
    let function = CreateTask { aws, default_tags };
    serve::serve("create-task", |request| create_task::handle(&function, request)).await
}
