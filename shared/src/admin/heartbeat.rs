//! The line that a Zoowarden member writes ten times a second to whoever watches it:
//! `GET /commands/zoowarden/stream`. Apache's members have no such thing.

use serde::{Deserialize, Serialize};

use super::{report::MemberReport, words::set_role};
use crate::ids::{Sid, Zxid};

/// How often a member's heart beats, milliseconds.
pub const HEARTBEAT_MS: u64 = 100;

/// Where the stream is, under the AdminServer's command URL.
pub const STREAM_PATH: &str = "zoowarden/stream";

/// One heartbeat. A beat proves more than an open socket: the member's driver made it.
///
/// Keys that a reader does not know are passed over; those that may be missing are `Option`s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// One more than the last one's while somebody listens; a gap is beats that were lost.
    pub seq: u64,
    /// Drawn anew at each start of the process, in hexadecimal: another one is a restart.
    pub boot: String,
    /// When the next one is due, milliseconds.
    pub interval_ms: u64,
    /// Whether it serves clients.
    pub serving: bool,
    /// Its role, by Apache's name of it (`server_state`).
    pub role: String,
    /// The last transaction that it applied, as a signed number as in `server_stats`.
    pub zxid: i64,
    /// The epoch that is established, or the last that was; `None` from a standalone member.
    pub epoch: Option<i64>,
    /// Client connections that are open.
    pub connections: i64,
    /// Requests in its pipeline.
    pub outstanding: i64,
    /// Znodes.
    pub znodes: i64,
    /// Watches that are set.
    pub watches: i64,
    /// Since it began to serve, milliseconds.
    pub uptime_ms: i64,
    /// How long the log's last fsync took, microseconds; `None` before the first.
    pub fsync_last_us: Option<u64>,
    /// What 99 of 100 fsyncs took at most, microseconds, since the statistics' last reset.
    pub fsync_p99_us: Option<u64>,
    /// Its part in its ensemble; `None` from a standalone member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble: Option<EnsembleBeat>,
}

/// A member's part in its ensemble. Transactions are signed numbers, as [`Heartbeat::zxid`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnsembleBeat {
    /// Its `myid`.
    pub sid: i64,
    /// Whom it follows, itself where it leads; `None` while it looks for a leader.
    pub leader: Option<i64>,
    /// The last transaction in its log, flushed or not.
    pub logged: i64,
    /// The last that is flushed.
    pub flushed: i64,
    /// The last that it knows to be decided, and has applied.
    pub committed: i64,
    /// Voters in the configuration in force.
    pub voters: u64,
    /// Of a leader: who follows it.
    pub learners: Vec<LearnerBeat>,
    /// Of a learner: for how long nothing has come from its leader, milliseconds; `None` while
    /// the signs of life are there, several a second from a member of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_silent_ms: Option<u64>,
    /// It cannot vouch for its history, as after it was told to take everything anew: it does
    /// not vote, and waits for a leader's snapshot.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub abstains: bool,
    /// Since it leads, follows or observes, milliseconds; `None` while it does not.
    pub serving_ms: Option<u64>,
    /// Transactions whose digest was not that of its own tree.
    pub digest_mismatches: u64,
    /// The first of them.
    pub first_digest_mismatch: Option<i64>,
}

/// A learner, as its leader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnerBeat {
    /// Who it is.
    pub sid: i64,
    /// Whether its acknowledgements count.
    pub votes: bool,
    /// Whether it has all that was decided when it came.
    pub synced: bool,
    /// `DIFF`, `TRUNC` or `SNAP`: how it was brought into step, or is being.
    pub synced_by: Option<String>,
    /// The last transaction that it acknowledged, which an observer never does.
    pub acked: i64,
    /// As [`EnsembleBeat::leader_silent_ms`], of the learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_ms: Option<u64>,
}

