//! The election and quorum ports as a running Apache 3.8.0 ensemble spoke on them: every
//! captured connection decodes from its first byte, and encodes again to the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod support;

use std::collections::BTreeSet;

use bytes::{Buf, Bytes, BytesMut};
use support::{From, golden};
use zoowarden_shared::{
    Sid,
    config::DynamicConfig,
    election::{Handshake, HandshakeVersion, Notification, next_message, put_message},
    jute::{Jute, put_bytes},
    proto::OpCode,
    quorum::{
        AckEpoch, ForwardedRequest, InformAndActivate, LeaderInfo, LearnerInfo, PacketType,
        QuorumPacket, RevalidateReply, RevalidateRequest, SessionTouches,
    },
    txn::{Txn, TxnRecord},
};

const MAX_BUFFER: usize = 2 * 0xf_ffff;

/// That a payload of this type encodes to the bytes it came from.
fn same<T: Jute + PartialEq + std::fmt::Debug>(packet: &QuorumPacket) -> T {
    let payload: T = packet.payload().unwrap();
    let data = packet.data.clone().unwrap_or_default();
    assert_eq!(payload.to_bytes(), data, "{payload:?}");
    payload
}

fn config_text(text: &str) {
    let config = DynamicConfig::parse(text, "capture").unwrap();
    assert_eq!(config.to_string(), text);
}

fn txn(record: &TxnRecord) {
    if let Txn::Reconfig(body) = &record.txn {
        let text = body.data.clone().unwrap();
        config_text(std::str::from_utf8(&text).unwrap());
    }
}

/// Reads what a packet carries, as its type says.
fn payload(packet: &QuorumPacket, from: From) {
    let Some(kind) = packet.packet_type() else {
        panic!("{packet:?} is of no type");
    };
    match kind {
        PacketType::FollowerInfo | PacketType::ObserverInfo => {
            let info: LearnerInfo = same(packet);
            assert!(info.config_version.is_some());
        }
        PacketType::LeaderInfo => {
            let info: LeaderInfo = same(packet);
            assert_eq!(info.protocol_version, LearnerInfo::PROTOCOL_VERSION);
        }
        PacketType::AckEpoch => {
            let _ = same::<AckEpoch>(packet);
        }
        PacketType::Proposal | PacketType::Inform => txn(&same::<TxnRecord>(packet)),
        PacketType::NewLeader => {
            config_text(std::str::from_utf8(packet.data.as_ref().unwrap()).unwrap());
        }
        PacketType::Ping if from == From::Dialler => {
            let _ = same::<SessionTouches>(packet);
        }
        PacketType::Revalidate if from == From::Dialler => {
            let _ = same::<RevalidateRequest>(packet);
        }
        PacketType::Revalidate => {
            let _ = same::<RevalidateReply>(packet);
        }
        PacketType::Request => {
            let request: ForwardedRequest = same(packet);
            // A session that opens has nobody behind it yet.
            let opens = request.op == OpCode::CreateSession.code();
            assert_eq!(packet.auth_info.is_none(), opens, "{request:?}");
        }
        PacketType::CommitAndActivate => {
            let _ = same::<Sid>(packet);
        }
        PacketType::InformAndActivate => {
            let inform: InformAndActivate = same(packet);
            txn(&TxnRecord::from_bytes(inform.txn).unwrap());
        }
        PacketType::Nominate | PacketType::Config => panic!("Apache knows no such packet"),
        PacketType::Ping
        | PacketType::Ack
        | PacketType::Commit
        | PacketType::Sync
        | PacketType::UpToDate
        | PacketType::Diff
        | PacketType::Trunc
        | PacketType::Snap => assert_eq!(packet.data, None, "{packet:?}"),
    }
}

/// Takes the raw snapshot that follows SNAP off the stream; `false` where the capture ends
/// within it.
fn skip_snapshot(stream: &mut BytesMut) -> bool {
    let mut end = BytesMut::new();
    put_bytes(&mut end, b"BenWasHere");
    let found = stream.windows(end.len()).position(|window| window == end);
    if let Some(at) = found {
        stream.advance(at + end.len());
    }
    found.is_some()
}

#[test]
fn the_quorum_ports_packets_encode_to_the_bytes_they_came_from() {
    let mut kinds = BTreeSet::new();
    for block in golden("quorum.txt") {
        for from in [From::Dialler, From::Acceptor] {
            let mut stream = BytesMut::from(&block.stream(from)[..]);
            let cut = stream.len() >= 16384;
            while !stream.is_empty() {
                let before = stream.clone();
                let Some(packet) = QuorumPacket::decode_from(&mut stream, MAX_BUFFER).unwrap()
                else {
                    assert!(cut, "{}: ends within a packet", block.name);
                    break;
                };
                let length = before.len() - stream.len();
                assert_eq!(packet.to_bytes(), &before[..length], "{}", block.name);
                payload(&packet, from);
                kinds.insert(packet.kind);
                let snap = packet.packet_type() == Some(PacketType::Snap);
                if snap && !skip_snapshot(&mut stream) {
                    assert!(cut, "{}: ends within a snapshot", block.name);
                    break;
                }
            }
        }
    }
    let apaches = PacketType::ALL
        .iter()
        .filter(|kind| !matches!(kind, PacketType::Nominate | PacketType::Config));
    let all: BTreeSet<_> = apaches.map(|kind| *kind as i32).collect();
    assert_eq!(kinds, all, "the capture has every packet type");
}

#[test]
fn the_election_ports_messages_encode_to_the_bytes_they_came_from() {
    let mut messages = 0;
    for block in golden("election.txt") {
        let mut dialled = BytesMut::from(&block.stream(From::Dialler)[..]);
        let before = dialled.clone();
        let handshake = Handshake::decode_from(&mut dialled).unwrap().unwrap();
        assert_eq!(handshake.version, HandshakeVersion::V1);
        assert_eq!(handshake.addresses.len(), 1);
        let mut again = BytesMut::new();
        handshake.encode(&mut again);
        assert_eq!(again, before[..before.len() - dialled.len()]);

        let accepted = BytesMut::from(&block.stream(From::Acceptor)[..]);
        for mut stream in [dialled, accepted] {
            while let Some(message) = next(&mut stream, &block.name) {
                let vote = Notification::from_bytes(message.clone()).unwrap();
                assert_eq!(vote.to_bytes(), message, "{}", block.name);
                assert_eq!(vote.version, Notification::VERSION);
                config_text(vote.config.as_deref().unwrap());
                messages += 1;
            }
        }
    }
    assert!(messages > 10, "the capture has votes");
}

/// The next message of a stream, which encodes to what it came from.
fn next(stream: &mut BytesMut, name: &str) -> Option<Bytes> {
    let before = stream.clone();
    let message = next_message(stream).unwrap();
    match &message {
        Some(message) => {
            let mut again = BytesMut::new();
            put_message(&mut again, message);
            assert_eq!(again, before[..before.len() - stream.len()]);
        }
        None => assert!(
            before.is_empty() || before.len() >= 16384,
            "{name}: ends early"
        ),
    }
    message
}
