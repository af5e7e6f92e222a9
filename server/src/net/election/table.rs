//! What is to be said to whom, and over which connection.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use zoowarden_shared::{Sid, config::HostPort};

use crate::net::members::MemberAddresses;

/// Members that are not in the configuration and yet talk to us: they may have a newer one.
const MAX_STRANGERS: usize = 64;

/// All members that were ever talked to.
#[derive(Debug)]
pub(super) struct Table {
    /// Where the configuration's members are dialled.
    pub(super) known: MemberAddresses,
    peers: BTreeMap<Sid, Peer>,
    next_connection: u64,
}

/// One member.
#[derive(Debug, Default)]
struct Peer {
    /// The newest message, where it is not sent yet.
    queued: Option<Bytes>,
    /// What was sent last: it may have been lost with its connection.
    last_sent: Option<Bytes>,
    connection: Option<Connection>,
    is_dialling: bool,
    /// Where a member that the configuration lacks says that it is.
    learned: Vec<HostPort>,
}

/// A connection over which messages go, as both its task and the table know it.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) sid: Sid,
    /// Tells it from the same member's others.
    number: u64,
    /// There may be something to send.
    pub(super) wake: Arc<Notify>,
    /// Another one takes its place.
    pub(super) stop: CancellationToken,
}

/// What must happen for a message to get on its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Queued {
    /// Nothing: its connection takes it.
    UnderWay,
    /// The member is to be dialled.
    Dial,
    /// Nobody knows where the member is.
    Unreachable,
}

impl Table {
    pub(super) fn new(known: MemberAddresses) -> Self {
        Self {
            known,
            peers: BTreeMap::new(),
            next_connection: 0,
        }
    }

    /// Queues a message; it replaces one that was not sent yet.
    pub(super) fn queue(&mut self, sid: Sid, message: Bytes) -> Queued {
        if !self.known.contains(sid) && !self.peers.contains_key(&sid) {
            return Queued::Unreachable;
        }
        let peer = self.peers.entry(sid).or_default();
        peer.queued = Some(message);
        if let Some(connection) = &peer.connection {
            connection.wake.notify_one();
            return Queued::UnderWay;
        }
        self.want_dial(sid)
    }

    /// Says that the member is to be dialled, unless it is already.
    fn want_dial(&mut self, sid: Sid) -> Queued {
        if self.addresses(sid).is_empty() {
            return Queued::Unreachable;
        }
        let peer = self.peers.entry(sid).or_default();
        if std::mem::replace(&mut peer.is_dialling, true) {
            Queued::UnderWay
        } else {
            Queued::Dial
        }
    }

    /// Where the member is dialled: what the configuration says counts.
    pub(super) fn addresses(&self, sid: Sid) -> Vec<HostPort> {
        let learned = || self.peers.get(&sid).map(|peer| &peer.learned);
        self.known
            .get(sid)
            .or_else(learned)
            .cloned()
            .unwrap_or_default()
    }

    /// Remembers where a member that is not in the configuration says that it is; false where
    /// there are too many of those.
    pub(super) fn learn(&mut self, sid: Sid, addresses: Vec<HostPort>) -> bool {
        if self.known.contains(sid) {
            return true;
        }
        let strangers = self.peers.keys().filter(|sid| !self.known.contains(**sid));
        if strangers.count() >= MAX_STRANGERS && !self.peers.contains_key(&sid) {
            return false;
        }
        let mut addresses = addresses;
        addresses.retain(|address| !address.is_any());
        self.peers.entry(sid).or_default().learned = addresses;
        true
    }

    /// A smaller member dialled: what there is to it ends, and it is to be dialled back.
    /// Returns whether a connection ended.
    pub(super) fn dialled_by_smaller(&mut self, sid: Sid) -> (bool, Queued) {
        let had = self.drop_connection(sid);
        (had, self.want_dial(sid))
    }

    fn drop_connection(&mut self, sid: Sid) -> bool {
        let connection = self
            .peers
            .get_mut(&sid)
            .and_then(|peer| peer.connection.take());
        if let Some(connection) = &connection {
            connection.stop.cancel();
        }
        connection.is_some()
    }

    /// A connection takes the place of any other to the same member. Where nothing waits for
    /// it, it begins with what was said last. Returns whether another one ended.
    pub(super) fn connect(&mut self, sid: Sid, stop: CancellationToken) -> (bool, Connection) {
        let had = self.drop_connection(sid);
        self.next_connection += 1;
        let connection = Connection {
            sid,
            number: self.next_connection,
            wake: Arc::new(Notify::new()),
            stop,
        };
        let peer = self.peers.entry(sid).or_default();
        peer.connection = Some(connection.clone());
        if peer.queued.is_none() {
            peer.queued = peer.last_sent.clone();
        }
        (had, connection)
    }

    /// What this connection sends next.
    pub(super) fn take(&mut self, connection: &Connection) -> Option<Bytes> {
        let peer = self.peers.get_mut(&connection.sid)?;
        let current = peer.connection.as_ref()?;
        if current.number != connection.number {
            return None;
        }
        let message = peer.queued.take()?;
        peer.last_sent = Some(message.clone());
        Some(message)
    }

