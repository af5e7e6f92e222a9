//! What a member does not tell because a door is shut, and the line that opens it.

use zoowarden_shared::admin::whitelist_line;

use super::{Doors, door::Door};
use crate::model::probe::Closed;

impl Doors {
    /// What is shut, and the line that opens it.
    pub(super) fn closed(&self) -> Vec<Closed> {
        let mut closed = Vec::new();
        if matches!(self.admin, Door::Open) {
            return closed;
        }
        let shut = |door: Door| matches!(door, Door::Shut(_));
        if shut(self.mntr) || shut(self.conf) || shut(self.srvr) {
            closed.push(Closed {
                what: "Zab phase, watches, file descriptors, fsync (mntr); its id and members \
                       (conf); sessions (cons, dump)"
                    .to_owned(),
                line: whitelist_line(&["mntr", "conf", "cons", "dump"]),
            });
        }
        if shut(self.admin) {
            let found = if self.admin_is_another {
                "there is another member's"
            } else {
                "nobody answers there"
            };
            closed.push(Closed {
                what: format!(
                    "all of that, and no line in its log for each of our polls. Looked for at {}: \
                     {found}. Where it listens elsewhere: --admin-port PORT, or one for each \
                     address of --connect; admin_port or [cluster.admin_ports] in console.toml",
                    self.admin_address
                ),
                line: "admin.enableServer=true".to_owned(),
            });
        }
        closed
    }
}
