//! The client protocol as a running Apache 3.8.0 spoke it: every captured frame decodes and
//! encodes again to the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod support;

use bytes::{Bytes, BytesMut};
use support::{Block, From, golden};
use zoowarden_shared::{
    ErrorCode,
    jute::{Jute, Reader},
    password::session_password,
    proto::{
        ConnectRequest, ConnectResponse, DEFAULT_MAX_FRAME, Frames, OpCode, ReplyHeader, Request,
        RequestHeader, Response, WatcherEvent, put_frame, xid,
    },
};

/// Requests that do not decode, as they should not.
const MALFORMED: &[&str] = &[
    "create truncated body",
    "getData without a body",
    "exists huge string length",
    "deleteContainer by a client, raw path",
    "unknown opcode 42 (connection closed)",
    "createSession as a request (no answer)",
    "error as a request (connection closed)",
    "opcode 0 notification (connection closed)",
    "opcode 10 (connection closed)",
];

/// Requests that decode, but to something that is written in fewer or other bytes.
const NOT_CANONICAL: &[&str] = &[
    "getData trailing bytes",
    // No vector at all, which reads as an empty one.
    "create null ACL",
];

fn body_of(frame: &Bytes) -> Bytes {
    let mut buffer = BytesMut::from(&frame[..]);
    let body = Frames::new(&mut buffer, DEFAULT_MAX_FRAME).next_frame();
    assert!(buffer.is_empty(), "a line is one frame");
    body.unwrap().expect("a line is a whole frame")
}

fn framed(encode: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, encode);
    out.freeze()
}

fn is_connect(block: &Block) -> bool {
    block.name.starts_with("connect ")
}

fn sent(block: &Block) -> impl Iterator<Item = &Bytes> {
    let lines = block.lines.iter();
    lines.filter_map(|(from, frame)| (*from == From::Dialler).then_some(frame))
}

fn received(block: &Block) -> impl Iterator<Item = &Bytes> {
    let lines = block.lines.iter();
    lines.filter_map(|(from, frame)| (*from == From::Acceptor).then_some(frame))
}

#[test]
fn requests_encode_to_the_bytes_they_came_from() {
    let mut kinds = Vec::new();
    for block in golden("wire.txt") {
        let name = &block.name;
        for frame in sent(&block) {
            if is_connect(&block) {
                let request = ConnectRequest::from_bytes(body_of(frame)).unwrap();
                assert_eq!(framed(|out| request.encode(out)), frame, "{name}");
                continue;
            }
            let mut reader = Reader::new(body_of(frame));
            let header = RequestHeader::decode(&mut reader).unwrap();
            let request = Request::decode(header.op, &mut reader);
            if MALFORMED.contains(&name.as_str()) {
                assert!(request.is_err(), "{name}: {request:?}");
                continue;
            }
            let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(request.opcode().code(), header.op, "{name}");
            let again = framed(|out| {
                header.encode(out);
                request.encode(out);
            });
            if NOT_CANONICAL.contains(&name.as_str()) {
                assert_ne!(again, frame, "{name}");
            } else {
                assert_eq!(again, frame, "{name}");
            }
            kinds.push(request.opcode());
        }
    }
    let none = [OpCode::Notification, OpCode::CreateSession, OpCode::Error];
    for kind in OpCode::ALL.iter().filter(|kind| !none.contains(kind)) {
        assert!(
            kinds.contains(kind),
            "there is a {} in the capture",
            kind.name()
        );
    }
}

#[test]
fn replies_and_events_encode_to_the_bytes_they_came_from() {
    for block in golden("wire.txt") {
        let name = &block.name;
        let op = sent(&block).next().and_then(|frame| {
            let header = RequestHeader::decode(&mut Reader::new(body_of(frame))).ok()?;
            OpCode::from_code(header.op)
        });
        for frame in received(&block) {
            if is_connect(&block) {
                let response = ConnectResponse::from_bytes(body_of(frame)).unwrap();
                assert_eq!(framed(|out| response.encode(out)), frame, "{name}");
                continue;
            }
            let mut reader = Reader::new(body_of(frame));
            let header = ReplyHeader::decode(&mut reader).unwrap();
            let again = if header.xid == xid::NOTIFICATION {
                let event = WatcherEvent::decode(&mut reader).unwrap();
                framed(|out| {
                    header.encode(out);
                    event.encode(out);
                })
            } else if header.err != ErrorCode::Ok {
                framed(|out| header.encode(out))
            } else {
                let op = op.expect("replies follow a known request");
                let response = Response::decode(op, &mut reader)
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                framed(|out| {
                    header.encode(out);
                    response.encode(out);
                })
            };
            reader
                .finish()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(again, frame, "{name}");
        }
    }
}

#[test]
fn session_passwords_are_apaches() {
    let mut seen = 0;
    for block in golden("wire.txt").iter().filter(|block| is_connect(block)) {
        for frame in received(block) {
            let response = ConnectResponse::from_bytes(body_of(frame)).unwrap();
            if response.session_id.0 != 0 {
                let password = session_password(response.session_id);
                assert_eq!(response.password.as_deref(), Some(&password[..]));
                seen += 1;
            }
        }
    }
    assert!(seen >= 5, "the capture has sessions to compare");
}
