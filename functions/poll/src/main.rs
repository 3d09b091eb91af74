//! Wiring of the `poll` function.

use migration_aws::clients::{self, DmsAndCloudWatch};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let context = DmsAndCloudWatch::of(&clients::configuration("poll").await);
    serve::serve("poll", |request| poll::handle(&context, request)).await
}
