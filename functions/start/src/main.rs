//! Wiring of the `start` function.

use aws_sdk_databasemigration::Client;
use migration_aws::{clients, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let dms = Client::new(&clients::configuration("start").await);
    serve::serve("start", |request| start::handle(&dms, request)).await
}
