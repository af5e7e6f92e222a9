//! How measures are listed: one value a line for `mntr` and `monitor`, and Prometheus' text.

use super::{
    Sources,
    measure::{Distribution, Measure, Value},
};
use crate::admin::java;

impl Sources {
    /// The measures as `mntr` and `monitor` list them: a distribution as several values.
    pub(in crate::admin) fn values(&self) -> Vec<(String, Value)> {
        let mut values = Vec::new();
        for (name, measure) in self.measures() {
            match measure {
                Measure::Text(text) => values.push((name.into(), Value::Text(text))),
                Measure::Gauge(value) => values.push((name.into(), value)),
                Measure::Counter(count) => values.push((name.into(), integer(count))),
                Measure::Basic(distribution) => basic_values(name, distribution, &mut values),
                Measure::Advanced(summary) => {
                    basic_values(name, summary.into(), &mut values);
                    for (label, share) in [("50", 0.5), ("95", 0.95), ("99", 0.99), ("999", 0.999)]
                    {
                        let value = integer(summary.quantile(share));
                        values.push((format!("p{label}_{name}"), value));
                    }
                }
            }
        }
        values
    }

    /// The measures in Prometheus' text format, with the names and kinds that Apache's
    /// `PrometheusMetricsProvider` gives them (no `_total` behind counters).
    pub(in crate::admin) fn prometheus(&self) -> String {
        let mut out = String::new();
        for (name, measure) in self.measures() {
            let (kind, lines) = match measure {
                Measure::Text(_) => continue,
                Measure::Gauge(value) => ("gauge", format!("{name} {value}\n")),
                Measure::Counter(count) => ("counter", format!("{name} {count}\n")),
                Measure::Basic(distribution) => {
                    let quantiles = [(0.5, distribution.median)];
                    (
                        "summary",
                        prometheus_summary(name, distribution, &quantiles),
                    )
                }
                Measure::Advanced(summary) => {
                    let quantiles = [0.5, 0.9, 0.99].map(|share| (share, summary.quantile(share)));
                    (
                        "summary",
                        prometheus_summary(name, summary.into(), &quantiles),
                    )
                }
            };
            out.push_str(&format!(
                "# HELP {name} {name}\n# TYPE {name} {kind}\n{lines}"
            ));
        }
        out
    }
}

fn integer(count: u64) -> Value {
    Value::Integer(count as i64)
}

fn basic_values(name: &str, of: Distribution, values: &mut Vec<(String, Value)>) {
    let average = Value::Decimal(java::four_decimals(of.avg));
    values.extend([
        (format!("avg_{name}"), average),
        (format!("min_{name}"), integer(of.min)),
        (format!("max_{name}"), integer(of.max)),
        (format!("cnt_{name}"), integer(of.count)),
        (format!("sum_{name}"), integer(of.sum)),
    ]);
}

fn prometheus_summary(name: &str, of: Distribution, quantiles: &[(f64, u64)]) -> String {
    let mut lines = String::new();
    for (share, value) in quantiles {
        lines.push_str(&format!("{name}{{quantile=\"{share}\"}} {value}\n"));
    }
    lines.push_str(&format!("{name}_count {}\n", of.count));
    lines.push_str(&format!("{name}_sum {}\n", of.sum));
    lines
}
