//! Wiring of the `create-task` function.

use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let context = DmsAndStepFunctions::of(&clients::configuration("create-task").await);
    serve::serve("create-task", |request| create_task::handle(&context, request)).await
}
