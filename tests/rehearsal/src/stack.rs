//! The product, deployed on the local AWS: topic, functions and state machine as the template says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use dms_simulator::model::ServiceModel;
use local_aws::{Config, LocalAws, Place, Template};
use plan::Arn;

use crate::error::{Error, Result};

/// The name of the state machine, as the template has it for the stack `local`.
const MACHINE: &str = "local-migration";

/// The name of the topic.
const TOPIC: &str = "migrations";

/// The product on the local AWS.
#[derive(Debug)]
pub struct Stack {
    aws: LocalAws,
    pub(crate) executions: aws_sdk_sfn::Client,
    pub(crate) queue: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    pub(crate) machine: String,
    pub(crate) queue_url: String,
    model: Option<Arc<ServiceModel>>,
}

impl Stack {
    /// Starts the local AWS and deploys the product of the workspace at `root` on it. The programs are those that
    /// `cargo build` has left in `target/debug`.
    ///
    /// # Errors
    /// When a program, Python or moto is missing, when no port is free, or when the template cannot be deployed.
    pub async fn boot(root: &Path) -> Result<Stack> {
        Stack::deploy(root, |config| config).await
    }

    /// The same in another place, with a state machine that can live in the time of worlds that skip waits.
    ///
    /// # Errors
    /// As [`Stack::boot`].
    pub async fn boot_in(root: &Path, place: Place) -> Result<Stack> {
        Stack::deploy(root, |config| config.in_place(place).skipping()).await
    }

    async fn deploy(root: &Path, configured: impl FnOnce(Config) -> Config) -> Result<Stack> {
        let config = configured(Config::new([]));
        let place = config.place.clone();
        // Alarms do not ring here: what would go to the operations topic goes to the one that there is.
        let topics =
            ["NotificationTopic", "OperationsTopic"].map(|topic| (topic.to_owned(), place.arn("sns", TOPIC)));
        // The stack of whoever wrote the plan may publish to what the plan names; this one need not be told of it.
        let others = ("OtherTopicArns".to_owned(), format!("arn:{}:sns:*", place.partition));
        let known = topics.into_iter().chain([others]).chain(place.references()).collect();
        let template = Template::read(root.join("template.yaml"), known)?;
        let programs = programs(root);
        let functions = template.functions()?.into_iter().map(|function| {
            let program = programs.join(&function.name);
            function.config(program)
        });
        let aws = LocalAws::start(Config { functions: functions.collect(), ..config }).await?;
        let configuration = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(place.region.clone()))
            .endpoint_url(aws.endpoint())
            .test_credentials()
            .load()
            .await;
        let executions = aws_sdk_sfn::Client::new(&configuration);
        let queue = aws_sdk_sqs::Client::new(&configuration);
        let sns = aws_sdk_sns::Client::new(&configuration);
        let queue_url = subscribe(&sns, &queue, &place).await?;
        let machine = executions
            .create_state_machine()
            .name(MACHINE)
            .definition(template.state_machine("Migration")?.definition)
            .role_arn(place.role("migration"))
            .send()
            .await
            .map_err(|error| Error::call("creating the state machine", &error))?
            .state_machine_arn;
        Ok(Stack { aws, executions, queue, sns, machine, queue_url, model: None })
    }

    /// The same stack with a check of all that passes to and from DMS against the given service model.
    pub fn checked_by(mut self, model: ServiceModel) -> Stack {
        self.model = Some(Arc::new(model));
        self
    }

    /// The local AWS below.
    pub fn aws(&self) -> &LocalAws {
        &self.aws
    }

    /// The model that worlds are checked against.
    pub fn model(&self) -> Option<&Arc<ServiceModel>> {
        self.model.as_ref()
    }

    /// Subscribes a queue of its own to the topic, for what this filter policy selects, and gives its address.
    ///
    /// # Errors
    /// When SNS or SQS does not do it.
    pub async fn select(&self, name: &str, policy: &serde_json::Value) -> Result<String> {
        let attempt = "subscribing a queue with a filter policy to the topic";
        let created = self.queue.create_queue().queue_name(name).send().await;
        let created = created.map_err(|error| Error::call(attempt, &error))?;
        self.sns
            .subscribe()
            .topic_arn(self.aws.place().arn("sns", TOPIC))
            .protocol("sqs")
            .endpoint(self.aws.place().arn("sqs", name))
            .attributes("FilterPolicy", policy.to_string())
            .attributes("RawMessageDelivery", "true")
            .send()
            .await
            .map_err(|error| Error::call(attempt, &error))?;
        created.queue_url.ok_or_else(|| Error::Call { attempt, what: "the queue has no address".to_owned() })
    }

    /// All that a queue of [`Stack::select`] holds, as machines read it; it is empty afterwards.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn selected(&self, queue: &str) -> Result<Vec<serde_json::Value>> {
        let attempt = "reading a queue with a filter policy";
        let mut messages = Vec::new();
        loop {
            let answer =
                self.queue.receive_message().queue_url(queue).max_number_of_messages(10).send().await;
            let answer = answer.map_err(|error| Error::call(attempt, &error))?;
            if answer.messages().is_empty() {
                return Ok(messages);
            }
            for message in answer.messages() {
                messages.push(serde_json::from_str(message.body().unwrap_or_default()).unwrap_or_default());
                let receipt = message.receipt_handle().unwrap_or_default();
                let deleted =
                    self.queue.delete_message().queue_url(queue).receipt_handle(receipt).send().await;
                deleted.map_err(|error| Error::call(attempt, &error))?;
            }
        }
    }

    /// Creates a topic that a plan names, where it is one of this place: nobody here reaches into another one.
    ///
    /// # Errors
    /// When SNS does not do it.
    pub async fn create_topic(&self, topic: &Arn) -> Result<()> {
        let name = &topic.resource;
        if topic.to_string() != self.aws.place().arn("sns", name) {
            return Ok(());
        }
        let mut request = self.sns.create_topic().name(name);
        if name.ends_with(".fifo") {
            request = request.attributes("FifoTopic", "true");
        }
        let created = request.send().await;
        created.map(|_| ()).map_err(|error| Error::call("creating a topic that the plan names", &error))
    }

    /// Ends every process.
    pub async fn stop(self) {
        self.aws.stop().await;
    }
}

/// Where `cargo build` puts programs.
fn programs(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target).join("debug"),
        None => root.join("target/debug"),
    }
}

/// Creates the topic, and a queue that gets what a machine subscriber gets. The topic's ARN follows from its name, so
/// functions can be told before it exists.
async fn subscribe(sns: &aws_sdk_sns::Client, queue: &aws_sdk_sqs::Client, place: &Place) -> Result<String> {
    let attempt = "subscribing a queue to the topic";
    sns.create_topic().name(TOPIC).send().await.map_err(|error| Error::call("creating the topic", &error))?;
    let created = queue.create_queue().queue_name("subscriber").send().await;
    let created = created.map_err(|error| Error::call(attempt, &error))?;
    let url = created
        .queue_url
        .ok_or_else(|| Error::Call { attempt, what: "the queue has no address".to_owned() })?;
    sns.subscribe()
        .topic_arn(place.arn("sns", TOPIC))
        .protocol("sqs")
        .endpoint(place.arn("sqs", "subscriber"))
        .send()
        .await
        .map_err(|error| Error::call(attempt, &error))?;
    Ok(url)
}

/// How long an execution may take, of real time, before a rehearsal or a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);