    /// A connection has ended. Whether it was the member's present one, and whether the member
    /// is to be dialled for what still waits.
    pub(super) fn disconnect(&mut self, connection: &Connection) -> (bool, Queued) {
        let sid = connection.sid;
        let Some(peer) = self.peers.get_mut(&sid) else {
            return (false, Queued::UnderWay);
        };
        let current = peer.connection.as_ref().map(|current| current.number);
        if current != Some(connection.number) {
            return (false, Queued::UnderWay);
        }
        peer.connection = None;
        let dial = if peer.queued.is_some() {
            self.want_dial(sid)
        } else {
            self.forget_stranger(sid);
            Queued::UnderWay
        };
        (true, dial)
    }

    /// Whether dialling goes on: there is no connection yet, and something to say. If not, it
    /// is over.
    pub(super) fn keeps_dialling(&mut self, sid: Sid) -> bool {
        let Some(peer) = self.peers.get_mut(&sid) else {
            return false;
        };
        peer.is_dialling = peer.connection.is_none() && peer.queued.is_some();
        let goes_on = peer.is_dialling;
        if !goes_on {
            self.forget_stranger(sid);
        }
        goes_on
    }

    /// Those who are not in the configuration are remembered only while they are about.
    fn forget_stranger(&mut self, sid: Sid) {
        let is_idle = |peer: &Peer| peer.connection.is_none() && !peer.is_dialling;
        if !self.known.contains(sid) && self.peers.get(&sid).is_some_and(is_idle) {
            self.peers.remove(&sid);
        }
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::config::DynamicConfig;

    use super::*;

    const TWO: Sid = Sid(2);
    const STRANGER: Sid = Sid(9);

    fn table() -> Table {
        let config = DynamicConfig {
            servers: [(TWO, "zoo2:2888:3888".parse().unwrap())].into(),
            ..DynamicConfig::default()
        };
        Table::new(MemberAddresses::new(&config, |own| own.election_port))
    }

    fn message(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    fn connect(table: &mut Table, sid: Sid) -> Connection {
        table.connect(sid, CancellationToken::new()).1
    }

    #[test]
    fn of_messages_that_wait_only_the_newest_is_sent() {
        let mut table = table();
        assert_eq!(table.queue(TWO, message("old")), Queued::Dial);
        assert_eq!(table.queue(TWO, message("new")), Queued::UnderWay);
        let connection = connect(&mut table, TWO);
        assert_eq!(table.take(&connection), Some(message("new")));
        assert_eq!(table.take(&connection), None);
    }

    #[test]
    fn a_new_connection_begins_with_what_was_said_last() {
        let mut table = table();
        table.queue(TWO, message("vote"));
        let first = connect(&mut table, TWO);
        table.take(&first);
        assert_eq!(table.disconnect(&first), (true, Queued::UnderWay));
        let second = connect(&mut table, TWO);
        assert_eq!(table.take(&second), Some(message("vote")));
        table.queue(TWO, message("newer"));
        let third = connect(&mut table, TWO);
        assert!(second.stop.is_cancelled());
        assert_eq!(table.take(&second), None, "it was replaced");
        assert_eq!(table.take(&third), Some(message("newer")));
        assert_eq!(table.disconnect(&second), (false, Queued::UnderWay));
    }

    #[test]
    fn dialling_goes_on_while_something_waits_and_nobody_has_connected() {
        let mut table = table();
        table.queue(TWO, message("vote"));
        assert!(table.keeps_dialling(TWO));
        let connection = connect(&mut table, TWO);
        assert!(!table.keeps_dialling(TWO));
        assert_eq!(table.disconnect(&connection), (true, Queued::Dial));
        let connection = connect(&mut table, TWO);
        table.take(&connection);
        assert!(!table.keeps_dialling(TWO));
        let (_, dial) = table.disconnect(&connection);
        assert_eq!(dial, Queued::UnderWay, "there is nothing to say");
    }

    #[test]
    fn a_stranger_is_dialled_where_it_says_it_is_and_forgotten_when_it_goes() {
        let mut table = table();
        let nowhere = table.queue(STRANGER, message("vote"));
        assert_eq!(nowhere, Queued::Unreachable);
        let there = HostPort::new("zoo9", 3888);
        assert!(table.learn(STRANGER, vec![HostPort::any(3888), there.clone()]));
        assert_eq!(table.addresses(STRANGER), [there]);
        assert_eq!(table.dialled_by_smaller(STRANGER), (false, Queued::Dial));
        let connection = connect(&mut table, STRANGER);
        assert!(!table.keeps_dialling(STRANGER));
        table.disconnect(&connection);
        assert!(table.addresses(STRANGER).is_empty());
    }

    #[test]
    fn there_are_so_many_strangers_and_no_more() {
        let mut table = table();
        for sid in 0..MAX_STRANGERS as i64 {
            assert!(table.learn(Sid(100 + sid), vec![]));
        }
        assert!(!table.learn(STRANGER, vec![]));
        assert!(table.learn(TWO, vec![]), "the configuration's are welcome");
        let here = HostPort::new("zoo2", 3888);
        assert_eq!(table.addresses(TWO), [here], "and are where it says");
    }
}
