//! Whatever bytes a client sends, the member goes on, and other clients are answered.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    ErrorCode,
    proto::{OpCode, Request, put_frame},
};

use crate::support::{
    Harness,
    client::{create, exists, frame, get_data, set_data},
};

fn opcode() -> impl Strategy<Value = i32> {
    let known: Vec<i32> = OpCode::ALL.iter().map(|op| op.code()).collect();
    prop_oneof![9 => prop::sample::select(known), 1 => any::<i32>()]
}

fn raw_frame() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..60).prop_map(|body| {
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| out.extend_from_slice(&body));
        out.freeze()
    })
}

/// A valid request of some kind, with one byte changed or its end cut off.
fn damaged() -> impl Strategy<Value = Bytes> {
    let request = prop::sample::select(vec![
        create("/a"),
        set_data("/a", b"x"),
        get_data("/a", true),
        exists("/b", true),
        Request::Multi(vec![]),
    ]);
    (
        request,
        any::<prop::sample::Index>(),
        any::<u8>(),
        any::<bool>(),
    )
        .prop_map(|(request, at, byte, cut)| {
            let mut body = BytesMut::new();
            request.encode(&mut body);
            let at = at.index(body.len());
            if cut {
                body.truncate(at);
            } else {
                body[at] = byte;
            }
            frame(1, request.opcode().code(), &body)
        })
}

fn any_frame() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        1 => raw_frame(),
        3 => (any::<i32>(), opcode(), prop::collection::vec(any::<u8>(), 0..60))
            .prop_map(|(xid, op, body)| frame(xid, op, &body)),
        3 => damaged(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_frames_harm_nobody(
        before in prop::collection::vec(any_frame(), 0..2),
        after in prop::collection::vec(any_frame(), 0..12),
    ) {
        let mut harness = Harness::new(PeerConfig {
            extended_types_enabled: true,
            reconfig_enabled: true,
            enforce_quota: true,
            ..PeerConfig::default()
        });
        let mut good = harness.connect();
        harness.ok(&mut good, &create("/good"));
        let stranger = harness.open();
        for frame in before {
            harness.send(stranger, frame);
        }
        let bad = harness.connect();
        for frame in after {
            harness.send(bad.conn, frame);
            let reply = harness.call(&mut good, &set_data("/good", b"still here"));
            prop_assert_eq!(reply.err, ErrorCode::Ok);
        }
        harness.received(bad.conn);
        harness.received(stranger);
        harness.ok(&mut good, &get_data("/good", false));
        // What they wrote can be replayed.
        harness.restart(PeerConfig::default());
    }

    #[test]
    fn bytes_that_are_no_whole_frames_harm_nobody(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut harness = Harness::new(PeerConfig::default());
        let mut good = harness.connect();
        let bad = harness.connect();
        harness.send(bad.conn, Bytes::from(bytes));
        harness.ok(&mut good, &exists("/", false));
    }
}
