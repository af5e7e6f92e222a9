//! A client of the harness: its frames, and the replies it reads.

use bytes::{Bytes, BytesMut};
use zoowarden_peer::ConnId;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    acl::Acl,
    jute::{Jute, Reader},
    proto::{
        AuthRequest, ConnectRequest, ConnectResponse, CreateMode, CreateRequest, EventType, OpCode,
        PathVersionRequest, PathWatchRequest, ReplyHeader, Request, RequestHeader, Response,
        SetDataRequest, WatcherEvent, put_frame, xid,
    },
    stat::Stat,
};

use super::Harness;

/// A client with a session.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) conn: ConnId,
    pub(crate) session: SessionId,
    pub(crate) password: Bytes,
    pub(crate) timeout_ms: i32,
    pub(crate) xid: i32,
}

/// What a frame to a client is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) xid: i32,
    pub(crate) zxid: Zxid,
    pub(crate) err: ErrorCode,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn decode(frame: Bytes) -> Self {
        let mut reader = Reader::new(frame);
        let header = ReplyHeader::decode(&mut reader).unwrap();
        Self {
            xid: header.xid,
            zxid: header.zxid,
            err: header.err,
            body: reader.rest(),
        }
    }

    pub(crate) fn response(&self, op: OpCode) -> Response {
        assert_eq!(self.err, ErrorCode::Ok);
        let mut reader = Reader::new(self.body.clone());
        let response = Response::decode(op, &mut reader).unwrap();
        reader.finish().unwrap();
        response
    }

    /// The event that it is, if it is one.
    pub(crate) fn event(&self) -> Option<(EventType, String)> {
        (self.xid == xid::NOTIFICATION).then(|| {
            let event = WatcherEvent::from_bytes(self.body.clone()).unwrap();
            assert_eq!(event.state, 3);
            (EventType::from_code(event.kind).unwrap(), event.path)
        })
    }
}

pub(crate) fn frame(xid: i32, op: i32, body: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, |out| {
        RequestHeader { xid, op }.encode(out);
        out.extend_from_slice(body);
    });
    out.freeze()
}

pub(crate) fn request_frame(xid: i32, request: &Request) -> Bytes {
    let mut body = BytesMut::new();
    request.encode(&mut body);
    frame(xid, request.opcode().code(), &body)
}

pub(crate) fn connect_frame(request: &ConnectRequest) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, |out| request.encode(out));
    out.freeze()
}

pub(crate) fn connect_request(session_id: SessionId, password: &[u8]) -> ConnectRequest {
    ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: Zxid::ZERO,
        timeout_ms: 30_000,
        session_id,
        password: Some(Bytes::copy_from_slice(password)),
        read_only: Some(false),
    }
}

impl Harness {
    pub(crate) fn connect(&mut self) -> Client {
        let conn = self.open();
        self.send(
            conn,
            connect_frame(&connect_request(SessionId::NONE, &[0; 16])),
        );
        self.client(conn)
    }

    /// The client whose handshake was just answered.
    pub(crate) fn client(&mut self, conn: ConnId) -> Client {
        let frames = self.received(conn);
        assert_eq!(frames.len(), 1);
        let response = ConnectResponse::from_bytes(frames[0].clone()).unwrap();
        assert!(response.timeout_ms > 0);
        Client {
            conn,
            session: response.session_id,
            password: response.password.unwrap(),
            timeout_ms: response.timeout_ms,
            xid: 0,
        }
    }

    /// Sends a request without reading its reply; its xid.
    pub(crate) fn post(&mut self, client: &mut Client, request: &Request) -> i32 {
        client.xid += 1;
        self.send(client.conn, request_frame(client.xid, request));
        client.xid
    }

    pub(crate) fn replies(&mut self, client: &Client) -> Vec<Reply> {
        self.received(client.conn)
            .into_iter()
            .map(Reply::decode)
            .collect()
    }

    /// Sends a request and reads its reply, which must be all there is to read.
    pub(crate) fn call(&mut self, client: &mut Client, request: &Request) -> Reply {
        let xid = self.post(client, request);
        let mut replies = self.replies(client);
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
        let reply = self.call(client, request);
        assert!(reply.body.is_empty() || reply.err == ErrorCode::Ok);
        reply.err
    }

    /// The stat of a znode, `None` where there is none.
    pub(crate) fn stat(&mut self, client: &mut Client, path: &str) -> Option<Stat> {
        let reply = self.call(client, &exists(path, false));
        match reply.err {
            ErrorCode::Ok => match reply.response(OpCode::Exists) {
                Response::Stat(response) => Some(response.stat),
                other => panic!("{other:?}"),
            },
            ErrorCode::NoNode => None,
            other => panic!("{other}"),
        }
    }
}

pub(crate) fn create(path: &str) -> Request {
    create_with(path, b"", CreateMode::Persistent)
}

pub(crate) fn create_with(path: &str, data: &[u8], mode: CreateMode) -> Request {
    Request::Create(OpCode::Create, create_request(path, data, mode))
}

pub(crate) fn create_request(path: &str, data: &[u8], mode: CreateMode) -> CreateRequest {
    CreateRequest {
        path: path.to_owned(),
        data: Some(Bytes::copy_from_slice(data)),
        acl: Acl::open(),
        flags: mode.flags(),
    }
}

pub(crate) fn delete(path: &str) -> Request {
    Request::Delete(path_version(path, -1))
}

pub(crate) fn path_version(path: &str, version: i32) -> PathVersionRequest {
    PathVersionRequest {
        path: path.to_owned(),
        version,
    }
}

pub(crate) fn set_data(path: &str, data: &[u8]) -> Request {
    set_data_at(path, data, -1)
}

pub(crate) fn set_data_at(path: &str, data: &[u8], version: i32) -> Request {
    Request::SetData(SetDataRequest {
        path: path.to_owned(),
        data: Some(Bytes::copy_from_slice(data)),
        version,
    })
}

pub(crate) fn path_watch(path: &str, watch: bool) -> PathWatchRequest {
    PathWatchRequest {
        path: path.to_owned(),
        watch,
    }
}

pub(crate) fn get_data(path: &str, watch: bool) -> Request {
    Request::GetData(path_watch(path, watch))
}

pub(crate) fn exists(path: &str, watch: bool) -> Request {
    Request::Exists(path_watch(path, watch))
}

pub(crate) fn digest_auth(credentials: &str) -> Request {
    Request::Auth(AuthRequest {
        kind: 0,
        scheme: "digest".to_owned(),
        auth: Some(Bytes::copy_from_slice(credentials.as_bytes())),
    })
}
