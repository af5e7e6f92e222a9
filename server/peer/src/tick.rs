//! What is due by the clock: replication's own deadlines, local sessions that were not heard
//! of; and where transactions are made, all sessions, and containers without children.

use crate::{
    effect::{Effect, Effects, Event},
    input::Now,
    peer::Peer,
};

impl Peer {
    pub(crate) fn tick(&mut self, now: Now, out: &mut Effects) {
        self.zab(now, out, |zab, outputs| zab.tick(now.mono_us, outputs));
        self.begin_read_only_if_due(now);
        self.expire_local_sessions(now, out);
        if !self.makes_txns() {
            return;
        }
        for session in self.db.sessions.expire_due(now.mono_us) {
            self.metrics.stale_sessions_expired += 1;
            let timeout_ms = self.db.sessions.timeout_ms(session).unwrap_or_default();
            out.push(Effect::Event(Event::SessionExpired {
                session,
                timeout_ms,
            }));
            self.propose_close_session(now, session, out);
        }
        let max_never_used_ms = self.config.container_max_never_used_ms;
        if self.containers.is_check_due(now.mono_us) {
            let candidates = self
                .db
                .tree
                .container_candidates(now.wall_ms, max_never_used_ms);
            self.containers.set_candidates(candidates);
        }
        while let Some(path) = self.containers.next_candidate(now.mono_us) {
            let record =
                self.prep
                    .prepare_container_deletion(&self.db.tree, &self.config, path, now);
            if let Some(record) = record {
                self.propose(now, record, None, out);
            }
        }
    }
}
