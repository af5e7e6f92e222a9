//! The kinds of measures (`org.apache.zookeeper.metrics`): texts, gauges, counters, and
//! distributions with and without quantiles.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use zoowarden_peer::metrics::Summary;

use crate::disk::SyncTimes;

/// One measure.
#[derive(Debug)]
pub(super) enum Measure<'a> {
    /// Not a number: not for Prometheus.
    Text(String),
    /// May go up and down.
    Gauge(Value),
    /// Only goes up.
    Counter(u64),
    /// A distribution's mean and extremes.
    Basic(Distribution),
    /// A distribution's quantiles too.
    Advanced(&'a Summary),
}

/// A distribution without its shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Distribution {
    pub(super) avg: f64,
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) count: u64,
    pub(super) sum: u64,
    pub(super) median: u64,
}

impl From<&Summary> for Distribution {
    fn from(summary: &Summary) -> Self {
        Self {
            avg: summary.avg(),
            min: summary.min(),
            max: summary.max(),
            count: summary.count(),
            sum: summary.sum(),
            median: summary.quantile(0.5),
        }
    }
}

/// In milliseconds, as Apache has them.
impl From<&SyncTimes> for Distribution {
    fn from(syncs: &SyncTimes) -> Self {
        let avg = syncs.mean.as_secs_f64() * 1000.0;
        Self {
            avg,
            min: syncs.min.as_millis() as u64,
            max: syncs.max.as_millis() as u64,
            count: syncs.count,
            sum: (avg * syncs.count as f64) as u64,
            median: syncs.p50.as_millis() as u64,
        }
    }
}

impl Distribution {
    /// Of a thing that was measured once at most.
    pub(super) fn single(took: Option<Duration>) -> Self {
        let millis = took.map_or(0, |took| took.as_millis() as u64);
        Self {
            avg: millis as f64,
            min: millis,
            max: millis,
            count: took.is_some().into(),
            sum: millis,
            median: millis,
        }
    }
}

/// A printed value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::admin) enum Value {
    Integer(i64),
    Decimal(f64),
    Text(String),
}

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            // As Java: always with a decimal point.
            Self::Decimal(number) => write!(f, "{number:?}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
