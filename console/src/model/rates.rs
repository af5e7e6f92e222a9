//! Rates over the last quarter of an hour, a value a second: the overview's charts.
//!
//! Writes are the leader's zxid in its progress, so that they cost no question. A second of
//! which nothing is known stays a hole: without a leader nobody tells, and 0 would be a lie.

use std::collections::{BTreeMap, VecDeque};

use super::{Model, lag::Sample};

/// So many seconds are kept.
pub const KEPT_S: u64 = 900;
/// Two samples of the leader's zxid further apart than this tell no rate.
const MOST_APART_MS: u64 = 10_000;

/// One value a second, newest last; a second of which nothing is known is `None`.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The second of the last value, on the monotonic clock.
    newest_s: u64,
    values: VecDeque<Option<f64>>,
}

impl Series {
    /// Notes a value of a second; the greatest of one second is kept. What is older than the
    /// newest second is passed over.
    pub fn put(&mut self, second: u64, value: f64) {
        if self.values.is_empty() {
            self.newest_s = second;
            self.values.push_back(None);
        }
        if second.saturating_sub(self.newest_s) > KEPT_S {
            self.values.clear();
            self.values.push_back(None);
            self.newest_s = second;
        }
        while self.newest_s < second {
            self.newest_s += 1;
            self.values.push_back(None);
            if self.values.len() as u64 > KEPT_S {
                self.values.pop_front();
            }
        }
        if self.newest_s == second
            && let Some(newest) = self.values.back_mut()
        {
            *newest = Some(newest.map_or(value, |known| known.max(value)));
        }
    }

    /// The newest value, where it is of the last few seconds.
    #[must_use]
    pub fn newest(&self, now_s: u64) -> Option<f64> {
        let is_fresh = self.newest_s + 3 >= now_s;
        self.values.back().copied().flatten().filter(|_| is_fresh)
    }

    /// What `fold` makes of the known values of the last `span_s` seconds.
    #[must_use]
    pub fn over(&self, now_s: u64, span_s: u64, fold: fn(&[f64]) -> f64) -> Option<f64> {
        let known: Vec<f64> = (now_s.saturating_sub(span_s.saturating_sub(1))..=now_s)
            .filter_map(|second| self.at(second))
            .collect();
        (!known.is_empty()).then(|| fold(&known))
    }

    /// The value of one second.
    #[must_use]
    pub fn at(&self, second: u64) -> Option<f64> {
        let age = usize::try_from(self.newest_s.checked_sub(second)?).ok()?;
        let index = self.values.len().checked_sub(age + 1)?;
        self.values.get(index).copied().flatten()
    }

    /// The seconds up to the last one in so many columns of `each_s` seconds, oldest first; what
    /// `fold` makes of a column's known values. Columns begin at multiples of their seconds, so
    /// that what is drawn moves and does not change as time passes.
    #[must_use]
    pub fn columns(
        &self,
        now_s: u64,
        each_s: u64,
        columns: usize,
        fold: fn(&[f64]) -> f64,
    ) -> Vec<Option<f64>> {
        let each_s = each_s.max(1);
        let newest = now_s / each_s;
        let mut parts: Vec<Vec<f64>> = vec![Vec::new(); columns];
        for (age, value) in self.values.iter().rev().enumerate() {
            let Some(second) = self.newest_s.checked_sub(age as u64) else {
                break;
            };
            // How many columns from the right.
            let back = newest.saturating_sub(second / each_s) as usize;
            let Some(column) = columns.checked_sub(back + 1) else {
                break;
            };
            if let (Some(part), Some(value)) = (parts.get_mut(column), value) {
                part.push(*value);
            }
        }
        parts
            .iter()
            .map(|part| (!part.is_empty()).then(|| fold(part)))
            .collect()
    }
}

/// The mean of some values.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The greatest of some values.
#[must_use]
pub fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// What the overview draws over time.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// Transactions a second, of the ensemble.
    pub writes: Series,
    /// The slowest fsync that was told in a second, microseconds, by member address. Only
    /// members of ours tell single fsyncs.
    pub fsync_us: BTreeMap<String, Series>,
    /// Client connections, by member address.
    pub clients: BTreeMap<String, Series>,
    /// The leader's zxid as it counted last, and whose.
    counted: Option<(String, Sample)>,
    /// The first second of which anything is known.
    began_s: Option<u64>,
}

impl Rates {
    /// For how long there has been anything to note, seconds.
    #[must_use]
    pub fn seen_s(&self, now_s: u64) -> u64 {
        self.began_s
            .map_or(0, |began| now_s.saturating_sub(began) + 1)
    }

