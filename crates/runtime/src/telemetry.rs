//! Logs, traces and metrics: set up once, flushed whatever happens. Names, label values and times only; never the
//! content of a request.

use crate::config::{LogFormat, TelemetryConfig};
use crate::layers::code_word;
use opentelemetry::{
    KeyValue, Value,
    metrics::{Counter as OtelCounter, Histogram, Meter, MeterProvider as _, UpDownCounter},
    trace::TracerProvider as _,
};
use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{Sampler, SdkTracerProvider},
};
use std::{io::IsTerminal, sync::Arc, time::Duration};
use tonic::metadata::{Ascii, MetadataKey, MetadataMap};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter has an error.
    #[error("telemetry.log_filter: {0}")]
    Filter(String),
    /// The exporter of metrics or traces refuses its settings.
    #[error("telemetry: {0}")]
    Export(String),
}

/// The telemetry of one process or, in tests, of one server.
pub(crate) struct Telemetry {
    pub(crate) metrics: Arc<Metrics>,
    /// Where services make counters of their own.
    pub(crate) meter: Meter,
    registry: prometheus::Registry,
    meters: SdkMeterProvider,
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Sets metrics up, and export if a collector is configured.
    pub(crate) fn start(config: &TelemetryConfig, name: &str) -> Result<Self, TelemetryError> {
        let export = |error: &dyn std::fmt::Display| TelemetryError::Export(error.to_string());
        let resource = Resource::builder().with_service_name(format!("hoagiai-{name}")).build();
        let registry = prometheus::Registry::new();
        let reader = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .build()
            .map_err(|error| export(&error))?;
        let mut meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader);
        let mut traces = None;
        if let Some(endpoint) = &config.otlp_endpoint {
            let metadata = metadata(config)?;
            let metric_exporter = opentelemetry_otlp::MetricExporter::builder()
                .with_tonic()
                .with_endpoint(endpoint)
                .with_metadata(metadata.clone())
                .with_timeout(Duration::from_secs(5))
                .build()
                .map_err(|error| export(&error))?;
            meters = meters.with_reader(PeriodicReader::builder(metric_exporter).build());
            let span_exporter = opentelemetry_otlp::SpanExporter::builder()
                .with_tonic()
                .with_endpoint(endpoint)
                .with_metadata(metadata)
                .with_timeout(Duration::from_secs(5))
                .build()
                .map_err(|error| export(&error))?;
            let share = f64::from(config.trace_percent.min(100)) / 100.0;
            let provider = SdkTracerProvider::builder()
                .with_resource(resource)
                .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
                .with_batch_exporter(span_exporter)
                .build();
            traces = Some(provider);
        }
        let meters = meters.build();
        let meter = meters.meter("hoagiai");
        let metrics = Arc::new(Metrics::new(&meter));
        Ok(Self { metrics, meter, registry, meters, traces })
    }

    /// Makes this the telemetry of the process: log lines and spans go through it. Once a process; a second call
    /// changes nothing.
    pub(crate) fn install(&self, config: &TelemetryConfig) -> Result<(), TelemetryError> {
        let filter =
            EnvFilter::try_new(&config.log_filter).map_err(|error| TelemetryError::Filter(error.to_string()))?;
        // The layer heeds NO_COLOR by itself, but would colour files and pipes.
        let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
        let lines = match config.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
        };
        let spans = self.traces.as_ref().map(|traces| {
            tracing_opentelemetry::layer()
                .with_tracer(traces.tracer("hoagiai"))
                .with_filter(tracing_subscriber::filter::LevelFilter::INFO)
        });
        let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
        Ok(())
    }

    /// A number that a service counts.
    pub(crate) fn counter(&self, name: &'static str, description: &'static str) -> Counter {
        let counter = Counter(self.meters.meter("hoagiai").u64_counter(name).with_description(description).build());
        // There from the beginning: a monitor sees no rise of what was not there before.
        counter.add(0);
        counter
    }

    /// The text of `/metrics`.
    pub(crate) fn scrape(&self) -> String {
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }

    /// Sends what is not sent yet; waits a bounded time.
    pub(crate) async fn flush(self: Arc<Self>) {
        // The exporters block: on a thread of their own they can use the reactor of this one.
        let flushed = tokio::task::spawn_blocking(move || {
            if let Some(traces) = &self.traces {
                let _ = traces.shutdown_with_timeout(Duration::from_secs(3));
            }
            let _ = self.meters.shutdown_with_timeout(Duration::from_secs(3));
        });
        let _ = tokio::time::timeout(Duration::from_secs(7), flushed).await;
    }
}

