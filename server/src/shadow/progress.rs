//! What a shadow tells its operator: one line when it begins to follow a leader, one every ten
//! seconds, one at the end.

use serde_json::json;
use zoowarden_shared::Zxid;

use super::follower::{Following, Sample};

/// How a leader brought the shadow up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sync {
    Diff,
    Trunc,
    Snap,
}

impl Sync {
    fn between(before: &Sample, after: &Sample) -> Self {
        if after.snapshots > before.snapshots {
            Self::Snap
        } else if after.truncations > before.truncations {
            Self::Trunc
        } else {
            Self::Diff
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Diff => "DIFF",
            Self::Trunc => "TRUNC",
            Self::Snap => "SNAP",
        }
    }
}

/// Follows the samples.
#[derive(Debug)]
pub(super) struct Progress {
    is_json: bool,
    /// The present one.
    now: Sample,
    /// When the last leader was lost, or at the start.
    before: Sample,
    /// How often a leader was found.
    found: u64,
}

impl Progress {
    pub(super) fn new(first: Sample, is_json: bool) -> Self {
        Self {
            is_json,
            now: first,
            before: Sample {
                following: None,
                ..first
            },
            found: 0,
        }
    }

    pub(super) fn mismatches(&self) -> u64 {
        self.now.mismatches
    }

    /// Takes a sample in. A line, where a leader is followed since.
    pub(super) fn observe(&mut self, sample: Sample) -> Option<String> {
        let earlier = std::mem::replace(&mut self.now, sample);
        let is_new = match (earlier.following, sample.following) {
            (_, None) => {
                if earlier.following.is_some() {
                    self.before = sample;
                }
                return None;
            }
            (None, Some(_)) => true,
            // It was lost and found between two samples.
            (Some(earlier), Some(now)) => {
                earlier.since_ms > now.since_ms || earlier.leader != now.leader
            }
        };
        if !is_new && self.found > 0 {
            return None;
        }
        if earlier.following.is_some() && self.found > 0 {
            self.before = earlier;
        }
        self.found += 1;
        sample
            .following
            .map(|following| self.following_line(following))
    }

    fn following_line(&self, Following { leader, epoch, .. }: Following) -> String {
        let sync = Sync::between(&self.before, &self.now).name();
        let (from, to) = (self.before.zxid, self.now.zxid);
        if self.is_json {
            return json!({
                "event": "following",
                "leader": leader.0,
                "epoch": epoch,
                "sync": sync,
                "from": from.to_string(),
                "zxid": to.to_string(),
            })
            .to_string();
        }
        format!("following server {leader}, leader of epoch {epoch}: {sync} from {from} to {to}")
    }

    /// Where it stands, while the ensemble has this last transaction.
    pub(super) fn report(&self, event: &str, ensemble: Option<Zxid>) -> String {
        let now = &self.now;
        let lag = ensemble.and_then(|ensemble| lag(now.zxid, ensemble));
        let reconnects = self.found.saturating_sub(1);
        if self.is_json {
            return json!({
                "event": event,
                "leader": now.following.map(|following| following.leader.0),
                "epoch": now.following.map(|following| following.epoch),
                "zxid": now.zxid.to_string(),
                "txns_applied": now.applied,
                "digests_checked": now.checked,
                "digest_mismatches": now.mismatches,
                "first_mismatch": now.first_mismatch.map(|zxid| zxid.to_string()),
                "lag_txns": lag,
                "reconnects": reconnects,
            })
            .to_string();
        }
        let wrong = match now.first_mismatch {
            Some(first) => format!("{} wrong, first {first}", now.mismatches),
            None => "none wrong".to_owned(),
        };
        let lag = lag.map_or("unknown".to_owned(), |lag| format!("{lag} txns"));
        let leader = match now.following {
            Some(following) => format!("leader {}", following.leader),
            None => "no leader".to_owned(),
        };
        format!(
            "{event}: zxid {}, {} txns applied, {} digests checked, {wrong}; lag {lag}, {leader}, \
             {reconnects} reconnects",
            now.zxid, now.applied, now.checked
        )
    }
}

/// How many transactions of the ensemble are missing here. Across epochs nobody can tell.
fn lag(ours: Zxid, theirs: Zxid) -> Option<i64> {
    // The begin of an epoch is no transaction, but an Apache leader shows it as its last.
    if theirs <= ours || theirs.counter() == 0 {
        return Some(0);
    }
    (ours.epoch() == theirs.epoch()).then(|| theirs.0 - ours.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zoowarden_shared::Sid;

    fn sample(zxid: Zxid, following: Option<(i64, u64)>) -> Sample {
        Sample {
            zxid,
            following: following.map(|(leader, since_ms)| Following {
                leader: Sid(leader),
                epoch: zxid.epoch(),
                since_ms,
            }),
            ..Sample::default()
        }
    }

    #[test]
    fn each_leader_is_told_once_with_how_it_brought_us_up_to_date() {
        let mut progress = Progress::new(sample(Zxid::ZERO, None), false);
        assert_eq!(progress.observe(sample(Zxid::ZERO, None)), None);
        let mut first = sample(Zxid::new(1, 5), Some((3, 10)));
        first.snapshots = 1;
        let told = progress.observe(first).unwrap();
        assert_eq!(
            told,
            "following server 3, leader of epoch 1: SNAP from 0x0 to 0x100000005"
        );
        let mut later = sample(Zxid::new(1, 9), Some((3, 110)));
        later.snapshots = 1;
        assert_eq!(progress.observe(later), None);
        let mut lost = sample(Zxid::new(1, 11), None);
        lost.snapshots = 1;
        assert_eq!(progress.observe(lost), None);
        let mut second = sample(Zxid::new(2, 1), Some((2, 10)));
        second.snapshots = 1;
        let told = progress.observe(second).unwrap();
        assert!(
            told.ends_with("epoch 2: DIFF from 0x10000000b to 0x200000001"),
            "{told}"
        );
        let report = progress.report("now", Some(Zxid::new(2, 4)));
        assert!(
            report.ends_with("lag 3 txns, leader 2, 1 reconnects"),
            "{report}"
        );
    }

    #[test]
    fn a_leader_that_was_lost_between_two_samples_is_another() {
        let mut progress = Progress::new(sample(Zxid::ZERO, None), true);
        assert!(
            progress
                .observe(sample(Zxid::new(1, 5), Some((3, 9000))))
                .is_some()
        );
        assert!(
            progress
                .observe(sample(Zxid::new(1, 7), Some((3, 20))))
                .is_some()
        );
        let report = progress.report("end", None);
        assert!(report.contains("\"reconnects\":1"), "{report}");
        assert!(report.contains("\"lag_txns\":null"), "{report}");
    }

    #[test]
    fn the_first_mismatch_is_named() {
        let mut wrong = sample(Zxid::new(1, 9), None);
        (wrong.checked, wrong.mismatches) = (9, 2);
        wrong.first_mismatch = Some(Zxid::new(1, 8));
        let report = Progress::new(wrong, false).report("end", None);
        assert!(
            report.contains("9 digests checked, 2 wrong, first 0x100000008"),
            "{report}"
        );
    }

    #[test]
    fn lag_is_counted_within_an_epoch() {
        let at = Zxid::new;
        assert_eq!(lag(at(1, 5), at(1, 9)), Some(4));
        assert_eq!(lag(at(1, 5), at(1, 3)), Some(0));
        assert_eq!(lag(at(1, 5), at(2, 0)), Some(0));
        assert_eq!(lag(at(1, 5), at(2, 3)), None);
    }
}
