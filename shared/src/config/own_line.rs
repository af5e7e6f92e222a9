//! What a member's own `server.N` line says of it, beside its static configuration
//! (`QuorumPeerConfig.setupClientPort` and `setupPeerType`).

use std::net::IpAddr;

use super::{ConfigError, ConfigWarning, HostPort, Place, Role, ServerConfig};
use crate::ids::Sid;

impl ServerConfig {
    /// Takes over the client address and the role that the line of server `sid` gives, once
    /// `myid` is known. Without such a line nothing changes.
    ///
    /// # Errors
    /// [`ConfigError`] where both give a client address and they differ. Names are not
    /// resolved: of two hosts only IP addresses are known to differ.
    pub fn apply_own_line(&mut self, sid: Sid, file: &str) -> Result<(), ConfigError> {
        let Some(own) = self.ensemble.servers.servers.get(&sid) else {
            return Ok(());
        };
        if let Some(given) = &own.client_address {
            if let Some(fixed) = &self.client_address
                && differ(fixed, given)
            {
                let message = format!(
                    "server.{sid}: expected {fixed} for clients as elsewhere, found {given}"
                );
                return Err(ConfigError::new(Place::new(file, None), message));
            }
            self.client_address = Some(given.clone());
        }
        if own.role != self.ensemble.peer_type {
            // A participant is what everyone is who says nothing.
            if self.ensemble.peer_type == Role::Observer {
                self.warnings.push(ConfigWarning {
                    place: Place::new(file, None),
                    key: "peerType".to_owned(),
                    message: format!("server.{sid} says {}, which counts", own.role),
                });
            }
            self.ensemble.peer_type = own.role;
        }
        Ok(())
    }
}

fn differ(fixed: &HostPort, given: &HostPort) -> bool {
    let both: (Result<IpAddr, _>, Result<IpAddr, _>) = (fixed.host.parse(), given.host.parse());
    let hosts_differ = matches!(both, (Ok(fixed), Ok(given)) if fixed != given);
    fixed.port != given.port || (hosts_differ && !fixed.is_any())
}