fn metadata(config: &TelemetryConfig) -> Result<MetadataMap, TelemetryError> {
    let mut metadata = MetadataMap::new();
    if let Some(secret) = &config.otlp_secret {
        let bad = || TelemetryError::Export("otlp_secret must look like name=value".to_owned());
        let (name, value) = secret.expose().split_once('=').ok_or_else(bad)?;
        let name: MetadataKey<Ascii> = name.trim().to_ascii_lowercase().parse().map_err(|_| bad())?;
        metadata.insert(name, value.trim().parse().map_err(|_| bad())?);
    }
    Ok(metadata)
}

/// A number that a service counts beside those of the runtime. It only grows, and has no labels: nothing of a caller or a
/// record reaches the metrics by it.
#[derive(Debug, Clone)]
pub struct Counter(OtelCounter<u64>);

impl Counter {
    /// Counts more.
    pub fn add(&self, more: u64) {
        self.0.add(more, &[]);
    }
}

/// Every number that the runtime itself counts.
pub(crate) struct Metrics {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    panics: OtelCounter<u64>,
    shed: OtelCounter<u64>,
    connections: UpDownCounter<i64>,
    cuts: OtelCounter<u64>,
    accept_failures: OtelCounter<u64>,
    task_failures: OtelCounter<u64>,
    key_fetches: OtelCounter<u64>,
}

impl Metrics {
    fn new(meter: &Meter) -> Self {
        let counter = |name, text| meter.u64_counter(name).with_description(text).build();
        Self {
            duration: meter
                .f64_histogram("rpc.server.call.duration")
                .with_unit("s")
                .with_description("Time from a call's headers to the end of its answer.")
                .with_boundaries(vec![
                    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
                ])
                .build(),
            active: meter.i64_up_down_counter("rpc.server.active_calls").with_description("Calls in flight.").build(),
            panics: counter("hoagiai.server.panics", "Calls that panicked."),
            shed: counter("hoagiai.server.shed", "Calls refused for load, by criticality."),
            connections: meter
                .i64_up_down_counter("hoagiai.server.connections")
                .with_description("Connections open.")
                .build(),
            cuts: counter("hoagiai.server.connections_cut", "Connections cut by the guard, by reason."),
            accept_failures: counter("hoagiai.server.accept_failures", "Connections that could not be accepted."),
            task_failures: counter("hoagiai.server.task_failures", "Background tasks that ended early, by name."),
            key_fetches: counter("hoagiai.identity.key_fetches", "Fetches of issuers' keys, by issuer and outcome."),
        }
    }

    pub(crate) fn call_began(&self) {
        self.active.add(1, &[]);
    }

    pub(crate) fn call_ended(&self, method: Option<Arc<str>>, code: tonic::Code, took: Duration) {
        self.active.add(-1, &[]);
        let labels = [
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", method.map_or(Value::from("_OTHER"), Value::from)),
            KeyValue::new("rpc.response.status_code", code_word(code)),
        ];
        self.duration.record(took.as_secs_f64(), &labels);
    }

    pub(crate) fn panicked(&self) {
        self.panics.add(1, &[]);
    }

    pub(crate) fn shed(&self, class: &'static str) {
        self.shed.add(1, &[KeyValue::new("criticality", class)]);
    }

    pub(crate) fn connection_cut(&self, reason: &'static str) {
        self.cuts.add(1, &[KeyValue::new("reason", reason)]);
    }

    pub(crate) fn accept_failed(&self) {
        self.accept_failures.add(1, &[]);
    }

    pub(crate) fn task_failed(&self, name: &str) {
        self.task_failures.add(1, &[KeyValue::new("task", name.to_owned())]);
    }

    /// `outcome`: `changed`, `same`, or why there are no keys.
    pub(crate) fn keys_fetched(&self, issuer: &str, outcome: &'static str) {
        let labels = [KeyValue::new("issuer", issuer.to_owned()), KeyValue::new("outcome", outcome)];
        self.key_fetches.add(1, &labels);
    }

    /// Counts a connection until dropped.
    pub(crate) fn connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.add(1, &[]);
        OpenConnection(self.clone())
    }
}

pub(crate) struct OpenConnection(Arc<Metrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.add(-1, &[]);
    }
}
