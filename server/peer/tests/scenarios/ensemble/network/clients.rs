//! Clients of the members: each at one member at a time.

use bytes::Bytes;
use zoowarden_peer::{ClientEvent, CloseReason, ConnId, Input};
use zoowarden_shared::{
    ErrorCode, SessionId, Sid,
    jute::Jute,
    proto::{ConnectResponse, Frames, OpCode, Request, Response},
};

use super::Network;
use crate::support::{
    Reply,
    client::{connect_frame, connect_request, exists, get_data, request_frame},
};

/// How long anything may take, milliseconds of the members' time.
const PATIENCE_MS: u64 = 10_000;

/// A client with a session.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) member: Sid,
    pub(crate) conn: ConnId,
    pub(crate) session: SessionId,
    pub(crate) password: Bytes,
    pub(crate) xid: i32,
}

impl Network {
    pub(crate) fn connect(&mut self, member: Sid) -> Client {
        self.connect_for(member, 30_000)
    }

    pub(crate) fn connect_for(&mut self, member: Sid, timeout_ms: i32) -> Client {
        let mut request = connect_request(SessionId::NONE, &[0; 16]);
        request.timeout_ms = timeout_ms;
        let conn = self.open(member);
        self.send_frames(member, conn, connect_frame(&request));
        let response = self.handshake_answer(member, conn);
        assert_ne!(response.session_id, SessionId::NONE);
        Client {
            member,
            conn,
            session: response.session_id,
            password: response.password.unwrap(),
            xid: 0,
        }
    }

    /// Opens another connection for the session, and does not wait for an answer.
    pub(crate) fn reattach(&mut self, client: &Client, member: Sid) -> ConnId {
        let conn = self.open(member);
        let request = connect_request(client.session, &client.password);
        self.send_frames(member, conn, connect_frame(&request));
        conn
    }

    /// The session goes on at a member.
    pub(crate) fn move_to(&mut self, client: &Client, member: Sid) -> Client {
        let conn = self.reattach(client, member);
        let response = self.handshake_answer(member, conn);
        assert_eq!(response.session_id, client.session);
        Client {
            member,
            conn,
            ..client.clone()
        }
    }

    pub(crate) fn handshake_answer(&mut self, member: Sid, conn: ConnId) -> ConnectResponse {
        let mut frames = self.wait_for_frames(member, conn);
        assert_eq!(
            frames.len(),
            1,
            "{:?}",
            self.members[&member].closed_with(conn)
        );
        ConnectResponse::from_bytes(frames.remove(0)).unwrap()
    }

    pub(crate) fn send_frames(&mut self, member: Sid, conn: ConnId, frames: Bytes) {
        self.input(member, Input::Client(conn, ClientEvent::Frames(frames)));
    }

    pub(crate) fn drop_client(&mut self, client: &Client) {
        self.input(
            client.member,
            Input::Client(client.conn, ClientEvent::Closed),
        );
    }

    fn wait_for_frames(&mut self, member: Sid, conn: ConnId) -> Vec<Bytes> {
        self.run_until(PATIENCE_MS, |network| {
            let member = &network.members[&member];
            member
                .inboxes
                .get(&conn)
                .is_some_and(|inbox| !inbox.is_empty())
                || member.closed.contains_key(&conn)
        });
        self.received(member, conn)
    }

    /// The bodies of the frames that a client was sent since the last call.
    pub(crate) fn received(&mut self, member: Sid, conn: ConnId) -> Vec<Bytes> {
        let Some(inbox) = self.member(member).inboxes.get_mut(&conn) else {
            return Vec::new();
        };
        let mut bodies = Vec::new();
        while let Some(body) = Frames::new(inbox, usize::MAX).next_frame().unwrap() {
            bodies.push(body);
        }
        assert!(inbox.is_empty(), "half a frame");
        bodies
    }

    /// Sends a request without waiting for its reply; its xid.
    pub(crate) fn post(&mut self, client: &mut Client, request: &Request) -> i32 {
        client.xid += 1;
        let frame = request_frame(client.xid, request);
        self.send_frames(client.member, client.conn, frame);
        client.xid
    }

    /// What a client was sent by now.
    pub(crate) fn replies(&mut self, client: &Client) -> Vec<Reply> {
        self.settle();
        let frames = self.received(client.member, client.conn);
        frames.into_iter().map(Reply::decode).collect()
    }

    pub(crate) fn call(&mut self, client: &mut Client, request: &Request) -> Reply {
        let xid = self.post(client, request);
        let frames = self.wait_for_frames(client.member, client.conn);
        let mut replies: Vec<Reply> = frames.into_iter().map(Reply::decode).collect();
        assert_eq!(replies.len(), 1, "{request:?}: {replies:?}");
        assert_eq!(replies[0].xid, xid);
        replies.remove(0)
    }

    pub(crate) fn ok(&mut self, client: &mut Client, request: &Request) -> Response {
        let reply = self.call(client, request);
        assert_eq!(reply.err, ErrorCode::Ok, "{request:?}");
        reply.response(request.opcode())
    }

    pub(crate) fn err(&mut self, client: &mut Client, request: &Request) -> ErrorCode {
        self.call(client, request).err
    }

    pub(crate) fn data(&mut self, client: &mut Client, path: &str) -> Bytes {
        let reply = self.call(client, &get_data(path, false));
        data_of(&reply)
    }

    pub(crate) fn exists(&mut self, client: &mut Client, path: &str) -> bool {
        match self.err(client, &exists(path, false)) {
            ErrorCode::Ok => true,
            ErrorCode::NoNode => false,
            other => panic!("{other}"),
        }
    }

    pub(crate) fn closed(&self, client: &Client) -> Option<CloseReason> {
        self.members[&client.member]
            .closed_with(client.conn)
            .cloned()
    }
}

pub(crate) fn data_of(reply: &Reply) -> Bytes {
    match reply.response(OpCode::GetData) {
        Response::Data(response) => response.data.unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}
