//! Wiring of the `poll` function.

use aws_sdk_databasemigration::Client;
use migration_aws::{clients, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let configuration = clients::configuration("poll").await;
    let dms = Client::new(&configuration);
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&configuration);
    serve::serve("poll", |request| poll::handle(&dms, &cloudwatch, request)).await
}
