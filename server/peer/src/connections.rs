//! All client connections, who serves which session, and how many come from one address.

use core::net::{IpAddr, SocketAddr};

use rustc_hash::FxHashMap;
use zoowarden_shared::SessionId;

use crate::{
    config::PeerConfig,
    connection::Connection,
    input::{ConnId, Now},
};

/// The connections of this member (`ServerCnxnFactory`).
#[derive(Debug, Default)]
pub(crate) struct Connections {
    by_id: FxHashMap<ConnId, Connection>,
    by_session: FxHashMap<SessionId, ConnId>,
    per_address: FxHashMap<IpAddr, u32>,
}

impl Connections {
    /// Takes a connection in, unless there are too many already (`maxClientCnxns` of one
    /// address, `maxCnxns` in all). Whether it was taken.
    pub(crate) fn open(
        &mut self,
        conn: ConnId,
        remote: SocketAddr,
        config: &PeerConfig,
        now: Now,
    ) -> bool {
        let from_address = self.per_address.entry(remote.ip()).or_default();
        let too_many = |limit: u32, count: usize| limit > 0 && count >= limit as usize;
        if too_many(config.max_client_cnxns, *from_address as usize)
            || too_many(config.max_cnxns, self.by_id.len())
        {
            if *from_address == 0 {
                self.per_address.remove(&remote.ip());
            }
            return false;
        }
        *from_address += 1;
        self.by_id.insert(conn, Connection::new(remote, now));
        true
    }

    /// Lets a connection go.
    pub(crate) fn remove(&mut self, conn: ConnId) -> Option<Connection> {
        let connection = self.by_id.remove(&conn)?;
        if let Some(session) = connection.session
            && self.by_session.get(&session) == Some(&conn)
        {
            self.by_session.remove(&session);
        }
        let address = connection.remote.ip();
        if let Some(count) = self.per_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&address);
            }
        }
        Some(connection)
    }

    pub(crate) fn get(&self, conn: ConnId) -> Option<&Connection> {
        self.by_id.get(&conn)
    }

    pub(crate) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Connection> {
        self.by_id.get_mut(&conn)
    }

    /// Which connection serves a session.
    pub(crate) fn of_session(&self, session: SessionId) -> Option<ConnId> {
        self.by_session.get(&session).copied()
    }

    /// From now on this connection serves the session.
    pub(crate) fn bind(&mut self, conn: ConnId, session: SessionId) {
        if let Some(connection) = self.by_id.get_mut(&conn) {
            connection.session = Some(session);
            self.by_session.insert(session, conn);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ConnId, &Connection)> {
        self.by_id
            .iter()
            .map(|(&conn, connection)| (conn, connection))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.by_id.values_mut()
    }

    /// Every connection's id, ascending, so that what is done to all is done in one order.
    pub(crate) fn ids(&self) -> Vec<ConnId> {
        let mut ids: Vec<ConnId> = self.by_id.keys().copied().collect();
        ids.sort_unstable();
        ids
    }
}
