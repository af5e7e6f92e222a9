//! A session that is heard of does not expire. In two halves, each exact, whatever the network
//! does between them:
//!
//! - a learner's next word to its leader names every session whose client it has heard since
//!   the last one;
//! - who ends a session (the leader; a member, for its local ones) has not been told of it by
//!   anybody for the whole timeout, nor has it taken office within that time.
//!
//! What nobody could hear, because a member stood still or a partition was in the way, counts
//! for nothing: there the session may end.

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_peer::Event;
use zoowarden_shared::{
    SessionId,
    quorum::{PacketType, QuorumPacket, SessionTouches},
};
use zoowarden_zab::Event as ZabEvent;

/// As what a member hears a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearer {
    /// It decides itself when the session ends.
    Itself,
    /// It tells its leader.
    Learner,
}

/// When members heard of sessions.
#[derive(Debug, Default)]
pub(crate) struct Expiry {
    heard_us: BTreeMap<(usize, SessionId), u64>,
    in_office_us: BTreeMap<usize, u64>,
    /// Of which each learner owes its leader a word.
    untold: BTreeMap<usize, BTreeSet<SessionId>>,
}

impl Expiry {
    /// A member is told something that comes from the session's client.
    pub(crate) fn heard(&mut self, member: usize, session: SessionId, now_us: u64, hearer: Hearer) {
        match hearer {
            Hearer::Itself => {
                self.heard_us.insert((member, session), now_us);
            }
            Hearer::Learner => {
                self.untold.entry(member).or_default().insert(session);
            }
        }
    }

    /// A learner answers a PING, or says something else.
    pub(crate) fn learner_says(
        &mut self,
        member: usize,
        packet: &QuorumPacket,
    ) -> Result<(), String> {
        let Some(named) = touches(packet) else {
            return Ok(());
        };
        let untold = self.untold.remove(&member).unwrap_or_default();
        match untold.difference(&named).next() {
            None => Ok(()),
            Some(session) => Err(format!(
                "expiry: member {member} has heard session {session} and does not tell its leader"
            )),
        }
    }

    /// A leader is told which sessions a learner has heard.
    pub(crate) fn leader_hears(&mut self, member: usize, now_us: u64, packet: &QuorumPacket) {
        for session in touches(packet).unwrap_or_default() {
            self.heard_us.insert((member, session), now_us);
        }
    }

    /// A member has closed a connection: it need not speak of its session any more.
    pub(crate) fn closed(&mut self, member: usize, session: Option<SessionId>) {
        if let Some(session) = session
            && let Some(untold) = self.untold.get_mut(&member)
        {
            untold.remove(&session);
        }
    }

    /// A new process has heard nothing.
    pub(crate) fn restarted(&mut self, member: usize) {
        self.untold.remove(&member);
        self.in_office_us.remove(&member);
        self.heard_us.retain(|(its, _), _| *its != member);
    }

    /// A member says that it has ended a session, or has another office.
    pub(crate) fn hear_event(
        &mut self,
        member: usize,
        now_us: u64,
        event: &Event,
    ) -> Result<(), String> {
        match event {
            Event::Replication(ZabEvent::Looking { .. }) => {
                self.untold.remove(&member);
                Ok(())
            }
            Event::Replication(ZabEvent::Established { .. }) => {
                self.in_office_us.insert(member, now_us);
                Ok(())
            }
            Event::SessionExpired {
                session,
                timeout_ms,
            } => self.expired(member, now_us, *session, *timeout_ms),
            _ => Ok(()),
        }
    }

    fn expired(
        &self,
        member: usize,
        now_us: u64,
        session: SessionId,
        timeout_ms: i32,
    ) -> Result<(), String> {
        let heard_us = self.heard_us.get(&(member, session));
        let since_us = heard_us.max(self.in_office_us.get(&member));
        let Some(silent_us) = since_us.map(|since_us| now_us - since_us) else {
            return Ok(());
        };
        if silent_us < timeout_ms.unsigned_abs() as u64 * 1000 {
            return Err(format!(
                "expiry: member {member} ends session {session} with a timeout of {timeout_ms} \
                 ms, {} ms after it heard of it or took office",
                silent_us / 1000
            ));
        }
        Ok(())
    }
}

fn touches(packet: &QuorumPacket) -> Option<BTreeSet<SessionId>> {
    if packet.packet_type() != Some(PacketType::Ping) || packet.data.is_none() {
        return None;
    }
    let touches: SessionTouches = packet.payload().ok()?;
    Some(touches.0.into_iter().map(|touch| touch.session).collect())
}
