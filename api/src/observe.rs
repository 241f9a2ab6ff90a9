//! Logs and metrics of the process.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogFormat, LoggingSettings};

/// Buckets for durations, in seconds.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The process's recorder of metrics; made at the first call.
pub fn metrics_handle() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = match builder.set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // A second recorder in the same process (tests) is no harm: the first keeps counting.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Measures the process itself, by the names that Prometheus' own libraries use, and says what was built.
pub fn measure_process() {
    static COLLECTOR: OnceLock<metrics_process::Collector> = OnceLock::new();
    COLLECTOR
        .get_or_init(|| {
            let collector = metrics_process::Collector::default();
            collector.describe();
            let (version, revision, rustc) = (env!("CARGO_PKG_VERSION"), env!("DOCKET_REVISION"), env!("DOCKET_RUSTC"));
            let built = metrics::gauge!(
                "docket_build_info", "version" => version, "revision" => revision, "rustc" => rustc
            );
            built.set(1.0);
            collector
        })
        .collect();
}

/// Starts logging to standard error.
///
/// # Errors
/// If `logging.filter` is not a filter.
pub fn start_logging(settings: &LoggingSettings) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&settings.filter).map_err(|error| {
        ConfigError::new(format!(
            "logging.filter = {:?} is wrong: {error}; it may be e.g. \"info\" or \"docket=debug\"",
            settings.filter
        ))
    })?;
    // What NATS says is told by the connection's own events, once; the client would repeat it at every try.
    let quiet = if settings.filter.contains("async_nats") { None } else { "async_nats=off".parse().ok() };
    let filter = quiet.into_iter().fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // Only tests start twice in one process.
    let _ = started;
    Ok(())
}