    fn leader_at(&mut self, address: &str, sample: Sample) {
        let before = match &self.counted {
            Some((of, before)) if of == address => *before,
            _ => {
                self.counted = Some((address.to_owned(), sample));
                return;
            }
        };
        let apart_ms = sample.at_mono_ms.saturating_sub(before.at_mono_ms);
        if apart_ms < 1000 {
            return;
        }
        self.counted = Some((address.to_owned(), sample));
        // A new epoch counts from 0; what the old one had since is not known.
        let base = if before.zxid.epoch() == sample.zxid.epoch() {
            before.zxid.counter()
        } else {
            0
        };
        if apart_ms > MOST_APART_MS {
            return;
        }
        let written = sample.zxid.counter().saturating_sub(base);
        let per_s = f64::from(written) * 1000.0 / apart_ms as f64;
        for second in before.at_mono_ms / 1000 + 1..=sample.at_mono_ms / 1000 {
            self.writes.put(second, per_s);
        }
    }
}

/// Notes what the members have told.
pub fn observe(model: &mut Model) {
    let mut rates = std::mem::take(&mut model.rates);
    if let Some(leader) = model.leader()
        && let Some(sample) = leader.zxids.newest()
    {
        rates.began_s.get_or_insert(sample.at_mono_ms / 1000);
        rates.leader_at(&leader.address, sample);
    }
    for member in &model.members {
        if let (Some(connections), Some(at)) = (member.facts.connections, member.facts_mono_ms) {
            let series = rates.clients.entry(member.address.clone()).or_default();
            series.put(at / 1000, connections as f64);
        }
        let Some(pulse) = &member.pulse else { continue };
        if let Some(us) = pulse.beat.fsync_last_us {
            let series = rates.fsync_us.entry(member.address.clone()).or_default();
            series.put(pulse.at_mono_ms / 1000, us as f64);
        }
    }
    let is_known = |address: &String| model.members.iter().any(|m| m.address == *address);
    rates.fsync_us.retain(|address, _| is_known(address));
    rates.clients.retain(|address, _| is_known(address));
    model.rates = rates;
}

#[cfg(test)]
mod tests {
    use super::*;
    use zoowarden_shared::Zxid;

    fn sample(at_mono_ms: u64, epoch: i32, counter: u32) -> Sample {
        Sample {
            at_mono_ms,
            zxid: Zxid::new(epoch, counter),
        }
    }

    #[test]
    fn a_second_of_which_nothing_is_known_is_a_hole() {
        let mut series = Series::default();
        series.put(10, 5.0);
        series.put(12, 7.0);
        series.put(12, 6.0);
        assert_eq!(series.columns(12, 1, 3, mean), [Some(5.0), None, Some(7.0)]);
        // 10 and 11 are one column whatever the time is, 12 and 13 the next.
        assert_eq!(series.columns(12, 2, 2, mean), [Some(5.0), Some(7.0)]);
        assert_eq!(series.columns(13, 2, 2, mean), [Some(5.0), Some(7.0)]);
        assert_eq!(series.columns(14, 2, 2, mean), [Some(7.0), None]);
        assert_eq!(series.over(13, 4, greatest), Some(7.0));
        assert_eq!(series.over(20, 4, greatest), None);
        assert_eq!((series.newest(14), series.newest(40)), (Some(7.0), None));
        series.put(9, 100.0);
        series.put(5000, 1.0);
        assert_eq!(series.columns(5000, 1, 2, greatest), [None, Some(1.0)]);
    }

    #[test]
    fn no_more_than_a_quarter_of_an_hour_is_kept() {
        let mut series = Series::default();
        for second in 0..2000 {
            series.put(second, 1.0);
        }
        assert_eq!(series.values.len() as u64, KEPT_S);
    }

    #[test]
    fn writes_are_the_progress_of_one_leader_within_an_epoch() {
        let mut rates = Rates::default();
        rates.leader_at("a", sample(1000, 1, 100));
        rates.leader_at("a", sample(1500, 1, 200));
        rates.leader_at("a", sample(2000, 1, 300));
        assert_eq!(rates.writes.newest(2), Some(200.0));
        // Another leader's counter says nothing beside the old one's.
        rates.leader_at("b", sample(3000, 2, 9));
        assert_eq!(rates.writes.newest(3), Some(200.0));
        rates.leader_at("b", sample(4000, 2, 59));
        assert_eq!(rates.writes.newest(4), Some(50.0));
    }
}
