//! Wiring of the `validate` function.

use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::serve;
use validate::Validate;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    // Without the variable nothing is known about the topics, and nothing is said.
    let topics = Validate::topics(&std::env::var("TOPIC_ARNS").unwrap_or_default());
    let configuration = clients::configuration("validate").await;
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&configuration);
    let function = Validate { aws: DmsAndStepFunctions::of(&configuration), cloudwatch, topics };
    serve::serve("validate", |request| validate::handle(&function, request)).await
}
