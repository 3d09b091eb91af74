//! Wiring of the `validate` function.

use migration_aws::{clients, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let configuration = clients::configuration("validate").await;
    let dms = aws_sdk_databasemigration::Client::new(&configuration);
    let executions = aws_sdk_sfn::Client::new(&configuration);
    serve::serve("validate", |request| validate::handle(&dms, &executions, request)).await
}
