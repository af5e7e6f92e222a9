//! Whatever is written is read as it was: every request, reply, transaction, packet, vote and
//! configuration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

#[path = "support/strategies/mod.rs"]
mod strategies;

use bytes::{Bytes, BytesMut};
use proptest::{collection::vec, option, prelude::*, sample::select};
use strategies::{data, ids, request, response, text, txn_record, zxid};
use zoowarden_shared::{
    SessionId, Sid,
    config::{DynamicConfig, HostPort, PeerAddress, Role, ServerConfig, ServerSpec},
    election::{Handshake, HandshakeVersion, Notification, PeerState, next_message, put_message},
    jute::{Jute, Reader},
    proto::{ConnectRequest, ConnectResponse, ReplyHeader, Request, RequestHeader, Response},
    quorum::{
        AuthStatus, ForwardedRequest, InformAndActivate, LearnerInfo, QuorumAuthPacket,
        QuorumPacket, RevalidateReply, SessionTouch, SessionTouches,
    },
};

const MAX_BUFFER: usize = 1 << 20;

fn same<T: Jute + PartialEq + std::fmt::Debug>(value: &T) {
    assert_eq!(T::from_bytes(value.to_bytes()).as_ref(), Ok(value));
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9.-]{0,10}",
        any::<std::net::Ipv4Addr>().prop_map(|ip| ip.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|ip| ip.to_string()),
    ]
}

fn address() -> impl Strategy<Value = HostPort> {
    (host(), any::<u16>()).prop_map(|(host, port)| HostPort { host, port })
}

fn server() -> impl Strategy<Value = ServerSpec> {
    let peer =
        (host(), 1..=100_u16, 101..=u16::MAX).prop_map(|(host, quorum, election)| PeerAddress {
            host,
            quorum_port: quorum,
            election_port: election,
        });
    let roles = select(vec![Role::Participant, Role::Observer]);
    let client = || option::of(address());
    (vec(peer, 1..3), roles, client(), client()).prop_map(
        |(addresses, role, client_address, secure_client_address)| ServerSpec {
            addresses,
            role,
            client_address,
            secure_client_address,
        },
    )
}

