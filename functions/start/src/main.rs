//! Wiring of the `start` function.

use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let context = DmsAndStepFunctions::of(&clients::configuration("start").await);
    serve::serve("start", |request| start::handle(&context, request)).await
}
