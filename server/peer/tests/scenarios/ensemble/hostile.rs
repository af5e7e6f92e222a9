//! What no correct learner sends.

use bytes::Bytes;
use proptest::prelude::*;
use zoowarden_peer::Input;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::Jute,
    proto::OpCode,
    quorum::{ForwardedRequest, PacketType, QuorumPacket},
    txn::{Txn, TxnRecord},
};
use zoowarden_zab::{Input as ZabInput, LinkEvent, LinkId};

use super::network::Network;
use crate::support::client::create;

fn first_learner(network: &Network) -> LinkId {
    let leader = network.leader().unwrap();
    network.view(leader).unwrap().status.learners[0].link
}

fn tell_leader(network: &mut Network, packet: QuorumPacket) {
    let leader = network.leader().unwrap();
    let link = first_learner(network);
    let event = ZabInput::Link(link, LinkEvent::Packet(packet));
    network.input(leader, Input::Replication(event));
    network.settle();
}

fn packet(kind: PacketType, data: Vec<u8>) -> QuorumPacket {
    QuorumPacket::new(kind, Zxid(-1), Some(Bytes::from(data)))
}

fn last_txn(network: &Network) -> TxnRecord {
    let leader = network.leader().unwrap();
    let (_, txn) = network.members[&leader].disk.log.last().unwrap();
    TxnRecord::from_bytes(txn.clone()).unwrap()
}

/// ZOOKEEPER-2623: an Apache follower forwards it, and its client waits for an answer.
#[test]
fn a_forwarded_check_outside_a_multi_is_answered_by_an_error() {
    let (mut network, _) = Network::established();
    let request = ForwardedRequest {
        session: SessionId(77),
        cxid: 5,
        op: OpCode::Check.code(),
        body: Bytes::new(),
    };
    tell_leader(
        &mut network,
        packet(PacketType::Request, request.to_bytes().to_vec()),
    );
    let txn = last_txn(&network);
    assert_eq!((txn.header.session, txn.header.cxid), (SessionId(77), 5));
    assert!(matches!(txn.txn, Txn::Error(error) if error.err == ErrorCode::Unimplemented));
}

#[test]
fn a_forwarded_write_of_an_unknown_session_has_expired() {
    let (mut network, _) = Network::established();
    let mut body = bytes::BytesMut::new();
    create("/a").encode(&mut body);
    let request = ForwardedRequest {
        session: SessionId(77),
        cxid: 5,
        op: OpCode::Create.code(),
        body: body.freeze(),
    };
    tell_leader(
        &mut network,
        packet(PacketType::Request, request.to_bytes().to_vec()),
    );
    let txn = last_txn(&network).txn;
    assert!(matches!(txn, Txn::Error(error) if error.err == ErrorCode::SessionExpired));
}

fn kind() -> impl Strategy<Value = PacketType> {
    prop::sample::select(vec![
        PacketType::Request,
        PacketType::Revalidate,
        PacketType::Ping,
        PacketType::Sync,
        PacketType::Proposal,
    ])
}

fn forwarded() -> impl Strategy<Value = Vec<u8>> {
    let op = prop_oneof![
        prop::sample::select(OpCode::ALL.to_vec()).prop_map(OpCode::code),
        any::<i32>()
    ];
    let body = prop::collection::vec(any::<u8>(), 0..40);
    (any::<i64>(), any::<i32>(), op, body).prop_map(|(session, cxid, op, body)| {
        let request = ForwardedRequest {
            session: SessionId(session),
            cxid,
            op,
            body: Bytes::from(body),
        };
        request.to_bytes().to_vec()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn packets_of_a_mad_learner_harm_nobody(
        packets in prop::collection::vec(
            (kind(), prop_oneof![forwarded(), prop::collection::vec(any::<u8>(), 0..40)]),
            1..20,
        ),
    ) {
        let (mut network, leader) = Network::established();
        let mut client = network.connect(leader);
        for (kind, data) in packets {
            if network.leader().is_some_and(|sid| !network.view(sid).unwrap().status.learners.is_empty()) {
                tell_leader(&mut network, packet(kind, data));
            }
        }
        network.settle_leader();
        if network.closed(&client).is_some() {
            let leader = network.leader().unwrap();
            client = network.connect(leader);
        }
        network.ok(&mut client, &create("/sane"));
        network.assert_converged();
    }
}
