//! The log as an operator has it, kept in memory.

use std::{io::Write, sync::Arc};

use parking_lot::Mutex;
use serde_json::Value;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Lines of JSON.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The log of this process from now on: more of our own than is shipped, of others what is.
    pub(super) fn of_this_process() -> Self {
        let log = Self::default();
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true);
        let lines = lines.with_env_filter(EnvFilter::new("info,hoagiai=trace")).with_writer(log.clone());
        tracing::subscriber::set_global_default(lines.finish()).unwrap();
        log
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }

    /// The reasons of the refusals of credentials, by the ids of their requests.
    pub(super) fn refusals(&self) -> Vec<(String, String)> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let refused = lines.filter(|line| line["message"] == "credentials were refused");
        let of = |line: &Value, place: &str| line.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        refused.map(|line| (of(&line, "/span/request_id"), of(&line, "/reason"))).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
