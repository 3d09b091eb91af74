//! Starts a local AWS with one idle and one hanging function, prints every process id, and waits to be killed.

use std::io::Write;
use std::time::Duration;

use local_aws::{Config, FunctionConfig, LocalAws};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let echo = std::env::args().nth(1).ok_or("usage: host PROGRAM-OF-A-FUNCTION")?;
    let functions =
        ["idle", "busy"].map(|name| FunctionConfig::new(name, &echo).timeout(Duration::from_secs(600)));
    let aws = LocalAws::start(Config::new(functions)).await?;
    aws.invoke("idle", &json!({})).await?;
    let (begun, begins) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    aws.functions().logs().listen(move |_| {
        if let Some(begun) = begun.lock().ok().and_then(|mut begun| begun.take()) {
            let _ = begun.send(());
        }
    });
    let hang = json!({ "Do": "hang" });
    let hanging = aws.invoke("busy", &hang);
    tokio::pin!(hanging);
    tokio::select! {
        _ = &mut hanging => return Err("the function did not hang".into()),
        begins = begins => begins?,
    }
    let pids: Vec<String> = aws.processes().iter().map(u32::to_string).collect();
    let mut out = std::io::stdout();
    writeln!(out, "{}", pids.join(" "))?;
    out.flush()?;
    hanging.await?;
    Ok(())
}
