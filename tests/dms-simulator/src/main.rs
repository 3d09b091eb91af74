//! `dms-simulator --port P --scenario FILE [--scale N | --step N] [--seed N]`: the simulator on 127.0.0.1, for any AWS
//! SDK or the AWS CLI (`--endpoint-url`). Time runs N times as fast as the clock on the wall, or stands still but for N
//! seconds that pass with each request: then a story does not hang on how fast a computer is.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use dms_simulator::{Scenario, Simulator, http};
use jiff::{SignedDuration, Timestamp};

const USAGE: &str = "usage: dms-simulator [--port P] [--scenario FILE] [--scale N | --step N] [--seed N]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _unheard = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let options = Options::read(std::env::args().skip(1))?;
    let scenario = match &options.scenario {
        None => Scenario::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("failed to read {path}: {error}"))?;
            Scenario::from_json(&text).map_err(|error| format!("{path}: {error}"))?
        }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port))
        .await
        .map_err(|error| format!("failed to listen on 127.0.0.1:{}: {error}", options.port))?;
    let address = listener.local_addr().map_err(|error| format!("failed to tell the address: {error}"))?;
    // The port may have been 0; whoever started this reads where it is.
    writeln!(std::io::stdout(), "http://{address}")
        .map_err(|error| format!("failed to tell the address: {error}"))?;
    let router = http::router(Simulator::new(scenario, options.seed), clock(options.pace));
    axum::serve(listener, router).await.map_err(|error| format!("failed to serve: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "the simulator that runs by itself has the only real clock")]
fn clock(pace: Pace) -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let start = Timestamp::now();
    let requests = AtomicU32::new(0);
    move || {
        let passed = match pace {
            Pace::Scale(scale) => Timestamp::now().duration_since(start).as_secs_f64() * scale,
            Pace::Step(seconds) => f64::from(requests.fetch_add(1, Ordering::Relaxed)) * seconds,
        };
        SignedDuration::try_from_secs_f64(passed)
            .ok()
            .and_then(|passed| start.checked_add(passed).ok())
            .unwrap_or(start)
    }
}

/// What makes time go on.
#[derive(Clone, Copy)]
enum Pace {
    /// The clock on the wall, so many times as fast.
    Scale(f64),
    /// Requests: so many seconds each.
    Step(f64),
}

struct Options {
    port: u16,
    scenario: Option<String>,
    pace: Pace,
    seed: u64,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { port: 0, scenario: None, pace: Pace::Scale(1.0), seed: 0 };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value; {USAGE}"))?;
            let wrong = || format!("{name} cannot be {value}; {USAGE}");
            match name.as_str() {
                "--port" => options.port = value.parse().map_err(|_| wrong())?,
                "--scenario" => options.scenario = Some(value),
                "--scale" => options.pace = Pace::Scale(above_zero(&value).ok_or_else(wrong)?),
                "--step" => options.pace = Pace::Step(above_zero(&value).ok_or_else(wrong)?),
                "--seed" => options.seed = value.parse().map_err(|_| wrong())?,
                _ => return Err(format!("{name} is not known; {USAGE}")),
            }
        }
        Ok(options)
    }
}

fn above_zero(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0)
}
