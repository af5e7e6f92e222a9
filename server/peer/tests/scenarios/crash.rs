//! Crashes at any moment: what was answered is in what the disk had, and the replayed tree is
//! the one that the digests in the log say.

use proptest::prelude::*;
use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    ErrorCode,
    acl::Acl,
    proto::{CreateMode, MultiOp, OpCode, Request, SetAclRequest},
};

use crate::support::{
    Harness,
    client::{create_request, create_with, delete, exists, path_version, set_data},
};

#[derive(Clone, Debug)]
enum Step {
    Send {
        client: usize,
        request: Request,
    },
    /// The disk gets on with so many transactions.
    Flush(usize),
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["/a", "/b", "/a/x", "/a/y", "/b/x", "/a/x/deep"])
        .prop_map(str::to_owned)
}

fn mode() -> impl Strategy<Value = CreateMode> {
    prop::sample::select(vec![
        CreateMode::Persistent,
        CreateMode::Ephemeral,
        CreateMode::PersistentSequential,
        CreateMode::EphemeralSequential,
        CreateMode::Container,
    ])
}

fn part() -> impl Strategy<Value = MultiOp> {
    prop_oneof![
        (path(), mode()).prop_map(|(path, mode)| MultiOp::Create(
            OpCode::Create,
            create_request(&path, b"m", mode)
        )),
        path().prop_map(|path| MultiOp::Delete(path_version(&path, -1))),
        (path(), 0..3).prop_map(|(path, version)| MultiOp::Check(path_version(&path, version))),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        4 => (path(), mode()).prop_map(|(path, mode)| create_with(&path, b"data", mode)),
        2 => path().prop_map(|path| delete(&path)),
        3 => (path(), 0u8..9).prop_map(|(path, data)| set_data(&path, &[data])),
        1 => path().prop_map(|path| Request::SetAcl(SetAclRequest {
            path,
            acl: Acl::open(),
            version: -1,
        })),
        2 => prop::collection::vec(part(), 0..4).prop_map(Request::Multi),
        1 => path().prop_map(|path| exists(&path, true)),
        1 => Just(Request::CloseSession),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..3, request()).prop_map(|(client, request)| Step::Send { client, request }),
        1 => (1usize..6).prop_map(Step::Flush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_answered_survives(steps in prop::collection::vec(step(), 1..60)) {
        let mut harness = Harness::new(PeerConfig::default());
        let mut clients = [harness.connect(), harness.connect(), harness.connect()];
        harness.auto_flush = false;
        let mut flushed = harness.log.len();
        let mut answered_upto = 0;
        for step in steps {
            match step {
                Step::Send { client, request } => {
                    let closed = harness.closed.contains_key(&clients[client].conn);
                    if !closed {
                        harness.post(&mut clients[client], &request);
                    }
                }
                Step::Flush(count) => {
                    flushed = harness.log.len().min(flushed + count);
                    let upto = harness.log[flushed - 1].header.zxid;
                    harness.flush_upto(upto);
                }
            }
            for client in &clients {
                for reply in harness.replies(client) {
                    answered_upto = answered_upto.max(reply.zxid.0);
                }
            }
            let upto = harness.log[flushed - 1].header.zxid.0;
            prop_assert!(answered_upto <= upto, "{answered_upto} of {upto}");
        }
        // The crash. `restart` replays what was flushed, and compares every digest.
        let mut again = harness.restart(PeerConfig::default());
        // Without it, nothing stays in the pipeline.
        harness.flush();
        let view = harness.peer.server_view(harness.now);
        prop_assert_eq!(view.outstanding_requests, 0);
        for view in harness.peer.connection_views() {
            prop_assert_eq!(view.outstanding, 0);
        }
        let mut client = again.connect();
        for path in ["/a", "/b"] {
            let reply = again.call(&mut client, &exists(path, false));
            prop_assert!(matches!(reply.err, ErrorCode::Ok | ErrorCode::NoNode));
        }
    }

    /// Pipelined or one by one: the same requests have the same outcomes.
    #[test]
    fn requests_in_flight_fare_as_if_each_had_waited(
        requests in prop::collection::vec(request(), 1..40),
    ) {
        let outcome = |auto_flush: bool| {
            let mut harness = Harness::new(PeerConfig::default());
            let mut client = harness.connect();
            harness.auto_flush = auto_flush;
            for request in &requests {
                if !harness.closed.contains_key(&client.conn) {
                    harness.post(&mut client, request);
                }
            }
            harness.flush();
            let log: Vec<_> = harness.log.iter().map(|record| {
                (record.header.zxid, record.txn.clone(), record.digest)
            }).collect();
            (harness.replies(&client), log)
        };
        prop_assert_eq!(outcome(true), outcome(false));
    }
}
