//! Facts to the city's bus: NATS JetStream, CloudEvents in binary mode, in the order of each journal. The database is the
//! truth and the bus carries copies: a message leaves the database only when the stream has it, and its id is the same
//! whenever it is sent, so that the stream drops a second one within its window and a consumer knows it after.

use std::time::Duration;

use async_nats::{
    ConnectOptions, HeaderMap,
    header::NATS_MESSAGE_ID,
    jetstream::{self, Context, stream},
};
use hoagiai_runtime::{BoxError, CancellationToken};
use hoagiai_store::Db;

use super::ON_THE_BUS;
use crate::{
    config::BusConfig,
    store::bus::{self, Message},
};

/// How often it is looked whether anything is to be sent.
const LOOK: Duration = Duration::from_millis(500);
/// Waits before the bus is tried again: doubling from one second.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Messages that are fetched at once.
const AT_ONCE: i64 = 100;
/// Longer than a stream takes: what is acknowledged no more, because the server died in between, would be waited for for ever.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);
/// Within it the stream drops what it has already; outages that last longer are for consumers to tell, by the id.
const DUPLICATES: Duration = Duration::from_secs(10 * 60);

/// Sends facts to the bus.
pub(crate) struct Bus {
    config: BusConfig,
    db: Db,
}

impl Bus {
    pub(crate) fn new(config: BusConfig, db: Db) -> Self {
        Self { config, db }
    }

    /// Sends until stopped. A bus that is down holds up nothing but itself.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let sending = async {
            let mut wait = LOOK;
            loop {
                if let Err(error) = self.connected(&mut wait).await {
                    tracing::warn!(%error, "the bus is not to be reached or refuses; tried again later");
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        };
        stop.run_until_cancelled(sending).await;
    }

    /// Connects and sends until it breaks off.
    async fn connected(&self, wait: &mut Duration) -> Result<(), BoxError> {
        let mut options = ConnectOptions::new().name("hoagiai-gateway").connection_timeout(Duration::from_secs(5));
        if let Some(token) = &self.config.token {
            options = options.token(token.expose().to_owned());
        }
        let servers: Vec<&str> = self.config.url.split(',').map(str::trim).collect();
        let context = jetstream::new(options.connect(servers).await?);
        context.get_or_create_stream(self.stream()).await?;
        loop {
            let mut sent = 0;
            for journal in ON_THE_BUS {
                sent += self.send(&context, journal).await?;
            }
            *wait = LOOK;
            if sent == 0 {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    fn stream(&self) -> stream::Config {
        stream::Config {
            name: self.config.stream.clone(),
            subjects: vec!["hoagiai.>".to_owned()],
            duplicate_window: DUPLICATES,
            num_replicas: self.config.replicas,
            storage: stream::StorageType::File,
            ..stream::Config::default()
        }
    }

    /// Sends the next messages of a journal; those that the stream has are struck off. Answers how many.
    async fn send(&self, context: &Context, journal: &str) -> Result<usize, BoxError> {
        let mut tx = self.db.read_one().await?;
        let messages = bus::next(&mut tx, journal, AT_ONCE).await?;
        drop(tx);
        // One after the other: of several under way when a server dies, the client's own buffer brings some after those that
        // are sent again, and the order is lost.
        let (mut last, mut failure) = (None, None);
        for message in &messages {
            match tokio::time::timeout(ACKNOWLEDGED_WITHIN, publish(context, message)).await {
                Ok(Ok(())) => last = Some(message.position),
                Ok(Err(error)) => failure = Some(error),
                Err(late) => failure = Some(late.into()),
            }
            if failure.is_some() {
                break;
            }
        }
        if let Some(position) = last {
            let mut tx = self.db.write().await?;
            bus::sent(&mut tx, journal, position).await?;
            tx.commit().await?;
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(messages.len()),
        }
    }
}

/// Sends a message and waits until the stream has it.
async fn publish(context: &Context, message: &Message) -> Result<(), BoxError> {
    let (pairs, payload) = message.parts()?;
    let mut headers = HeaderMap::new();
    for (name, value) in &pairs {
        headers.insert(name.as_str(), value.as_str());
    }
    headers.insert(NATS_MESSAGE_ID, format!("{}-{}", message.journal, message.position));
    let subject = format!("hoagiai.{}.{}", message.journal, message.kind);
    context.publish_with_headers(subject, headers, payload.into()).await?.await?;
    Ok(())
}
