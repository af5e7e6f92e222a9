//! A connection's behaviour towards a server that the test plays, where a real one would not
//! misbehave on demand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Credentials, EndReason, fourletter, http,
};
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::{Jute, Reader},
    proto::{
        ConnectRequest, ConnectResponse, EventType, GetDataResponse, OpCode, ReplyHeader,
        RequestHeader, WatcherEvent, put_frame, xid,
    },
};

/// The test's end of a connection.
struct Played(TcpStream);

impl Played {
    async fn frame(&mut self) -> Bytes {
        let length = self.0.read_u32().await.unwrap();
        let mut frame = vec![0; length as usize];
        self.0.read_exact(&mut frame).await.unwrap();
        frame.into()
    }

    async fn request(&mut self) -> RequestHeader {
        RequestHeader::decode(&mut Reader::new(self.frame().await)).unwrap()
    }

    async fn send(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let mut out = BytesMut::new();
        put_frame(&mut out, write);
        self.0.write_all(&out).await.unwrap();
    }

    async fn reply(&mut self, xid: i32, zxid: i64, err: ErrorCode) {
        let zxid = Zxid(zxid);
        self.send(|out| ReplyHeader { xid, zxid, err }.encode(out))
            .await;
    }

    async fn grant(&mut self, timeout_ms: i32) -> ConnectRequest {
        let asked = ConnectRequest::from_bytes(self.frame().await).unwrap();
        let granted = ConnectResponse {
            timeout_ms,
            session_id: SessionId(if timeout_ms > 0 { 7 } else { 0 }),
            password: Some(vec![1; 16].into()),
            read_only: Some(false),
            ..ConnectResponse::default()
        };
        self.send(|out| granted.encode(out)).await;
        asked
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr)
}

/// A connection and its played server, the session granted with this timeout.
async fn connected(
    timeout_ms: i32,
    options: ConnectOptions,
) -> (Connection, zoowarden_client::Events, Played) {
    let (listener, addr) = listen().await;
    let server = async {
        let mut played = Played(listener.accept().await.unwrap().0);
        played.grant(timeout_ms).await;
        played
    };
    let (connected, played) = tokio::join!(Connection::connect(&addr, options), server);
    let (connection, events) = connected.unwrap();
    (connection, events, played)
}

