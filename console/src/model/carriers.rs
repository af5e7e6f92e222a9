//! Who carries the writes: which voters have a transaction on their disks about as soon as it is
//! committed, and who comes after. A slow disk costs a write only where the acknowledgement that
//! completes the quorum waits for it.
//!
//! Only a leader of ours tells what each has acknowledged, in every heartbeat.

use std::collections::BTreeMap;

use zoowarden_shared::{Sid, admin::EnsembleBeat};

use super::Model;

/// What was committed so long ago should be on every voter's disk: a heartbeat's time, ms.
const IN_TIME_MS: u64 = 100;
/// How much one look counts among those before it.
const WEIGHT: f64 = 0.1;
/// Before so many looks with writes between them nothing is said.
const LEAST_LOOKS: u32 = 10;

/// How often each voter was in time, while one leader leads.
#[derive(Clone, Debug, Default)]
pub struct Carriers {
    leader: Option<(i64, i64)>,
    /// What was committed when it was last looked at, and when that was.
    committed: i64,
    at_mono_ms: u64,
    /// What the last look judged by: each transaction is judged once.
    judged: i64,
    looks: u32,
    voters: usize,
    /// From 0, never in time, to 1.
    shares: BTreeMap<Sid, f64>,
}

/// Voters as they come, those that carry the writes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// These have what is committed when it is.
    pub in_time: Vec<Sid>,
    /// These have it later than a heartbeat after that, or not at all.
    pub after: Vec<Sid>,
    /// How many make a quorum.
    pub need: usize,
}

impl Carriers {
    /// Takes in what a leader told.
    fn told(&mut self, at_mono_ms: u64, epoch: i64, beat: &EnsembleBeat) {
        if self.leader != Some((beat.sid, epoch)) {
            *self = Self {
                leader: Some((beat.sid, epoch)),
                committed: beat.committed,
                judged: beat.committed,
                at_mono_ms,
                ..Self::default()
            };
        }
        if at_mono_ms.saturating_sub(self.at_mono_ms) < IN_TIME_MS {
            return;
        }
        if self.committed > self.judged {
            self.judged = self.committed;
            self.looks = self.looks.saturating_add(1);
            let learners = beat.learners.iter().filter(|learner| learner.votes);
            let mut durable: BTreeMap<Sid, i64> =
                learners.map(|one| (Sid(one.sid), one.acked)).collect();
            durable.insert(Sid(beat.sid), beat.flushed);
            self.shares.retain(|sid, _| durable.contains_key(sid));
            for (sid, zxid) in durable {
                let now = f64::from(u8::from(zxid >= self.judged));
                let share = self.shares.entry(sid).or_insert(now);
                *share += (now - *share) * WEIGHT;
            }
        }
        self.voters = usize::try_from(beat.voters).unwrap_or(0);
        self.committed = beat.committed;
        self.at_mono_ms = at_mono_ms;
    }

    /// Who carries the writes now; `None` where no leader of ours tells, or too few writes were
    /// seen.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        let need = self.voters / 2 + 1;
        let (in_time, after): (Vec<_>, Vec<_>) =
            self.shares.iter().partition(|(_, share)| **share >= 0.5);
        let sids = |some: Vec<(&Sid, &f64)>| some.into_iter().map(|(sid, _)| *sid).collect();
        // A leader that waits for its own quorum is no order of anything.
        (self.looks >= LEAST_LOOKS && in_time.len() >= need).then(|| Order {
            in_time: sids(in_time),
            after: sids(after),
            need,
        })
    }
}

impl Order {
    /// What a slow disk of this voter costs a write; `None` where it is no voter that is known.
    #[must_use]
    pub fn costs(&self, sid: Sid) -> Option<String> {
        let spare = self.in_time.len().saturating_sub(self.need);
        if self.after.contains(&sid) {
            let others = list(&self.in_time);
            let more = match spare {
                0 => format!("if one of {others} goes, every write waits for the slower"),
                _ => format!("{spare} of {others} may go before one does"),
            };
            return Some(format!(
                "no write waits for it, {others} carry them; {more}"
            ));
        }
        if !self.in_time.contains(&sid) {
            return None;
        }
        Some(match (spare, self.after.is_empty()) {
            (0, _) => format!(
                "writes wait for it: {} carry them, none to spare",
                list(&self.in_time)
            ),
            (_, true) => "it is in time, as all voters are".to_owned(),
            (_, false) => format!(
                "it is in time; {} after the commit",
                match self.after.as_slice() {
                    [one] => format!("{one} comes"),
                    some => format!("{} come", list(some)),
                }
            ),
        })
    }
}

fn list(sids: &[Sid]) -> String {
    let sids: Vec<String> = sids.iter().map(Sid::to_string).collect();
    sids.join(" ")
}

/// Looks at what the leader's last heartbeat told.
pub fn observe(model: &mut Model) {
    let mut carriers = std::mem::take(&mut model.carriers);
    let pulse = model.leader().and_then(|leader| leader.pulse.as_ref());
    let told = pulse.and_then(|pulse| Some((pulse.beat.epoch?, pulse.beat.ensemble.as_ref()?)));
    // Without a word of the leader what was seen is past: it begins anew.
    if let Some((epoch, beat)) = told {
        carriers.told(model.now.mono_ms, epoch, beat);
        model.carriers = carriers;
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::admin::LearnerBeat;

    use super::*;

    /// Ten writes a beat; these voters are so many transactions behind the commit.
    fn after_writes(behind: [i64; 5]) -> Option<Order> {
        let mut carriers = Carriers::default();
        for look in 0..30i64 {
            let committed = look * 10;
            let learners = (1..).zip(&behind[..4]).map(|(sid, behind)| LearnerBeat {
                sid,
                votes: true,
                synced: true,
                acked: committed - behind,
                ..LearnerBeat::default()
            });
            let beat = EnsembleBeat {
                sid: 5,
                voters: 5,
                committed,
                flushed: committed - behind[4],
                learners: learners.collect(),
                ..EnsembleBeat::default()
            };
            carriers.told(look.unsigned_abs() * IN_TIME_MS, 1, &beat);
        }
        carriers.order()
    }

    #[test]
    fn a_leader_with_a_slow_disk_is_carried_by_the_others() {
        let order = after_writes([0, 3, 0, 0, 40]).unwrap();
        assert_eq!(order.after, [Sid(5)]);
        assert_eq!(
            order.costs(Sid(5)).unwrap(),
            "no write waits for it, 1 2 3 4 carry them; 1 of 1 2 3 4 may go before one does"
        );
        assert_eq!(
            order.costs(Sid(2)).unwrap(),
            "it is in time; 5 comes after the commit"
        );
        assert_eq!(order.costs(Sid(9)), None);
    }

    #[test]
    fn with_no_voter_to_spare_writes_wait_for_each() {
        let order = after_writes([0, 40, 0, 0, 50]).unwrap();
        assert_eq!(order.in_time.len(), order.need);
        assert!(
            order
                .costs(Sid(1))
                .unwrap()
                .starts_with("writes wait for it")
        );
        assert!(
            order
                .costs(Sid(2))
                .unwrap()
                .contains("if one of 1 3 4 goes")
        );
        assert_eq!(
            after_writes([40, 40, 0, 0, 50]),
            None,
            "nothing like that commits"
        );
        let all = after_writes([0, 0, 0, 0, 0]).unwrap();
        assert_eq!(
            all.costs(Sid(1)).unwrap(),
            "it is in time, as all voters are"
        );
    }
}
