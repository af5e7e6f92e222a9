//! How often a member had no leader, and how long it took to find one (`QuorumPeer`,
//! `FastLeaderElection`), as replication tells it.

use zoowarden_shared::Sid;
use zoowarden_zab::Event;

use super::Summary;

/// Times without a leader, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Elections {
    /// How often it looked for a leader (`looking_count`).
    pub looking_count: u64,
    /// From the search to its end (`election_time`).
    pub election_time: Summary,
    /// From the search until it served again (`unavailable_time`).
    pub unavailable_time: Summary,
    /// The same where it then led (`leader_unavailable_time`).
    pub leader_unavailable_time: Summary,
    /// Of a learner: from the end of the search until it served (`follower_sync_time`,
    /// `observer_sync_time`).
    pub sync_time: Summary,
    /// Of a leader: learners brought up to date by DIFF, after a TRUNC or not (`diff_count`).
    pub diff_count: u64,
    /// Of a leader: learners sent a snapshot (`snap_count`).
    pub snap_count: u64,
    looking_since_us: Option<u64>,
    unavailable_since_us: Option<u64>,
    elected_at_us: Option<u64>,
}

impl Elections {
    /// Counts what happened to member `me`.
    pub(crate) fn note(&mut self, now_us: u64, me: Sid, event: &Event) {
        let millis_since = |since_us: u64| now_us.saturating_sub(since_us) / 1000;
        match event {
            Event::Looking { .. } => {
                self.looking_count += 1;
                self.looking_since_us = Some(now_us);
                self.unavailable_since_us.get_or_insert(now_us);
                self.elected_at_us = None;
            }
            Event::Elected { .. } => {
                if let Some(since_us) = self.looking_since_us.take() {
                    self.election_time.add(millis_since(since_us));
                }
                self.elected_at_us = Some(now_us);
            }
            Event::Established { leader, .. } => {
                if let Some(since_us) = self.unavailable_since_us.take() {
                    self.unavailable_time.add(millis_since(since_us));
                    if *leader == me {
                        self.leader_unavailable_time.add(millis_since(since_us));
                    }
                }
                if let Some(since_us) = self.elected_at_us.take()
                    && *leader != me
                {
                    self.sync_time.add(millis_since(since_us));
                }
            }
            Event::Syncing { sid, how, .. } if *sid != me => match *how {
                "SNAP" => self.snap_count += 1,
                _ => self.diff_count += 1,
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_without_a_leader_counts_from_the_first_search() {
        let mut elections = Elections::default();
        let looking = || Event::Looking {
            reason: "test".to_owned(),
        };
        let elected = Event::Elected {
            leader: Sid(2),
            round: 1,
        };
        elections.note(1_000, Sid(1), &looking());
        elections.note(11_000, Sid(1), &elected);
        // The leader could not be reached.
        elections.note(20_000, Sid(1), &looking());
        elections.note(25_000, Sid(1), &elected);
        let established = Event::Established {
            leader: Sid(2),
            epoch: 1,
        };
        elections.note(41_000, Sid(1), &established);
        assert_eq!(elections.looking_count, 2);
        assert_eq!(
            (elections.election_time.min(), elections.election_time.max()),
            (5, 10)
        );
        assert_eq!(elections.unavailable_time.max(), 40);
        assert_eq!(elections.leader_unavailable_time.count(), 0);
        assert_eq!(elections.sync_time.max(), 16);
    }

    #[test]
    fn a_leader_counts_how_it_brought_others_up_to_date() {
        let mut elections = Elections::default();
        for (sid, how) in [(2, "DIFF"), (3, "SNAP"), (3, "TRUNC"), (1, "SNAP")] {
            let event = Event::Syncing {
                sid: Sid(sid),
                how,
                from: zoowarden_shared::Zxid::ZERO,
                to: zoowarden_shared::Zxid::ZERO,
            };
            elections.note(0, Sid(1), &event);
        }
        assert_eq!((elections.diff_count, elections.snap_count), (2, 1));
    }
}
