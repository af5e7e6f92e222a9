//! What an operator should find in the log, one line each.

use zoowarden_peer::Event;
use zoowarden_zab as zab;

/// Writes the line.
pub(super) fn log(event: &Event) {
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
        Event::DigestMismatch { zxid } => {
            tracing::error!(%zxid, "the digest in the transaction is not our tree's");
        }
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
