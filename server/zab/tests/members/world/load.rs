//! What the members are asked to do, and whether they agree.

use bytes::Bytes;
use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, Role},
};
use zoowarden_zab::{HandoverRefusal, Serving};

use super::{Member, World, config_of};
use crate::support::reconfig_txn;

impl World {
    /// The leader proposes these members, if it may. Whether it did.
    pub(crate) fn reconfig(&mut self, members: &[(i64, Role)]) -> bool {
        let mut config = config_of(members.iter().copied());
        for sid in self.leaders() {
            let member = self.member(sid);
            let zxid = member.next;
            config.version = zxid.0;
            let zab = member.zab.as_ref().expect("it leads");
            if zab.is_reconfiguring() || !zab.has_quorum_of(&config) {
                continue;
            }
            member.next = zxid.next();
            self.note(format!("{sid} proposes {members:?} as {zxid}"));
            let txn = reconfig_txn(zxid, &config);
            self.with(sid, |zab, now_us, out| zab.propose(now_us, zxid, txn, out));
            return true;
        }
        false
    }

    /// The leader begins to hand its office over, if it may.
    pub(crate) fn hand_over(&mut self, heir: Sid) -> Result<(), HandoverRefusal> {
        let mut answer = Err(HandoverRefusal::NotLeading);
        for sid in self.leaders() {
            self.note(format!("{sid} is to hand over to {heir}"));
            self.with(sid, |zab, now_us, out| {
                answer = zab.hand_over(now_us, heir, out);
            });
        }
        answer
    }

    pub(super) fn leaders(&self) -> Vec<Sid> {
        let leads = |member: &Member| matches!(member.serving, Some(Serving::Leading(_)));
        let members = self.members.iter().filter(|(_, member)| leads(member));
        members.map(|(sid, _)| *sid).collect()
    }

    /// The newest configuration in force anywhere.
    pub(crate) fn config(&self) -> &DynamicConfig {
        let active = self.members.values().map(|member| &member.disk.active);
        active.max_by_key(|config| config.version).expect("members")
    }

    /// The leader, if one serves, proposes the next number.
    pub(crate) fn propose(&mut self) {
        for sid in self.leaders() {
            self.proposed += 1;
            let txn = Bytes::from(self.proposed.to_be_bytes().to_vec());
            let member = self.member(sid);
            let zxid = member.next;
            member.next = zxid.next();
            self.with(sid, |zab, now_us, out| zab.propose(now_us, zxid, txn, out));
        }
    }

    /// All members who run serve under one leader, and have delivered the same.
    pub(crate) fn has_converged(&self) -> bool {
        let config = self.config();
        let mut running = self
            .members
            .iter()
            .filter(|(sid, member)| member.zab.is_some() && config.servers.contains_key(sid));
        let Some((_, first)) = running.next() else {
            return false;
        };
        first.serving.is_some()
            && first.disk.active == *config
            && running.all(|(_, member)| {
                member.serving.is_some()
                    && member.delivered == first.delivered
                    && member.disk.active == *config
            })
    }
}
