//! How far a learner is behind its leader, in transactions.
//!
//! Members are polled one after another, so a follower's zxid is compared with what the
//! leader's was at that moment, not with the leader's newest: at 1,000 writes/s two polls
//! that are 200 ms apart would otherwise invent a lag of 200. Across epochs a difference of
//! zxids means nothing: after an idle election the followers still report the old epoch.

use std::collections::VecDeque;

use zoowarden_shared::Zxid;

/// A zxid and when it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub at_mono_ms: u64,
    pub zxid: Zxid,
}

/// What can be said of a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lag {
    /// So many transactions behind.
    Behind(u64),
    /// Leader and learner report different epochs: no write has happened in the new one yet.
    NewEpoch,
}

/// The newest samples of one member, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Track(VecDeque<Sample>);

impl Track {
    const KEPT: usize = 16;
    /// Heartbeats come so fast that all of them would crowd out the last seconds.
    const LEAST_APART_MS: u64 = 500;

    /// Adds the newest.
    pub fn push(&mut self, sample: Sample) {
        if let Some([before, newest]) = self
            .0
            .len()
            .checked_sub(2)
            .map(|i| [self.0[i], self.0[i + 1]])
            && newest.zxid.epoch() == sample.zxid.epoch()
            && newest.at_mono_ms.saturating_sub(before.at_mono_ms) < Self::LEAST_APART_MS
        {
            self.0.pop_back();
        }
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(sample);
    }

    /// The newest sample.
    #[must_use]
    pub fn newest(&self) -> Option<Sample> {
        self.0.back().copied()
    }

    /// The zxid at a moment: on the line between the samples around it, or the last one
    /// before it. `None` before the first sample or across a change of epoch.
    fn at(&self, mono_ms: u64) -> Option<Zxid> {
        let before = self
            .0
            .iter()
            .rev()
            .find(|sample| sample.at_mono_ms <= mono_ms)?;
        let Some(after) = self.0.iter().find(|sample| sample.at_mono_ms > mono_ms) else {
            return Some(before.zxid);
        };
        if after.zxid.epoch() != before.zxid.epoch() {
            return Some(before.zxid);
        }
        let span = i128::from(after.at_mono_ms - before.at_mono_ms);
        let part = i128::from(mono_ms - before.at_mono_ms);
        let grown = i128::from(after.zxid.0) - i128::from(before.zxid.0);
        let between = i128::from(before.zxid.0) + grown * part / span.max(1);
        i64::try_from(between).ok().map(Zxid)
    }

    /// Transactions written per second over the kept samples, within the newest epoch.
    #[must_use]
    pub fn per_second(&self) -> Option<f64> {
        let newest = self.newest()?;
        let oldest = self
            .0
            .iter()
            .find(|sample| sample.zxid.epoch() == newest.zxid.epoch())
            .copied()?;
        let ms = newest
            .at_mono_ms
            .checked_sub(oldest.at_mono_ms)
            .filter(|ms| *ms >= 1000)?;
        Some((newest.zxid.0.saturating_sub(oldest.zxid.0)).max(0) as f64 * 1000.0 / ms as f64)
    }
}

/// The lag of a learner's sample behind its leader, `None` where it cannot be told.
#[must_use]
pub fn lag(leader: &Track, learner: Sample) -> Option<Lag> {
    let newest = leader.newest()?;
    if newest.zxid.epoch() != learner.zxid.epoch() {
        return Some(Lag::NewEpoch);
    }
    let then = leader.at(learner.at_mono_ms)?;
    if then.epoch() != learner.zxid.epoch() {
        return Some(Lag::Behind(0));
    }
    Some(Lag::Behind(
        u64::try_from(then.0.saturating_sub(learner.zxid.0)).unwrap_or(0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(samples: &[(u64, i64)]) -> Track {
        let mut track = Track::default();
        for &(at_mono_ms, zxid) in samples {
            track.push(Sample {
                at_mono_ms,
                zxid: Zxid(zxid),
            });
        }
        track
    }

    fn behind(leader: &Track, at_mono_ms: u64, zxid: i64) -> Option<Lag> {
        lag(
            leader,
            Sample {
                at_mono_ms,
                zxid: Zxid(zxid),
            },
        )
    }

    #[test]
    fn a_learner_in_step_has_no_lag_whenever_it_was_polled() {
        // The leader writes 1,000/s; the learner, always in step, was polled between.
        let leader = track(&[(0, 0x1_0000_0000), (1000, 0x1_0000_03e8)]);
        assert_eq!(
            behind(&leader, 300, 0x1_0000_0000 + 300),
            Some(Lag::Behind(0))
        );
        assert_eq!(
            behind(&leader, 1200, 0x1_0000_0000 + 1200),
            Some(Lag::Behind(0))
        );
        assert_eq!(
            behind(&leader, 300, 0x1_0000_0000 + 100),
            Some(Lag::Behind(200))
        );
    }

    #[test]
    fn lag_is_not_counted_across_epochs() {
        // Seen on Apache 3.8.0 after an idle election: followers 1:00000001, leader 2:00000000.
        let leader = track(&[(0, 0x2_0000_0000)]);
        assert_eq!(behind(&leader, 10, 0x1_0000_0001), Some(Lag::NewEpoch));
    }

    #[test]
    fn without_a_leader_sample_before_it_nothing_is_said() {
        assert_eq!(behind(&Track::default(), 10, 1), None);
        assert_eq!(
            behind(&track(&[(500, 0x1_0000_0009)]), 10, 0x1_0000_0001),
            None
        );
    }

    #[test]
    fn the_write_rate_is_counted_within_an_epoch() {
        let track = track(&[
            (0, 0x1_0000_0000),
            (1000, 0x2_0000_0000),
            (3000, 0x2_0000_0064),
        ]);
        assert_eq!(track.per_second(), Some(50.0));
    }
}
