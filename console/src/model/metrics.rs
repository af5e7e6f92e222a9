//! Every number that `monitor` or `mntr` tells, of every member, over the last quarter of an
//! hour.
//!
//! The pollers get them anyway, at every fifth poll, so that a metric has its past when it is
//! first looked at. Bounded: [`KEPT`] samples of at most [`MOST_METRICS`] metrics of at most
//! [`MOST_MEMBERS`] members, 8 bytes each, are 14 MB; three members of ours are 0.7 MB.

mod kind;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use zoowarden_shared::admin::Monitor;

pub use kind::is_counter;

/// A quarter of an hour of samples 5 s apart.
pub const KEPT: usize = 180;
/// Apache 3.8 tells about 450.
pub const MOST_METRICS: usize = 600;
/// Members beyond this are not kept.
pub const MOST_MEMBERS: usize = 16;
/// Two samples further apart than this tell no rate: the member did not answer between.
const MOST_APART_MS: u64 = 30_000;

/// A metric that some member tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its key, without `zk_`.
    pub name: String,
    /// It only grows, and is shown as a rate per second.
    pub is_counter: bool,
    /// How far the members' newest values lie apart, as a part of the greatest: 0 to 1.
    pub spread: f64,
}

/// One moment of one metric: when, on the monotonic clock, and the value or the rate.
pub type Point = (u64, f64);

/// All metrics of all members.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    members: BTreeMap<String, MemberMetrics>,
}

/// One member's: a column of times, and for each metric a column as long, NaN where it was
/// not told.
#[derive(Clone, Debug, Default)]
struct MemberMetrics {
    at_mono_ms: VecDeque<u64>,
    values: BTreeMap<String, VecDeque<f64>>,
}

impl Metrics {
    /// Takes in what a member told.
    pub fn told(&mut self, address: &str, at_mono_ms: u64, monitor: &Monitor) {
        if !self.members.contains_key(address) && self.members.len() >= MOST_MEMBERS {
            return;
        }
        let member = self.members.entry(address.to_owned()).or_default();
        member.push(at_mono_ms, monitor);
    }

    /// Forgets members that are no more.
    pub fn retain(&mut self, is_known: impl Fn(&str) -> bool) {
        self.members.retain(|address, _| is_known(address));
    }

    /// Every metric that any member tells, in the order of their names.
    #[must_use]
    pub fn list(&self) -> Vec<Metric> {
        let names: BTreeSet<&str> = self
            .members
            .values()
            .flat_map(|member| member.values.keys().map(String::as_str))
            .collect();
        names
            .into_iter()
            .map(|name| Metric {
                name: name.to_owned(),
                is_counter: is_counter(name),
                spread: self.spread(name),
            })
            .collect()
    }

    /// The newest value of a member, a rate per second where it is a counter.
    #[must_use]
    pub fn newest(&self, address: &str, metric: &str) -> Option<f64> {
        self.series(address, metric).last().map(|(_, value)| *value)
    }

    /// A member's values, oldest first; rates per second where it is a counter.
    #[must_use]
    pub fn series(&self, address: &str, metric: &str) -> Vec<Point> {
        let Some(member) = self.members.get(address) else {
            return Vec::new();
        };
        let Some(values) = member.values.get(metric) else {
            return Vec::new();
        };
        let times = member.at_mono_ms.iter().copied();
        let points = times.zip(values.iter().copied());
        let points: Vec<Point> = points.filter(|(_, value)| !value.is_nan()).collect();
        if is_counter(metric) {
            rates(&points)
        } else {
            points
        }
    }

    fn spread(&self, metric: &str) -> f64 {
        let newest: Vec<f64> = self
            .members
            .keys()
            .filter_map(|address| self.newest(address, metric))
            .collect();
        let most = newest.iter().copied().fold(f64::MIN, f64::max);
        let least = newest.iter().copied().fold(f64::MAX, f64::min);
        if newest.len() < 2 || most.abs().max(least.abs()) == 0.0 {
            0.0
        } else {
            (most - least) / most.abs().max(least.abs())
        }
    }
}

