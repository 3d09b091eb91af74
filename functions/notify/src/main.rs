//! Wiring of the `notify` function.

use migration_aws::{clients, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let configuration = clients::configuration("notify").await;
    let sns = aws_sdk_sns::Client::new(&configuration);
    let executions = aws_sdk_sfn::Client::new(&configuration);
    let topic = std::env::var("TOPIC_ARN").map_err(|_| "TOPIC_ARN is not set: redeploy the stack")?;
    serve::serve("notify", |request| notify::handle(&sns, &executions, &topic, request)).await
}
