//! Plays recorded exchanges to a peer, and makes up for those that were not recorded.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Buf, Bytes};
use zoowarden_peer::{ConnId, PeerConfig};
use zoowarden_shared::{
    ErrorCode, SessionId,
    jute::{Jute, Reader},
    password::session_password,
    proto::{ConnectRequest, OpCode, Request},
};

use super::wire::{self, Block, Sessions};
use crate::support::{
    Client, Harness, Reply,
    client::{connect_frame, connect_request, delete, request_frame},
};

/// A peer that is played the recording.
pub(super) struct Replay {
    pub(super) harness: Harness,
    blocks: BTreeMap<String, Block>,
    played: BTreeSet<String>,
    sessions: Sessions,
}

impl Replay {
    pub(super) fn new(config: PeerConfig) -> Self {
        Self {
            harness: Harness::new(config),
            blocks: wire::read(),
            played: BTreeSet::new(),
            sessions: Sessions::default(),
        }
    }

    /// That no exchange was forgotten.
    pub(super) fn finish(&self) {
        let all: BTreeSet<String> = self.blocks.keys().cloned().collect();
        assert_eq!(self.played, all, "every block is played");
    }

    /// An exchange that would change what follows: its zxid is taken up, no more.
    pub(super) fn skip(&mut self, conn: ConnId, name: &str) {
        self.block(name);
        self.burn_zxid(conn);
    }

    /// The connection of the second of two sessions; the first has done `unrecorded`.
    pub(super) fn twice(&mut self, unrecorded: impl Fn(&mut Self, ConnId)) -> ConnId {
        let first = self.hidden_session().conn;
        unrecorded(self, first);
        self.harness.drop_client(first);
        self.hidden_session().conn
    }

    /// Takes up a zxid without beginning a session: the newest one is resumed for it.
    pub(super) fn burn_zxid_in_last_session(&mut self) {
        let session = self.harness.log.last().unwrap().header.session;
        let conn = self.harness.open();
        let request = connect_request(session, &session_password(session));
        self.harness.send(conn, connect_frame(&request));
        assert_eq!(self.harness.received(conn).len(), 1);
        self.burn_zxid(conn);
    }

    fn block(&mut self, name: &str) -> (Option<Bytes>, Vec<Bytes>) {
        self.played.insert(name.to_owned());
        let block = self.blocks.get(name).unwrap_or_else(|| panic!("no {name}"));
        (block.sent.clone(), block.received.clone())
    }

    /// A handshake; the connection is left open.
    pub(super) fn connect(&mut self, name: &str) -> ConnId {
        let (sent, received) = self.block(name);
        let conn = self.harness.open();
        let mut body = sent.unwrap();
        body.advance(4);
        let mut request = ConnectRequest::from_bytes(body).unwrap();
        let theirs = request.session_id;
        if theirs != SessionId::NONE {
            request.session_id = self.sessions.ours(theirs);
            if request.password.as_deref() == Some(&session_password(theirs)[..]) {
                let password = session_password(request.session_id);
                request.password = Some(Bytes::copy_from_slice(&password));
            }
        }
        self.harness.send(conn, connect_frame(&request));
        let ours = self.harness.received(conn);
        assert_eq!(ours.len(), received.len(), "{name}");
        for (theirs, ours) in received.iter().zip(&ours) {
            self.sessions.compare_connect(name, theirs, ours);
        }
        self.check_closed(name, conn);
        conn
    }

    /// A session that the recording does not show.
    pub(super) fn hidden_session(&mut self) -> Client {
        self.harness.connect()
    }

    /// A request that the recording does not show.
    pub(super) fn hidden(&mut self, conn: ConnId, request: &Request) {
        self.harness.send(conn, request_frame(1000, request));
        let replies = self.harness.received(conn);
        let reply = Reply::decode(replies.last().unwrap().clone());
        assert_eq!((reply.xid, reply.err), (1000, ErrorCode::Ok), "{request:?}");
    }

    /// Takes up a zxid where Apache did and we do not.
    pub(super) fn burn_zxid(&mut self, conn: ConnId) {
        let request = delete("/never-there");
        self.harness.send(conn, request_frame(1000, &request));
        assert_eq!(self.harness.received(conn).len(), 1);
    }

    /// Sends what was recorded, and compares what comes back.
    pub(super) fn play(&mut self, conn: ConnId, name: &str) {
        let (sent, received) = self.block(name);
        let sent = sent.unwrap();
        let op = operation(&sent);
        self.harness.send(conn, sent);
        self.compare(conn, name, op, &received);
        self.check_closed(name, conn);
    }

    /// An event that another session's write has caused.
    pub(super) fn event(&mut self, conn: ConnId, name: &str) {
        let (_, received) = self.block(name);
        self.compare(conn, name, OpCode::Error, &received);
    }

    fn compare(&mut self, conn: ConnId, name: &str, op: OpCode, theirs: &[Bytes]) {
        let ours = self.harness.received(conn);
        let normal = |frames: &[Bytes]| -> Vec<Bytes> {
            let normal = |frame| self.sessions.normal(op, frame);
            frames.iter().map(normal).collect()
        };
        assert_eq!(normal(&ours), normal(theirs), "{name}");
    }

    /// As [`Self::play`], where we answer with this error instead.
    pub(super) fn play_otherwise(&mut self, conn: ConnId, name: &str, err: ErrorCode) {
        let (sent, received) = self.block(name);
        let theirs = received.first().cloned().map(Reply::decode);
        self.harness.send(conn, sent.unwrap());
        let ours = self.harness.received(conn);
        assert_eq!(ours.len(), 1, "{name}");
        let ours = Reply::decode(ours[0].clone());
        assert_eq!(ours.err, err, "{name}");
        assert!(ours.body.is_empty());
        assert_ne!(Some(ours.err), theirs.map(|reply| reply.err), "{name}");
    }

    fn check_closed(&self, name: &str, conn: ConnId) {
        let closed = self.harness.closed.contains_key(&conn);
        let expected = name.contains("(connection closed)");
        let ended = name.contains("closeSession");
        assert!(closed == expected || ended, "{name}: closed {closed}");
    }

    pub(super) fn restart(&mut self, config: PeerConfig) {
        self.harness = self.harness.restart(config);
    }
}

fn operation(sent: &Bytes) -> OpCode {
    let code = i32::decode(&mut Reader::new(sent.slice(8..12))).unwrap();
    OpCode::from_code(code).unwrap_or(OpCode::Error)
}
