//! What a run has measured, for people and for scripts.

use std::collections::BTreeMap;

use serde::Serialize;
use zoowarden_shared::ErrorCode;

use super::{Args, Mode, engine::Measured};

/// The result with all settings, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    connect: String,
    mode: Mode,
    sessions: u32,
    window: u32,
    size_bytes: u32,
    nodes: u64,
    count: Option<u64>,
    secs: u64,
    warmup_secs: u64,
    threads: u32,
    /// The znode that everything was below.
    parent: String,
    /// Whether it is still there.
    kept: bool,
    /// Successful operations that count.
    operations: u64,
    /// Failed ones, by the name of their error.
    errors: BTreeMap<String, u64>,
    /// The time in which they happened, seconds.
    elapsed_secs: f64,
    ops_per_sec: f64,
    latency_us: Latencies,
    /// Ended early by the operator.
    interrupted: bool,
}

/// Microseconds from the moment that a request was handed to the socket.
#[derive(Clone, Copy, Debug, Serialize)]
struct Latencies {
    mean: f64,
    p50: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl Outcome {
    pub(super) fn new(
        args: &Args,
        connect: String,
        parent: &str,
        measured: &Measured,
        interrupted: bool,
    ) -> Self {
        let latencies = &measured.latencies;
        let us = |ns: u64| ns as f64 / 1000.0;
        let elapsed_secs = measured.elapsed.as_secs_f64();
        let named = |(code, count): (&i32, &u64)| (ErrorCode::from_code(*code).to_string(), *count);
        Self {
            connect,
            mode: args.mode,
            sessions: args.sessions,
            window: args.window,
            size_bytes: args.size,
            nodes: args.nodes,
            count: args.count,
            secs: args.secs,
            warmup_secs: args.warmup_secs,
            threads: args.threads,
            parent: parent.to_owned(),
            kept: args.keep,
            operations: latencies.len(),
            errors: measured.errors.iter().map(named).collect(),
            elapsed_secs,
            ops_per_sec: if elapsed_secs > 0.0 {
                latencies.len() as f64 / elapsed_secs
            } else {
                0.0
            },
            latency_us: Latencies {
                mean: latencies.mean() / 1000.0,
                p50: us(latencies.value_at_quantile(0.5)),
                p99: us(latencies.value_at_quantile(0.99)),
                p999: us(latencies.value_at_quantile(0.999)),
                max: us(latencies.max()),
            },
            interrupted,
        }
    }

    /// Whether operations were measured and none failed.
    pub(super) fn is_clean(&self) -> bool {
        self.operations > 0 && self.errors.is_empty()
    }

    /// The result in lines.
    pub(super) fn text(&self) -> String {
        let ms = |us: f64| format!("{:.2} ms", us / 1000.0);
        let latency = &self.latency_us;
        let mut lines = vec![
            format!(
                "{}: {} sessions x {} outstanding x {} B on {}",
                self.mode.name(),
                self.sessions,
                self.window,
                self.size_bytes,
                self.connect
            ),
            format!("operations  {:.0}/s", self.ops_per_sec),
            format!(
                "            {} in {:.2} s",
                self.operations, self.elapsed_secs
            ),
            format!("latency     p50 {}", ms(latency.p50)),
            format!("            p99 {}", ms(latency.p99)),
            format!("            p99.9 {}", ms(latency.p999)),
            format!("            max {}", ms(latency.max)),
        ];
        for (name, count) in &self.errors {
            lines.push(format!("errors      {name}: {count}"));
        }
        if self.interrupted {
            lines.push("ended early by the operator".to_owned());
        }
        if self.kept {
            lines.push(format!("left        {}", self.parent));
        }
        lines.join("\n")
    }
}