impl MemberMetrics {
    fn push(&mut self, at_mono_ms: u64, monitor: &Monitor) {
        if self.at_mono_ms.len() == KEPT {
            self.at_mono_ms.pop_front();
            for column in self.values.values_mut() {
                column.pop_front();
            }
        }
        let before = self.at_mono_ms.len();
        self.at_mono_ms.push_back(at_mono_ms);
        for column in self.values.values_mut() {
            column.push_back(f64::NAN);
        }
        for (name, value) in monitor.numbers() {
            if let Some(newest) = self.values.get_mut(name).and_then(VecDeque::back_mut) {
                *newest = value;
            } else if self.values.len() < MOST_METRICS {
                let mut column: VecDeque<f64> = VecDeque::with_capacity(before + 1);
                column.extend(std::iter::repeat_n(f64::NAN, before));
                column.push_back(value);
                self.values.insert(name.to_owned(), column);
            }
        }
        // What has not been told for the whole time is forgotten, and makes room.
        self.values
            .retain(|_, column| column.iter().any(|value| !value.is_nan()));
    }
}

/// The growth of a counter between each two samples. One that has shrunk was reset with its
/// member, and tells no rate for that time.
fn rates(points: &[Point]) -> Vec<Point> {
    points
        .windows(2)
        .filter_map(|pair| {
            let [(from_ms, from), (to_ms, to)] = pair else {
                return None;
            };
            let apart_ms = to_ms.saturating_sub(*from_ms);
            let tells = to >= from && (1..=MOST_APART_MS).contains(&apart_ms);
            tells.then(|| (*to_ms, (to - from) * 1000.0 / apart_ms as f64))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(metrics: &mut Metrics, at_mono_ms: u64, text: &str) {
        metrics.told("a", at_mono_ms, &Monitor::from_text(text));
    }

    #[test]
    fn counters_are_rates_and_gauges_are_themselves() {
        let mut metrics = Metrics::default();
        told(&mut metrics, 0, "zk_packets_sent\t100\nzk_watch_count\t7\n");
        told(&mut metrics, 5000, "zk_packets_sent\t150\n");
        told(
            &mut metrics,
            10_000,
            "zk_packets_sent\t20\nzk_watch_count\t9\n",
        );
        told(
            &mut metrics,
            15_000,
            "zk_packets_sent\t30\nzk_watch_count\t9\n",
        );
        // What was reset tells no rate; what was not told is a gap.
        let sent = metrics.series("a", "packets_sent");
        assert_eq!(sent, [(5000, 10.0), (15_000, 2.0)]);
        let watches = metrics.series("a", "watch_count");
        assert_eq!(watches, [(0, 7.0), (10_000, 9.0), (15_000, 9.0)]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut metrics = Metrics::default();
        let many: String = (0..2 * MOST_METRICS)
            .map(|n| format!("zk_gauge{n:04}\t1\n"))
            .collect();
        for second in 0..2 * KEPT as u64 {
            told(&mut metrics, second * 5000, &many);
        }
        assert_eq!(metrics.list().len(), MOST_METRICS);
        assert_eq!(metrics.series("a", "gauge0000").len(), KEPT);
        // Once it is not told any more, it makes room for another.
        for second in 2 * KEPT as u64..4 * KEPT as u64 {
            told(&mut metrics, second * 5000, "zk_other\t1\n");
        }
        assert_eq!(metrics.list().len(), 1);
        for n in 0..2 * MOST_MEMBERS {
            metrics.told(&n.to_string(), 0, &Monitor::from_text("zk_x\t1\n"));
        }
        assert_eq!(metrics.members.len(), MOST_MEMBERS);
    }

    #[test]
    fn the_spread_is_a_part_of_the_greatest() {
        let mut metrics = Metrics::default();
        for (address, value) in [("a", 5), ("b", 20)] {
            let text = format!("zk_watch_count\t{value}\n");
            metrics.told(address, 0, &Monitor::from_text(&text));
        }
        assert!((metrics.list()[0].spread - 0.75).abs() < 1e-9);
    }
}
