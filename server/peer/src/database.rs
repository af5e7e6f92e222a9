//! `ZKDatabase`: what a member's clients read, change, watch and live by.

use zoowarden_shared::{
    Zxid,
    acl::{Acl, Id},
};
use zoowarden_tree::{DataTree, SessionTracker, Watches, acl};

use crate::{config::PeerConfig, input::ConnId};

/// The applied state: only committed transactions are in it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) tree: DataTree,
    pub(crate) sessions: SessionTracker,
    pub(crate) watches: Watches<ConnId>,
}

impl Database {
    /// The last transaction applied: what reads are answered from.
    pub(crate) fn zxid(&self) -> Zxid {
        self.tree.last_processed_zxid()
    }
}

/// Whether someone with these identities may use one of `perms` on a znode with this ACL.
pub(crate) fn may(config: &PeerConfig, acl: &[Acl], perms: i32, auth: &[Id]) -> bool {
    config.skip_acl || acl::is_permitted(acl, perms, auth)
}