proptest! {
    #[test]
    fn requests(request in request(), xid: i32) {
        let header = RequestHeader { xid, op: request.opcode().code() };
        let mut out = BytesMut::new();
        header.encode(&mut out);
        request.encode(&mut out);
        let mut reader = Reader::new(out.freeze());
        prop_assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
        prop_assert_eq!(Request::decode(header.op, &mut reader), Ok(request));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn responses((op, response) in response(), xid: i32, zxid in zxid()) {
        let header = ReplyHeader { xid, zxid, ..ReplyHeader::default() };
        let mut out = BytesMut::new();
        header.encode(&mut out);
        response.encode(&mut out);
        let mut reader = Reader::new(out.freeze());
        prop_assert_eq!(ReplyHeader::decode(&mut reader), Ok(header));
        prop_assert_eq!(Response::decode(op, &mut reader), Ok(response));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn connects(
        last_zxid_seen in zxid(),
        session: i64,
        timeout_ms: i32,
        password in data(),
        read_only in option::of(any::<bool>()),
    ) {
        let session_id = SessionId(session);
        same(&ConnectRequest {
            protocol_version: 0,
            last_zxid_seen,
            timeout_ms,
            session_id,
            password: password.clone(),
            read_only,
        });
        same(&ConnectResponse { protocol_version: 0, timeout_ms, session_id, password, read_only });
    }

    #[test]
    fn transactions(record in txn_record()) {
        same(&record);
    }

    #[test]
    fn quorum_packets_one_behind_the_other(
        packets in vec((any::<i32>(), zxid(), data(), option::of(ids())), 0..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let packets: Vec<_> = packets
            .into_iter()
            .map(|(kind, zxid, data, auth_info)| QuorumPacket { kind, zxid, data, auth_info })
            .collect();
        let mut sent = BytesMut::new();
        packets.iter().for_each(|packet| packet.encode(&mut sent));
        // They come in two parts, wherever TCP divides them.
        let second = sent.split_off(cut.index(sent.len() + 1));
        let mut received = Vec::new();
        let mut buffer = BytesMut::new();
        for part in [sent, second] {
            buffer.extend_from_slice(&part);
            while let Some(packet) = QuorumPacket::decode_from(&mut buffer, MAX_BUFFER).unwrap() {
                received.push(packet);
            }
        }
        prop_assert_eq!(received, packets);
        prop_assert!(buffer.is_empty());
    }

    #[test]
    fn quorum_payloads(
        long: i64,
        int: i32,
        bytes in vec(any::<u8>(), 0..40),
        touches in vec((any::<i64>(), any::<i32>()), 0..5),
        config_version in option::of(any::<i64>()),
        valid: bool,
    ) {
        let session = SessionId(long);
        same(&LearnerInfo { sid: Sid(long), protocol_version: int, config_version, features: None });
        let touch = |(session, timeout_ms)| SessionTouch { session: SessionId(session), timeout_ms };
        same(&SessionTouches(touches.into_iter().map(touch).collect()));
        same(&RevalidateReply { session, valid });
        let bytes = Bytes::from(bytes);
        same(&ForwardedRequest { session, cxid: int, op: int, body: bytes.clone() });
        same(&InformAndActivate { designated_leader: Sid(long), txn: bytes.clone() });
        let auth = QuorumAuthPacket::new(AuthStatus::InProgress, bytes);
        let mut buffer = BytesMut::from(&auth.to_bytes()[..]);
        prop_assert_eq!(QuorumAuthPacket::decode_from(&mut buffer, 100), Ok(Some(auth)));
    }

    #[test]
    fn votes(
        long: [i64; 4],
        state in 0..4_i32,
        config in option::of(text()),
        extension in vec(any::<u8>(), 0..20),
    ) {
        let vote = Notification {
            state: PeerState::from_code(state).unwrap(),
            leader: Sid(long[0]),
            zxid: zoowarden_shared::Zxid(long[1]),
            election_epoch: long[2],
            peer_epoch: long[3],
            version: if config.is_some() { Notification::VERSION } else { 0 },
            config,
            extension: Bytes::from(extension),
        };
        same(&vote);
        let mut buffer = BytesMut::new();
        put_message(&mut buffer, &vote.to_bytes());
        prop_assert_eq!(next_message(&mut buffer), Ok(Some(vote.to_bytes())));
    }

    #[test]
    fn handshakes(sid: i64, addresses in vec(address(), 1..4)) {
        let handshake = Handshake::new(Sid(sid), addresses);
        let mut buffer = BytesMut::new();
        handshake.encode(&mut buffer);
        prop_assert_eq!(Handshake::decode_from(&mut buffer), Ok(Some(handshake)));
        let old = Handshake {
            version: HandshakeVersion::Sid,
            sid: Sid(sid & i64::MAX),
            addresses: Vec::new(),
        };
        old.encode(&mut buffer);
        prop_assert_eq!(Handshake::decode_from(&mut buffer), Ok(Some(old)));
    }

    #[test]
    fn dynamic_configurations(
        servers in proptest::collection::btree_map(any::<i64>().prop_map(Sid), server(), 0..20),
        version: i64,
    ) {
        let config = DynamicConfig { servers, version: version & i64::MAX, ..Default::default() };
        let printed = config.to_string();
        let read = DynamicConfig::parse(&printed, "config").unwrap();
        // IPv6 addresses are spelt out, so it is the text that stays the same.
        prop_assert_eq!(read.to_string(), printed);
        prop_assert_eq!(read.version, config.version);
        prop_assert_eq!(read.servers.len(), config.servers.len());
        for (sid, server) in &config.servers {
            prop_assert_eq!(read.servers[sid].role, server.role);
        }
    }

    #[test]
    fn properties_survive_javas_escapes(value in "[ -~\u{a0}-\u{2ff}]{0,20}") {
        let mut escaped = String::new();
        for c in value.chars() {
            match c {
                ' ' | '\\' | '=' | ':' | '#' | '!' => escaped.extend(['\\', c]),
                c if c.is_ascii() => escaped.push(c),
                c => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            }
        }
        let text = format!("dataDir=/d\ncustom.key={escaped}\n");
        let config = ServerConfig::parse(&text, "zoo.cfg", &[]).unwrap();
        prop_assert_eq!(&config.system_properties["custom.key"], value.trim());
    }
}
