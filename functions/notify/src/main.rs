//! Wiring of the `notify` function.

use migration_aws::clients::{self, Sns};
use migration_aws::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let topic = std::env::var("TOPIC_ARN").map_err(|_| "TOPIC_ARN is not set: redeploy the stack")?;
    let stack = std::env::var("STACK_NAME").ok();
    let context = Sns::of(&clients::configuration("notify").await, topic, stack);
    serve::serve("notify", |request| notify::handle(&context, request)).await
}
