//! One client session over a blocking socket, in raw requests and replies.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    ErrorCode, SessionId,
    jute::{Jute, Reader},
    proto::{
        ConnectRequest, ConnectResponse, OpCode, ReplyHeader, RequestHeader, Response,
        WatcherEvent, put_frame, xid,
    },
};

/// How long a server may take for one answer.
const DEADLINE: Duration = Duration::from_secs(20);

/// A session and its connection.
pub(crate) struct Session {
    pub(crate) id: SessionId,
    password: Bytes,
    stream: TcpStream,
    next_xid: i32,
}

/// What one request brought.
pub(crate) struct Exchange {
    /// `None` where the server closed the connection without a reply.
    pub(crate) reply: Option<(ReplyHeader, Bytes)>,
    /// Watch events that came before the reply.
    pub(crate) events: Vec<(ReplyHeader, WatcherEvent)>,
    /// The connection is closed.
    pub(crate) closed: bool,
}

impl Exchange {
    /// The children in a reply to `getChildren2`.
    pub(crate) fn children(&self, op: i32) -> Vec<String> {
        match (OpCode::from_code(op), &self.reply) {
            (Some(OpCode::GetChildren2), Some((_, body))) if !body.is_empty() => {
                match Response::decode(OpCode::GetChildren2, &mut Reader::new(body.clone())) {
                    Ok(Response::Children2(list)) => list.children,
                    other => panic!("not a getChildren2 reply: {other:?}"),
                }
            }
            _ => Vec::new(),
        }
    }
}

impl Session {
    /// A new session, or `known` taken up again on a new connection.
    pub(crate) fn connect(address: SocketAddr, known: Option<&Self>) -> Self {
        let (id, password) = known.map_or((SessionId::NONE, Bytes::from_static(&[0; 16])), |old| {
            (old.id, old.password.clone())
        });
        let mut session = Self::try_connect(address, id, password).expect("a session is given");
        session.next_xid = known.map_or(1, |old| old.next_xid);
        session
    }

    /// As [`Self::connect`]; `None` where the server refuses the session.
    pub(crate) fn try_connect(
        address: SocketAddr,
        session_id: SessionId,
        password: Bytes,
    ) -> Option<Self> {
        let mut stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_nodelay(true).expect("a TCP socket");
        stream
            .set_read_timeout(Some(DEADLINE))
            .expect("a TCP socket");
        let request = ConnectRequest {
            timeout_ms: 30_000,
            session_id,
            password: Some(password),
            read_only: Some(false),
            ..Default::default()
        };
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| request.encode(out));
        stream.write_all(&out).expect("the handshake is taken");
        let frame = read_frame(&mut stream).expect("the handshake is answered");
        let response = ConnectResponse::from_bytes(frame).expect("a ConnectResponse");
        (response.session_id != SessionId::NONE).then(|| Self {
            id: response.session_id,
            password: response.password.unwrap_or_default(),
            stream,
            next_xid: 1,
        })
    }

    /// Sends one request and waits for its reply, or for the end of the connection.
    pub(crate) fn exchange(&mut self, op: i32, body: &[u8]) -> Exchange {
        let number = match OpCode::from_code(op) {
            Some(OpCode::Ping) => xid::PING,
            Some(OpCode::Auth) => xid::AUTH,
            Some(OpCode::SetWatches | OpCode::SetWatches2) => xid::SET_WATCHES,
            _ => {
                self.next_xid += 1;
                self.next_xid
            }
        };
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| {
            RequestHeader { xid: number, op }.encode(out);
            out.extend_from_slice(body);
        });
        let mut exchange = Exchange {
            reply: None,
            events: Vec::new(),
            closed: false,
        };
        // A server that has just closed the connection shows by the read.
        let _ = self.stream.write_all(&out);
        while let Some(frame) = read_frame(&mut self.stream) {
            let mut reader = Reader::new(frame);
            let header = ReplyHeader::decode(&mut reader).expect("a reply header");
            if header.xid == xid::NOTIFICATION {
                let event = WatcherEvent::decode(&mut reader).expect("a watch event");
                exchange.events.push((header, event));
                continue;
            }
            assert_eq!(header.xid, number, "replies come in order");
            exchange.reply = Some((header, reader.rest()));
            exchange.closed = match OpCode::from_code(op) {
                // Both close after an opcode that they do not know; a request sent meanwhile
                // may still be read or not.
                None => {
                    while read_frame(&mut self.stream).is_some() {}
                    true
                }
                Some(OpCode::CloseSession) => true,
                Some(_) => header.err == ErrorCode::AuthFailed,
            };
            return exchange;
        }
        exchange.closed = true;
        exchange
    }
}

/// The next frame, or `None` where the connection ends.
fn read_frame(stream: &mut TcpStream) -> Option<Bytes> {
    let mut prefix = [0; 4];
    match stream.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("no answer within {DEADLINE:?}")
        }
        Err(_) => return None,
    }
    let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
    stream.read_exact(&mut body).expect("a whole frame");
    Some(body.into())
}