#[tokio::test]
async fn requests_are_pipelined_and_answered_in_order() {
    let (connection, _events, mut server) = connected(10_000, ConnectOptions::default()).await;
    let (first, second) = (connection.clone(), connection.clone());
    let first = tokio::spawn(async move { first.get_data("/a", false).await });
    let one = server.request().await;
    let second = tokio::spawn(async move { second.set_data("/b", "x", None).await });
    // Both are there before either is answered.
    let two = server.request().await;
    assert_eq!(
        (one.op, two.op),
        (OpCode::GetData.code(), OpCode::SetData.code())
    );
    let body = GetDataResponse {
        data: Some(Bytes::from_static(b"v")),
        ..GetDataResponse::default()
    };
    let header = ReplyHeader {
        xid: one.xid,
        zxid: Zxid(5),
        err: ErrorCode::Ok,
    };
    server
        .send(|out| {
            header.encode(out);
            body.encode(out);
        })
        .await;
    server.reply(two.xid, 6, ErrorCode::NoNode).await;
    let read = first.await.unwrap().unwrap();
    assert_eq!(
        (read.zxid, read.value.data.as_deref()),
        (Zxid(5), Some(&b"v"[..]))
    );
    let failed = second.await.unwrap().unwrap_err();
    assert_eq!(failed.code(), Some(ErrorCode::NoNode));
    assert_eq!(connection.last_zxid(), Zxid(6));
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_handshake_is_told_as_such() {
    let (listener, addr) = listen().await;
    let server = async {
        drop(listener.accept().await.unwrap());
    };
    let (connected, ()) = tokio::join!(
        Connection::connect(&addr, ConnectOptions::default()),
        server
    );
    assert!(matches!(
        connected,
        Err(ClientError::HandshakeRefused { .. })
    ));
}

#[tokio::test]
async fn a_session_that_is_gone_is_told_as_such() {
    let (listener, addr) = listen().await;
    let server = async {
        let mut played = Played(listener.accept().await.unwrap().0);
        played.grant(0).await
    };
    let credentials = Credentials::derived(SessionId(0x99));
    let options = ConnectOptions {
        session: Some(credentials),
        last_zxid_seen: Zxid(3),
        ..ConnectOptions::default()
    };
    let (connected, asked) = tokio::join!(Connection::connect(&addr, options), server);
    assert!(matches!(
        connected,
        Err(ClientError::SessionRefused {
            session: SessionId(0x99),
            ..
        })
    ));
    assert_eq!(asked.last_zxid_seen, Zxid(3));
    assert_eq!(asked.password.as_deref(), Some(&credentials.password[..]));
}

#[tokio::test]
async fn a_call_has_a_deadline_and_the_connection_survives_it() {
    let options = ConnectOptions {
        call_deadline: Duration::from_millis(50),
        ..ConnectOptions::default()
    };
    let (connection, _events, mut server) = connected(10_000, options).await;
    let late = connection.get_data("/a", false).await;
    assert!(matches!(late, Err(ClientError::Deadline { .. })));
    // The reply that nobody waits for any more does not confuse the next call.
    let first = server.request().await;
    let answer = async {
        server.reply(first.xid, 1, ErrorCode::NoNode).await;
        let second = server.request().await;
        server.reply(second.xid, 2, ErrorCode::NoAuth).await;
    };
    let (next, ()) = tokio::join!(connection.get_data("/b", false), answer);
    assert_eq!(next.unwrap_err().code(), Some(ErrorCode::NoAuth));
}

#[tokio::test]
async fn the_session_is_kept_by_pings_that_measure_round_trips() {
    let (connection, _events, mut server) = connected(900, ConnectOptions::default()).await;
    for _ in 0..3 {
        let ping = server.request().await;
        assert_eq!((ping.xid, ping.op), (xid::PING, OpCode::Ping.code()));
        server.reply(xid::PING, 1, ErrorCode::Ok).await;
    }
    assert!(connection.end_reason().is_none());
    assert!(connection.round_trip().is_some());
}

#[tokio::test]
async fn a_silent_server_ends_the_connection() {
    let (connection, _events, _server) = connected(90, ConnectOptions::default()).await;
    assert!(matches!(connection.ended().await, EndReason::Silent(_)));
    let late = connection.get_data("/a", false).await;
    assert!(matches!(
        late,
        Err(ClientError::Ended(EndReason::Silent(_)))
    ));
}

#[tokio::test]
async fn what_is_pending_when_the_server_hangs_up_is_told_so() {
    let (connection, mut events, mut server) = connected(10_000, ConnectOptions::default()).await;
    let hang_up = async {
        server.request().await;
        drop(server);
    };
    let (result, ()) = tokio::join!(connection.get_data("/a", false), hang_up);
    assert!(matches!(
        result,
        Err(ClientError::Ended(EndReason::ByServer | EndReason::Io(_)))
    ));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn events_arrive_in_order_and_too_many_untaken_end_the_connection() {
    let options = ConnectOptions {
        max_events: 2,
        ..ConnectOptions::default()
    };
    let (connection, mut events, mut server) = connected(10_000, options).await;
    for (zxid, path) in [(-1, "/a"), (9, "/b"), (10, "/c")] {
        let header = ReplyHeader {
            xid: xid::NOTIFICATION,
            zxid: Zxid(zxid),
            err: ErrorCode::Ok,
        };
        server
            .send(|out| {
                header.encode(out);
                WatcherEvent::new(EventType::NodeCreated, path).encode(out);
            })
            .await;
    }
    assert!(matches!(
        connection.ended().await,
        EndReason::EventsOverflow
    ));
    let first = events.next().await.unwrap();
    assert_eq!((first.path.as_str(), first.zxid), ("/a", None));
    let second = events.next().await.unwrap();
    assert_eq!((second.path.as_str(), second.zxid), ("/b", Some(Zxid(9))));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_reply_out_of_order_ends_the_connection() {
    let (connection, _events, mut server) = connected(10_000, ConnectOptions::default()).await;
    server.reply(77, 1, ErrorCode::Ok).await;
    assert!(matches!(
        connection.ended().await,
        EndReason::OutOfOrder { got: 77, .. }
    ));
}

#[tokio::test]
async fn impossible_lengths_end_the_connection() {
    let options = ConnectOptions {
        max_reply: 100,
        ..ConnectOptions::default()
    };
    for length in [[0xff; 4], [0, 0, 0, 101]] {
        let (connection, _events, mut server) = connected(10_000, options).await;
        server.0.write_all(&length).await.unwrap();
        assert!(matches!(connection.ended().await, EndReason::BadFrame(_)));
    }
}

#[tokio::test]
async fn a_request_above_the_bound_is_not_sent() {
    let options = ConnectOptions {
        max_request: 64,
        ..ConnectOptions::default()
    };
    let (connection, _events, _server) = connected(10_000, options).await;
    let refused = connection.set_data("/a", vec![0; 100], None).await;
    assert!(matches!(refused, Err(ClientError::RequestTooLarge { .. })));
}

#[tokio::test]
async fn a_dropped_connection_leaves_its_session() {
    let (connection, _events, mut server) = connected(10_000, ConnectOptions::default()).await;
    connection.detach();
    let mut rest = Vec::new();
    server.0.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty(), "no closeSession was sent");
}

#[tokio::test]
async fn a_closed_connection_ends_its_session() {
    let (connection, _events, mut server) = connected(10_000, ConnectOptions::default()).await;
    let answer = async {
        let close = server.request().await;
        assert_eq!(close.op, OpCode::CloseSession.code());
        server.reply(close.xid, 3, ErrorCode::Ok).await;
    };
    let (closed, ()) = tokio::join!(connection.close(), answer);
    closed.unwrap();
    assert!(matches!(connection.ended().await, EndReason::ByClient));
}

#[tokio::test]
async fn a_four_letter_word_is_all_that_comes_until_the_end() {
    let (listener, addr) = listen().await;
    let server = async {
        let mut stream = listener.accept().await.unwrap().0;
        let mut word = [0; 4];
        stream.read_exact(&mut word).await.unwrap();
        stream.write_all(&word).await.unwrap();
        stream.write_all(b"\nyes").await.unwrap();
    };
    let deadline = Duration::from_secs(5);
    let (answer, ()) = tokio::join!(fourletter::ask(&addr, "ruok", deadline), server);
    assert_eq!(answer.unwrap(), "ruok\nyes");
}

#[tokio::test]
async fn a_four_letter_word_has_a_deadline() {
    let (_listener, addr) = listen().await;
    let answer = fourletter::ask(&addr, "ruok", Duration::from_millis(50)).await;
    assert!(matches!(answer, Err(ClientError::Mute { .. })));
}

#[tokio::test]
async fn an_http_get_returns_status_and_body() {
    let (listener, addr) = listen().await;
    let server = async {
        let mut stream = listener.accept().await.unwrap().0;
        let mut request = BytesMut::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        stream
            .write_all(b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nbad")
            .await
            .unwrap();
        request
    };
    let deadline = Duration::from_secs(5);
    let (answer, request) = tokio::join!(http::get(&addr, "/commands/monitor", deadline), server);
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (500, "bad"));
    assert!(
        request
            .chunk()
            .starts_with(b"GET /commands/monitor HTTP/1.1\r\n")
    );
}

#[tokio::test]
async fn what_is_no_http_is_an_error() {
    let (listener, addr) = listen().await;
    let server = async {
        let mut stream = listener.accept().await.unwrap().0;
        stream.write_all(b"\0\0\0\x04imok").await.unwrap();
    };
    let deadline = Duration::from_secs(5);
    let (answer, ()) = tokio::join!(http::get(&addr, "/", deadline), server);
    assert!(matches!(answer, Err(ClientError::Http { .. })));
}