impl Heartbeat {
    /// As a line of the stream, with its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        // A struct of numbers and text cannot fail to serialize.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// Reads a line; `None` for anything else.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let beat: Self = serde_json::from_str(line.trim_end()).ok()?;
        (beat.interval_ms > 0).then_some(beat)
    }

    /// Whether it tells what an earlier one told, but for the time that has passed.
    #[must_use]
    pub fn repeats(&self, earlier: &Self) -> bool {
        let mut timeless = self.clone();
        timeless.seq = earlier.seq;
        timeless.uptime_ms = earlier.uptime_ms;
        if let (Some(own), Some(its)) = (&mut timeless.ensemble, &earlier.ensemble)
            && own.serving_ms.is_some() == its.serving_ms.is_some()
        {
            own.serving_ms = its.serving_ms;
        }
        timeless == *earlier
    }

    /// Puts what it tells into a report; the rest of the report stays.
    pub fn absorb_into(&self, report: &mut MemberReport) {
        set_role(report, &self.role);
        report.zxid = Some(Zxid(self.zxid));
        report.connections = Some(self.connections);
        report.outstanding = Some(self.outstanding);
        report.znodes = Some(self.znodes);
        report.watches = Some(self.watches);
        report.uptime_ms = Some(self.uptime_ms);
        if let Some(ensemble) = &self.ensemble {
            report.sid = Some(Sid(ensemble.sid));
            report.leader_sid = ensemble.leader.map(Sid);
            report.quorum_size = Some(ensemble.voters as i64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::Role;

    fn beat() -> Heartbeat {
        Heartbeat {
            seq: 7,
            boot: "9f3a".into(),
            interval_ms: HEARTBEAT_MS,
            serving: true,
            role: "standalone".into(),
            zxid: 0x1f,
            epoch: None,
            connections: 3,
            outstanding: 0,
            znodes: 5,
            watches: 1,
            uptime_ms: 1000,
            fsync_last_us: Some(800),
            fsync_p99_us: None,
            ensemble: None,
        }
    }

    #[test]
    fn a_beat_is_one_line_and_reads_back() {
        let line = beat().to_line();
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(Heartbeat::parse(&line), Some(beat()));
        let newer = line.replacen('{', "{\"unheard_of\":[1],", 1);
        assert_eq!(Heartbeat::parse(&newer), Some(beat()));
        for garbage in ["", "{}", "<html>", &line[..20]] {
            assert_eq!(Heartbeat::parse(garbage), None);
        }
        let at_once = line.replace("\"interval_ms\":100", "\"interval_ms\":0");
        assert_eq!(Heartbeat::parse(&at_once), None);
    }

    #[test]
    fn a_member_of_an_ensemble_tells_its_part_in_it() {
        let ensemble = EnsembleBeat {
            sid: 3,
            leader: Some(3),
            committed: 0x1_0000_0007,
            voters: 3,
            abstains: true,
            learners: vec![LearnerBeat {
                sid: 1,
                ..LearnerBeat::default()
            }],
            ..EnsembleBeat::default()
        };
        let beat = Heartbeat {
            ensemble: Some(ensemble),
            ..beat()
        };
        assert_eq!(Heartbeat::parse(&beat.to_line()).as_ref(), Some(&beat));
        // A member that is older or newer may leave things out.
        let less = beat.to_line().replace("\"voters\":3,", "");
        let less = Heartbeat::parse(&less).and_then(|beat| beat.ensemble);
        assert_eq!(less.map(|ensemble| ensemble.voters), Some(0));
        let mut report = MemberReport::default();
        beat.absorb_into(&mut report);
        assert_eq!(
            (report.sid, report.leader_sid),
            (Some(Sid(3)), Some(Sid(3)))
        );
    }

    #[test]
    fn a_beat_repeats_another_where_only_time_has_passed() {
        let with = |seq, uptime_ms, serving_ms, committed| Heartbeat {
            seq,
            uptime_ms,
            ensemble: Some(EnsembleBeat {
                serving_ms,
                committed,
                ..EnsembleBeat::default()
            }),
            ..beat()
        };
        let earlier = with(7, 1000, Some(900), 5);
        assert!(with(8, 1100, Some(1000), 5).repeats(&earlier));
        assert!(!with(8, 1100, Some(1000), 6).repeats(&earlier));
        assert!(!with(8, 1100, None, 5).repeats(&earlier));
        assert!(!beat().repeats(&earlier));
    }

    #[test]
    fn it_refreshes_what_it_tells_and_leaves_the_rest() {
        let mut report = MemberReport {
            version: Some("3.9.4-zoowarden-0.1.0".into()),
            znodes: Some(4),
            ..MemberReport::default()
        };
        beat().absorb_into(&mut report);
        assert_eq!(report.role, Some(Role::Standalone));
        assert_eq!((report.znodes, report.zxid), (Some(5), Some(Zxid(0x1f))));
        assert!(report.version.is_some());
    }
}
