//! What an operator should find in the log, one line each; of what comes in bursts one line a
//! minute.

use zoowarden_peer::{Event, Now};
use zoowarden_shared::Zxid;
use zoowarden_zab as zab;

/// Between two lines about wrong digests, microseconds: a tree that differs once differs in
/// every transaction from then on.
const DIGEST_LINES_US: u64 = 60_000_000;

/// Writes the lines.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    wrong_digests: Option<WrongDigests>,
}

/// Since the last line about wrong digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WrongDigests {
    logged_us: u64,
    /// How many more there were.
    unlogged: u64,
}

impl EventLog {
    /// Writes this event's line, unless there was one like it a moment ago.
    pub(super) fn note(&mut self, now: Now, event: &Event) {
        match event {
            Event::DigestMismatch { zxid } => self.wrong_digest(now, *zxid),
            other => log(other),
        }
    }

    fn wrong_digest(&mut self, now: Now, zxid: Zxid) {
        if let Some(unlogged) = self.count_wrong_digest(now.mono_us) {
            tracing::error!(
                %zxid,
                unlogged,
                "the digest in the transaction is not our tree's: this member's data differs"
            );
        }
    }

    /// How many were not logged before, where this one is to be logged.
    fn count_wrong_digest(&mut self, now_us: u64) -> Option<u64> {
        if let Some(last) = &mut self.wrong_digests
            && now_us.saturating_sub(last.logged_us) < DIGEST_LINES_US
        {
            last.unlogged += 1;
            return None;
        }
        let begun = WrongDigests {
            logged_us: now_us,
            unlogged: 0,
        };
        let last = self.wrong_digests.replace(begun);
        Some(last.map_or(0, |last| last.unlogged))
    }
}

fn log(event: &Event) {
    match event {
        Event::SessionEstablished {
            session,
            timeout_ms,
        } => tracing::debug!(%session, timeout_ms, "session established"),
        Event::SessionExpired {
            session,
            timeout_ms,
        } => tracing::info!(%session, timeout_ms, "session expired"),
        Event::QuotaExceeded { path, detail } => tracing::warn!(path, "{detail}"),
        // `EventLog` has counted it.
        Event::DigestMismatch { .. } => {}
        Event::UnreadableTxn { zxid, detail } => {
            tracing::error!(%zxid, "a decided transaction cannot be read: {detail}");
        }
        Event::Replication(event) => log_replication(event),
    }
}

fn log_replication(event: &zab::Event) {
    use zab::Event;
    match event {
        Event::Looking { reason } => tracing::info!("looking for a leader: {reason}"),
        Event::Elected { leader, round } => {
            tracing::info!(%leader, round, "server {leader} is elected");
        }
        Event::HandingOver { heir } => {
            tracing::info!(%heir, "handing the leadership over to server {heir}");
        }
        Event::HandoverGivenUp { heir } => {
            tracing::warn!(%heir, "server {heir} does not catch up: this server leads on");
        }
        Event::Established { leader, epoch } => {
            tracing::info!(%leader, epoch, "epoch {epoch} of server {leader} begins here");
        }
        Event::Syncing { sid, how, from, to } => {
            tracing::info!(%sid, how, %from, %to, "bringing server {sid} up to date");
        }
        Event::LearnerLost { sid, reason } => {
            tracing::warn!(%sid, "let server {sid} go: {reason}");
        }
        Event::Suspected { leader, silent_ms } => {
            tracing::warn!(%leader, silent_ms, "nothing is heard of the leader");
        }
        Event::BadPeer { sid, what } => {
            tracing::error!(%sid, "server {sid} does what no correct server does: {what}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_digests_are_logged_once_a_minute_with_their_number() {
        let mut log = EventLog::default();
        assert_eq!(log.count_wrong_digest(5), Some(0));
        for later_us in 0..99 {
            assert_eq!(log.count_wrong_digest(5 + later_us), None);
        }
        assert_eq!(log.count_wrong_digest(5 + DIGEST_LINES_US), Some(99));
        assert_eq!(log.count_wrong_digest(4 + 2 * DIGEST_LINES_US), None);
        assert_eq!(log.count_wrong_digest(9 + 3 * DIGEST_LINES_US), Some(1));
    }
}
