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
            closed.push(Closed {
                what: format!(
                    "all of that, and no line in its log for each of our polls; it must answer \
                     at {}",
                    self.admin_address
                ),
                line: "admin.enableServer=true".to_owned(),
            });
        }
        closed
    }
}
