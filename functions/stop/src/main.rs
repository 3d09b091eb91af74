//! Wiring of the `stop` function.

use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let context = DmsAndStepFunctions::of(&clients::configuration("stop").await);
    serve::serve("stop", |request| stop::handle(&context, request)).await
}
