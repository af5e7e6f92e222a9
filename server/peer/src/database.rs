//! `ZKDatabase`: what a member's clients read, change, watch and live by.

use zoowarden_shared::{
    Zxid,
    acl::{Acl, Id},
};
use zoowarden_tree::{DataTree, SessionTracker, Watches, acl, sessions::LocalSessions};

use crate::{
    config::PeerConfig,
    input::{ConnId, Now},
    prep::CONFIG_NODE,
    recovered::Recovered,
};

/// The applied state: only decided transactions are in it, and what the disk gave back.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) tree: DataTree,
    pub(crate) sessions: SessionTracker,
    /// Those that no transaction tells of. They are gone when the member serves no longer.
    pub(crate) local_sessions: LocalSessions,
    pub(crate) watches: Watches<ConnId>,
}

impl Database {
    /// What the disk gave back. `sessions` has none.
    pub(crate) fn new(
        config: &PeerConfig,
        recovered: Recovered,
        sessions: SessionTracker,
        now: Now,
    ) -> Self {
        let mut database = Self {
            tree: recovered.tree,
            sessions,
            local_sessions: LocalSessions::new(config.tick_time_ms),
            watches: Watches::new(),
        };
        database.complete(config, &recovered.sessions, now);
        database
    }

    /// Exchanges all for what the disk gave back now.
    pub(crate) fn reload(&mut self, config: &PeerConfig, recovered: Recovered, now: Now) {
        self.tree = recovered.tree;
        self.watches = Watches::new();
        self.sessions.clear();
        self.complete(config, &recovered.sessions, now);
    }

    fn complete(
        &mut self,
        config: &PeerConfig,
        sessions: &[(zoowarden_shared::SessionId, i32)],
        now: Now,
    ) {
        if let Some(text) = &config.config_node {
            let members = config.replication.as_ref().map(|config| &config.members);
            let version = members.map_or(Zxid::ZERO, |members| Zxid(members.version));
            self.set_config_node(text, version, now);
        }
        for &(session, timeout_ms) in sessions {
            self.sessions.commit(session, timeout_ms, now.mono_us);
        }
    }

    /// Writes a configuration into its znode, where that has none or an older one: a reconfig
    /// that is in the log is known before the file that it leads to is read.
    pub(crate) fn set_config_node(&mut self, text: &str, version: Zxid, now: Now) {
        let is_known = self.tree.node(CONFIG_NODE).is_some_and(|node| {
            node.data() == Some(text.as_bytes()) || node.persisted().mzxid > version
        });
        if !is_known {
            self.tree.set_config_node(text, version, now.wall_ms);
        }
    }

    /// The last transaction applied: what reads are answered from.
    pub(crate) fn zxid(&self) -> Zxid {
        self.tree.last_processed_zxid()
    }
}

/// Whether someone with these identities may use one of `perms` on a znode with this ACL.
pub(crate) fn may(config: &PeerConfig, acl: &[Acl], perms: i32, auth: &[Id]) -> bool {
    config.skip_acl || acl::is_permitted(acl, perms, auth)
}
