//! Wiring of the `watch` function.

use migration_aws::clients;
use migration_aws::serve;
use watch::Watch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_logging();
    let variable = |name: &'static str| {
        std::env::var(name).map_err(|_| format!("{name} is not set: redeploy the stack"))
    };
    let configuration = clients::configuration("watch").await;
    let machine = variable("STATE_MACHINE_ARN")?;
    let machine = machine.parse().map_err(|_| format!("STATE_MACHINE_ARN is no ARN: {machine}"))?;
    let context = Watch::of(&configuration, machine, variable("OPERATIONS_TOPIC_ARN")?);
    serve::serve_events(|event, now| watch::handle(&context, event, now)).await
}
